"""What a whole process costs: seconds to import, and the largest memory of a training run; each in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# Linux counts the parent's memory into a child's ru_maxrss; VmHWM is the process's own.
_TRAIN = """
import json, pathlib, re, resource, sys
sys.path.insert(0, {here!r})
from workloads import NETS
import {contestant} as contestant
contestant.runner(NETS["a"]{arguments})()
status = pathlib.Path("/proc/self/status")
if status.exists():
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps(peak))
"""

_IMPORT = """
import json, time
start = time.perf_counter()
import {module}
print(json.dumps(time.perf_counter() - start))
"""


def import_seconds(module: str) -> float:
    return _answer(_IMPORT.format(module=module))


def peak_megabytes(contestant: str, arguments: str = "") -> float:
    return _answer(_TRAIN.format(here=str(HERE), contestant=contestant, arguments=arguments))


def _answer(program: str) -> float:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))
