"""The claims of the lecture notes on activation functions."""

from coursekit.claims.activations import depth, dying, history, speed
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*depth.CLAIMS, *dying.CLAIMS, *speed.CLAIMS, *history.CLAIMS)
