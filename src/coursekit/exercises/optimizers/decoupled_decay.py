"""adamw."""

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers import moments
from coursekit.exercises.optimizers.moment_slips import cases, shared
from coursekit.exercises.optimizers.moments import adamw_like
from coursekit.exercises.optimizers.squared_sums import ZERO
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, keeps_float32, unchanged, values
from coursekit.optim import adamw


def _cases(draw: Draw) -> list[Case]:
    return cases(draw, decay=True)


ADAMW = Exercise(
    assignment="optimizers",
    reference=adamw,
    task="Write one step of AdamW: Adam's step, and beside it a share of the weights themselves is taken off, `lr * "
    "weight_decay * w` with the OLD `w`. The decay does not go through `m` and `v`. Return the new `w`, `m` and `v`.",
    rule="m, v, m_hat, v_hat as in Adam;  w = w - lr * (m_hat / (sqrt(v_hat) + eps) + weight_decay * w);  return w, "
    "m, v",
    returns=Several(w=ArrayOf(), m=ArrayOf(), v=ArrayOf()),
    cases=_cases,
    checks=(
        values(
            3,
            "With a gradient and a state of 0, w should become w * (1 - lr * weight_decay). Does yours?",
            name="new w",
            part="w",
        ),
        values(1, "m averages gradients of the loss alone. What else has come into yours?", name="new m", part="m"),
        values(1, "v averages their squares alone. What else has come into yours?", name="new v", part="v"),
        values(
            1,
            "Once the checks above pass: are the defaults in your `def` line beta1=0.9, beta2=0.999 and eps=1e-8?",
            name="default settings",
            group="default",
        ),
        ZERO,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        *shared(adamw_like),
        Misconception(
            id="l2_in_adam",
            function=adamw_like(moments.decay_in_the_gradient),
            hint="You add weight_decay * w to the gradient, so it is averaged and divided by the root like the rest: "
            "that is L2 inside Adam. Where does AdamW keep the decay?",
        ),
        Misconception(
            id="decay_in_both_places",
            function=adamw_like(moments.decay_in_both_places),
            hint="Your decay goes into the gradient and is taken off w as well. Which of the two does AdamW keep?",
        ),
        Misconception(
            id="decay_without_rate",
            function=adamw_like(moments.decay_without_rate),
            hint="Your decay is not multiplied by lr, as in the paper, where a schedule of its own scales it. In this "
            "course's rule (and PyTorch's), what stands before the bracket?",
        ),
        Misconception(
            id="decay_of_the_new_w",
            function=adamw_like(moments.decay_of_the_new_w),
            hint="You decay the weights after Adam has moved them. Which w stands on the right of the rule: the old "
            "one or the new?",
        ),
        Misconception(
            id="no_decay",
            function=adamw_like(moments.no_decay),
            hint="Your result is plain Adam's. Where does `weight_decay` come in?",
        ),
        Misconception(
            id="decay_divided",
            function=adamw_like(moments.decay_divided),
            hint="Your decay is divided by the root too, so weights with large gradients decay less. What does the "
            "bracket in the rule hold, and what is divided?",
        ),
        Misconception(
            id="decay_grows",
            function=adamw_like(moments.decay_added),
            hint="Your decay is added, so the weights grow. Should a weight without a gradient move to 0 or away from "
            "it?",
        ),
        Misconception(
            id="decay_doubled",
            function=adamw_like(moments.decay_doubled),
            hint="Your decay is 2 * weight_decay * w, the gradient of weight_decay * w**2. Is there a 2 in the rule?",
        ),
        Misconception(
            id="decay_by_sign",
            function=adamw_like(moments.decay_by_sign),
            hint="You take the same amount off every weight, as L1 does. Should a large weight not lose more than a "
            "small one?",
        ),
        Misconception(
            id="decay_of_the_gradient",
            function=adamw_like(moments.decay_of_the_gradient),
            hint="You take a share of the gradient off. A share of what does weight decay take off?",
        ),
    ),
    variants={
        "loop": adamw_like(moments.looped),
        "on_copies": adamw_like(moments.on_copies),
        "scaled_eps": adamw_like(moments.eps_scaled),
        "decay_first": adamw_like(moments.decay_first),
        "one_bracket": adamw_like(moments.one_bracket),
    },
)
