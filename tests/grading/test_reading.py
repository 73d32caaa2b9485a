import json

import nbformat
import pytest

from coursekit.grading.reading import MAX_BYTES, UnreadableError, read


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"[1, 2]", "nothing like a notebook"),
        (b"{}", "holds no cells"),
        (b"null", "nothing like a notebook"),
        (b'{"cells": [], "nbformat": 5}', "format 5, and the newest that is known here is 4"),
        (b'{"cells": [], "nbformat": "4"}', "does not say which notebook format"),
        (b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "notebook"),
        (b"[" * 200_000, ""),
        (b"%PDF-1.4", "not valid JSON"),
        (b" " * (MAX_BYTES + 1), "limit"),
    ],
)
def test_says_why(tmp_path, content, says):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as fault:
        read(path)
    assert says in str(fault.value)


def test_a_mark_at_the_beginning_is_no_part_of_the_notebook(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook()), encoding="utf-8-sig")
    assert read(path).cells == []


def test_a_missing_file(tmp_path):
    with pytest.raises(UnreadableError, match="No such file or directory"):
        read(tmp_path / "a.ipynb")


@pytest.mark.parametrize("minor", [2, 4, 5])
def test_older_formats_are_fine(tmp_path, minor):
    path = tmp_path / "a.ipynb"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    data = json.loads(nbformat.writes(nb))
    data["nbformat_minor"] = minor
    if minor < 5:
        del data["cells"][0]["id"]
    path.write_text(json.dumps(data))
    assert [cell.source for cell in read(path).cells] == ["x"]


def test_numbers_that_json_has_not_become_null(tmp_path):
    path = tmp_path / "a.ipynb"
    metadata = '{"a": 1e999, "b": -1e999, "c": NaN, "d": Infinity, "e": 1.5, "f": -0.0, "g": 1e-999}'
    path.write_text(f'{{"cells": [], "metadata": {metadata}, "nbformat": 4, "nbformat_minor": 5}}')
    found = read(path).metadata
    assert found == {"a": None, "b": None, "c": None, "d": None, "e": 1.5, "f": 0.0, "g": 0.0}
    json.dumps(found, allow_nan=False)
