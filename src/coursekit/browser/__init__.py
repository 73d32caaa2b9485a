"""What the page's worker calls: text and bytes in, text and bytes out, and never an exception for JavaScript to make sense of."""

from coursekit.browser.compute import compute, versions

__all__ = ["compute", "versions"]
