"""Every solution notebook under nbval: each cell runs, in order, in a fresh kernel, without an error."""

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.grading.project import assignment_ids

ROOT = Path(__file__).parents[2]


@pytest.mark.grading
@pytest.mark.parametrize("id", assignment_ids(ROOT))
def test_the_solutions_pass_nbval(id):
    options = ["--nbval-lax", "-q", "-c", "/dev/null", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(ROOT / "solutions" / id / f"{id}.ipynb")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
