"""fold_batchnorm."""

from typing import Any

import numpy as np

from coursekit.exercises.batchnorm.drawing import LARGE, of_features
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, keeps_float32, unchanged, values
from coursekit.nn import fold_batchnorm


def _cases(draw: Draw) -> list[Case]:
    def case(d: int, h: int, about: str = "", group: str = "values", size: float = 3.0, **options: Any) -> Case:
        args = (draw.array(d, h, high=size), draw.array(h, high=size), *of_features(draw, h))
        return Case(args=args, kwargs=options, about=about, group=group, scale=max(1.0, size / 10))

    def eps() -> float:
        return draw.number(0.1, 0.5)

    def typical() -> Case:
        return case(draw.size(2, 4), draw.size(2, 4), eps=eps())

    positional = case(2, 2, "eps by position")
    still = case(2, 2, "a unit that never varied: its running variance is 0", "edges", eps=eps())
    still.args[5][0] = 0.0
    unbiased = case(2, 3, "a layer whose bias is 0", "edges", eps=eps())
    unbiased.args[1][:] = 0.0
    cases = [
        case(1, 1, eps=eps()),
        case(2, 1, eps=eps()),
        case(2, 2, eps=eps()),
        case(3, 2, eps=eps()),
        case(2, 3, eps=eps()),
        Case(args=(*positional.args, eps()), about=positional.about),
        case(draw.size(4, 8), draw.size(3, 6), eps=eps()),
        case(1, 2, "eps left at its default", "default"),
        case(3, 2, "eps left at its default", "default"),
        case(1, draw.size(2, 5), "one input", "edges", eps=eps()),
        case(draw.size(2, 5), 1, "one unit", "edges", eps=eps()),
        still,
        unbiased,
        case(3, 2, "weights up to 1e4", "edges", LARGE, eps=eps()),
    ]
    return with_layouts(cases, typical=typical)


def _scale(gamma: Array, running_var: Array, eps: float) -> Any:
    return gamma / np.sqrt(running_var + eps)


def _wrong(weights: Any, bias: Any) -> Any:
    """`weights(w, s)` and `bias(b, s, mean, beta)`, where `s` is the right scale."""

    def fold(
        w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
    ) -> Any:
        s = _scale(gamma, running_var, eps)
        return weights(w, s), bias(b, s, running_mean, beta)

    return fold


def _wrong_scale(scale: Any) -> Any:
    """Right but for the scale, `scale(gamma, var, eps)`."""

    def fold(
        w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
    ) -> Any:
        s = scale(gamma, running_var, eps)
        return w * s, (b - running_mean) * s + beta

    return fold


def _weights(w: Array, s: Array) -> Any:
    return w * s


def _bias(b: Array, s: Array, mean: Array, beta: Array) -> Any:
    return (b - mean) * s + beta


