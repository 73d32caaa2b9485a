"""sgd_train."""

from typing import Any

import numpy as np

from coursekit.exercises import chance
from coursekit.exercises.cases import Array
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Series, Several
from coursekit.exercises.loop.descent_questions import cases
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.training import sgd_train


def _batches(n: int, batch_size: int, rng: Any) -> list[Array]:
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _wrong(
    *,
    batches: Any = _batches,
    change: Any = lambda w, grad, lr, rows, batch_size, n: w - lr * grad,
    late: bool = False,
    whole: bool = False,
    stale: bool = False,
) -> Any:
    """The loop with one thing changed: where the batches come from, the update, when the loss is taken."""

    def sgd_train(
        w: Array, loss_and_grad: Any, x: Array, y: Array, lr: float, batch_size: int, epochs: int, rng: Any
    ) -> Any:
        losses, at = [], w
        for _ in range(epochs):
            for rows in batches(len(x), batch_size, rng):
                part = (x, y) if whole else (x[rows], y[rows])
                loss, grad = loss_and_grad(at, *part)
                w = change(w, grad, lr, rows, batch_size, len(x))
                at = at if stale else w
                losses.append(loss_and_grad(w, *part)[0] if late else loss)
        return w, losses

    return sgd_train


def _arrays(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    """x and y themselves shuffled, then cut; w moved in place on a copy."""
    w, losses, n = w.copy(), [], len(x)
    for _ in range(epochs):
        order = np.argsort(rng.random(n))
        x, y = x[order], y[order]
        start = 0
        while start < n:
            loss, grad = loss_and_grad(w, x[start : start + batch_size], y[start : start + batch_size])
            losses += [loss]
            w -= lr * grad
            start += batch_size
    return w, np.array(losses)


def _taken(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    losses = []
    order = np.arange(len(x))
    for _ in range(epochs):
        rng.shuffle(order)
        for rows in np.split(order, range(batch_size, len(x), batch_size)):
            loss, grad = loss_and_grad(w, np.take(x, rows, axis=0), np.take(y, rows, axis=0))
            w = w + (-lr) * grad
            losses.append(np.float64(loss))
    return [w, tuple(losses)]


def _in_place(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    losses = []
    for _ in range(epochs):
        for rows in _batches(len(x), batch_size, rng):
            loss, grad = loss_and_grad(w, x[rows], y[rows])
            losses.append(loss)
            w -= lr * grad
    return w, losses


def _one_shuffle(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    losses = []
    batches = _batches(len(x), batch_size, rng)
    for _ in range(epochs):
        for rows in batches:
            loss, grad = loss_and_grad(w, x[rows], y[rows])
            losses.append(loss)
            w = w - lr * grad
    return w, losses


def _torn(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    losses = []
    for _ in range(epochs):
        for i, rows in enumerate(_batches(len(x), batch_size, rng)):
            loss, grad = loss_and_grad(w, x[rows], y[i * batch_size : (i + 1) * batch_size])
            losses.append(loss)
            w = w - lr * grad
    return w, losses


def _loss_per_epoch(w: Any, loss_and_grad: Any, x: Any, y: Any, lr: Any, batch_size: Any, epochs: Any, rng: Any) -> Any:
    losses = []
    for _ in range(epochs):
        epoch = []
        for rows in _batches(len(x), batch_size, rng):
            loss, grad = loss_and_grad(w, x[rows], y[rows])
            epoch.append(loss)
            w = w - lr * grad
        losses.append(np.mean(epoch))
    return w, losses


def _drops_last(n: int, batch_size: int, rng: Any) -> list[Array]:
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n - batch_size + 1, batch_size)]


def _unshuffled(n: int, batch_size: int, rng: Any) -> list[Array]:
    return [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]


def _with_replacement(n: int, batch_size: int, rng: Any) -> list[Array]:
    drawn = rng.integers(n, size=n)
    return [drawn[start : start + batch_size] for start in range(0, n, batch_size)]


def _one_batch(n: int, batch_size: int, rng: Any) -> list[Array]:
    return [rng.permutation(n)[:batch_size]]


def _own_random(n: int, batch_size: int, rng: Any) -> list[Array]:
    order = np.random.default_rng().permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _order(*args: Any) -> Any:
    w, losses = _wrong()(*args)
    return losses, w


def _float64(w: Any, *rest: Any) -> Any:
    return _wrong()(np.array(w, dtype=float), *rest)


SGD_TRAIN = Exercise(
    assignment="loop",
    reference=sgd_train,
    task="Write the training loop: mini-batch gradient descent for `epochs` passes over the rows of `x` and `y`. Each "
    "epoch takes fresh shuffled batches of `batch_size` rows, the last may be short. `loss_and_grad(w, x_batch, "
    "y_batch)` gives the mean loss of a batch and its gradient, shaped like `w`. Return `w, losses`: the last weights, "
    "and one loss per update, the one **before** that update. `w` as it was given stays as it is.",
    rule="for each epoch, for each of its batches: note the loss at w, then w <- w - lr * gradient at w",
    returns=Several(w=ArrayOf(), losses=Series()),
    cases=cases,
    checks=(
        values(
            2,
            "Follow the first update by hand: the gradient at the given w, then w - lr * gradient. How many updates "
            "come after it?",
            name="w",
            part="w",
        ),
        values(
            2,
            "How many updates are there in one epoch, and in all? And does each loss belong to the weights before or "
            "after its update?",
            name="losses",
            part="losses",
        ),
        Check(
            name="each example once an epoch, with its y",
            points=1,
            group="visits",
            hint="Here a loss adds up the rows 1, 10, 100, ... of its batch, so its digits say which came. Print your "
            "losses: which row is missing, or comes twice?",
        ),
        Check(
            name="fresh batches every epoch",
            points=1,
            group="orders",
            hint="Print the losses of two epochs one below the other. Where in your loops do you shuffle: before the "
            "epochs, or inside?",
        ),
        edges(
            1, "What is special about this call? Does your code take the shape of w or the size of a batch for granted?"
        ),
        unchanged(),
        keeps_float32(),
        chance.draws_from_rng(),
    ),
    misconceptions=(
        Misconception(
            id="loss_after_the_update",
            function=_wrong(late=True),
            hint="Your losses are those after each update. The first one should be the loss of the weights that were "
            "given: when do you ask for it?",
        ),
        Misconception(
            id="uphill",
            function=_wrong(change=lambda w, grad, lr, rows, batch_size, n: w + lr * grad),
            hint="Your losses rise. The gradient points to where the loss grows fastest: which way do you step?",
        ),
        Misconception(
            id="divides_by_the_batch",
            function=_wrong(change=lambda w, grad, lr, rows, batch_size, n: w - lr * grad / len(rows)),
            hint="You divide the gradient by the number of rows. `loss_and_grad` gives a mean already: what does "
            "dividing twice do to the step when the batch grows?",
        ),
        Misconception(
            id="rate_over_batch_size",
            function=_wrong(change=lambda w, grad, lr, rows, batch_size, n: w - lr / batch_size * grad),
            hint="You divide the learning rate by the batch size. `loss_and_grad` gives a mean already: is there a sum "
            "left to divide?",
        ),
        Misconception(
            id="rate_over_n",
            function=_wrong(change=lambda w, grad, lr, rows, batch_size, n: w - lr / n * grad),
            hint="You divide the step by the number of all examples. `loss_and_grad` gives a mean already: is there a "
            "sum left to divide?",
        ),
        Misconception(
            id="no_learning_rate",
            function=_wrong(change=lambda w, grad, lr, rows, batch_size, n: w - grad),
            hint="Your step is the whole gradient. Where does `lr` come in?",
        ),
        Misconception(
            id="gradient_at_the_start",
            function=_wrong(stale=True),
            hint="All of your gradients are taken at the weights that were given, so every batch pulls the same way. "
            "At which weights should the second update ask for its gradient?",
        ),
        Misconception(
            id="one_shuffle_for_all_epochs",
            function=_one_shuffle,
            hint="Every epoch goes through the same batches in the same order. Where does the line that shuffles "
            "stand: outside the loop over the epochs, or inside?",
        ),
        Misconception(
            id="not_shuffled",
            function=_wrong(batches=_unshuffled),
            hint="The rows come in their old order, and `rng` is never asked. What do the batches look like if the "
            "data are sorted by class?",
        ),
        Misconception(
            id="pairs_torn",
            function=_torn,
            hint="`x` and `y` are not taken at the same indices, so an example gets the label of another. Which index "
            "array should cut both?",
        ),
        Misconception(
            id="drops_the_short_batch",
            function=_wrong(batches=_drops_last),
            hint="The short last batch is missing. With 5 rows and batches of 2, how many updates has an epoch?",
        ),
        Misconception(
            id="with_replacement",
            function=_wrong(batches=_with_replacement),
            hint="In one epoch some rows come twice and others never. What does an epoch promise, and which call of "
            "`rng` keeps it?",
        ),
        Misconception(
            id="one_batch_per_epoch",
            function=_wrong(batches=_one_batch),
            hint="You make one update per epoch. An epoch is a pass over all rows: how many batches is that?",
        ),
        Misconception(
            id="all_rows_every_time",
            function=_wrong(whole=True),
            hint="Every update sees all rows: `loss_and_grad` is handed the whole of `x` and `y`. Where do the indices "
            "of the batch come in?",
        ),
        Misconception(
            id="one_loss_per_epoch",
            function=_loss_per_epoch,
            hint="You return one loss per epoch, the mean of its updates. How many does the task ask for?",
        ),
        Misconception(
            id="order",
            function=_order,
            hint="You return `losses, w`. In which order does the task name them?",
        ),
        Misconception(
            id="own_random_numbers",
            function=_wrong(batches=_own_random),
            hint="The batches are fine, but they do not come from the `rng` that was handed over: whoever seeds it "
            "cannot repeat the run. Which object's `permutation` do you call?",
        ),
        in_place(
            _in_place, "w", "`w -= ...` writes into the array that was handed over; what does `w = w - ...` do instead?"
        ),
        float64(_float64, "np.array(w, dtype=float)"),
    ),
    variants={
        "shuffled_arrays": _arrays,
        "split": _taken,
        "indices": _wrong(),
    },
)
