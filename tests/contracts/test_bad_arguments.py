"""One table of everything public in the engine: what each takes, and one line for whatever it does not take.

A row gives good arguments, each with its kind; the kind knows what is bad. Every bad value, put in place of the good
one, must raise `ValueError` whose one line names the function or the argument: no other exception, no warning, no
result.
"""

import copy
import inspect
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from coursekit import data, nn, optim, training

ROOMS = {"nn": nn, "optim": optim, "data": data, "training": training}

#: Public names that are no rows of the table, and why.
NO_ROWS = {
    "constants": {"ACTIVATIONS", "LANDSCAPES", "CIFAR10_CLASSES", "IRIS_FEATURES", "IRIS_SPECIES"}
    | set(optim.LANDSCAPES),
    "protocols, which nobody calls": {"Constraint", "Loss", "Penalty", "Schedule"},
    "records that the engine fills": {
        "Landscape",
        "LayerStatistics",
        "Member",
        "RangeTest",
        "Search",
        "StackStep",
        "Step",
        "Trial",
    },
    "nothing to give": {
        "Flatten",
        "GELU",
        "Layer",
        "MeanSquaredError",
        "PlainLayer",
        "ReLU",
        "SiLU",
        "Sigmoid",
        "Softplus",
        "Tanh",
        "digits",
        "iris",
    },
}


# -- kinds of arguments ----------------------------------------------------------------------------------------------

#: One length for each letter of the shapes below; no two that could be mistaken for each other, and none of them 1.
SIZES = {
    "N": 4,
    "D": 3,
    "H": 2,
    "C": 5,
    "M": 6,
    "Y": 8,
    "X": 8,
    "P": 7,
    "Q": 9,
    "I": 4,
    "J": 4,
    "k": 3,
    "K": 10,
    "T": 11,
}


@dataclass(frozen=True)
class Kind:
    """A good value, bad ones, and for arrays the letters of their shape."""

    good: Any
    bad: tuple[Any, ...]
    letters: tuple[str, ...] = ()


RAGGED = [[1.0], [1.0, 2.0]]


def array(letters, good=None, *, finite=False, signed=True, real="floating", rising=False, empty=False):
    """An array; `letters` as in the docstrings, `...` for any shape. `real="any"` takes bool too."""
    names = tuple(letters.split())
    if good is None:
        shape = (4, 3) if names == ("...",) else tuple(SIZES[name] for name in names if name != "...")
        good = 0.5 + np.arange(math.prod(shape), dtype=float).reshape(shape) % 7 / 7
    bad = [None, "text", RAGGED, {}, good.astype(complex), good.astype(str), good.astype(object)]
    bad += [] if empty else [good[:0], good[..., :0]]
    if real == "floating":
        bad.append(good > 0)
    if "..." not in names:
        bad += [good[None], good[0], 1.0]
    elif len(names) > 1:
        bad.append(1.0)
    for value in (np.nan, np.inf) if finite else ():
        spoiled = good.astype(float)
        spoiled.flat[-1] = value
        bad.append(spoiled)
    if not signed:
        bad.append(-good)
    if rising:
        bad += [good[::-1], good[[0, 0]]]
    return Kind(good, tuple(bad), names)


def labels(letters, below=3, good=None):
    names = tuple(letters.split())
    if good is None:
        shape = tuple(SIZES[name] for name in names)
        good = np.arange(math.prod(shape)).reshape(shape) % (3 if below is None else below)
    bad = [None, "text", RAGGED, good.astype(float), good > 0, good.astype(str), good.astype(object), good - 1]
    bad += [good[:0], good[None], good[0]]
    if below is not None:
        bad.append(good + 1)
    return Kind(good, tuple(bad), names)


NO_NUMBERS = (None, "1", b"1", True, np.True_, np.nan, np.inf, -np.inf, 1j, np.complex128(1), [1.0, 2.0], {}, object())
NO_NUMBERS += (np.array([1.0]), np.array("1"), np.array(True), np.array([1]), 10**400, -(10**400), np.float32("nan"))


