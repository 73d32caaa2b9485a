"""cosine_decay and warmup."""

import math

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.schedules.drawing import once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.optim import cosine_decay, warmup


def _cosine_cases(draw: Draw) -> list[Case]:
    lr0, low = draw.number(0.3, 0.9), draw.number(0.02, 0.2)
    total = draw.size(5, 9)
    cases = [Case(args=(t, lr0, 4)) for t in (0, 1, 2, 3)]
    cases += [Case(args=(t, draw.number(0.3, 0.9), total)) for t in (1, draw.size(2, total - 2), total - 1)]
    cases.append(Case(args=(3,), kwargs={"total": 8, "lr0": draw.number(0.3, 0.9)}, about="by name"))
    cases += [
        Case(args=(t, lr0, 4), kwargs={"lr_min": low}, about="lr_min given", group="lr_min") for t in (0, 1, 2, 3)
    ]
    cases += [
        Case(args=(draw.size(2, total - 2), lr0, total, draw.number(0.02, 0.2)), about="by position", group="lr_min"),
        Case(args=(total - 1, lr0, total), kwargs={"lr_min": 0.2}, about="lr_min given", group="lr_min"),
    ]
    cases += [
        Case(args=(total + beyond, draw.number(0.3, 0.9), total), about=about, group="end")
        for beyond, about in (
            (0, "t = total"),
            (1, "just after total"),
            (draw.size(2, total - 1), "after total"),
            (total, "twice total"),
        )
    ]
    cases += [
        Case(args=(total + beyond, lr0, total), kwargs={"lr_min": draw.number(0.02, 0.2)}, about=about, group="end")
        for beyond, about in ((0, "t = total"), (2, "after total"))
    ]
    cases += [
        Case(args=(0, draw.number(0.3, 0.9), 1), about="one step in all", group="edges"),
        Case(args=(1, draw.number(0.3, 0.9), 1, 0.05), about="one step in all, and it is over", group="edges"),
        Case(args=(3, 1, 6), about="lr0 is a Python int", group="edges"),
        Case(args=(2, 0.3, 6, 0.3), about="lr_min = lr0: nothing to fall", group="edges"),
        Case(args=(250, 0.4, 999), about="many steps", group="edges"),
        Case(args=(999, 0.4, 500), about="far beyond total", group="edges"),
        Case(args=(draw.size(2, 4), 1e4, 6), about="a large lr0", group="edges"),
    ]
    return once_more(cases)


def _cosine(t: float, lr0: float, total: float, lr_min: float, angle: float) -> float:
    return lr_min + 0.5 * (lr0 - lr_min) * (1 + math.cos(angle)) if t < total else lr_min


def _branches(t: int, lr0: float, total: int, lr_min: float = 0.0) -> float:
    if t >= total:
        return lr_min
    share = (1 + np.cos(np.pi * t / total)) / 2
    return float(share * lr0 + (1 - share) * lr_min)


