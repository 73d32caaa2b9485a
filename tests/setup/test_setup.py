"""The set-up script: what it does twice it does once, and what goes wrong it says in a line."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def setup(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_script", root / "scripts" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "LOG", tmp_path / "setup.log")
    return module


def test_a_failed_step_names_itself_and_the_log(setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(setup.SetupError, match=r"a step: failed with exit status 3.*setup\.log"):
        setup.run("a step", [sys.executable, "-c", "print('the cause'); raise SystemExit(3)"])
    assert "the cause" in capsys.readouterr().err


def test_a_finished_step_says_so(setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    setup.run("a step", [sys.executable, "-c", "pass"])
    assert "a step: done" in capsys.readouterr().out


def test_the_stamp_follows_content_and_absence(setup: ModuleType, tmp_path: Path) -> None:
    file, stamp = tmp_path / "pins", tmp_path / "stamp"
    file.write_text("one")
    setup.write_stamp(stamp, setup.digest([file]))
    assert setup.stamp_is(stamp, setup.digest([file]))
    file.write_text("two")
    assert not setup.stamp_is(stamp, setup.digest([file]))
    file.unlink()
    assert not setup.stamp_is(stamp, setup.digest([file]))


def test_an_old_python_is_told_what_to_do(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(setup.SetupError, match="too old: make PYTHON="):
        setup.python_environment()


def test_the_browser_named_by_the_reader_comes_first(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "my-browser"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert setup.find_browser() == str(mine)


def test_a_program_that_is_there_is_left_alone(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "apt_install", lambda *_: pytest.fail("it was there"))
    setup.program("bubblewrap", lambda: "/usr/bin/bwrap", "nothing")


def test_a_program_that_is_missing_is_installed_once(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there: list[str] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(setup, "apt_install", lambda package, what: there.append(package) or True)
    setup.program("postgresql", lambda: there[0] if there else None, "SQLite only")
    assert there == ["postgresql"]
    assert capsys.readouterr().out == ""


def test_a_program_that_cannot_be_had_is_said_loudly_and_stops_nothing(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "apt_install", lambda *_: False)
    setup.program("postgresql", lambda: None, "the gradebook will be tested in SQLite only")
    said = capsys.readouterr().out
    assert "!! NO POSTGRESQL: the gradebook will be tested in SQLite only. Install postgresql, then run again." in said
    assert said.count("!" * 100) == 2


def test_the_programs_are_found_where_debian_has_them(setup: ModuleType) -> None:
    for find, known in ((setup.find_bubblewrap, "/usr/bin/bwrap"), (setup.find_postgres, "/usr/lib/postgresql")):
        if Path(known).exists():
            assert Path(find()).exists()
