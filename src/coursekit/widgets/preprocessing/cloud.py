"""A cloud of two features, taken from raw to whitened, and the loss that a linear unit has on it at each stage."""

import numpy as np

from coursekit.data import principal_axes
from coursekit.widgets.controls import Choice, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.preprocessing.linear_unit import ARRIVED, POINTS, STEPS, Unit, Values, unit
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: The steps at which a frame is drawn.
KEPT = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 70, 100, 140, STEPS)
STAGES = {
    "raw": "raw",
    "centred": "centred",
    "scaled": "and scaled",
    "pca": "and turned (PCA)",
    "whitened": "and divided by the spreads (whitened)",
    "zca": "and turned back (ZCA)",
}
_NAMES = {
    "raw": "raw",
    "centred": "centred",
    "scaled": "scaled",
    "pca": "PCA",
    "whitened": "whitened",
    "zca": "ZCA",
}
_CELLS = 37
_LEVELS = 8
_FLOOR = 1e-6


@widget(
    "preprocessing.cloud",
    title="One cloud, from raw to whitened, and the valley that descent walks",
    controls=[
        Choice(name="stage", label="inputs", options=STAGES, value="raw"),
        Slider(name="correlation", label="correlation", symbol="r", low=0.0, high=0.95, value=0.8, step=0.05),
        Slider(name="offset", label="mean, in standard deviations", low=0.0, high=4.0, value=1.5, step=0.25),
        Slider(name="ratio", label="ratio of the scales", low=1.0, high=10.0, value=2.0, step=0.5),
    ],
    tries=[
        Try(
            label="Only the mean is off",
            values={"stage": "raw", "correlation": 0.0, "offset": 3.0, "ratio": 1.0},
            notice="The cloud is round, and still the loss is a narrow valley: a weight and the bias can stand in for "
            "each other where an input is never near 0. Now choose centred: one step is enough.",
            frame=-1,
        ),
        Try(
            label="Only the scales differ",
            values={"stage": "centred", "correlation": 0.0, "offset": 3.0, "ratio": 10.0},
            notice="A ratio of 10 between the features is a condition number of 100: the ratio counts squared. Scaling "
            "brings it to 1.",
            frame=-1,
        ),
        Try(
            label="Turning is not enough",
            values={"stage": "pca", "correlation": 0.9, "offset": 0.0, "ratio": 1.0},
            notice="The features are no longer correlated, but the condition number is 19, with PCA as without it, and "
            "so is the number of steps: a turn of the inputs only turns the valley.",
            frame=-1,
        ),
        Try(
            label="Whiten the worst of them",
            values={"stage": "whitened", "correlation": 0.95, "offset": 4.0, "ratio": 10.0},
            notice="The raw inputs would take tens of thousands of steps. Whitened, the contours are circles, every "
            "downhill line points at the minimum, and one step arrives. ZCA does too, and leaves the cloud upright.",
            frame=-1,
        ),
    ],
)
def cloud(stage: str, correlation: float, offset: float, ratio: float) -> Figure:
    """The cloud, the loss over its two weights with the path of descent, and the loss that is still to go."""
    u = unit(stage, correlation, offset, ratio)
    raw = unit("raw", correlation, offset, ratio)
    mean, _, variances = principal_axes(u.x)
    held = float(np.asarray(np.corrcoef(u.x.T))[0, 1])
    spreads = np.asarray(u.x.std(axis=0))
    said = (
        f"means {_short(mean[0])} and {_short(mean[1])}, standard deviations {_short(spreads[0])} and "
        f"{_short(spreads[1])}, correlation {_short(held)}"
    )
    name = _NAMES[stage]
    steps = _count(u.steps)
    finding = f"{name}: condition number {_condition(u.condition)}, {steps} to 1 % of the excess loss"
    compared = "" if stage == "raw" else f" The raw inputs take {_count(raw.steps)}."
    if stage in ("pca", "whitened") and correlation == 0:
        compared += " With correlation 0 both directions have variance 1, and any two axes are principal ones."
    return Figure(
        panels=[_cloud_panel(u, name, variances), _weights_panel(u, name), _loss_panel(u, raw, stage)],
        alt=(
            f"A cloud of {POINTS} points, {_NAMES[stage]}: {said}. A line in it shows where the fitted "
            f"unit puts out the median target. Beside it the contours of the mean squared loss "
            f"over the two weights of a linear unit, with the bias as it is at that step, and the path of "
            f"gradient descent at the rate {plain(u.lr)}. {finding}; "
            f"after {STEPS} steps {_percent(u.excess[-1])} is left.{compared}"
        ),
        status=f"{_upper(finding)}.{compared}",
        frames=Frames(
            count=len(KEPT),
            labels=[f"step {step}" for step in KEPT],
            start=len(KEPT) - 1,
            per_second=5.0,
            status=[
                f"Step {step}: w₁ = {_short(w[0])}, w₂ = {_short(w[1])}, b = {_short(w[2])}; "
                f"{_percent(u.excess[step])} of the excess loss is left. {_upper(finding)}.{compared}"
                for step, w in zip(KEPT, u.walk[list(KEPT)], strict=True)
            ],
        ),
    )


