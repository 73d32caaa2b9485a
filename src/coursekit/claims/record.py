"""The record of one claim, and how it is measured: once per seed, kept under the hash of all that the result "
"depends on."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Numbers by name, one entry per seed.
Numbers = Mapping[str, NDArray[np.float64]]


class Verdict(StrEnum):
    """What a measurement says of a claim."""

    HOLDS = "holds"
    LESS = "holds here by less"
    NOT_HERE = "does not hold here"
    WRONG = "wrong as stated"
    UNTESTABLE = "not testable here"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One empirical claim of the lecture notes.

    `statement` is the claim in our words, `source` says where it stands ("Chadha 2020; Krizhevsky et al. 2012"),
    `setup` tells in one or two sentences what is run. `experiment(seed)` returns numbers by name; `judge` reads the
    verdict off the numbers of all seeds, and `report` says them in one sentence. `verdict` is what the book prints: a
    run that contradicts it fails the tests and the build. A claim that cannot be tested here has no experiment and a
    `reason` that gives the source's own figure. So has one that is wrong by the record (who proposed what): there the
    sources in `reason` are the evidence.
    """

    id: str
    chapter: str
    statement: str
    source: str
    verdict: Verdict
    setup: str = ""
    experiment: Callable[[int], Mapping[str, float]] | None = None
    judge: Callable[[Numbers], Verdict] | None = None
    report: Callable[[Numbers], str] | None = None
    seeds: Sequence[int] = range(5)
    reason: str = ""

    def __post_init__(self) -> None:
        tested = [self.experiment, self.judge, self.report]
        if any(tested):
            if self.verdict is Verdict.UNTESTABLE:
                raise ValueError(f"claim {self.id}: what is not testable has a reason and no experiment")
            if not all(tested) or not self.setup:
                raise ValueError(f"claim {self.id}: a tested claim needs setup, experiment, judge and report")
        elif self.verdict not in (Verdict.UNTESTABLE, Verdict.WRONG) or not self.reason:
            raise ValueError(
                f"claim {self.id}: without experiment it needs a reason, and is untestable or wrong as stated"
            )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A claim with the numbers of its run and the verdict that they give."""

    claim: Claim
    numbers: Numbers
    verdict: Verdict
    summary: str

    @property
    def agrees(self) -> bool:
        """Whether the run bears out the verdict that the book prints."""
        return self.verdict is self.claim.verdict


def measure(claim: Claim) -> Measured:
    """Run the claim's experiment once per seed, or read the numbers of an earlier run of the same code."""
    if claim.experiment is None or claim.judge is None or claim.report is None:
        return Measured(claim=claim, numbers={}, verdict=claim.verdict, summary=claim.reason)
    store = _store(claim)
    if store is not None and store.exists():
        rows = json.loads(store.read_text("utf-8"))
    else:
        rows = [{k: float(v) for k, v in claim.experiment(seed).items()} for seed in claim.seeds]
        if store is not None:
            store.parent.mkdir(parents=True, exist_ok=True)
            unfinished = store.with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps(rows), "utf-8")
            unfinished.replace(store)
    numbers = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Measured(claim=claim, numbers=numbers, verdict=claim.judge(numbers), summary=claim.report(numbers))


def _store(claim: Claim) -> Path | None:
    """Where the numbers are kept: a folder named by the environment, a file named by the hash of what they depend on,
    which is the engine, what all claims share, and the claim's own chapter."""
    folder = os.environ.get("COURSEKIT_CLAIMS_CACHE")
    if not folder:
        return None
    digest = hashlib.sha256(f"{claim.id} {list(claim.seeds)} {np.__version__}".encode())
    package = Path(__file__).parents[1]
    names: dict[str, Path] = {}
    rooms = [package / room for room in ("nn", "optim", "data", "training", f"claims/{claim.chapter}")]
    shared = package.joinpath("claims").glob("*.py")
    for file in [*shared, *(file for room in rooms for file in room.rglob("*.py"))]:
        names[file.relative_to(package).as_posix()] = file
    for name in sorted(names):
        digest.update(f"{name}\0".encode() + names[name].read_bytes())
    return Path(folder) / f"{claim.id}-{digest.hexdigest()[:24]}.json"
