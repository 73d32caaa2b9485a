"""Training: mini-batches, the loop, and the check of gradients against differences."""

from coursekit.training.batches import minibatches
from coursekit.training.diagnosis import diagnose, expected_initial_loss, update_ratio
from coursekit.training.differences import gradient_check, numerical_gradient, relative_error
from coursekit.training.ensembles import (
    average_probabilities,
    bootstrap_indices,
    ensemble_error,
    error_correlation,
    majority_vote,
    out_of_bag,
    weight_average,
)
from coursekit.training.folds import cross_validate, k_fold
from coursekit.training.loop import Step, sgd_train, train
from coursekit.training.metrics import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    f1_score,
    precision,
    predicted_labels,
    recall,
    top_k_accuracy,
)
from coursekit.training.noise import accumulate_gradients, minibatch_gradient_error, noise_scale, updates_per_epoch
from coursekit.training.progress_bars import progress
from coursekit.training.rates import lr_range_test
from coursekit.training.search import Trial, best_trial, grid, grid_search, log_uniform, random_search, trials

__all__ = [
    "Step",
    "Trial",
    "accumulate_gradients",
    "accuracy",
    "average_probabilities",
    "balanced_accuracy",
    "best_trial",
    "bootstrap_indices",
    "confusion_matrix",
    "cross_validate",
    "diagnose",
    "ensemble_error",
    "error_correlation",
    "expected_initial_loss",
    "f1_score",
    "gradient_check",
    "grid",
    "grid_search",
    "k_fold",
    "log_uniform",
    "lr_range_test",
    "majority_vote",
    "minibatch_gradient_error",
    "minibatches",
    "noise_scale",
    "numerical_gradient",
    "out_of_bag",
    "precision",
    "predicted_labels",
    "progress",
    "random_search",
    "recall",
    "relative_error",
    "sgd_train",
    "top_k_accuracy",
    "train",
    "trials",
    "update_ratio",
    "updates_per_epoch",
    "weight_average",
]
