"""Finds what only a private case holds in a text that a student can read."""

import base64
import itertools
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from coursekit.exercises import assignment
from coursekit.exercises.cases import Case, Given, Made, Seeded
from coursekit.exercises.show import show


@cache
def telltales(id: str, seed: int) -> dict[str, str]:
    """Texts that stand for an input or a right answer of the private paper, in every form in which the attacks write
    them and `check` shows them, with the exercise; none of them occurs on the public paper."""
    private, public = _texts(id, seed), _texts(id, 0)
    return {text: name for text, name in private.items() if text not in public}


def found(text: str, id: str, seed: int) -> list[str]:
    """The exercises of which `text` gives a private case away, with what does."""
    plain = text.replace('\\"', '"').replace("\\n", "\n")
    signs = telltales(id, seed)
    begun = _begun(plain, np.array([_number(sign) for sign in signs]))
    return [
        f"{name}: {sign[:80]}"
        for (sign, name), there in zip(signs.items(), begun, strict=True)
        if (there or len(sign) < 8) and sign in plain
    ]


def _number(sign: str) -> np.uint64:
    """The first eight bytes, by which a text of megabytes is searched for all signs at once."""
    return np.frombuffer(sign.encode()[:8].ljust(8), "<u8")[0]


def _begun(text: str, beginnings: np.ndarray) -> np.ndarray:
    """Which of these eight bytes stand somewhere in the text."""
    data = text.encode("utf-8", "surrogatepass")
    known = np.unique(beginnings)
    there = np.zeros(len(known), bool)
    for shift in range(min(8, len(data))):
        words = np.frombuffer(data, "<u8", count=(len(data) - shift) // 8, offset=shift)
        places = np.searchsorted(known, words).clip(max=len(known) - 1)
        there[places[known[places] == words]] = True
    return there[np.searchsorted(known, beginnings)]


def _texts(id: str, seed: int) -> dict[str, str]:
    texts = {}
    for name, exercise in assignment(id).exercises.items():
        paper = exercise.paper(seed)
        for case, answer in zip(paper.cases, paper.answers, strict=True):
            for value in itertools.chain(_values(_inputs(case)), _values(answer.value)):
                for text in _forms(value):
                    texts[text] = name
    return texts


def _inputs(case: Case) -> Any:
    return [*case.args, *case.kwargs.values()]


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, np.ndarray | float):
        yield value
    elif isinstance(value, Given | Made):
        yield from _values(list(value.args))
    elif isinstance(value, Seeded):
        yield np.random.default_rng(value.seed).bit_generator.state
    elif isinstance(value, dict):
        yield from _values(list(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _values(part)


def _forms(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        return [str(value["state"]["state"])]
    if isinstance(value, float):
        # Two decimals are shared by chance; a right answer with many digits is not.
        return [text for text in {repr(value), show(value)} if len(text) > 7]
    # One or two short numbers, or zeros in a row, could stand anywhere.
    if value.size < 3 or len(np.unique(value)) < 3:
        return []
    return [
        value.tobytes().hex(),
        base64.b64encode(value.tobytes()).decode(),
        repr(value.tolist()),
        str(value),
        *([show(value)] if value.size <= 12 else []),
    ]
