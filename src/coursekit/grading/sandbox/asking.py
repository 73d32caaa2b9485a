"""Questions as bytes, made once: the same cases are asked of every submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import Kind
from coursekit.grading.inside.questions import pack_case, pack_kind
from coursekit.grading.inside.wire import dumps

_MOST = 200


@dataclass(frozen=True, eq=False)
class Question:
    """What one function is asked: `needs` are the functions of the submission whose results its cases are given."""

    name: str
    needs: Sequence[str]
    parameters: Sequence[str]
    cases: Sequence[Case]
    kind: Kind


class Questions:
    """Packs what a function is asked, and keeps it for as long as the same cases (the same tuple) are asked again."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[Any, bytes, int]] = {}

    def packed(self, question: Question) -> tuple[bytes, int]:
        """A JSON text with the buffers of its arrays behind it, and the length of the text."""
        cases, kind = question.cases, question.kind
        key = question.name, tuple(question.needs), tuple(question.parameters), id(cases), id(kind)
        if key in self._kept:
            return self._kept[key][1:]
        plains, buffers = [], []
        for case in cases:
            plain, blob = pack_case(case)
            plains.append([plain, len(blob)])
            buffers.append(blob)
        text = dumps(
            {
                "name": question.name,
                "needs": list(question.needs),
                "parameters": list(question.parameters),
                "kind": pack_kind(kind),
                "cases": plains,
            }
        )
        packed = text + b"".join(buffers)
        if type(cases) is tuple:  # which cannot change; held here, so that no other gets its address
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (cases, kind), packed, len(text)
        return packed, len(text)
