"""What the rows of several rooms take."""

import numpy as np
from kinds import a, array, labels, real

from coursekit import nn, optim

W = np.array([[0.5, -1.0], [2.0, 1.0], [0.1, 0.3]])
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
OPTIMIZER = a(optim.SGD(0.1), None, 0.1, "SGD", optim.SGD, optim.sgd)
MSE_TARGETS = array("N D", finite=True)
SAMPLES = {"x": array("N ...", np.ones((12, 2)), real="any"), "y": array("N ...", np.arange(12) % 2, real="any")}
