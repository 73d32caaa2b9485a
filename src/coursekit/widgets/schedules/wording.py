"""What `schedules.designer` says of a run in titles and sentences."""

import numpy as np

from coursekit.widgets.schedules.recorded import BATCH, Run
from coursekit.widgets.schedules.task import said
from coursekit.words import plain


def mean_rate(r: Run) -> float:
    """The mean rate over the run, by the trapezium rule."""
    return float(np.mean(0.5 * (r.lrs[1:] + r.lrs[:-1])))


def last_rate(r: Run) -> str:
    """The rate of the last update; what is left of a schedule that ends at 0 is called 0."""
    last = float(r.lrs[-1])
    return said(last) if last > 1e-4 * float(r.lrs.max()) else "0"


def end_value(r: Run, value: float, unit: str = "") -> str:
    """A value at the end of a run, with its unit; where it diverged, that."""
    return "diverged" if r.diverged is not None else f"{plain(float(value), 1 if unit else 3)}{unit}"


def capital(name: str) -> str:
    """The first letter large."""
    return name[0].upper() + name[1:]


def shape_said(schedule: str, name: str, r: Run) -> str:
    """What the schedule does to the rate, in one sentence."""
    word = capital(name)
    if schedule == "growing_batch":
        return f"{word}: η stays {said(float(r.lrs[0]))}, the batch goes from {BATCH} to {r.batches[-1]}."
    if schedule == "constant":
        return f"{word}: η stays {said(float(r.lrs[0]))}."
    return (
        f"{word}: η goes from {said(float(r.lrs[0]))} to {last_rate(r)}, at most "
        f"{said(float(r.lrs.max()))}, on average {said(mean_rate(r))}."
    )


def ending(name: str, r: Run) -> str:
    """How the run ends, in one sentence."""
    word = capital(name)
    if r.diverged is not None:
        return f"{word}: diverged in epoch {int(r.diverged) + 1}."
    loss, error = plain(float(r.losses[-1]), 3), plain(float(r.errors[-1]), 1)
    return f"{word}: loss {loss}, error {error} % after {r.updates} updates."


def state(r: Run, i: int) -> str:
    """The run at one kept moment."""
    if not np.isfinite(r.losses[i]):
        return "diverged"
    batch = f", batch {r.batches[i]}" if r.batches[-1] != BATCH else ""
    loss, error = plain(float(r.losses[i]), 3), plain(float(r.errors[i]), 1)
    return f"η = {said(float(r.lrs[i]))}{batch}, loss {loss}, error {error} %"