def _cloud_panel(u: Unit, name: str, variances: Values) -> Panel:
    """The inputs, one unit as long on both axes, with the origin in sight."""
    (x_low, y_low), (x_high, y_high) = np.minimum(u.x.min(axis=0), 0), np.maximum(u.x.max(axis=0), 0)
    half = 0.56 * max(x_high - x_low, y_high - y_low)
    x_middle, y_middle = (x_low + x_high) / 2, (y_low + y_high) / 2
    longer = float(np.sqrt(variances[0] / variances[1]))
    shape = "round" if longer < 1.05 else f"{plain(longer, 1)} times as long as wide"
    along = "value along axis" if name in ("PCA", "whitened") else "input"
    x_range = (float(x_middle - half), float(x_middle + half))
    y_range = (float(y_middle - half), float(y_middle + half))
    # What the fitted unit puts out is a plane: a few cells are enough. A panel with contours stays square on a phone.
    x1, x2 = np.meshgrid(np.linspace(*x_range, 5), np.linspace(*y_range, 5))
    output = u.minimum[0] * x1 + u.minimum[1] * x2 + u.minimum[2]
    middle = float(np.median(u.y))
    return Panel(
        id="cloud",
        title=f"{name}: the cloud is {shape}",
        marks=[
            Rule(x=0.0, colour="muted"),
            Rule(y=0.0, colour="muted"),
            Contour(z=output.astype(np.float32), x_range=x_range, y_range=y_range, levels=[middle], colour="ink"),
            Dots(
                x=u.x[:, 0].astype(np.float32),
                y=u.x[:, 1].astype(np.float32),
                group=(u.y > middle).astype(np.int32),
                names=("low target", "high target"),
                radius=3.0,
                opacity=0.75,
            ),
        ],
        x=Axis(label=f"{along} 1 (line: the fit at the median target)", low=x_range[0], high=x_range[1]),
        y=Axis(label=f"{along} 2", low=y_range[0], high=y_range[1]),
        aspect=1.0,
    )


def _weights_panel(u: Unit, name: str) -> Panel:
    """The loss over the two weights, the bias where it is at the step shown, and the path up to there."""
    best1, best2 = float(u.minimum[0]), float(u.minimum[1])
    half = 1.2 * float(np.abs(u.walk[:, :2] - u.minimum[:2]).max())
    x_range, y_range = (best1 - half, best1 + half), (best2 - half, best2 + half)
    w1, w2 = np.meshgrid(np.linspace(*x_range, _CELLS), np.linspace(*y_range, _CELLS))
    # Lines at even distances across the valley: it looks as narrow as it is, and no line falls between two cells.
    steepest = float(np.linalg.eigvalsh(u.hessian[:2, :2])[-1])
    levels = [u.least + 0.5 * steepest * (half * k / _LEVELS) ** 2 for k in range(1, 2 * _LEVELS)]
    walked = np.stack([u.walk[np.minimum(np.arange(STEPS + 1), step), :2] for step in KEPT]).astype(np.float32)
    return Panel(
        id="weights",
        title=f"{name}: condition number {_condition(u.condition)}, {_count(u.steps)} to 1 %",
        marks=[
            Contour(
                z=np.stack([u.loss(w1, w2, float(u.walk[step, 2])) for step in KEPT]).astype(np.float32),
                x_range=x_range,
                y_range=y_range,
                levels=levels,
                colour="muted",
                frames=True,
            ),
            Line(x=walked[:, :, 0], y=walked[:, :, 1], colour="accent", width=1.5, frames=True),
            Dots(x=walked[:, -1:, 0], y=walked[:, -1:, 1], colour="accent", radius=5.0, frames=True),
            Dots(x=[best1], y=[best2], colour="relu", radius=5.0, label="minimum"),
        ],
        x=Axis(label="first weight w₁ (contours: loss at this step's bias)", low=x_range[0], high=x_range[1]),
        y=Axis(label="second weight w₂", low=y_range[0], high=y_range[1]),
        aspect=1.0,
    )


def _loss_panel(u: Unit, raw: Unit, stage: str) -> Panel:
    """The excess loss by step, of the raw inputs and of the stage shown."""
    at = np.arange(STEPS + 1, dtype=np.float32)
    marks: list[Line | Rule | Dots] = [Rule(y=ARRIVED, colour="muted")]
    if stage != "raw":
        marks.append(Line(x=at, y=_above_floor(raw.excess), colour="muted", label="raw", dashed=True))
    marks += [
        Line(x=at, y=_above_floor(u.excess), colour="accent", label=_NAMES[stage]),
        Dots(
            x=np.array(KEPT, dtype=np.float32)[:, None],
            y=_above_floor(u.excess[list(KEPT)])[:, None],
            colour="accent",
            radius=5.0,
            frames=True,
        ),
    ]
    return Panel(
        id="loss",
        title=f"{_percent(u.excess[-1])} of the excess loss is left after {STEPS} steps",
        marks=marks,
        x=Axis(label="step", low=0.0, high=float(STEPS)),
        y=Axis(
            label="excess loss, share of that at the start (bottom: 10⁻⁶ or less)", low=_FLOOR / 2, high=1.5, log=True
        ),
        row=1,
        aspect=3.0,
    )


def _above_floor(excess: Values) -> Values:
    """The curve down to the bottom of the panel, and along it from there."""
    return np.maximum(excess, _FLOOR).astype(np.float32)


def _short(value: float) -> str:
    """Two digits, with rounding errors said as the 0 that they stand for."""
    return plain(0.0 if abs(value) < 1e-9 else float(value), 2)


def _condition(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def _percent(share: float) -> str:
    if share < 1e-4:
        return "less than 0.01 %"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
