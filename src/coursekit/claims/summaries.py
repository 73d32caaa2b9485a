"""The numbers of all seeds of a claim as one number, or as a few words of its report."""

import numpy as np

from coursekit.claims.record import Numbers


def median(n: Numbers, name: str) -> float:
    """The median over the seeds."""
    return float(np.median(n[name]))


def median_percent(n: Numbers, name: str, digits: int = 1) -> str:
    """The median of a share, as "12.3 %"."""
    return f"{100 * median(n, name):.{digits}f} %"


def mean_percent(n: Numbers, name: str) -> str:
    """The mean of a share, as "12.3 %"."""
    return f"{100 * n[name].mean():.1f} %"


def mean_and_spread(n: Numbers, name: str) -> str:
    """The mean of a share and its standard deviation over the seeds, as "12.3 ± 0.4 %"."""
    return f"{100 * n[name].mean():.1f} ± {100 * n[name].std():.1f} %"


def span(n: Numbers, name: str) -> str:
    """The median with the least and the most, as "120 (90 to 150)"."""
    return f"{median(n, name):.0f} ({n[name].min():.0f} to {n[name].max():.0f})"
