"""An IPython shell whose outputs go over a socket, within a limit."""

import base64
import contextlib
import io
import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from coursekit.grading.inside.timer import timer

_ROOM = 4096  # characters of a stream that are gathered before they are sent
_FLOOD = 10  # times the limit
#: How the names of cells' code begin.
CELL_NAME = "<ipython-input-"


class StoppedError(BaseException):
    """A cell is stopped from outside; no `Exception`, so that `except Exception` lets it through."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class CellTimeoutError(StoppedError):
    """The cell ran past its time."""


class OutputLimitError(StoppedError):
    """The cell goes on writing far beyond what a run may."""


class Sink:
    """Where a run's outputs go: `send(message)`, as long as they are within `limit` bytes together."""

    def __init__(self, send: Callable[[list[Any]], None], limit: int, *, show: bool) -> None:
        self.send = send
        self.limit = limit
        self.show = show
        self.sent = 0
        self.cell = -1
        self.written = 0
        self.error: tuple[str, str] | None = None
        self.flooded = False
        self._told = False
        self._pending: list[str] = []
        self._length = 0
        self._name = "stdout"
        self._clear = False

    def start(self, cell: int) -> None:
        """From now on outputs are this cell's."""
        self.cell, self.written, self.error, self.flooded, self._clear = cell, 0, None, False, False

    def text(self, name: str, text: str) -> None:
        """What was written to a stream; raises `OutputLimitError` when a cell floods it."""
        self._count(len(text))
        if not self.show or self.sent > self.limit:
            return
        if name != self._name:
            self.flush()
            self._name = name
        self._pending.append(text)
        self._length += len(text)
        if self._length > _ROOM:
            self.flush()

    def flush(self) -> None:
        """Send what was gathered."""
        if self._pending:
            text = "".join(self._pending)
            self._pending, self._length = [], 0
            self._out({"output_type": "stream", "name": self._name, "text": text}, len(text))

    def rich(self, output: dict[str, Any]) -> None:
        """An output other than a stream's."""
        size = len(json.dumps(output))
        self._count(size)
        if self.show:
            self.flush()
            self._out(output, size)

    def update(self, id: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Replace what was shown under an id."""
        size = len(json.dumps([data, metadata]))
        self._count(size)
        if self.show and self._fits(size):
            self.flush()
            self.send(["update", self.cell, id, data, metadata])

    def clear(self, wait: bool) -> None:
        """Take back the outputs of this cell, now or when the next one comes."""
        self._pending, self._length = [], 0
        if wait:
            self._clear = True
        elif self.show:
            self.send(["clear", self.cell])

    def failed(self, name: str, text: str, lines: list[str]) -> None:
        """The exception that ended the cell."""
        self.error = name, text
        self.flush()
        output = {"output_type": "error", "ename": name, "evalue": text[:1000], "traceback": lines if self.show else []}
        # An error is told whatever was printed before it.
        self.send(["out", self.cell, {**output, "traceback": [line[:4000] for line in output["traceback"][-30:]]}])

    def _out(self, output: dict[str, Any], size: int) -> None:
        if self._clear:
            self._clear = False
            self.send(["clear", self.cell])
        if self._fits(size):
            self.send(["out", self.cell, output])
        elif not self._told:
            self._told = True
            if output["output_type"] == "stream":
                output = {**output, "text": output["text"][: max(0, self.limit - self.sent + size)]}
                self.send(["out", self.cell, output])
            told = f"\n[the notebook has written more than {self.limit} bytes: the rest is left out]\n"
            self.send(["out", self.cell, {"output_type": "stream", "name": "stderr", "text": told}])

    def _fits(self, size: int) -> bool:
        self.sent += size
        return self.sent <= self.limit

    def _count(self, size: int) -> None:
        self.written += size
        if self.written > _FLOOD * self.limit:
            self.flooded = True
            raise OutputLimitError(f"the cell was stopped: it wrote more than {_FLOOD * self.limit} bytes")


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a run."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink, self._name = sink, name

    def write(self, text: str) -> int:
        """Gathers the text for the sink."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._sink.text(self._name, str.__str__(text))
        return len(text)

    def writable(self) -> bool:
        """A stream of text out."""
        return True

    def close(self) -> None:
        """Stays open: later cells write too."""


class _Hook(DisplayHook):  # type: ignore[misc]
    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        sink = self.shell.sink
        if sink.show:
            data, metadata = self.compute_format_data(result)
            count = self.shell.execution_count
            sink.rich(
                {
                    "output_type": "execute_result",
                    "data": _plain(data),
                    "metadata": _plain(metadata),
                    "execution_count": count,
                }
            )
        self.update_user_ns(result)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        sink, id = self.shell.sink, (transient or {}).get("display_id")
        if update:
            sink.update(str(id), _plain(data), _plain(metadata))
            return
        output = {"output_type": "display_data", "data": _plain(data), "metadata": _plain(metadata)}
        sink.rich({**output, "id": str(id)} if id else output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.sink.clear(wait)


def _plain(data: Any) -> dict[str, Any]:
    """What of an output's data, or of its metadata, can be sent; bytes as base64. The rest is left out."""
    kept: dict[str, Any] = {}
    for key, value in data.items() if isinstance(data, dict) else ():
        if type(value) is bytes:
            kept[str(key)] = base64.b64encode(value).decode()
            continue
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            json.dumps(value)
            kept[str(key)] = value
    return kept


class Shell(InteractiveShell):  # type: ignore[misc]
    """The shell; `sink` is set before a cell runs."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    sink: Sink

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.sink.failed(getattr(etype, "__name__", str(etype)), text_of(evalue), stb)

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Formats the traceback only where people will see it."""
        if self.sink.show:
            super().showtraceback(*args, **kwargs)
            return
        etype, evalue = sys.exc_info()[:2]
        self.sink.failed(getattr(etype, "__name__", "Exception"), text_of(evalue), [])

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """The same for a cell that is no Python."""
        if self.sink.show:
            super().showsyntaxerror(*args, **kwargs)
        else:
            self.showtraceback()

    def _format_exception_for_storage(self, exception: Any, **options: Any) -> str:
        # For a history that is not kept; it takes longer than all the rest of a cell.
        return ""

    def ask_exit(self) -> None:
        """`exit()` ends nothing here: later cells are still run."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen."""


def text_of(problem: object) -> str:
    """The message of an exception, cut; whatever its class does."""
    try:
        return str(problem)[:1000]
    except BaseException:  # the text of an exception is the student's code too
        return "(no readable message)"


def make_shell() -> Shell:
    """The one shell of this process; it keeps no history on disk."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryAccessor.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    assert isinstance(shell, Shell)
    return shell


def run_cell(shell: Shell, source: str, seconds: float) -> str:
    """Run one cell for at most so many seconds; "" or why it was stopped ("timeout", "output limit", "memory")."""
    return run_guarded(shell, lambda: shell.run_cell(source, store_history=True), seconds)


def run_guarded(shell: Shell, run: Callable[[], object], seconds: float) -> str:
    """Call `run`, which runs a cell, with a timer."""
    sink = shell.sink

    def problem() -> BaseException:
        return CellTimeoutError(f"the cell was stopped: it ran longer than {seconds:g} seconds")

    rang: list[bool] = []
    try:
        with timer(seconds, problem, _in_a_cell) as rang:
            run()
    except StoppedError as stopped:  # it came while IPython was about to end the cell
        sink.failed(type(stopped).__name__, str(stopped), [str(stopped)])
    sink.flush()
    if sink.error is None:  # where it rang, something has swallowed that, such as an object that is thrown away
        return "timeout" if rang else ""
    return {"CellTimeoutError": "timeout", "OutputLimitError": "output limit", "MemoryError": "memory"}.get(
        sink.error[0], "timeout" if rang else ""
    )


def _in_a_cell(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(CELL_NAME):
            return True
        frame = frame.f_back
    return False
