"""Claims on the order in which the training examples are presented."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.claims.digits_task import error, split_digits
from coursekit.claims.preprocessing.experiments import net
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_and_spread
from coursekit.optim import SGD
from coursekit.training import minibatches, train

_BATCH, _EPOCHS = 32, 5

Batches = Callable[[np.random.Generator], list[NDArray[np.int64]]]


@lru_cache(maxsize=8)
def order_errors(seed: int) -> Mapping[str, float]:
    """Test errors after five epochs on the digits in three orders, from the same start."""
    data = split_digits(seed)
    n = len(data.x_train)
    by_class = np.argsort(data.y_train, kind="stable")
    mixed_once = np.random.default_rng(seed).permutation(n)

    def in_order(order: NDArray[np.int64]) -> Batches:
        return lambda rng: [order[start : start + _BATCH] for start in range(0, n, _BATCH)]

    ways: dict[str, Batches] = {
        "sorted": in_order(by_class),
        "once": in_order(mixed_once),
        "every_epoch": lambda rng: minibatches(n, _BATCH, rng),
    }
    found = {}
    for name, batches in ways.items():
        model = net(64, 64, 10, seed)
        rng = np.random.default_rng(seed + 1000)
        for _ in train(
            model,
            data.x_train,
            data.y_train,
            optimizer=SGD(lr=0.1),
            epochs=_EPOCHS,
            batch_size=_BATCH,
            rng=rng,
            batches=batches,
        ):
            pass
        found[name] = error(model, data.x_test, data.y_test)
    return found


def _judge(n: Numbers) -> Verdict:
    """Shuffling has to beat the sorted order, and shuffling anew has to beat shuffling once."""
    against_sorted, against_once = (float(np.mean(n[name] - n["every_epoch"])) for name in ("sorted", "once"))
    if against_sorted < 0.02:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if against_once > 0.01 else Verdict.LESS


CLAIMS = (
    Claim(
        id="shuffle-every-epoch",
        chapter="preprocessing",
        statement="Training data should be shuffled anew for each epoch.",
        source="S. D. You, slides; Bengio 2012",
        verdict=Verdict.LESS,
        setup=(
            f"64-64-10 on the digits, {_EPOCHS} epochs of SGD at 0.1 with batches of {_BATCH}, from the same start: "
            "sorted by class, shuffled once, shuffled before every epoch; test error."
        ),
        experiment=order_errors,
        judge=_judge,
        report=lambda n: (
            f"Wrong {mean_and_spread(n, 'sorted')} sorted by class, {mean_and_spread(n, 'once')} shuffled once, "
            f"{mean_and_spread(n, 'every_epoch')} shuffled before every epoch. "
            "Here the gain is in the first shuffle; a new one in every epoch adds next to nothing."
        ),
    ),
    Claim(
        id="shuffle-crucial-for-conv-lstm",
        chapter="preprocessing",
        statement="Shuffling is crucial for some architectures, such as the convolutional LSTM.",
        source="S. D. You, slides; the architecture: Shi et al. 2015",
        verdict=Verdict.UNTESTABLE,
        reason=(
            "This book's engine has no recurrent layers, and the slides give neither a figure nor a source. What the "
            "digits show above, that sorted data do worse, depends on no architecture; in a sequence model the "
            "sequences are shuffled, never the time steps within one."
        ),
    ),
)
