"""The known wrong answers to spatial_batchnorm_train."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.spec import Misconception
from coursekit.exercises.standard import float64, in_place

_PER_CHANNEL = (0, 1, 2)


def _mean(x: Array) -> Any:
    return np.mean(x, axis=_PER_CHANNEL)


def _var(x: Array) -> Any:
    return np.mean((x - _mean(x)) ** 2, axis=_PER_CHANNEL)


def _follow(running: Array, batch: Array, momentum: float) -> Any:
    return momentum * running + (1 - momentum) * batch


def _made(
    *,
    mean: Callable[..., Any] = _mean,
    var: Callable[..., Any] = _var,
    root: Callable[..., Any] = lambda var, eps: np.sqrt(var + eps),
    affine: Callable[..., Any] = lambda gamma, z, beta: gamma * z + beta,
    follow: Callable[..., Any] = _follow,
    followed_var: Callable[..., Any] = lambda x, var, eps: var,
    leave: Callable[..., Any] = lambda out, mean, var: (out, None, mean, var),
) -> Callable[..., Any]:
    """spatial_batchnorm_train with one of its parts replaced."""

    def train(
        x: Array,
        gamma: Array,
        beta: Array,
        running_mean: Array,
        running_var: Array,
        momentum: float = 0.9,
        eps: float = 1e-5,
    ) -> Any:
        mu, v = mean(x), var(x)
        out = affine(gamma, (x - mu) / root(v, eps), beta)
        running_mean = follow(running_mean, mu, momentum)
        return leave(out, running_mean, follow(running_var, followed_var(x, v, eps), momentum))

    return train


def _over(axes: int | tuple[int, ...] | None, *, keepdims: bool = False) -> Callable[..., Any]:
    return _made(mean=lambda x: x.mean(axis=axes, keepdims=keepdims), var=lambda x: x.var(axis=axes, keepdims=keepdims))


def _rows(x: Array) -> Array:
    """The channels' numbers in rows, as a reshape without a transpose has it: they are mixed up."""
    return x.reshape(x.shape[3], -1)


