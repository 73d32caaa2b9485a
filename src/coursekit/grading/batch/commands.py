"""`coursekit grade`: its arguments, and the words around a run. What it needs is imported when it runs."""

import argparse
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.grading.batch.run import Summary
    from coursekit.grading.batch.workers import Workers
    from coursekit.grading.bundle import Bundle

_ADDRESS = ("tcp://", "tls://")
_UNTIMED = "Without a time of handing in, which zips and flat folders do not tell, and so without a late penalty"
_LISTED = 20  # lines of a list that a terminal can bear


def add_grade(commands: Any) -> None:
    """Add the command to `commands`, argparse's subparsers."""
    grade = commands.add_parser("grade", help="grade all submissions of an assignment, in a sandbox and in parallel")
    grade.add_argument("id", metavar="ID", help="the assignment, such as activations")
    grade.add_argument(
        "--submissions",
        type=Path,
        metavar="DIR|ZIP",
        help="a folder in nbgrader's layout, a flat folder, or the zip of Canvas or Moodle (default: submitted/)",
    )
    where = grade.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="processes on this machine (default: one a core)")
    where.add_argument("--scheduler", type=_address, metavar="ADDRESS", help="a Dask cluster: tcp://... or tls://...")
    for name, what in (("ca", "the authority's certificate"), ("cert", "our certificate"), ("key", "our key")):
        grade.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what}, for tls://")
    grade.add_argument(
        "--sandbox",
        choices=("auto", "bwrap", "none"),
        default="auto",
        help="auto is bubblewrap, or an error where it cannot work; none has to be asked for (default: auto)",
    )
    grade.add_argument(
        "--display",
        choices=("all", "none"),
        default="all",
        help="when all grades stand, run each notebook once more for the outputs that people see (default: all)",
    )
    grade.add_argument("--resume", action="store_true", help="keep what is graded already, and grade the rest")
    grade.add_argument("--db", metavar="URL", help="the gradebook: sqlite:///FILE or postgresql://... (default: ours)")
    for name, what in (("cell", "a cell"), ("notebook", "all cells"), ("function", "all questions to one function")):
        grade.add_argument(f"--{name}-seconds", type=_seconds, metavar="X", help=f"time for {what}")
    grade.add_argument("--memory", type=_count, metavar="MB", help="memory of a submission's process")
    grade.set_defaults(run=run_grade, extra="grading")


def run_grade(args: argparse.Namespace) -> int:
    """Run it; 0 where every submission was graded, 1 where one ended as infrastructure or could not be written."""
    import sys

    from coursekit.grading.batch.quick_start import leave_out_slow_imports
    from coursekit.grading.bundle import bundle_of
    from coursekit.grading.limits import Limits
    from coursekit.grading.project import find_root

    leave_out_slow_imports()
    root = find_root()
    given = {
        "cell": args.cell_seconds,
        "notebook": args.notebook_seconds,
        "function": args.function_seconds,
        "memory": args.memory,
    }
    limits = Limits(**{name: value for name, value in given.items() if value is not None})
    bundle = bundle_of(root, args.id, limits=limits, sandbox=args.sandbox)
    with _workers(args, bundle) as workers:
        # Late, since nbgrader takes long to load, and a wrong call is told at once.
        from coursekit.grading.batch.progress import Progress
        from coursekit.grading.batch.run import grade_batch
        from coursekit.grading.gradebook.database import Database
        from coursekit.grading.gradebook.settings import settings_of
        from coursekit.grading.gradebook.writer import GradebookWriter
        from coursekit.grading.reports import page

        database = Database(settings_of(root, args.db).db_url, root)
        database.close()
        summary = grade_batch(
            root,
            bundle,
            workers,
            lambda: GradebookWriter(root, bundle, args.db),
            page=page.write,
            where=args.submissions,
            resume=args.resume,
            gradebook=database.address,
            display=args.display == "all",
            there=lambda: database.patiently(lambda: _students(database.address, args.id)),
            progress=Progress(sys.stdout),
        )
        untimed = database.patiently(lambda: _untimed(database.address, args.id))
    print(told(summary, root, untimed))
    return 0 if summary.complete else 1


