"""What a table of arguments does not show: parts of a run that go wrong on the way, odd files, copies of everything."""

import contextlib
import copy
import pickle

import numpy as np
import pytest

from coursekit import data, nn, optim, training

X, Y = np.linspace(-1.0, 1.0, 24).reshape(8, 3), np.arange(8) % 3
ROOMS = {"nn": nn, "optim": optim, "data": data, "training": training}
PUBLIC = sorted({(room, name) for room, its in ROOMS.items() for name in its.__all__})


def rng():
    return np.random.default_rng(0)


def model(*, init=nn.he_init):
    layers = nn.Linear(3, 4, init=init), nn.BatchNorm(4), nn.ReLU(), nn.Dropout(0.5, rng=rng()), nn.Linear(4, 3)
    return nn.Sequential(*layers, rng=rng())


def trained(built, optimizer, **options):
    return list(training.train(built, X, Y, optimizer=optimizer, epochs=2, batch_size=4, rng=rng(), **options))


def by_rule(rule):
    return trained(model(), optim.FromRule(rule))


def slopes(x, y):
    return x, y


def at_first(good, bad):
    """`good` at the first steps, then `bad`."""
    return lambda w, dw, t: good(w) if t < 3 else bad(w)


class Unhashable:
    """A rule that no cache can hold."""

    __hash__ = None

    def __call__(self, w, dw, lr):
        return w - lr * dw


def as_it_came(w):
    return w


USES = {
    "train": by_rule,
    "path": lambda rule: optim.path(rule, slopes, [1.0, 2.0], 4),
    "paths": lambda rule: optim.paths(rule, slopes, [[1.0, 2.0]], 4),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("bad", [lambda w: None, lambda w: (w, w), lambda w: np.ones(99)])
def test_a_rule_that_goes_wrong_on_the_way_is_named(use, bad):
    with pytest.raises(ValueError, match="<lambda>: ") as caught:
        use(at_first(as_it_came, bad))
    assert "\n" not in str(caught.value)


def test_slopes_that_fail_on_the_way_are_refused():
    with pytest.raises(ValueError, match="grad must give 2 slopes at every step, not None"):
        optim.path(optim.sgd, lambda x, y: (x, y) if x == 1.0 else None, [1.0, 2.0], 4, lr=0.1)


def test_a_rule_or_a_setting_that_cannot_be_kept_in_a_cache():
    np.testing.assert_allclose(optim.path(Unhashable(), slopes, [1.0, 2.0], 2, lr=0.1)[-1], [0.81, 1.62])
    assert trained(model(), optim.FromRule(Unhashable(), lr=0.1))[-1] == trained(model(), optim.SGD(0.1))[-1]
    kept = optim.path(optim.momentum, slopes, [1.0, 2.0], 2, lr=0.1, rho=0.5)
    np.testing.assert_array_equal(optim.path(optim.momentum, slopes, [1.0, 2.0], 2, lr=0.1, rho=np.array(0.5)), kept)


def test_a_rate_of_true_is_none_though_it_equals_one():
    optim.path(optim.sgd, slopes, [1.0, 2.0], 2, lr=1)
    with pytest.raises(ValueError, match="sgd: lr must be a number, 0 or more, and finite, not True"):
        optim.path(optim.sgd, slopes, [1.0, 2.0], 2, lr=True)


@pytest.mark.parametrize(
    "drawn",
    [None, "text", np.ones(3), np.full((3, 4), np.nan), np.ones((3, 4)) * 1j, [[1.0], [1.0, 2.0]], np.ones((1, 4))],
)
def test_an_initializer_that_draws_no_weights_is_named(drawn):
    def odd_init(fan_in, fan_out, rng):
        return drawn

    with pytest.raises(ValueError, match="odd_init") as caught:
        model(init=odd_init)
    assert "\n" not in str(caught.value)


def test_a_built_in_function_as_initializer_says_what_it_gave():
    with pytest.raises(ValueError, match=r"max must return \(3, 4\) numbers"):
        model(init=max)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "train must return 4 results, it returned None"),
        (([[1.0], [1.0, 2.0]], 0, 0, 0), "train: result 1 must be an array of numbers, its rows differ in length"),
        ((np.ones((4, 1)), 0, np.ones(3), np.ones(3)), r"train: result 1 must be float64 of shape \(4, 3\)"),
    ],
)
def test_a_normalizer_that_gives_no_batch_is_named(result, message):
    def train(*_):
        return result

    net = nn.Sequential(nn.Normalizer(3, train, train, train), rng=rng())
    with pytest.raises(ValueError, match=message):
        net.forward(X[:4], training=True)


