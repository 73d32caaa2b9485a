"""scikit-learn's MLPClassifier: the same nets, batches and number of epochs, its own stopping rules off."""

import warnings
from collections.abc import Callable

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from workloads import Net


def runner(net: Net) -> Callable[[], None]:
    def run() -> None:
        model = MLPClassifier(
            net.sizes[1:-1],
            activation=net.unit,
            solver="adam",
            alpha=0.0,
            batch_size=net.batch_size,
            max_iter=net.epochs,
            n_iter_no_change=net.epochs + 1,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(net.x, net.y)

    return run
