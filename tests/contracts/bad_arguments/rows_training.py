"""What `training` takes."""

import numpy as np
from kinds import NO_NUMBERS, RAGGED, a, array, flag, function, labels, maybe, real, rng, series, whole
from shared_kinds import (
    DATA,
    LIKE,
    LOSS,
    LR,
    MSE_TARGETS,
    NO_MODELS,
    OPTIMIZER,
    SAMPLES,
    TARGETS,
    a_model,
    model,
    no_pair,
)

from coursekit import nn, training

OBJECTIVE = function(lambda setting: 1.0, lambda s: None, lambda s: "low", lambda s: np.ones(2), lambda s: 1j)
TRIAL = training.Trial({"lr": 0.1}, 1.0)
RANGES = a({"lr": training.Range(1e-3, 1.0)}, None, {}, 3, [training.Range(0, 1)], {"lr": (0, 1)})
HYPER = {"x": DATA, "y": labels("N"), "batch_size": whole(2), "rng": rng()}
ROWS = [
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
    (
        "mixed_ensemble_error",
        {"errors": a(np.array([0.1, 0.2, 0.3]), *array("K").bad, [0.1, 0.2], [0.1, 1.1, 0.2], [0.1, -0.1, np.nan])},
    ),
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
    ("wilson_interval", {"count": whole(3, 0, 9), "n": a(9, *whole(9).bad), "z": real(1.96, "(0, inf)")}),
    ("sign_test", {"only_first": whole(3, 0), "only_second": whole(5, 0)}),
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
    ("smoothed", {"losses": series(), "beta": real(0.9, "[0, 1)")}),
    (
        "steepest_rate",
        {
            "lrs": array("R", np.geomspace(0.1, 1, 5), finite=True, signed=False, rising=True),
            "losses": array("R", np.arange(5.0), finite=True),
            "decades": real(1.0, "(0, inf)"),
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
