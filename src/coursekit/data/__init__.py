"""Data: toy sets drawn from a generator, small real sets, preprocessing, augmentation, sampling and splits."""

from coursekit.data.audio import change_tempo, shift_pitch, tone
from coursekit.data.bundled import IRIS_FEATURES, IRIS_SPECIES, digits, iris
from coursekit.data.images import add_noise, horizontal_flip, pad_and_crop, random_crop, random_flip, vertical_flip
from coursekit.data.local_files import CIFAR10_CLASSES, cifar10, mnist
from coursekit.data.preprocessing import (
    class_weights,
    pca,
    per_image_normalize,
    principal_axes,
    scale_to_range,
    standardize,
    subtract_channel_mean,
    whiten,
    zca_whiten,
    zero_center,
)
from coursekit.data.sampling import balanced_batches, balanced_indices, imbalance, weighted_indices
from coursekit.data.splits import train_test_split, train_validation_test_split
from coursekit.data.toy import blobs, circles, moons, spiral, xor
from coursekit.data.warping import elastic_distortion, rotate, sample_at, shift, zoom

__all__ = [
    "CIFAR10_CLASSES",
    "IRIS_FEATURES",
    "IRIS_SPECIES",
    "add_noise",
    "balanced_batches",
    "balanced_indices",
    "blobs",
    "change_tempo",
    "cifar10",
    "circles",
    "class_weights",
    "digits",
    "elastic_distortion",
    "horizontal_flip",
    "imbalance",
    "iris",
    "mnist",
    "moons",
    "pad_and_crop",
    "pca",
    "per_image_normalize",
    "principal_axes",
    "random_crop",
    "random_flip",
    "rotate",
    "sample_at",
    "scale_to_range",
    "shift",
    "shift_pitch",
    "spiral",
    "standardize",
    "subtract_channel_mean",
    "tone",
    "train_test_split",
    "train_validation_test_split",
    "vertical_flip",
    "weighted_indices",
    "whiten",
    "xor",
    "zca_whiten",
    "zero_center",
    "zoom",
]