def real(good, interval="(-inf, inf)"):
    """A number in an interval; the values just outside are bad."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    bad = list(NO_NUMBERS)
    if low > -math.inf:
        bad += [low, low - 1.0] if interval[0] == "(" else [low - 1e-9, low - 1.0]
    if high < math.inf:
        bad += [high, high + 1.0] if interval[-1] == ")" else [high * (1 + 1e-9), high + 1.0]
    return Kind(good, tuple(bad))


def single(kind):
    """The bad values of `kind` for what may as well be a list of numbers."""
    return [bad for bad in kind.bad if np.ndim(bad) == 0]


def whole(good, low=1, high=None):
    no_numbers = [bad for bad in NO_NUMBERS if type(bad) is not int or bad < 0]  # 10**400 is a whole number
    bad = [*no_numbers, float(good), good + 0.5, low - 1, -5, np.float64(good)]
    return Kind(good, (*bad, *(() if high is None else (high + 1,))))


def maybe(kind):
    """As `kind`, or None."""
    return Kind(kind.good, tuple(bad for bad in kind.bad if bad is not None), kind.letters)


def a(good, *bad):
    """A value of its own kind."""
    return Kind(good, bad)


def rng():
    return a(np.random.default_rng(0), None, 0, "rng", np.random, np.random.RandomState(0), np.random.default_rng)


def function(good, *nonsense):
    """A function; `nonsense` are functions that return what cannot be used."""
    return a(good, None, 3, "function", np.ones(3), *nonsense)


def flag(good=True):
    return a(good, None, "no", 2, 0.5, np.ones(2), [])


def series(good=(3.0, 2.0, 1.0), *, empty=True):
    bad = (None, "text", 3.0, RAGGED, [[1.0, 2.0]], ["a"], [1j], [None], {}, {1.0: 2.0}, [True, False])
    return a(list(good), *bad, *(() if empty else ([],)))


# -- what the engine takes -------------------------------------------------------------------------------------------

W = np.array([[0.5, -1.0], [2.0, 1.0], [0.1, 0.3]])
GENERATOR = np.random.default_rng(0)
IMAGES = array("N Y X C")
ANY_IMAGES = array("N Y X C", real="any")
LR, EPS, SHARE = real(0.1, "[0, inf)"), real(1e-5, "(0, inf)"), real(0.5, "[0, 1)")
TIME = real(2.5, "[0, inf)")
LIKE = array("...")
NOT_NEGATIVE = array("...", signed=False)


def model(dtype=np.float64):
    return nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), rng=np.random.default_rng(0), dtype=dtype)


NO_MODELS = (None, "model", 3, nn.ReLU(), np.ones(3))
DATA, TARGETS = array("N D", finite=True, real="any"), labels("N")


def a_model(make=model):
    return a(make(), *NO_MODELS)


def no_pair(*_):
    return 1.0


def no_gradient(scores, y):
    return 1.0, scores[:, :1]


def complex_gradient(scores, y):
    return 1.0, scores * 1j


def no_loss(scores, y):
    return "low", scores


LOSS = a(
    nn.MeanSquaredError(), 3, "loss", nn.Hinge, nn.MeanSquaredError, no_pair, no_gradient, complex_gradient, no_loss
)
SQUARES = array("N D", finite=True)
OPTIMIZER = a(optim.SGD(0.1), None, 0.1, "SGD", optim.SGD, optim.sgd)
MSE_TARGETS = array("N D", finite=True)


def running(letter):
    return {
        "gamma": array(letter, finite=True),
        "beta": array(letter, finite=True),
        "running_mean": array(letter, finite=True),
        "running_var": array(letter, finite=True, signed=False),
    }


def cached(function, letters):
    shape = tuple(SIZES[name] for name in letters.split())
    channels = shape[-1:]
    stats = () if function is nn.layernorm else (np.zeros(channels), np.ones(channels))
    cache = function(
        np.arange(math.prod(shape), dtype=float).reshape(shape), np.ones(channels), np.zeros(channels), *stats
    )[1]
    return a(cache, None, (), 3, "cache", (1, 2, 3), cache[:2], (None, *cache[1:]), (cache[0][:, :1], *cache[1:]))


def elementwise(name, **more):
    # A layer may have no units: what works entry by entry takes no numbers too.
    some = array("...", empty=True)
    return [(name, {"x": some, **more}), (f"{name}_backward", {"dout": some, "x": some, **more})]


FANS = {"fan_in": whole(3), "fan_out": whole(2)}
INIT = function(nn.he_init)
NN = [
    *(row for name in ("sigmoid", "tanh", "relu", "silu", "gelu", "softplus") for row in elementwise(name)),
    *elementwise("leaky_relu", alpha=real(0.1, "[0, 1]")),
    *elementwise("prelu", alpha=real(0.1)),
    *elementwise("elu", alpha=real(0.1, "[0, inf)")),
    ("maxout", {"x": array("N D"), "w1": array("D H"), "b1": array("H"), "w2": array("D H"), "b2": array("H")}),
    (
        "maxout_backward",
        {
            "dout": array("N H"),
            "x": array("N D"),
            "w1": array("D H"),
            "b1": array("H"),
            "w2": array("D H"),
            "b2": array("H"),
        },
    ),
    ("dead_fraction", {"h": array("N D")}),
    ("linear", {"x": array("N D"), "w": array("D H"), "b": array("H")}),
    ("linear_backward", {"dout": array("N H"), "x": array("N D"), "w": array("D H")}),
    ("softmax", {"scores": array("N C")}),
    ("softmax_cross_entropy", {"scores": array("N C"), "y": labels("N", 5, np.array([0, 4, 1, 2]))}),
    ("hinge", {"scores": array("N C"), "y": labels("N", 5, np.array([0, 4, 1, 2])), "margin": real(1.0, "[0, inf)")}),
    ("mean_squared_error", {"scores": array("N C"), "y": array("N C", finite=True)}),
    (
        "conv2d",
        {"x": IMAGES, "w": array("k k C H"), "b": array("H"), "stride": whole(1), "padding": whole(1, 0)},
    ),
    (
        "conv2d_backward",
        {
            "dout": array("N Y X H"),
            "x": IMAGES,
            "w": array("k k C H"),
            "stride": whole(1),
            "padding": whole(1, 0),
        },
    ),
    ("max_pool", {"x": IMAGES, "size": whole(2)}),
    ("max_pool_backward", {"dout": array("N I J C"), "x": IMAGES, "size": whole(2)}),
    ("average_pool", {"x": IMAGES, "size": whole(2)}),
    ("average_pool_backward", {"dout": array("N I J C"), "x": IMAGES, "size": whole(2)}),
    ("flatten", {"x": IMAGES}),
    (
        "flatten_backward",
        {"dout": a(np.ones((4, 320)), None, np.ones((8, 160)), np.ones((4, 1)), np.ones(1280), 3.0), "x": IMAGES},
    ),
    ("constant_init", FANS | {"value": real(0.5)}),
    ("normal_init", FANS | {"std": real(0.5, "[0, inf)"), "rng": rng()}),
    ("uniform_init", FANS | {"low": a(-1.0, *NO_NUMBERS, 1.5), "high": real(1.0), "rng": rng()}),
    ("xavier_init", FANS | {"rng": rng(), "mode": a("fan_avg", None, 3, "fan_out", np.array(["a", "b"]))}),
    ("xavier_uniform_init", FANS | {"rng": rng()}),
    ("he_init", FANS | {"rng": rng()}),
    (
        "batchnorm_train",
        {"x": array("N D", finite=True), **running("D"), "momentum": real(0.9, "[0, 1]"), "eps": EPS},
    ),
    ("batchnorm_eval", {"x": array("N D"), **running("D"), "eps": EPS}),
    ("batchnorm_backward", {"dout": array("N D"), "cache": cached(nn.batchnorm_train, "N D")}),
    (
        "spatial_batchnorm_train",
        {"x": array("N Y X C", finite=True), **running("C"), "momentum": real(0.9, "[0, 1]"), "eps": EPS},
    ),
    ("spatial_batchnorm_eval", {"x": IMAGES, **running("C"), "eps": EPS}),
    ("spatial_batchnorm_backward", {"dout": IMAGES, "cache": cached(nn.spatial_batchnorm_train, "N Y X C")}),
    ("fold_batchnorm", {"w": array("D H"), "b": array("H"), **running("H"), "eps": EPS}),
    (
        "layernorm",
        {"x": array("N D", finite=True), "gamma": array("D", finite=True), "beta": array("D", finite=True), "eps": EPS},
    ),
    ("layernorm_backward", {"dout": array("N D"), "cache": cached(nn.layernorm, "N D")}),
    ("l2_penalty", {"w": LIKE, "lam": LR}),
    ("l1_penalty", {"w": LIKE, "lam": LR}),
    ("elastic_net", {"w": LIKE, "l1": LR, "l2": LR}),
    (
        "regularize",
        {"params": a({"w": W}, None, 3, W, [W], {"w": None}, {"w": W * 1j}, {"b": "text"}, {"w": W[:0]}), "lam": LR},
    ),
    ("max_norm", {"w": array("D H"), "c": real(1.0, "(0, inf)")}),
    ("dropout", {"x": LIKE, "p": SHARE, "rng": rng(), "training": flag()}),
    ("dropout_backward", {"dout": LIKE, "mask": LIKE}),
    ("plain_dropout", {"x": LIKE, "p": SHARE, "rng": rng(), "training": flag()}),
    ("dropout_rescale", {"w": LIKE, "p": SHARE}),
    (
        "activation_stds",
        {
            "x": array("N D"),
            "weights": a([W, W.T], None, 3, "text", [W, W], [W[:1]], [None], [W * 1j]),
            "activation": function(
                nn.relu, lambda h: None, lambda h: h[:, :1], lambda h: "text", lambda h: h * 1j, lambda h: RAGGED
            ),
        },
    ),
    (
        "gradient_stds",
        {
            "x": array("N D"),
            "weights": a([W, W.T], None, 3, "text", [W, W], [W[:1]], [None], [W * 1j]),
            "activation": function(nn.relu, lambda h: None, lambda h: h[:, :1], lambda h: "text"),
            "activation_backward": function(nn.relu_backward, lambda d, z: None, lambda d, z: d[:1]),
            "dout": array("N D"),
        },
    ),
    (
        "layer_statistics",
        {
            "model": a_model(),
            "x": DATA,
            "y": TARGETS,
            "loss": a(nn.SoftmaxCrossEntropy(), None, 3, nn.Hinge, no_pair, no_gradient),
        },
    ),
    ("Linear", {"n_in": whole(3), "n_out": whole(2), "init": INIT, "bias": maybe(real(0.0))}),
    ("Maxout", {"n_in": whole(3), "n_out": whole(2), "init": INIT, "bias": real(0.0)}),
    (
        "Conv2d",
        {
            "n_in": whole(3),
            "n_out": whole(2),
            "size": whole(3),
            "stride": whole(1),
            "padding": whole(1, 0),
            "init": INIT,
            "bias": maybe(real(0.0)),
        },
    ),
    ("MaxPool2d", {"size": whole(2)}),
    ("AveragePool2d", {"size": whole(2)}),
    ("LeakyReLU", {"alpha": real(0.5, "[0, 1]")}),
    ("PReLU", {"alpha": real(0.25)}),
    ("ELU", {"alpha": real(0.25, "[0, inf)")}),
    ("Elementwise", {"forward": function(nn.relu), "backward": function(nn.relu_backward)}),
    ("BatchNorm", {"n_features": whole(3), "momentum": real(0.9, "[0, 1]"), "eps": EPS}),
    ("LayerNorm", {"n_features": whole(3), "eps": EPS}),
    (
        "Normalizer",
        {
            "n_features": whole(3),
            "train": function(nn.batchnorm_train),
            "evaluate": function(nn.batchnorm_eval),
            "backward": function(nn.batchnorm_backward),
            "momentum": real(0.9, "[0, 1]"),
            "eps": EPS,
        },
    ),
    ("Dropout", {"p": SHARE, "rng": rng(), "inverted": flag()}),
    (
        "SoftmaxCrossEntropy",
        {"class_weights": maybe(array("C", finite=True, signed=False)), "label_smoothing": SHARE},
    ),
    ("Hinge", {"margin": real(1.0, "[0, inf)")}),
    *(
        (
            name,
            {arg: a(0.1, *single(real(0.1, interval)), [0.1, None], [0.1, -1.0], []) for arg in args}
            | {"on": function(str.isalpha)},
        )
        for name, args, interval in (
            ("L1", ("lam",), "[0, inf)"),
            ("L2", ("lam",), "[0, inf)"),
            ("ElasticNet", ("l1", "l2"), "[0, inf)"),
            ("MaxNorm", ("c",), "(0, inf)"),
        )
    ),
    (
        "PerModel",
        {"penalty": a(nn.L2(1.0), None, 3, nn.L2, nn.MaxNorm(1.0)), "factors": array("M", finite=True, signed=False)},
    ),
    (
        "Stack",
        {
            "models": a(
                [model(), model()],
                None,
                3,
                [],
                "model",
                model(),
                [None],
                [model(), model(np.float32)],
                [nn.Linear(3, 3)],
            )
        },
    ),
]

OPTIM = [
    ("sgd", {"w": LIKE, "dw": LIKE, "lr": LR}),
    ("momentum", {"w": LIKE, "dw": LIKE, "v": LIKE, "lr": LR, "rho": real(0.9, "[0, 1]")}),
    (
        "nesterov",
        {
            "w": LIKE,
            "grad_fn": function(
                lambda w: 2.0 * w, lambda w: None, lambda w: w[:, :1], lambda w: 1.0, lambda w: w * 1j, lambda w: RAGGED
            ),
            "v": LIKE,
            "lr": LR,
            "rho": real(0.9, "[0, 1]"),
        },
    ),
    ("adagrad", {"w": LIKE, "dw": LIKE, "h": NOT_NEGATIVE, "lr": LR, "eps": LR}),
    ("rmsprop", {"w": LIKE, "dw": LIKE, "h": NOT_NEGATIVE, "lr": LR, "decay": SHARE, "eps": LR}),
    ("adadelta", {"w": LIKE, "dw": LIKE, "h": NOT_NEGATIVE, "d": NOT_NEGATIVE, "rho": SHARE, "eps": EPS}),
    *(
        (
            name,
            {
                "w": LIKE,
                "dw": LIKE,
                "m": LIKE,
                "v": NOT_NEGATIVE,
                "t": whole(2),
                "lr": LR,
                **more,
                "beta1": SHARE,
                "beta2": SHARE,
                "eps": LR,
            },
        )
        for name, more in (("adam", {}), ("adamw", {"weight_decay": LR}))
    ),
    (
        "newton_step",
        {
            "w": array("D"),
            "grad": array("D"),
            "hessian": a(
                2.0 * np.eye(3),
                *array("D D", 2.0 * np.eye(3), finite=True).bad,
                np.eye(2),
                np.eye(3)[:1],
                np.ones((3, 3)),
                np.triu(np.ones((3, 3))),
            ),
        },
    ),
    ("constant", {"t": TIME, "lr0": LR}),
    ("step_decay", {"t": TIME, "lr0": LR, "factor": real(0.5, "(0, 1]"), "every": real(5, "(0, inf)")}),
    ("exponential_decay", {"t": TIME, "lr0": LR, "k": LR}),
    ("inverse_time_decay", {"t": TIME, "lr0": LR, "k": LR}),
    ("cosine_decay", {"t": TIME, "lr0": LR, "total": real(10, "(0, inf)"), "lr_min": LR}),
    ("warmup", {"t": TIME, "lr0": LR, "warmup_steps": whole(4, 0)}),
    (
        "one_cycle",
        {
            "t": TIME,
            "lr_max": LR,
            "total": real(10, "(0, inf)"),
            "rise": SHARE,
            "lr_start": maybe(LR),
            "lr_end": maybe(LR),
        },
    ),
    ("reduce_on_plateau", {"losses": series(), "lr0": LR, "factor": real(0.5, "(0, 1]"), "patience": whole(2)}),
    ("early_stopping", {"val_losses": series(empty=False), "patience": whole(2)}),
    ("has_converged", {"losses": series(), "tol": LR}),
    ("linear_scaling", {"lr": LR, "batch_size": whole(8), "base_batch_size": whole(4)}),
    ("sqrt_scaling", {"lr": LR, "batch_size": whole(8), "base_batch_size": whole(4)}),
    (
        "batch_size_schedule",
        {
            "t": TIME,
            "batch_size0": whole(8),
            "factor": real(2.0, "[1, inf)"),
            "every": real(5.0, "(0, inf)"),
            "max_batch_size": whole(64),
        },
    ),
    ("clip_by_norm", {"grad": LIKE, "max_norm": real(1.0, "(0, inf)")}),
    ("clip_by_value", {"grad": LIKE, "limit": LR}),
    (
        "limit_norm",
        {
            "grads": a(np.ones(3), None, "text", [1.0], np.arange(3), np.ones(3) * 1j, np.ones(0)),
            "max_norm": real(1.0, "(0, inf)"),
        },
    ),
    (
        "ema_weights",
        {
            "snapshots": a([W, W], None, 3, "text", [], [W, W[:1]], [None], [W, W * 1j], RAGGED),
            "decay": real(0.5, "[0, 1]"),
        },
    ),
    ("average_weights", {"snapshots": a([W, W], None, 3, "text", [], [W, W[:1]], [None], [W, W * 1j], RAGGED)}),
    ("EMA", {"decay": real(0.5, "[0, 1]")}),
    ("ReduceOnPlateau", {"lr0": LR, "factor": real(0.5, "(0, 1]"), "patience": whole(2)}),
    (
        "rate_at",
        {
            "schedule": function(
                lambda t: 0.1,
                lambda t: None,
                lambda t: "0.1",
                lambda t: -0.1,
                lambda t: np.nan,
                lambda t: np.inf,
                lambda t: True,
                lambda t: np.ones(1),
            ),
            "t": a(2),
        },
    ),
    *(
        (name, {"lr": a(0.1, *single(real(0.1, "[0, inf)")), [0.1, None], [], RAGGED, [[0.1]], [0.1, -0.1])} | more)
        for name, more in (
            ("Optimizer", {}),
            ("SGD", {}),
            ("Momentum", {"rho": real(0.9, "[0, 1]")}),
            ("Nesterov", {"rho": real(0.9, "[0, 1]")}),
            ("AdaGrad", {"eps": LR}),
            ("RMSProp", {"decay": SHARE, "eps": LR}),
            ("AdaDelta", {"rho": SHARE, "eps": EPS}),
            ("Adam", {"beta1": SHARE, "beta2": SHARE, "eps": LR}),
            (
                "AdamW",
                {
                    "weight_decay": LR,
                    "beta1": SHARE,
                    "beta2": SHARE,
                    "eps": LR,
                    "decays": a(np.array([True, False]), "text", RAGGED, [-1.0], [np.nan], [1j], [None], {}),
                },
            ),
        )
    ),
    (
        "FromRule",
        {
            "rule": a(
                optim.sgd,
                None,
                3,
                "sgd",
                lambda *args: None,
                lambda w: w,
                lambda lr, w: w,
                lambda w, dw, **more: w,
                lambda w, dw, *, lr, rho: w,
                lambda w, dw: w,
                lambda w, lr, dw: w,
                max,
            ),
            "lr": a(0.1, *(bad for bad in single(LR) if bad is not None), []),
        },
    ),
]
STEP_SETTINGS = {"lr": a(0.1, *LR.bad, [0.1], np.array([0.1, 0.2]), lambda t: None, lambda t: -1.0, lambda t: "0.1")}
RULE = a(
    optim.sgd,
    None,
    3,
    "sgd",
    lambda w, dw, lr: None,
    lambda w, dw, lr: (w, dw),
    lambda w, dw, lr: w[:1],
    lambda w, dw, lr: "text",
    lambda w, dw: w,
    lambda *args: args,
)
SLOPES = function(
    lambda x, y: (2.0 * x, 20.0 * y),
    lambda x, y: None,
    lambda x, y: 1.0,
    lambda x, y: (x,),
    lambda x, y: (x, "steep"),
    lambda x, y: (x, None),
    lambda x, y: (x, np.ones(9)),
    lambda x, y: (x, 1j),
    lambda x, y: "xy",
)
OPTIM += [
    (
        "path",
        {
            "rule": RULE,
            "grad": SLOPES,
            "start": array("H", finite=True),
            "steps": whole(3, 0),
            **STEP_SETTINGS,
        },
    ),
    (
        "paths",
        {
            "rule": RULE,
            "grad": SLOPES,
            "starts": array("N H", finite=True),
            "steps": whole(3, 0),
            **STEP_SETTINGS,
        },
    ),
    (
        "in_sequence",
        {
            "*timed": a(
                [(abs, 2)],
                *([bad] for bad in (None, 3, abs, (abs,), (abs, "2"), (abs, 0), (abs, -1), (3, 2), (abs, True))),
            ),
            "then": function(abs),
        },
    ),
]

PAIR = {"x_train": array("N D", finite=True), "x_test": array("M D", finite=True)}
SAMPLES = {"x": array("N ...", np.ones((12, 2)), real="any"), "y": array("N ...", np.arange(12) % 2, real="any")}
STRATIFIED = SAMPLES | {
    "y": a(np.arange(12) % 2, *labels("N", None, np.arange(12) % 2).bad, np.zeros(1, int), np.zeros(11, int))
}
TOY = {"n": whole(12), "rng": rng(), "noise": real(0.1, "[0, inf)")}
NO_FOLDERS = (None, 3, [], b"folder")
DATA_ROWS = [
    ("zero_center", PAIR),
    ("standardize", PAIR),
    ("scale_to_range", PAIR | {"low": a(-1.0, *NO_NUMBERS, 1.0, 1.5), "high": a(1.0, *NO_NUMBERS, -1.0)}),
    (
        "subtract_channel_mean",
        {"images_train": array("N Y X C", finite=True), "images_test": array("M P Q C", finite=True)},
    ),
    ("per_image_normalize", {"images": array("N Y X C", finite=True), "eps": EPS}),
    ("principal_axes", {"x": array("N D", finite=True)}),
    ("pca", PAIR | {"k": whole(2, 1, 3)}),
    ("whiten", PAIR | {"eps": EPS}),
    ("zca_whiten", PAIR | {"eps": EPS}),
    ("class_weights", {"y": labels("N"), "n_classes": whole(3)}),
    ("horizontal_flip", {"images": ANY_IMAGES}),
    ("random_flip", {"images": ANY_IMAGES, "rng": rng(), "p": real(0.5, "[0, 1]")}),
    ("random_crop", {"images": ANY_IMAGES, "size": whole(3, 1, 8), "rng": rng()}),
    ("pad_and_crop", {"images": ANY_IMAGES, "pad": whole(2, 0), "rng": rng()}),
    ("add_noise", {"x": LIKE, "rng": rng(), "std": real(0.1, "[0, inf)")}),
    ("sample_at", {"images": IMAGES, "rows": array("N P Q", finite=True), "columns": array("N P Q", finite=True)}),
    ("zoom", {"images": IMAGES, "rng": rng(), "low": real(0.8, "(0, inf)"), "high": real(1.2, "(0, inf)")}),
    ("rotate", {"images": IMAGES, "rng": rng(), "low": a(-1.0, *NO_NUMBERS, 1.5), "high": real(1.0)}),
    ("shift", {"images": IMAGES, "rng": rng(), "low": a(-1.0, *NO_NUMBERS, 1.5), "high": real(1.0)}),
    (
        "elastic_distortion",
        {"images": IMAGES, "rng": rng(), "alpha": real(3.0, "[0, inf)"), "sigma": real(1.0, "(0, inf)")},
    ),
    (
        "tone",
        {
            "frequency": real(440.0, "(0, 4000)"),
            "duration": real(0.01, "(0, 3600]"),
            "sample_rate": whole(8000),
            "harmonics": a((1.0, 0.5), None, 3, "abc", [], [0.0], [-1.0], [np.nan], [None], RAGGED, [1j]),
            "attack": EPS,
            "decay": EPS,
        },
    ),
    ("change_tempo", {"signal": array("K", finite=True), "factor": real(2.0, "[0.0625, 16]"), "window": whole(8, 4)}),
    ("shift_pitch", {"signal": array("K", finite=True), "semitones": real(2.0, "[-48, 48]")}),
    *((name, TOY) for name in ("moons", "xor", "circles")),
    *((name, TOY | {"n_classes": whole(3, 2)}) for name in ("spiral", "blobs")),
    ("balanced_indices", {"y": labels("N", None), "rng": rng(), "undersample": flag()}),
    ("balanced_batches", {"y": labels("N", None), "batch_size": whole(2), "rng": rng()}),
    (
        "weighted_indices",
        {
            "weights": a(np.ones(3), *array("D", finite=True, signed=False).bad, np.zeros(3)),
            "n": whole(5),
            "rng": rng(),
        },
    ),
    ("imbalance", STRATIFIED | {"ratio": real(0.5, "(0, 1]"), "rng": rng(), "label": whole(1, 0, 1)}),
    ("train_test_split", SAMPLES | {"test_share": real(0.25, "(0, 1)"), "rng": rng(), "stratify": flag(False)}),
    ("train_test_split", STRATIFIED | {"test_share": real(0.25, "(0, 1)"), "rng": rng(), "stratify": a(True)}),
    (
        "train_validation_test_split",
        SAMPLES
        | {
            "validation_share": real(0.25, "(0, 0.75)"),
            "test_share": real(0.25, "(0, 0.75)"),
            "rng": rng(),
            "stratify": flag(False),
        },
    ),
    ("mnist", {"folder": a(None, *NO_FOLDERS), "verify": flag()}),
    ("cifar10", {"folder": a(None, *NO_FOLDERS), "verify": flag()}),
]

OBJECTIVE = function(lambda setting: 1.0, lambda s: None, lambda s: "low", lambda s: np.ones(2), lambda s: 1j)
TRIAL = training.Trial({"lr": 0.1}, 1.0)
RANGES = a({"lr": training.Range(1e-3, 1.0)}, None, {}, 3, [training.Range(0, 1)], {"lr": (0, 1)})
HYPER = {"x": DATA, "y": labels("N"), "batch_size": whole(2), "rng": rng()}
TRAINING = [
    ("minibatches", {"n": whole(10), "batch_size": whole(4), "rng": rng()}),
    (
        "sgd_train",
        {
            "w": LIKE,
            "loss_and_grad": function(
                lambda w, x, y: (1.0, w),
                lambda w, x, y: None,
                lambda w, x, y: w,
                lambda w, x, y: (1.0, w, w),
                lambda w, x, y: (1.0, w[:1]),
                lambda w, x, y: (1.0, None),
                lambda w, x, y: ("low", w),
                lambda w, x, y: (np.ones(2), w),
                lambda w, x, y: 3.0,
            ),
            "x": array("N ...", np.ones((12, 2)), real="any"),
            "y": array("N ...", np.arange(12) % 2, real="any"),
            "lr": LR,
            "batch_size": whole(4),
            "epochs": whole(2, 0),
            "rng": rng(),
        },
    ),
    ("expected_initial_loss", {"n_classes": whole(3)}),
    (
        "numerical_gradient",
        {
            "f": function(
                lambda x: float(np.sum(x)),
                lambda x: None,
                lambda x: "low",
                lambda x: x,
                lambda x: np.ones(1),
                lambda x: 1j,
            ),
            "x": a(np.ones((2, 3)), None, 3.0, [1.0], np.ones(3, np.float32), np.ones(3) * 1j, np.arange(3)),
            "h": real(1e-5, "(0, inf)"),
        },
    ),
    ("relative_error", {"a": LIKE, "b": LIKE}),
    (
        "gradient_check",
        {
            "model": a(model(), *NO_MODELS, model(np.float32)),
            "x": DATA,
            "y": MSE_TARGETS,
            "loss": LOSS,
            "h": real(1e-5, "(0, inf)"),
        },
    ),
    ("gradient_check", {"model": a(model()), "x": DATA, "y": TARGETS}),
    ("update_ratio", {"w": LIKE, "update": LIKE}),
    ("diagnose", {"train_losses": array("T"), "val_losses": array("N")}),
    ("average_probabilities", {"probs": array("M N C", finite=True)}),
    ("majority_vote", {"votes": labels("M N"), "n_classes": whole(3)}),
    ("bootstrap_indices", {"n": whole(5), "rng": rng()}),
    ("out_of_bag", {"indices": labels("N", 4), "n": whole(4)}),
    ("ensemble_error", {"p": real(0.3, "[0, 1]"), "m": a(3, *whole(3).bad, 2)}),
    ("error_correlation", {"predictions": labels("M N", None), "y": labels("N", None)}),
    ("k_fold", {"n": whole(9, 2), "k": whole(3, 2, 9), "rng": rng()}),
    (
        "cross_validate",
        SAMPLES
        | {
            "fit_and_score": function(lambda *sets: 1.0, lambda *s: None, lambda *s: "1", lambda *s: np.ones(2)),
            "k": whole(3, 2, 12),
            "rng": rng(),
        },
    ),
    ("predicted_labels", {"scores": array("N C", finite=True)}),
    ("accuracy", {"predictions": labels("N", None), "y": labels("N", None)}),
    (
        "top_k_accuracy",
        {"scores": array("N C", finite=True), "y": labels("N", 5, np.array([0, 4, 1, 2])), "k": whole(2, 1, 5)},
    ),
    *(
        (name, {"predictions": labels("N"), "y": labels("N"), "n_classes": whole(3)})
        for name in ("confusion_matrix", "recall", "precision", "f1_score", "balanced_accuracy")
    ),
    ("updates_per_epoch", {"n": whole(10), "batch_size": whole(4)}),
    ("minibatch_gradient_error", {"per_example_grads": array("N D", finite=True), "batch_size": whole(2, 1, 4)}),
    (
        "accumulate_gradients",
        SAMPLES
        | {
            "grad_fn": function(
                lambda x, y: np.ones(3),
                lambda x, y: None,
                lambda x, y: "steep",
                lambda x, y: np.ones(3) * 1j,
                lambda x, y: np.ones(len(x)),
                lambda x, y: RAGGED,
            ),
            "micro_batch": whole(5),
        },
    ),
    ("noise_scale", {"per_example_grads": a(np.eye(3), *array("N D", finite=True).bad, np.ones((1, 3)))}),
    (
        "noise_scale_from_norms",
        {
            "norms_small": array("N", finite=True, signed=False),
            "norms_big": array("M", finite=True, signed=False),
            "batch_small": whole(2, 1, 7),
            "batch_big": whole(8),
        },
    ),
    ("per_example_gradients", {"model": a_model(), "x": DATA, "y": MSE_TARGETS, "loss": LOSS}),
    ("progress", {"iterable": a([1, 2], None, 3), "total": maybe(whole(2, 0)), "what": a("", None, 3)}),
    (
        "lr_range_test",
        {
            "loss_at": function(lambda lr: 1.0, lambda lr: None, lambda lr: "low", lambda lr: np.ones(2)),
            "lrs": array("T", np.geomspace(0.1, 1, 5), finite=True, signed=False, rising=True),
        },
    ),
    (
        "range_test",
        HYPER
        | {
            "model": a_model(),
            "lrs": array("T", np.geomspace(0.1, 1, 5), finite=True, signed=False, rising=True),
            "optimizer": OPTIMIZER,
            "loss": a(None, 3, nn.Hinge, no_pair),
        },
    ),
    ("Range", {"low": a(0.1, *NO_NUMBERS, 2.0, 0.0), "high": a(1.0, *NO_NUMBERS, 0.01), "log": flag()}),
    (
        "settings_at",
        {"ranges": RANGES, "points": a(np.ones((2, 1)), *array("N H", finite=True).bad, np.full((2, 1), 1.5))},
    ),
    ("quasi_random_search", {"objective": OBJECTIVE, "ranges": RANGES, "n": whole(3), "rng": rng()}),
    (
        "coarse_to_fine",
        {
            "objective": OBJECTIVE,
            "ranges": RANGES,
            "n": whole(3),
            "rounds": whole(2),
            "rng": rng(),
            "shrink": real(0.5, "(0, 1)"),
            "edge": real(0.05, "[0, 0.5)"),
            "points": function(
                training.halton_points,
                lambda n, d, r: None,
                lambda n, d, r: np.full((n, d), 2.0),
                lambda n, d, r: r.random(n),
            ),
        },
    ),
    (
        "trials",
        {
            "objective": a(*(OBJECTIVE.good, *OBJECTIVE.bad)),
            "settings": a([{"lr": 0.1}], None, 3, [3], ["lr"], {"lr": [0.1]}),
        },
    ),
    (
        "best_trial",
        {"tried": a([TRIAL], None, 3, [], [3], [{"lr": 1.0}], [training.Trial({}, np.nan)], [training.Trial({}, "1")])},
    ),
    ("grid", {"space": a({"lr": [0.1]}, None, {}, 3, [0.1], {"lr": []}, {"lr": 0.1}, {"lr": "abc"})}),
    ("grid_search", {"objective": OBJECTIVE, "space": a({"lr": [0.1]}, None, {}, 3, [0.1], {"lr": []}, {"lr": 0.1})}),
    (
        "random_search",
        {
            "objective": OBJECTIVE,
            "sample": function(lambda r: {"lr": 0.1}, lambda r: None, lambda r: 3, lambda r: [0.1]),
            "n": whole(3),
            "rng": rng(),
        },
    ),
    (
        "log_uniform",
        {
            "low": a(0.1, *real(0.1, "(0, inf)").bad, 2.0),
            "high": real(1.0, "(0, inf)"),
            "size": a(3, *whole(3).bad, (2, 0), (2, "3"), [2, 3]),
            "rng": rng(),
        },
    ),
    ("halton_points", {"n": whole(3), "d": whole(2), "rng": maybe(rng())}),
    (
        "bagging",
        SAMPLES | {"fit": function(lambda x, y, r: model(), lambda x, y, r: None), "n_members": whole(2), "rng": rng()},
    ),
    ("snapshots", {"steps": a([training.Step(0, 0, 1.0, 0.1)], None, 3, [3]), "model": a_model(), "every": whole(1)}),
    ("predict_probabilities", {"model": a_model(), "x": DATA}),
    (
        "ensemble_probabilities",
        {"models": a([model(), model()], None, [], 3, model(), [None], ["text"]), "x": DATA},
    ),
    (
        "train",
        HYPER
        | {
            "model": a_model(),
            "y": MSE_TARGETS,
            "optimizer": OPTIMIZER,
            "loss": LOSS,
            "epochs": whole(1, 0),
            "schedule": maybe(function(lambda t: 0.1, lambda t: None, lambda t: -1.0, lambda t: "0.1")),
            "penalty": a(nn.L2(0.1), 3, "L2", nn.L2, nn.MaxNorm(1.0), nn.L2([0.1])),
            "constraint": a(nn.MaxNorm(1.0), 3, "MaxNorm", nn.MaxNorm, nn.L2(0.1), nn.MaxNorm([0.1])),
            "max_grad_norm": maybe(real(1.0, "(0, inf)")),
            "augment": maybe(
                function(
                    lambda x, r: x,
                    lambda x, r: None,
                    lambda x, r: x[:1],
                    lambda x, r: "text",
                    lambda x, r: x * 1j,
                    lambda x, r: RAGGED,
                    lambda x, r: x.astype(str),
                )
            ),
            "batches": maybe(
                function(
                    lambda r: [np.array([0, 1])],
                    lambda r: None,
                    lambda r: 3,
                    lambda r: [3],
                    lambda r: [[[0, 1]]],
                    lambda r: [[0.0]],
                    lambda r: [[4]],
                    lambda r: [[-1]],
                    lambda r: [[]],
                    lambda r: [RAGGED],
                    lambda r: [None],
                    lambda r: [np.array([True, False, True, False])],
                )
            ),
        },
    ),
    ("train", HYPER | {"model": a_model(), "optimizer": OPTIMIZER, "epochs": a(1)}),
    (
        "train_stack",
        {
            "stack": a(nn.Stack([model(), model()]), *NO_MODELS, model(), [model()]),
            "x": DATA,
            "y": labels("N"),
            "optimizer": OPTIMIZER,
            "loss": a(None, 3, nn.Hinge(), nn.SoftmaxCrossEntropy),
            "epochs": whole(1, 0),
            "batch_size": whole(2),
            "rngs": a(
                [np.random.default_rng(0), np.random.default_rng(1)], None, 3, [], [0, 1], [np.random.default_rng(0)]
            ),
            "schedule": maybe(
                function(
                    lambda t: 0.1, lambda t: None, lambda t: "0.1", lambda t: -1, lambda t: [0.1] * 3, lambda t: RAGGED
                )
            ),
            "penalty": a(nn.L2(0.1), 3, "L2", nn.L2, nn.MaxNorm(1.0), nn.PerModel(nn.L2(1.0), [1.0])),
        },
    ),
]


# -- methods ---------------------------------------------------------------------------------------------------------


def stepped(optimizer):
    optimizer.step(np.ones(3), np.ones(3))
    return optimizer


def forward(built):
    built.forward(np.ones((4, 3)))
    return built


def attached(part, built=None):
    part.attach(model() if built is None else built)
    return part


def images_model():
    return nn.Sequential(nn.Flatten(), nn.Linear(320, 3), rng=np.random.default_rng(0))


STACKED = array("H N D", finite=True, real="any")
FLAT = [None, 3.0, np.ones(3), np.ones(24, np.float32), np.ones((2, 24)), np.arange(24), "text", np.ones(24) * 1j]
PENALTIES = [nn.L1(0.1), nn.L2(0.1), nn.ElasticNet(0.1, 0.1)]
NO_STATES = (
    None,
    3,
    {},
    {"t": 1},
    {"t": 1, "m": np.ones(3)},
    {"t": 2.5, "m": np.ones(3), "v": np.ones(3)},
    {"t": -1, "m": np.ones(3), "v": np.ones(3)},
    {"t": "1", "m": np.ones(3), "v": np.ones(3)},
    {"t": np.nan, "m": np.ones(3), "v": np.ones(3)},
    {"t": 1, "m": None, "v": np.ones(3)},
    {"t": 1, "m": np.ones(3) * 1j, "v": np.ones(3)},
    {"t": 1, "m": np.ones(2), "v": np.ones(3)},
    {"t": 1, "m": RAGGED, "v": np.ones(3)},
)
VECTOR = [None, 3.0, "text", [1.0, 1.0, 1.0], np.ones(0), np.ones(3) * 1j, np.arange(3), np.ones((1, 1, 3))]
SCORES = {"scores": array("N C")}
Y = labels("N", 5, np.array([0, 4, 1, 2]))
#: What is called, how it comes about, and what it takes.
METHODS = [
    (
        "Sequential",
        nn.Sequential,
        {
            "*layers": a([nn.Linear(3, 2)], *([bad] for bad in (None, 3, nn.Linear, [nn.Linear(3, 2)], nn.relu)), []),
            "rng": rng(),
            "dtype": a(np.float32, "text", 3, int, complex, np.float16, "no such dtype", [], nn.Linear),
        },
    ),
    *(
        (
            "Sequential",
            lambda: forward(model()),
            name,
            {"x": DATA, "training": a(True)},
        )
        for name in ("forward", "outputs", "__call__")
    ),
    ("Sequential", model, "forward", {"x": DATA, "training": flag(False)}),
    ("Sequential", model, "outputs", {"x": DATA, "training": flag(False)}),
    ("Sequential", images_model, "forward", {"x": ANY_IMAGES}),
    ("Sequential", model, "with_ones", {"x": array("N D", real="any")}),
    (
        "Sequential",
        lambda: forward(model()),
        "backward",
        {"dout": a(np.ones((4, 3)), *array("N D").bad, np.ones((4, 1)))},
    ),
    ("Sequential", model, "loss_and_grad", {"x": DATA, "y": MSE_TARGETS, "loss": LOSS, "training": flag()}),
    ("Sequential", model, "loss_and_grad", {"x": DATA, "y": TARGETS, "loss": a(nn.SoftmaxCrossEntropy())}),
    ("Sequential", model, "check", {"x": DATA, "y": MSE_TARGETS, "loss": LOSS}),
    ("Sequential", model, "check", {"x": DATA, "y": TARGETS, "loss": a(nn.SoftmaxCrossEntropy(), None, no_pair)}),
    ("Sequential", model, "check", {"x": DATA, "y": TARGETS, "loss": a(nn.Hinge())}),
    ("Sequential", model, "save", {"path": a(None, 3, None, [], object())}),
    ("Sequential", model, "load", {"path": a(None, 3, None, [], object())}),
    (
        "Stack",
        lambda: nn.Stack([model(), model()]),
        "loss_and_grad",
        {
            "x": STACKED,
            "y": labels("H N"),
            "loss": a(nn.SoftmaxCrossEntropy(), None, 3, nn.SoftmaxCrossEntropy),
        },
    ),
    ("Stack", lambda: nn.Stack([model(), model()]), "forward", {"x": array("H N D", real="any")}),
    ("SoftmaxCrossEntropy", nn.SoftmaxCrossEntropy, "__call__", SCORES | {"y": Y}),
    ("Hinge", nn.Hinge, "__call__", SCORES | {"y": Y}),
    ("MeanSquaredError", nn.MeanSquaredError, "__call__", SCORES | {"y": array("N C", finite=True)}),
    *(
        (
            type(part).__name__,
            lambda part=part: copy.deepcopy(part),
            "attach",
            {"model": a(model(), None, 3, "model", nn.ReLU())},
        )
        for part in [*PENALTIES, nn.MaxNorm(1.0)]
    ),
    (
        "PerModel",
        lambda: nn.PerModel(nn.L2(1.0), [0.1, 0.2]),
        "attach",
        {"model": a(nn.Stack([model(), model()]), None, 3, "model", model(), nn.Stack([model()]))},
    ),
    *(
        (
            type(part).__name__,
            lambda part=part: attached(copy.deepcopy(part)),
            "add",
            {"params": a(np.ones(24), *FLAT), "grads": a(np.ones(24), *FLAT)},
        )
        for part in PENALTIES
    ),
    ("MaxNorm", lambda: attached(nn.MaxNorm(1.0)), "apply", {"params": a(np.ones(24), *FLAT)}),
    ("EMA", lambda: optim.EMA(0.5), "update", {"params": LIKE}),
    (
        "ReduceOnPlateau",
        lambda: optim.ReduceOnPlateau(0.1),
        "update",
        {"loss": a(1.0, None, "1", True, 1j, [1.0], np.ones(1), {})},
    ),
    *(
        (
            "Optimizer",
            make,
            "step",
            {"params": a(np.ones(3), *VECTOR), "grads": a(np.ones(3), *VECTOR, np.ones(1), np.ones(3, np.float32))},
        )
        for make in (lambda: stepped(optim.Adam()), lambda: optim.FromRule(optim.adam, lr=0.1), lambda: optim.SGD(0.1))
    ),
    (
        "Optimizer",
        lambda: optim.Adam(),
        "load_state",
        {"state": a({"t": 1, "m": np.ones(3), "v": np.ones(3)}, *NO_STATES)},
    ),
    ("Range", lambda: training.Range(1.0, 2.0), "at", {"share": real(0.5)}),
    ("Range", lambda: training.Range(1.0, 2.0, log=True), "share", {"value": a(1.5, *NO_NUMBERS, 0.0, -1.0)}),
]


# -- the tests -------------------------------------------------------------------------------------------------------


def called(call, kinds, **instead):
    """`call` with the good values, but for those `instead`."""
    given = {name: copy.deepcopy(kind.good) for name, kind in kinds.items()} | instead
    return call(
        *[each for name in given if name[0] == "*" for each in given[name]],
        **{name: value for name, value in given.items() if name[0] != "*"},
    )


def bad_values(kinds):
    """Every bad value with the argument that it is for: those of its kind, and sizes that fit no other argument's."""
    for name, kind in kinds.items():
        for bad in kind.bad:
            yield name, bad
        rest = [other.letters for which, other in kinds.items() if which != name]
        others = {letter for letters in rest for letter in letters if letter != "..." or letters == ("...",)}
        for axis, letter in enumerate(kind.letters):
            repeated = kind.letters.count(letter) > 1
            if kind.letters == ("...",) and letter in others:
                yield name, kind.good[None]
                yield name, kind.good[:1]
                yield name, kind.good[:, :1]
                yield name, kind.good[0]
                yield name, kind.good.T
            elif letter != "..." and (letter in others or repeated):
                yield name, kind.good.take([0], axis)
                yield name, np.concatenate([kind.good, kind.good.take([0], axis)], axis)


