"""The functions that students write: the engine has every one of them, under the name and the signature they are given.

The table is a contract with the notebooks, the page and the grader. It is copied from the description of the exercises,
not made from the engine, so that a changed name, order or default shows here.
"""

import inspect
import re

import pytest

import coursekit.data
import coursekit.nn
import coursekit.optim
import coursekit.training

#: Room, then the functions of one assignment after another.
LOOP = [
    ("nn", "linear(x, w, b)"),
    ("nn", "linear_backward(dout, x, w)"),
    ("nn", "softmax(scores)"),
    ("nn", "softmax_cross_entropy(scores, y)"),
    ("training", "minibatches(n, batch_size, rng)"),
    ("training", "sgd_train(w, loss_and_grad, x, y, lr, batch_size, epochs, rng)"),
]
ACTIVATIONS = [
    ("nn", "sigmoid(x)"),
    ("nn", "sigmoid_backward(dout, x)"),
    ("nn", "tanh_backward(dout, x)"),
    ("nn", "relu(x)"),
    ("nn", "relu_backward(dout, x)"),
    ("nn", "leaky_relu(x, alpha=0.01)"),
    ("nn", "leaky_relu_backward(dout, x, alpha=0.01)"),
    ("nn", "prelu_backward(dout, x, alpha)"),
    ("nn", "elu(x, alpha=1.0)"),
    ("nn", "elu_backward(dout, x, alpha=1.0)"),
    ("nn", "maxout(x, w1, b1, w2, b2)"),
    ("nn", "maxout_backward(dout, x, w1, b1, w2, b2)"),
    ("nn", "dead_fraction(h)"),
]
PREPROCESSING = [
    ("data", "zero_center(x_train, x_test)"),
    ("data", "standardize(x_train, x_test)"),
    ("data", "scale_to_range(x_train, x_test, low=-1.0, high=1.0)"),
    ("data", "subtract_channel_mean(images_train, images_test)"),
    ("data", "pca(x_train, x_test, k)"),
    ("data", "whiten(x_train, x_test, eps=1e-05)"),
    ("data", "horizontal_flip(images)"),
    ("data", "random_crop(images, size, rng)"),
    ("data", "class_weights(y, n_classes)"),
]
INITIALIZATION = [
    ("nn", "constant_init(fan_in, fan_out, value)"),
    ("nn", "normal_init(fan_in, fan_out, std, rng)"),
    ("nn", "xavier_init(fan_in, fan_out, rng, mode='fan_in')"),
    ("nn", "xavier_uniform_init(fan_in, fan_out, rng)"),
    ("nn", "he_init(fan_in, fan_out, rng)"),
    ("nn", "activation_stds(x, weights, activation)"),
    ("nn", "gradient_stds(x, weights, activation, activation_backward, dout)"),
]
BATCHNORM = [
    ("nn", "batchnorm_train(x, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-05)"),
    ("nn", "batchnorm_eval(x, gamma, beta, running_mean, running_var, eps=1e-05)"),
    ("nn", "batchnorm_backward(dout, cache)"),
    ("nn", "spatial_batchnorm_train(x, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-05)"),
    ("nn", "fold_batchnorm(w, b, gamma, beta, running_mean, running_var, eps=1e-05)"),
]
OPTIMIZERS = [
    ("optim", "sgd(w, dw, lr)"),
    ("optim", "momentum(w, dw, v, lr, rho=0.9)"),
    ("optim", "nesterov(w, grad_fn, v, lr, rho=0.9)"),
    ("optim", "adagrad(w, dw, h, lr, eps=1e-08)"),
    ("optim", "rmsprop(w, dw, h, lr, decay=0.99, eps=1e-08)"),
    ("optim", "adadelta(w, dw, h, d, rho=0.95, eps=1e-06)"),
    ("optim", "adam(w, dw, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-08)"),
    ("optim", "adamw(w, dw, m, v, t, lr, weight_decay, beta1=0.9, beta2=0.999, eps=1e-08)"),
    ("optim", "newton_step(w, grad, hessian)"),
]
SCHEDULES = [
    ("optim", "step_decay(t, lr0, factor=0.5, every=5)"),
    ("optim", "exponential_decay(t, lr0, k)"),
    ("optim", "inverse_time_decay(t, lr0, k)"),
    ("optim", "cosine_decay(t, lr0, total, lr_min=0.0)"),
    ("optim", "warmup(t, lr0, warmup_steps)"),
    ("optim", "reduce_on_plateau(losses, lr0, factor=0.5, patience=3)"),
    ("optim", "early_stopping(val_losses, patience)"),
    ("optim", "has_converged(losses, tol)"),
]
BATCH_SIZE = [
    ("training", "updates_per_epoch(n, batch_size)"),
    ("training", "minibatch_gradient_error(per_example_grads, batch_size)"),
    ("optim", "linear_scaling(lr, batch_size, base_batch_size)"),
    ("optim", "sqrt_scaling(lr, batch_size, base_batch_size)"),
    ("training", "accumulate_gradients(grad_fn, x, y, micro_batch)"),
    ("training", "noise_scale(per_example_grads)"),
    ("optim", "batch_size_schedule(t, batch_size0, factor=2, every=5, max_batch_size=4096)"),
]
REGULARIZATION = [
    ("nn", "l2_penalty(w, lam)"),
    ("nn", "l1_penalty(w, lam)"),
    ("nn", "elastic_net(w, l1, l2)"),
    ("nn", "regularize(params, lam)"),
    ("nn", "max_norm(w, c)"),
    ("nn", "dropout(x, p, rng, training=True)"),
    ("nn", "dropout_backward(dout, mask)"),
    ("nn", "dropout_rescale(w, p)"),
]
ENSEMBLES = [
    ("training", "average_probabilities(probs)"),
    ("training", "majority_vote(votes, n_classes)"),
    ("training", "bootstrap_indices(n, rng)"),
    ("training", "out_of_bag(indices, n)"),
    ("optim", "ema_weights(snapshots, decay)"),
    ("training", "ensemble_error(p, m)"),
]
BABYSITTING = [
    ("training", "expected_initial_loss(n_classes)"),
    ("training", "numerical_gradient(f, x, h=1e-05)"),
    ("training", "relative_error(a, b)"),
    ("training", "update_ratio(w, update)"),
    ("training", "log_uniform(low, high, size, rng)"),
    ("training", "grid_search(objective, space)"),
    ("training", "random_search(objective, sample, n, rng)"),
    ("training", "k_fold(n, k, rng)"),
    ("training", "diagnose(train_losses, val_losses)"),
    ("training", "lr_range_test(loss_at, lrs)"),
]
FUNCTIONS = [
    *LOOP, *ACTIVATIONS, *PREPROCESSING, *INITIALIZATION, *BATCHNORM, *OPTIMIZERS, *SCHEDULES, *BATCH_SIZE,
    *REGULARIZATION, *ENSEMBLES, *BABYSITTING,
]  # fmt: skip
ROOMS = {
    "nn": coursekit.nn,
    "optim": coursekit.optim,
    "data": coursekit.data,
    "training": coursekit.training,
}

