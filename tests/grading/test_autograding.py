"""What a run of `nbgrader autograde` keeps changes nothing of what it leaves."""

import gc
import json
import re
import shutil
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades
from traitlets.config import Config

from coursekit.grading.autograding import Run, RunExporter

pytestmark = pytest.mark.grading

SETTINGS = """
c.RefereeExecute.display = False
c.LateSubmissionPlugin.penalty_method = "zero"
"""
#: nbconvert's exporter has no run, so every step opens the gradebook for itself, as nbgrader's own steps do.
PLAIN = """
from nbconvert.exporters import NotebookExporter
from nbgrader import preprocessors as stock
from coursekit.grading.preprocessors import KeepKernelspec
c.Autograde.exporter_class = NotebookExporter
steps = c.Autograde.sanitize_preprocessors
c.Autograde.sanitize_preprocessors = [stock.OverwriteKernelspec if s is KeepKernelspec else s for s in steps]
"""
DUE = "2026-03-01 12:00:00 UTC"


def rows(database):
    """All rows of all tables, without nbgrader's random ids."""
    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        found = {name: connection.execute(f"select * from {name}").fetchall() for name in tables}
    connection.close()
    plain = {
        name: [tuple(re.sub(r"\b[0-9a-f]{32}\b", "", str(value)) for value in row) for row in of]
        for name, of in found.items()
    }
    return {name: sorted(of) for name, of in plain.items()}


def files(course):
    """The graded submissions and the rights on them, but for random ids and how long it took."""
    found = {}
    for path in sorted((course.folder / "autograded").rglob("*")):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        said = re.sub(r'("seconds"): [^,\s}]+|("id"): "[0-9a-f]{8}"', r'\1\2: ""', text)
        found[str(path.relative_to(course.folder))] = (oct(path.stat().st_mode), said)
    return found


def words(course, done):
    """The warnings and errors, without the addresses and without where in the code they came up."""
    lines = re.findall(r"^\[AutogradeApp \| (?:WARNING|ERROR)\] .*$", done.stderr, re.MULTILINE)
    return [line.replace(str(course.folder), "") for line in lines]


def fill(course, more):
    """Late, with files beside it, changed everywhere, without its notebook; the last one stops none of the others."""
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + SETTINGS + more, encoding="utf-8")
    (course.folder / "solutions/activations/data.txt").write_text("the course's")
    course.hand_in("ada", course.notebook()).with_name("timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    changed = course.notebook(answers={"relu": "def relu(x):\n    return -x", "explain-flow": "It shrinks."})
    changed.metadata["kernelspec"] = {"name": "other", "display_name": "Another", "language": "none"}
    changed.cells = [cell for cell in changed.cells if cell.id != "check-elu"]
    changed.cells.append(nbformat.from_dict({**changed.cells[-1], "id": "again"}))
    path = course.hand_in("ben", changed)
    path.with_name("data.txt").write_text("the student's")
    path.with_name("timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
    nbformat.write(new_notebook(), path.with_name("notes.ipynb"))
    path = course.hand_in("cyn", course.release)
    path.rename(path.with_name("renamed.ipynb"))
    course.hand_in("dan", course.release)
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "coursekit") as gradebook:
        gradebook.update_or_create_assignment("activations", duedate=DUE)


def by_hand(course):
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "coursekit") as gradebook:
        for cell, score in (("explain-flow", 3.0), ("check-relu", 1.0)):
            gradebook.find_grade(cell, "activations", "activations", "ben").manual_score = score
        gradebook.find_comment("explain-flow", "activations", "activations", "ben").manual_comment = "Which layer?"
        gradebook.db.commit()


@pytest.fixture(scope="module")
def both(fresh_course, tmp_path_factory):
    """The same course graded twice over, by the course's settings and with nothing kept."""
    folder = tmp_path_factory.mktemp("both")
    courses = [type(fresh_course).copy_of(fresh_course, folder / name) for name in ("ours", "theirs")]
    found = []
    for course, more in zip(courses, ("", PLAIN), strict=True):
        fill(course, more)
        if found:
            shutil.copy(courses[0].folder / "grading_seeds.json", course.folder)
        steps = []
        for options in ((), ("--force",)):
            done = course.run("autograde", "activations", *options)
            steps.append(
                (done.returncode, words(course, done), files(course), rows(course.folder / "gradebook.db"), done.stderr)
            )
            by_hand(course)
        found.append(steps)
    return found


