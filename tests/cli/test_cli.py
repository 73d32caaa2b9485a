import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import coursekit
from coursekit import cli
from coursekit.grading import CourseError

ROOT = Path(__file__).parents[2]
SOLVED = ROOT / "solutions/activations/activations.ipynb"
RELEASED = ROOT / "exercises/activations/activations.ipynb"


def call(capsys, *argv):
    try:
        code = cli.main([str(a) for a in argv])
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def assert_one_line(code, err, *parts):
    assert code == 2
    assert err.startswith("coursekit: ")
    assert err.count("\n") == 1, err
    for part in parts:
        assert part in err


def test_version(capsys):
    assert call(capsys, "--version") == (0, f"coursekit {coursekit.__version__}\n", "")


@pytest.mark.parametrize("argv", [[], ["frob"], ["check"], ["build", "--sreve"], ["release", "--all"]])
def test_a_wrong_call_is_one_line(capsys, argv):
    code, _, err = call(capsys, *argv)
    assert_one_line(code, err, "--help")


@pytest.mark.parametrize("port", ["abc", "-1", "0", "65536", "99999999", "8000.5", ""])
def test_a_port_that_is_none_is_refused_before_anything_is_built(capsys, monkeypatch, port):
    monkeypatch.setattr(cli, "_build", lambda args: pytest.fail("it began to build"))
    code, _, err = call(capsys, "build", f"--port={port}")
    assert_one_line(code, err, "is no port", "from 1 to 65535")


def test_the_installed_command_runs_without_numpy_being_loaded():
    source = "import sys\nfrom coursekit import cli\ncli._parser().format_help()\nassert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0


def make(folder, kind):
    path = folder / "a.ipynb"
    if kind == "missing":
        return path
    if kind == "folder":
        return folder
    nb = nbformat.read(SOLVED, as_version=4)
    if kind == "text":
        path.write_text("hello")
        return path
    if kind == "no checks":
        nb.cells = [c for c in nb.cells if "exercise" not in c.metadata.get("coursekit", {})]
    for cell in nb.cells:
        mark = cell.metadata.get("coursekit", {})
        if kind == "other assignment" and "assignment" in mark:
            mark["assignment"] = "loops"
        if kind == "marks of other kinds" and "exercise" in mark:
            mark["exercise"] = ["relu"]
        if kind == "no marks":
            cell.metadata["coursekit"] = ["exercise"]
        if kind == "other exercise" and mark.get("exercise") == "relu":
            mark["exercise"] = "rleu"
    nbformat.write(nb, path)
    return path


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("missing", ["there is no file", "name a notebook"]),
        ("folder", ["is a folder"]),
        ("text", ["is not a notebook", "not valid JSON"]),
        ("no checks", ["has no check cells", "start from the released notebook"]),
        ("other assignment", ["'loops', which is no assignment", "there is ", "activations"]),
        ("other exercise", ["'rleu', which is no exercise"]),
        ("marks of other kinds", ["['relu'], which is no exercise"]),
        ("no marks", ["has no check cells"]),
    ],
)
def test_check_of_what_is_no_assignment(capsys, tmp_path, kind, parts):
    code, _, err = call(capsys, "check", make(tmp_path, kind))
    assert_one_line(code, err, *parts)


