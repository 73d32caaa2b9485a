"""What L1 and what L2 do to the weights of a linear model as the strength grows, side by side on the same data."""

import numpy as np

from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Line, Panel, Rule, Text
from coursekit.widgets.regularization.linear_paths import HIGH, LOW, NOISE, STRENGTHS, TRUE, Path, path
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

_STEPS = {"exact": "soft threshold", "plain": "plain gradient"}
#: Weights below this count as near 0.
NEAR = 0.05
#: Colours: the twins, the other two that count, and those that do not.
_COLOURS = ("class0", "class1", "class2", "class3", *("muted",) * 6)


@widget(
    "regularization.paths",
    title="Weights against the strength of the penalty",
    controls=[
        Slider(
            name="lam",
            label="strength",
            symbol="λ",
            low=LOW,
            high=HIGH,
            value=0.3,
            step=0.05,
            log=True,
            panels=("path_a", "path_b"),
        ),
        Slider(name="share", label="A's share of L1 (the rest is L2)", low=0.1, high=1.0, value=1.0, step=0.05),
        Slider(name="likeness", label="correlation of features 1 and 4", low=0.0, high=0.99, value=0.0, step=0.01),
        Choice(name="step", label="A's step of L1", options=_STEPS, value="exact"),
        Button(name="seed", label="New examples"),
    ],
    tries=[
        Try(
            label="Zeros, and no zeros",
            values={"lam": 0.3, "share": 1.0, "likeness": 0.0, "step": "exact", "seed": 0},
            notice="With L1 half of the weights are exactly 0, and none of them counts. With L2 all ten are there. "
            "Move λ: with L1 one path after the other ends at 0; with L2 all of them bend towards it and none arrives.",
        ),
        Try(
            label="Twins",
            values={"lam": 0.3, "share": 1.0, "likeness": 0.98, "step": "exact", "seed": 0},
            notice="Features 1 and 4 say nearly the same, and both count with 2. L1 gives all to the first and 0 to "
            "the fourth; L2 shares between them. Press New examples once: now L1 chooses the fourth.",
        ),
        Try(
            label="Elastic net",
            values={"lam": 0.3, "share": 0.5, "likeness": 0.98, "step": "exact", "seed": 0},
            notice="Half of the penalty L1, half L2: the twins share, as with L2, and four of the weights that do not "
            "count are exactly 0, as with L1.",
        ),
        Try(
            label="L1 by plain gradient steps",
            values={"lam": 0.3, "share": 1.0, "likeness": 0.0, "step": "plain", "seed": 0},
            notice="No weight is exactly 0. Those that should be hop to and fro across 0, by the learning rate times λ "
            "at every step. This is what L1 in a net's loss does: to have zeros, one has to say below what size a "
            "weight counts as none.",
        ),
    ],
)
def paths(lam: float, share: float, likeness: float, step: str, seed: int) -> Figure:
    """The paths of both penalties, the weights at the chosen strength, and the error on new examples."""
    a = path(share, step == "exact", likeness, seed, lam)
    b = path(0.0, True, likeness, seed, lam)
    name = "L1" if share == 1 else f"{100 * share:.0f} % L1"
    reach = 1.1 * float(np.abs([a.weights.max(), a.weights.min(), b.weights.max(), b.weights.min(), TRUE.max()]).max())
    said = {"A": _said(a), "B": _said(b)}
    return Figure(
        panels=[
            _path("path_a", 0, f"A, {name}: {_zeros(a)}", a, lam, reach),
            _weights("weights_a", 0, "A", a, lam, reach),
            _path("path_b", 1, f"B, L2: {_zeros(b)}", b, lam, reach),
            _weights("weights_b", 1, "B", b, lam, reach),
            _errors(a, b, name, lam),
        ],
        alt=(
            f"A linear model with ten weights, of which four count, on 30 examples, at λ = {lam:.3g}; features 1 and 4 "
            f"correlate by {likeness:.2f}. A, {name}, by {_STEPS[step]}: {said['A']} B, L2: {said['B']}"
        ),
        status=f"λ = {lam:.3g}. A, {name}: {said['A']} B, L2: {said['B']}",
    )


