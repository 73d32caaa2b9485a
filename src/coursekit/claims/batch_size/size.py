"""Claims on what a larger batch costs and brings, before any rule for the rate."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.batch_size.clock import step_times
from coursekit.claims.batch_size.experiments import (
    RATES,
    SIZES,
    TARGET,
    accuracy_of_gradients,
    best,
    bests,
    passes,
)
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median

_PASSES = (16, 64, 256, 1437)
_BETWEEN = {24: (16, 32), 48: (32, 64), 96: (64, 128)}


def _powers(seed: int) -> Mapping[str, float]:
    """Examples to the target at sizes between powers of two, over the geometric mean of the two powers' examples."""
    numbers = {}
    for size, pair in _BETWEEN.items():
        examples = size * best(seed, size)[0]
        numbers[f"examples{size}"] = examples / float(np.sqrt(np.prod([b * best(seed, b)[0] for b in pair])))
    times = step_times((16, 24, 32, 48, 64, 96, 128), 128)
    for size, pair in _BETWEEN.items():
        numbers[f"time{size}"] = times[size] / size / float(np.sqrt(np.prod([times[b] / b for b in pair])))
    return numbers


def _thousands(seed: int) -> Mapping[str, float]:
    numbers = bests(seed)
    return {"critical": numbers["critical"]} | {f"examples{b}": b * numbers[f"updates{b}"] for b in SIZES}


def _passes(seed: int) -> Mapping[str, float]:
    numbers = {}
    for size in _PASSES:
        numbers[f"updates{size}"], numbers[f"loss{size}"] = passes(seed, size)
    return numbers


def _accurate(seed: int) -> Mapping[str, float]:
    early, late = accuracy_of_gradients(seed, 1), accuracy_of_gradients(seed, 400)
    return {f"early_{name}": v for name, v in early.items()} | {f"late_{name}": v for name, v in late.items()}


def _judge_accurate(n: Numbers) -> Verdict:
    falls = all(
        bool(np.all(n[f"{when}_off1"] > n[f"{when}_off16"]) and np.all(n[f"{when}_off16"] > n[f"{when}_off256"]))
        for when in ("early", "late")
    )
    return Verdict.HOLDS if falls else Verdict.NOT_HERE


def _parallel(seed: int) -> Mapping[str, float]:
    numbers: dict[str, float] = {}
    for hidden in (32, 512):
        times = step_times((1, 16, 256), hidden)
        numbers |= {f"us{hidden}_{size}": 1e6 * seconds / size for size, seconds in times.items()}
    return numbers


def _wall_clock(seed: int) -> Mapping[str, float]:
    numbers = dict(bests(seed))
    times = step_times(SIZES, 32, rounds=8)
    return numbers | {f"ms{size}": 1e3 * times[size] * numbers[f"updates{size}"] for size in SIZES}


def _judge_wall_clock(n: Numbers) -> Verdict:
    """If all examples of a batch were worked on at once: half of the 64 times that 8 and 512 lie apart, or any gain."""
    gain = median(n, "updates8") / median(n, "updates512")
    return Verdict.HOLDS if gain > 32 else Verdict.LESS if gain > 1.5 else Verdict.NOT_HERE


def _fastest(n: Numbers) -> int:
    return min(SIZES, key=lambda size: median(n, f"ms{size}"))


_RATES = f"{len(RATES)} rates, a factor of 1.4 apart"
_TASK = "Digits, a net of 64-32-10 with ReLU, plain SGD, the same start and data"

