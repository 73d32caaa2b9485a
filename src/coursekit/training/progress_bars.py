"""Progress bars on long work, where tqdm is installed and somebody can see them."""

import importlib
import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from coursekit.arguments import instance, takes

T = TypeVar("T")


@takes(total="optional whole [0, inf)")
def progress(iterable: Iterable[T], *, total: int | None = None, what: str = "") -> Iterator[T]:
    """The items of `iterable`, with a bar that shows how many of `total` are done; `what` names them.

    The bar is tqdm's, in a terminal or a notebook. Where tqdm is not installed, nobody looks (output to a file), or
    Python runs in a browser, there is none, and the items are the same.

    >>> sum(progress([1, 2, 3], what="numbers"))
    6
    """
    instance("progress: iterable", iterable, Iterable, "something to go through")
    instance("progress: what", what, str, "a text")
    tqdm = _tqdm()
    if tqdm is None:
        return iter(iterable)
    # None, not False: off where the output is no terminal. A bar that is done makes room for the next.
    items: Iterator[T] = iter(tqdm(iterable, total=total, desc=what or None, disable=None, leave=False))
    return items


def _tqdm() -> Any:
    """The class of bars for this place, or None; imported at the first bar, since most work needs none."""
    if sys.platform == "emscripten":  # a bar keeps a thread, which a browser does not have
        return None
    try:
        with warnings.catch_warnings():
            # It warns where ipywidgets is missing, and draws the bar in text.
            warnings.simplefilter("ignore")
            return importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        return None
