"""Which names a cell gives a meaning to, read from its text without running it."""

import ast
from collections.abc import Iterator


def names(source: str) -> frozenset[str]:
    """What the cell's top level binds: functions, classes, imports, variables. None where it is no plain Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(name for statement in body for name in _bound(statement))


def _bound(node: ast.AST) -> Iterator[str]:
    """What a statement binds outside of functions and classes, in its branches and loops too."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.expr):
        yield from (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    else:
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)
