"""A course on training neural networks: one engine for the book, the widgets, the exercises and the grader."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "check"]

if TYPE_CHECKING:
    from coursekit.jupyter.check import check


def __getattr__(name: str) -> Any:
    # `check` brings NumPy and the exercises with it: loaded on first use, so that `import coursekit` stays light.
    if name == "check":
        from coursekit.jupyter.check import check

        globals()["check"] = check
        return check
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")
