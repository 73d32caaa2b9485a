"""Updates and examples to a target loss by batch size, under three rules for the learning rate."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits
from coursekit.optim import SGD, Adam, Optimizer, linear_scaling, sqrt_scaling
from coursekit.training import train
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Line, Mark, Panel, Rule
from coursekit.widgets.widget import Try, widget

Values = NDArray[np.float64]

N, HIDDEN = 600, 16
#: The rate is given for this batch size; at the others a rule makes one of it.
BASE = 16
SIZES = (8, 16, 32, 64, 128, 256)
#: A run ends here at the latest.
LIMIT = 200
#: The loss of all examples is not looked at while that of the batch is this many times the target.
FAR = 4.0
TARGETS = {"0.5": "0.5", "0.2": "0.2", "0.1": "0.1"}
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {"sgd": lambda lr: SGD(lr=lr), "adam": lambda lr: Adam(lr=lr)}
#: Adam's rates are a twentieth of those of SGD: so one slider does for both.
SHARE = {"sgd": 1.0, "adam": 0.05}


def _same(lr: float, batch_size: int, base_batch_size: int) -> float:
    return lr


RULES: dict[str, tuple[str, str, Callable[[float, int, int], float]]] = {
    "none": ("no rule", "sgd", _same),
    "sqrt": ("root", "b", sqrt_scaling),
    "linear": ("linear", "a", linear_scaling),
}
#: Where a run that does not arrive is marked, above the limit: a row for each rule.
_LOST = {"none": 240.0, "sqrt": 315.0, "linear": 412.0}


@dataclass(frozen=True)
class Arrivals:
    """Updates until the loss of all examples is below the target, by rule, one entry per size; NaN where it is not
    within the limit."""

    updates: dict[str, Values]

    def examples(self, rule: str) -> Values:
        """Examples looked at until then."""
        looked_at: Values = self.updates[rule] * np.array(SIZES)
        return looked_at


@lru_cache(maxsize=4)
def _data(seed: int) -> tuple[Values, NDArray[np.int64]]:
    """600 digits with the mean image taken off, and one scale for all pixels."""
    images, y = digits()
    rows = np.random.default_rng([seed, 0]).permutation(len(images))[:N]
    x = images.reshape(len(images), -1)[rows]
    x = x - x.mean(axis=0)
    return x / x.std(), y[rows]


@lru_cache(maxsize=1024)
def updates_to(target: float, size: int, lr: float, optimizer: str, seed: int) -> float:
    """Updates until the loss over all examples is below `target`; NaN if not within `LIMIT`, or not at all.

    Data, start and order come from the seed alone. The loss is looked at after ever more updates, 7 % apart, where
    that of the batch is not `FAR` from the target.
    """
    x, y = _data(seed)
    rng = np.random.default_rng([seed, 1])
    model = nn.Sequential(nn.Linear(64, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10), rng=rng)
    look = 1
    for step in train(
        model,
        x,
        y,
        optimizer=OPTIMIZERS[optimizer](lr),
        epochs=LIMIT,
        batch_size=size,
        rng=np.random.default_rng([seed, 2]),
    ):
        done = step.number + 1
        if step.event or done > LIMIT:
            break
        if done == look:
            look = max(done + 1, round(1.07 * done))
            if step.loss > FAR * target:
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                if nn.softmax_cross_entropy(model.forward(x), y)[0] < target:
                    return float(done)
    return float("nan")


def arrivals(target: float, lr: float, optimizer: str, seed: int) -> Arrivals:
    """All sizes under all rules; `lr` is the rate at batches of `BASE`."""
    return Arrivals(
        {
            rule: np.array([updates_to(target, b, scale(lr, b, BASE), optimizer, seed) for b in SIZES])
            for rule, (_, _, scale) in RULES.items()
        }
    )


@widget(
    "batch_size.scaling",
    title="To a target loss, by batch size and rule",
    controls=[
        Slider(
            name="lr",
            label=f"learning rate at batches of {BASE}",
            symbol="η₀",
            low=0.05,
            high=0.8,
            value=0.2,
            step=0.1,
            log=True,
        ),
        Choice(name="target", label="target loss", options=TARGETS, value="0.2"),
        Choice(name="optimizer", label="optimizer", options={"sgd": "SGD", "adam": "Adam (at η₀ / 20)"}, value="sgd"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="A modest rate",
            values={"lr": 0.1, "target": "0.5", "optimizer": "sgd", "seed": 0},
            notice="With no rule a larger batch saves not one update: at 256 it takes 16 times the examples to come as "
            "far. Under the linear rule each doubling up to 128 halves the updates, and the examples stay the same.",
        ),
        Try(
            label="A rate near its limit",
            values={"lr": 0.4, "target": "0.2", "optimizer": "sgd", "seed": 0},
            notice="The rate is nearly as high as batches of 16 bear. The linear rule keeps its promise for one more "
            "doubling, and from 128 on it does not arrive at all. The root rule still does.",
        ),
        Try(
            label="Smaller batches",
            values={"lr": 0.4, "target": "0.1", "optimizer": "sgd", "seed": 0},
            notice=f"Look to the left of 16: at batches of 8 the rate that was good for 16 is not there after {LIMIT} "
            "updates, the noise is too much for it. Halved by the linear rule it needs twice the updates, and so "
            "hardly more examples.",
        ),
        Try(
            label="Adam",
            values={"lr": 0.1, "target": "0.2", "optimizer": "adam", "seed": 0},
            notice="Adam takes longer steps by itself where there is less noise: here even “no rule” saves updates. "
            "Under the root rule twice the batch needs between 0.5 and 0.7 of the updates, up to the end.",
        ),
    ],
)
def scaling(lr: float, target: str, optimizer: str, seed: int) -> Figure:
    """Updates and examples against the batch size, both axes logarithmic."""
    lr *= SHARE[optimizer]
    found = arrivals(float(target), lr, optimizer, seed)
    sizes = np.array(SIZES, float)
    at_base = found.updates["none"][SIZES.index(BASE)]
    updates: list[Mark] = []
    examples: list[Mark] = []
    for rule, (name, colour, _) in RULES.items():
        for marks, values in ((updates, found.updates[rule]), (examples, found.examples(rule))):
            marks.append(Line(x=sizes, y=values, label=name, colour=colour, dashed=rule == "sqrt"))
            marks.append(Dots(x=sizes, y=values, colour=colour, radius=4.0))
        missing = np.isnan(found.updates[rule])
        updates.append(Dots(x=sizes[missing], y=np.full(missing.sum(), _LOST[rule]), colour=colour, radius=4.0))
    x_axis = Axis(label="batch size B", low=6.4, high=520.0, log=True)
    panels = [
        Panel(
            id="updates",
            title=_finding(found),
            marks=[Rule(y=LIMIT, colour="muted"), *updates],
            x=x_axis,
            y=Axis(label=f"updates (above the line: over {LIMIT})", low=2.0, high=515.0, log=True),
            aspect=1.1,
        ),
        Panel(
            id="examples",
            title=_cost(found),
            marks=examples,
            x=x_axis,
            y=Axis(label="examples looked at", low=200.0, high=1.1e5, log=True),
            aspect=1.1,
        ),
    ]
    said = "; ".join(f"{name}: {_list(found.updates[rule])}" for rule, (name, _, _) in RULES.items())
    sizes_said = ", ".join(str(b) for b in SIZES)
    base = "not within the limit" if np.isnan(at_base) else f"{at_base:.0f} updates"
    status = f"η₀ = {lr:.3g}, target {target}. At B = {BASE}: {base}. {_where(found)}"
    return Figure(
        panels=panels,
        alt=(
            f"Updates (left) and examples (right) until the loss of {N} digits is below {target}, both axes "
            f"logarithmic, for batches of {sizes_said}; learning rate {lr:.3g} at batches of {BASE}. Updates with "
            f"{said}."
        ),
        status=status,
    )


def _list(values: Values) -> str:
    return ", ".join("none arrives" if np.isnan(v) else f"{v:.0f}" for v in values)


def _finding(found: Arrivals) -> str:
    """The updates at the base and at the largest size that arrives under the linear rule."""
    base = SIZES.index(BASE)
    linear = found.updates["linear"]
    arrived = [i for i in range(base, len(SIZES)) if np.isfinite(linear[i])]
    if not arrived or arrived[0] != base or arrived == [base]:
        return f"linear: from batches of {SIZES[base + 1]} on it does not arrive"
    last = arrived[-1]
    return f"linear: {linear[base]:.0f} updates at {BASE}, {linear[last]:.0f} at {SIZES[last]}"


def _cost(found: Arrivals) -> str:
    base, top = SIZES.index(BASE), len(SIZES) - 1
    none = found.examples("none")
    if np.isnan(none[base]) or np.isnan(none[top]):
        return "examples = updates × batch size"
    return f"no rule: {none[top] / none[base]:.0f} times the examples at {SIZES[top]}"


def _where(found: Arrivals) -> str:
    """For each rule the largest size at which it still needs no more examples than at the base, to within a quarter."""
    base = SIZES.index(BASE)
    parts = []
    for rule, (name, _, _) in RULES.items():
        examples = found.examples(rule)
        good = [b for b, e in zip(SIZES, examples, strict=True) if b >= BASE and e <= 1.25 * examples[base]]
        parts.append(f"{name} up to B = {good[-1]}" if good else f"{name} nowhere")
    return f"No more examples than at {BASE}, to within a quarter: " + ", ".join(parts) + "."
