import threading
from concurrent.futures import ThreadPoolExecutor

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


def test_of_many_that_are_drawn_at_once_none_is_lost(tmp_path):
    path = tmp_path / "seeds.json"
    names = [f"a{n}" for n in range(16)]
    begin = threading.Barrier(len(names))

    def draw(name):
        begin.wait()
        return seed_for(name, path)

    with ThreadPoolExecutor(len(names)) as threads:
        drawn = list(threads.map(draw, names))
    assert [seed_for(name, path) for name in names] == drawn


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"activations": "7"}', '{"activations": -1}', '{"activations": true}']
)
def test_a_damaged_file_is_not_replaced(tmp_path, text):
    path = tmp_path / "seeds.json"
    path.write_text(text)
    with pytest.raises(CourseError, match="cannot be read as seeds: restore it"):
        seed_for("activations", path)
    assert path.read_text() == text
