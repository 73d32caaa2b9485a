"""What `data` takes."""

import numpy as np
from kinds import NO_NUMBERS, RAGGED, a, array, flag, function, labels, real, rng, whole
from shared_kinds import ANY_IMAGES, EPS, IMAGES, LIKE, SAMPLES

from coursekit.data import vertical_flip

PAIR = {"x_train": array("N D", finite=True), "x_test": array("M D", finite=True)}
STRATIFIED = SAMPLES | {
    "y": a(np.arange(12) % 2, *labels("N", None, np.arange(12) % 2).bad, np.zeros(1, int), np.zeros(11, int))
}
TOY = {"n": whole(12), "rng": rng(), "noise": real(0.1, "[0, inf)")}
NO_FOLDERS = (None, 3, [], b"folder")
ROWS = [
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
    ("vertical_flip", {"images": ANY_IMAGES}),
    (
        "random_flip",
        {
            "images": ANY_IMAGES,
            "rng": rng(),
            "p": real(0.5, "[0, 1]"),
            "flip": function(vertical_flip, lambda x: None, lambda x: "text", lambda x: x[1:], lambda x: x[:, :, 1:]),
        },
    ),
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
