import pytest

from coursekit.grading import CourseError
from coursekit.grading.project import assignment_ids, find_root, site_url


def test_the_course_is_found_from_below(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "solutions" / "loop").mkdir(parents=True)
    (tmp_path / "solutions" / "empty").mkdir()
    (tmp_path / "solutions" / "loop" / "loop.ipynb").touch()
    assert find_root(tmp_path / "solutions" / "loop") == tmp_path.resolve()
    assert assignment_ids(tmp_path) == ["loop"]


def test_no_course_here(tmp_path):
    with pytest.raises(CourseError, match="no course found"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", ""),
        ("[tool.coursekit]\n", ""),
        ('[tool.coursekit]\nsite-url = "https://book.example/nets/"\n', "https://book.example/nets"),
    ],
)
def test_the_site_has_one_place(tmp_path, text, url):
    (tmp_path / "pyproject.toml").write_text(text)
    assert site_url(tmp_path) == url


@pytest.mark.parametrize(
    "text", ["[tool", "[tool.coursekit]\nsite-url = 3\n", '[tool.coursekit]\nsite-url = "book.example"\n']
)
def test_a_wrong_address_is_said(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(CourseError, match=r"pyproject\.toml"):
        site_url(tmp_path)
