"""Grading a whole class: find the submissions, grade them in parallel, keep every result, write them out.

Light by purpose: `coursekit --help` imports `commands`, and whoever wants more imports the module that has it.
"""
