"""The engine agrees with PyTorch: always with figures that it made earlier, and with PyTorch itself where installed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from coursekit import nn
from coursekit.optim import SGD, Adam
from coursekit.training import train

HERE = Path(__file__).parent
CLOSE = {"rtol": 1e-12, "atol": 1e-12}
LR = {"adam": 1e-2, "sgd": 0.1}


def committed_figures():
    with np.load(HERE / "figures.npz") as stored:
        return {name: stored[name] for name in stored.files}


def live_figures():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("NOT TESTED: live agreement with PyTorch, only with its committed figures (pip install torch)")
    spec = importlib.util.spec_from_file_location("torch_figures_make", HERE / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.figures()


@pytest.fixture(scope="module", params=["committed", "live"])
def figures(request):
    return committed_figures() if request.param == "committed" else live_figures()


def test_every_activation_has_figures():
    names = {name.split("/")[0] for name in committed_figures() if name.endswith("/dx")}
    assert names == set(nn.ACTIVATIONS) | {"prelu", "linear", "maxout"}


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_activations_agree(figures, name):
    forward, backward = nn.ACTIVATIONS[name]
    x, dout = figures["x"], figures["dout"]
    np.testing.assert_allclose(forward(x), figures[f"{name}/out"], **CLOSE)
    np.testing.assert_allclose(backward(dout, x), figures[f"{name}/dx"], **CLOSE)


def test_prelu_agrees(figures):
    x, dout = figures["x"], figures["dout"]
    dx, dalpha = nn.prelu_backward(dout, x, 0.3)
    np.testing.assert_allclose(nn.prelu(x, 0.3), figures["prelu/out"], **CLOSE)
    np.testing.assert_allclose(dx, figures["prelu/dx"], **CLOSE)
    np.testing.assert_allclose(dalpha, figures["prelu/dalpha"][0], **CLOSE)


def test_linear_agrees(figures):
    x, w, b, dout = (figures[f"layers/{name}"] for name in ("x", "w1", "b1", "dout"))
    np.testing.assert_allclose(nn.linear(x, w, b), figures["linear/out"], **CLOSE)
    for name, grad in zip(("dx", "dw", "db"), nn.linear_backward(dout, x, w), strict=True):
        np.testing.assert_allclose(grad, figures[f"linear/{name}"], **CLOSE)


def test_maxout_agrees(figures):
    names = ("x", "w1", "b1", "w2", "b2")
    inputs = [figures[f"layers/{name}"] for name in names]
    np.testing.assert_allclose(nn.maxout(*inputs), figures["maxout/out"], **CLOSE)
    for name, grad in zip(names, nn.maxout_backward(figures["layers/dout"], *inputs), strict=True):
        np.testing.assert_allclose(grad, figures[f"maxout/d{name}"], **CLOSE)


@pytest.mark.parametrize("loss", [nn.softmax_cross_entropy, nn.SoftmaxCrossEntropy()], ids=["function", "object"])
def test_cross_entropy_agrees(figures, loss):
    value, dscores = loss(figures["loss/scores"], figures["loss/y"])
    np.testing.assert_allclose(value, figures["loss/value"], **CLOSE)
    np.testing.assert_allclose(dscores, figures["loss/dscores"], **CLOSE)
    np.testing.assert_allclose(nn.softmax(figures["loss/scores"]), figures["loss/softmax"], **CLOSE)


@pytest.mark.parametrize(("name", "make"), [("adam", Adam), ("sgd", SGD)])
def test_runs_agree_step_by_step(figures, name, make):
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 3), rng=np.random.default_rng(0))
    model.params[:] = np.concatenate([figures[f"run/{part}"].ravel() for part in ("w1", "b1", "w2", "b2")])
    x, y = figures["run/x"], figures["run/y"]
    settings = {"epochs": 50, "batch_size": len(x), "rng": np.random.default_rng(0)}
    losses = [step.loss for step in train(model, x, y, optimizer=make(lr=LR[name]), **settings)]
    # 50 steps let roundings grow (another order of summation): looser than a closed form.
    np.testing.assert_allclose(losses, figures[f"{name}/losses"], rtol=1e-11)
    np.testing.assert_allclose(model.params, figures[f"{name}/params"], rtol=1e-10, atol=1e-12)
