"""What `nn` takes."""

import math

import numpy as np
from kinds import NO_NUMBERS, RAGGED, SIZES, a, array, flag, function, labels, maybe, real, rng, single, whole
from shared_kinds import DATA, EPS, IMAGES, LIKE, LR, SHARE, TARGETS, W, a_model, model, no_gradient, no_pair

from coursekit import nn


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
ROWS = [
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
    ("soft_threshold", {"w": LIKE, "t": LR}),
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
