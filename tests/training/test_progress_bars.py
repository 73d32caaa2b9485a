import subprocess
import sys
import types
import warnings

import pytest

from coursekit.training import progress


@pytest.fixture
def bars(monkeypatch):
    """A tqdm that remembers the bars it made."""
    made = []

    def tqdm(iterable, **settings):
        made.append(settings)
        return list(iterable)

    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = tqdm
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    return made


def test_with_tqdm_there_is_a_bar_where_somebody_looks(bars):
    assert list(progress((i for i in range(3)), total=3, what="nets")) == [0, 1, 2]
    assert bars == [{"total": 3, "desc": "nets", "disable": None, "leave": False}]
    assert next(progress([7])) == 7
    assert bars[1]["total"] is None


def test_without_tqdm_the_items_are_the_same(monkeypatch):
    for name in ("tqdm", "tqdm.auto"):
        monkeypatch.setitem(sys.modules, name, None)
    items = progress(range(3), total=3, what="nets")
    assert iter(items) is items
    assert list(items) == [0, 1, 2]


def test_nothing_is_taken_before_it_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    taken = []
    items = progress(taken.append(i) or i for i in range(3))
    assert taken == []
    next(items)
    assert taken == [0]


def test_in_a_browser_there_is_none(bars, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert list(progress([1, 2])) == [1, 2]
    assert bars == []


def test_a_warning_that_tqdm_gives_at_its_import_does_not_show(monkeypatch, tmp_path):
    (tmp_path / "tqdm").mkdir()
    (tmp_path / "tqdm" / "__init__.py").touch()
    (tmp_path / "tqdm" / "auto.py").write_text(
        "import warnings\nwarnings.warn('IProgress not found')\ndef tqdm(items, **settings): return items\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("tqdm", "tqdm.auto"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(progress([1, 2])) == [1, 2]
    assert "tqdm.auto" in sys.modules
    for name in ("tqdm", "tqdm.auto"):
        monkeypatch.delitem(sys.modules, name)


def test_importing_the_package_does_not_import_tqdm():
    code = "import sys, coursekit.training; print('tqdm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_total_is_a_count():
    with pytest.raises(ValueError, match="progress: total must be a whole number, 0 or more, not -1"):
        progress([], total=-1)
