"""A course on training neural networks: one engine for the book, the widgets, the exercises and the grader."""

__version__ = "0.1.0"
