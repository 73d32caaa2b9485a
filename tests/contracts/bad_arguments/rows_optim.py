"""What `optim` takes."""

import numpy as np
from kinds import RAGGED, a, array, function, maybe, real, series, single, whole
from shared_kinds import EPS, LIKE, LR, NOT_NEGATIVE, SHARE, TIME, W

from coursekit import optim

ROWS = [
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
    ("momentum_factor", {"lr": LR, "rho": real(0.9, "[0, 1]"), "curvature": LR}),
    ("best_momentum", {"lowest": real(1.0, "(0, inf)"), "highest": real(9.0, "(0, inf)")}),
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
ROWS += [
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