def _students(address: str, assignment: str) -> set[str]:
    """Whose submissions the gradebook has."""
    from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

    with Gradebook(address) as gradebook:
        found = (
            gradebook.db.query(SubmittedAssignment.student_id).join(Assignment).filter(Assignment.name == assignment)
        )
        return {student for (student,) in found}


def _untimed(address: str, assignment: str) -> int:
    """How many submissions have a due date in the gradebook, and no time of handing in."""
    from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

    with Gradebook(address) as gradebook:
        found = gradebook.db.query(SubmittedAssignment.id).join(Assignment)
        return int(
            found.filter(
                Assignment.name == assignment,
                Assignment.duedate.isnot(None),
                SubmittedAssignment.timestamp.is_(None),
            ).count()
        )


def _workers(args: argparse.Namespace, bundle: "Bundle") -> "Workers":
    from coursekit.grading.batch.workers import LocalWorkers
    from coursekit.grading.errors import CourseError

    tls = (args.tls_ca, args.tls_cert, args.tls_key)
    if not args.scheduler:
        if any(tls):
            raise CourseError("--tls-ca, --tls-cert and --tls-key are for --scheduler tls://...: name that too")
        from coursekit.grading.sandbox import how

        _warn(how(bundle.sandbox))
        return LocalWorkers(bundle, args.workers or _cores())
    args.extra = "cluster"
    from coursekit.grading.batch.cluster import ClusterWorkers

    _warn(bundle.sandbox)
    return ClusterWorkers(bundle, args.scheduler, tls=tls if any(tls) else None)


def _cores() -> int:
    # Those that we may use, which in a container or a batch job are fewer than there are; macOS cannot tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _warn(kind: str) -> None:
    if kind == "none":
        print(
            "--sandbox none: students' code runs as you. It can read and change every file that you can, also this "
            "gradebook, the seeds, the solutions and the other submissions, and it can use the network. Only its "
            "time, memory and output are limited. Use it for code that you trust, or in a machine of its own.",
            flush=True,
        )


def told(summary: "Summary", root: Path, untimed: int = 0) -> str:
    """What a run did, as lines of text; `untimed` submissions have a due date and no time of handing in."""
    width = max((len(state) for state in summary.counts), default=0)
    known = summary.counts.total()
    others = f"; of all {known} that were ever found:" if known > summary.found else ""
    lines = [
        f"{summary.assignment}: {summary.found} submissions found, {summary.graded} graded now, "
        f"{summary.kept} kept from before{others}",
        *(f"  {state:<{width}}  {count}" for state, count in sorted(summary.counts.items(), key=_gravity)),
        *_listed("Of several files, or of none", summary.said),
        *_listed("Files that are nobody's submission", summary.nobody),
        *_listed("NOT GRADED, by no student's fault; --resume tries them again", summary.infrastructure),
        *_listed("Graded, and not run for the outputs that people see; --resume tries again", summary.unshown),
        *_listed("NOT WRITTEN", [f"{student}: {reason}" for student, reason in summary.refused.items()]),
        *_listed("Late, as Canvas calls it", summary.late),
        *([f"{_UNTIMED}: {untimed}"] if untimed else []),
        f"Written: the gradebook, and in {root}: autograded/, feedback/, grading_ledger.db",
    ]
    return "\n".join(lines)


def _gravity(one: tuple[Any, int]) -> int:
    from coursekit.grading.record import State

    return list(State).index(one[0])


def _listed(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    from coursekit.grading.batch.names import shown

    more = [f"  and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return [f"{title} ({len(lines)}):", *(f"  {shown(line)}" for line in lines[:_LISTED]), *more]


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 10**7):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 10**6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


def _address(text: str) -> str:
    host, _, port = text.partition("://")[2].rpartition(":")
    if not (text.startswith(_ADDRESS) and host and port.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of a scheduler: tcp://HOST:PORT or tls://HOST:PORT")
    return text
