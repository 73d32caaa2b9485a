"""pca."""

import numpy as np

from coursekit.data import pca
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.preprocessing.drawing import BOTH, ONE_FEATURE, both_parts, cloud, free_signs
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _on_a_line(draw: Draw) -> Both:
    """Three points on a line of slope 4/3 or 3/4, and one beside it: to be worked out by hand."""
    a, b = draw.rng.permutation([3.0, 4.0]) * draw.rng.choice([-1.0, 1.0], 2)
    start = draw.rng.integers(2, 6, 2).astype(float)
    steps = np.array([[-1.0], [0.0], [1.0]]) * draw.rng.integers(1, 3)
    return start + steps * [a, b], start + draw.array(1, 2)


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, m: int, d: int, k: int, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        x_train, x_test = cloud(draw, n, m, d)
        both = (scale * x_train, scale * x_test)
        return free_signs(Case(args=(*both, k), about=about, group=group, scale=max(1.0, scale)), pca)

    d = draw.size(3, 5)
    cases = [
        free_signs(Case(args=(*_on_a_line(draw), 1)), pca),
        case(4, 2, 2, 1),
        case(draw.size(5, 8), 3, 3, 2),
        case(draw.size(8, 12), 3, d, draw.size(2, d - 1)),
        case(3, 3, 3, 2, "as many rows as features"),
        case(draw.size(5, 8), 2, 2, 2, "all axes are kept", "edges"),
        case(3, 2, draw.size(4, 5), 2, "fewer rows than features", "edges"),
        case(draw.size(5, 8), 1, 3, 2, "one row in the test set", "edges"),
        case(draw.size(4, 6), 2, 1, 1, "one feature", "edges"),
        case(draw.size(4, 6), 2, 2, 1, "large entries", "edges", scale=1e3),
    ]
    return with_layouts(cases, typical=lambda: case(5, 2, 2, draw.size(1, 2), scale=1.0))


def _axes(centred: Array) -> Array:
    """The principal axes as columns, the one with the largest variance first."""
    return np.linalg.eigh(centred.T @ centred)[1][:, ::-1]


def _svd(x_train: Array, x_test: Array, k: int) -> list[Array]:
    mean = x_train.mean(axis=0)
    _, _, rows = np.linalg.svd(x_train - mean)
    return [(x_train - mean) @ rows[:k].T, (x_test - mean) @ rows[:k].T]


def _eigh(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = _axes(x_train - mean)[:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _turned(x_train: Array, x_test: Array, k: int) -> Both:
    train, test = _svd(x_train, x_test, k)
    return -train, -test


def _by_cov(x_train: Array, x_test: Array, k: int) -> Both:
    mean = np.mean(x_train, axis=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x_train.T)))
    chosen = vectors[:, np.argsort(-values)[:k]].astype(x_train.dtype)
    return (x_train - mean) @ chosen, (x_test - mean) @ chosen


