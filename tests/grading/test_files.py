"""Files are written as a whole or not at all."""

from pathlib import Path

import pytest

from coursekit.grading.files import replace_file


def test_a_file_that_cannot_be_written_is_named_and_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "feedback" / "page.html"
    replace_file(path, "old")

    def full(*given):
        raise OSError(28, "No space left on device")  # as the system says it, without a name

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space left") as caught:
        replace_file(path, "new")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "feedback").touch()
    with pytest.raises(OSError, match="feedback") as caught:
        replace_file(tmp_path / "feedback" / "anna" / "page.html", "new")
    assert caught.value.filename == str(tmp_path / "feedback" / "anna" / "page.html")
