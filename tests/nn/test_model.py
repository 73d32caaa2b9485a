import numpy as np
import pytest

from coursekit.nn import Elementwise, Linear, ReLU, Sequential, Sigmoid, SoftmaxCrossEntropy, Tanh, relu, relu_backward
from coursekit.nn import linear as linear_function


def rng(seed=0):
    return np.random.default_rng(seed)


def small(dtype=np.float64):
    return Sequential(Linear(2, 5), ReLU(), Linear(5, 3), rng=rng(), dtype=dtype)


def test_parameters_are_views_on_one_vector():
    model = small()
    assert model.params.shape == model.grads.shape == (2 * 5 + 5 + 5 * 3 + 3,)
    parts = [array for layer in model.layers for array in layer.params.values()]
    np.testing.assert_array_equal(np.concatenate([part.ravel() for part in parts]), model.params)
    assert all(np.shares_memory(part, model.params) for part in parts)
    model.params[:] = 0.0
    np.testing.assert_array_equal(model(np.ones((2, 2))), 0.0)


def test_parameters_cannot_be_replaced_by_mistake():
    model = small()
    with pytest.raises(AttributeError):
        model.params = np.zeros(3)
    with pytest.raises(TypeError):
        model.layers[0].params["w"] = np.zeros((2, 5))


def test_the_same_seed_gives_the_same_model_in_both_dtypes():
    np.testing.assert_array_equal(small().params, small().params)
    np.testing.assert_array_equal(small(np.float32).params, small().params.astype(np.float32))


def test_outputs_and_gradients_are_those_of_every_layer():
    model, x = small(), rng(1).standard_normal((4, 2))
    outputs = model.outputs(x)
    w, b = model.layers[0].params["w"], model.layers[0].params["b"]
    np.testing.assert_allclose(outputs[0], linear_function(x, w, b), rtol=1e-14)
    np.testing.assert_array_equal(outputs[1], relu(outputs[0]))
    np.testing.assert_array_equal(outputs[2], model(x))
    dout = np.ones((4, 3))
    dx = model.backward(dout)
    gradients = model.gradients()
    np.testing.assert_array_equal(gradients[2], dout)
    np.testing.assert_allclose(gradients[1], dout @ model.layers[2].params["w"].T, rtol=1e-14)
    np.testing.assert_array_equal(gradients[0], relu_backward(gradients[1], outputs[0]))
    np.testing.assert_allclose(dx, gradients[0] @ w.T, rtol=1e-14)


