"""The faults of the clinic, what gives each of them away, and the knobs that a reader can turn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from coursekit.training import expected_initial_loss
from coursekit.widgets.babysitting.patients import CLASSES, HEALTHY, Run, Setup
from coursekit.words import plain

#: How far the rates of the two patients are from the healthy one, and how far one turn of the knob goes.
FACTOR = 10.0
LN_C = expected_initial_loss(CLASSES)


@dataclass(frozen=True)
class Fault:
    """`name` ends the sentence "It is that ...", `short` stands in a title. `signs` says what in a run gives it away,
    numbers included, and `would` what it would look like, for a reader who has named it wrongly."""

    name: str
    short: str
    setup: Setup
    signs: Callable[[Run], str]
    would: str


@dataclass(frozen=True)
class Knob:
    """Something to turn: what the button says, and what it makes of a setup."""

    label: str
    turn: Callable[[Setup], Setup]


def _end(run: Run) -> str:
    return f"{plain(float(run.train[-1]), 2)} in training, {plain(float(run.val[-1]), 2)} on new digits"


FAULTS = {
    "healthy": Fault(
        "nothing is wrong",
        "nothing is wrong",
        HEALTHY,
        lambda r: f"The loss begins near ln 10, falls fast, then slowly, and new digits follow ({_end(r)}).",
        "A healthy run begins near ln 10 = 2.30, falls fast, then slowly, and ends near 0, new digits close by.",
    ),
    "overfits": Fault(
        "it overfits, with too few examples",
        "it overfits",
        replace(HEALTHY, examples=40),
        lambda r: (
            f"Training digits are all but perfect ({r.right[-1]:.0f} %), new ones are not ({r.val_right[-1]:.0f} %): "
            f"a gap, and the loss on new digits has hardly fallen since half-time."
        ),
        "Overfitting leaves a gap: the training loss goes to 0, the loss on new digits does not follow.",
    ),
    "rate_low": Fault(
        "the learning rate is too low",
        "rate too low",
        replace(HEALTHY, lr=HEALTHY.lr / FACTOR),
        lambda r: (
            f"Everything begins well, both curves fall together, evenly, and are still falling at the end ({_end(r)}). "
            f"The updates are {plain(_first_ratio(r), 4)} of the weights."
        ),
        "Too low a rate shows in curves that fall evenly and are still falling at the end, with no gap and small "
        "updates.",
    ),
    "sorted": Fault(
        "the examples come sorted by class",
        "sorted examples",
        replace(HEALTHY, shuffled=False),
        lambda r: (
            "The grey curve of the batches is a saw: it falls within each class and leaps when the next one comes, 10 "
            f"times in an epoch of {HEALTHY.examples // 8} steps. In the first epoch the loss on new digits rises to "
            f"{plain(float(r.val[:6].max()), 2)}, above that of a guess."
        ),
        "Sorted examples make a saw of the batches' losses (grey): low within a class, a leap at the next.",
    ),
    "rate_high": Fault(
        "the learning rate is too high",
        "rate too high",
        replace(HEALTHY, lr=HEALTHY.lr * FACTOR),
        lambda r: (
            f"The first loss is right ({plain(float(r.train[0]), 2)}), then the batches leap up and down, ever "
            f"higher, until nothing is a number any more after step {r.diverged}. One early update is "
            f"{plain(_first_ratio(r), 2)} times as long as the weights; a thousandth is usual."
        ),
        "Too high a rate begins at the right loss and then leaps, up and down, until the loss is no longer a number.",
    ),
    "small": Fault(
        "the net has too little capacity",
        "too little capacity",
        replace(HEALTHY, units=3),
        lambda r: (
            f"Both curves level off far above 0, together ({_end(r)}): no gap, and not even the training digits are "
            f"learned ({r.right[-1]:.0f} %). The penalty adds only {plain(r.penalty)}, so it is not that."
        ),
        "Too little capacity levels off far above 0 with no gap, at a rate and a penalty that are in order.",
    ),
    "labels": Fault(
        "the labels do not belong to their images",
        "labels off",
        replace(HEALTHY, paired=False),
        lambda r: (
            "The training loss falls a little, by learning by heart; on new digits the net ends below a guess: loss "
            f"{plain(float(r.val[-1]), 2)}, above ln 10, and {r.val_right[-1]:.0f} % right. There is nothing to learn."
        ),
        "Wrong labels can be learned by heart only: on new digits the loss rises above ln 10 with 10 % right.",
    ),
    "raw": Fault(
        "the inputs are not centred and scaled",
        "raw inputs",
        replace(HEALTHY, scaled=False),
        lambda r: (
            f"The inputs have mean {r.mean:.0f} and std {r.std:.0f}, so the first loss is {plain(float(r.train[0]), 1)}"
            f" and the first step throws the weights far off: {r.dead:.0f} % of the units are dead afterwards, and "
            "what is left is a guess."
        ),
        "Raw inputs are seen before the first step: their mean and std are not 0 and 1, and the loss is far above "
        "ln 10.",
    ),
    "uphill": Fault(
        "the step goes up the gradient",
        "wrong sign",
        replace(HEALTHY, downhill=False),
        lambda r: (
            f"The first loss is right ({plain(float(r.train[0]), 2)}), and from there it only rises, step after step, "
            f"with nearly every answer wrong, until it is no longer a number after step {r.diverged}."
        ),
        "With a wrong sign the loss rises from the first step on and never once falls.",
    ),
    "zero": Fault(
        "the first weights are all 0",
        "all weights 0",
        replace(HEALTHY, scale=0.0),
        lambda r: (
            f"The loss is ln 10 at the start, exactly ({plain(float(r.train[0]), 4)}), and stays there. All units give "
            "0, so no gradient reaches a weight; only the last biases learn."
        ),
        "With all weights 0 the loss begins at exactly ln 10 and does not move.",
    ),
    "penalty": Fault(
        "the penalty is too strong",
        "penalty too strong",
        replace(HEALTHY, penalty=0.3),
        lambda r: (
            f"Both curves level off far above 0, together ({_end(r)}). The penalty adds {plain(r.penalty, 1)} to a "
            f"first loss of {plain(float(r.train[0]), 1)}, and the weights have shrunk to {100 * r.grew:.0f} % of "
            "their length."
        ),
        "Too strong a penalty is larger than the loss itself, shrinks the weights, and levels off with no gap.",
    ),
    "piled": Fault(
        "gradients are not set to 0",
        "gradients pile up",
        replace(HEALTHY, zeroed=False),
        lambda r: (
            f"It begins faster than a healthy run: after 10 steps the loss is {plain(float(r.val[1]), 2)}. "
            "But the old gradients push on, the net swings past its goal, and the swings grow without end."
        ),
        "Piled-up gradients first speed the run up; then it swings past its goal, wider and wider.",
    ),
    "weights_large": Fault(
        "the first weights are too large",
        "first weights too large",
        replace(HEALTHY, scale=10.0),
        lambda r: (
            f"The inputs are in order, and yet the first loss is {plain(float(r.train[0]), 1)}, not ln 10: the net is "
            f"sure of wrong answers. It learns, but ends with {r.val_right[-1]:.0f} % of the new digits."
        ),
        "Weights that are too large show in the very first loss, with inputs that are in order.",
    ),
}

#: The cases in the order of their numbers.
CASES = {str(number): id for number, id in enumerate(FAULTS)}


KNOBS = {
    "none": Knob("leave all as it is", lambda s: s),
    "slower": Knob("learning rate ÷ 10", lambda s: replace(s, lr=s.lr / FACTOR)),
    "faster": Knob("learning rate × 10", lambda s: replace(s, lr=s.lr * FACTOR)),
    "weights": Knob("first weights: He's", lambda s: replace(s, scale=HEALTHY.scale)),
    "inputs": Knob("inputs: centre, scale", lambda s: replace(s, scaled=True)),
    "order": Knob("order: shuffle", lambda s: replace(s, shuffled=True)),
    "labels": Knob("labels: pair anew", lambda s: replace(s, paired=True)),
    "zero": Knob("gradients: zero them", lambda s: replace(s, zeroed=True)),
    "sign": Knob("step: turn the sign", lambda s: replace(s, downhill=not s.downhill)),
    "penalty": Knob("penalty ÷ 3000", lambda s: replace(s, penalty=s.penalty / 3000.0)),
    "units": Knob("8 × the hidden units", lambda s: replace(s, units=8 * s.units)),
    "examples": Knob("all 640 examples", lambda s: replace(s, examples=HEALTHY.examples)),
}

#: Which knob heals which fault.
CURES = {
    "overfits": "examples",
    "rate_low": "faster",
    "sorted": "order",
    "rate_high": "slower",
    "small": "units",
    "labels": "labels",
    "raw": "inputs",
    "uphill": "sign",
    "zero": "weights",
    "penalty": "penalty",
    "piled": "zero",
    "weights_large": "weights",
}


def _first_ratio(run: Run) -> float:
    """The update over the weights at the first look behind the start."""
    return float(run.ratio[1])
