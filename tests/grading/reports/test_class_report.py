import dataclasses
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from coursekit.exercises import assignment
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.errors import CourseError
from coursekit.grading.record import Record, State
from coursekit.grading.reports.class_report import write_report
from coursekit.grading.reports.similarity.engine import functions
from coursekit.grading.reports.sources import submissions
from coursekit.grading.reports.tally import Tally, discrimination, interval

EVIL = '<script>alert(1)</script><img src=x onerror="x">'


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.places: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.places += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in ("meta", "br", "wbr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def course(folder: Path, id: str = "activations") -> Path:
    for name, text in (("nbgrader_config.py", ""), (f"exercises/{id}/{id}.ipynb", synthetic.release(id))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "solutions" / id).mkdir(parents=True)
    return folder


def autograded(
    root: Path, student: str, record: Record | None, cells: dict[str, str], step: str = "autograded"
) -> Path:
    """The notebook as the grader leaves it."""
    notebook = json.loads(synthetic.release(record.assignment if record else "activations"))
    if record is not None:
        notebook["metadata"]["coursekit"] = {"record": json.loads(record.to_json())}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in cells:
            cell["source"] = cells[name]
    path = root / step / student / "activations" / "activations.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


@pytest.fixture(scope="module")
def wrong() -> dict[str, Any]:
    return {m.id: m.function for m in assignment("activations").exercises["relu"].misconceptions}


@pytest.fixture(scope="module")
def graded_class(graded, wrong, tmp_path_factory) -> tuple[Path, Page]:
    """Forty students: twelve with abs in relu, four with a leak, one of each state, two copies, three engine texts."""
    root = course(tmp_path_factory.mktemp("course"))
    rng = random.Random(4)
    given = {f"s{i:02}": synthetic.honest("activations", rng) for i in range(40)}
    given["s21"] = {**given["s21"], **synthetic.copied(given["s20"], rng, keep=0.95)}
    engine = next(f.text for f in functions() if f.name == "maxout_backward")
    for student in ("s30", "s31", "s32"):
        given[student] = {**given[student], "maxout_backward": engine}
    given["s33"] = {**given["s33"], "relu": f"def relu(x):\n    return '{EVIL}'\n"}
    right, absolute, leaky = (
        graded("activations", answers)
        for answers in ({}, {"relu": wrong["absolute_value"]}, {"relu": wrong["leaks"], "elu": lambda x: x})
    )
    odd = dict(
        zip(
            ("s35", "s36", "s37", "s38", "s39"),
            (State.UNREADABLE, State.TIMEOUT, State.DIED, State.INFRASTRUCTURE, State.WRONG_ASSIGNMENT),
            strict=True,
        )
    )
    with Ledger(root / LEDGER) as ledger:
        for i, (student, cells) in enumerate(given.items()):
            record = absolute if i < 12 else leaky if i < 16 else right
            record = dataclasses.replace(record, seconds=50.0 if student == "s17" else 0.02, digest=student)
            if student in odd:
                record = dataclasses.replace(record, state=odd[student])
            if student == "s18":
                record = dataclasses.replace(record, repairs=(f"The check cell was put back. {EVIL}",))
            named = f"{student} {EVIL.replace('/', '|')}" if student == "s33" else student
            autograded(root, named, record, cells)
            ledger.put(named, record)
    autograded(root, "late", None, {}, step="submitted")
    made = write_report(root, "activations", root / "report.html")
    assert (made.count, made.ungraded) == (40, ("late",))
    return root, Page((root / "report.html").read_text("utf-8"))


def test_the_page_counts_what_there_is(graded_class, graded, wrong) -> None:
    _, page = graded_class
    top = assignment("activations").max_score
    hints = {m.id: m.hint for m in assignment("activations").exercises["relu"].misconceptions}
    for piece in (
        "Activation functions: the class",
        "40 submissions",
        f"Half of the class has {top} of {top} points or more",
        "Left out: 3 submissions of which nothing could be asked.",
        "The hardest is relu: 57% have its full points",  # 21 of the 37 that could be asked
        "The most common misconception is in relu, 32% of the class",
        "12 submissions (32%), relu: absolute value",
        hints["absolute_value"].replace("`", ""),
        "4 submissions (11%), relu: leaks",
        "5 of 40 submissions ran into trouble",
        "late",
    ):
        assert piece in page.words, piece
    odd = page.words.split("Slow and odd submissions")[1].split("stand")[0]
    for piece in ("infrastructure1s38", "timeout1s36", "died1s37", "unreadable1s35", "wrong assignment1s39", "50.00 s"):
        assert piece.replace("1s", "1 s") in odd.replace("1s", "1 s"), piece


def test_copies_and_engine_texts_are_listed_and_others_are_not(graded_class) -> None:
    _, page = graded_class
    similar = page.words.split("by shared rare code")[1].split("engine's own text")[0]
    assert "s20 and s21" in similar
    assert "a reason to look, and no proof" in similar
    engine = page.words.split("engine's own text")[-1]
    assert "maxout_backward in nn/activations.py" in engine
    assert "s30, s31, s32" in engine


def test_the_page_is_one_file_that_runs_nothing_and_asks_nobody(graded_class) -> None:
    root, page = graded_class
    assert not page.tags & {"script", "img", "link", "iframe", "object", "form", "input"}
    assert not {name for name in page.attributes if name.startswith("on")} | page.attributes & {"src", "srcset"}
    assert all(link.startswith("#") and link[1:] in page.places for link in page.links)
    assert "<script>alert(1)" in page.words  # shown as it is
    text = (root / "report.html").read_text("utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert (root / "report.html").stat().st_mode & 0o077 == 0  # it names people


def test_without_similarity_it_says_nothing_of_it(graded_class, tmp_path: Path) -> None:
    root, _ = graded_class
    write_report(root, "activations", tmp_path / "r.html", similarity=False, engine=False)
    page = Page((tmp_path / "r.html").read_text("utf-8"))
    assert not {"similar", "engine"} & set(page.places)
    assert not {"#similar", "#engine"} & set(page.links)


def test_what_nbgrader_graded_is_found_in_its_notebooks(graded, wrong, tmp_path: Path) -> None:
    root = course(tmp_path)
    record = graded("activations", {"relu": wrong["step"]})
    autograded(root, "ada", record, {"relu": "def relu(x):\n    return x > 0\n"})
    autograded(root, "by-hand", None, {})
    (one,) = submissions(root, "activations")
    assert (one.student, one.record) == ("ada", record)
    assert "def relu(x):\n    return x > 0\n" in one.cells


def test_the_later_of_two_gradings_counts(graded, wrong, tmp_path: Path) -> None:
    root = course(tmp_path)
    first, second = graded("activations", {"relu": wrong["step"]}), graded("activations", {})
    with Ledger(root / LEDGER) as ledger:
        ledger.put("ada", first)
    path = autograded(root, "ada", second, {})
    for seconds, expected in ((60, second), (-60, first)):
        moment = datetime.now(UTC).timestamp() + seconds
        os.utime(path, (moment, moment))
        (one,) = submissions(root, "activations")
        assert one.record.score == expected.score


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"metadata": 3, "cells": 4}', '{"cells": [1, {"cell_type": "code", "source": 5}]}']
)
def test_a_broken_notebook_leaves_its_row(graded, tmp_path: Path, content: str) -> None:
    root = course(tmp_path)
    with Ledger(root / LEDGER) as ledger:
        ledger.put("ada", graded("activations", {}))
    path = autograded(root, "ada", None, {})
    path.write_text(content)
    (one,) = submissions(root, "activations")
    assert one.cells == ()
    assert write_report(root, "activations", tmp_path / "r.html").count == 1