def _running_statistics(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    return out, None, _follow(running_mean, _mean(x), momentum), _follow(running_var, _var(x), momentum)


def _flat_and_default(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out, cache, mean, var = _made()(x, gamma, beta, running_mean, running_var)
    return out.reshape(-1, x.shape[3]), cache, mean, var


def _in_place(
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
    out = gamma * x / np.sqrt(var + eps) + beta
    return out, None, _follow(running_mean, mean, momentum), _follow(running_var, var, momentum)


def _in_place_running(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out = _made()(x, gamma, beta, running_mean, running_var, momentum, eps)[0]
    running_mean *= momentum
    running_mean += (1 - momentum) * _mean(x)
    running_var *= momentum
    running_var += (1 - momentum) * _var(x)
    return out, None, running_mean, running_var


def _float64(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out, cache, mean, var = _made()(x, gamma, beta, running_mean, running_var, momentum, eps)
    empty = np.zeros(x.shape)
    empty[:] = out
    return empty, cache, mean, var


_STD = (
    "What you average into running_var is a standard deviation, the root of the variance. In evaluation its root is "
    "taken again: which of the two must be stored?"
)

SLIPS = (
    Misconception(
        id="each_position_by_itself",
        function=_over(0),
        hint="Each pixel of each channel has a mean of its own in your code. A convolution slides the same weights "
        "over all positions: what should they share?",
    ),
    Misconception(
        id="each_image_by_itself",
        function=_over((1, 2), keepdims=True),
        hint="Each image is normalized by itself: that is INSTANCE normalization. Which word in 'batch "
        "normalization' says over what the mean runs?",
    ),
    Misconception(
        id="over_the_channels",
        function=_over(3, keepdims=True),
        hint="Each pixel is normalized over its channels: a LAYER normalization of pixels. Which axis is the only "
        "one that should be left in the mean?",
    ),
    Misconception(
        id="each_image_over_everything",
        function=_over((1, 2, 3), keepdims=True),
        hint="Each image is normalized as a whole, all channels together: LAYER normalization. Which axis is the "
        "only one that should be left in the mean?",
    ),
    Misconception(
        id="one_mean_for_all_channels",
        function=_over(None),
        hint="All channels share one mean and one variance in your code. What are the C entries of `running_mean` for?",
    ),
    Misconception(
        id="channels_first",
        function=_over((0, 2, 3), keepdims=True),
        hint="Your mean leaves the second axis: there the channels stand in PyTorch, (N, C, H, W). Where are they "
        "in this course?",
    ),
    Misconception(
        id="reshape_mixes_channels",
        function=_made(mean=lambda x: _rows(x).mean(axis=1), var=lambda x: _rows(x).var(axis=1)),
        hint="`x.reshape(C, -1)` cuts the memory into C pieces, and each holds numbers of all channels. Which "
        "reshape leaves the channels in the last axis?",
    ),
    Misconception(
        id="mean_of_the_images_variances",
        function=_made(var=lambda x: x.var(axis=(1, 2)).mean(axis=0)),
        hint="You take the variance inside each image and average those. What of the differences between the "
        "images: should they count?",
    ),
    Misconception(
        id="flat_output",
        function=_made(leave=lambda out, mean, var: (out.reshape(-1, out.shape[3]), None, mean, var)),
        hint="Your numbers are right, but out has lost the shape of the images. Which line turns the rows back?",
    ),
    Misconception(
        id="flat_output_options_not_handed_on",
        function=_flat_and_default,
        hint="Two things: out has lost the shape of the images, and momentum and eps are 0.9 and 1e-5 whatever the "
        "caller asks for. Which line turns the rows back into images, and what do you hand on to "
        "`batchnorm_train`?",
    ),
    Misconception(
        id="keeps_axes",
        function=_made(leave=lambda out, mean, var: (out, None, mean.reshape(1, 1, 1, -1), var.reshape(1, 1, 1, -1))),
        hint="Your running statistics have shape (1, 1, 1, C): `keepdims=True` has left axes of one. Which shape "
        "came in, and which should go out?",
    ),
    Misconception(
        id="options_not_handed_on",
        function=lambda x, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5: _made()(
            x, gamma, beta, running_mean, running_var
        ),
        hint="Your result is that of momentum = 0.9 and eps = 1e-5 whatever the caller asks for. If you call "
        "`batchnorm_train`, what do you hand on to it?",
    ),
    Misconception(
        id="unbiased_variance",
        function=_made(var=lambda x: x.var(axis=_PER_CHANNEL, ddof=1)),
        hint="Your variance divides by one less than the count. By what does the rule divide?",
    ),
    Misconception(
        id="unbiased_running_var",
        function=_made(followed_var=lambda x, var, eps: x.var(axis=_PER_CHANNEL, ddof=1)),
        hint="Your running_var averages the variance that divides by one less than the count, as PyTorch does; "
        "`out` uses the other. Which one does the rule here put into both?",
    ),
    Misconception(
        id="std_for_variance",
        function=_made(var=lambda x: x.std(axis=_PER_CHANNEL)),
        hint="You put the standard deviation where the variance belongs: in the root, and in running_var. Which of "
        "`x.std` and `x.var` has a root in it already?",
    ),
    Misconception(
        id="eps_outside_the_root",
        function=_made(root=lambda var, eps: np.sqrt(var) + eps),
        hint="You add eps after the root. Adam has it there; where does this rule have it?",
    ),
    Misconception(
        id="momentum_swapped",
        function=_made(follow=lambda running, batch, momentum: (1 - momentum) * running + momentum * batch),
        hint="Your `momentum` is the share of the new batch: PyTorch's convention. Here it is the share that is "
        "KEPT. Which of the two terms does 0.9 belong to?",
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
        id="running_statistics_in_training",
        function=_running_statistics,
        hint="You normalize with the running statistics that came in. Those are for evaluation; whose mean and "
        "variance does a training step use?",
    ),
    Misconception(
        id="no_gamma_no_beta",
        function=_made(affine=lambda gamma, z, beta: z),
        hint="You return the normalized x. What are gamma and beta for?",
    ),
    in_place(_in_place, "x", "Does `x -= mean` make a new array?"),
    Misconception(
        id="in_place_running",
        function=_in_place_running,
        hint="The values are right, but the caller's `running_mean` and `running_var` are overwritten. Does "
        "`running_mean *= momentum` make a new array?",
    ),
    float64(_float64),
)
