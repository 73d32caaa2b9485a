"""The claims of the lecture notes on optimizers."""

from coursekit.claims.optimizers import directions, per_weight, written
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*directions.CLAIMS, *per_weight.CLAIMS, *written.CLAIMS)