CLAIMS = (
    Claim(
        id="batch-powers-of-two",
        chapter="batch_size",
        statement="The size of a small batch should be a power of two: 32, 64, 128, 256 or 512.",
        source="Chan 2021; COMS4995 (both: “typically”)",
        verdict=Verdict.NOT_HERE,
        setup=f"{_TASK}; examples to a training loss of {TARGET} in batches of 24, 48 and 96, at the best of {_RATES}, "
        "over the mean of the two powers of two about each. It holds if all three need at least a tenth more. The time "
        "of a step (64-128-10) is reported beside it, and decides nothing: it depends on the machine.",
        experiment=_powers,
        judge=lambda n: (
            Verdict.HOLDS if all(median(n, f"examples{size}") > 1.1 for size in _BETWEEN) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "Examples in batches of 24, 48 and 96, over those of the powers about them: "
            + ", ".join(f"{median(n, f'examples{size}'):.2f}" for size in _BETWEEN)
            + ". Time per example on the machine of this run: "
            + ", ".join(f"{median(n, f'time{size}'):.2f}" for size in _BETWEEN)
            + "."
        ),
    ),
    Claim(
        id="batch-large-thousands",
        chapter="batch_size",
        statement="Large batches are those in the thousands.",
        source="COMS4995",
        verdict=Verdict.NOT_HERE,
        setup=f"{_TASK}; updates to a training loss of {TARGET} by batch size, 8 to 512, each at the best of {_RATES}, "
        "and the critical batch size of the curve: where updates and examples are both twice their least. Large is "
        "what is well above it. It holds if that size is 1,000 to 10,000 here.",
        experiment=_thousands,
        judge=lambda n: Verdict.HOLDS if 1000 <= median(n, "critical") < 10000 else Verdict.NOT_HERE,
        report=lambda n: (
            f"The critical size is {median(n, 'critical'):.0f} (from {n['critical'].min():.0f} to "
            f"{n['critical'].max():.0f}). A batch of 512 looks at "
            f"{median(n, 'examples512') / median(n, 'examples8'):.1f} times the examples that batches of 8 need. What "
            "is large depends on the task."
        ),
    ),
    Claim(
        id="batch-fewer-updates",
        chapter="batch_size",
        statement="With a large batch the weights are updated less often.",
        source="Chan 2021; COMS4995",
        verdict=Verdict.HOLDS,
        setup=f"{_TASK}; 5 passes at rate 0.1, in batches of 16, 64, 256 and all 1,437. Updates are counted; the loss "
        "shows what their number means at a rate that stays. It holds if there are as many in a pass as n/B, rounded "
        "up.",
        experiment=_passes,
        judge=lambda n: (
            Verdict.HOLDS
            if all(bool(np.all(n[f"updates{b}"] == 5 * -(-1437 // b))) for b in _PASSES)
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "Updates in 5 passes: "
            + ", ".join(f"{median(n, f'updates{b}'):.0f}" for b in _PASSES)
            + ". Training loss after them: "
            + ", ".join(f"{median(n, f'loss{b}'):.2f}" for b in _PASSES)
            + "."
        ),
    ),
    Claim(
        id="batch-accurate-gradient",
        chapter="batch_size",
        statement="A large batch has a more accurate gradient.",
        source="Chan 2021; COMS4995",
        verdict=Verdict.HOLDS,
        setup=f"{_TASK}; gradients of 200 random batches of 1, 16 and 256 against that of all digits, after 1 and "
        "after 400 updates (batches of 32, rate 0.1). It holds if the error falls from each size to the next.",
        experiment=_accurate,
        judge=_judge_accurate,
        report=lambda n: (
            "Off by "
            + ", ".join(f"{median(n, f'early_off{b}'):.1f}" for b in (1, 16, 256))
            + " lengths of the whole gradient after 1 update ("
            + ", ".join(f"{median(n, f'early_foretold{b}'):.1f}" for b in (1, 16, 256))
            + " foretold), by "
            + ", ".join(f"{median(n, f'late_off{b}'):.1f}" for b in (1, 16, 256))
            + " after 400 ("
            + ", ".join(f"{median(n, f'late_foretold{b}'):.1f}" for b in (1, 16, 256))
            + "). The gain goes with the root: 16 times the examples, a quarter of the error."
        ),
    ),
    Claim(
        id="batch-parallel",
        chapter="batch_size",
        statement="A large batch uses a processor that works in parallel more efficiently.",
        source="Chan 2021; COMS4995",
        verdict=Verdict.HOLDS,
        setup="Time per example of one step of SGD in batches of 1, 16 and 256, on one core, nets of 64-32-10 and "
        "64-512-10. It holds if an example costs less than half in a batch of 256: a margin that no machine's noise "
        "makes up.",
        experiment=_parallel,
        judge=lambda n: (
            Verdict.HOLDS
            if all(bool(np.all(n[f"us{h}_1"] > 2 * n[f"us{h}_256"])) for h in (32, 512))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "Microseconds per example in batches of 1, 16 and 256, on the machine of this run: "
            + ", ".join(f"{median(n, f'us32_{b}'):.1f}" for b in (1, 16, 256))
            + " with 32 hidden units, "
            + ", ".join(f"{median(n, f'us512_{b}'):.1f}" for b in (1, 16, 256))
            + " with 512. Most of the gain comes early."
        ),
    ),
    Claim(
        id="batch-wall-clock",
        chapter="batch_size",
        statement="Large batches make training faster by the clock on the wall.",
        source="COMS4995",
        verdict=Verdict.LESS,
        setup=f"{_TASK}; updates to a training loss of {TARGET}, each size at the best of {_RATES}. The verdict is "
        "that of the kindest clock, on which a step takes the same time whatever the batch: it holds if a batch of "
        "512 is more than 32 times as fast as one of 8, by less if 1.5 times. Real milliseconds are reported.",
        experiment=_wall_clock,
        judge=_judge_wall_clock,
        report=lambda n: (
            f"Updates for batches of {', '.join(str(b) for b in SIZES)}: "
            + ", ".join(f"{median(n, f'updates{b}'):.0f}" for b in SIZES)
            + f". 64 times the batch makes {median(n, 'updates8') / median(n, 'updates512'):.0f} times fewer. "
            "Milliseconds on one core of this run's machine: "
            + ", ".join(f"{median(n, f'ms{b}'):.1f}" for b in SIZES)
            + f"; batches of {_fastest(n)} are the fastest."
        ),
    ),
)
