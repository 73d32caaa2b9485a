"""Digits and what augmentation makes of them, with the test error of a small net that is trained on the outcome."""

import numpy as np

from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Figure
from coursekit.widgets.preprocessing.augmented import (
    FLIPS,
    LOOKED_AT,
    MADE,
    RUNS,
    STEPS,
    Looks,
    Shown,
    Values,
    errors,
    looks,
    shown,
)
from coursekit.widgets.preprocessing.gallery_panels import compared, errors_panel, kept_panel, tiles_panel
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

VERSIONS = 3
KINDS = {
    "crop": "crop (after a border of zeros)",
    "scale": "scale",
    "shift": "shift",
    "rotate": "rotation",
    "mirror": "horizontal flip",
    "topple": "vertical flip",
    "turn": "both flips (upside down)",
    "noise": "noise",
    "elastic": "elastic distortion",
}


@widget(
    "preprocessing.gallery",
    title="Augmented digits, and what they are worth",
    controls=[
        Choice(name="kind", label="augmentation", options=KINDS, value="elastic"),
        Slider(
            name="border",
            label="border of zeros, in pixels",
            low=0,
            high=3,
            value=1,
            step=1,
            integer=True,
            when={"kind": ("crop",)},
        ),
        Slider(
            name="factor", label="largest factor", low=1.0, high=2.0, value=1.2, step=0.05, when={"kind": ("scale",)}
        ),
        Slider(
            name="pixels",
            label="shift of up to, in pixels",
            low=0.0,
            high=3.0,
            value=0.5,
            step=0.25,
            when={"kind": ("shift",)},
        ),
        Slider(
            name="degrees",
            label="rotation of up to, in degrees",
            low=0,
            high=180,
            value=10,
            step=5,
            integer=True,
            when={"kind": ("rotate",)},
        ),
        Slider(
            name="share",
            label="share that is flipped, %",
            low=0,
            high=100,
            value=50,
            step=5,
            integer=True,
            when={"kind": FLIPS},
        ),
        Slider(
            name="std",
            label="standard deviation of the noise (ink is 16)",
            low=0.0,
            high=10.0,
            value=4.0,
            step=0.5,
            when={"kind": ("noise",)},
        ),
        Slider(
            name="alpha",
            label="strength",
            symbol="α",
            low=0.0,
            high=25.0,
            value=4.0,
            step=0.5,
            note="Pixels move by about 0.08 α of their width.",
            when={"kind": ("elastic",)},
        ),
        Choice(name="few", label="digits to train on", options={"50": "50", "100": "100", "400": "400"}, value="50"),
        Button(name="seed", label="New digits and start"),
    ],
    tries=[
        Try(
            label="Bend them a little",
            values={"kind": "elastic", "alpha": 4.0, "few": "50", "seed": 0},
            notice="As another hand might have written them: the test error falls in all five runs. With 400 digits to "
            "train on the gain is much smaller.",
        ),
        Try(
            label="Bend them too far",
            values={"kind": "elastic", "alpha": 20.0, "few": "50", "seed": 0},
            notice="For four in five the nearest real digit has another label, and the net learns that: "
            "more than half of its answers on real digits are wrong, in every run.",
        ),
        Try(
            label="Mirror half of them",
            values={"kind": "mirror", "share": 50, "few": "50", "seed": 0},
            notice="A 0 stays a 0, and most 8s and 1s stay themselves. Hardly a mirrored 3 or 6 does. The net spends "
            "its units on signs that nobody writes: the error rises in all five runs.",
        ),
        Try(
            label="Turn half of them upside down",
            values={"kind": "turn", "share": 50, "few": "50", "seed": 0},
            notice="Most 6s become 9s and most 9s become 6s, and keep their old label: the net is taught what is "
            "wrong. The error rises in all five runs.",
        ),
    ],
)
def gallery(
    kind: str,
    border: int,
    factor: float,
    pixels: float,
    degrees: int,
    share: int,
    std: float,
    alpha: float,
    few: str,
    seed: int,
) -> Figure:
    """Ten digits and their augmented versions; which real digits such images come nearest to; the test errors."""
    amounts = dict.fromkeys(FLIPS, float(share)) | {
        "crop": float(border),
        "scale": factor,
        "shift": pixels,
        "rotate": float(degrees),
        "noise": std,
        "elastic": alpha,
    }
    amount = amounts[kind]
    how = _how(kind, amount)
    tiles = shown(kind, amount, seed, VERSIONS)
    look = looks(kind, amount, seed)
    plain_errors, with_errors = errors(int(few), None, 0.0, seed), errors(int(few), kind, amount, seed)
    flipped = kind in FLIPS and amount > 0
    outcome = (
        f"test error {_percent(plain_errors.mean())} without and {_percent(with_errors.mean())} with it, means of "
        f"{RUNS} runs; {compared(plain_errors, with_errors)}"
    )
    others = int(np.sum(tiles.seen != np.arange(10)))
    return Figure(
        panels=[
            tiles_panel(
                tiles, f"{how[0].upper()}{how[1:]}: for {others} of {tiles.seen.size} another digit is the nearest (→)"
            ),
            kept_panel(look, flipped),
            errors_panel(plain_errors, with_errors),
        ],
        alt=f"One digit of each class and {VERSIONS} versions of each, {how}; {others} of the {tiles.seen.size} come "
        f"nearest to a real digit with another label: {_changes(tiles)}. Below, by digit, how many of {LOOKED_AT} such "
        f"images, in per cent, come nearest to a real digit with their own label: {_by_digit(look)}. Beside it, for "
        f"{few} digits to train on, {outcome}: {_list(plain_errors)} without, {_list(with_errors)} with augmentation.",
        status=f"{few} digits, {how} ({MADE} images, {STEPS} steps): {outcome}. {_which(look, flipped)}",
    )


