"""What a run shows while it works: a bar where somebody looks, a line every half minute where nobody does."""

import time
from collections import Counter
from typing import TextIO

from tqdm import tqdm

from coursekit.grading.record import State

_EVERY = 30.0  # seconds


class Progress:
    """Counts by state, rate and time left on `out`; nothing at all where that is None."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._bar: tqdm | None = None
        self._total = self._done = self._kept = 0
        self._what = ""
        self._counts: Counter[State] = Counter()
        self._began = self._said = 0.0

    def tell(self, line: str) -> None:
        """Say this before the work begins."""
        if self._out is not None:
            print(line, file=self._out, flush=True)

    def begin(self, total: int, what: str = "") -> None:
        """There are `total` submissions; `what` says what is done to them, where that is not grading."""
        self._total, self._began, self._said = total, time.monotonic(), time.monotonic()
        self._done, self._kept, self._what = 0, 0, f"{what}: " if what else ""
        self._counts.clear()
        if self._out is not None and self._out.isatty():
            self._bar = tqdm(
                total=total, file=self._out, unit="sub", desc=what or None, dynamic_ncols=True, smoothing=0.05
            )

    def step(self, state: State | None) -> None:
        """One more is done, and ended like this; None for one that was graded before."""
        self._done += 1
        if state is None:
            self._kept += 1
            if self._bar is not None:
                # It took no time, so the rate must not count it.
                self._bar.initial, self._bar.n = self._bar.initial + 1, self._bar.n + 1
                self._bar.last_print_n += 1
            return
        self._counts[state] += 1
        if self._bar is not None:
            self._bar.set_postfix_str(self._by_state(), refresh=False)
        self._moved()

    def tick(self) -> None:
        """One more is done, and there is no state to count."""
        self._done += 1
        self._moved()

    def _moved(self) -> None:
        if self._bar is not None:
            self._bar.update()
        elif self._out is not None and time.monotonic() - self._said >= _EVERY:
            self._say()

    def end(self) -> None:
        """The last line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._out is not None and self._total:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        graded = self._done - self._kept
        rate = graded / max(self._said - self._began, 1e-9)
        left = (self._total - self._done) / rate if rate else 0.0
        print(
            f"{self._what}{self._done} of {self._total}, {rate:.1f} a second, {_duration(left)} left"
            + (f" ({counts})" if (counts := self._by_state()) else ""),
            file=self._out,
            flush=True,
        )

    def _by_state(self) -> str:
        counts = [f"{state} {self._counts[state]}" for state in State if self._counts[state]]
        return ", ".join(counts + ([f"kept {self._kept}"] if self._kept else []))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
