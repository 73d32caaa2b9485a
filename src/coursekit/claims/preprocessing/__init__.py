"""The claims of the lecture notes on preprocessing, augmentation, imbalance and shuffling."""

from coursekit.claims.preprocessing.augmenting import ADVERSARIAL as _ADVERSARIAL
from coursekit.claims.preprocessing.augmenting import CLAIMS as _AUGMENTING
from coursekit.claims.preprocessing.features import CLAIMS as _FEATURES
from coursekit.claims.preprocessing.imbalance import CLAIMS as _IMBALANCE
from coursekit.claims.preprocessing.scaling import CLAIMS as _SCALING
from coursekit.claims.preprocessing.shuffling import CLAIMS as _SHUFFLING
from coursekit.claims.record import Claim

__all__ = ["CLAIMS"]

#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (*_SCALING, *_AUGMENTING, *_FEATURES, *_IMBALANCE, *_SHUFFLING, _ADVERSARIAL)
