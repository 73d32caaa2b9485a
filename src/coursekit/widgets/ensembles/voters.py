"""A majority of voters who err with a given probability, independently or alike; and when weaker ones help."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.training import ensemble_error, error_correlation, majority_vote, mixed_ensemble_error
from coursekit.widgets.controls import Button, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Line, Panel, Raster, Rule, Shade, Text
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]

MOST, QUESTIONS, SHOWN = 51, 2000, 60
SIZES = np.arange(1, MOST + 1, 2)
#: Errors in per cent below this have no place on the logarithmic axis.
_LOW = 0.01


@lru_cache(maxsize=16)
def drawn(p: float, rho: float, seed: int) -> NDArray[np.int64]:
    """`(MOST, QUESTIONS)`: 1 where a voter is wrong, which each is with probability `p`; any two correlate with `rho`.

    A share `rho` of the questions strikes all alike: there all are wrong or all are right. On the others each errs by
    itself. The random numbers do not depend on `p` and `rho`, so that a slider changes what has to change and no more.
    """
    rng = np.random.default_rng([seed, 4])
    own, shared, alike = rng.random((MOST, QUESTIONS)), rng.random(QUESTIONS), rng.random(QUESTIONS) < rho
    return np.where(alike, shared < p, own < p).astype(np.int64)


def foretold(p: float, m: int, rho: float) -> float:
    """The probability that the majority is wrong: a voter's where all are alike, the engine's formula elsewhere."""
    return rho * p + (1.0 - rho) * ensemble_error(p, m)


def trio(p: float, q: float, rho: float) -> float:
    """One voter who errs with `p`, two with `q`. Where a question strikes all alike, two of them decide, and err with
    `q`: whoever errs on the easier ones errs on the harder ones too."""
    return rho * q + (1.0 - rho) * mixed_ensemble_error(np.array([p, q, q]))


def break_even(p: float, rho: float) -> float:
    """The error of the two up to which they help the one; 0 where none does."""
    low, high = 0.0, 1.0
    if trio(p, 1e-9, rho) >= p:
        return 0.0
    for _ in range(40):  # the trio's error rises with q
        middle = 0.5 * (low + high)
        low, high = (middle, high) if trio(p, middle, rho) < p else (low, middle)
    return low


@lru_cache(maxsize=16)
def simulated(p: float, rho: float, seed: int) -> Values:
    """The share of the questions on which the majority of the first m voters is wrong, for each m of `SIZES`."""
    wrong = drawn(p, rho, seed)
    return np.array([majority_vote(wrong[:m], 2).mean() for m in SIZES])


def measured_correlation(p: float, rho: float, seed: int, m: int) -> float:
    """The mean over all pairs of `m` voters; NaN for one voter alone."""
    wrong = drawn(p, rho, seed)[:m]
    pairs = error_correlation(wrong, np.zeros(QUESTIONS, np.int64))[np.triu_indices(m, 1)]
    return float(pairs.mean()) if len(pairs) else float("nan")


@widget(
    "ensembles.voters",
    title="A vote, and what it is worth",
    controls=[
        Slider(name="p", label="error of a voter", symbol="p", low=0.02, high=0.6, value=0.3, step=0.01),
        Slider(name="m", label="voters", symbol="m", low=1, high=MOST, value=21, step=2, integer=True),
        Slider(name="rho", label="correlation of two errors", symbol="ρ", low=0.0, high=1.0, value=0.2, step=0.05),
        Slider(name="q", label="error of two weaker voters", symbol="q", low=0.02, high=0.6, value=0.4, step=0.01),
        Button(name="seed", label="New questions"),
    ],
    tries=[
        Try(
            label="Independent",
            values={"p": 0.3, "m": 21, "rho": 0.0, "q": 0.4, "seed": 0},
            notice="Each of them errs on 30 % of the questions, the majority of 21 on 3 %. In the speckle every "
            "column has about the same share of wrong answers, and hardly one has more than half.",
        ),
        Try(
            label="A fifth of the errors shared",
            values={"p": 0.3, "m": 51, "rho": 0.2, "q": 0.4, "seed": 0},
            notice="The correlation is 0.2: columns that are wrong from top to bottom. The error cannot fall below "
            "ρp = 6 %, and 51 voters are hardly better than 21.",
        ),
        Try(
            label="Worse than a coin",
            values={"p": 0.55, "m": 51, "rho": 0.0, "q": 0.55, "seed": 0},
            notice="Above one half a vote makes it worse: each errs on 55 %, and the majority of 51 on about three "
            "questions in four.",
        ),
        Try(
            label="One at 90 %, two at 80 %",
            values={"p": 0.1, "m": 21, "rho": 0.0, "q": 0.2, "seed": 0},
            notice="Two voters who are wrong twice as often still help, as long as they err independently: 10 % goes "
            "down to about 7 %. Up to 25 % they would. Now move ρ up, and see how soon they do not.",
        ),
    ],
)
def voters(p: float, m: int, rho: float, q: float, seed: int) -> Figure:
    """Voters and questions, and how many are wrong at a time; the majority's error by their number; two weaker ones."""
    m += 1 - m % 2  # a link may carry an even number, and with it a tie
    share = 100.0 * float(simulated(p, rho, seed)[m // 2])
    expected, alone = 100.0 * foretold(p, m, rho), 100.0 * p
    alike = measured_correlation(p, rho, seed, m)
    three, limit = 100.0 * trio(p, q, rho), 100.0 * break_even(p, rho)
    who = "1 voter" if m == 1 else f"{m} voters"
    likeness = "" if np.isnan(alike) else f"the errors of two correlate with {plain(alike, 2)}, "
    weaker = (
        f"One with {alone:.0f} % and two with {100.0 * q:.0f} %: {three:.1f} % wrong; two help the one as long as they "
        f"err on less than {limit:.0f} %."
    )
    said = (
        f"{who}, each wrong on {alone:.0f} % of the questions, correlation ρ = {rho:.2f}: the majority is wrong on "
        f"{_percent(expected)}, in the simulation on {share:.1f} %. {weaker}"
    )
    return Figure(
        panels=[
            _questions(p, m, rho, seed, alike),
            _histogram(p, m, rho, seed, share),
            _sizes(p, m, rho, seed, f"{who}: {_percent(expected)} wrong, one alone {alone:.0f} %"),
            _weaker(p, q, rho, f"one and two weaker: {alone:.0f} → {three:.1f} %; they help below {limit:.0f} %"),
        ],
        alt=(
            f"{said} In {QUESTIONS} drawn questions {likeness}of which {SHOWN} are shown, a column for each, the wrong "
            "answers coloured; then how many are wrong at a time, the error of the majority by the number of voters, "
            "and the error of one voter with two weaker ones by the error of those."
        ),
        status=said,
    )


def _percent(value: float) -> str:
    return f"{value:.1f} %" if value >= 0.095 else f"{plain(value, 2)} %"


def _questions(p: float, m: int, rho: float, seed: int, alike: float) -> Panel:
    """Voters over questions, below them the majority, of the height of some voters so that it is seen."""
    wrong = drawn(p, rho, seed)[:m, :SHOWN]
    height = max(1, m // 8)
    foot = np.tile(majority_vote(wrong, 2), (height, 1))
    z = np.concatenate([foot, np.zeros((height, SHOWN)), wrong]).astype(np.float32)
    top = float(m)
    count = int(foot[0].sum())
    title = (
        f"{SHOWN} questions, {count} lost"
        if np.isnan(alike)
        else f"{SHOWN} questions, {count} lost; measured ρ {plain(alike, 2)}"
    )
    return Panel(
        id="questions",
        column=0,
        aspect=1.7,
        title=title,
        marks=[
            Raster(
                z=z,
                x_range=(1.0, float(SHOWN)),
                y_range=(1.0 - 2.0 * height, top),
                scale="diverging",
                domain=(-1.0, 1.0),
            ),
            Rule(y=0.5, colour="muted", dashed=False),
        ],
        x=Axis(label="question (coloured: wrong; below the line: the majority)", low=0.5, high=SHOWN + 0.5),
        y=Axis(label="voter", low=0.5 - 2.0 * height, high=top + 0.5),
    )


def _histogram(p: float, m: int, rho: float, seed: int, share: float) -> Panel:
    counts = np.bincount(drawn(p, rho, seed)[:m].sum(axis=0), minlength=m + 1)
    heights = 100.0 * counts / QUESTIONS
    return Panel(
        id="counts",
        column=0,
        aspect=2.1,
        title=f"more than half are wrong on {share:.1f} % of {QUESTIONS}",
        marks=[
            Shade(x1=0.5 * m, x2=m + 0.5),
            Bars(edges=np.arange(m + 2) - 0.5, heights=heights, colour="a"),
            Text(x=0.5 * m, y=1.08 * float(heights.max()), text=" lost"),
        ],
        x=Axis(label=f"voters of {m} who are wrong", low=-0.5, high=m + 0.5),
        y=Axis(label="questions", unit="%", low=0.0, high=1.2 * float(heights.max())),
    )


def _sizes(p: float, m: int, rho: float, seed: int, title: str) -> Panel:
    def drawable(values: Values) -> Values:
        return np.where(values >= _LOW, values, np.nan)

    free = 100.0 * np.array([ensemble_error(p, int(size)) for size in SIZES])
    theirs = 100.0 * np.array([foretold(p, int(size), rho) for size in SIZES])
    tossed = 100.0 * simulated(p, rho, seed)
    marks: list[Line | Dots] = [Line(x=SIZES, y=drawable(theirs), colour="a", label=f"ρ = {rho:.2f}", width=2.5)]
    if rho > 0:
        marks.insert(0, Line(x=SIZES, y=drawable(free), colour="muted", label="ρ = 0", dashed=True))
    marks.append(Dots(x=SIZES, y=drawable(tossed), colour="a", radius=3.0, opacity=0.6))
    here = drawable(np.array([100.0 * foretold(p, m, rho)]))
    marks.append(Dots(x=np.array([m]), y=here, colour="accent", radius=6.0))
    return Panel(
        id="sizes",
        column=1,
        aspect=1.7,
        title=title,
        marks=marks,
        x=Axis(label="voters m (small dots: simulated)", low=0.0, high=MOST + 1.0),
        y=Axis(label="majority wrong", unit="%", low=_LOW, high=100.0, log=True),
    )


def _weaker(p: float, q: float, rho: float, title: str) -> Panel:
    errors = np.linspace(0.0, 0.6, 61)
    three = 100.0 * np.array([trio(p, float(error), rho) for error in errors])
    limit = 100.0 * break_even(p, rho)
    marks: list[Line | Dots | Rule | Shade] = [Shade(x1=0.0, x2=limit)] if limit > 0 else []
    marks += [
        Rule(y=100.0 * p, colour="muted", label="the one alone"),
        Line(x=100.0 * errors, y=three, colour="b", label="the three"),
        Dots(x=np.array([100.0 * q]), y=np.array([100.0 * trio(p, q, rho)]), colour="accent", radius=6.0),
    ]
    return Panel(
        id="weaker",
        column=1,
        aspect=2.1,
        title=title,
        marks=marks,
        x=Axis(label="error q of each of the two (shaded: they help)", unit="%", low=0.0, high=60.0),
        y=Axis(label="error", unit="%", low=0.0, high=70.0),
    )