@pytest.mark.grading
def test_check_without_a_kernel(capsys, monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def none(self, kernel_name):
        raise NoSuchKernel(kernel_name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", none)
    code, _, err = call(capsys, "check", RELEASED)
    assert_one_line(code, err, "no Python kernel", "pip install")


@pytest.fixture
def short(tmp_path):
    """The notebook as far as relu, for a quick run."""

    def write(answer):
        nb = nbformat.read(RELEASED, as_version=4)
        nb.cells = [c for c in nb.cells if c.id in {"setup", "imports", "relu", "check-relu"}]
        next(c for c in nb.cells if c.id == "relu").source = answer
        nbformat.write(nb, tmp_path / "mine.ipynb")
        return tmp_path / "mine.ipynb"

    return write


@pytest.mark.grading
def test_check_shows_what_a_student_sees(capsys, short):
    code, out, err = call(capsys, "check", short("def relu(x):\n    return np.maximum(x, 0)"))
    assert (code, err) == (0, "")
    assert "relu: all checks passed" in out
    assert out.endswith("1 checks: 5 of 5 points\n")


@pytest.mark.grading
def test_check_of_a_wrong_answer(capsys, short):
    path = short("open('left-behind', 'w').close()\ndef relu(x):\n    return np.abs(x)")
    before = path.read_bytes()
    code, out, err = call(capsys, "check", path)
    assert (code, err) == (1, "")
    for part in ("FAIL", "rule:", "expected:", "got:"):
        assert part in out
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["mine.ipynb"]


@pytest.mark.grading
def test_check_of_a_cell_that_fails(capsys, short):
    code, out, err = call(capsys, "check", short("def relu(x)\n    return x"))
    assert (code, err) == (1, "")
    assert "NameError: name 'relu' is not defined" in out
    assert "1 checks: 0 of 5 points" in out


@pytest.mark.grading
@pytest.mark.parametrize("answer", ["def relu(x):\n    return np.abs(x)", "def relu(x)\n    return x"])
def test_check_as_json(capsys, short, answer):
    code, out, err = call(capsys, "check", "--json", short(answer))
    assert (code, err) == (1, "")
    (found,) = json.loads(out)
    assert (found["exercise"], found["score"], found["max_score"]) == ("relu", 0, 5)
    if "results" in found:
        (result,) = found["results"]
        assert result["misconception"] == "absolute_value"
        assert result["checks"][0]["name"] == "values"
    else:
        assert "NameError" in found["text"]


@pytest.mark.grading
def test_check_when_python_is_ended(capsys, short):
    code, _, err = call(capsys, "check", short("import os\nos._exit(1)"))
    assert_one_line(code, err, "ended Python")


def test_release_outside_a_course(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "release")
    assert_one_line(code, err, "no course found", "nbgrader_config.py")


def test_release_of_an_unknown_assignment(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, _, err = call(capsys, "release", "nope")
    assert_one_line(code, err, "no assignment 'nope'", "activations")


@pytest.mark.parametrize(
    ("name", "extra", "command"), [("nbclient", "notebook", "check"), ("nbgrader", "grading", "release")]
)
def test_a_missing_package_is_named(capsys, monkeypatch, name, extra, command):
    module = {"check": "coursekit.grading.checking", "release": "coursekit.grading.release"}[command]
    for loaded in [m for m in sys.modules if m == module or m.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.chdir(ROOT)
    code, _, err = call(capsys, command, *([RELEASED] if command == "check" else []))
    assert_one_line(code, err, f"needs the package {name}", f"coursekit[{extra}]")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (CourseError("what, where, what to do"), "what, where, what to do"),
        (PermissionError(13, "Permission denied", "x.html"), "x.html: Permission denied"),
        (KeyboardInterrupt(), "stopped"),
        (ModuleNotFoundError("no", name="numpy.typing"), "is another numpy in the way?"),
    ],
)
def test_faults_are_one_line(capsys, monkeypatch, fault, says):
    def fail(args):
        raise fault

    monkeypatch.setattr(cli, "_doctor", fail)
    code, _, err = call(capsys, "doctor")
    assert_one_line(code, err, says)


def test_doctor_says_what_is_here(capsys):
    code, out, err = call(capsys, "doctor")
    assert (code, err) == (0, "")
    for name in ("python", "numpy", "jupyter-book", "node", "chromium", "nbgrader", "kernel", "bwrap", "front end"):
        assert name in out


def test_doctor_says_what_is_missing_and_how_to_mend_it(capsys, monkeypatch):
    import importlib.metadata

    from coursekit.grading import doctor

    def version(name):
        if name == "nbgrader":
            raise importlib.metadata.PackageNotFoundError(name)
        return {"numpy": "1.26.4", "jupyter-book": "2.1.0"}.get(name, "99.0")

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    code, out, _ = call(capsys, "doctor")
    assert code == 1
    assert "MISSING  numpy" in out
    assert "here is 1.26.4; it takes 2.0 or later" in out
    assert "it takes 1.0.4 or later and below 2" in out
    assert 'pip install "coursekit[grading]"' in out
    assert json.dumps(out).count("to mend it") >= 4
