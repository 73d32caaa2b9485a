"""`coursekit export`: its arguments and what it says. What it needs is imported when it runs."""

import argparse
import sys
from pathlib import Path
from typing import Any

KINDS = ("csv", "canvas", "moodle")


def add_export(commands: Any) -> None:
    """Add the command to `commands`, argparse's subparsers."""
    export = commands.add_parser("export", help="grades or feedback as a file for Canvas, Moodle or Excel")
    export.add_argument("id", metavar="ID", help="the assignment, such as activations")
    what = export.add_mutually_exclusive_group()
    what.add_argument("--to", choices=KINDS, default="csv", help="whose format (default: csv, with all details)")
    what.add_argument(
        "--feedback", type=Path, metavar="ZIP", help="the feedback instead, as a zip for the platform that ZIP is from"
    )
    export.add_argument("--roster", type=Path, metavar="CSV", help="the course's people, such as Canvas' own export")
    export.add_argument("--out", type=Path, metavar="FILE", help="default: grades-ID-TO.csv or feedback-ID.zip")
    export.add_argument("--db", metavar="URL", help="the gradebook: sqlite:///FILE or postgresql://... (default: ours)")
    export.set_defaults(run=run_export, extra="grading")


def run_export(args: argparse.Namespace) -> int:
    """Run it: the file's name goes to stdout, what has to be known of it to stderr; 0."""
    from nbgrader.api import Gradebook

    from coursekit.grading.gradebook.database import Database
    from coursekit.grading.gradebook.exports import EXPORTS
    from coursekit.grading.gradebook.settings import settings_of
    from coursekit.grading.project import find_root

    root = find_root()
    if args.feedback is not None:
        return _hand_back(args, root)
    path = args.out or root / f"grades-{args.id}-{args.to}.csv"
    settings = settings_of(root, args.db)
    plugin = EXPORTS[args.to](assignment=[args.id], roster=str(args.roster or ""))
    database = Database(settings.db_url, root, patience=10.0)
    try:
        database.must_exist()
        with Gradebook(database.address, settings.course_id) as gradebook:
            remarks = database.patiently(lambda: plugin.write(gradebook, root, path))
    finally:
        database.close()
    for remark in remarks:
        print(f"note: {remark}", file=sys.stderr)
    print(path)
    return 0


def _hand_back(args: argparse.Namespace, root: Path) -> int:
    from coursekit.grading.errors import CourseError
    from coursekit.grading.reports.handing_back import hand_back

    if args.roster is not None or args.db is not None:
        raise CourseError("--roster and --db are for grades: feedback goes by the names in the zip")
    path = args.out or root / f"feedback-{args.id}.zip"
    for line in hand_back(root, args.id, args.feedback, path):
        print(f"note: {line}", file=sys.stderr)
    print(path)
    return 0