COSINE_DECAY = Exercise(
    assignment="schedules",
    reference=cosine_decay,
    task="Write cosine decay: half a period of a cosine, from `lr0` at `t = 0` down to `lr_min` at `t = total`. From "
    "`total` on the rate stays at `lr_min`, which is 0 unless the caller says otherwise. Return one number.",
    rule="cosine_decay(t) = lr_min + 0.5 * (lr0 - lr_min) * (1 + cos(pi * t / total)), and lr_min from t = total on",
    returns=Number(),
    cases=_cosine_cases,
    checks=(
        values(
            3,
            "What is the cosine at 0, at pi / 2 and at pi? Which of them should belong to t = 0, and which to t = "
            "total?",
        ),
        Check(
            name="comes down to lr_min",
            points=2,
            group="lr_min",
            hint="How far does the rate fall in all, from lr0 to lr_min? That height is what the cosine is multiplied "
            "by.",
        ),
        Check(
            name="stays there from total on",
            points=2,
            group="end",
            hint="What does a cosine do after half a period? What should the rate do?",
        ),
        edges(hint="What is special about this call? Work out t / total and the angle for it by hand."),
    ),
    misconceptions=(
        Misconception(
            id="rises_again",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + 0.5 * (lr0 - lr_min) * (1 + math.cos(math.pi * t / total))
            ),
            hint="After `total` your rate climbs again, because the cosine does. How can t be kept from going further?",
        ),
        Misconception(
            id="restarts",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(
                t % total, lr0, total, lr_min, math.pi * (t % total) / total
            ),
            hint="At `total` your rate jumps back to lr0: these are the warm restarts of SGDR, the paper that the "
            "cosine comes from. What is asked for from `total` on here?",
        ),
        Misconception(
            id="zero_after_total",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + 0.5 * (lr0 - lr_min) * (1 + math.cos(math.pi * t / total)) if t < total else 0.0
            ),
            hint="From `total` on your rate is 0 even where lr_min is not. Where should the curve have ended?",
        ),
        Misconception(
            id="full_period",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, 2 * math.pi * t / total),
            hint="You go through a whole period: down, and up again before `total`. Which angle belongs to t = total "
            "if the rate is lowest there?",
        ),
        Misconception(
            id="quarter_period",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + (lr0 - lr_min) * math.cos(math.pi * t / (2 * total)) if t < total else lr_min
            ),
            hint="You use a quarter of a period, which is still steep at the end. From which angle to which does a "
            "cosine fall from its top to its bottom?",
        ),
        Misconception(
            id="below_zero",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + (lr0 - lr_min) * math.cos(math.pi * t / total) if t < total else lr_min
            ),
            hint="Your rate is negative in the second half: a cosine runs from 1 to -1. What do you add and multiply "
            "to make it run from 1 to 0?",
        ),
        Misconception(
            id="missing_half",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + (lr0 - lr_min) * (1 + math.cos(math.pi * t / total)) if t < total else lr_min
            ),
            hint="Your rate starts at twice its height. From which number to which does 1 + cos run?",
        ),
        Misconception(
            id="ignores_lr_min",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, 0.0, math.pi * t / total),
            hint="Your rate ends at 0 whatever lr_min is. At which two places does lr_min stand in the rule?",
        ),
        Misconception(
            id="lr_min_added_on_top",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + 0.5 * lr0 * (1 + math.cos(math.pi * t / total)) if t < total else lr_min
            ),
            hint="Your rate starts at lr0 + lr_min. How far does it have to fall, if it starts at lr0 and ends at "
            "lr_min?",
        ),
        Misconception(
            id="cut_off_at_lr_min",
            function=lambda t, lr0, total, lr_min=0.0: max(
                lr_min, 0.5 * lr0 * (1 + math.cos(math.pi * min(t, total) / total))
            ),
            hint="You take the curve that ends at 0 and cut it off at lr_min, so it is flat some time before `total`. "
            "How is the curve itself squeezed between lr0 and lr_min?",
        ),
        Misconception(
            id="rising",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + 0.5 * (lr0 - lr_min) * (1 - math.cos(math.pi * t / total)) if t < total else lr_min
            ),
            hint="Your rate rises from lr_min to lr0. What is 1 - cos at t = 0?",
        ),
        Misconception(
            id="degrees",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, 180 * t / total),
            hint="You give the cosine an angle in degrees. Which unit do `math.cos` and `np.cos` take?",
        ),
        Misconception(
            id="pi_left_out",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, t / total),
            hint="Your angle runs from 0 to 1, so the rate hardly falls. At which angle is a cosine lowest?",
        ),
        Misconception(
            id="one_step_early",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, math.pi * t / (total - 1)),
            hint="You reach lr_min one step early, at t = total - 1. At which t should it be reached?",
        ),
        Misconception(
            id="counts_from_one",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, math.pi * (t + 1) / total),
            hint="Your rate is below lr0 from the start: you are one step ahead. What should the first step, t = 0, "
            "get?",
        ),
        Misconception(
            id="linear",
            function=lambda t, lr0, total, lr_min=0.0: (
                lr_min + (lr0 - lr_min) * (1 - t / total) if t < total else lr_min
            ),
            hint="Your rate falls along a straight line. Which curve is flat at both ends?",
        ),
        Misconception(
            id="floor_division",
            function=lambda t, lr0, total, lr_min=0.0: _cosine(t, lr0, total, lr_min, math.pi * (t // total)),
            hint="Your rate stays at lr0 until `total`. What is `t // total` before that?",
        ),
    ),
    variants={
        "branches": _branches,
        "squared": lambda t, lr0, total, lr_min=0.0: (
            lr_min + (lr0 - lr_min) * math.cos(math.pi * min(t, total) / (2 * total)) ** 2
        ),
        "from_the_top": lambda t, lr0, total, lr_min=0.0: (
            lr0 - (lr0 - lr_min) * (1 - math.cos(math.pi * min(1, t / total))) / 2
        ),
        "clip": lambda t, lr0, total, lr_min=0.0: (
            lr_min + 0.5 * (lr0 - lr_min) * (1 + np.cos(np.pi * np.clip(t / total, 0, 1)))
        ),
        "zero_d_array": lambda t, lr0, total, lr_min=0.0: np.array(
            lr_min + (lr0 - lr_min) * np.sin(np.pi / 2 * (1 - min(t / total, 1))) ** 2
        ),
    },
)


