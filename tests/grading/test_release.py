"""Released notebooks: fresh, the same every time, without an answer in them; and nothing is lost when it fails."""

import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from coursekit.grading import CourseError
from coursekit.grading.project import assignment_ids
from coursekit.grading.release import _place, release

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.grading
RELEASED = Path("exercises/activations/activations.ipynb")


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The whole course, released now."""
    folder = tmp_path_factory.mktemp("released")
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    assert all(done.changed for done in release(folder))
    return folder


@pytest.mark.parametrize("id", assignment_ids(ROOT))
def test_committed_release_is_fresh(released, id):
    """What is made of solutions/ now is what lies in exercises/, byte for byte."""
    name = f"exercises/{id}/{id}.ipynb"
    assert (ROOT / name).read_bytes() == (released / name).read_bytes(), f"run `coursekit release {id}` and commit"


def test_nbgraders_own_command_releases_the_same(fresh_course):
    assert (ROOT / RELEASED).read_bytes() == (fresh_course.folder / RELEASED).read_bytes()


@pytest.fixture
def course(fresh_course, tmp_path):
    return type(fresh_course).copy_of(fresh_course, tmp_path / "course")


def test_twice_is_the_same_and_the_second_time_says_so(course):
    content = (course.folder / RELEASED).read_bytes()
    (done,) = release(course.folder)
    assert (done.id, done.changed) == ("activations", False)
    assert (course.folder / RELEASED).read_bytes() == content
    assert [p.name for p in (course.folder / "exercises").iterdir()] == ["activations"]


def test_a_failing_release_keeps_the_earlier_one(course):
    content = (course.folder / RELEASED).read_bytes()
    source = course.folder / "solutions/activations/activations.ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace("### END SOLUTION", "### FIN", 1), encoding="utf-8")
    with pytest.raises(CourseError, match=r"activations was not released, exercises/ is as it was: .*solution"):
        release(course.folder, ["activations"])
    assert (course.folder / RELEASED).read_bytes() == content
    assert [p.name for p in (course.folder / "exercises").iterdir()] == ["activations"]


def test_a_release_that_cannot_be_put_into_place_keeps_the_earlier_one(course, monkeypatch):
    content = (course.folder / RELEASED).read_bytes()
    (course.folder / "pyproject.toml").write_text('[tool.coursekit]\nsite-url = "https://book.example"\n', "utf-8")
    rename = Path.rename

    def refused(path, target):
        if path.parent.name.startswith(".release-") and path.name == "activations":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        release(course.folder)
    assert (course.folder / RELEASED).read_bytes() == content


@pytest.mark.parametrize(
    ("url", "place"),
    [("sqlite:////srv/gradebook.db", "/srv/gradebook.db"), ("postgresql://a:secret@db/g", "postgresql://a:***@db/g")],
)
def test_the_gradebook_is_told_without_its_password(url, place):
    assert _place(url) == place


def test_the_site_is_stamped_into_the_setup_cell(course):
    path = course.folder / "pyproject.toml"
    path.write_text('[tool.coursekit]\nsite-url = "https://book.example/nets"\n', encoding="utf-8")
    assert release(course.folder)[0].changed
    setup = next(c for c in nbformat.read(course.folder / RELEASED, 4).cells if c.id == "setup")
    assert '"https://book.example/nets"' in setup.source


def test_a_configuration_that_does_not_run(course):
    with (course.folder / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.SeededExecute.timeout = (\n")
    with pytest.raises(CourseError, match=r"nbgrader_config\.py does not run \(SyntaxError: .*mend it"):
        release(course.folder)


def test_an_unknown_assignment(course):
    with pytest.raises(CourseError, match=r"no assignment 'lop' in .*: there is .*activations"):
        release(course.folder, ["lop"])


def test_what_nbgrader_keeps_for_itself_is_ignored_by_git():
    made = ["gradebook.db", "grading_seeds.json", "submitted/a/b.ipynb", "autograded/a", "feedback/a", "grades.csv"]
    if not shutil.which("git"):
        pytest.skip("NOT TESTED: what git ignores; git is not installed")
    ignored = subprocess.run(["git", "check-ignore", *made], cwd=ROOT, capture_output=True, text=True, check=False)
    if ignored.returncode == 128:
        pytest.skip("NOT TESTED: what git ignores; this is no git checkout")
    assert ignored.stdout.split() == made


@pytest.mark.parametrize("id", assignment_ids(ROOT))
def test_no_answers_and_no_outputs_in_it(id):
    ours, theirs = (
        nbformat.read(ROOT / folder / id / f"{id}.ipynb", as_version=4) for folder in ("solutions", "exercises")
    )
    for cell in theirs.cells:
        assert "SOLUTION" not in cell.source
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    sources = {cell.id: cell.source for cell in theirs.cells}
    shown = {line.strip() for source in sources.values() for line in source.splitlines()}
    for cell in ours.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            answer = cell.source.split("### BEGIN SOLUTION\n")[1].split("### END SOLUTION")[0]
            lines = {line.strip() for line in answer.splitlines()} - {""}
            assert not lines & {line.strip() for line in sources[cell.id].splitlines()}
            # A short line such as `total = 0.0` may stand elsewhere; one that says something may not.
            assert not [line for line in lines & shown if len(line) > 24]
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source[:60] not in sources[cell.id]
