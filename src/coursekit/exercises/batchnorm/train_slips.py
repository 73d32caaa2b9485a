"""The known wrong answers to batchnorm_train."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.spec import Misconception
from coursekit.exercises.standard import float64, in_place


def _mean(x: Array) -> Any:
    return np.mean(x, axis=0)


def _var(x: Array) -> Any:
    return np.mean((x - _mean(x)) ** 2, axis=0)


def _root(var: Array, eps: float) -> Any:
    return np.sqrt(var + eps)


def _affine(gamma: Array, normalized: Array, beta: Array) -> Any:
    return gamma * normalized + beta


def _follow(running: Array, batch: Array, momentum: float) -> Any:
    return momentum * running + (1 - momentum) * batch


def _made(
    *,
    mean: Callable[..., Any] = _mean,
    var: Callable[..., Any] = _var,
    centre: Callable[..., Any] = lambda x, mean: x - mean,
    root: Callable[..., Any] = _root,
    affine: Callable[..., Any] = _affine,
    follow: Callable[..., Any] = _follow,
    followed_var: Callable[..., Any] = lambda x, var, eps: var,
    momentum_is: float | None = None,
    eps_is: float | None = None,
) -> Callable[..., Any]:
    """batchnorm_train with one of its parts replaced."""

    def train(
        x: Array,
        gamma: Array,
        beta: Array,
        running_mean: Array,
        running_var: Array,
        momentum: float = 0.9,
        eps: float = 1e-5,
    ) -> Any:
        momentum, eps = momentum_is or momentum, eps_is or eps
        mu, v = mean(x), var(x)
        out = affine(gamma, centre(x, mu) / root(v, eps), beta)
        running_mean = follow(running_mean, mu, momentum)
        return out, None, running_mean, follow(running_var, followed_var(x, v, eps), momentum)

    return train


def _with_running(new: bool) -> Callable[..., Any]:
    def train(
        x: Array,
        gamma: Array,
        beta: Array,
        running_mean: Array,
        running_var: Array,
        momentum: float = 0.9,
        eps: float = 1e-5,
    ) -> Any:
        mean, var = _follow(running_mean, _mean(x), momentum), _follow(running_var, _var(x), momentum)
        used = (mean, var) if new else (running_mean, running_var)
        return gamma * (x - used[0]) / np.sqrt(used[1] + eps) + beta, None, mean, var

    return train


def _default_momentum(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    return _made()(x, gamma, beta, running_mean, running_var, momentum, eps)


def _default_eps(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-3,
) -> Any:
    return _made()(x, gamma, beta, running_mean, running_var, momentum, eps)


def _keeps_axis(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out, cache, mean, var = _made()(x, gamma, beta, running_mean, running_var, momentum, eps)
    return out, cache, mean[None], var[None]


def _in_place_running(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out, cache, _, _ = _made()(x, gamma, beta, running_mean, running_var, momentum, eps)
    running_mean *= momentum
    running_mean += (1 - momentum) * _mean(x)
    running_var *= momentum
    running_var += (1 - momentum) * _var(x)
    return out, cache, running_mean, running_var


def _in_place_x(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    mean, var = _mean(x), _var(x)
    x -= mean
    x /= np.sqrt(var + eps)
    out = gamma * x + beta
    return out, x, _follow(running_mean, mean, momentum), _follow(running_var, var, momentum)


def _float64(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    mean, var = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    mean[:], var[:] = _mean(x), _var(x)
    out = gamma * (x - mean) / np.sqrt(var + eps) + beta
    return out, None, _follow(running_mean, mean, momentum), _follow(running_var, var, momentum)


_STD = (
    "What you average into running_var is a standard deviation, the root of the variance. In evaluation its root is "
    "taken again: which of the two must be stored?"
)

SLIPS = (
    Misconception(
        id="statistics_of_each_row",
        function=_made(mean=lambda x: x.mean(axis=1, keepdims=True), var=lambda x: x.var(axis=1, keepdims=True)),
        hint="You normalize each row over its features: that is LAYER normalization. Here each feature is "
        "normalized over the batch. Along which axis do the examples lie?",
    ),
    Misconception(
        id="statistics_of_each_row_flat",
        function=_made(mean=lambda x: x.mean(axis=1), var=lambda x: x.var(axis=1)),
        hint="You take the mean and the variance of each ROW (`axis=1`): N numbers, which do not even fit the "
        "columns of x. Rows are examples, columns are features: along which axis do the examples lie?",
    ),
    Misconception(
        id="statistics_of_everything",
        function=_made(mean=lambda x: x.mean(), var=lambda x: x.var()),
        hint="You take one mean and one variance of the whole array. How many features are there, and should a "
        "feature in grams share its mean with one in metres?",
    ),
    Misconception(
        id="unbiased_variance",
        function=_made(var=lambda x: x.var(axis=0, ddof=1)),
        hint="Your variance divides by N - 1. By what does the rule divide, and what would a batch of one row give?",
    ),
    Misconception(
        id="unbiased_running_var",
        function=_made(followed_var=lambda x, var, eps: x.var(axis=0, ddof=1)),
        hint="Your running_var averages the variance that divides by N - 1, as PyTorch does; `out` uses the other. "
        "Which one does the rule here put into both?",
    ),
    Misconception(
        id="eps_outside_the_root",
        function=_made(root=lambda var, eps: np.sqrt(var) + eps),
        hint="You add eps after the root. Adam has it there; where does this rule have it?",
    ),
    Misconception(
        id="no_eps",
        function=_made(root=lambda var, eps: np.sqrt(var)),
        hint="Your divisor has no eps in it, as in formulas that leave it out. What happens to a feature that is "
        "the same in every row?",
    ),
    Misconception(
        id="divides_by_variance",
        function=_made(root=lambda var, eps: var + eps),
        hint="You divide by the variance. If x is in metres, in which unit is its variance, and what has to be "
        "done to it first?",
    ),
    Misconception(
        id="std_for_variance",
        function=_made(var=lambda x: x.std(axis=0)),
        hint="You put the standard deviation where the variance belongs: in the root, and in running_var. Which of "
        "`x.std` and `x.var` has a root in it already?",
    ),
    Misconception(
        id="variance_squared",
        function=_made(root=lambda var, eps: np.sqrt(var**2 + eps)),
        hint="You square the variance before you take the root, as one of the sources has it: 'variance^2'. Is the "
        "variance not a square already?",
    ),
    Misconception(
        id="not_squared_around_the_mean",
        function=_made(var=lambda x: (x**2).mean(axis=0)),
        hint="Your variance is the mean of x squared. From where are the distances of a variance measured: from 0?",
    ),
    Misconception(
        id="mean_stays",
        function=_made(centre=lambda x, mean: x),
        hint="You divide, but the mean is not taken off first. What is the first half of 'zero mean, unit variance'?",
    ),
    Misconception(
        id="running_statistics_in_training",
        function=_with_running(new=False),
        hint="You normalize with the running statistics that came in. Those are for evaluation; whose mean and "
        "variance does a training step use?",
    ),
    Misconception(
        id="new_running_statistics_in_training",
        function=_with_running(new=True),
        hint="You bring the running statistics up to date and then normalize with them. They are for evaluation; "
        "whose mean and variance does a training step use?",
    ),
    Misconception(
        id="momentum_swapped",
        function=_made(follow=lambda running, batch, momentum: (1 - momentum) * running + momentum * batch),
        hint="Your `momentum` is the share of the new batch: PyTorch's convention. Here it is the share that is "
        "KEPT. Which of the two terms does 0.9 belong to?",
    ),
    Misconception(
        id="batch_added_whole",
        function=_made(follow=lambda running, batch, momentum: momentum * running + batch),
        hint="You add the whole of the batch's value. If every batch had a mean of 1, where would your running "
        "mean end up: at 1, or at 10?",
    ),
    Misconception(
        id="no_average",
        function=_made(follow=lambda running, batch, momentum: batch),
        hint="Your running statistics are those of this batch alone. Where do the earlier batches come in?",
    ),
    Misconception(
        id="not_updated",
        function=_made(follow=lambda running, batch, momentum: running),
        hint="The running statistics come back as they went in. When should they learn from the batch, if not now?",
    ),
    Misconception(
        id="std_in_running_var",
        function=_made(followed_var=lambda x, var, eps: np.sqrt(var)),
        hint=_STD,
    ),
    Misconception(
        id="std_with_eps_in_running_var",
        function=_made(followed_var=lambda x, var, eps: np.sqrt(var + eps)),
        hint=_STD,
    ),
    Misconception(
        id="eps_in_running_var",
        function=_made(followed_var=lambda x, var, eps: var + eps),
        hint="What you average into running_var has eps in it already. Evaluation adds eps too: how often is it "
        "counted then?",
    ),
    Misconception(
        id="no_gamma_no_beta",
        function=_made(affine=lambda gamma, z, beta: z),
        hint="You return the normalized x. What are gamma and beta for?",
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
        hint="You add beta before you multiply by gamma, so that beta is scaled too. Which comes first in the rule?",
    ),
    Misconception(
        id="ignores_momentum",
        function=_made(momentum_is=0.9),
        hint="You keep 0.9 of the running statistics whatever the caller asks for. Is the parameter `momentum` "
        "used in your code?",
    ),
    Misconception(
        id="ignores_eps",
        function=_made(eps_is=1e-5),
        hint="Your eps is 1e-5 whatever the caller asks for. Is the parameter `eps` used in your code?",
    ),
    Misconception(
        id="default_momentum_0.1",
        function=_default_momentum,
        hint="Without a momentum of the caller's you keep 0.1: PyTorch's default, which counts the other way "
        "round. Which default does the signature here have?",
    ),
    Misconception(
        id="default_eps_1e-3",
        function=_default_eps,
        hint="Without an eps of the caller's yours is 1e-3, as in Keras. Which default does the signature here have?",
    ),
    Misconception(
        id="keeps_axis",
        function=_keeps_axis,
        hint="Your running statistics have shape (1, D): `keepdims=True` has left an axis of one. Which shape came "
        "in, and which should go out?",
    ),
    Misconception(
        id="in_place_running",
        function=_in_place_running,
        hint="The values are right, but the caller's `running_mean` and `running_var` are overwritten. Does "
        "`running_mean *= momentum` make a new array?",
    ),
    in_place(_in_place_x, "x", "Does `x -= mean` make a new array?"),
    float64(_float64, "np.zeros(x.shape[1])"),
)
