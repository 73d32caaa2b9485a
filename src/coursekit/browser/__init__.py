"""What the page's worker calls: text in, text and bytes out, and never an exception."""

from coursekit.browser.compute import compute, versions

__all__ = ["compute", "versions"]
