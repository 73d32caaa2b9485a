"""Code as a row of numbers in which names of one's own, comments, docstrings and layout no longer show.

What stays is what a copier would have to understand in order to change it: the functions of NumPy that are called, the
operators, the values of numbers, the order of all these, and where one and the same local name stands again.
"""

import ast
import builtins
import hashlib
import io
import keyword
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]

#: A cell with more is cut: no answer is that long, and what is that long was not typed.
MAX_TOKENS, MAX_CHARACTERS = 4_000, 60_000
_STRUCTURE = {tokenize.NEWLINE: "\n", tokenize.INDENT: "{", tokenize.DEDENT: "}"}
_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.TYPE_COMMENT}
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)
_STARTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
_INDENTS = (tokenize.INDENT, tokenize.DEDENT)
_FSTRING = tuple(getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_END"))


@dataclass(frozen=True)
class Tokens:
    """`codes` says what each token is; `back` how many tokens ago the same local name stood, 0 for all else.

    `lines` are line numbers from 1, of the line before where a token is only a change of indentation. `names` are the
    local names as they are spelled, empty for all else.
    """

    codes: Codes
    back: NDArray[np.int32]
    lines: NDArray[np.int32]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


def tokens(source: str, keep: frozenset[str] = frozenset()) -> Tokens:
    """The tokens of a cell, as far as it can be read as Python; names in `keep` are nobody's own."""
    source = source[:MAX_CHARACTERS]
    own, modules = _bound(source)
    own -= keep
    codes: list[int] = []
    back: list[int] = []
    lines: list[int] = []
    names: list[str] = []
    seen: dict[str, int] = {}
    for kind, text, line in _meaningful(source):
        since, name = 0, ""
        if kind == tokenize.NAME and not keyword.iskeyword(text) and not (codes and codes[-1] == _DOT):
            if text in own:
                since = len(codes) - seen[text] if text in seen else 0
                seen[text] = len(codes)
                text, name = "V", text
            else:
                text = modules.get(text, text)
        codes.append(_code(text))
        back.append(since)
        lines.append(lines[-1] if kind in _INDENTS and lines else line)
        names.append(name)
        if len(codes) == MAX_TOKENS:
            break
    return Tokens(np.array(codes, np.uint64), np.array(back, np.int32), np.array(lines, np.int32), tuple(names))


@lru_cache(20_000)
def _code(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


_DOT = _code(".")


def _bound(source: str) -> tuple[set[str], dict[str, str]]:
    """The names that the code gives, and the modules' own names by what they are called here."""
    own: set[str] = set()
    modules = {"np": "numpy"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that is none: the student has seen it
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Unfinished code, or a magic: every name that is no function of Python's or a module's counts as one's own.
        words = [text for kind, text, _ in _meaningful(source) if kind == tokenize.NAME]
        return {text for text in words if text not in modules and not hasattr(builtins, text)}, modules
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                own.add(node.id)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, _NAMED):
            if node.name:
                own.add(node.name)
        elif isinstance(node, ast.alias):
            modules[node.asname or node.name] = node.name
    return own, modules


def _meaningful(source: str) -> Iterable[tuple[int, str, int]]:
    """Kind, text and line of each token that counts; strings are all alike, and numbers go by their value."""
    depth, start = 0, True  # within f-strings, which newer Pythons take apart; at the start of a statement
    held: tuple[int, str, int] | None = None  # a string that is a docstring if its statement ends with it
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind, text, line = token.type, token.string, token.start[0]
            if kind in _FSTRING:
                depth += 1 if kind == _FSTRING[0] else -1
                if kind == _FSTRING[0] and depth == 1:
                    yield tokenize.STRING, '""', line
                start = False
                continue
            if kind in _SKIPPED or depth:
                continue
            if held is not None:
                if kind == tokenize.NEWLINE:
                    held, start = None, True
                    continue
                yield held
                held = None
            if kind == tokenize.STRING:
                if start:
                    held, start = (kind, '""', line), False
                else:
                    yield kind, '""', line
                continue
            start = kind in _STARTS
            yield kind, _STRUCTURE.get(kind) or (_value(text) if kind == tokenize.NUMBER else text), line
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # what stands before the fault is code all the same


@lru_cache(20_000)
def _value(text: str) -> str:
    try:
        return repr(complex(ast.literal_eval(text)))
    except (ValueError, SyntaxError, OverflowError, MemoryError):
        return text
