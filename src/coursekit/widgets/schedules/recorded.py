"""One run under one schedule, kept at every quarter of an epoch: what `schedules.designer` draws."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.optim import (
    SGD,
    ReduceOnPlateau,
    Schedule,
    batch_size_schedule,
    constant,
    cosine_decay,
    exponential_decay,
    in_sequence,
    inverse_time_decay,
    one_cycle,
    step_decay,
    warmup,
)
from coursekit.training import minibatches, train
from coursekit.widgets.schedules.task import TRAIN, Values, build, split

EPOCHS = 12
BATCH = 16
#: Kept states an epoch.
PARTS = 4
UPDATES = TRAIN // BATCH


@dataclass(frozen=True)
class Settings:
    """What the reader has chosen; each schedule reads its own part of it. Times are in epochs."""

    schedule: str
    lr0: float
    factor: float = 0.5
    every: int = 3
    k: float = 0.3
    rise: int = 2
    patience: int = 1


@dataclass(frozen=True)
class Run:
    """`epochs`, `lrs`, `batches`, `losses` (over all training digits) and `errors` (percent of the others) have an
    entry for the start and one for each quarter of an epoch; after a divergence the last two are NaN. `rates` has the
    time, the learning rate and the batch size of every update, `(updates, 3)`."""

    epochs: Values
    lrs: Values
    batches: NDArray[np.int64]
    losses: Values
    errors: Values
    rates: Values
    updates: int
    diverged: float | None


def by_clock(s: Settings) -> Schedule:
    """The learning rate as a function of the epoch, which may be a fraction; the plateau's begins as a constant."""
    clock: dict[str, Callable[[], Schedule]] = {
        "step": lambda: partial(step_decay, lr0=s.lr0, factor=s.factor, every=s.every),
        "exponential": lambda: partial(exponential_decay, lr0=s.lr0, k=s.k),
        "inverse_time": lambda: partial(inverse_time_decay, lr0=s.lr0, k=s.k),
        "cosine": lambda: partial(cosine_decay, lr0=s.lr0, total=EPOCHS),
        "warmup": lambda: _warm_cosine(s),
        "one_cycle": lambda: partial(one_cycle, lr_max=s.lr0, total=EPOCHS, rise=s.rise / EPOCHS),
    }
    return clock.get(s.schedule, lambda: partial(constant, lr0=s.lr0))()


def _warm_cosine(s: Settings) -> Schedule:
    """Warmup counts updates, all the others epochs."""
    if s.rise == 0:
        return partial(cosine_decay, lr0=s.lr0, total=EPOCHS)
    steps = s.rise * UPDATES
    return in_sequence(
        (lambda t: warmup(round(t * UPDATES), s.lr0, steps), s.rise),
        then=partial(cosine_decay, lr0=s.lr0, total=EPOCHS - s.rise),
    )


class _Recorder:
    """Follows one run: which batches come, which rate each update gets, and what is kept between the updates."""

    def __init__(self, settings: Settings, labels: str, seed: int) -> None:
        s = self.settings = settings
        self.data, self.model, self.rate = split(seed, labels), build(seed), by_clock(s)
        watches = s.schedule == "plateau"
        self.plateau = ReduceOnPlateau(s.lr0, factor=s.factor, patience=s.patience) if watches else None
        self.kept: list[tuple[float, int, float, float]] = []
        self.seen = self.begun = self.updates = 0
        self.rates: list[tuple[float, float, int]] = []
        self.waiting: list[int] = []  # the sizes of the batches that are left of this epoch

    def epoch(self, rng: np.random.Generator) -> list[NDArray[np.int64]]:
        """The batches of the next epoch."""
        order = minibatches(TRAIN, self.size_at(self.begun), rng)
        self.waiting, self.begun = [len(rows) for rows in order], self.begun + 1
        if self._due():
            self.keep()
        return order

    def size_at(self, epochs: float) -> int:
        s = self.settings
        if s.schedule != "growing_batch":
            return BATCH
        t = min(int(epochs), EPOCHS - 1)
        return batch_size_schedule(t, BATCH, factor=1.0 / s.factor, every=s.every, max_batch_size=TRAIN)

    def lr_at(self, epochs: float) -> float:
        return self.plateau.lr if self.plateau else self.rate(epochs)

    def next_rate(self, _: int) -> float:
        at = self.seen / TRAIN
        self.rates.append((at, self.lr_at(at), self.size_at(at)))
        return self.rates[-1][1]

    def count(self) -> None:
        """An update has been made; what is due before the next one is kept. The plateau looks once an epoch."""
        self.seen += self.waiting.pop(0)
        self.updates += 1
        if self._due():
            self.keep()
        if self.plateau and not self.waiting:
            scores = self.model.forward(self.data.x_held_out)
            self.plateau.update(float(nn.softmax_cross_entropy(scores, self.data.y_held_out)[0]))

    def _due(self) -> bool:
        """Whether a quarter of an epoch ends now, or within the next batch."""
        ahead = self.waiting[0] if self.waiting else 1
        return len(self.kept) * TRAIN < PARTS * (self.seen + ahead)

    def keep(self) -> None:
        """The state now, which stands for every quarter that ends before the next update."""
        loss = float(nn.softmax_cross_entropy(self.model.forward(self.data.x), self.data.y)[0])
        wrong = self.model.forward(self.data.x_held_out).argmax(axis=1) != self.data.y_held_out
        error = 100.0 * float(np.mean(wrong))
        self._append(*((loss, error) if np.isfinite(loss) else (np.nan, np.nan)))
        while self._due():
            self._append(*self.kept[-1][2:])

    def fill(self) -> None:
        """The rest of a run that has diverged."""
        while len(self.kept) <= PARTS * EPOCHS:
            self._append(np.nan, np.nan)

    def _append(self, loss: float, error: float) -> None:
        at = len(self.kept) / PARTS
        before_the_end = min(at, EPOCHS - 1 / UPDATES)  # a cut at the very end comes too late for any update
        self.kept.append((self.lr_at(before_the_end), self.size_at(at), loss, error))


@lru_cache(maxsize=64)
def run(settings: Settings, labels: str, seed: int) -> Run:
    """Plain SGD for 12 epochs; data, first weights and order of the digits depend on `labels` and `seed` alone."""
    watch = _Recorder(settings, labels, seed)
    diverged: float | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        steps = train(
            watch.model,
            watch.data.x,
            watch.data.y,
            optimizer=SGD(lr=settings.lr0),
            epochs=EPOCHS,
            batch_size=BATCH,
            rng=np.random.default_rng([seed, 3]),
            batches=watch.epoch,
            schedule=watch.next_rate,
        )
        watch.keep()
        for step in steps:
            if step.event:
                diverged = watch.seen / TRAIN
                break
            try:
                watch.count()
            except ValueError:  # scores beyond what a float holds
                diverged = watch.seen / TRAIN
                break
    watch.fill()
    lrs, batches, losses, errors = zip(*watch.kept, strict=True)
    return Run(
        epochs=np.arange(PARTS * EPOCHS + 1) / PARTS,
        lrs=np.array(lrs),
        batches=np.array(batches),
        losses=np.array(losses),
        errors=np.array(errors),
        rates=np.array(watch.rates, np.float32),
        updates=watch.updates,
        diverged=diverged,
    )
