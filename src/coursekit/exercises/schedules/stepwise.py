"""step_decay."""

import math

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.schedules.drawing import factor, once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.optim import step_decay


def _cases(draw: Draw) -> list[Case]:
    cases = []
    for size in ((2, 4), (5, 7)):
        every, cut, lr0 = draw.size(*size), factor(draw), draw.number(0.1, 0.9)
        cases += [
            Case(args=(t, lr0), kwargs={"factor": cut, "every": every})
            for t in (0, every - 2, every - 1, every, every + 1, 2 * every - 1, 2 * every, 3 * every + 1)
        ]
    lr0 = draw.number(0.1, 0.9)
    cases += [
        Case(args=(t, lr0), about="factor and every left at their defaults", group="default")
        for t in (4, 5, 9, 10, int(draw.rng.integers(11, 25)))
    ]
    cut = factor(draw)
    cases += [
        Case(args=(t, lr0), kwargs=kwargs, about="only one of the two given", group="default")
        for t, kwargs in ((5, {"factor": cut}), (3, {"every": 3}), (10, {"factor": cut}), (9, {"every": 3}))
    ]
    cases += [
        Case(
            args=(draw.size(2, 5), lr0), kwargs={"factor": 0.8, "every": 1}, about="a cut at each step", group="edges"
        ),
        Case(args=(2 * every, lr0, factor(draw), every), about="passed without names, in this order", group="edges"),
        Case(args=(7, 1), kwargs={"every": 2}, about="lr0 is a Python int", group="edges"),
        Case(args=(30, lr0), kwargs={"factor": 1.0, "every": 4}, about="a factor of 1 cuts nothing", group="edges"),
        Case(args=(999, lr0), kwargs={"factor": 0.9, "every": 100}, about="a late step", group="edges"),
        Case(args=(10, 1e4), kwargs={"factor": 0.1, "every": 5}, about="a large lr0", group="edges"),
    ]
    return once_more(cases)


def _loop(t: int, lr0: float, factor: float = 0.5, every: int = 5) -> float:
    lr = lr0
    for step in range(1, t + 1):
        if step % every == 0:
            lr *= factor
    return lr


def _ceil(t: int, lr0: float, factor: float = 0.5, every: int = 5) -> float:
    return lr0 * factor ** math.ceil(t / every)


STEP_DECAY = Exercise(
    assignment="schedules",
    reference=step_decay,
    task="Write step decay. The rate stays at `lr0` for the first `every` steps, and is then multiplied by `factor` "
    "after each further `every` steps. `t` is the step, a whole number counted from 0, so the first cut is seen at `t "
    "= every`. Return one number.",
    rule="step_decay(t) = lr0 * factor ** (t // every), t = 0, 1, 2, ...",
    returns=Number(),
    cases=_cases,
    checks=(
        values(
            4, "Count by hand: how many times has the rate been cut when step t begins? t = every is the first cut."
        ),
        Check(
            name="factor = 0.5 and every = 5 by default",
            points=1,
            group="default",
            hint="Which defaults stand in the exercise's signature, and which in your `def` line?",
        ),
        edges(hint="What is special about this call? Work out the number of cuts for it by hand."),
    ),
    misconceptions=(
        Misconception(
            id="smooth",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** (t / every),
            hint="Your rate falls a little at every step, as PyTorch's ExponentialLR does. How do you count only the "
            "cuts that are complete?",
        ),
        Misconception(
            id="one_step_early",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** ((t + 1) // every),
            hint="Your cuts come one step too early. With every = 5, which steps share the first rate when t counts "
            "from 0?",
        ),
        Misconception(
            id="one_step_late",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** (max(t - 1, 0) // every),
            hint="Your cuts come one step too late. At t = every, how many steps have been done already?",
        ),
        Misconception(
            id="counts_from_one",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** ((t - 1) // every),
            hint="You count steps from 1, so that t = 0 gives -1 cuts and more than lr0. Where does t start here?",
        ),
        Misconception(
            id="cuts_every_step",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor**t,
            hint="You multiply by `factor` at every step. What should `every` change?",
        ),
        Misconception(
            id="rounds_up",
            function=_ceil,
            hint="Your first cut comes at t = 1: a stretch of steps counts as soon as it begins. Should it count "
            "then, or when it is over?",
        ),
        Misconception(
            id="rounds",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** round(t / every),
            hint="Your cuts come half-way: you round to the nearest whole number. Does half a stretch of steps count "
            "as a cut?",
        ),
        Misconception(
            id="remainder",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor ** (t % every),
            hint="`t % every` is what is left over from the division, so your rate jumps back up. Which operator "
            "gives how often `every` fits into t?",
        ),
        Misconception(
            id="only_at_multiples",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor if t % every == 0 else lr0,
            hint="Your rate is lower only when t is a multiple of `every`, and back at lr0 one step later. The "
            "function keeps nothing between calls: how can it know all earlier cuts from t alone?",
        ),
        Misconception(
            id="cuts_once",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor if t >= every else lr0,
            hint="You cut once and never again. How many cuts have there been at t = 2 * every?",
        ),
        Misconception(
            id="factor_times_cuts",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * factor * (t // every),
            hint="You multiply by the number of cuts, so the rate is 0 before the first and grows with each. What "
            "happens to a number that is multiplied by `factor` again and again?",
        ),
        Misconception(
            id="subtracts",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * (1 - factor * (t // every)),
            hint="You take the same amount off at each cut, and the rate falls below 0 in the end. Is a cut here a "
            "difference or a product?",
        ),
        Misconception(
            id="factor_is_what_goes",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * (1 - factor) ** (t // every),
            hint="You take `factor` for the share that is lost. With factor = 0.1, should a tenth of the rate go, or "
            "a tenth stay?",
        ),
        Misconception(
            id="grows",
            function=lambda t, lr0, factor=0.5, every=5: lr0 / factor ** (t // every),
            hint="Your rate grows at each cut. What does dividing by a number below 1 do?",
        ),
        Misconception(
            id="default_0.1",
            function=lambda t, lr0, factor=0.1, every=5: lr0 * factor ** (t // every),
            hint="Your factor is 0.1 when none is given, as in PyTorch's StepLR. What does the signature here say?",
        ),
        Misconception(
            id="parameters_in_another_order",
            function=lambda t, lr0, every=5, factor=0.5: lr0 * factor ** (t // every),
            hint="Your formula is right, and `every` stands before `factor` in your `def` line, so a caller who "
            "gives no names has the two swapped. In which order does the exercise's signature have them?",
        ),
        Misconception(
            id="ignores_its_settings",
            function=lambda t, lr0, factor=0.5, every=5: lr0 * 0.5 ** (t // 5),
            hint="You halve every 5 steps whatever the caller asks for. Do `factor` and `every` stand in your formula?",
        ),
    ),
    variants={
        "loop": _loop,
        "int": lambda t, lr0, factor=0.5, every=5: lr0 * factor ** int(t / every),
        "floor": lambda t, lr0, factor=0.5, every=5: lr0 * math.pow(factor, math.floor(t / every)),
        "exp_log": lambda t, lr0, factor=0.5, every=5: lr0 * np.exp(np.log(factor) * (t // every)),
        "zero_d_array": lambda t, lr0, factor=0.5, every=5: np.array(lr0 * np.power(factor, t // every)),
    },
)