def test_what_a_model_returned_is_not_overwritten():
    model, x = small(), rng(1).standard_normal((4, 2))
    scores, dx, outputs = model(x), model.backward(np.ones((4, 3))), model.outputs(x)
    gradients = model.gradients()
    kept = [array.copy() for array in (scores, dx, *outputs, *gradients)]
    model(5 * x)
    model.backward(np.full((4, 3), 7.0))
    for array, copy in zip((scores, dx, *outputs, *gradients), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_loss_and_grad_is_forward_loss_backward():
    model, x, y = small(), rng(1).standard_normal((4, 2)), np.array([0, 1, 2, 1])
    loss = SoftmaxCrossEntropy()
    value, dscores = loss(model(x), y)
    model.backward(dscores)
    grads = model.grads.copy()
    assert model.loss_and_grad(x, y, loss) == value
    np.testing.assert_allclose(model.grads, grads, rtol=1e-13, atol=1e-15)


def test_calling_the_loss_leaves_the_gradients_of_the_last_step_alone():
    model, loss, y = small(), SoftmaxCrossEntropy(), np.array([0, 1, 2, 1])
    model.loss_and_grad(rng(1).standard_normal((4, 2)), y, loss)
    before = model.gradients()
    loss(np.zeros((4, 3)), y)
    for old, new in zip(before, model.gradients(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_input_gradient_is_there_again_after_training_steps():
    model, x = small(), rng(1).standard_normal((4, 2))
    model(x)
    dx = model.backward(np.ones((4, 3)))
    model.loss_and_grad(-x, np.array([0, 1, 2, 1]), SoftmaxCrossEntropy())
    model(x)
    np.testing.assert_array_equal(model.backward(np.ones((4, 3))), dx)


def test_lists_and_other_dtypes_are_taken_as_batches():
    np.testing.assert_array_equal(small()([[1, 2]]), small()(np.array([[1.0, 2.0]])))
    assert small(np.float32)(np.ones((1, 2))).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Sequential(rng=rng()), ValueError, "needs at least one layer"),
        (lambda: Sequential(Linear(2, 3), ReLU, rng=rng()), ValueError, r"layer 1 is .*no layer: write ReLU\(\.\.\.\)"),
        (lambda: Sequential([Linear(2, 3)], rng=rng()), ValueError, "no layer: give the layers one by one"),
        (lambda: Sequential(np.tanh, rng=rng()), ValueError, "layer 0 is .*, which is no layer"),
        (
            lambda: Sequential(Linear(2, 3), ReLU(), Linear(4, 2), rng=rng()),
            ValueError,
            r"layer 2, Linear\(4, 2\), does not fit: it takes 4 features, the layers before it give 3",
        ),
        (lambda: Sequential(*[Linear(2, 2)] * 2, rng=rng()), ValueError, "already in use: make a new one"),
        (lambda: Sequential(small().layers[0], rng=rng()), ValueError, "already in use"),
        (lambda: Sequential(Linear(2, 3), rng=0), ValueError, "rng must be a numpy.random.Generator .*, not 0"),
        (lambda: Sequential(Linear(2, 3), rng=rng(), dtype=int), ValueError, "dtype must be float32 or float64"),
        (
            lambda: small()(np.ones((4, 3))),
            ValueError,
            r"Linear\(2, 5\) takes x of shape \(N, 2\), it has shape \(4, 3\)",
        ),
        (lambda: small()("abc"), ValueError, r"x must be an array of real numbers, not of <U"),
        (lambda: small()([[1, 2], [3]]), ValueError, r"x must be an array of numbers, its rows differ in length"),
        (lambda: Linear(2, 3, init="he"), ValueError, "init must be a function, not 'he'"),
        (lambda: Elementwise(relu, None), ValueError, "backward must be a function, not None"),
        (lambda: small()(np.ones(2)), ValueError, r"takes x of shape \(N, 2\), it has shape \(2,\)"),
        (lambda: small()(np.ones((0, 2))), ValueError, r"x must not be empty, it has shape \(0, 2\)"),
        (lambda: Sequential(ReLU(), rng=rng())(np.ones(3)), ValueError, r"takes a batch \(N, D\)"),
        (lambda: small().backward(np.ones((1, 3))), RuntimeError, "needs a forward pass first"),
        (lambda: small().gradients(), RuntimeError, "needs a backward pass first"),
    ],
)
def test_wrong_use_is_refused_in_one_line(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_backward_wants_the_shape_of_the_scores():
    model = small()
    model(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"dout must have the scores' shape \(4, 3\), it has \(3, 4\)"):
        model.backward(np.ones((3, 4)))


def test_a_model_that_begins_with_an_activation_knows_its_width():
    model = Sequential(ReLU(), Linear(2, 3), rng=rng())
    with pytest.raises(ValueError, match=r"\(N, 2\)"):
        model(np.ones((4, 3)))


def test_a_refused_model_leaves_its_layers_free():
    layer = Linear(2, 3)
    with pytest.raises(ValueError, match="does not fit"):
        Sequential(layer, Linear(4, 2), rng=rng())
    assert Sequential(layer, rng=rng())(np.ones((1, 2))).shape == (1, 3)


def test_repr_reads_like_the_code():
    assert repr(small()) == "Sequential(Linear(2, 5), ReLU(), Linear(5, 3))"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_stays_among_the_normal_numbers(dtype):
    model = Sequential(Sigmoid(), rng=rng(), dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        lowest = model(np.array([[-1e4, -100.0, 1e4]])).min()
        dx = model.backward(np.ones((1, 3)))
    assert np.finfo(dtype).tiny <= lowest < 1e-37
    assert np.isfinite(dx).all()


def mutating(x):
    x *= 2
    return x


@pytest.mark.parametrize(
    ("forward", "backward", "error", "message"),
    [
        (
            lambda x: x.astype(np.float64),
            relu_backward,
            ValueError,
            "<lambda> must keep shape and dtype: given float32",
        ),
        (lambda x: x[:1], relu_backward, ValueError, r"returned float32 \(1, 3\)"),
        (lambda x: x.tolist(), relu_backward, ValueError, "must return an array like its input, it returned list"),
        (lambda x: None, relu_backward, ValueError, "it returned NoneType"),
        (mutating, relu_backward, ValueError, "mutating must not change its input x: work on a copy"),
        (relu, lambda dout, x: dout.sum(axis=0), ValueError, "must keep shape and dtype"),
        (relu, lambda dout, x: 1.0, ValueError, "it returned float"),
        (relu, lambda dout, x: mutating(dout), ValueError, "must not change its input dout"),
    ],
)
def test_a_students_pair_is_looked_at_on_first_use(forward, backward, error, message):
    model = Sequential(Linear(2, 3), Elementwise(forward, backward), rng=rng(), dtype=np.float32)
    with pytest.raises(error, match=message):  # noqa: PT012, either of the two passes
        model(np.ones((4, 2)))
        model.backward(np.ones((4, 3)))


def test_a_pair_that_fits_one_example_only_is_found_with_many():
    model = Sequential(Elementwise(lambda x: x[:1], lambda dout, x: dout), rng=rng())
    model(np.ones((1, 2)))
    with pytest.raises(ValueError, match="must keep shape and dtype"):
        model(np.ones((4, 2)))


def test_a_students_pair_trains_like_the_engines_own():
    x, y = rng(1).standard_normal((8, 2)), np.arange(8) % 3
    losses = []
    for unit in (Tanh(), Elementwise(np.tanh, lambda dout, x: dout * (1 - np.tanh(x) ** 2))):
        model = Sequential(Linear(2, 5), unit, Linear(5, 3), rng=rng())
        losses.append(model.loss_and_grad(x, y, SoftmaxCrossEntropy()))
    assert losses[0] == pytest.approx(losses[1], rel=1e-14)
