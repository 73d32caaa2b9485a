"""The claims of the lecture notes on learning rates, their schedules, and when to stop."""

from coursekit.claims.record import Claim
from coursekit.claims.schedules import decay, rates, stopping

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*rates.CLAIMS, *decay.CLAIMS, *stopping.CLAIMS)