def _warmup_cases(draw: Draw) -> list[Case]:
    lr0, steps = draw.number(0.1, 0.9), draw.size(5, 9)
    cases = [Case(args=(t, lr0, 4)) for t in (0, 1, 2)]
    cases += [Case(args=(t, draw.number(0.1, 0.9), steps)) for t in (0, draw.size(1, steps - 3), steps - 2)]
    cases.append(Case(args=(1,), kwargs={"warmup_steps": 5, "lr0": draw.number(0.1, 0.9)}, about="by name"))
    cases += [
        Case(args=(t, lr0, 4), about=about, group="after")
        for t, about in ((3, "the last step of the warmup"), (4, "the first step after it"), (9, "later"))
    ]
    cases += [
        Case(args=(steps - 1, draw.number(0.1, 0.9), steps), about="the last step of the warmup", group="after"),
        Case(args=(steps + draw.size(1, 9), draw.number(0.1, 0.9), steps), about="later", group="after"),
        Case(args=(0, draw.number(0.1, 0.9), 1), about="a warmup of one step", group="edges"),
        Case(args=(1, draw.number(0.1, 0.9), 1), about="after a warmup of one step", group="edges"),
        Case(args=(0, draw.number(0.1, 0.9), 2), about="a warmup of two steps", group="edges"),
        Case(args=(1, 1, 4), about="lr0 is a Python int", group="edges"),
        Case(args=(2, 3, 4), about="lr0 is a Python int", group="edges"),
        Case(args=(499, 0.4, 999), about="a long warmup", group="edges"),
        Case(args=(999, 0.4, 10), about="long after", group="edges"),
        Case(args=(draw.size(1, 4), 1e4, 6), about="a large lr0", group="edges"),
    ]
    return once_more(cases)


def _warmup_branches(t: int, lr0: float, warmup_steps: int) -> float:
    if t < warmup_steps:
        return (t + 1) * (lr0 / warmup_steps)
    return lr0


def _warmup_loop(t: int, lr0: float, warmup_steps: int) -> float:
    lr = 0.0
    for _ in range(min(t + 1, warmup_steps)):
        lr += lr0 / warmup_steps
    return lr


