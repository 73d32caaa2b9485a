"""How fast the engine is beside its peers: one table of ratios.

    python benchmarks/run.py [--rounds N] [--only a,b,c,d,paths,many,process]

One thread, float32, Adam. The contestants of a row run in turn, round after round, in one process; a ratio is another's
time over the engine's in the same round, so that a machine whose speed drifts drifts for both. Printed are the medians
of these ratios, with the least and the largest; times are there to see the size, of one machine they say little about
another. Contestants that are not installed are left out, and that is said.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import argparse
import gc
import importlib.util
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import ours
import textbook
import whole_process
from workloads import MODELS, NETS, PATH_STEPS, STARTS, WALKERS

Run = Callable[[], object]
#: Module of this folder -> the package it needs.
PEERS = {"pytorch": "torch", "scikit": "sklearn", "xla": "jax"}
FUSED, DEFAULT, SKLEARN, JAX = "PyTorch, fused Adam", "PyTorch, default Adam", "scikit-learn", "JAX, jit and scan"
ONE, ALL = "one start", f"{STARTS} starts"
#: What the ratios should reach, by row and contestant.
TARGETS = {
    ("a", FUSED): 7.0,
    ("b", FUSED): 4.0,
    ("c", FUSED): 1.4,
    ("d", FUSED): 1.0,
    ("a", SKLEARN): 6.0,
    ("b", SKLEARN): 4.0,
    ("a", JAX): 0.75,
    ("b", JAX): 0.9,
    ("paths", ONE): 150.0,
    ("paths", ALL): 3000.0,
    ("many", FUSED): 10.0,
    ("memory", "torch"): 4.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="The engine beside its peers, as ratios.")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each row (9)")
    parser.add_argument("--only", default="a,b,c,d,paths,many,process", help="rows, with commas between")
    wanted = parser.parse_args()
    peers = {name: importlib.import_module(name) for name, needs in PEERS.items() if importlib.util.find_spec(needs)}
    versions = [f"{PEERS[name]} {importlib.import_module(PEERS[name]).__version__}" for name in peers]
    print(", ".join([f"Python {platform.python_version()}", f"NumPy {np.__version__}", *versions, platform.machine()]))
    for name in PEERS.keys() - peers.keys():
        print(f"NOT MEASURED: {PEERS[name]} is not installed")
    print(f"\n{'':38}{'time':>12}{'ratio':>10}{'least':>10}{'largest':>10}{'target':>8}")
    rows = {key: lambda peers, rounds, key=key: nets(key, peers, rounds) for key in NETS}
    rows |= {"paths": paths, "many": many, "process": processes}
    for row in wanted.only.split(","):
        if row not in rows:
            parser.error(f"there is no row {row!r}; there are {', '.join(rows)}")
        rows[row](peers, wanted.rounds)


def nets(key: str, peers: dict, rounds: int) -> None:
    net = NETS[key]
    contestants: dict[str, Run] = {"engine": ours.runner(net), "textbook NumPy": textbook.runner(net)}
    if "pytorch" in peers:
        contestants[FUSED] = peers["pytorch"].runner(net, fused=True)
        if net.trains:
            contestants[DEFAULT] = peers["pytorch"].runner(net, fused=None)
    if "scikit" in peers and key in "ab":
        contestants[SKLEARN] = peers["scikit"].runner(net)
    if "xla" in peers and key in "ab":
        contestants[JAX] = peers["xla"].runner(net)
    print(f"({key}) {net.title}")
    report(key, timed(contestants, rounds), per=net.steps)


def paths(peers: dict, rounds: int) -> None:
    print(f"(paths) {PATH_STEPS} steps in Rosenbrock's valley: torch.optim with autograd over the engine, per path")
    if "pytorch" not in peers:
        return
    for name in WALKERS:
        contestants = {ONE: ours.one_path(name), ALL: ours.many_paths(name), "torch": peers["pytorch"].one_path(name)}
        times = timed(contestants, rounds)
        for label, share in ((ONE, 1), (ALL, STARTS)):
            own = [seconds / share for seconds in times[label]]
            figure = f"{statistics.median(own) * 1e6:.0f} us"
            line(f"  {name}, {label}", figure, over(times["torch"], own), "paths", label)


def many(peers: dict, rounds: int) -> None:
    net = NETS["a"]
    contestants: dict[str, Run] = {"engine": ours.many(net), "engine, one by one": ours.runner(net)}
    if "pytorch" in peers:
        contestants[FUSED] = peers["pytorch"].runner(net, fused=True)
    print(f"(many) {MODELS} models of (a) at once, time of one model's step; peers train one after another")
    times = timed(contestants, rounds)
    # The engine's run is one epoch of all models, the others' are several of one.
    times["engine"] = [seconds * net.epochs / MODELS for seconds in times["engine"]]
    report("many", times, per=net.steps)


def processes(peers: dict, rounds: int) -> None:
    print("(process) whole processes: seconds to import, and the largest memory of a run of (a)")
    for module in ("coursekit", "coursekit.training", "numpy", *(PEERS[name] for name in peers)):
        seconds = [whole_process.import_seconds(module) for _ in range(rounds)]
        spread = f"{'':10}{min(seconds):>10.3f}{max(seconds):>10.3f}"
        print(f"{f'  import {module}':<36}{statistics.median(seconds):>12.3f} s{spread}", flush=True)
    own = [whole_process.peak_megabytes("ours") for _ in range(rounds)]
    print(f"{'  memory, engine':<36}{statistics.median(own):>11.1f} MB{'':10}{min(own):>10.1f}{max(own):>10.1f}")
    for name, arguments in (("pytorch", ", fused=True"), ("scikit", ""), ("xla", "")):
        if name in peers:
            theirs = [whole_process.peak_megabytes(name, arguments) for _ in range(rounds)]
            figure = f"{statistics.median(theirs):.1f} MB"
            line(f"  memory, {PEERS[name]}", figure, over(theirs, own), "memory", PEERS[name])


def timed(contestants: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    """Seconds of one run of each contestant in each round, after a round that is not counted.

    The fast ones run as often in a round as takes the slowest one's time: so all see the same weather, on a machine
    whose speed comes and goes.
    """
    first = {name: clock(run, 1) for name, run in contestants.items()}
    first = {name: min(seconds, clock(contestants[name], 1)) for name, seconds in first.items()}
    often = {name: min(400, max(1, round(max(first.values()) / seconds))) for name, seconds in first.items()}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            times[name].append(clock(run, often[name]))
    return times


def clock(run: Run, often: int) -> float:
    """Seconds of one run, the mean of `often`."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(often):
        run()
    return (time.perf_counter() - start) / often


def over(theirs: list[float], own: list[float]) -> list[float]:
    return [other / mine for other, mine in zip(theirs, own, strict=True)]


def report(row: str, times: dict[str, list[float]], *, per: int) -> None:
    for name, seconds in times.items():
        ratios = [] if name == "engine" else over(seconds, times["engine"])
        line(f"  {name}", f"{statistics.median(seconds) / per * 1e6:.0f} us", ratios, row, name)


def line(title: str, figure: str, ratios: list[float], row: str, name: str) -> None:
    text = f"{title:<36}{figure:>14}"
    if ratios:
        text += "".join(f"{value:>10.2f}" for value in (statistics.median(ratios), min(ratios), max(ratios)))
    target = TARGETS.get((row, name))
    print(text + (f"{target:>8g}" if target else ""), flush=True)


if __name__ == "__main__":
    main()
