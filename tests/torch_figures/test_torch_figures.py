"""The engine's closed forms agree with PyTorch's: always with figures made earlier, and live where it is installed."""

import re

import numpy as np
import pytest

from coursekit import nn

CLOSE = {"rtol": 1e-12, "atol": 1e-12}
#: The engine's momentum is one minus PyTorch's.
MOMENTUM = 0.9


def agree(actual, figure):
    np.testing.assert_allclose(actual, figure, **CLOSE)


def inputs(figures, name, keys):
    """The arrays that one figure was computed from, by name."""
    return {key: figures[f"{name}/{key}"] for key in keys.split()}


def grads_agree(figures, name, keys, grads):
    for key, grad in zip(keys.split(), grads, strict=True):
        agree(grad, figures[f"{name}/d{key}"])


# -- activations and linear layers -----------------------------------------------------------------------------------


def test_every_activation_has_figures(committed):
    names = {name.split("/")[1] for name in committed if name.startswith("activation/")}
    assert names == set(nn.ACTIVATIONS)


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_activations_agree(figures, name):
    forward, backward = nn.ACTIVATIONS[name]
    x, dout = figures[f"activation/{name}/x"], figures[f"activation/{name}/dout"]
    agree(forward(x), figures[f"activation/{name}/out"])
    agree(backward(dout, x), figures[f"activation/{name}/dx"])


def test_prelu_agrees(figures):
    x, dout, alpha = figures["prelu/input"], figures["prelu/dout"], figures["prelu/weight"].item()
    dx, dalpha = nn.prelu_backward(dout, x, alpha)
    agree(nn.prelu(x, alpha), figures["prelu/out"])
    agree(dx, figures["prelu/dinput"])
    agree(dalpha, figures["prelu/dweight"][0])


def test_linear_agrees(figures):
    x, w, b, dout = inputs(figures, "linear", "x w b dout").values()
    agree(nn.linear(x, w, b), figures["linear/out"])
    grads_agree(figures, "linear", "x w b", nn.linear_backward(dout, x, w))


def test_maxout_agrees(figures):
    given = inputs(figures, "maxout", "x w1 b1 w2 b2")
    agree(nn.maxout(**given), figures["maxout/out"])
    grads_agree(figures, "maxout", "x w1 b1 w2 b2", nn.maxout_backward(figures["maxout/dout"], **given))


# -- normalization and dropout ---------------------------------------------------------------------------------------


def running_agree(figures, name, mean, var, n):
    """PyTorch puts the unbiased variance of `n` rows into its running one, the engine the biased one."""
    agree(mean, figures[f"{name}/new_running_mean"])
    kept = MOMENTUM * figures[f"{name}/running_var"]
    agree(var, kept + (figures[f"{name}/new_running_var"] - kept) * (n - 1) / n)


@pytest.mark.parametrize("kind", ["rows", "images"])
def test_batchnorm_agrees_in_training(figures, kind):
    name = f"batchnorm/{kind}/train"
    train, backward = {
        "rows": (nn.batchnorm_train, nn.batchnorm_backward),
        "images": (nn.spatial_batchnorm_train, nn.spatial_batchnorm_backward),
    }[kind]
    given = inputs(figures, name, "x gamma beta running_mean running_var")
    out, cache, mean, var = train(**given, momentum=MOMENTUM)
    agree(out, figures[f"{name}/out"])
    grads_agree(figures, name, "x gamma beta", backward(figures[f"{name}/dout"], cache))
    running_agree(figures, name, mean, var, out[..., 0].size)


@pytest.mark.parametrize(
    ("kind", "evaluate"), [("rows", nn.batchnorm_eval), ("images", nn.spatial_batchnorm_eval)], ids=["rows", "images"]
)
def test_batchnorm_agrees_in_evaluation(figures, kind, evaluate):
    name = f"batchnorm/{kind}/eval"
    agree(evaluate(**inputs(figures, name, "x gamma beta running_mean running_var")), figures[f"{name}/out"])


def test_layernorm_agrees(figures):
    out, cache = nn.layernorm(**inputs(figures, "layernorm", "x gamma beta"))
    agree(out, figures["layernorm/out"])
    grads_agree(figures, "layernorm", "x gamma beta", nn.layernorm_backward(figures["layernorm/dout"], cache))


def test_dropout_agrees(figures):
    """PyTorch's mask is scaled like the engine's: 0 and 1 / (1 - p)."""
    x, mask, dout = inputs(figures, "dropout", "x mask dout").values()
    own = nn.dropout(x, 0.25, np.random.default_rng(0))[1]
    agree(np.unique(own), np.unique(mask))
    agree(x * mask, figures["dropout/out"])
    agree(nn.dropout_backward(dout, mask), figures["dropout/dx"])


