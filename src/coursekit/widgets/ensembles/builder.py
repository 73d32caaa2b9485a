"""Build an ensemble: choose its members by kind; the border, the accuracies, and how alike the errors are."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.training import accuracy, average_probabilities, error_correlation, majority_vote, predicted_labels
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.ensembles.pool import EACH, FRESH, MISLABELLED, POINTS, REACH, Labels, Pool, Values, pool
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Panel, Raster, Rule, Text
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

_LABELS = {"circles": "two circles", "moons": "two moons", "spiral": "spiral, 2 arms"}
_RULES = {"average": "average the probabilities", "vote": "let them vote"}
#: The kinds in the order in which they are asked: what a member of each is called, and many of them.
KINDS = {
    "starts": ("a net from other first weights", "starts"),
    "bags": ("a bag", "bags"),
    "others": ("another architecture", "others"),
    "snapshots": ("a snapshot", "snapshots"),
}
#: Up to so many members the numbers stand in the cells of the matrix.
_WRITTEN = 8


@dataclass(frozen=True)
class Ensemble:
    """The chosen members in the order in which they are asked, and the ensemble of the first k, for every k.

    `alone[i]` and `together[k - 1]` are shares of right answers on the fresh points; `member` and `lean`, `(M, G, G)`,
    run over the plane from -1 (surely class 0) to 1 (surely class 1).
    """

    kinds: list[str]
    alone: Values
    together: Values
    correlation: NDArray[np.float64]
    member: Values
    lean: Values

    @property
    def mean_correlation(self) -> float:
        """Over all pairs of different members; NaN where there is none."""
        pairs = self.correlation[np.triu_indices(len(self.kinds), 1)]
        known = pairs[np.isfinite(pairs)]
        return float(known.mean()) if len(known) else float("nan")


@lru_cache(maxsize=32)
def ensemble(data: str, seed: int, rule: str, counts: tuple[int, ...]) -> Ensemble:
    """`counts` says how many of each kind are asked, in the order of `KINDS`; none at all stands for one start."""
    everyone = pool(data, seed)
    counts = counts if any(counts) else (1, 0, 0, 0)
    taken = dict(zip(KINDS, counts, strict=True))
    kinds = [kind for kind, count in taken.items() for _ in range(count)]
    probs = np.concatenate([everyone.probs[kind][:count] for kind, count in taken.items()])
    plane = np.concatenate([everyone.plane[kind][:count] for kind, count in taken.items()])
    answers = probs.argmax(axis=2)
    said = plane if rule == "average" else (plane > 0.5).astype(plane.dtype)
    ks = range(1, len(kinds) + 1)
    return Ensemble(
        kinds=kinds,
        alone=np.array([accuracy(own, everyone.y) for own in answers]),
        together=np.array([accuracy(_asked(probs[:k], answers[:k], rule), everyone.y) for k in ks]),
        correlation=error_correlation(answers, everyone.y),
        member=(2.0 * plane - 1.0).astype(np.float32),
        lean=(2.0 * np.stack([average_probabilities(said[:k]) for k in ks]) - 1.0).astype(np.float32),
    )


def _asked(probs: Values, answers: Labels, rule: str) -> Labels:
    return predicted_labels(average_probabilities(probs)) if rule == "average" else majority_vote(answers, 2)


@widget(
    "ensembles.builder",
    title="Build an ensemble",
    controls=[
        Choice(name="data", label="data", options=_LABELS, value="circles"),
        Slider(name="starts", label="other first weights", low=0, high=EACH, value=0, step=1, integer=True),
        Slider(name="bags", label="bags", low=0, high=EACH, value=5, step=1, integer=True),
        Slider(name="others", label="other architectures", low=0, high=EACH, value=0, step=1, integer=True),
        Slider(name="snapshots", label="snapshots of one run", low=0, high=EACH, value=0, step=1, integer=True),
        Choice(name="rule", label="their answers", options=_RULES, value="average"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="Five bags",
            values={
                "data": "circles",
                "starts": 0,
                "bags": 5,
                "others": 0,
                "snapshots": 0,
                "rule": "average",
                "seed": 0,
            },
            notice="Each saw only about two thirds of the points, and is wrong on one fresh point in seven. But they "
            "are not wrong on the same ones, the errors correlate with 0.33: together they beat the best of the five.",
            frame=-1,
        ),
        Try(
            label="Five first weights",
            values={
                "data": "circles",
                "starts": 5,
                "bags": 0,
                "others": 0,
                "snapshots": 0,
                "rule": "average",
                "seed": 0,
            },
            notice="These saw all the points, the wrong labels included, and their errors are much more alike: they "
            "correlate with 0.69. The five together are no better than they are alone, on average.",
            frame=-1,
        ),
        Try(
            label="Five snapshots",
            values={
                "data": "circles",
                "starts": 0,
                "bags": 0,
                "others": 0,
                "snapshots": 5,
                "rule": "average",
                "seed": 0,
            },
            notice="Five nets for the price of one run, and good ones: each time the learning rate came down to 0. But "
            "it is one net five times over, and asking all five gains less than half a point in a hundred.",
            frame=-1,
        ),
        Try(
            label="Two of each kind",
            values={
                "data": "circles",
                "starts": 2,
                "bags": 2,
                "others": 2,
                "snapshots": 2,
                "rule": "average",
                "seed": 0,
            },
            notice="Better than the eight are on average, by more than a point. But three of them are better alone "
            "than all eight together: the weak ones take away as well as give.",
            frame=-1,
        ),
    ],
)
def builder(data: str, starts: int, bags: int, others: int, snapshots: int, rule: str, seed: int) -> Figure:
    """The ensemble over the plane; beside it the accuracies, member by member, and the correlation of their errors."""
    made = ensemble(data, seed, rule, (starts, bags, others, snapshots))
    count = len(made.kinds)
    alone, together = 100.0 * made.alone, 100.0 * made.together
    who = "1 member" if count == 1 else f"{count} members"
    chosen = ", ".join(f"{made.kinds.count(kind)} {KINDS[kind][1]}" for kind in KINDS if kind in made.kinds)
    none = "" if starts + bags + others + snapshots else "No member chosen: here is one net. "
    alike = f", their errors correlate with {plain(made.mean_correlation, 2)} on average" if _known(made) else ""
    said = (
        f"{who} ({chosen}), {_RULES[rule]}: together {together[-1]:.1f} % of {FRESH} fresh points right, alone "
        f"{alone.mean():.1f} % on average, from {alone.min():.1f} to {alone.max():.1f} %{alike}."
    )
    return Figure(
        panels=[
            _plane(pool(data, seed), made, f"{who}: {together[-1]:.1f} % right together"),
            _accuracies(made, f"alone {alone.mean():.1f} % on average, the best {alone.max():.1f} %"),
            _matrix(made),
        ],
        alt=(
            f"{_LABELS[data]}: {POINTS} points, {MISLABELLED:.0%} of them with the wrong label. {none}{said} Shown are "
            "the plane in the colour of the class that the ensemble leans to, paler where it is unsure, the accuracies "
            "and a matrix of the correlations between the members' errors."
        ),
        status=none + said,
        frames=Frames(
            count=count,
            labels=["1 member" if k == 1 else f"{k} members" for k in range(1, count + 1)],
            start=count - 1,
            per_second=2.0,
            status=[none + _line(made, k) for k in range(1, count + 1)],
        ),
    )


def _known(made: Ensemble) -> bool:
    return bool(np.isfinite(made.mean_correlation))


def _line(made: Ensemble, k: int) -> str:
    """What the k-th member brought."""
    kind, own, now = KINDS[made.kinds[k - 1]][0], 100.0 * made.alone[k - 1], 100.0 * made.together[k - 1]
    if k == 1:
        return f"1 member, {kind}: {own:.1f} % right."
    before = 100.0 * made.together[k - 2]
    return f"Member {k} joins, {kind}, {own:.1f} % right alone: together {before:.1f} → {now:.1f} %."


def _plane(given: Pool, made: Ensemble, title: str) -> Panel:
    plane = (-REACH, REACH)
    return Panel(
        id="plane",
        column=0,
        title=title,
        marks=[
            Raster(
                z=made.lean,
                scale="diverging",
                domain=(-1.0, 1.0),
                opacity=0.5,
                x_range=plane,
                y_range=plane,
                frames=True,
            ),
            Contour(z=made.member, levels=(0.0,), colour="muted", x_range=plane, y_range=plane, frames=True),
            Contour(z=made.lean, levels=(0.0,), colour="ink", x_range=plane, y_range=plane, frames=True),
            Dots(x=given.x[:, 0], y=given.x[:, 1], group=given.given, radius=3.2, names=("class 0", "class 1")),
        ],
        x=Axis(label="feature 1 (grey: border of the newest member)", low=-REACH, high=REACH),
        y=Axis(label="feature 2", low=-REACH, high=REACH),
        aspect=0.95,
        width=1.1,
    )


def _accuracies(made: Ensemble, title: str) -> Panel:
    count = len(made.kinds)
    members = np.arange(1, count + 1)
    low = 5.0 * np.floor(100.0 * made.alone.min() / 5.0) - 2.0
    joined = np.where(np.tri(count, dtype=bool), 100.0 * made.alone, np.nan)
    marks: list[Line | Dots | Rule | Text] = [
        Rule(y=100.0 * float(made.alone.mean()), colour="muted"),
        Dots(x=np.tile(members, (count, 1)), y=joined, colour="muted", radius=4.0, frames=True),
        Line(x=members, y=100.0 * made.together, colour="accent", width=2.5, label="together"),
        Dots(x=members[:, None], y=100.0 * made.together[:, None], colour="accent", radius=6.0, frames=True),
    ]
    for i, (kind, first, last) in enumerate(_stretches(made)):
        middle = 0.5 * (first + last)
        marks.append(Text(x=middle, y=106.0 if i % 2 else 102.5, text=KINDS[kind][1], colour="muted", anchor="middle"))
    return Panel(
        id="accuracy",
        column=1,
        aspect=1.7,
        title=title,
        marks=marks,
        x=Axis(label="members asked (dots: each alone)", low=0.5, high=count + 0.5),
        y=Axis(label="fresh points right", unit="%", low=float(low), high=109.0),
    )


def _stretches(made: Ensemble) -> list[tuple[str, int, int]]:
    """Each kind that is there, with its first and its last member."""
    kinds = [kind for kind in KINDS if kind in made.kinds]
    firsts = [made.kinds.index(kind) + 1 for kind in kinds]
    return [(kind, first, first + made.kinds.count(kind) - 1) for kind, first in zip(kinds, firsts, strict=True)]


def _matrix(made: Ensemble) -> Panel:
    """The correlations of the errors, each pair of members twice, the diagonal left out."""
    count = len(made.kinds)
    marks: list[Raster | Rule | Text] = []
    if count == 1:
        marks.append(Text(x=1.0, y=1.0, text="one member: nothing to compare", colour="muted", anchor="middle"))
    else:
        known = np.isfinite(made.correlation) & ~np.eye(count, dtype=bool)
        apart = np.where(known, made.correlation, 0.0)  # 0 is the colour of the paper
        ends = (1.0, float(count))
        marks.append(Raster(z=apart, x_range=ends, y_range=ends, scale="diverging", domain=(-1.0, 1.0), opacity=0.8))
        for _, first, _ in _stretches(made)[1:]:
            marks += [Rule(x=first - 0.5, colour="muted"), Rule(y=first - 0.5, colour="muted")]
    if 1 < count <= _WRITTEN:
        for i, j in zip(*np.nonzero(known), strict=True):
            marks.append(Text(x=j + 1.0, y=i + 1.0, text=f"{apart[i, j]:.2f}", anchor="middle"))
    return Panel(
        id="correlation",
        column=1,
        aspect=1.5,
        title=f"two members' errors correlate with {plain(made.mean_correlation, 2)}" if _known(made) else "",
        marks=marks,
        x=Axis(label="member", low=0.5, high=count + 0.5),
        y=Axis(label="member", low=0.5, high=count + 0.5),
    )
