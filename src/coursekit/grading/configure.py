"""All of the course's nbgrader settings, in one place."""

import os
import sys
from pathlib import Path
from typing import Any

from nbgrader import preprocessors as stock
from nbgrader.converters import Autograde, GenerateAssignment

from coursekit.grading.autograding import RunExporter
from coursekit.grading.feedback import SafeHTMLExporter, clean_html
from coursekit.grading.preprocessors import KeepKernelspec, RefereeExecute, RestoreCells, SaveRecord
from coursekit.grading.project import RELEASE, SOURCE, site_url
from coursekit.grading.stamp import StampVersion

CODE_STUB = '# YOUR CODE HERE\nraise NotImplementedError("not written yet: put your code in place of this line")'
TEXT_STUB = "*Write your answer here, in place of this line.*"


def configure_course(c: Any, root: Path) -> None:
    """Set `c`, nbgrader's configuration, for the course in the folder `root`."""
    _put_scripts_on_path()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = "coursekit"
    c.CourseDirectory.source_directory = SOURCE
    c.CourseDirectory.release_directory = RELEASE

    c.GenerateAssignment.preprocessors = [StampVersion, *GenerateAssignment.preprocessors.default()]
    c.StampVersion.site_url = site_url(root)
    c.ClearSolutions.code_stub = {"python": CODE_STUB}
    c.ClearSolutions.text_stub = TEXT_STUB

    c.Autograde.exporter_class = RunExporter
    swap: dict[type, list[type]] = {
        stock.DeduplicateIds: [RestoreCells],
        stock.OverwriteKernelspec: [KeepKernelspec],
        stock.OverwriteCells: [],
        stock.CheckCellMetadata: [],  # they are the release's by then
        stock.Execute: [RefereeExecute],
        stock.SaveAutoGrades: [SaveRecord],
        stock.AssignLatePenalties: [],
    }
    for stage in ("sanitize_preprocessors", "autograde_preprocessors"):
        defaults = getattr(Autograde, stage).default()
        setattr(c.Autograde, stage, [step for one in defaults for step in swap.get(one, [one])])
    c.RestoreCells.release_directory = c.KeepKernelspec.release_directory = str(root / RELEASE)
    c.RefereeExecute.root = c.SaveRecord.root = str(root)

    c.GenerateFeedback.exporter_class = SafeHTMLExporter
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.mathjax_url = ""  # feedback tells no other host who reads it; formulas show as TeX
    c.HTMLExporter.filters = {"clean_html": clean_html}


def _put_scripts_on_path() -> None:
    # nbgrader calls `alembic` by its bare name, which a virtual environment that is not activated does not offer.
    scripts = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, path])
