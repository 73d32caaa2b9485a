"""batchnorm_eval."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.batchnorm.drawing import both_signs, far_from_zero, of_features, with_a_constant_feature
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import batchnorm_eval


def _cases(draw: Draw) -> list[Case]:
    def case(x: Array, about: str = "", group: str = "values", **options: Any) -> Case:
        return Case(args=(x, *of_features(draw, x.shape[1])), kwargs=options, about=about, group=group)

    def eps() -> float:
        return draw.number(0.1, 0.5)

    def typical() -> Case:
        return case(draw.array(draw.size(3, 6), draw.size(2, 4)), eps=eps())

    still = case(draw.array(3, 2), "a running variance of 0", "edges", eps=eps())
    still.args[4][0] = 0.0
    positional = case(draw.array(2, 3), "eps by position")
    wholes = case(draw.array(2, 2), "eps is a Python int", eps=1)
    cases = [
        case(draw.array(1, 1), eps=eps()),
        case(draw.array(2, 1), eps=eps()),
        case(draw.array(3, 2), eps=eps()),
        typical(),
        Case(args=(*positional.args, eps()), about=positional.about),
        wholes,
        case(draw.array(1, 1), "eps left at its default", "default"),
        case(draw.array(draw.size(3, 6), 2), "eps left at its default", "default"),
        case(draw.array(1, draw.size(2, 5)), "one row: there is no batch to take statistics of", "edges", eps=eps()),
        case(draw.array(draw.size(3, 6), 1), "one feature", "edges", eps=eps()),
        case(np.zeros((2, 3)), "zeros", "edges", eps=eps()),
        case(with_a_constant_feature(draw, 3, 2), "a feature that is the same in every row", "edges", eps=eps()),
        still,
        case(both_signs(draw, 3, 2), "entries up to 1e4 of both signs", "edges", eps=eps()),
        case(far_from_zero(draw, 3, 2), "entries near 1e4", "edges", eps=eps()),
    ]
    return with_layouts(cases, typical=typical)


def _affine(gamma: Array, normalized: Array, beta: Array) -> Any:
    return gamma * normalized + beta


def _made(
    *,
    mean: Callable[..., Any] = lambda x, running: running,
    var: Callable[..., Any] = lambda x, running: running,
    root: Callable[..., Any] = lambda var, eps: np.sqrt(var + eps),
    affine: Callable[..., Any] = _affine,
    eps_is: float | None = None,
) -> Callable[..., Any]:
    """batchnorm_eval with one of its parts replaced."""

    def evaluate(
        x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
    ) -> Any:
        normalized = (x - mean(x, running_mean)) / root(var(x, running_var), eps_is or eps)
        return affine(gamma, normalized, beta)

    return evaluate


def _default_eps(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-3
) -> Any:
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


def _in_place(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5) -> Any:
    x -= running_mean
    return gamma * x / np.sqrt(running_var + eps) + beta


def _in_place_running(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    running_var += eps
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta


def _float64(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5) -> Any:
    out = np.zeros(x.shape)
    out[:] = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    return out


def _loop(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5) -> Any:
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape):
        out[i, j] = gamma[j] * (x[i, j] - running_mean[j]) / (running_var[j] + eps) ** 0.5 + beta[j]
    return out


def _folded(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5) -> Any:
    scale = gamma * (running_var + eps) ** -0.5
    return x * scale + (beta - running_mean * scale)


def _copies(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5) -> Any:
    out = x.copy()
    out -= running_mean
    out /= np.sqrt(running_var + eps)
    out *= gamma
    out += beta
    return out


BATCHNORM_EVAL = Exercise(
    assignment="batchnorm",
    reference=batchnorm_eval,
    task="Write batch normalization in evaluation. It is the formula of training with the RUNNING mean and variance in "
    "place of the batch's, so what comes out for an example depends on that example alone. `x` is `(N, D)`, the other "
    "arrays are `(D,)`; return an array like `x`.",
    rule="out = gamma * (x - running_mean) / sqrt(running_var + eps) + beta",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(200, 100), *of_features(draw, 100))),
    checks=(
        values(3, "Take one entry by hand. Which mean is taken off it, and by the root of what is it divided?"),
        Check(
            name="eps = 1e-5 by default",
            points=1,
            group="default",
            hint="Which default does the signature in the task have, and which has your `def` line?",
        ),
        edges(hint="Does your code look at the other rows of x? A batch of one row has to work as well."),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="statistics_of_the_batch",
            function=_made(mean=lambda x, running: x.mean(axis=0), var=lambda x, running: x.var(axis=0)),
            hint="You normalize with the mean and variance of this batch, as in training. What would the answer for "
            "one example be if it came alone?",
        ),
        Misconception(
            id="variance_of_the_batch",
            function=_made(var=lambda x, running: x.var(axis=0)),
            hint="Your mean is the running one, but your variance is that of this batch. Which statistics are there "
            "for evaluation?",
        ),
        Misconception(
            id="mean_of_the_batch",
            function=_made(mean=lambda x, running: x.mean(axis=0)),
            hint="Your variance is the running one, but your mean is that of this batch. Which statistics are there "
            "for evaluation?",
        ),
        Misconception(
            id="statistics_of_each_row",
            function=_made(
                mean=lambda x, running: x.mean(axis=1, keepdims=True),
                var=lambda x, running: x.var(axis=1, keepdims=True),
            ),
            hint="You normalize each row over its features: that is LAYER normalization. What are `running_mean` and "
            "`running_var` for?",
        ),
        Misconception(
            id="running_var_taken_for_std",
            function=_made(root=lambda var, eps: var + eps),
            hint="You divide by running_var itself. It holds variances: which function turns one into a standard "
            "deviation?",
        ),
        Misconception(
            id="variance_squared",
            function=_made(root=lambda var, eps: np.sqrt(var**2 + eps)),
            hint="You square running_var before you take the root, as one of the sources has it: 'variance^2'. Is a "
            "variance not a square already?",
        ),
        Misconception(
            id="eps_outside_the_root",
            function=_made(root=lambda var, eps: np.sqrt(var) + eps),
            hint="You add eps after the root. Adam has it there; where does this rule have it?",
        ),
        Misconception(
            id="no_eps",
            function=_made(root=lambda var, eps: np.sqrt(var)),
            hint="Your divisor has no eps in it. Training divided by sqrt(var + eps): should evaluation divide by "
            "something else?",
        ),
        Misconception(
            id="mean_stays",
            function=_made(mean=lambda x, running: 0),
            hint="You divide, but the mean is not taken off first. What is the first half of 'zero mean, unit "
            "variance'?",
        ),
        Misconception(
            id="mean_after_the_division",
            function=lambda x, gamma, beta, running_mean, running_var, eps=1e-5: (
                gamma * (x / np.sqrt(running_var + eps) - running_mean) + beta
            ),
            hint="You divide x alone and take the mean off afterwards. Does your formula need another pair of "
            "parentheses?",
        ),
        Misconception(
            id="no_gamma_no_beta",
            function=_made(affine=lambda gamma, z, beta: z),
            hint="You return the normalized x. Are gamma and beta for training only?",
        ),
        Misconception(
            id="no_gamma",
            function=_made(affine=lambda gamma, z, beta: z + beta),
            hint="beta shifts your output, but nothing scales it. Where does gamma come in?",
        ),
        Misconception(
            id="no_beta",
            function=_made(affine=lambda gamma, z, beta: gamma * z),
            hint="gamma scales your output, but nothing shifts it. Where does beta come in?",
        ),
        Misconception(
            id="gamma_and_beta_swapped",
            function=_made(affine=lambda gamma, z, beta: beta * z + gamma),
            hint="You multiply by beta and add gamma. Which of them is the scale and which the shift?",
        ),
        Misconception(
            id="shift_before_scale",
            function=_made(affine=lambda gamma, z, beta: gamma * (z + beta)),
            hint="You add beta before you multiply by gamma, so that beta is scaled too. Which comes first in the "
            "rule?",
        ),
        Misconception(
            id="ignores_eps",
            function=_made(eps_is=1e-5),
            hint="Your eps is 1e-5 whatever the caller asks for. Is the parameter `eps` used in your code?",
        ),
        Misconception(
            id="default_eps_1e-3",
            function=_default_eps,
            hint="Without an eps of the caller's yours is 1e-3, as in Keras. Which default does the signature here "
            "have?",
        ),
        in_place(_in_place, "x", "Does `x -= running_mean` make a new array?"),
        in_place(
            _in_place_running,
            "running_var",
            "What would a second call with the same arrays give?",
            id="in_place_running",
        ),
        float64(_float64),
    ),
    variants={"loop": _loop, "one_scale_one_shift": _folded, "copy": _copies, "plain": _made()},
)
