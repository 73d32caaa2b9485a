"""The claims of the lecture notes on activation functions."""

from coursekit.claims.activations.depth import CLAIMS as _DEPTH
from coursekit.claims.activations.dying import CLAIMS as _DYING
from coursekit.claims.activations.history import CLAIMS as _HISTORY
from coursekit.claims.activations.speed import CLAIMS as _SPEED
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_DEPTH, *_DYING, *_SPEED, *_HISTORY)
