"""The kernel in the sandbox: with nbclient, and with nbgrader that knows nothing of it but its name."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from .conftest import need

pytestmark = [pytest.mark.grading, pytest.mark.filterwarnings("default::DeprecationWarning")]

KERNEL = "coursekit-sandbox"


def executed(*cells: str, cwd: Path, **options) -> nbformat.NotebookNode:
    need("bwrap")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook, kernel_name=KERNEL, resources={"metadata": {"path": str(cwd)}}, allow_errors=True, **options
    )
    client.execute()
    return notebook


def text(notebook: nbformat.NotebookNode, cell: int) -> str:
    return "".join(o.get("text", "") + "".join(o.get("traceback", [])) for o in notebook.cells[cell].outputs)


def test_jupyter_finds_the_kernel():
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "kernelspec", "list"], capture_output=True, text=True, check=True
    )
    assert KERNEL in listed.stdout


def test_a_notebook_runs_without_network_or_files(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("a,b")
    (tmp_path / "other.ipynb").write_text("{}")
    notebook = executed(
        "from coursekit.nn import relu\nimport numpy as np\nprint(relu(np.array([-1.0, 2.0])))",
        "import os\nprint([n for n in os.listdir('.') if n[0] != '.'], open('data/x.csv').read(), os.getcwd())",
        "import socket\nsocket.create_connection(('1.1.1.1', 80), timeout=5)",
        f"print([path for path in {[str(Path(__file__)), str(tmp_path / 'data')]} if os.path.exists(path)])",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import ctypes\nctypes.CDLL(None).unshare(0x10000000)",
        "open('mine', 'w').write('x')",
        "bytearray(8 << 30)",
        cwd=tmp_path,
    )
    assert text(notebook, 0) == "[0. 2.]\n"
    assert text(notebook, 1) == "['data'] a,b /student\n"
    assert "unreachable" in text(notebook, 2)
    assert text(notebook, 3) == "[]\n"
    assert "image/png" in notebook.cells[4].outputs[-1]["data"]
    assert notebook.cells[5].outputs[0]["data"]["text/plain"] == "-1"
    assert "MemoryError" in text(notebook, 7)
    assert not (tmp_path / "mine").exists()


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_runs(tmp_path):
    notebook = executed("while True: pass", "print('next')", cwd=tmp_path, timeout=3, interrupt_on_timeout=True)
    assert "KeyboardInterrupt" in text(notebook, 0)
    assert text(notebook, 1) == "next\n"


def test_a_cell_that_cannot_be_interrupted_ends_with_its_kernel(tmp_path):
    source = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass"
    with pytest.raises(CellTimeoutError):
        executed(source, cwd=tmp_path, timeout=3)


def test_nothing_is_left_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    executed("import subprocess\nsubprocess.Popen(['/bin/sleep', '600'])", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("ck-")] == []


def test_nbgrader_uses_it_by_its_name_alone(tmp_path):
    """Stock nbgrader, its own Execute, and one line of configuration."""
    need("bwrap")
    source, submitted = tmp_path / "source" / "ps", tmp_path / "submitted" / "ana" / "ps"
    source.mkdir(parents=True)
    submitted.mkdir(parents=True)
    cell = nbformat.v4.new_code_cell("import os\nprint(os.getcwd())\nassert os.getcwd() == '/student'")
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": True,
        "points": 2,
        "grade_id": "t",
        "schema_version": 3,
        "cell_type": "code",
        "task": False,
    }
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, source / "p.ipynb")
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(tmp_path)!r}\nc.Execute.kernel_name = {KERNEL!r}\n"
    )
    for step in (["generate_assignment", "ps"], ["autograde", "ps", "--create"]):
        if step[0] == "autograde":
            shutil.copy(tmp_path / "release" / "ps" / "p.ipynb", submitted / "p.ipynb")
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *step], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
    graded = nbformat.read(tmp_path / "autograded" / "ana" / "ps" / "p.ipynb", as_version=4)
    assert text(graded, 0) == "/student\n"
