"""`coursekit report`: its arguments and what it says. What it needs is imported when it runs."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_report(commands: Any) -> None:
    """Add the command to `commands`, argparse's subparsers."""
    report = commands.add_parser("report", help="a page on the class: scores, failing checks, misconceptions, copies")
    report.add_argument("id", metavar="ID", help="the assignment, such as activations")
    report.add_argument("--out", type=Path, metavar="FILE", help="default: report-ID.html in the course's folder")
    report.add_argument(
        "--similarity", action=argparse.BooleanOptionalAction, default=True, help="list similar submissions"
    )
    report.add_argument(
        "--engine-matches",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="list answers that are the engine's own text",
    )
    report.set_defaults(run=run_report, extra="grading")


def run_report(args: argparse.Namespace) -> int:
    """Run it: the page's name goes to stdout, who is not on it to stderr; 0."""
    from coursekit.grading.project import find_root
    from coursekit.grading.reports.class_report import write_report

    root = find_root()
    path = args.out or root / f"report-{args.id}.html"
    made = write_report(root, args.id, path, similarity=args.similarity, engine=args.engine_matches)
    if made.ungraded:
        print(f"note: {len(made.ungraded)} handed in and without a result; the page names them", file=sys.stderr)
    print(path)
    return 0
