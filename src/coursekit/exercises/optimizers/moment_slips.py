"""The questions for Adam and AdamW, and the wrong answers that they share."""

from collections.abc import Callable
from typing import Any

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.optimizers import moments
from coursekit.exercises.optimizers.drawing import TINY, entrywise
from coursekit.exercises.spec import Function, Misconception


def cases(draw: Draw, *, decay: bool = False) -> list[Case]:
    """Cases for Adam, and with `decay` for AdamW: several steps `t`, rates and betas."""

    def default(t: int) -> dict[str, Any]:
        rate = {"t": t, "lr": draw.number(0.05, 0.5)}
        return {**rate, "weight_decay": draw.number(0.1, 0.9)} if decay else rate

    def given(t: int) -> dict[str, Any]:
        betas = {"beta1": draw.number(0.55, 0.88), "beta2": draw.number(0.91, 0.99)}
        return {**default(t), **betas, "eps": 1e-8}

    also: list[dict[str, Any]] = [
        {"eps": draw.number(0.2, 0.6), "about": "a large eps"},
        {"beta1": 0.0, "about": "no average of gradients"},
    ]
    if decay:
        also.append({"weight_decay": 0.0, "about": "no decay"})
    return entrywise(draw, ("signed", "squares"), given, default=default, also=also, tiny=TINY)


def shared(like: Callable[..., Function]) -> tuple[Misconception, ...]:
    """The wrong answers that Adam and AdamW have in common; `like` is `adam_like` or `adamw_like`."""
    return (
        Misconception(
            id="no_bias_correction",
            function=like(moments.uncorrected),
            hint="You use m and v as they are. At t = 1, from a state of 0, m is only (1 - beta1) * dw: what has to "
            "be divided out?",
        ),
        Misconception(
            id="only_m_corrected",
            function=like(moments.only_m_corrected),
            hint="You correct m and not v. Both start at 0: is v too small in the first steps too?",
        ),
        Misconception(
            id="only_v_corrected",
            function=like(moments.only_v_corrected),
            hint="You correct v and not m. Both start at 0: is m too small in the first steps too?",
        ),
        Misconception(
            id="t_minus_one",
            function=like(moments.t_shifted(-1)),
            hint="You raise the betas to t - 1, as if t counted from 0. It counts from 1 here: what is 1 - beta**0?",
        ),
        Misconception(
            id="t_plus_one",
            function=like(moments.t_shifted(1)),
            hint="You raise the betas to t + 1, as code does whose t counts from 0. Does the caller's t start at 0 or "
            "at 1?",
        ),
        Misconception(
            id="first_step_s_correction",
            function=like(moments.corrected_as_at_first),
            hint="You divide by 1 - beta at every step. That is right at t = 1 alone: which power of beta belongs "
            "there?",
        ),
        Misconception(
            id="times_t",
            function=like(moments.times_t),
            hint="You multiply the betas by t. Should 1 - beta * t ever be negative, and is beta**t a product or a "
            "power?",
        ),
        Misconception(
            id="eps_inside",
            function=like(moments.eps_inside),
            hint="Your eps stands under the root, as in some lecture notes. That is another convention, not an error; "
            "but what does the rule of this course say?",
        ),
        Misconception(
            id="no_eps",
            function=like(moments.no_eps),
            hint="Nothing in your denominator keeps it from 0: a weight that never had a gradient becomes 0 / 0, "
            "which is NaN. Which small number does the rule add, and where?",
        ),
        Misconception(
            id="epsilon_hat",
            function=like(moments.epsilon_hat),
            hint="You put both corrections into the rate and add eps to sqrt(v) as it is: the quicker form in the "
            "paper, and Keras's. Its eps means another number. What is eps added to in this course's rule?",
        ),
        Misconception(
            id="uphill",
            function=like(moments.uphill),
            hint="You add the step, as a slide of one of our sources does, so w climbs. Which sign leads down the "
            "slope?",
        ),
        Misconception(
            id="gradient_multiplied_in",
            function=like(moments.gradient_multiplied_in),
            hint="You multiply the step by dw once more. Which of m_hat and dw says where to go? The other is in it "
            "already.",
        ),
        Misconception(
            id="no_root",
            function=like(moments.no_root),
            hint="You divide by v_hat itself. In which unit is it, that of dw or of dw squared? What brings it back?",
        ),
        Misconception(
            id="corrected_state",
            function=like(moments.corrected_state),
            hint="Your w is right, and you return m_hat and v_hat as the state. What happens when the next step "
            "corrects them a second time?",
        ),
        Misconception(
            id="old_state_returned",
            function=like(moments.old_state_returned),
            hint="Your w is right, and the m and v that you return are the old ones. What will the next step need?",
        ),
        Misconception(
            id="states_swapped",
            function=like(moments.states_swapped),
            hint="You return v where m is asked for, and m where v is. In which order does the function take them?",
        ),
        Misconception(
            id="default_1e-7",
            function=like(moments.right, eps=1e-7),
            hint="Where no eps is given you use 1e-7, as Keras does. What does the signature here say?",
        ),
        Misconception(
            id="in_place",
            function=like(moments.in_place),
            hint="The values are right, but the caller's `m` and `v` are overwritten. What does `m *= beta1` do to "
            "the array that the caller holds?",
        ),
        Misconception(
            id="in_place_weights",
            function=like(moments.in_place_weights),
            hint="The values are right, but the caller's `w` is overwritten. What does `w -= ...` do to the array "
            "that the caller holds?",
        ),
        Misconception(
            id="float64",
            function=like(moments.float64),
            hint="float32 went in and float64 came out. `np.sqrt` or `np.power` of a Python number gives a float64 of "
            "NumPy's, and that makes every array it meets a float64. Which of your numbers comes from NumPy?",
        ),
    )