def _right(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    s = _scale(gamma, running_var, eps)
    return w * s, (b - running_mean) * s + beta


def _default_eps(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-3
) -> Any:
    return _right(w, b, gamma, beta, running_mean, running_var, eps)


def _batchnorm_first(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    s = _scale(gamma, running_var, eps)
    return w * s[:, None], (beta - running_mean * s) @ w + b


def _order(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    return _right(w, b, gamma, beta, running_mean, running_var, eps)[::-1]


def _in_place(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    s = _scale(gamma, running_var, eps)
    w *= s
    b -= running_mean
    b *= s
    b += beta
    return w, b


def _float64(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    folded = np.zeros(w.shape)
    folded[:], bias = _right(w, b, gamma, beta, running_mean, running_var, eps)
    return folded, bias


def _loop(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    new_w, new_b = np.empty_like(w), np.empty_like(b)
    for j in range(w.shape[1]):
        s = gamma[j] / (running_var[j] + eps) ** 0.5
        new_b[j] = b[j] * s - running_mean[j] * s + beta[j]
        for i in range(w.shape[0]):
            new_w[i, j] = w[i, j] * s
    return [new_w, new_b]


def _diagonal(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    scale = np.diag(gamma / np.sqrt(running_var + eps))
    return w @ scale, beta + (b - running_mean) @ scale


def _probed(
    w: Array, b: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Any:
    """What comes out for an input of zeros is the bias; what each input adds to it is a row of the weights."""

    def both(x: Array) -> Any:
        return gamma * (x @ w + b - running_mean) / np.sqrt(running_var + eps) + beta

    bias = both(np.zeros((1, len(w)), dtype=w.dtype))[0]
    return both(np.eye(len(w), dtype=w.dtype)) - bias, bias


FOLD_BATCHNORM = Exercise(
    assignment="batchnorm",
    reference=fold_batchnorm,
    task="Fold a batch normalization into the linear layer before it. `w` is `(D, H)`, all other arrays are `(H,)`. "
    "Return the `w` and `b` of the one linear layer that gives, for every x, what `x @ w + b` followed by "
    "`batchnorm_eval` gives.",
    rule="scale = gamma / sqrt(running_var + eps);  new w = w * scale, column by column;  "
    "new b = (b - running_mean) * scale + beta",
    returns=Several(w=ArrayOf(), b=ArrayOf()),
    cases=_cases,
    checks=(
        values(
            2,
            "Write x @ w + b into the formula of batchnorm_eval. By what is the column of one unit multiplied?",
            name="w",
            part="w",
        ),
        values(
            3,
            "What comes out of both layers for an input of zeros? That is the bias of the one layer.",
            name="b",
            part="b",
        ),
        Check(
            name="eps = 1e-5 by default",
            points=1,
            group="default",
            hint="Which default does the signature in the task have, and which has your `def` line?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="mean_forgotten",
            function=_wrong(_weights, lambda b, s, mean, beta: b * s + beta),
            hint="running_mean has no part in your b. Batchnorm takes it off the sum before it scales: where does it "
            "go?",
        ),
        Misconception(
            id="beta_forgotten",
            function=_wrong(_weights, lambda b, s, mean, beta: (b - mean) * s),
            hint="beta has no part in your b. What does batchnorm add at the end?",
        ),
        Misconception(
            id="old_bias_forgotten",
            function=_wrong(_weights, lambda b, s, mean, beta: beta - mean * s),
            hint="The old bias has no part in your b. It is right to leave it out of a NEW layer before a batchnorm: "
            "but this layer has one. Where does it go?",
        ),
        Misconception(
            id="old_bias_not_scaled",
            function=_wrong(_weights, lambda b, s, mean, beta: b - mean * s + beta),
            hint="Your old bias is not scaled. Is it inside or outside of what batchnorm divides?",
        ),
        Misconception(
            id="bias_unchanged",
            function=_wrong(_weights, lambda b, s, mean, beta: b.copy()),
            hint="Your b is the old one. What do both layers give for an input of zeros?",
        ),
        Misconception(
            id="mean_not_scaled",
            function=_wrong(_weights, lambda b, s, mean, beta: b * s - mean + beta),
            hint="Your running_mean is not scaled. Is it taken off before or after batchnorm divides?",
        ),
        Misconception(
            id="mean_added",
            function=_wrong(_weights, lambda b, s, mean, beta: (b + mean) * s + beta),
            hint="You add running_mean to the bias. Which sign does it have in batchnorm_eval?",
        ),
        Misconception(
            id="beta_scaled",
            function=_wrong(_weights, lambda b, s, mean, beta: (b - mean + beta) * s),
            hint="Your beta is scaled too. Does batchnorm add it before or after it multiplies by gamma?",
        ),
        Misconception(
            id="w_unchanged",
            function=_wrong(lambda w, s: w.copy(), _bias),
            hint="Your w is the old one. If an input grows by 1, by how much does the output of BOTH layers grow?",
        ),
        Misconception(
            id="rows_scaled",
            function=_wrong(lambda w, s: w * s[:, None], _bias),
            hint="You scale the rows of w. A row holds the weights of one INPUT; which axis of w belongs to the units "
            "that batchnorm scales?",
        ),
        Misconception(
            id="batchnorm_first",
            function=_batchnorm_first,
            hint="You fold a batchnorm that stands BEFORE the linear layer. Which of the two comes first here?",
        ),
        Misconception(
            id="divides_by_variance",
            function=_wrong_scale(lambda gamma, var, eps: gamma / (var + eps)),
            hint="Your scale divides by the variance. By what does batchnorm_eval divide?",
        ),
        Misconception(
            id="eps_outside_the_root",
            function=_wrong_scale(lambda gamma, var, eps: gamma / (np.sqrt(var) + eps)),
            hint="You add eps after the root. Adam has it there; where does batchnorm_eval have it?",
        ),
        Misconception(
            id="no_eps",
            function=_wrong_scale(lambda gamma, var, eps: gamma / np.sqrt(var)),
            hint="Your scale has no eps in it. By what exactly does batchnorm_eval divide?",
        ),
        Misconception(
            id="no_gamma",
            function=_wrong_scale(lambda gamma, var, eps: 1 / np.sqrt(var + eps)),
            hint="gamma has no part in your result. By what does batchnorm multiply what it has normalized?",
        ),
        Misconception(
            id="no_division",
            function=_wrong_scale(lambda gamma, var, eps: gamma),
            hint="You multiply by gamma, but running_var has no part in your result. By what does batchnorm_eval "
            "divide?",
        ),
        Misconception(
            id="ignores_eps",
            function=_wrong_scale(lambda gamma, var, eps: gamma / np.sqrt(var + 1e-5)),
            hint="Your eps is 1e-5 whatever the caller asks for. Is the parameter `eps` used in your code?",
        ),
        Misconception(
            id="default_eps_1e-3",
            function=_default_eps,
            hint="Without an eps of the caller's yours is 1e-3, as in Keras. Which default does the signature here "
            "have?",
        ),
        Misconception(
            id="order",
            function=_order,
            hint="Your results come as b, w. Which does the task name first?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The values are right, but the caller's `w` and `b` are overwritten: the net that was to be folded is "
            "gone. Does `w *= scale` make a new array?",
        ),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={"loop": _loop, "diagonal": _diagonal, "probed": _probed, "plain": _right},
)
