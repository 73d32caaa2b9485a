"""Charts as inline SVG in the page's own colours, drawn at the size at which a phone shows them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.grading.reports.look import text
from coursekit.grading.reports.words import number

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 22, 40
STYLE = """\
.chart { display: block; width: 100%; max-width: 33rem; height: auto; margin: .4rem 0 .2rem; overflow: visible; }
.chart text { fill: var(--muted); font: 11px system-ui, "Segoe UI", sans-serif; }
.chart .bar { fill: var(--mark); }
.chart .beyond { fill: var(--other); }
.chart .axis { stroke: var(--muted); stroke-width: 1; }
.chart .cut { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 4 3; }
.chart .count { fill: var(--ink); }
"""


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """Counts of equal bins from `low` to `high`; `told` is what a reader who does not see it is told.

    `cut` is a place on the axis, and `cut_label` what begins there; the bins beyond it have the other colour.
    """

    counts: Sequence[int]
    low: float
    high: float
    label: str
    told: str
    cut: float | None = None
    cut_label: str = ""

    def svg(self) -> str:
        """The drawing."""
        top, inner = max([*self.counts, 1]), WIDTH - _LEFT - _RIGHT
        room = HEIGHT - _TOP - _BOTTOM
        step = inner / len(self.counts)
        size = (self.high - self.low) / len(self.counts)
        parts = [f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(self.told)}">']
        for i, count in enumerate(self.counts):
            height = room * count / top
            x, y = _LEFT + i * step, _TOP + room - height
            kind = "beyond" if self.cut is not None and self.low + i * size >= self.cut - 1e-9 else "bar"
            if count:
                parts.append(
                    f'<rect class="{kind}" x="{x + 0.75:.1f}" y="{y:.1f}" width="{max(step - 1.5, 0.5):.1f}" '
                    f'height="{max(height, 1.0):.1f}"/>'
                )
                # Small bins have no room for a number over each.
                if step >= 22 or count == top or (kind == "beyond" and len(self.counts) <= 40):
                    parts.append(_label(x + step / 2, y - 4, f"{count:,}", "count"))
        base = _TOP + room + 0.5
        parts.append(f'<line class="axis" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>')
        for value in ticks(self.low, self.high):
            anchor = "start" if value == self.low else "end" if value == self.high else "middle"
            part = (value - self.low) / ((self.high - self.low) or 1.0)
            parts.append(_label(_LEFT + part * inner, base + 15, number(round(value, 2)), anchor=anchor))
        parts.append(_label(WIDTH / 2, HEIGHT - 4, self.label))
        if self.cut is not None and self.low < self.cut < self.high:
            x = _LEFT + inner * (self.cut - self.low) / (self.high - self.low)
            parts.append(f'<line class="cut" x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{base}"/>')
            right = x > WIDTH / 2
            parts.append(_label(x - 4 if right else x + 4, 12, self.cut_label, anchor="end" if right else "start"))
        parts.append("</svg>")
        return "".join(parts)


def ticks(low: float, high: float) -> list[float]:
    """Both ends of an axis and four or so round numbers between them, none too near to an end for its label."""
    if not high > low:
        return [low]
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    inner = [round(step * i, 9) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return [low, *(value for value in inner if low + 0.6 * step <= value <= high - 0.6 * step), high]


def _label(x: float, y: float, what: str, kind: str = "", anchor: str = "middle") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text(what)}</text>'


def share_bar(share: float) -> str:
    """A small bar for a table's cell; the number beside it says the same."""
    return f'<span class="share" aria-hidden="true"><i style="width:{100 * min(max(share, 0.0), 1.0):.0f}%"></i></span>'
