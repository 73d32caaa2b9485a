"""The claims of the lecture notes on regularization."""

from coursekit.claims.record import Claim
from coursekit.claims.regularization.dropout_claims import CLAIMS as _DROPOUT
from coursekit.claims.regularization.penalizing import CLAIMS as _PENALTIES

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_PENALTIES, *_DROPOUT)
