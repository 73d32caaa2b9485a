"""Stop the batch by the file itself: more cells, source, outputs or markup than anyone hands in; active content."""

from attacks.base import Arena, Attack, as_bytes, notebook
from coursekit.grading.record import State

_AIM = "stop the batch"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_HARD = _ENDS | {State.DIED, State.TIMEOUT, State.MEMORY}


def _stubborn_cells(arena: Arena) -> bytes:
    """Cells that only a kill ends, more of them than there is patience for."""
    source = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True:\n    pass"
    return as_bytes(notebook(solved=["sigmoid"], last=[f"number = {number}\n{source}" for number in range(8)]))


def _many_cells(arena: Arena) -> bytes:
    made = notebook(
        solved=["sigmoid"], last=[f"x{number} = {number}" for number in range(3000)] + ["print('attempt over')"]
    )
    return as_bytes(made)


def _large_cell(arena: Arena) -> bytes:
    """A list of two million numbers as source: parsing it takes much more memory than the text."""
    made = notebook(solved=["sigmoid"], last=["numbers = [" + "0," * 2_000_000 + "]"])
    made["cells"] = [cell for cell in made["cells"] if cell["id"] not in ("relu", "elu", "maxout")]
    return as_bytes(made)


def _deep_source(arena: Arena) -> bytes:
    """Source that is nested beyond what a parser bears, where functions are missing so that all cells are searched."""
    sources = [
        "(" * 150_000,
        "-" * 200_000 + "1",
        "x = " + "+".join("1" * 100_000),
        "lambda:" * 100_000 + "0",
        "a" + ".b" * 200_000,
        "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)),
        "f'" + "{'" * 5000,
        "\f\x00\x1a" * 1000,
    ]
    made = notebook(solved=["sigmoid"], last=[*sources, "print('attempt over')"])
    made["cells"] = [cell for cell in made["cells"] if cell["id"] not in ("relu", "elu", "maxout")]
    return as_bytes(made)


def _large_outputs(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"], last=["print('attempt over')"])
    made["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 15_000_000}]
    return as_bytes(made)


def _large_markdown(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"], last=["print('attempt over')"])
    made["cells"].append({"cell_type": "markdown", "id": "large", "metadata": {}, "source": "*a **b _c " * 300_000})
    return as_bytes(made)


def _active_content(arena: Arena) -> bytes:
    """What would run in the browser of whoever opens the feedback."""
    evil = (
        "<script>alert('x')</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
        "<iframe srcdoc='x'></iframe><svg onload=alert(1)><style>@import 'http://127.0.0.1/x'</style>"
        "<form action='http://127.0.0.1/'><button>x</button></form>"
    )
    source = f"""\
from IPython.display import HTML, Javascript, Markdown, SVG, display, publish_display_data
evil = {evil!r}
for kind in (HTML, Markdown, Javascript):
    display(kind(evil))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
publish_display_data({{"text/html": evil, "text/latex": evil, "text/plain": evil}})
publish_display_data({{"application/vnd.jupyter.widget-view+json": {{"model_id": evil}}, "text/plain": evil}})
print(evil)
print("attempt over")
raise ValueError(evil)"""
    answers = {
        "relu": f"def relu(x):\n    print({evil!r})\n    raise ValueError({evil!r})",
        "elu": f"import warnings\ndef elu(x, alpha=1.0):\n    warnings.warn({evil!r})\n    return {evil!r}",
        "maxout": f"maxout = type({evil!r}, (), {{}})()",
    }
    made = notebook(solved=["sigmoid"], answers=answers, last=[source])
    made["cells"].append(
        {
            "cell_type": "markdown",
            "id": "evil",
            "metadata": {},
            "source": evil + "\n\n[x](javascript:alert(1)) ![](http://127.0.0.1/x)",
        }
    )
    made["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {"format": "text/html"}, "source": evil})
    made["metadata"].update(title=evil, authors=[{"name": evil}])
    return as_bytes(made)


ATTACKS: list[Attack] = [
    Attack(
        name="endless-cells-that-cannot-be-interrupted",
        aim=_AIM,
        make=_stubborn_cells,
        solved=["sigmoid"],
        states=_ENDS | {State.TIMEOUT},
        shows="Stopped",
    ),
    Attack(name="thousands-of-cells", aim=_AIM, make=_many_cells, solved=["sigmoid"]),
    Attack(
        name="source-that-takes-memory-to-parse",
        aim=_AIM,
        make=_large_cell,
        solved=["sigmoid"],
        harms_itself=True,
        states=_HARD,
        shows="",
    ),
    Attack(
        name="source-nested-beyond-parsing",
        aim=_AIM,
        make=_deep_source,
        solved=["sigmoid"],
        harms_itself=True,
        states=_HARD,
        # The compiler is busy with one of them until the notebook's time is over.
        shows="Stopped",
    ),
    Attack(name="outputs-of-fifteen-megabytes-handed-in", aim=_AIM, make=_large_outputs, solved=["sigmoid"]),
    Attack(name="markdown-of-three-megabytes", aim=_AIM, make=_large_markdown, solved=["sigmoid"]),
    Attack(name="active-content", aim=_AIM, make=_active_content, solved=["sigmoid"], states=_ENDS),
]
