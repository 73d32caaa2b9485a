"""Training: the loop, gradient checks, metrics, diagnosis, gradient noise, ensembles and the search for settings."""

from coursekit.training.batches import minibatches
from coursekit.training.diagnosis import diagnose, expected_initial_loss, update_ratio
from coursekit.training.differences import gradient_check, numerical_gradient, relative_error
from coursekit.training.ensembles import (
    average_probabilities,
    bootstrap_indices,
    ensemble_error,
    error_correlation,
    majority_vote,
    mixed_ensemble_error,
    out_of_bag,
)
from coursekit.training.folds import cross_validate, k_fold
from coursekit.training.loop import Step, sgd_train, train
from coursekit.training.many import StackStep, train_stack
from coursekit.training.members import Member, bagging, ensemble_probabilities, predict_probabilities, snapshots
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
from coursekit.training.noise import (
    accumulate_gradients,
    minibatch_gradient_error,
    noise_scale,
    noise_scale_from_norms,
    per_example_gradients,
    updates_per_epoch,
)
from coursekit.training.progress_bars import progress
from coursekit.training.rates import RangeTest, lr_range_test, range_test, smoothed, steepest_rate
from coursekit.training.refining import Range, Search, coarse_to_fine, quasi_random_search, settings_at
from coursekit.training.search import Trial, best_trial, grid, grid_search, log_uniform, random_search, trials
from coursekit.training.sequences import halton_points
from coursekit.training.uncertainty import sign_test, wilson_interval

__all__ = [
    "Member",
    "Range",
    "RangeTest",
    "Search",
    "StackStep",
    "Step",
    "Trial",
    "accumulate_gradients",
    "accuracy",
    "average_probabilities",
    "bagging",
    "balanced_accuracy",
    "best_trial",
    "bootstrap_indices",
    "coarse_to_fine",
    "confusion_matrix",
    "cross_validate",
    "diagnose",
    "ensemble_error",
    "ensemble_probabilities",
    "error_correlation",
    "expected_initial_loss",
    "f1_score",
    "gradient_check",
    "grid",
    "grid_search",
    "halton_points",
    "k_fold",
    "log_uniform",
    "lr_range_test",
    "majority_vote",
    "minibatch_gradient_error",
    "minibatches",
    "mixed_ensemble_error",
    "noise_scale",
    "noise_scale_from_norms",
    "numerical_gradient",
    "out_of_bag",
    "per_example_gradients",
    "precision",
    "predict_probabilities",
    "predicted_labels",
    "progress",
    "quasi_random_search",
    "random_search",
    "range_test",
    "recall",
    "relative_error",
    "settings_at",
    "sgd_train",
    "sign_test",
    "smoothed",
    "snapshots",
    "steepest_rate",
    "top_k_accuracy",
    "train",
    "train_stack",
    "trials",
    "update_ratio",
    "updates_per_epoch",
    "wilson_interval",
]
