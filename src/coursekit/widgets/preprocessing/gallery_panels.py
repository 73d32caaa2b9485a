"""What the augmentation gallery draws: the digits, what they come to look like, and the errors."""

import numpy as np

from coursekit.widgets.figure import Axis, Bars, Dots, Image, Line, Panel, Rule, Text
from coursekit.widgets.preprocessing.augmented import RUNS, Looks, Shown, Values

#: A tile is 8 units wide and high; from one column and row to the next there is room for words.
_PITCH, _LINE, _TOP = 10, 13, 5


def tiles_panel(tiles: Shown, title: str) -> Panel:
    """A row of originals and rows of versions in one image, the names above, what has changed its look below."""
    rows = [tiles.originals, *tiles.versions]
    width, height = 10 * _PITCH, _LINE * len(rows)
    sheet = np.zeros((height, width), np.float32)
    for i, images in enumerate(rows):
        for k, image in enumerate(images):
            top, left = _LINE * i, _PITCH * k + 1
            sheet[top : top + 8, left : left + 8] = np.clip(image.reshape(8, 8), 0.0, 16.0)

    def said(text: str, k: int, y: float, colour: str) -> Text:
        return Text(x=_PITCH * k + 5.0, y=y, text=text, anchor="middle", colour=colour)

    below = (_LINE - 8) / 2
    names = [said(str(k), k, height + _TOP / 2, "muted") for k in range(10)]
    others = [
        said(f"→{label}", k, height - _LINE * (i + 1) - 8 - below, "accent")
        for i, labels in enumerate(tiles.seen)
        for k, label in enumerate(labels.tolist())
        if label != k
    ]
    return Panel(
        id="tiles",
        title=title,
        marks=[
            Image(pixels=sheet, x_range=(0.0, float(width)), y_range=(0.0, float(height)), domain=(0.0, 16.0)),
            Rule(y=height - 8 - below, colour="muted"),
            *names,
            *others,
        ],
        x=Axis(hidden=True, low=0.0, high=float(width)),
        y=Axis(hidden=True, low=0.0, high=float(height + _TOP)),
        width=1.3,
        column=0,
        aspect=width / (height + _TOP),
    )


def errors_panel(without: Values, augmented: Values) -> Panel:
    """Both errors of each run, and their means."""
    run = np.arange(1, RUNS + 1)
    pairs = [
        Line(x=np.array([before, after]), y=np.full(2, k), colour="muted", width=1.5)
        for k, before, after in zip(run, without, augmented, strict=True)
    ]
    return Panel(
        id="errors",
        title=f"test error {without.mean():.1f} → {augmented.mean():.1f} %: {compared(without, augmented)}",
        marks=[
            Rule(x=float(without.mean()), colour="a"),
            Rule(x=float(augmented.mean()), colour="b"),
            *pairs,
            Dots(
                x=np.concatenate([without, augmented]),
                y=np.tile(run, 2),
                group=np.repeat([0, 1], RUNS),
                names=("as they are", "augmented"),
                radius=5.5,
            ),
        ],
        x=Axis(label="test error (lines: means)", unit="%", low=2.0, high=100.0, log=True),
        y=Axis(label="run", low=0.5, high=RUNS + 0.5),
        column=1,
        aspect=0.85,
    )


def kept_panel(look: Looks, flipped: bool) -> Panel:
    """By digit, how many still look like what they are; and what they look like where most look like another."""
    kept = look.kept
    marks: list[Bars | Text] = [Bars(edges=np.arange(11) - 0.5, heights=kept, colour="b")]
    for k in range(10):
        other = look.mostly(k)
        if other is not None:
            marks.append(Text(x=float(k), y=float(kept[k]) + 7.0, text=f"→{other}", anchor="middle", colour="accent"))
    return Panel(
        id="kept",
        title=f"For {kept.mean():.0f} % {'of the flipped ' * flipped}the nearest real digit is of their kind",
        marks=marks,
        x=Axis(label="digit (→: most are nearest to that one)", low=-0.5, high=9.5),
        y=Axis(label="nearest digit of their kind", unit="%", low=0.0, high=100.0),
        width=1.3,
        column=0,
        aspect=2.6,
    )


def compared(without: Values, augmented: Values) -> str:
    """In how many runs the error is lower, or higher where that is more often so."""
    lower, higher = int(np.sum(augmented < without)), int(np.sum(augmented > without))
    if lower == higher == 0:
        return "the same in every run"
    return f"lower in {lower} of {RUNS} runs" if lower >= higher else f"higher in {higher} of {RUNS} runs"
