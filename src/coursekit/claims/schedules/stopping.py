"""Claims on when training is done: the loss stands still, the gradient is near 0, the validation error rises."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from coursekit.claims.digits_task import Values
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.schedules.experiments import PER_EPOCH, history
from coursekit.claims.summaries import mean_percent, median
from coursekit.optim import constant, cosine_decay, early_stopping, has_converged, step_decay

_TOL = 0.01
_LONG = 40
_RUNS = (("flat", "at 0.1"), ("high", "at 0.5"), ("cosine", "cosine"))
_NET = "64-32-10 with ReLU on 960 digits, a fifth of the labels wrong, plain SGD in batches of 16"


def first_converged(losses: Values) -> int | None:
    """The first number of losses after which `has_converged` says yes."""
    series = [float(loss) for loss in losses]
    return next((n for n in range(2, len(series) + 1) if has_converged(series[:n], tol=_TOL)), None)


def _stands_still(seed: int) -> Mapping[str, float]:
    """The epoch at which the loss over all training digits has stopped changing, and what a tenth of the rate does."""
    flat = history(seed, partial(constant, lr0=0.5), _LONG + 3)
    found = first_converged(flat.loss[: _LONG + 1])
    epoch = _LONG if found is None else found - 1
    cut = history(seed, partial(step_decay, lr0=0.5, factor=0.1, every=epoch), epoch + 3)
    return {
        "fired": float(found is not None),
        "epoch": float(epoch),
        "at": float(flat.loss[epoch]),
        "on": float(flat.loss[epoch + 3]),
        "cut": float(cut.loss[-1]),
    }


def _judge_stands_still(n: Numbers) -> Verdict:
    """Not converged if, at most seeds, three epochs at a tenth of the rate take off more than a tenth of the loss."""
    fell = 1 - n["cut"] / n["at"]
    return Verdict.NOT_HERE if float(np.median(fell)) > 0.1 else Verdict.HOLDS


def _near_zero(seed: int) -> Mapping[str, float]:
    """Gradient norms at the start and at the end of 40 epochs: over all digits, and of single batches."""
    numbers: dict[str, float] = {}
    for name, rate in (
        ("flat", partial(constant, lr0=0.1)),
        ("high", partial(constant, lr0=0.5)),
        ("cosine", partial(cosine_decay, lr0=0.5, total=_LONG)),
    ):
        run = history(seed, rate, _LONG)
        numbers |= {
            f"{name}_whole": float(run.whole[-1] / run.whole[0]),
            f"{name}_batch": float(run.batch[-1] / run.batch[0]),
            f"{name}_loss": float(run.loss[-1] / run.loss[0]),
            f"{name}_peak": float(run.batch[1:].max() / run.batch[0]),
        }
    return numbers


def _judge_near_zero(n: Numbers) -> Verdict:
    """Near zero: below a tenth of what it was at the start. The whole gradient has to be for it to hold at all."""
    whole = all(median(n, f"{name}_whole") < 0.1 for name in ("flat", "high", "cosine"))
    batch = all(median(n, f"{name}_batch") < 0.1 for name in ("flat", "high", "cosine"))
    if whole and batch:
        return Verdict.HOLDS
    return (
        Verdict.LESS
        if any(median(n, f"{name}_whole") < 0.1 for name in ("flat", "high", "cosine"))
        else Verdict.NOT_HERE
    )


def _rises(seed: int) -> Mapping[str, float]:
    """Test error where the validation error rises for the first time, with patience, and at the end."""
    run = history(seed, partial(constant, lr0=0.1), _LONG)
    losses = [float(loss) for loss in run.val_loss[1:]]
    errors = [float(e) for e in run.val_error[1:]]
    first = next((i for i in range(1, len(errors)) if errors[i] > errors[i - 1]), len(errors) - 1) - 1
    numbers = {
        "first_epoch": float(first + 1),
        "first": float(run.test_error[first + 1]),
        "last": float(run.test_error[-1]),
        "loss_patient": float(run.test_error[early_stopping(losses, 10) + 1]),
    }
    for patience in (1, 3, 10):
        kept = early_stopping(errors, patience)
        numbers |= {f"epoch_{patience}": float(kept + 1), f"kept_{patience}": float(run.test_error[kept + 1])}
    return numbers


def _judge_rises(n: Numbers) -> Verdict:
    """Holds if stopping at the first rise costs less than a point against patience 10, by less if it beats the end."""
    cost = float(np.mean(n["first"] - n["kept_10"]))
    if cost < 0.01:
        return Verdict.HOLDS
    return Verdict.LESS if float(np.mean(n["last"] - n["first"])) > 0.01 else Verdict.NOT_HERE


CLAIMS = (
    Claim(
        id="converged-when-loss-stands-still",
        chapter="schedules",
        statement="Training has converged when the change in the objective is close to zero.",
        source="COMS4995 tutorial",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET} at 0.5. Converged: the loss over all {16 * PER_EPOCH} digits changes by at most 1 % in an epoch. "
            "From there on three more epochs, at the same rate and at a tenth of it. If the tenth takes more than a "
            "tenth off the loss, it had not converged."
        ),
        experiment=_stands_still,
        judge=_judge_stands_still,
        report=lambda n: (
            f"It fires at epoch {median(n, 'epoch'):.0f}, {n['epoch'].min():.0f} at the earliest (not within {_LONG} "
            f"epochs at {int(np.sum(n['fired'] == 0))} of {len(n['fired'])} seeds), at a loss of "
            f"{median(n, 'at'):.2f}. Three epochs on the loss is {median(n, 'on'):.2f} at the same rate and "
            f"{median(n, 'cut'):.2f} at a tenth of it. What stood still was not the descent."
        ),
    ),
    Claim(
        id="converged-when-gradient-vanishes",
        chapter="schedules",
        statement="Training has converged when the gradient's norm is close to zero.",
        source="COMS4995 tutorial",
        verdict=Verdict.LESS,
        setup=(
            f"{_NET}, {_LONG} epochs at 0.1, at 0.5 and along a cosine from 0.5 to 0. Close to zero: below a tenth of "
            "the norm at the start, for all digits together and for single batches."
        ),
        experiment=_near_zero,
        judge=_judge_near_zero,
        report=lambda n: (
            "At the end the norm over all digits is "
            + ", ".join(f"{median(n, f'{k}_whole'):.2f} ({said})" for k, said in _RUNS)
            + " of what it was, that of single batches "
            + ", ".join(f"{median(n, f'{k}_batch'):.2f}" for k, _ in _RUNS)
            + " of the first batch's norm, while the loss is down to "
            + ", ".join(f"{median(n, f'{k}_loss'):.2f}" for k, _ in _RUNS)
            + " of the first."
        ),
    ),
    Claim(
        id="stop-when-validation-rises",
        chapter="schedules",
        statement="Stop as soon as the validation error starts to increase.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_NET} at 0.1, {_LONG} epochs, 477 digits to stop by and 360 others to report on, 20 seeds. The epoch "
            "before the first rise, against the best epoch when no better one has come for 10 (patience 10)."
        ),
        experiment=_rises,
        judge=_judge_rises,
        report=lambda n: (
            f"Stopped before the first rise, at epoch {median(n, 'first_epoch'):.0f}: test error "
            f"{mean_percent(n, 'first')}. Patience 1, 3 and 10: {mean_percent(n, 'kept_1')}, "
            f"{mean_percent(n, 'kept_3')} and {mean_percent(n, 'kept_10')}, epochs {median(n, 'epoch_1'):.0f}, "
            f"{median(n, 'epoch_3'):.0f} and {median(n, 'epoch_10'):.0f}. Patience 10 on the loss in place of the "
            f"error: {mean_percent(n, 'loss_patient')}. Without stopping: {mean_percent(n, 'last')}."
        ),
        seeds=range(20),
    ),
)
