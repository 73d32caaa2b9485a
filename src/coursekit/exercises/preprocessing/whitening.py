"""whiten."""

import numpy as np

from coursekit.data import whiten
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.preprocessing.drawing import BOTH, ONE_FEATURE, both_parts, cloud, free_signs
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _cross(draw: Draw) -> Both:
    """Four points, two on each of two perpendicular axes, and one more: to be worked out by hand."""
    a, b = draw.rng.permutation([3.0, 4.0]) * draw.rng.choice([-1.0, 1.0], 2)
    start = draw.rng.integers(2, 6, 2).astype(float)
    points = np.array([[2 * a, 2 * b], [-2 * a, -2 * b], [-b / 2, a / 2], [b / 2, -a / 2]])
    return start + points, start + draw.array(1, 2)


def _cases(draw: Draw) -> list[Case]:
    def case(
        n: int, m: int, d: int, about: str = "", group: str = "values", scale: float = 1.0, **kwargs: float
    ) -> Case:
        x_train, x_test = cloud(draw, n, m, d)
        return free_signs(Case(args=(scale * x_train, scale * x_test), kwargs=kwargs, about=about, group=group), whiten)

    x_train, x_test = cloud(draw, draw.size(5, 8), 2, 2)
    cases = [
        free_signs(Case(args=_cross(draw)), whiten),
        case(4, 2, 2),
        case(draw.size(6, 9), 3, 3),
        case(draw.size(9, 14), 3, draw.size(3, 4)),
        case(4, 2, 2, "a large eps", "given", eps=draw.number(0.3, 0.9)),
        case(draw.size(6, 9), 2, 3, "a whole number as eps", "given", eps=1),
        free_signs(Case(args=(x_train, x_test, 0.25), about="eps by position", group="given"), whiten),
        case(draw.size(6, 9), 1, 3, "one row in the test set", "edges"),
        case(draw.size(4, 6), 2, 1, "one feature", "edges"),
        case(draw.size(5, 8), 2, 2, "large entries", "edges", scale=1e3),
        case(draw.size(5, 8), 2, 2, "small entries", "edges", scale=0.01),
    ]
    return with_layouts(cases, typical=lambda: case(6, 2, 2))


def _learned(x: Array) -> tuple[Array, Array, Array]:
    """Mean, variances (falling) and axes (columns)."""
    mean = x.mean(axis=0)
    values, vectors = np.linalg.eigh((x - mean).T @ (x - mean) / len(x))
    return mean, np.maximum(values[::-1], 0), vectors[:, ::-1]


def _both(x_train: Array, x_test: Array, mean: Array, matrix: Array) -> Both:
    matrix = matrix.astype(x_train.dtype)
    return (x_train - mean) @ matrix, (x_test - mean) @ matrix


def _eigh(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var + eps))


def _svd(x_train: Array, x_test: Array, eps: float = 1e-5) -> list[Array]:
    mean = np.mean(x_train, axis=0)
    _, sizes, rows = np.linalg.svd(x_train - mean, full_matrices=False)
    std = np.sqrt(sizes**2 / len(x_train) + eps)
    return [((x - mean) @ rows.T / std).astype(x.dtype) for x in (x_train, x_test)]


