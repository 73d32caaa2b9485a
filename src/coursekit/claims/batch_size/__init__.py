"""The claims of the lecture notes on batch size."""

from coursekit.claims.batch_size.generalizing import CLAIMS as _GENERALIZING
from coursekit.claims.batch_size.rules import CLAIMS as _RULES
from coursekit.claims.batch_size.size import CLAIMS as _SIZE
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_SIZE, *_RULES, *_GENERALIZING)
