"""A reader's normalizer: each of its three functions is looked at, whatever they are called."""

import numpy as np
import pytest

from coursekit import nn

X = np.random.default_rng(0).standard_normal((5, 3))


def model(**functions):
    given = {"train": nn.batchnorm_train, "evaluate": nn.batchnorm_eval, "backward": nn.batchnorm_backward}
    return nn.Sequential(nn.Normalizer(3, **given | functions), rng=np.random.default_rng(0))


def test_functions_of_one_name_are_each_looked_at():
    lambdas = model(
        train=lambda *given: nn.batchnorm_train(*given),
        evaluate=lambda *given: nn.batchnorm_eval(*given)[:2],
        backward=lambda dout, cache: nn.batchnorm_backward(dout, cache)[::-1],
    )
    lambdas.forward(X, training=True)
    with pytest.raises(ValueError, match=r"result 1 must be float64 of shape \(5, 3\), it is float64 of shape \(3,\)"):
        lambdas.backward(X)
    with pytest.raises(
        ValueError, match=r"result 1 must be float64 of shape \(5, 3\), it is float64 of shape \(2, 3\)"
    ):
        lambdas(X)
