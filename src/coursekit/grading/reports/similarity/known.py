"""The code that is nobody's own: what the release holds, the answers that the exercises know, the engine's text."""

import ast
import functools
import inspect
import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.exercises import assignment
from coursekit.exercises.paper import Submission
from coursekit.grading.reports.similarity.tokens import Codes, tokens
from coursekit.grading.reports.similarity.winnowing import grams


@dataclass(frozen=True)
class Known:
    """What an assignment's answers are compared without, or with caution.

    `release` is the released notebook's text. `starter` holds the grams of its own cells, which count for nothing.
    `solved` those of `solution`, the instructor's notebook where there is one, and of the right and wrong answers that
    the exercises know: two students may well have written the same one.
    """

    assignment: str
    release: str = field(repr=False)
    solution: str = field(default="", repr=False)

    @cached_property
    def cells(self) -> frozenset[str]:
        """The texts of the release's code cells; one that was left as it is says nothing."""
        return frozenset(code_cells(self.release))

    @cached_property
    def names(self) -> frozenset[str]:
        """The functions that the release defines and asks for: called the same in every submission."""
        defined = set(assignment(self.assignment).exercises)
        for cell in self.cells:
            try:
                defined |= {node.name for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef)}
            except SyntaxError:  # a cell with a magic
                continue
        return frozenset(defined)

    @cached_property
    def given(self) -> frozenset[str]:
        """The local names that the release spells: parameters, and what its own cells use."""
        return frozenset(name for cell in self.cells for name in tokens(cell, self.names).names if name)

    @cached_property
    def starter(self) -> Codes:
        """Sorted hashes."""
        return self._grams(self.cells)

    @cached_property
    def solved(self) -> Codes:
        """Sorted hashes."""
        references = (exercise.reference for exercise in assignment(self.assignment).exercises.values())
        engine = self._grams(text for reference in references for text in written(reference, reference.__name__))
        return np.union1d(engine, self.solved_without_engine)

    @cached_property
    def solved_without_engine(self) -> Codes:
        """`solved` without the engine's own answers; sorted hashes."""
        return self._grams([*code_cells(self.solution), *known_answers(self.assignment)])

    def _grams(self, texts: Iterable[str]) -> Codes:
        found = [grams(tokens(text, self.names)) for text in texts]
        return np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))


def code_cells(notebook: str) -> list[str]:
    """The sources of the code cells of a notebook's JSON text; none where it is no notebook."""
    try:
        cells = json.loads(notebook)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        return ["".join(source) for source in sources if isinstance(source, (str, list))]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def known_answers(id: str) -> Iterator[str]:
    """All variants and misconceptions of an assignment, each as a student would write it."""
    for name, exercise in assignment(id).exercises.items():
        wrong: list[Submission] = [one.function for one in exercise.misconceptions]
        for submission in [*exercise.variants.values(), *wrong]:
            given = submission if isinstance(submission, Mapping) else {name: submission}
            for called, function in given.items():
                yield from written(function, called)


def written(function: Callable[..., Any], name: str) -> list[str]:
    """A function of ours as text, `def name(...)` without decorators, types and docstring; none where it has no source.

    More than one where a line holds several that look alike from outside.
    """
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    if code is None or not Path(code.co_filename).is_file():
        return []
    path = code.co_filename
    return [as_def(node, name, _source(path)) for node in _functions(path).get(code.co_firstlineno, [])]


@functools.lru_cache(64)
def _source(path: str) -> str:
    return Path(path).read_text("utf-8")


@functools.lru_cache(64)
def _functions(path: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """The functions of a file by the line that Python gives for their code."""
    out: dict[int, list[ast.FunctionDef | ast.Lambda]] = {}
    for node in ast.walk(ast.parse(_source(path))):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            out.setdefault(min([node.lineno, *(one.lineno for one in decorators)]), []).append(node)
    return out


def as_def(node: ast.FunctionDef | ast.Lambda, name: str, source: str) -> str:
    """A function of `source` as a plain `def name(...)`: no decorators, no types, no docstring."""
    for one in ast.walk(node.args):
        if isinstance(one, ast.arg):
            one.annotation = None
    head = f"def {name}({ast.unparse(node.args)}):\n"
    if isinstance(node, ast.Lambda):
        body = ast.get_source_segment(source, node.body) or ""
        return f"{head}    return {f'({body})' if chr(10) in body else body}\n"
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not statements:
        return f"{head}    pass\n"
    lines = source.splitlines()
    typed = [one for statement in statements for one in ast.walk(statement) if isinstance(one, ast.AnnAssign)]
    for one in sorted(typed, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        colon, end = one.target.end_col_offset, one.annotation.end_col_offset
        if one.target.end_lineno == one.annotation.end_lineno:
            raw = lines[one.lineno - 1].encode()  # columns are counted in bytes
            lines[one.lineno - 1] = (raw[:colon] + raw[end:]).decode()
    lines = lines[statements[0].lineno - 1 : statements[-1].end_lineno]
    return head + textwrap.indent(textwrap.dedent("\n".join(lines)), "    ") + "\n"