def test_faults_are_told_in_a_line(tmp_path: Path) -> None:
    root = course(tmp_path)
    with pytest.raises(CourseError, match="nothing of activations is graded yet: run  coursekit grade activations"):
        write_report(root, "activations", tmp_path / "r.html")
    with pytest.raises(CourseError, match="there is no assignment 'nothing'"):
        write_report(root, "nothing", tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


@pytest.mark.grading
def test_the_command(graded, tmp_path: Path) -> None:
    root = course(tmp_path)
    with Ledger(root / LEDGER) as ledger:
        ledger.put("ada", graded("activations", {}))
    call = [sys.executable, "-m", "coursekit.cli", "report", "activations"]
    done = subprocess.run(call, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(root / "report-activations.html")
    assert "Activation functions: the class" in (root / "report-activations.html").read_text("utf-8")


def test_discrimination_is_the_item_rest_correlation() -> None:
    points = np.array([[2.0, 3, 0], [1, 2, 0], [0, 2, 0], [2, 1, 0], [2, 3, 0]])
    for i in (0, 1):
        rest = points.sum(axis=1) - points[:, i]
        assert discrimination(points)[i] == pytest.approx(np.corrcoef(points[:, i], rest)[0, 1])
    assert np.isnan(discrimination(points)[2])
    assert np.isnan(discrimination(points[:2])).all()


@pytest.mark.parametrize(("true", "n"), [(0.0, 30), (0.5, 60), (0.8, 200)])
def test_its_interval_holds_the_truth_as_often_as_it_says(true: float, n: int) -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        x = rng.standard_normal(n)
        y = true * x + np.sqrt(1 - true**2) * rng.standard_normal(n)
        low, high = interval(float(np.corrcoef(x, y)[0, 1]), n)
        held += low <= true <= high
    assert 930 <= held <= 970  # 950 expected; three standard deviations are 21


def test_a_tally_keeps_few_names_of_many(graded) -> None:
    tally, record = Tally(), graded("activations", {}, state=State.DIED, repairs=("put back",))
    for i in range(300):
        tally.add(f"s{i}", record)
    assert tally.odd[State.DIED].count == tally.repaired.count == 300
    assert len(tally.odd[State.DIED].shown) <= 40
    assert len(tally.slowest()) <= 8
    assert tally.points().shape == (300, 13)
