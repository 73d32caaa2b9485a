"""Runs a submission for nbgrader, with a seed for the private cases and an end to everything."""

from pathlib import Path
from time import monotonic
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, setenv
from traitlets import Integer, Unicode

from coursekit.grading.seeds import VARIABLE, seed_for


class SeededExecute(Execute):  # type: ignore[misc]
    """nbgrader's Execute, with these differences.

    The kernel finds the assignment's seed in its environment. A kernel that dies or cannot be interrupted ends the run
    of that notebook only: the cells it did not reach are marked, and their checks score 0. The notebook as a whole has
    a time limit, and its outputs a size limit.
    """

    seeds_file = Unicode("", help="where the assignments' seeds are kept").tag(config=True)
    total_timeout = Integer(300, help="seconds for a whole notebook").tag(config=True)
    max_output = Integer(2_000_000, help="bytes of output a notebook may keep; the rest is dropped").tag(config=True)

    _stopped: str | None = None
    _deadline = 0.0
    _output = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout_func = self._time_left

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any], km: Any = None) -> tuple[NotebookNode, Any]:
        """Run every cell of `nb` in a fresh kernel."""
        seed = seed_for(resources["nbgrader"]["assignment"], Path(self.seeds_file))
        self._stopped, self._output, self._deadline = None, 0, monotonic() + self.total_timeout
        with setenv(**{VARIABLE: str(seed)}):
            return super().preprocess(nb, resources, km)  # type: ignore[no-any-return]

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Run one cell, or mark it as not run once the notebook has been stopped."""
        if self._stopped is None and monotonic() > self._deadline:
            self._stopped = f"the notebook took longer than its {self.total_timeout} seconds"
        if self._stopped is None:
            try:
                return super().preprocess_cell(cell, resources, index)  # type: ignore[no-any-return]
            except CellTimeoutError:
                self._stopped = "an earlier cell ran past its time limit and could not be interrupted"
                _mark(cell, "this cell ran past its time limit and could not be interrupted")
            except DeadKernelError:
                self._stopped = "an earlier cell ended Python"
                _mark(cell, "this cell ended Python (out of memory, or a call such as os._exit)")
        elif cell.cell_type == "code" and cell.source.strip():
            cell.outputs = []
            _mark(cell, f"not run: {self._stopped}")
        return cell, resources

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Keep a message's output while the notebook is within its size limit."""
        if msg["msg_type"] in {"stream", "display_data", "execute_result", "update_display_data", "error"}:
            before, self._output = self._output, self._output + len(str(msg["content"]))
            is_score = msg["msg_type"] == "execute_result" and is_grade(cell)
            if self._output > self.max_output and not is_score:
                if before <= self.max_output:
                    text = f"\n... output beyond {self.max_output} bytes was dropped ...\n"
                    cell.outputs.append(new_output("stream", name="stdout", text=text))
                return None
        return super().process_message(msg, cell, cell_index)

    def _time_left(self, cell: NotebookNode) -> int:
        left = max(1, int(self._deadline - monotonic()))
        return min(self.timeout, left) if self.timeout else left


def _mark(cell: NotebookNode, reason: str) -> None:
    cell.outputs.append(new_output("error", ename="NotRun", evalue=reason, traceback=[f"NotRun: {reason}"]))
