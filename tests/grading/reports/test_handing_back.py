"""Feedback goes back under the names of the platform's own download, and never under another person's."""

import hashlib
import os
import zipfile
from pathlib import Path

import nbformat
import pytest

from coursekit import cli
from coursekit.grading.batch.finding import find
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.record import Record, State
from coursekit.grading.reports import page

ID = "activations"
MOODLE = {
    "Ada Lovelace_11_assignsubmission_file/activations.ipynb": "ada of 11",
    "Ada Lovelace_12_assignsubmission_file/mine/activations.ipynb": "ada of 12",
    "Jörg O_Neil_13_assignsubmission_file_/activations.ipynb": "jörg",
    "Old Site_14_assignsubmission_file_activations.ipynb": "old",
}
CANVAS = {
    "lovelaceada_1001_501_activations.ipynb": "first attempt",
    "lovelaceada_LATE_1001_502_activations-1.ipynb": "second attempt",
    "lovelaceada_1002_503_activations.ipynb": "of her namesake",
}


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "course"
    (folder / "solutions").mkdir(parents=True)
    (folder / "nbgrader_config.py").touch()
    monkeypatch.chdir(folder)
    return folder


def grade(root: Path, download: Path, state: State = State.GRADED) -> None:
    """What `coursekit grade` leaves of a download: a row for each student, and a page that says of which file."""
    with find(root, ID, download) as found, Ledger(root / LEDGER) as ledger:
        for one in found.submissions:
            content = found.read(one)
            digest = hashlib.sha256(content).hexdigest()
            remarks = (f"on {content.decode()}",)
            record = Record(
                assignment=ID, digest=digest, key="k", state=state, exercises=(), notebook="", remarks=remarks
            )
            ledger.put(one.student, record)
            page.write(root, one.student, record)


def export(download: Path, *arguments: str) -> dict[str, str]:
    assert cli.main(["export", ID, "--feedback", str(download), *arguments]) == 0
    with zipfile.ZipFile(f"feedback-{ID}.zip") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_moodle_gets_a_page_in_the_folder_of_each_submission(root, tmp_path, capsys):
    download = zipped(tmp_path / "moodle.zip", MOODLE)
    grade(root, download)
    pages = export(download)
    assert set(pages) == {
        "Ada Lovelace_11_assignsubmission_file/activations.html",
        "Ada Lovelace_12_assignsubmission_file/activations.html",
        "Jörg O_Neil_13_assignsubmission_file_/activations.html",
        "Old Site_14_assignsubmission_file_activations.html",
    }
    for name, text in MOODLE.items():
        (own,) = [shown for key, shown in pages.items() if key[:16] == name[:16]]
        assert f"on {text}" in own
        assert sum(f"on {text}<" in shown for shown in pages.values()) == 1
    assert capsys.readouterr().err == ""


def test_canvas_gets_a_notebook_under_the_name_of_the_attempt_that_was_graded(root, tmp_path):
    download = zipped(tmp_path / "canvas.zip", CANVAS)
    grade(root, download)
    pages = export(download)
    assert set(pages) == set(CANVAS) - {"lovelaceada_1001_501_activations.ipynb"}
    for name, text in pages.items():
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert [cell.cell_type for cell in notebook.cells] == ["markdown"]
        assert f"on {CANVAS[name]}" in notebook.cells[0].source


def test_a_folder_around_all_changes_no_name(root, tmp_path):
    download = zipped(tmp_path / "moodle.zip", {f"all of them/{name}": text for name, text in MOODLE.items()})
    grade(root, download)
    assert "Ada Lovelace_11_assignsubmission_file/activations.html" in export(download)


def test_a_namesake_in_another_download_gets_nobody_elses_page(root, tmp_path, capsys):
    grade(root, zipped(tmp_path / "first.zip", dict(list(MOODLE.items())[:1])))
    other = zipped(tmp_path / "other.zip", dict(list(MOODLE.items())[1:2]))
    assert cli.main(["export", ID, "--feedback", str(other)]) == 2
    said = capsys.readouterr().err
    assert "another file than this one was graded" in said
    assert said.count("\n") == 1
    assert not (root / f"feedback-{ID}.zip").exists()


def test_who_has_no_feedback_on_this_file_is_left_out_and_named(root, tmp_path, capsys):
    download = zipped(tmp_path / "canvas.zip", CANVAS)
    grade(root, download)
    again = {**CANVAS, "lovelaceada_1001_504_activations-2.ipynb": "third", "roe_1003_505_activations.ipynb": "new"}
    pages = export(zipped(tmp_path / "later.zip", {**again, "poe_1004_506_essay.pdf": "x"}))
    assert set(pages) == {"lovelaceada_1002_503_activations.ipynb"}
    said = capsys.readouterr().err
    assert "1001: left out, another file than this one was graded" in said
    assert "1003: left out, not graded" in said
    assert "1004: left out, no notebook was handed in" in said


def test_what_could_not_be_graded_and_an_old_page_are_left_out(root, tmp_path, capsys):
    download = zipped(tmp_path / "canvas.zip", CANVAS)
    grade(root, download)
    os.utime(root / "feedback" / "1001" / ID / f"{ID}.md", (0, 0))
    assert set(export(download)) == {"lovelaceada_1002_503_activations.ipynb"}
    assert "is older than the grade" in capsys.readouterr().err
    grade(root, download, State.INFRASTRUCTURE)
    assert cli.main(["export", ID, "--feedback", str(download)]) == 2
    assert "the last run could not grade it" in capsys.readouterr().err


@pytest.mark.parametrize("files", [{"ada_activations.ipynb": "x"}, {"ada/activations/activations.ipynb": "x"}])
def test_other_names_are_refused_in_a_line(root, tmp_path, capsys, files):
    download = zipped(tmp_path / "own.zip", files)
    grade(root, download)
    assert cli.main(["export", ID, "--feedback", str(download)]) == 2
    said = capsys.readouterr().err
    assert "is no name of Canvas or Moodle" in said
    assert said.count("\n") == 1


def test_the_download_is_not_written_over(root, tmp_path, capsys):
    download = zipped(tmp_path / "canvas.zip", CANVAS)
    grade(root, download)
    before = download.read_bytes()
    assert cli.main(["export", ID, "--feedback", str(download), "--out", str(download)]) == 2
    assert "is the download itself" in capsys.readouterr().err
    assert download.read_bytes() == before


@pytest.mark.parametrize("option", ["--roster", "--db"])
def test_options_of_grades_are_refused_instead_of_passed_over(root, tmp_path, capsys, option):
    download = zipped(tmp_path / "canvas.zip", CANVAS)
    grade(root, download)
    assert cli.main(["export", ID, "--feedback", str(download), option, "people.csv"]) == 2
    assert "are for grades" in capsys.readouterr().err
    assert not (root / f"feedback-{ID}.zip").exists()