#: Functions of numbers, lists and functions alone: their docstrings have nothing to say of shapes.
SCALARS = {
    "sgd_train", "step_decay", "exponential_decay", "inverse_time_decay", "cosine_decay", "warmup", "reduce_on_plateau",
    "early_stopping", "has_converged", "updates_per_epoch", "linear_scaling", "sqrt_scaling", "batch_size_schedule",
    "ensemble_error", "expected_initial_loss", "grid_search", "random_search",
}  # fmt: skip
#: `(N, D)`, `w` `(D,)`, `(n,)`, or in words.
SHAPE = re.compile(r"`(\w+ )?\([A-Za-z]\w*(, ?[^)]*)?\)`|\bshapes?\b")
#: Something in backquotes: the formula, or the arguments that the text speaks of.
FORMULA = re.compile(r"`[^`]+`")

every_function = pytest.mark.parametrize(
    ("room", "wanted"), FUNCTIONS, ids=[wanted.partition("(")[0] for _, wanted in FUNCTIONS]
)


def test_the_table_is_complete():
    assert len({wanted.partition("(")[0] for _, wanted in FUNCTIONS}) == len(FUNCTIONS) == 88


@every_function
def test_the_engine_has_it_with_this_signature(room, wanted):
    name = wanted.partition("(")[0]
    function = vars(ROOMS[room])[name]
    parameters = inspect.signature(function).parameters.values()
    shown = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
    assert f"{name}({', '.join(shown)})" == wanted
    # The grader gives all arguments by position.
    assert {p.kind for p in parameters} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert name in ROOMS[room].__all__
    assert function.__name__ == name


@every_function
def test_its_docstring_gives_the_shapes_and_the_formula(room, wanted):
    name = wanted.partition("(")[0]
    text = inspect.getdoc(vars(ROOMS[room])[name])
    first, _, rest = text.partition("\n")
    assert first.endswith((".", ":")), "the first line is one sentence"
    assert rest.startswith("\n") or not rest, "an empty line follows the first"
    assert FORMULA.search(text)
    assert name in SCALARS or SHAPE.search(text)
