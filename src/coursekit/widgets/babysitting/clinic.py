"""Diagnose the run: real training runs with one fault each, to be named and healed."""

import numpy as np

from coursekit.widgets.babysitting.faults import CASES, CURES, FAULTS, KNOBS, LN_C
from coursekit.widgets.babysitting.patients import STEPS, Run, Values, run
from coursekit.widgets.controls import Button, Choice
from coursekit.widgets.figure import Axis, Figure, Line, Mark, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: What lies beyond is drawn at the edge of the loss's axis.
LOW, HIGH = 0.003, 100.0
_NAMES = {"open": "not named yet"} | {id: fault.name for id, fault in FAULTS.items()}
_CASES = {number: "healthy, to compare" if id == "healthy" else f"case {number}" for number, id in CASES.items()}


@widget(
    "babysitting.clinic",
    title="What is wrong with this run?",
    controls=[
        Choice(name="case", label="run", options=_CASES, value="1"),
        Choice(name="named", label="it is that", options=_NAMES, value="open"),
        Choice(name="knob", label="turn one knob", options={k: v.label for k, v in KNOBS.items()}, value="none"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="First, what health looks like",
            values={"case": "0", "named": "open", "knob": "none", "seed": 0},
            notice="The first loss is near ln 10 (dashed), it falls fast and then slowly, and the digits that were not "
            "trained on follow the training digits closely.",
        ),
        Try(
            label="A cure that is none",
            values={"case": "11", "named": "piled", "knob": "slower", "seed": 0},
            notice="Right, the gradients pile up. A lower rate only makes the same swings slower: the run looks well "
            "for longer, and goes the same way.",
        ),
        Try(
            label="No gap: a larger net?",
            values={"case": "10", "named": "small", "knob": "units", "seed": 0},
            notice="No gap does not mean that the net is too small. Eight times the units leave the loss as high as "
            "before. Look at what the penalty adds, and turn that.",
        ),
        Try(
            label="The same picture, and there it helps",
            values={"case": "5", "named": "small", "knob": "units", "seed": 0},
            notice="Curves much like the last ones, no gap either, but a small penalty. Here the larger net heals it.",
        ),
    ],
)
def clinic(case: str, named: str, knob: str, seed: int) -> Figure:
    """Loss and accuracy of the case, and beside it of the same run with one knob turned."""
    id = CASES[case]
    setup = FAULTS[id].setup
    turned = KNOBS[knob].turn(setup)
    a = run(setup, seed)
    panels = [
        _losses("a", _heading(id, named, case), a, 0),
        _answers("a_right", f"A: {_shares(a)}", a, 0 if knob != "none" else 1),
    ]
    said = [_verdict(id, named, a), _signs(a)]
    alt = f"{_CASES[case].capitalize()}: {_words(a)}"
    if knob != "none":
        b = run(turned, seed)
        same = turned == setup
        label = KNOBS[knob].label
        heading = "B = A: it was so already" if same else f"B: {label}"
        panels += [
            _losses("b", heading, b, 1),
            _answers("b_right", f"B: {_shares(b)}", b, 1),
        ]
        said.insert(1, _healing(id, knob, same, a, b))
        alt += f" With one knob turned ({label}): {_words(b)}"
    return Figure(panels=panels, alt=alt, status=" ".join(part for part in said if part))


def _heading(id: str, named: str, case: str) -> str:
    if named == "open":
        return "A: healthy" if id == "healthy" else f"A: case {case}"
    if named == id:
        return f"A, right: {FAULTS[id].short}"
    return f"A, not it: {FAULTS[named].short}"


def _verdict(id: str, named: str, a: Run) -> str:
    if named == "open":
        return ""
    if named == id:
        return f"Right: {FAULTS[id].name}. {FAULTS[id].signs(a)}"
    return f"That is not it. {FAULTS[named].would}"


def _healing(id: str, knob: str, same: bool, a: Run, b: Run) -> str:
    if same:
        return "Turning this knob changes nothing: it was already so."
    change = f"{a.val_right[-1]:.0f} → {b.val_right[-1]:.0f} % of the new digits right"
    if CURES.get(id) == knob:
        return f"Healed: {change}."
    if id == "healthy":
        return f"With the knob turned: {change}."
    return f"Not the cure: {change}."


def _signs(r: Run) -> str:
    """What a careful eye would have looked at besides the curves."""
    moved = r.ratio[np.isfinite(r.ratio)]
    updates = f"updates {plain(float(np.median(moved)), 4)} of the weights" if len(moved) else "weights that stay at 0"
    return (
        f"Signs in A: inputs with mean {_round(r.mean)} and std {_round(r.std)}, first loss "
        f"{plain(float(r.train[0]), 2)} (ln 10 = {plain(LN_C, 2)}), to which the penalty adds {plain(r.penalty, 3)}; "
        f"{updates}, {r.dead:.0f} % of the hidden units dead at the end."
    )


def _round(number: float) -> str:
    return f"{abs(number):.1f}" if abs(number) < 0.05 else plain(number, 1)


def _shares(r: Run) -> str:
    return f"{r.right[-1]:.0f} % right, new {r.val_right[-1]:.0f} %"


def _words(r: Run) -> str:
    ending = "" if r.diverged is None else f" After step {r.diverged} something is no longer finite."
    return (
        f"training loss {plain(float(r.train[0]), 2)} → {plain(float(r.train[-1]), 2)}, loss on new digits "
        f"{plain(float(r.val[0]), 2)} → {plain(float(r.val[-1]), 2)}; right at the end {r.right[-1]:.0f} % of the "
        f"training digits and {r.val_right[-1]:.0f} % of the new ones.{ending}"
    )


def _losses(id: str, title: str, r: Run, column: int) -> Panel:
    marks: list[Mark] = [
        Rule(y=LN_C, colour="muted"),
        Line(x=np.arange(len(r.batch)), y=_clipped(r.batch), colour="muted", width=1.0, opacity=0.55),
        Line(x=r.looked, y=_clipped(r.train), colour="train", label="training"),
        Line(x=r.looked, y=_clipped(r.val), colour="validation", label="new"),
    ]
    return Panel(
        id=id,
        title=title,
        column=column,
        aspect=1.7,
        marks=marks,
        x=Axis(label="step (grey: each batch; dashed: ln 10)", low=0.0, high=STEPS),
        y=Axis(label="loss", low=LOW, high=HIGH, log=True),
    )


def _clipped(losses: Values) -> Values:
    return np.clip(losses, LOW, HIGH)


def _answers(id: str, title: str, r: Run, column: int) -> Panel:
    return Panel(
        id=id,
        title=title,
        column=column,
        aspect=1.9,
        marks=[
            Line(x=r.looked, y=r.right, colour="train", label="training"),
            Line(x=r.looked, y=r.val_right, colour="validation", label="new"),
        ],
        x=Axis(label="step", low=0.0, high=STEPS),
        y=Axis(label="answers right", unit="%", low=0.0, high=100.0),
    )
