"""PyTorch's figures: always those that it made earlier, and those that it makes now where it is installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def read(path):
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files}


@pytest.fixture(scope="session")
def committed():
    return read(HERE / "figures.npz")


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("NOT TESTED: live agreement with PyTorch, only with its committed figures (pip install torch)")
    target = tmp_path_factory.mktemp("torch") / "figures.npz"
    subprocess.run([sys.executable, HERE / "make.py", target], check=True)
    return read(target)


@pytest.fixture(scope="session", params=["committed", "live"])
def figures(request):
    return request.getfixturevalue(request.param)
