"""The claims of the lecture notes on optimizers."""

from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

CLAIMS: tuple[Claim, ...] = ()
