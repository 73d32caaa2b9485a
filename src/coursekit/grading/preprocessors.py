"""nbgrader's steps that the course replaces, so that `nbgrader autograde` grades as `coursekit grade` does."""

import atexit
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import (
    AssignLatePenalties,
    Execute,
    NbGraderPreprocessor,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Bool, Dict, Enum, Unicode

from coursekit.exercises import assignments
from coursekit.grading.autograding import UNREAD, Released, run_of
from coursekit.grading.bundle import SANDBOXES, Bundle, bundle_of
from coursekit.grading.errors import CourseError
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.grader import Grader, belongs_elsewhere
from coursekit.grading.limits import Limits
from coursekit.grading.record import Record
from coursekit.grading.restore import restore
from coursekit.grading.sandbox import how

KERNEL = "coursekit-sandbox"


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands for DeduplicateIds and OverwriteCells: every cell that the gradebook knows stands in the notebook once.

    nbgrader restores the text of read-only cells, but it believes the submission's own metadata, aborts the whole batch
    on a copied graded cell, and leaves a deleted one without a score.
    """

    release_directory = Unicode(
        "", help="the folder of released notebooks, whose coursekit metadata is the one that counts"
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore `nb` in place, by the gradebook's record of the released notebook."""
        names = resources["nbgrader"]
        try:
            roles = _released(self, names).roles
        except MissingEntry:
            nb.metadata.pop("coursekit", None)
            return nb, resources
        said = {"unreadable": resources[UNREAD]} if UNREAD in resources else {}
        if not said and (stranger := belongs_elsewhere(nb, names["assignment"])):
            said = {"stranger": stranger}
        repairs = restore(nb, roles)
        for line in [f"it is the notebook of {stranger}"] if "stranger" in said else repairs:
            self.log.warning("%s/%s: %s", names["student"], names["assignment"], line)
        # In place of whatever the submission says there; the next step takes it from here.
        nb.metadata["coursekit"] = {**said, "repairs": repairs}
        return nb, resources


class KeepKernelspec(OverwriteKernelspec):  # type: ignore[misc]
    """Stands for OverwriteKernelspec: the same, of what the run has read already."""

    release_directory = Unicode("", help="the folder of released notebooks").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Set the kernel that the release has, where the gradebook knows it."""
        if kernelspec := _released(self, resources["nbgrader"]).kernelspec:
            nb.metadata["kernelspec"] = NotebookNode(kernelspec)
        return nb, resources


class RefereeExecute(Execute):  # type: ignore[misc]
    """Stands for Execute: runs the notebook in the sandbox, and puts into each check cell what the referee says.

    An assignment of the instructor's own, which no referee knows, is run as nbgrader runs it, in a sandboxed kernel.
    """

    root = Unicode("", help="the course's folder").tag(config=True)
    sandbox = Enum(SANDBOXES, "auto", help="where student code runs; none protects nothing but this process").tag(
        config=True
    )
    limits = Dict(help="what a submission may use, as in {'cell': 30, 'memory': 3072}; see Limits").tag(config=True)

    display = Bool(True, help="whether to run all cells for their outputs too; scores do not need it").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill the outputs of `nb` in place."""
        if resources["nbgrader"]["assignment"] not in assignments():
            if how(self.sandbox) == "bwrap":
                self.kernel_name = KERNEL
            return super().preprocess(nb, resources)  # type: ignore[no-any-return]
        repairs = nb.metadata.get("coursekit", {}).pop("repairs", [])
        bundle = self._bundle(resources["nbgrader"]["assignment"])
        grader = _kept(bundle.key + bundle.sandbox, lambda: Grader(bundle), Grader)
        record = grader.examine(nb, repairs)
        if self.display:
            grader.fill_display(nb)
        self.log.info("%s: %g of %g points (%s)", record.assignment, record.score, record.max_score, record.state)
        nb.metadata["language_info"] = {"name": "python"}
        return nb, resources

    def _bundle(self, assignment: str) -> Bundle:
        try:
            limits = replace(Limits(), **self.limits)
        except TypeError as fault:
            raise CourseError(f"c.RefereeExecute.limits: {fault}; there are {', '.join(vars(Limits()))}") from None
        return bundle_of(Path(self.root), assignment, limits=limits, sandbox=self.sandbox)


class SaveRecord(SaveAutoGrades):  # type: ignore[misc]
    """Stands for SaveAutoGrades and AssignLatePenalties: the rows of both in one transaction, many times faster."""

    root = Unicode("", help="the course's folder").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Write what the referee said of `nb` into the gradebook; the notebook stays as it is."""
        names = resources["nbgrader"]
        if "record" not in nb.metadata.get("coursekit", {}):  # an assignment of the instructor's own
            nb, resources = super().preprocess(nb, resources)
            return AssignLatePenalties(parent=self.parent).preprocess(nb, resources)  # type: ignore[no-any-return]
        record = Record.from_dict(nb.metadata["coursekit"]["record"], notebook=json.dumps(nb))
        bundle = bundle_of(Path(self.root), names["assignment"])
        key = f"{names['db_url']} {bundle.key}"
        writer = _kept(key, lambda: GradebookWriter(Path(self.root), bundle, names["db_url"]), GradebookWriter)
        for reason in writer.write([(names["student"], record, None)]).values():
            raise CourseError(f"{names['student']}: {reason}")
        return nb, resources


def _released(step: RestoreCells | KeepKernelspec, names: dict[str, str]) -> Released:
    path = Path(step.release_directory) / names["assignment"] / f"{names['notebook']}.ipynb"
    return run_of(step).released(names["db_url"], path, names["assignment"])


T = TypeVar("T", Grader, GradebookWriter)

_open: dict[type, tuple[str, Grader | GradebookWriter]] = {}


def _kept(key: str, make: Callable[[], T], kind: type[T]) -> T:
    """The one of this kind and key, kept for the next submission: nbgrader makes its steps anew for each."""
    known, thing = _open.get(kind, ("", None))
    if known == key and isinstance(thing, kind):
        return thing
    if thing is not None:
        thing.close()
    made = make()
    _open[kind] = key, made
    atexit.register(made.close)
    return made
