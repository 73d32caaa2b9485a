"""What methods take, and `Sequential`, whose layers are no named argument."""

import copy

import numpy as np
from kinds import NO_NUMBERS, RAGGED, a, array, flag, labels, real, rng
from shared_kinds import ANY_IMAGES, DATA, LIKE, LOSS, MSE_TARGETS, TARGETS, model, no_pair

from coursekit import nn, optim, training


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
ROWS = [
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