WARMUP = Exercise(
    assignment="schedules",
    reference=warmup,
    task="Write a linear warmup over `warmup_steps` steps, 1 or more. The first step, `t = 0`, gets `lr0 / "
    "warmup_steps`; each further step adds as much again; the last step of the warmup, `t = warmup_steps - 1`, gets "
    "`lr0`, and so does every step after it. Return one number.",
    rule="warmup(t) = lr0 * (t + 1) / warmup_steps, but never more than lr0; t = 0, 1, 2, ...",
    returns=Number(),
    cases=_warmup_cases,
    checks=(
        values(3, "Write down the rates for warmup_steps = 4 and lr0 = 1. Which step gets a quarter, which three?"),
        Check(
            name="lr0 from the last step of the warmup on",
            points=2,
            group="after",
            hint="With warmup_steps = 4, which t is the fourth step? What should every later one get?",
        ),
        edges(hint="What is special about this call? Count its steps on your fingers, from t = 0."),
    ),
    misconceptions=(
        Misconception(
            id="from_zero",
            function=lambda t, lr0, warmup_steps: lr0 * min(1.0, t / warmup_steps),
            hint="Your first step gets a rate of 0 and changes nothing; that is the form in Hugging Face's "
            "Transformers. What should step t = 0 get here?",
        ),
        Misconception(
            id="from_zero_in_time",
            function=lambda t, lr0, warmup_steps: lr0 * min(1.0, t / (warmup_steps - 1)),
            hint="You end in time, but begin with a rate of 0 (and divide by 0 where the warmup has one step). How "
            "large is the first of warmup_steps equal steps up?",
        ),
        Misconception(
            id="never_ends",
            function=lambda t, lr0, warmup_steps: lr0 * (t + 1) / warmup_steps,
            hint="Your rate climbs past lr0. What holds it there once the warmup is over?",
        ),
        Misconception(
            id="one_step_late",
            function=lambda t, lr0, warmup_steps: lr0 * min(1.0, (t + 1) / (warmup_steps + 1)),
            hint="You reach lr0 at t = warmup_steps, one step late. Counted from 0, which t is the last step of the "
            "warmup?",
        ),
        Misconception(
            id="torch_linear",
            function=lambda t, lr0, warmup_steps: (
                lr0 * (1 / warmup_steps + (1 - 1 / warmup_steps) * min(1.0, t / warmup_steps))
            ),
            hint="You start right and reach lr0 at t = warmup_steps, as PyTorch's LinearLR does. By how much should "
            "each step add, so that the last of the warmup has lr0?",
        ),
        Misconception(
            id="constant_warmup",
            function=lambda t, lr0, warmup_steps: lr0 / warmup_steps if t < warmup_steps - 1 else lr0,
            hint="You hold a low rate and then jump to lr0: a constant warmup. How does a linear one get from the one "
            "to the other?",
        ),
        Misconception(
            id="no_warmup",
            function=lambda t, lr0, warmup_steps: lr0,
            hint="Your rate is lr0 from the first step on. Which share of it should the first step get?",
        ),
        Misconception(
            id="falls",
            function=lambda t, lr0, warmup_steps: lr0 * max(0.0, 1 - t / warmup_steps),
            hint="Your rate falls from lr0 to 0. In which direction does a warmup go?",
        ),
        Misconception(
            id="zero_afterwards",
            function=lambda t, lr0, warmup_steps: lr0 * (t + 1) / warmup_steps if t < warmup_steps else 0.0,
            hint="After the warmup your rate is 0: training stands still. What should it be from there on?",
        ),
        Misconception(
            id="floor_division",
            function=lambda t, lr0, warmup_steps: lr0 * min(1, (t + 1) // warmup_steps),
            hint="Your rate is 0 until the warmup is over. What does `//` do with a share below 1?",
        ),
        Misconception(
            id="share_for_rate",
            function=lambda t, lr0, warmup_steps: min(lr0, (t + 1) / warmup_steps),
            hint="Your steps up are 1 / warmup_steps, whatever lr0 is. A share of what is it that step t should get?",
        ),
    ),
    variants={
        "branches": _warmup_branches,
        "loop": _warmup_loop,
        "minimum": lambda t, lr0, warmup_steps: min(lr0, lr0 * (t + 1) / warmup_steps),
        "interp": lambda t, lr0, warmup_steps: np.interp(t + 1, [0, warmup_steps], [0, lr0]),
        "zero_d_array": lambda t, lr0, warmup_steps: np.array(lr0 * np.minimum(1, (t + 1) / warmup_steps)),
    },
)