@pytest.mark.parametrize("time", [0, 1], ids=["first", "again"])
def test_gradebook_files_and_words_are_those_of_a_run_that_keeps_nothing(both, time):
    ours, theirs = (steps[time] for steps in both)
    assert ours[0] == theirs[0] == 1, ours[4]  # cyn's is an error
    assert ours[1] == theirs[1]
    assert ours[2].keys() == theirs[2].keys()
    for name, left in theirs[2].items():
        assert ours[2][name] == left, name
    assert ours[3] == theirs[3]


def test_they_are_what_was_handed_in(both):
    _, said, left, gradebook, _ = both[0][1]
    assert any("seconds late" in line for line in said)
    assert "'activations' for student 'cyn'" in said[-2]
    assert left["autograded/ben/activations/data.txt"] == ("0o100444", "the course's")
    graded = json.loads(left["autograded/ben/activations/activations.ipynb"][1])
    assert graded["metadata"]["kernelspec"]["name"].startswith("python")
    assert any("Which layer?" in row for row in gradebook["comment"])
    assert any("3.0" in row for row in gradebook["grade"])


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(url, "coursekit") as gradebook:
        gradebook.add_assignment("activations")
    return url


def test_a_kept_gradebook_is_open_in_its_block_only_and_sees_what_others_wrote(database):
    run = Run()
    with run.gradebook(database, "coursekit") as first:
        assert first.students == []
        first.add_student("lost")  # it is put in with its own commit
        first.find_student("lost").first_name = "not committed"
    assert first.engine.pool.checkedin() == first.engine.pool.checkedout() == 0
    with Gradebook(database, "coursekit") as other:
        other.add_student("ada")
    with run.gradebook(database, "coursekit") as again:
        assert again is first
        assert again.find_student("ada").id == "ada"
        assert again.find_student("lost").first_name is None


def converter(folder, **options):
    config = Config({"Autograde": {"exporter_class": RunExporter}})
    return Autograde(coursedir=CourseDirectory(root=str(folder)), config=config, **options)


def test_nbgrader_is_served_while_there_is_a_run(tmp_path, database):
    owner = converter(tmp_path)
    exporter = RunExporter(parent=owner)
    with autograde.Gradebook(database, "coursekit") as gradebook:
        assert gradebook is exporter.run.gradebook(database, "coursekit")
        assert gradebook is not exporter.run.gradebook(database)  # another course is another gradebook
    del exporter, owner
    gc.collect()
    with autograde.Gradebook(database, "coursekit") as plain:
        assert plain is not gradebook
    with autograde.Gradebook(database, "coursekit") as another:
        assert another is not plain


def test_a_new_nbgrader_that_makes_them_otherwise_goes_on(tmp_path, monkeypatch):
    monkeypatch.delattr(autograde, "Gradebook")
    assert RunExporter(parent=converter(tmp_path)).run is not None
    assert not hasattr(autograde, "Gradebook")


def test_scores_of_an_invalid_notebook_are_not_saved(tmp_path):
    saved = []

    class Save(SaveAutoGrades):
        def preprocess(self, nb, resources):
            saved.append(nb)
            return nb, resources

    def spoil(nb, resources):
        nb.cells[0].outputs = "none"
        return nb, resources

    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1"), new_markdown_cell("text")]), path)
    exporter = RunExporter(preprocessors=[Save])
    exporter.from_filename(str(path))
    assert len(saved) == 1
    exporter = RunExporter()
    exporter._preprocessors = [spoil, Save(parent=exporter)]  # as nbgrader sets them
    with pytest.raises(nbformat.ValidationError):
        exporter.from_filename(str(path))
    assert len(saved) == 1
