"""How fast a class is graded: stock nbgrader, nbgrader with the course's settings, and `coursekit grade`, side by side.

    python benchmarks/grading.py [--assignment ID] [--class N] [--workers 1,2] [--long N]

makes a course in a temporary folder and a class whose students answer in their own ways, some wrongly
(tests/grading/reports/synthetic.py), and grades it in each way. Two kinds of submission: `functions` are the cells that
are graded and what they need; `whole` is the notebook as it is released, whose other cells train nets and draw figures.

Seconds for a submission are the difference of two runs, one with few and one with all of them, so that what a start
costs is left out (it is printed too). Every way grades the same files, one way after the other, in the same run.
`--long N` grades N submissions of `functions` besides, and prints how much memory the trusted processes held at most.

Run it while nothing else runs; the load is in the results, which are JSON.
"""

import argparse
import importlib.util
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[1]
#: Submissions that the slow ways grade: the first two of the class, and the first twenty.
SOME, FEW_NAMES, SOME_NAMES = 20, "s0000[01]", "s000[01]?"
SHOWN = 40  # by `coursekit grade` with the display run
STOCK = """\
c = get_config()
c.CourseDirectory.course_id = "coursekit"
c.CourseDirectory.source_directory, c.CourseDirectory.release_directory = "solutions", "exercises"
"""