def test_a_batch_beyond_float32_is_refused_without_a_warning():
    net = nn.Sequential(nn.Linear(3, 2), rng=rng(), dtype=np.float32)
    with pytest.raises(ValueError, match="x must be finite"):
        net(np.full((2, 3), 1e300))


def test_running_statistics_stay_clean_of_a_batch_with_nan():
    net = model()
    before = copy.deepcopy(net.layers[1].state)
    for use in (net.forward, net.outputs, lambda x, training: net.loss_and_grad(x, Y, nn.SoftmaxCrossEntropy())):
        with pytest.raises(ValueError, match="x must be finite"):
            use(np.where(X[2, 1] == X, np.nan, X), training=True)
    for name, array in before.items():
        np.testing.assert_array_equal(net.layers[1].state[name], array)


@pytest.mark.parametrize("y", [[1], Y[:, None], np.eye(3)[Y], Y[:-1], Y.astype(float)])
def test_labels_are_never_spread_over_a_batch(y):
    for use in (model().loss_and_grad, model().check, lambda *given: nn.layer_statistics(model(), *given)):
        with pytest.raises(ValueError, match="y "):
            use(X, y, nn.SoftmaxCrossEntropy())


def test_a_mask_that_is_not_there_yet():
    with pytest.raises(ValueError, match="Dropout: there is no mask before the first forward pass"):
        nn.Dropout(0.5, rng=rng()).mask  # noqa: B018


def test_a_schedule_within_a_sequence_is_named():
    def falling(t):
        return 0.1 - t

    with pytest.raises(ValueError, match="falling: its learning rate at t = 1"):
        optim.in_sequence((falling, 5), then=falling)(1)


# -- files -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_no_model_file_and_nothing_is_left_behind(tmp_path):
    for use in (model().save, model().load):
        with pytest.raises(ValueError, match=r"path must be the path of a file, .* is a folder"):
            use(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"save: there is no folder .*none$"):
        model().save(tmp_path / "none" / "model.npz")
    assert list(tmp_path.iterdir()) == []
    assert not list(tmp_path.parent.glob(f"{tmp_path.name}?*"))


def test_an_array_of_numpy_is_no_model_file(tmp_path):
    np.save(tmp_path / "array.npy", np.ones(3))
    with pytest.raises(ValueError, match="is damaged or no model file: not an npz file"):
        model().load(tmp_path / "array.npy")


def test_a_file_with_any_byte_changed_or_cut_off_is_read_right_or_refused(tmp_path):
    net, path = model(), tmp_path / "model.npz"
    net.save(path)
    whole, good = path.read_bytes(), net.params.copy()
    changed = [whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :] for at in range(0, len(whole), 29)]
    for contents in [*changed, *(whole[:size] for size in range(0, len(whole), 97))]:
        path.write_bytes(contents)
        with contextlib.suppress(ValueError):  # where the damage shows
            net.load(path)
        np.testing.assert_array_equal(net.params, good)


# -- copies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("room", "name"), PUBLIC)
def test_everything_public_can_be_pickled_and_copied(room, name):
    thing = getattr(ROOMS[room], name)
    if callable(thing) or isinstance(thing, optim.Landscape):
        assert pickle.loads(pickle.dumps(thing)) is thing
        assert copy.deepcopy(thing) is thing
    else:
        assert pickle.loads(pickle.dumps(thing)) == copy.deepcopy(thing) == thing


def test_a_landscape_of_ones_own_is_pickled_by_its_parts():
    own = optim.Landscape("own", np.add, np.subtract, (), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0))
    assert pickle.loads(pickle.dumps(own)) == copy.deepcopy(own) == own


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda built: pickle.loads(pickle.dumps(built))], ids=["deep", "pickle"]
)
def test_a_copied_stack_is_a_stack_of_its_own(copied):
    stack = nn.Stack([model(), model()])
    x = np.stack([X, -X])
    stack.loss_and_grad(x, np.stack([Y, Y]), nn.SoftmaxCrossEntropy())
    twin = copied(stack)
    np.testing.assert_array_equal(twin(x), stack(x))
    twin.params[:] = 0.0
    assert not twin(x).any()
    assert stack(x).any()
    assert [member(X).shape for member in twin.members()] == [(8, 3), (8, 3)]
