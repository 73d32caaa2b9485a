"""The row of a submission that no grader has looked at: nothing could be read, or the grading itself failed."""

import json
from collections.abc import Sequence
from dataclasses import replace

import coursekit
from coursekit.exercises import assignment
from coursekit.grading.bundle import Bundle
from coursekit.grading.reading import unread_notebook
from coursekit.grading.record import ExerciseRecord, Record, State
from coursekit.grading.restore import exercises_in, restore, roles_of


def unreadable(bundle: Bundle, digest: str, fault: str) -> Record:
    """For a file that cannot be read at all, as `fault` says in a clause; its notebook is the empty assignment."""
    record = _row(bundle, State.UNREADABLE, digest, (f"The file could not be read as a notebook: {fault}.",))
    nb = unread_notebook(fault)
    restore(nb, roles_of(bundle.release))
    nb.metadata["coursekit"] = {"record": json.loads(record.to_json())}
    return replace(record, notebook=json.dumps(nb, ensure_ascii=False, indent=1))


def infrastructure(bundle: Bundle, digest: str, reasons: Sequence[str]) -> Record:
    """For a submission whose grading failed each time, for these reasons; it has no graded notebook."""
    said = "; ".join(dict.fromkeys(reasons)) or "no reason is known"
    times = f"{len(reasons)} times" if len(reasons) > 1 else "once"
    return _row(bundle, State.INFRASTRUCTURE, digest, (f"Grading failed {times}, and not by your fault: {said}.",))


def _row(bundle: Bundle, state: State, digest: str, remarks: tuple[str, ...]) -> Record:
    known = assignment(bundle.assignment).exercises
    exercises = tuple(
        ExerciseRecord(name=name, state=state, score=0.0, max_score=float(known[name].max_score), result={})
        for name in exercises_in(roles_of(bundle.release))
    )
    return Record(
        assignment=bundle.assignment,
        digest=digest,
        key=bundle.key,
        state=state,
        exercises=exercises,
        remarks=remarks,
        version=coursekit.__version__,
    )
