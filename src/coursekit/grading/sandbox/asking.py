"""Questions as bytes, made once: the same cases are asked of every submission."""

from collections.abc import Sequence
from typing import Any

from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import Kind
from coursekit.grading.inside.questions import pack_case, pack_kind
from coursekit.grading.inside.wire import dumps

_MOST = 200


class Questions:
    """Packs what a function is asked, and keeps it for as long as the same cases (the same tuple) are asked again."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[Any, bytes, int]] = {}

    def packed(
        self, name: str, needs: Sequence[str], parameters: Sequence[str], cases: Sequence[Case], kind: Kind
    ) -> tuple[bytes, int]:
        """A JSON text with the buffers of its arrays behind it, and the length of the text."""
        key = name, tuple(needs), tuple(parameters), id(cases), id(kind)
        if key in self._kept:
            return self._kept[key][1:]
        plains, buffers = [], []
        for case in cases:
            plain, blob = pack_case(case)
            plains.append([plain, len(blob)])
            buffers.append(blob)
        text = dumps(
            {
                "name": name,
                "needs": list(needs),
                "parameters": list(parameters),
                "kind": pack_kind(kind),
                "cases": plains,
            }
        )
        question = text + b"".join(buffers)
        if type(cases) is tuple:  # which cannot change; held here, so that no other gets its address
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (cases, kind), question, len(text)
        return question, len(text)