def as_row(row):
    """What a row tests: its label, what it calls, how what it calls comes about, and the arguments."""
    if len(row) == 2:
        name, kinds = row
        room = next(room for room in ROOMS.values() if name in room.__all__)
        return name, lambda: getattr(room, name), kinds
    if len(row) == 3:
        name, call, kinds = row
        return name, lambda: call, kinds
    name, make, method, kinds = row
    return f"{name}.{method}", lambda: getattr(make(), method), kinds


ROWS = [as_row(row) for row in (*NN, *OPTIM, *DATA_ROWS, *TRAINING, *METHODS)]
#: Loaders need files: tests/data/test_local_files.py calls them with good ones.
WITH_GOOD = [row for row in ROWS if row[0] not in ("mnist", "cifar10", "Sequential.save", "Sequential.load")]


def used(result):
    """`result`, with what it does when it is gone through."""
    return list(result) if inspect.isgenerator(result) else result


@pytest.mark.parametrize(("label", "make", "kinds"), WITH_GOOD, ids=[row[0] for row in WITH_GOOD])
def test_good_arguments_are_taken(label, make, kinds):
    used(called(make(), kinds))


@pytest.mark.parametrize(("label", "make", "kinds"), ROWS, ids=[row[0] for row in ROWS])
def test_a_bad_argument_gets_one_line(label, make, kinds):
    words = {*label.split("."), *(name.strip("*") for name in kinds)}
    wrong = []
    for name, bad in bad_values(kinds):
        what = f"{name}={' '.join(repr(bad).split()):.80}"
        try:
            result = used(called(make(), kinds, **{name: bad}))
        except ValueError as error:
            line = str(error)
            # Or what the caller made, where that is to blame: a function, a penalty.
            named = words | {getattr(bad, "__name__", type(bad).__name__)}
            if (
                "\n" in line
                or len(line) > 400
                or not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) for word in named)
            ):
                wrong.append(f"{what}: the message is {line!r}")
        except Exception as error:
            wrong.append(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}")
        else:
            wrong.append(f"{what}: taken, gives {' '.join(repr(result).split()):.80}")
    assert not wrong, f"{label}\n  " + "\n  ".join(wrong)


def test_the_table_is_complete():
    exceptions = [name for names in NO_ROWS.values() for name in names]
    rows = {label.split(".")[0] for label, *_ in ROWS}
    public = {name for room in ROOMS.values() for name in room.__all__}
    assert public - rows == set(exceptions) - rows
    assert len(exceptions) == len(set(exceptions))


@pytest.mark.parametrize("name", sorted(row[0] for row in NN + OPTIM + DATA_ROWS + TRAINING if "." not in row[0]))
def test_the_row_has_every_argument(name):
    room = next(room for room in ROOMS.values() if name in room.__all__)
    kinds = {arg.strip("*") for label, _, row in ROWS if label == name for arg in row}
    if name not in ("path", "paths", "FromRule"):  # their settings are the rule's
        assert kinds == set(inspect.signature(getattr(room, name)).parameters)
