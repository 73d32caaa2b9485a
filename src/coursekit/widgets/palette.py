"""One thing, one colour, through the whole book: the colours that matplotlib and the front end both read.

Each entry has a tuned value for light and for dark pages and a second sign (a dash and a symbol), so that nothing is
told by colour alone. The hues start from the set of Okabe & Ito (2008), chosen for readers with a colour blindness,
darkened or lightened until marks reach a contrast of 3:1 on their background.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Colour:
    """A colour on a light and on a dark page, with the dash (SVG dasharray) and dot symbol that go with it."""

    light: str
    dark: str
    dash: str = ""
    symbol: str = "circle"


#: The page's own inks. `accent` is the one accent of the whole site.
INK = {
    "ink": Colour("#1f2328", "#e6e3dc"),
    "muted": Colour("#646a73", "#a5a29b"),
    "grid": Colour("#dedbd3", "#3a3d42"),
    "paper": Colour("#fdfcf9", "#17191c"),
    "accent": Colour("#9a3b1b", "#f0a37f"),
    "shade": Colour("#efe6d8", "#2b2925"),
}

#: Activations. Units that saturate on both sides are dashed, rectifiers are solid.
ACTIVATIONS = {
    "sigmoid": Colour("#b8472a", "#ee8f73", "6 3", "square"),
    "tanh": Colour("#9c4f96", "#d592cf", "6 3", "diamond"),
    "relu": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "leaky_relu": Colour("#00795c", "#42c49f", "", "triangle"),
    "prelu": Colour("#4d7d18", "#9bcb5d", "2 2", "triangle"),
    "elu": Colour("#8a6500", "#dfb03f", "9 3 2 3", "star"),
    "maxout": Colour("#4c51b5", "#a2a6f5", "9 3 2 3", "cross"),
    "gelu": Colour("#a3276b", "#ef86ba", "9 3", "wye"),
    "silu": Colour("#00788f", "#4cc3dc", "9 3", "plus"),
    "softplus": Colour("#6b5d52", "#bcab9d", "2 2", "times"),
}

#: Schedules. Those that look at the step alone are told apart by hue; the one that watches the loss is dotted.
SCHEDULES = {
    "constant": Colour("#646a73", "#a5a29b", "6 3", "square"),
    "step": Colour("#b8472a", "#ee8f73", "", "diamond"),
    "exponential": Colour("#4d7d18", "#9bcb5d", "9 3 2 3", "triangle"),
    "inverse_time": Colour("#9c4f96", "#d592cf", "9 3", "wye"),
    "cosine": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "warmup": Colour("#c15a00", "#f2a054", "", "star"),
    "one_cycle": Colour("#4c51b5", "#a2a6f5", "9 3 2 3", "plus"),
    "plateau": Colour("#00795c", "#42c49f", "2 2", "cross"),
    "growing_batch": Colour("#00788f", "#4cc3dc", "6 3", "times"),
}

#: Initializers. Solid where the spread follows from the fans of a normal draw, broken where it does not.
INITIALIZERS = {
    "constant_init": Colour("#646a73", "#a5a29b", "6 3", "square"),
    "normal_init": Colour("#8a6500", "#dfb03f", "6 3", "diamond"),
    "uniform_init": Colour("#9c4f96", "#d592cf", "9 3 2 3", "wye"),
    "positive_uniform": Colour("#b8472a", "#ee8f73", "2 2", "cross"),
    "xavier_init": Colour("#00795c", "#42c49f", "", "triangle"),
    "xavier_uniform_init": Colour("#4d7d18", "#9bcb5d", "9 3", "plus"),
    "he_init": Colour("#0b66a3", "#62b3ea", "", "circle"),
}

#: Optimizers. Those with one rate for all weights are solid, those with a rate for each are broken.
OPTIMIZERS = {
    "sgd": Colour("#646a73", "#a5a29b", "", "square"),
    "momentum": Colour("#c15a00", "#f2a054", "", "triangle"),
    "nesterov": Colour("#8a6500", "#dfb03f", "", "diamond"),
    "adagrad": Colour("#4d7d18", "#9bcb5d", "2 2", "plus"),
    "rmsprop": Colour("#00795c", "#42c49f", "6 3", "cross"),
    "adadelta": Colour("#4c51b5", "#a2a6f5", "2 2", "wye"),
    "adam": Colour("#0b66a3", "#62b3ea", "9 3", "circle"),
    "adamw": Colour("#9c4f96", "#d592cf", "9 3 2 3", "star"),
    "newton": Colour("#b8472a", "#ee8f73", "", "times"),
}

#: Classes of the data sets, told apart by symbol as well.
CLASSES = {
    "class0": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "class1": Colour("#c15a00", "#f2a054", "", "triangle"),
    "class2": Colour("#00795c", "#42c49f", "", "square"),
    "class3": Colour("#9c4f96", "#d592cf", "", "diamond"),
}

#: Parts of a run that are compared everywhere.
ROLES = {
    "function": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "derivative": Colour("#c15a00", "#f2a054", "6 3", "triangle"),
    "train": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "validation": Colour("#c15a00", "#f2a054", "6 3", "triangle"),
    "a": Colour("#0b66a3", "#62b3ea", "", "circle"),
    "b": Colour("#c15a00", "#f2a054", "6 3", "triangle"),
}

PALETTE: dict[str, Colour] = {**INK, **ACTIVATIONS, **SCHEDULES, **INITIALIZERS, **OPTIMIZERS, **CLASSES, **ROLES}

#: Scales for `Raster`, `Contour` and `Edges`: names that matplotlib and d3 both know.
SEQUENTIAL = "viridis"
DIVERGING = ("#0b66a3", "#c15a00")


def as_json() -> dict[str, dict[str, str]]:
    """The palette as plain dicts, for the front end."""
    return {name: asdict(colour) for name, colour in PALETTE.items()}
