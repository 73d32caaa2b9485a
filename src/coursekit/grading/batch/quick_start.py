"""Leaves out what the processes of a batch import by the way and never use."""

import sys


def leave_out_slow_imports() -> None:
    """Call it before nbformat is imported; in processes that are ours alone.

    jsonschema, where it finds the package rfc3987-syntax, compiles the grammar of web addresses on import: about two
    seconds of each start, for a check that no notebook's schema asks for. Without the package it leaves the check out.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how an import is refused
