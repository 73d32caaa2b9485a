"""The claims of the lecture notes on batch normalization."""

from coursekit.claims.batchnorm.covariate_shift import CLAIMS as _SHIFT
from coursekit.claims.batchnorm.history import CLAIMS as _HISTORY
from coursekit.claims.batchnorm.layer import CLAIMS as _LAYER
from coursekit.claims.batchnorm.training import CLAIMS as _TRAINING
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_LAYER, *_TRAINING, *_SHIFT, *_HISTORY)