def _how(kind: str, amount: float) -> str:
    said = plain(amount, 2).rstrip("0").rstrip(".") if amount % 1 else f"{amount:.0f}"
    match kind:
        case "crop":
            return f"cropped at random after a border of {said} {'pixel' if amount == 1 else 'pixels'}"
        case "scale":
            return f"scaled by 1/{said} to {said}"
        case "shift":
            return f"shifted by up to {said} {'pixel' if amount == 1 else 'pixels'}"
        case "rotate":
            return f"turned by up to {said}°"
        case "noise":
            return f"with noise of standard deviation {said}"
        case "elastic":
            return f"bent with α = {said}"
    turned = {"mirror": "mirrored left for right", "topple": "mirrored top for bottom", "turn": "upside down"}
    return f"{said} % {turned[kind]}"


def _which(look: Looks, flipped: bool) -> str:
    """Which digits mostly stay what they are, and which become another."""
    own = [f"{k}s" for k in range(10) if look.kept[k] > 50.0]
    become = [f"most {k}s to a {other}" for k in range(10) if (other := look.mostly(k)) is not None]
    done = "flipped" if flipped else "augmented"
    who = f"Most {done} digits of every kind" if len(own) == 10 else f"Most {done} {', '.join(own)}"
    stay = (
        f"{who} are nearest to a real digit of their kind" if own else f"No {done} digit is mostly nearest to its kind"
    )
    return "; ".join([stay, *become]) + "."


def _changes(tiles: Shown) -> str:
    found = [f"{k} → {label}" for labels in tiles.seen for k, label in enumerate(labels.tolist()) if label != k]
    return ", ".join(found) if found else "none"


def _by_digit(look: Looks) -> str:
    return ", ".join(f"{digit}: {share:.0f}" for digit, share in enumerate(look.kept))


def _percent(value: float) -> str:
    return f"{value:.1f} %"


def _list(values: Values) -> str:
    return ", ".join(f"{value:.1f}" for value in values) + " %"
