"""Learning rate against strength of L2, in log space: a coarse map, and a fine one around a point of it."""

import numpy as np

from coursekit.training import Range, log_uniform
from coursekit.widgets.babysitting.sweep import HELD_OUT, KEPT, Sweep, Values, mapped, ticks, trained
from coursekit.widgets.controls import Button, Choice, Point
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Mark, Panel, Raster
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

LOW, HIGH = 1e-6, 10.0
STRENGTHS = Range(LOW, HIGH, log=True)
#: The ranges of the rate, and how many columns they have: one a decade.
RATES = {"all": (Range(LOW, HIGH, log=True), 8), "low": (Range(LOW, 1e-2, log=True), 5)}
ROWS, FINE, DRAWS = 8, 7, 16
#: A loss above this counts as exploded. The loss of a guess, 2.3, is well below it.
EXPLODED = 10.0
#: Of the colours, as logarithms.
_DOMAIN = (float(np.log10(0.2)), float(np.log10(EXPLODED)))
_WIDTHS = {"1": "a factor of 10 each way", "0.3": "a factor of 2 each way"}


@widget(
    "babysitting.heatmap",
    title="Learning rate and penalty, a net for every cell",
    controls=[
        Point(
            name="centre",
            label="centre of the fine map",
            panel="coarse",
            x_range=(LOW, HIGH),
            y_range=(LOW, HIGH),
            value=(0.3, 0.01),
            step=0.25,
        ),
        Choice(name="width", label="fine map", options=_WIDTHS, value="1"),
        Choice(
            name="rates",
            label="rates of the coarse map",
            options={"all": "10⁻⁶ to 10", "low": "10⁻⁶ to 0.01 only"},
            value="all",
        ),
        Choice(
            name="draws",
            label=f"{DRAWS} draws besides",
            options={"none": "none", "log": "uniform in the exponent", "linear": "uniform in the number"},
            value="none",
        ),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="Where anything happens at all",
            values={"centre": (0.3, 0.01), "width": "1", "rates": "all", "draws": "none", "seed": 0},
            notice="Of eight decades of the rate only two or three train in eight epochs: left of them next to nothing "
            "happens, right of them the net explodes (yellow). Where the penalty is small it makes no difference.",
            frame=-1,
        ),
        Try(
            label="After one epoch",
            values={"centre": (0.3, 0.01), "width": "1", "rates": "all", "draws": "none", "seed": 0},
            notice="The map is there after a single epoch, paler: the best rate is the same as after eight. That is "
            "why the coarse round can be short.",
            frame=0,
        ),
        Try(
            label="The best at the edge",
            values={"centre": (0.01, 0.01), "width": "1", "rates": "low", "draws": "none", "seed": 0},
            notice="The best cell stands in the last column: the range ends before the valley does. The fine map looks "
            "one decade past the edge, and finds better there.",
            frame=-1,
        ),
        Try(
            label="Draws that are not in log space",
            values={"centre": (0.3, 0.01), "width": "1", "rates": "all", "draws": "linear", "seed": 0},
            notice="Drawn evenly between 10⁻⁶ and 10, nearly all rates and strengths lie above 0.1, in the corner "
            "where nets explode. Not one of these 16 trains.",
            frame=-1,
        ),
    ],
)
def heatmap(centre: tuple[float, float], width: str, rates: str, draws: str, seed: int) -> Figure:
    """Both maps, epoch by epoch: loss on held-out digits, a net trained for every cell."""
    ends, columns = RATES[rates]
    coarse = mapped(ends, STRENGTHS, ROWS, seed) if rates == "all" else _narrow(ends, columns, seed)
    around = [Range(at / _half(width), at * _half(width), log=True) for at in centre]
    fine = mapped(around[0], around[1], FINE, seed)
    best, where = _best(coarse, ends, STRENGTHS, columns)
    fine_best, fine_where = _best(fine, around[0], around[1], FINE)
    edge = _edge(coarse, columns)
    marks: list[Mark] = [
        *_map(coarse, ends, STRENGTHS, columns),
        _box(around),
    ]
    drawn = ""
    if draws != "none":
        tried, losses = drawn_trials(draws, seed)
        marks.append(Dots(x=tried[0], y=tried[1], colour="class3", radius=4.0))
        gone = int(np.sum(~np.isfinite(losses)))
        drawn = f" All {DRAWS} draws exploded."
        if gone < DRAWS:
            drawn = f" Of {DRAWS} draws {gone} exploded; the best has loss {plain(float(np.nanmin(losses)), 2)}."
    title = f"best loss {plain(best, 2)}, η = {_short(where[0])}, λ = {_short(where[1])}"
    words = f"Coarse: best loss {plain(best, 2)} at η = {_short(where[0])}, λ = {_short(where[1])}"
    warning = f", at the edge of the {edge}: widen the range" if edge else ""
    return Figure(
        panels=[
            Panel(
                id="coarse",
                title=f"best at the edge (η = {_short(where[0])}): widen" if edge else title,
                marks=marks,
                aspect=1.15,
                x=Axis(label="learning rate η (▲ best; yellow: exploded)", low=LOW / 3.2, high=HIGH * 3.2, log=True),
                y=Axis(label="strength λ of L2", low=LOW / 3.2, high=HIGH * 3.2, log=True),
            ),
            Panel(
                id="fine",
                title=f"fine: {plain(fine_best, 2)}, η = {_short(fine_where[0])}, λ = {_short(fine_where[1])}",
                marks=_map(fine, around[0], around[1], FINE),
                aspect=1.15,
                x=Axis(label="learning rate η", log=True),
                y=Axis(label="strength λ of L2", log=True),
            ),
        ],
        alt=(
            f"Two maps of the loss on {HELD_OUT} held-out digits after {KEPT[-1]} epochs, one net per cell. {words}"
            f"{warning}; {_counts(coarse)}. The fine map around η = {_short(centre[0])}, λ = {_short(centre[1])}: best "
            f"loss {plain(fine_best, 2)} at η = {_short(fine_where[0])}, λ = {_short(fine_where[1])}.{drawn}"
        ),
        status=(
            f"{words}{warning}. Fine: {plain(fine_best, 2)} at η = {_short(fine_where[0])}, "
            f"λ = {_short(fine_where[1])}, {_wrong(fine)} % wrong.{drawn}"
        ),
        frames=Frames(
            count=len(KEPT),
            labels=[f"after {n} epoch{'s' if n > 1 else ''}" for n in KEPT],
            start=len(KEPT) - 1,
            per_second=1.5,
            status=[
                f"After {n} epoch{'s' if n > 1 else ''}: best loss {_lowest(coarse, i)} on the coarse map, "
                f"{_lowest(fine, i)} on the fine one.{warning and f' At the end the best is{warning[1:]}.'}{drawn}"
                for i, n in enumerate(KEPT)
            ],
        ),
    )


