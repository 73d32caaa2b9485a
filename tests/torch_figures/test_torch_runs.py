"""200 steps of each optimizer on three nets end where PyTorch's end, in float64 and in float32."""

import inspect
import json

import numpy as np
import pytest

from coursekit import nn, optim
from coursekit.training import train

DTYPES = [np.float64, np.float32]
#: Only the order of roundings differs: some 1e-15 after 200 steps, and 1e-6 in float32.
CLOSE = {np.float64: {"rtol": 1e-12, "atol": 1e-12}, np.float32: {"rtol": 1e-5, "atol": 1e-5}}
OPTIMIZERS = ["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam", "AdamW"]
#: Classes that name no update rule of PyTorch's: the base class, and the one for a reader's own rules.
WITHOUT = {"Optimizer", "FromRule"}
NETS = {
    "plain": lambda masks: [nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)],
    "batchnorm": lambda masks: [nn.Linear(4, 8, bias=None), nn.BatchNorm(8), nn.Tanh(), nn.Linear(8, 3)],
    "dropout": lambda masks: [nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.25, rng=Recorded(masks)), nn.Linear(8, 3)],
}


class Recorded(np.random.Generator):
    """Draws by which the engine's own `Dropout` arrives at the given masks, `(N, D)` each, one a training pass.

    The layer keeps an entry, in its `(D, N)`, where 16 bits drawn for it are as large as its bound or larger.
    """

    def __init__(self, masks):
        super().__init__(np.random.PCG64(0))
        self.kept = iter(masks)

    def integers(self, *args, **kwargs):
        return (next(self.kept).T * np.uint16(65535)).ravel().view(np.uint64)


def masks_of(figures):
    shape = figures["runs/masks/shape"]
    return np.unpackbits(figures["runs/masks"], count=np.prod(shape)).reshape(shape).astype(bool)


def model_of(figures, net, dtype):
    model = nn.Sequential(*NETS[net](masks_of(figures)), rng=np.random.default_rng(0), dtype=dtype)
    model.params[:] = figures[f"runs/start/{net}"]
    return model


def run_of(figures, name, net, dtype):
    """PyTorch's figures of one run."""
    settings, prefix = json.loads(str(figures["runs/settings"])), f"runs/{np.dtype(dtype)}/{net}/"
    row = list(settings).index(name)
    return {key.removeprefix(prefix): array[row] for key, array in figures.items() if key.startswith(prefix)}


def test_every_optimizer_has_runs(committed):
    ours = {
        name
        for name in optim.__all__
        if inspect.isclass(kind := getattr(optim, name)) and issubclass(kind, optim.Optimizer)
    }
    assert ours - WITHOUT == set(OPTIMIZERS) == set(json.loads(str(committed["runs/settings"])))
    for net in NETS:
        for dtype in DTYPES:
            for name in OPTIMIZERS:
                run = run_of(committed, name, net, dtype)
                assert run["losses"].shape == (200,)
                assert run["losses"].dtype == run["params"].dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES, ids=["float64", "float32"])
@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_runs_agree(figures, name, net, dtype):
    # Nesterov's parameters are those at the look-ahead point in both, and so are the losses.
    model, rows = model_of(figures, net, dtype), figures["runs/rows"]
    optimizer = getattr(optim, name)(**json.loads(str(figures["runs/settings"]))[name])
    settings = {"epochs": 1, "batch_size": rows.shape[1], "rng": np.random.default_rng(0), "batches": lambda rng: rows}
    steps = train(model, figures["runs/x"], figures["runs/y"], optimizer=optimizer, **settings)
    losses = [step.loss for step in steps]
    run = run_of(figures, name, net, dtype)
    np.testing.assert_allclose(losses, run["losses"], **CLOSE[dtype])
    np.testing.assert_allclose(model.params, run["params"], **CLOSE[dtype])
    if net == "batchnorm":
        running = model.layers[1].state
        np.testing.assert_allclose(running["running_mean"], run["running_mean"], **CLOSE[dtype])
        # PyTorch follows the unbiased variance: what both have left of the 1 that they began with is not scaled.
        n, left = rows.shape[1], 0.9 ** len(rows)
        biased = left + (run["running_var"] - left) * (n - 1) / n
        np.testing.assert_allclose(running["running_var"], biased, **CLOSE[dtype])


def test_the_dropout_layer_takes_the_recorded_masks(figures):
    masks = masks_of(figures)
    layer = nn.Dropout(0.25, rng=Recorded(masks))
    model, x = nn.Sequential(layer, rng=np.random.default_rng(0)), np.ones((16, 8))
    for mask in masks[:3]:
        np.testing.assert_array_equal(model.forward(x, training=True), mask / 0.75)
        np.testing.assert_array_equal(layer.mask, mask / 0.75)
        np.testing.assert_array_equal(model.backward(3.0 * x), 3.0 * (mask / 0.75))
