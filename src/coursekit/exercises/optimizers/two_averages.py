"""adam."""

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers import moments
from coursekit.exercises.optimizers.moment_slips import cases, shared
from coursekit.exercises.optimizers.moments import adam_like
from coursekit.exercises.optimizers.squared_sums import ZERO
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, keeps_float32, unchanged, values
from coursekit.optim import adam


def _speed(draw: Draw) -> Case:
    w, dw, m, v = (draw.array(80, 80) for _ in range(4))
    return Case(args=(w, dw, m, v**2), kwargs={"t": 3, "lr": 0.1})


ADAM = Exercise(
    assignment="optimizers",
    reference=adam,
    task="Write one step of Adam. `m` averages the gradients, `v` their squares; both start at 0, and `t`, which "
    "counts steps from 1, says how much too small they still are. `eps` stands OUTSIDE the root. Return the new `w`, "
    "and `m` and `v` as they are BEFORE the correction.",
    rule="m = beta1 * m + (1 - beta1) * dw;  v = beta2 * v + (1 - beta2) * dw**2;  m_hat = m / (1 - beta1**t);  v_hat "
    "= v / (1 - beta2**t);  w = w - lr * m_hat / (sqrt(v_hat) + eps);  return w, m, v",
    returns=Several(w=ArrayOf(), m=ArrayOf(), v=ArrayOf()),
    cases=cases,
    speed=_speed,
    checks=(
        values(
            3,
            "At t = 1 from a state of 0 the step is lr, whatever the size of the gradient. Is yours?",
            name="new w",
            part="w",
        ),
        values(
            1, "An average lies between its parts. Does your m lie between the old m and dw?", name="new m", part="m"
        ),
        values(
            1,
            "A square is never negative, and an average lies between its parts. Does your v lie between the old v and "
            "dw**2?",
            name="new v",
            part="v",
        ),
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
        *shared(adam_like),
        Misconception(
            id="slide",
            function=adam_like(moments.slide),
            hint="This is the formula of the ECE521 slide: a plus sign, eps under the root, and the gradient "
            "multiplied in once more. It climbs. Which of the three differ from the rule here, and what does each do?",
        ),
        Misconception(
            id="betas_swapped",
            function=adam_like(moments.betas_swapped),
            hint="You average the gradients with beta2 and their squares with beta1. Which of the two averages should "
            "be the slower one?",
        ),
        Misconception(
            id="gradient_for_m_hat",
            function=adam_like(moments.gradient_for_m_hat),
            hint="You step along the last gradient: this is RMSProp with a correction. Which average says where to go?",
        ),
        Misconception(
            id="no_square",
            function=adam_like(moments.no_square),
            hint="Your v averages the gradients, and the root of a negative average is NaN. Which power of dw does v "
            "average?",
        ),
        Misconception(
            id="sums",
            function=adam_like(moments.sums),
            hint="The new gradient and its square come in whole, so m and v are no averages. Which factors do they "
            "have?",
        ),
        Misconception(
            id="shares_swapped",
            function=adam_like(moments.shares_swapped),
            hint="You keep (1 - beta) of the old averages. With beta1 = 0.9, should most of the old m survive or most "
            "be lost?",
        ),
        Misconception(
            id="old_state_used",
            function=adam_like(moments.old_state_used),
            hint="You step along the m and v that came in. At the first step both are 0: where does w go then?",
        ),
        Misconception(
            id="fixed_betas",
            function=adam_like(moments.fixed_betas),
            hint="You use 0.9 and 0.999 whatever the caller asks for. Are the parameters `beta1` and `beta2` used?",
        ),
    ),
    variants={
        "loop": adam_like(moments.looped),
        "on_copies": adam_like(moments.on_copies),
        "scaled_eps": adam_like(moments.eps_scaled),
        "power": adam_like(moments.one_bracket),
    },
)