def _narrow(ends: Range, columns: int, seed: int) -> Sweep:
    """The coarse map with fewer columns: those of the whole one."""
    whole = mapped(RATES["all"][0], STRENGTHS, ROWS, seed)
    kept = np.flatnonzero(np.tile(np.arange(ROWS) < columns, ROWS))
    return Sweep(whole.losses[:, kept], whole.wrong[:, kept])


def drawn_trials(how: str, seed: int) -> tuple[Values, Values]:
    """Rates and strengths of 16 draws between 1e-6 and 10, `(2, 16)`, and the losses of their nets."""
    rng = np.random.default_rng([seed, 3])
    pairs = log_uniform(LOW, HIGH, (2, DRAWS), rng) if how == "log" else rng.uniform(LOW, HIGH, (2, DRAWS))
    sweep = trained(tuple(pairs[0].tolist()), tuple(pairs[1].tolist()), seed)
    return pairs, shown(sweep)[-1]


def shown(sweep: Sweep) -> Values:
    """The losses, NaN where they are no longer finite or have exploded."""
    with np.errstate(invalid="ignore"):
        return np.where(sweep.losses < EXPLODED, sweep.losses, np.nan)


def _half(width: str) -> float:
    return float(10.0 ** float(width))


def _at(sweep: Sweep, frame: int) -> int:
    losses = shown(sweep)[frame]
    return int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0


def _place(index: int, rates: Range, strengths: Range, columns: int, rows: int) -> tuple[float, float]:
    row, column = divmod(index, columns)
    return rates.at(column / (columns - 1)), strengths.at(row / (rows - 1))


def _best(sweep: Sweep, rates: Range, strengths: Range, columns: int) -> tuple[float, tuple[float, float]]:
    rows = sweep.losses.shape[1] // columns
    index = _at(sweep, -1)
    loss = float(np.nan_to_num(shown(sweep)[-1][index], nan=EXPLODED))
    return loss, _place(index, rates, strengths, columns, rows)


def _edge(sweep: Sweep, columns: int) -> str:
    """Which range ends at the best cell, if one does."""
    rows = sweep.losses.shape[1] // columns
    row, column = divmod(_at(sweep, -1), columns)
    if column in (0, columns - 1):
        return "rates"
    return "strengths" if row in (0, rows - 1) else ""


def _counts(sweep: Sweep) -> str:
    losses = shown(sweep)[-1]
    gone = int(np.sum(~np.isfinite(losses)))
    good = int(np.sum(losses < 1.0))
    return f"{good} of {losses.size} cells have a loss below 1, {gone} exploded"


def _lowest(sweep: Sweep, frame: int) -> str:
    return plain(float(np.nan_to_num(shown(sweep)[frame][_at(sweep, frame)], nan=EXPLODED)), 2)


def _wrong(sweep: Sweep) -> str:
    return plain(float(np.nan_to_num(sweep.wrong[-1][_at(sweep, -1)], nan=100.0)), 1)


def _map(sweep: Sweep, rates: Range, strengths: Range, columns: int) -> list[Mark]:
    """The logarithms of the losses as cells, one colour for all that have exploded, and a sign on the best."""
    losses = shown(sweep)
    rows = losses.shape[1] // columns
    z = np.log10(np.nan_to_num(losses, nan=EXPLODED)).reshape(len(KEPT), rows, columns)
    x, y = np.meshgrid(ticks(rates, columns), ticks(strengths, rows))
    best = [_at(sweep, i) for i in range(len(KEPT))]
    return [
        Raster(
            z=z.astype(np.float32),
            x_range=(rates.low, rates.high),
            y_range=(strengths.low, strengths.high),
            domain=_DOMAIN,
            frames=True,
        ),
        Dots(x=x.ravel()[best][:, None], y=y.ravel()[best][:, None], colour="b", radius=6.0, frames=True),
    ]


def _box(around: list[Range]) -> Line:
    rates, strengths = around
    x = np.array([rates.low, rates.high, rates.high, rates.low, rates.low])
    y = np.array([strengths.low, strengths.low, strengths.high, strengths.high, strengths.low])
    return Line(x=np.clip(x, LOW / 3.2, HIGH * 3.2), y=np.clip(y, LOW / 3.2, HIGH * 3.2), colour="ink", width=1.5)


def _short(number: float) -> str:
    return plain(number, 3) if number >= 0.01 else plain(number, 1)