def synthetic() -> Any:
    """The module that makes classes, which stands with the tests."""
    path = ROOT / "tests/grading/reports/synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Course:
    """A course in a folder of its own, and how to grade in it."""

    folder: Path
    assignment: str

    @classmethod
    def made(cls, folder: Path, assignment: str) -> "Course":
        """Copied from this project and released."""
        for name in ("pyproject.toml", f"solutions/{assignment}"):
            source, target = ROOT / name, folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
        course = cls(folder, assignment)
        course.configure(stock=False)
        course.command("nbgrader", "generate_assignment", assignment)
        return course

    def configure(self, *, stock: bool, more: str = "") -> None:
        """Write nbgrader_config.py: nbgrader's own settings, or the course's."""
        own = (ROOT / "nbgrader_config.py").read_text("utf-8")
        (self.folder / "nbgrader_config.py").write_text((STOCK if stock else own) + more, "utf-8")

    def hand_in(self, answers: dict[str, dict[str, str]], *, whole: bool) -> None:
        """Replace what is handed in by these answers, by student and exercise; nothing is graded yet."""
        for name in ("submitted", "autograded", "feedback"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for path in self.folder.glob("grading_ledger*"):
            path.unlink()
        release = nbformat.read(self.folder / f"exercises/{self.assignment}/{self.assignment}.ipynb", as_version=4)
        if not whole:
            release.cells = [cell for cell in release.cells if "nbgrader" in cell.metadata]
        empty = {cell.id: cell.source for cell in release.cells}
        for student, given in answers.items():
            for cell in release.cells:
                cell.source = given.get(cell.id, empty[cell.id])
            path = self.folder / "submitted" / student / self.assignment / f"{self.assignment}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(release, path)

    def command(self, *words: str) -> float:
        """Seconds that a command took; what it says is shown where it fails."""
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return time.perf_counter() - started

    def autograde(self, students: str) -> float:
        """Seconds of `nbgrader autograde` for the students of this pattern."""
        return self.command("nbgrader", "autograde", self.assignment, "--force", "--student", students)

    def grade(self, students: list[str], workers: int, *, display: bool) -> float:
        """Seconds of `coursekit grade` for these students."""
        with tempfile.TemporaryDirectory(dir=self.folder) as some:
            for student in students:
                source = self.folder / "submitted" / student / self.assignment / f"{self.assignment}.ipynb"
                shutil.copy2(source, Path(some) / f"{student}.ipynb")
            shown = "all" if display else "none"
            options = ["--submissions", some, "--workers", str(workers), "--display", shown]
            return self.command("coursekit.cli", "grade", self.assignment, *options)


def each(few: tuple[int, float], all_: tuple[int, float]) -> dict[str, float]:
    """Seconds for one submission more, and for what a run costs besides."""
    slope = (all_[1] - few[1]) / (all_[0] - few[0])
    return {"seconds": round(slope, 4), "start": round(few[1] - few[0] * slope, 2), "submissions": all_[0]}


def measure(course: Course, answers: dict[str, dict[str, str]], workers: list[int]) -> dict[str, Any]:
    """All ways on one kind of submission that is handed in already."""
    students = sorted(answers)
    few, shown = students[:2], students[:SHOWN]
    found: dict[str, Any] = {}

    course.configure(stock=True)
    found["stock nbgrader"] = each((2, course.autograde(FEW_NAMES)), (SOME, course.autograde(SOME_NAMES)))
    for name, more in (("display", ""), ("no display", "c.RefereeExecute.display = False\n")):
        course.configure(stock=False, more=more)
        runs = (2, course.autograde(FEW_NAMES)), (SOME, course.autograde(SOME_NAMES))
        found[f"nbgrader with the course's settings, {name}"] = each(*runs)
    for count in workers:
        runs = (
            (2, course.grade(few, count, display=False)),
            (len(students), course.grade(students, count, display=False)),
        )
        found[f"coursekit grade, {count} workers, no display"] = each(*runs)
    count = workers[-1]
    course.grade(few, count, display=True)  # fonts are looked for once
    runs = (2, course.grade(few, count, display=True)), (len(shown), course.grade(shown, count, display=True))
    found[f"coursekit grade, {count} workers, display"] = each(*runs)
    for one in found.values():
        one["times stock"] = round(found["stock nbgrader"]["seconds"] / one["seconds"], 1)
    return found


def trusted_memory(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """MB that the command's own process and its largest worker hold now, without the sandboxes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [pid for pid in children if b"batch.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return _mb(process.pid), max((_mb(int(pid)) for pid in workers), default=0.0)


def _mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def long_run(course: Course, answers: dict[str, dict[str, str]], workers: int) -> dict[str, Any]:
    """Grade many, and watch the memory."""
    words = [sys.executable, "-m", "coursekit.cli", "grade", course.assignment, "--workers", str(workers)]
    started, command, worker = time.perf_counter(), 0.0, 0.0
    with (course.folder / "long.log").open("wb") as log:
        process = subprocess.Popen([*words, "--display", "none"], cwd=course.folder, stdout=log, stderr=log)
        while process.poll() is None:
            time.sleep(0.5)
            try:
                now = trusted_memory(process)
            except OSError:  # it has just ended
                continue
            command, worker = max(command, now[0]), max(worker, now[1])
    if process.returncode:
        sys.exit((course.folder / "long.log").read_text()[-3000:])
    seconds = time.perf_counter() - started
    return {
        "submissions": len(answers),
        "seconds": round(seconds, 1),
        "per second": round(len(answers) / seconds, 1),
        "MB of the command": round(command),
        "MB of its largest worker": round(worker),
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", default="activations")
    parser.add_argument("--class", dest="size", type=int, default=100)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--kinds", default="functions,whole")
    parser.add_argument("--long", type=int, default=0)
    wanted = parser.parse_args()
    workers = [int(part) for part in wanted.workers.split(",")]
    made = synthetic()
    rng = random.Random(7)
    answers = {f"s{i:05}": made.honest(wanted.assignment, rng) for i in range(max(wanted.size, 2 * SOME))}
    results: dict[str, Any] = {
        "assignment": wanted.assignment,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load before": os.getloadavg()[0],
    }
    with tempfile.TemporaryDirectory(prefix="coursekit-bench-") as scratch:
        course = Course.made(Path(scratch), wanted.assignment)
        for kind in filter(None, wanted.kinds.split(",")):
            course.hand_in(answers, whole=kind == "whole")
            results[kind] = measure(course, answers, workers)
            print(json.dumps({kind: results[kind]}, indent=1), file=sys.stderr)
        if wanted.long:
            many = {f"s{i:05}": made.honest(wanted.assignment, rng) for i in range(wanted.long)}
            course.configure(stock=False)
            course.hand_in(many, whole=False)
            results["long"] = long_run(course, many, workers[-1])
    results["load after"] = os.getloadavg()[0]
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
