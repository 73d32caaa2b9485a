"""The first cell of a notebook, run by a Python that has no coursekit."""

import functools
import http.server
import os
import subprocess
import sys
import sysconfig
import threading
import venv
import zipfile
from pathlib import Path

import pytest

import coursekit
from coursekit.grading.setup_cell import setup_source

VERSION = coursekit.__version__
PACKAGE = Path(coursekit.__file__).parent


def write_wheel(folder, version=VERSION):
    """A small but real wheel of the package's top."""
    info = f"coursekit-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"coursekit-{version}-py3-none-any.whl", "w") as wheel:
        wheel.write(PACKAGE / "__init__.py", "coursekit/__init__.py")
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: coursekit\nVersion: {version}\nProvides-Extra: notebook\n",
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def python(tmp_path, monkeypatch):
    """A fresh environment with nothing in it; pip is borrowed, which is quicker than to install it."""
    venv.create(tmp_path / "venv", symlinks=os.name != "nt")
    borrowed = tmp_path / "borrowed"
    borrowed.mkdir()
    (borrowed / "pip").symlink_to(Path(sysconfig.get_path("purelib")) / "pip")
    monkeypatch.setenv("BORROWED", str(borrowed))
    return tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(python, source, **environment):
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "COURSEKIT"))}
    offline = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}
    if "BORROWED" in os.environ:
        offline["PYTHONPATH"] = os.environ["BORROWED"]
    return subprocess.run(
        [str(python), "-c", source],
        env={**keep, **offline, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def site(tmp_path):
    """A site on this machine that has the wheel; yields its address and the paths that were asked for."""
    folder = tmp_path / "site"
    write_wheel(folder / "wheels")
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.grading
def test_fetches_that_version_once(python, site):
    url, asked = site
    first = run(python, setup_source(VERSION, url))
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    wheel = f"/wheels/coursekit-{VERSION}-py3-none-any.whl"
    assert set(asked) == {wheel}
    before = len(asked)
    again = run(python, setup_source(VERSION, url))
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(asked) == before, "it made a request although the version is there"

    other = run(python, setup_source("9.9.9", url))
    assert other.returncode == 0
    assert "made with coursekit 9.9.9; here is " + VERSION in other.stdout
    assert len(asked) == before


@pytest.mark.grading
def test_a_folder_will_do_and_the_environment_wins(python, tmp_path):
    write_wheel(tmp_path / "a folder" / "wheels")
    done = run(python, setup_source(VERSION, "http://127.0.0.1:9"), COURSEKIT_SITE=str(tmp_path / "a folder"))
    assert done.returncode == 0, done.stderr
    assert run(python, "import coursekit; print(coursekit.__version__)").stdout.strip() == VERSION


@pytest.mark.grading
def test_says_what_to_do_when_it_cannot(python, tmp_path):
    for site in ("", str(tmp_path)):
        done = run(python, setup_source(VERSION, ""), COURSEKIT_SITE=site)
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert f"coursekit {VERSION} is not installed" in last
        assert "%pip install" in last


def test_in_ipython_the_fault_is_one_sentence():

    source = setup_source("0.0.0", "")
    # Only the class is wanted here; the rest of the cell looks for the package.
    names = {}
    exec(source[source.index("class SetupError") : source.index("def installed")], names)
    assert names["SetupError"]("one sentence")._render_traceback_() == ["one sentence"]


def test_here_it_does_nothing():
    done = run(sys.executable, "import subprocess\nsubprocess.run = None\n" + setup_source(VERSION, ""))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
