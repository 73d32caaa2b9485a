"""The command `coursekit`. What a command needs is imported when it runs, so `--help` and `doctor` work everywhere."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import coursekit
from coursekit.grading.batch.commands import add_grade
from coursekit.grading.errors import CourseError
from coursekit.grading.gradebook.commands import add_export
from coursekit.grading.reports.commands import add_report


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 where a notebook or the machine falls short, or 2 for a wrong call."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except CourseError as fault:
        return _fail(str(fault))
    except ModuleNotFoundError as fault:
        if fault.name is None or fault.name.partition(".")[0] == "coursekit":
            raise
        package, _, part = fault.name.partition(".")
        if part and sys.modules.get(package):  # the package is there, and is not the one that was meant
            return _fail(
                f"{package} has no {part}: is another {package} in the way? Look into PYTHONPATH and this folder"
            )
        return _fail(f'{args.command} needs the package {package}: run  pip install "coursekit[{args.extra}]"')
    except OSError as fault:
        return _fail(f"{fault.filename or args.command}: {fault.strerror or fault}")
    except KeyboardInterrupt:
        return _fail("stopped")


def _fail(message: str) -> int:
    print(f"coursekit: {message}", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"coursekit: {message}: see `{self.prog} --help`\n")


def _port(text: str) -> int:
    # Refused here, since a port is first used when the site has been built, minutes later.
    if not (text.isdecimal() and 0 < int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is no port, which is a whole number from 1 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="coursekit", description="A course on training neural networks: its book and its exercises.")
    parser.add_argument("--version", action="version", version=f"coursekit {coursekit.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="build the site into _build/html")
    build.add_argument("--serve", action="store_true", help="then serve it on this machine until Ctrl-C")
    build.add_argument("--port", type=_port, default=8000, metavar="N", help="where to serve it (default: 8000)")
    build.set_defaults(run=_build, extra="book")

    release = commands.add_parser("release", help="make the student notebooks: solutions/ -> exercises/")
    release.add_argument("ids", nargs="*", metavar="ID", help="assignments; all where none is named")
    release.set_defaults(run=_release, extra="grading")

    check = commands.add_parser("check", help="run a notebook and show what its checks say")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    check.add_argument("--json", action="store_true", help="print the results as JSON, for other tools")
    check.set_defaults(run=_check, extra="notebook")

    add_grade(commands)
    add_report(commands)
    add_export(commands)

    new = commands.add_parser("new", help="begin an exercise: its spec, its line in the tests, its cells")
    kinds = new.add_subparsers(dest="kind", required=True, metavar="KIND")
    exercise = kinds.add_parser("exercise", help="an exercise for a function that the engine has")
    exercise.add_argument("id", metavar="ID", help="the assignment, such as activations; a new one is begun too")
    exercise.add_argument("name", metavar="NAME", help="the engine's function, such as softplus")
    exercise.set_defaults(run=_new_exercise, extra="grading")

    doctor = commands.add_parser("doctor", help="what is installed, what is not, what that costs, how to mend it")
    doctor.set_defaults(run=_doctor, extra="notebook")
    return parser


def _build(args: argparse.Namespace) -> int:
    from coursekit.site.build import BuildError, build

    try:
        build(serve=args.serve, port=args.port)
    except BuildError as fault:
        return max(_fail(problem) for problem in fault.problems)
    return 0


def _release(args: argparse.Namespace) -> int:
    from coursekit.grading.project import find_root
    from coursekit.grading.release import release

    root = find_root()
    for done in release(root, args.ids):
        state = "written" if done.changed else "unchanged"
        print(f"{done.folder.relative_to(root)}: {state} (recorded in {done.gradebook})")
    return 0


def _check(args: argparse.Namespace) -> int:
    from coursekit.grading.checking import check_notebook

    results = check_notebook(args.notebook)
    score, top = sum(r.score for r in results), sum(r.max_score for r in results)
    if args.json:
        print(json.dumps([result.to_dict() for result in results], indent=1))
        return 0 if score == top else 1
    for result in results:
        print(f"{result.text}\n")
    print(f"{len(results)} checks: {score:g} of {top:g} points")
    return 0 if score == top else 1


def _new_exercise(args: argparse.Namespace) -> int:
    from coursekit.grading.authoring import new_exercise
    from coursekit.grading.project import find_root

    for path in new_exercise(find_root(), args.id, args.name):
        print(f"written: {path}")
    tests = f'scripts/test tests/contracts tests/notebooks -k "{args.name} or {args.id}"'
    print(f"Now replace every TODO, run  {tests}  until it passes, and then  coursekit release {args.id}")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from coursekit.grading.doctor import examine, report

    findings = examine()
    print(report(findings))
    return 0 if all(finding.found for finding in findings if finding.essential) else 1


if __name__ == "__main__":
    sys.exit(main())