def zeros(weights: np.ndarray) -> tuple[int, int]:
    """How many weights are exactly 0, and how many others are smaller than NEAR."""
    exactly = int(np.sum(weights == 0))
    return exactly, int(np.sum(np.abs(weights) < NEAR)) - exactly


def _zeros(p: Path) -> str:
    exactly, near = zeros(p.here)
    return f"{exactly} of 10 weights are 0, {near} near 0"


def _said(p: Path) -> str:
    twins = f"weights of the twins {plain(float(p.here[0]), 2)} and {plain(float(p.here[3]), 2)}"
    return (
        f"{_zeros(p)}; {twins}; squared error on new examples {plain(p.error_here, 2)}, least "
        f"{plain(float(p.errors.min()), 2)} at λ = {STRENGTHS[p.best]:.2g}."
    )


def _path(id: str, column: int, title: str, p: Path, lam: float, reach: float) -> Panel:
    order = np.argsort([colour != "muted" for colour in _COLOURS], kind="stable")  # those that count lie on top
    return Panel(
        id=id,
        column=column,
        title=title,
        marks=[
            Rule(y=0.0, colour="muted", dashed=False),
            Rule(x=lam, colour="accent"),
            *[
                Line(
                    x=STRENGTHS,
                    y=p.weights[j],
                    colour=_COLOURS[j],
                    width=2.5 if TRUE[j] else 1.2,
                    opacity=1.0 if TRUE[j] else 0.7,
                )
                for j in order
            ],
            Dots(x=np.full(len(TRUE), lam), y=p.here, colour="accent", radius=3.5),
        ],
        x=Axis(label="strength λ", low=LOW, high=HIGH, log=True),
        y=Axis(label="weight", low=-reach, high=reach),
        aspect=1.6,
    )


def _weights(id: str, column: int, name: str, p: Path, lam: float, reach: float) -> Panel:
    """A bar for each weight, in the colour of its path, and a ring where the weight is that made the data."""
    places = np.arange(1, len(TRUE) + 1)
    bars = [
        Bars(edges=np.array([k - 0.4, k + 0.4]), heights=p.here[k - 1 : k], colour=_COLOURS[k - 1], opacity=0.8)
        for k in places
    ]
    gone = places[p.here == 0]
    shrunk = float(np.sum(np.abs(p.here)))
    return Panel(
        id=id,
        column=column,
        title=f"{name} at λ = {lam:.2g}: sum of sizes {plain(shrunk, 1)}, true {np.abs(TRUE).sum():.0f}",
        marks=[
            Rule(y=0.0, colour="muted", dashed=False),
            *bars,
            *[Text(x=float(k), y=-0.25 * reach, text="0", anchor="middle") for k in gone],
            Dots(x=places, y=TRUE, colour="ink", radius=4.0),
        ],
        x=Axis(label="feature (dot: the weight that made the data)", low=0.4, high=len(TRUE) + 0.6),
        y=Axis(label="weight", low=-reach, high=reach),
        aspect=2.0,
    )


def _errors(a: Path, b: Path, name: str, lam: float) -> Panel:
    high = 1.05 * float(np.max([a.errors.max(), b.errors.max(), a.error_here, b.error_here]))
    return Panel(
        id="errors",
        row=1,
        title=(
            f"least error on new examples: {plain(float(a.errors.min()), 2)} with {name}, "
            f"{plain(float(b.errors.min()), 2)} with L2"
        ),
        marks=[
            Rule(y=NOISE**2, colour="muted", label="noise"),
            Rule(x=lam, colour="accent"),
            Line(x=STRENGTHS, y=a.errors, colour="a", label=f"A, {name}"),
            Line(x=STRENGTHS, y=b.errors, colour="b", label="B, L2"),
            Dots(x=[lam], y=[a.error_here], colour="a", radius=5.0),
            Dots(x=[lam], y=[b.error_here], colour="b", radius=5.0),
        ],
        x=Axis(label="strength λ", low=LOW, high=HIGH, log=True),
        y=Axis(label="squared error", low=0.0, high=high),
        aspect=4.2,
    )