# -- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_conv2d_agrees(figures, stride, padding):
    name = f"conv2d/stride {stride}, padding {padding}"
    x, w, b, dout = inputs(figures, name, "x w b dout").values()
    agree(nn.conv2d(x, w, b, stride, padding), figures[f"{name}/out"])
    grads_agree(figures, name, "x w b", nn.conv2d_backward(dout, x, w, stride, padding))


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "pool", "backward"),
    [
        ("max_pool", nn.max_pool, nn.max_pool_backward),
        ("average_pool", nn.average_pool, nn.average_pool_backward),
    ],
    ids=["max", "average"],
)
def test_pools_agree_also_on_ties(figures, name, pool, backward, size):
    x, dout = figures[f"{name}/{size}/x"], figures[f"{name}/{size}/dout"]
    agree(pool(x, size), figures[f"{name}/{size}/out"])
    agree(backward(dout, x, size), figures[f"{name}/{size}/dx"])


# -- layers ----------------------------------------------------------------------------------------------------------

#: Each figure of a layer: its name and the layer. Those that end in `/train` are of a pass in training.
LAYERS = {
    "linear": lambda: nn.Linear(5, 4),
    "maxout": lambda: nn.Maxout(5, 4),
    "batchnorm/rows/train": lambda: nn.BatchNorm(4),
    "batchnorm/rows/eval": lambda: nn.BatchNorm(4),
    "batchnorm/images/train": lambda: nn.BatchNorm(5),
    "batchnorm/images/eval": lambda: nn.BatchNorm(5),
    "layernorm": lambda: nn.LayerNorm(5),
    "conv2d/stride 1, padding 0": lambda: nn.Conv2d(3, 4, 3),
    "conv2d/stride 1, padding 1": lambda: nn.Conv2d(3, 4, 3, padding=1),
    "conv2d/stride 2, padding 0": lambda: nn.Conv2d(3, 4, 3, stride=2),
    "conv2d/stride 2, padding 1": lambda: nn.Conv2d(3, 4, 3, stride=2, padding=1),
    "conv2d/stride 3, padding 2": lambda: nn.Conv2d(3, 4, 3, stride=3, padding=2),
    **{f"max_pool/{size}": lambda size=size: nn.MaxPool2d(size) for size in (1, 2, 3)},
    **{f"average_pool/{size}": lambda size=size: nn.AveragePool2d(size) for size in (1, 2, 3)},
}
#: Figures of closed forms that are no layer with parameters of its own; dropout's layer draws (test_torch_runs.py).
OTHERS = re.compile("activation/.*|prelu|dropout")


def test_every_figure_of_a_layer_is_compared(committed):
    recorded = {name.removesuffix("/dout") for name in committed if name.endswith("/dout")}
    assert {name for name in recorded if not OTHERS.fullmatch(name)} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_agree(figures, name):
    layer = LAYERS[name]()
    model = nn.Sequential(layer, rng=np.random.default_rng(0))
    for key, array in {**layer.params, **layer.state}.items():
        array[...] = figures[f"{name}/{key}"]
    agree(model.forward(figures[f"{name}/x"], training=name.endswith("/train")), figures[f"{name}/out"])
    agree(model.backward(figures[f"{name}/dout"]), figures[f"{name}/dx"])
    for key, grad in layer.grads.items():
        agree(grad, figures[f"{name}/d{key}"])
    if name.endswith("/train"):
        running_agree(figures, name, *layer.state.values(), figures[f"{name}/x"][..., 0].size)


# -- losses ----------------------------------------------------------------------------------------------------------


def loss_agrees(figures, name, loss, target="y", factor=1.0):
    """`loss` is PyTorch's figure times `factor`, and so is its gradient."""
    value, dscores = loss(figures["loss/scores"], figures[f"loss/{target}"])
    agree(value, factor * figures[f"loss/{name}"])
    agree(dscores, factor * figures[f"loss/{name}/dscores"])


@pytest.mark.parametrize("loss", [nn.softmax_cross_entropy, nn.SoftmaxCrossEntropy()], ids=["function", "object"])
def test_cross_entropy_agrees(figures, loss):
    loss_agrees(figures, "cross_entropy", loss)
    agree(nn.softmax(figures["loss/scores"]), figures["loss/softmax"])


def test_class_weights_agree_but_for_the_divisor(figures):
    """PyTorch's mean divides by the sum of the examples' weights, the engine's by their number."""
    weights, y = figures["loss/weights"], figures["loss/y"]
    loss_agrees(figures, "weighted", nn.SoftmaxCrossEntropy(class_weights=weights), factor=weights[y].mean())


def test_label_smoothing_agrees(figures):
    loss_agrees(figures, "smoothed", nn.SoftmaxCrossEntropy(label_smoothing=0.1))
    weighted = nn.SoftmaxCrossEntropy(class_weights=figures["loss/weights"], label_smoothing=0.1)
    loss_agrees(figures, "weighted_and_smoothed", weighted)


@pytest.mark.parametrize("loss", [nn.mean_squared_error, nn.MeanSquaredError()], ids=["function", "object"])
def test_mean_squared_error_agrees(figures, loss):
    loss_agrees(figures, "mean_squared_error", loss, target="targets")


@pytest.mark.parametrize("loss", [nn.hinge, nn.Hinge()], ids=["function", "object"])
def test_hinge_agrees_but_for_the_number_of_classes(figures, loss):
    """PyTorch divides by the number of classes too."""
    classes = figures["loss/scores"].shape[1]
    loss_agrees(figures, "hinge", loss, factor=classes)
    loss_agrees(figures, "hinge_margin", nn.Hinge(3.0), factor=classes)