def _project_then_divide(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, _, axes = _learned(x_train)
    train, test = (x_train - mean) @ axes, (x_test - mean) @ axes
    std = np.sqrt(train.var(axis=0) + eps).astype(x_train.dtype)
    return -train / std, -test / std


def _loop(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    train, test = np.empty_like(x_train), np.empty_like(x_test)
    for x, out in ((x_train, train), (x_test, test)):
        for i in range(len(x)):
            for j in range(x.shape[1]):
                out[i, j] = sum((x[i] - mean) * axes[:, j]) / (var[j] + eps) ** 0.5
    return train, test


def _not_centred(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    values, vectors = np.linalg.eigh(x_train.T @ x_train / len(x_train))
    return _both(x_train, x_test, np.zeros_like(x_train[0]), vectors[:, ::-1] / np.sqrt(values[::-1] + eps))


def _raw_projected(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, 0 * mean, axes / np.sqrt(var + eps))


def _test_own_mean(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    train, _ = _eigh(x_train, x_test, eps)
    return train, _eigh(x_train, x_test - x_test.mean(axis=0) + x_train.mean(axis=0), eps)[1]


def _test_own_all(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    return _eigh(x_train, x_train, eps)[0], _eigh(x_test, x_test, eps)[0]


def _joint(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(np.concatenate([x_train, x_test]))
    return _both(x_train, x_test, mean, axes / np.sqrt(var + eps))


def _zca(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var + eps) @ axes.T)


def _by_variance(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / (var + eps))


def _eps_outside(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / (np.sqrt(var) + eps))


def _no_eps(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var))


def _fixed_eps(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    return _eigh(x_train, x_test)


def _n_minus_one(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    n = len(x_train)
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var * n / (n - 1) + eps))


def _singular_values(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var * len(x_train) + eps))


def _sizes_for_variances(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(np.sqrt(var * len(x_train)) + eps))


def _ascending(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, (axes / np.sqrt(var + eps))[:, ::-1])


def _ascending_n_minus_one(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    train, test = _n_minus_one(x_train, x_test, eps)
    return train[:, ::-1], test[:, ::-1]


def _plain_cov(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean = x_train.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(x_train.T))
    return (x_train - mean) @ vectors / np.sqrt(values + eps), (x_test - mean) @ vectors / np.sqrt(values + eps)


def _cov_of_one_feature(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean = x_train.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(x_train.T, bias=True))
    matrix = vectors[:, ::-1] / np.sqrt(values[::-1] + eps)
    return (x_train - mean) @ matrix, (x_test - mean) @ matrix


def _order_mixed(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes / np.sqrt(var[::-1] + eps))


def _rows_of_eigh(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes.T / np.sqrt(var + eps))


def _only_rotated(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, _, axes = _learned(x_train)
    return _both(x_train, x_test, mean, axes)


def _only_scaled(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, std = x_train.mean(axis=0), np.sqrt(x_train.var(axis=0) + np.asarray(eps, x_train.dtype))
    return (x_train - mean) / std, (x_test - mean) / std


def _in_place(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    mean, var, axes = _learned(x_train)
    x_train -= mean
    x_test -= mean
    return _both(x_train, x_test, 0 * mean, axes / np.sqrt(var + eps))


def _float64(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    n, mean = len(x_train), x_train.mean(axis=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x_train.T)) * (n - 1) / n)
    matrix = vectors[:, ::-1] / np.sqrt(values[::-1] + eps)
    return (x_train - mean) @ matrix, (x_test - mean) @ matrix


_TWO_OF_COV = (
    "The axis of the least variance comes first: in which order does `np.linalg.eigh` return its eigenvalues? (And "
    "your variances divide by N - 1, as `np.cov` does unless told otherwise.)"
)

WHITEN = Exercise(
    assignment="preprocessing",
    reference=whiten,
    task="Whiten both sets: centre with the training mean, project on ALL principal axes of the training set (largest "
    "variance first) and divide each column by `sqrt(var + eps)`, where `var` is the training variance along that "
    "axis, dividing by N. Shapes `(N, D)` and `(M, D)`. The signs of the axes are free.",
    rule="A = the eigenvectors of cov(x_train) as columns, var = its eigenvalues, both falling; "
    "(x - mean) @ A / sqrt(var + eps)",
    returns=BOTH,
    cases=_cases,
    checks=(
        *both_parts(
            3,
            2,
            "Are they the right columns in another order? If not, project by hand on the axis of the largest variance, "
            "square, and average: that is its variance. By what is the column divided? (An axis may point either way.)",
            "The test row meets the mean, the axes and the variances of the training set. Which of the three is "
            "another one in your code?",
        ),
        Check(
            name="eps as given",
            points=1,
            group="given",
            hint="With an eps this large its place shows: is it added to the variance, or to the standard deviation?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="zca",
            function=_zca,
            hint="You turn the data back to the old features at the end: that is ZCA whitening, which is right in its "
            "place. Here the columns stay on the principal axes. Which product is one too many?",
        ),
        Misconception(
            id="not_centred",
            function=_not_centred,
            hint="Your axes and variances are those of the raw data: sums of squares around 0. Around which point is a "
            "variance measured?",
        ),
        Misconception(
            id="raw_data_projected",
            function=_raw_projected,
            hint="Axes and variances are right, and the data that you project still have their mean. What should the "
            "mean of a whitened training column be?",
        ),
        Misconception(
            id="test_own_mean",
            function=_test_own_mean,
            hint="You centre the test set with its own mean. Would one test row alone then always land on 0? Which "
            "mean has the training set given?",
        ),
        Misconception(
            id="test_own_axes",
            function=_test_own_all,
            hint="Each set is whitened by its own statistics. Does column 1 then mean the same in both?",
        ),
        Misconception(
            id="joint_statistics",
            function=_joint,
            hint="Mean, axes and variances come from both sets together. May anything that is learned depend on the "
            "test set?",
        ),
        Misconception(
            id="divided_by_variance",
            function=_by_variance,
            hint="You divide by var + eps. What variance has a column after it was divided by its variance, and after "
            "it was divided by the root of it?",
        ),
        Misconception(
            id="eps_outside_root",
            function=_eps_outside,
            hint="You divide by sqrt(var) + eps. Here eps is added to the variance: on which side of the root is that?",
        ),
        Misconception(
            id="no_eps",
            function=_no_eps,
            hint="`eps` has no part in your result. What becomes of an axis along which the training set does not "
            "vary?",
        ),
        Misconception(
            id="eps_ignored",
            function=_fixed_eps,
            hint="Your eps is 1e-5 whatever the caller asks for. Is the parameter used in your formula?",
        ),
        Misconception(
            id="n_minus_one",
            function=_n_minus_one,
            hint="Your variances divide by N - 1, as `np.cov` does unless told otherwise. By what does the book "
            "divide, and which argument of `np.cov` says so?",
        ),
        Misconception(
            id="sums_for_variances",
            function=_singular_values,
            hint="You divide by the root of a SUM of squares: a singular value of the data, or an eigenvalue of "
            "`x.T @ x`. What turns a sum over N examples into a variance?",
        ),
        Misconception(
            id="singular_values_for_variances",
            function=_sizes_for_variances,
            hint="You take the root of the singular values of the data. Those are already roots of sums of squares "
            "(the recipe sqrt(S + eps) is for an SVD of the COVARIANCE). What is the variance, from a singular value "
            "and N?",
        ),
        Misconception(
            id="smallest_first",
            function=_ascending,
            hint="The axis of the least variance comes first. In which order does `np.linalg.eigh` return its "
            "eigenvalues, and in which are the columns asked for?",
        ),
        Misconception(
            id="smallest_first_n_minus_one",
            function=_ascending_n_minus_one,
            hint=_TWO_OF_COV,
        ),
        Misconception(id="np_cov_and_eigh_as_they_are", function=_plain_cov, hint=_TWO_OF_COV),
        Misconception(id="cov_of_one_feature", function=_cov_of_one_feature, hint=ONE_FEATURE),
        Misconception(
            id="variances_in_another_order",
            function=_order_mixed,
            hint="Your axes are in falling order and your variances in rising order, so that each column is divided by "
            "another one's root. Were both turned round?",
        ),
        Misconception(
            id="rows_of_eigenvectors",
            function=_rows_of_eigh,
            hint="`np.linalg.eigh` returns the eigenvectors as COLUMNS, and you use its rows as axes. Is there a `.T` "
            "too many, or one missing?",
        ),
        Misconception(
            id="only_rotated",
            function=_only_rotated,
            hint="Your columns are uncorrelated, and each has its own variance still: that is PCA. By what is each "
            "divided?",
        ),
        Misconception(
            id="only_scaled",
            function=_only_scaled,
            hint="You scale the features as they are: they still go up and down together. Which step takes the "
            "correlation out?",
        ),
        in_place(_in_place, "x_train", "`-=` writes into the array on its left: what does `x_train - mean` do?"),
        float64(_float64, "np.cov(x_train.T)"),
    ),
    variants={"eigh": _eigh, "svd": _svd, "project_then_divide": _project_then_divide, "loop": _loop},
)
