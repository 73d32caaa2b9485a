import pytest

from coursekit.grading import CourseError
from coursekit.grading.seeds import seed_for


def test_drawn_once_per_assignment_and_kept(tmp_path):
    path = tmp_path / "seeds.json"
    first = seed_for("activations", path)
    other = seed_for("loop", path)
    assert 0 <= first < 2**32
    assert first != other
    assert (seed_for("activations", path), seed_for("loop", path)) == (first, other)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"activations": "7"}', '{"activations": -1}', '{"activations": true}']
)
def test_a_damaged_file_is_not_replaced(tmp_path, text):
    path = tmp_path / "seeds.json"
    path.write_text(text)
    with pytest.raises(CourseError, match="cannot be read as seeds: restore it"):
        seed_for("activations", path)
    assert path.read_text() == text
