"""The outputs of cells, rebuilt from what the sandbox says: nothing else of its messages gets into a notebook."""

import math
import re
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coursekit.grading.inside.wire import WireError, clean
from coursekit.grading.record import State

_TEXT = 4_000_000
_LINES = 200
_DEPTH = 60
_MIMES = 50
#: As the format of notebooks has it: data of these types may be any JSON, of all others text.
_JSON_MIME = re.compile(r"application/(.*\+)?json")
NOT_RUN = "it was not run: the cells before it had used up the notebook's time or ended Python too often"
_STATES = {"": State.GRADED, "timeout": State.TIMEOUT, "output limit": State.OUTPUT_LIMIT, "memory": State.MEMORY}
_REASONS = {
    State.GRADED: "",
    State.TIMEOUT: "it ran past its time limit and was stopped",
    State.OUTPUT_LIMIT: "it went on writing far beyond the output limit and was stopped",
    State.MEMORY: "it ran out of memory",
}


@dataclass
class CellRun:
    """What a cell gave: `outputs` as in a notebook's file, its execution `count`, and how it ended.

    `GRADED` is a cell that ran through, with a Python error perhaps, which is then in `error` (name, text). Any other
    state has a `reason`, a clause for people. A judging run keeps no outputs but the errors.
    """

    outputs: list[dict[str, Any]] = field(default_factory=list)
    count: int | None = None
    state: State = State.GRADED
    reason: str = ""
    error: tuple[str, str] | None = None


class Transcript:
    """Gathers the messages of one run of the cells of these numbers; `take` raises `WireError` for what is none.

    `seconds` is how long each cell took that has ended, `current` the cell that runs, since `started`.
    """

    def __init__(self, numbers: Iterable[int]) -> None:
        self.cells: dict[int, CellRun] = {}
        self.seconds: dict[int, float] = {}
        self.current: int | None = None
        self.started = 0.0
        self._left = deque(numbers)
        self._shown: dict[str, list[dict[str, Any]]] = {}

    @property
    def begun(self) -> bool:
        """Whether any of the student's code may have run."""
        return self.current is not None or bool(self.seconds)

    def take(self, message: Any) -> bool:
        """One message; True once all cells have run, or have been passed over since the time was up."""
        # A message names its cell, which is the sender's word: what counts here is the cell whose turn it is.
        running, due = self.current, self._left[0] if self._left and self.current is None else None
        match message:
            case ["start", int() as cell] if cell == due:
                self.current = self._left.popleft()
                self.cells[self.current], self.started = CellRun(), time.monotonic()
            case ["skipped", int() as cell] if cell == due:
                self.cells[self._left.popleft()] = CellRun(state=State.TIMEOUT, reason=NOT_RUN)
            case ["out", int() as cell, dict() as output] if cell == running is not None:
                self._output(self.cells[running], output)
            case ["clear", int() as cell] if cell == running is not None:
                self.cells[running].outputs.clear()
            case ["update", int() as cell, str() as id, data, metadata] if cell == running is not None:
                for output in self._shown.get(id, []):
                    output.update(data=_bundle(data), metadata=_metadata(metadata))
            case ["done", int() as cell, int() as count, str() as why, list() as error] if cell == running is not None:
                run = self.cells[running]
                run.count = count if 0 <= count < 10**6 else None
                run.state = _STATES.get(why, State.GRADED)
                run.reason = _REASONS[run.state]
                if len(error) == 2 and all(type(text) is str for text in error):
                    run.error = clean(error[0], 60), clean(error[1], 300)
                self.current, self.seconds[running] = None, time.monotonic() - self.started
            case ["ready"] if running is None and not self._left:
                return True
            case _:
                raise WireError("no message of a run")
        return False

    def _output(self, run: CellRun, output: dict[str, Any]) -> None:
        made: dict[str, Any]
        match output.get("output_type"):
            case "stream":
                name = "stderr" if output.get("name") == "stderr" else "stdout"
                text = _text(output.get("text"))
                last = run.outputs[-1] if run.outputs else {}
                if last.get("output_type") == "stream" and last["name"] == name:
                    last["text"] += text
                    return
                made = {"output_type": "stream", "name": name, "text": text}
            case "error":
                lines = output.get("traceback")
                traceback = [_text(line) for line in lines[:_LINES]] if type(lines) is list else []
                made = {"output_type": "error", "ename": _text(output.get("ename"))[:200]}
                made |= {"evalue": _text(output.get("evalue")), "traceback": traceback}
            case "display_data" | "execute_result" as type_:
                made = {"output_type": type_, "data": _bundle(output.get("data"))}
                made["metadata"] = _metadata(output.get("metadata"))
                if type_ == "execute_result":
                    count = output.get("execution_count")
                    made["execution_count"] = count if type(count) is int and 0 <= count < 10**6 else None
                elif type(id := output.get("id")) is str and len(self._shown) < 1000:
                    self._shown.setdefault(id, []).append(made)
            case _:
                raise WireError("no output")
        run.outputs.append(made)


def _text(text: Any) -> str:
    if type(text) is not str:
        raise WireError("no text")
    return clean(text, _TEXT)


def _bundle(data: Any) -> dict[str, Any]:
    """The data of an output that a notebook's file may hold; students' libraries send other things too."""
    if type(data) is not dict:
        raise WireError("no data")
    kept: dict[str, Any] = {}
    for mime, value in list(data.items())[:_MIMES]:
        if _JSON_MIME.fullmatch(mime):
            kept[clean(mime, 200)] = _plain_value(value)
        elif type(value) is str:
            kept[clean(mime, 200)] = _text(value)
        elif type(value) is list and all(type(line) is str for line in value):
            kept[clean(mime, 200)] = _text("".join(value))
    return kept


def _metadata(value: Any) -> dict[str, Any]:
    plain = _plain_value(value if type(value) is dict else {})
    assert isinstance(plain, dict)
    return plain


def _plain_value(value: Any, depth: int = 0) -> Any:
    """JSON that is UTF-8, not too deep, and knows no NaN, which a notebook's file must not hold."""
    if depth > _DEPTH:
        return None
    if type(value) is dict:
        return {clean(key): _plain_value(part, depth + 1) for key, part in value.items()}
    if type(value) is list:
        return [_plain_value(part, depth + 1) for part in value]
    if type(value) is str:
        return clean(value, _TEXT)
    if type(value) is float and not math.isfinite(value):
        return None
    return value