def _loop(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = _axes(x_train - mean)
    train, test = (np.empty((len(x), k), x.dtype) for x in (x_train, x_test))
    for x, out in ((x_train, train), (x_test, test)):
        for i in range(len(x)):
            for j in range(k):
                out[i, j] = sum((x[i] - mean) * axes[:, j])
    return train, test


def _not_centred(x_train: Array, x_test: Array, k: int) -> Both:
    axes = _axes(x_train)[:, :k]
    return x_train @ axes, x_test @ axes


def _projects_raw(x_train: Array, x_test: Array, k: int) -> Both:
    axes = _axes(x_train - x_train.mean(axis=0))[:, :k]
    return x_train @ axes, x_test @ axes


def _test_not_centred(x_train: Array, x_test: Array, k: int) -> Both:
    train, _ = _eigh(x_train, x_test, k)
    return train, x_test @ _axes(x_train - x_train.mean(axis=0))[:, :k]


def _test_own_mean(x_train: Array, x_test: Array, k: int) -> Both:
    train, _ = _eigh(x_train, x_test, k)
    return train, (x_test - x_test.mean(axis=0)) @ _axes(x_train - x_train.mean(axis=0))[:, :k]


def _test_own_axes(x_train: Array, x_test: Array, k: int) -> Both:
    return _eigh(x_train, x_train, k)[0], _eigh(x_test, x_test, k)[0]


def _joint(x_train: Array, x_test: Array, k: int) -> Both:
    mean = np.concatenate([x_train, x_test]).mean(axis=0)
    axes = _axes(np.concatenate([x_train, x_test]) - mean)[:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _ascending(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = _axes(x_train - mean)[:, ::-1][:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _last_k(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = _axes(x_train - mean)[:, ::-1][:, -k:]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _columns_of_vt(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = np.linalg.svd(x_train - mean)[2][:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _transpose_forgotten(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    rows = np.linalg.svd(x_train - mean)[2][:k]
    return (x_train - mean) @ rows, (x_test - mean) @ rows


def _all_axes(x_train: Array, x_test: Array, k: int) -> Both:
    return _eigh(x_train, x_test, x_train.shape[1])


def _rows_of_eigh(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = np.linalg.eigh((x_train - mean).T @ (x_train - mean))[1][::-1][:k].T
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _cov_of_rows(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = np.linalg.eigh(np.cov(x_train))[1][:, ::-1][:, :k].astype(x_train.dtype)
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _cov_of_one_feature(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = np.linalg.eigh(np.cov(x_train.T))[1][:, ::-1][:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


def _standardized(x_train: Array, x_test: Array, k: int) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    axes = _axes((x_train - mean) / std)[:, :k]
    return (x_train - mean) / std @ axes, (x_test - mean) / std @ axes


def _whitened(x_train: Array, x_test: Array, k: int) -> Both:
    train, test = _eigh(x_train, x_test, k)
    return train / train.std(axis=0), test / train.std(axis=0)


def _rebuilt(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    axes = _axes(x_train - mean)[:, :k]
    return (x_train - mean) @ axes @ axes.T + mean, (x_test - mean) @ axes @ axes.T + mean


def _in_place(x_train: Array, x_test: Array, k: int) -> Both:
    mean = x_train.mean(axis=0)
    x_train -= mean
    x_test -= mean
    axes = _axes(x_train)[:, :k]
    return x_train @ axes, x_test @ axes


def _float64(x_train: Array, x_test: Array, k: int) -> Both:
    mean = np.mean(x_train, axis=0)
    axes = np.linalg.eigh(np.atleast_2d(np.cov(x_train.T)))[1][:, ::-1][:, :k]
    return (x_train - mean) @ axes, (x_test - mean) @ axes


PCA = Exercise(
    assignment="preprocessing",
    reference=pca,
    task="Turn the features into `k` uncorrelated ones. Centre both sets with the training mean, find the principal "
    "axes of the TRAINING set (the eigenvectors of its covariance, largest variance first), and project both sets on "
    "the first `k`. `x_train` is `(N, D)`, `x_test` `(M, D)`; return `(N, k)` and `(M, k)`. The sign of an axis is "
    "free: your columns are turned to match before they are compared.",
    rule="A = the k eigenvectors of cov(x_train) with the largest eigenvalues, as columns; (x - mean) @ A for both "
    "sets",
    returns=BOTH,
    cases=_cases,
    checks=(
        *both_parts(
            3,
            2,
            "Hold your columns against those expected: are they the same in another order, or moved by a constant? Is "
            "each axis a COLUMN of the matrix that you multiply with? (Where the points lie on a line: how far along "
            "it is each from their mean?)",
            "Centre the test row with the training mean. What is its product with the axis that the training set gave?",
        ),
        edges(
            2,
            "Write down the shape of every array in your function for this N, D and k. Is an axis a column or a row, "
            "and how many do you keep?",
        ),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="not_centred",
            function=_not_centred,
            hint="Your axes are those of the raw data. Away from the origin the first of them points at the mean. "
            "What has to come off before directions of spread can be seen?",
        ),
        Misconception(
            id="raw_data_projected",
            function=_projects_raw,
            hint="Your axes are right, and you project data that still have their mean. What should the mean of a "
            "projected training column be?",
        ),
        Misconception(
            id="test_not_centred",
            function=_test_not_centred,
            hint="The training set is right; the test set keeps its place. Which number comes off before the product "
            "in training, and where does it in the test set?",
        ),
        Misconception(
            id="test_own_mean",
            function=_test_own_mean,
            hint="You centre the test set with its own mean before you project it. Would one test row alone then "
            "always land on 0? Which mean has the training set given?",
        ),
        Misconception(
            id="test_own_axes",
            function=_test_own_axes,
            hint="Each set is projected on axes of its own. Does column 1 then mean the same in both, and from which "
            "set may anything be learned?",
        ),
        Misconception(
            id="joint_axes",
            function=_joint,
            hint="Mean and axes come from both sets together. May anything that is learned depend on the test set?",
        ),
        Misconception(
            id="smallest_first",
            function=_ascending,
            hint="Your axes are those of the least variance. In which order does `np.linalg.eigh` return its "
            "eigenvalues?",
        ),
        Misconception(
            id="last_k_not_turned_round",
            function=_last_k,
            hint="You keep the right axes, and the largest variance comes last. In which order does `np.linalg.eigh` "
            "return them, and in which are they asked for?",
        ),
        Misconception(
            id="columns_of_vt",
            function=_columns_of_vt,
            hint="`np.linalg.svd` returns the axes as the ROWS of its third result, and you take columns of it. What "
            "does `rows[:k].T` give?",
        ),
        Misconception(
            id="transpose_forgotten",
            function=_transpose_forgotten,
            hint="The first k rows that `np.linalg.svd` returns are the right axes. `(N, D) @ (k, D)` does not fit: "
            "which shape has to stand on the right, and how does it come about?",
        ),
        Misconception(
            id="all_axes_kept",
            function=_all_axes,
            hint="You return a column for every axis. How many does the caller ask for, and is `k` used in your code?",
        ),
        Misconception(
            id="rows_of_eigenvectors",
            function=_rows_of_eigh,
            hint="`np.linalg.eigh` returns the eigenvectors as COLUMNS, and you take rows. Which index of `vectors[:, "
            "i]` chooses the vector?",
        ),
        Misconception(
            id="covariance_of_rows",
            function=_cov_of_rows,
            hint="`np.cov` takes each ROW as a variable, so yours is the (N, N) covariance of the examples. What does "
            "`np.cov(x.T)`, or `rowvar=False`, give, and which of the two fits D features?",
        ),
        Misconception(id="cov_of_one_feature", function=_cov_of_one_feature, hint=ONE_FEATURE),
        Misconception(
            id="standardized_first",
            function=_standardized,
            hint="You divide each feature by its standard deviation first: the axes are then those of the correlation. "
            "Does the task ask for more than centring?",
        ),
        Misconception(
            id="whitened",
            function=_whitened,
            hint="All your columns have variance 1: that is whitening, which comes next. What tells the columns of PCA "
            "apart?",
        ),
        Misconception(
            id="turned_back",
            function=_rebuilt,
            hint="You project and then go back to D features, which is a reconstruction. How many columns should be "
            "left?",
        ),
        in_place(_in_place, "x_train", "`-=` writes into the array on its left: what does `x_train - mean` do?"),
        float64(_float64, "np.cov(x_train.T)"),
    ),
    variants={"svd": _svd, "eigh": _eigh, "other_sign": _turned, "np_cov": _by_cov, "loop": _loop},
)
