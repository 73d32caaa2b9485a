"""The eight optimizers of the playground: what each is called, what can be set, and the path that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.optim import (
    LANDSCAPES,
    adadelta,
    adagrad,
    adam,
    adamw,
    inverse_time_decay,
    momentum,
    nesterov,
    path,
    rmsprop,
    sgd,
)

Values = NDArray[np.float64]

STEPS = 300
#: A path is cut where it is further outside than so many windows: it will hardly come back.
_LOST = 3.0


@dataclass(frozen=True)
class Knob:
    """One slider of an optimizer: the rule's own name for the setting, how the text writes it, and its range."""

    setting: str
    label: str
    symbol: str
    low: float
    high: float
    value: float
    log: bool = False
    step: float = 0.05


def _rate(value: float) -> Knob:
    return Knob("lr", "rate", "η", 1e-4, 3.0, value, log=True)


def _falls() -> Knob:
    """For a rule that averages nothing: the rate itself can fall, to a half after 1/k steps."""
    return Knob("k", "falling", "k", 0.0, 0.2, 0.0, step=0.002)


def _share(setting: str, symbol: str, value: float, label: str = "keeps") -> Knob:
    return Knob(setting, label, symbol, 0.0, 0.99, value, step=0.01)


@dataclass(frozen=True)
class Racer:
    """An optimizer under the name of its colour, with its two sliders."""

    name: str
    words: str
    rule: Callable[..., Any]
    rate: Knob
    decay: Knob
    ticked: bool = False


RACERS = (
    Racer("sgd", "gradient descent", sgd, _rate(0.01), _falls(), ticked=True),
    Racer("momentum", "momentum", momentum, _rate(0.01), _share("rho", "ρ", 0.9), ticked=True),
    Racer("nesterov", "Nesterov", nesterov, _rate(0.01), _share("rho", "ρ", 0.9)),
    Racer("adagrad", "AdaGrad", adagrad, _rate(0.3), _falls()),
    Racer("rmsprop", "RMSProp", rmsprop, _rate(0.02), _share("decay", "ρ", 0.9), ticked=True),
    # It has no rate. Its first steps are as long as the root of eps is.
    Racer("adadelta", "AdaDelta", adadelta, Knob("eps", "start", "ε", 1e-8, 1.0, 1e-4, True), _share("rho", "ρ", 0.95)),
    Racer("adam", "Adam", adam, _rate(0.1), _share("beta1", "β₁", 0.9), ticked=True),
    Racer("adamw", "AdamW", adamw, _rate(0.1), Knob("weight_decay", "decay", "λ", 0.0, 1.0, 0.1, step=0.01)),
)


@dataclass(frozen=True)
class Walk:
    """Positions `(STEPS + 1, 2)` and the cost at each, NaN from the step `lost` on, at which it is far outside."""

    places: Values
    costs: Values
    lost: int | None


@lru_cache(maxsize=64)
def walk(landscape: str, start: tuple[float, float], racer: Racer, rate: float, decay: float) -> Walk:
    """The path of one optimizer over one landscape."""
    where = LANDSCAPES[landscape]
    settings: dict[str, Any] = {racer.rate.setting: rate, racer.decay.setting: decay}
    k = settings.pop("k", 0.0)
    if k:
        settings["lr"] = partial(inverse_time_decay, lr0=rate, k=k)
    places = path(racer.rule, where.gradient, start, STEPS, **settings)
    x_low, x_high, y_low, y_high = where.window
    middle = np.array([x_low + x_high, y_low + y_high]) / 2
    reach = _LOST * np.array([x_high - x_low, y_high - y_low])
    out = np.flatnonzero(~(np.abs(places - middle) <= reach).all(axis=1))
    lost = int(out[0]) if len(out) else None
    places[lost if lost is not None else STEPS + 1 :] = np.nan
    return Walk(places=places, costs=where.value(*places.T), lost=lost)
