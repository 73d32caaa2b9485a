"""Makes a check cell's outputs say one thing to nbgrader: a score between 0 and the cell's points, or an error."""

import math
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution


class SettleScores(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands between Execute and SaveAutoGrades.

    Left alone, nbgrader gives full points for a check cell that shows nothing, NaN or a negative number, loses the
    submission when the number is above the maximum, and gives 0 for a warning on stderr.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Settle the outputs of one automatically graded code cell; others are left alone."""
        if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
            return cell, resources
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"  # a warning is to be read, and costs nothing by itself
        points = float(cell.metadata.nbgrader["points"])
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        score = _number(results[-1]) if results else math.nan
        failed = any(output.output_type == "error" for output in cell.outputs)
        if not failed and not 0.0 <= score <= points:
            reason = f"the check gave no score between 0 and {points:g}: was `check` given another meaning?"
            cell.outputs.append(
                NotebookNode(output_type="error", ename="NoScore", evalue=reason, traceback=[f"NoScore: {reason}"])
            )
        # nbgrader goes by the first error or result that it meets.
        cell.outputs.sort(key=lambda output: output.output_type != "error")
        return cell, resources


def _number(output: NotebookNode) -> float:
    text = output.data.get("text/plain", "")
    try:
        return float("".join(text) if isinstance(text, list) else text)
    except ValueError:
        return math.nan
