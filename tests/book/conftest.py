import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.site.build import BuildError, build

REPOSITORY = Path(__file__).parents[2]
HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"


class TinyBook:
    """A book of two pages in a folder of its own, with this repository's configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        (root / "book").mkdir(parents=True)
        shutil.copyfile(REPOSITORY / "_config.yml", root / "_config.yml")
        self.write(
            "references.bib",
            "@book{prince2023, author={Simon Prince}, title={Deep Learning}, publisher={MIT}, year={2023}}\n",
        )
        self.write("_toc.yml", "format: jb-book\nroot: index\nchapters:\n  - file: chapters/one\n")
        self.write("index.md", "# A book\n\nIt has one page: [](chapters/one.md).\n")
        notebook = root / "exercises" / "activations" / "activations.ipynb"
        notebook.parent.mkdir(parents=True)
        notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "utf-8")
        self.write("chapters/one.md", "# One\n\nNothing yet.\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / "book" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def chapter(self, body: str) -> None:
        """Make `body` the chapter's text; a cell in it is run."""
        self.write("chapters/one.md", f"{HEAD}# One\n\n{body}\n")

    def build(self) -> Path:
        self.said = []
        return build(root=self.root, python=False, say=self.said.append)

    def problems(self) -> list[str]:
        """What the build says is wrong; it must be something."""
        with pytest.raises(BuildError) as caught:
            self.build()
        return caught.value.problems

    def page(self) -> str:
        return (self.root / "_build" / "html" / "chapters" / "one.html").read_text("utf-8")


@pytest.fixture
def tiny(tmp_path: Path) -> TinyBook:
    return TinyBook(tmp_path / "tiny")


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, chapter: str) -> TinyBook:
    book = TinyBook(tmp_path_factory.mktemp("good"))
    book.chapter(chapter)
    book.build()
    return book


@pytest.fixture(scope="session")
def chapter() -> str:
    """A small chapter with one of everything."""
    return r"""
ReLU is $\max(0, x)$ {cite:p}`prince2023`.

$$
\begin{aligned} a &= b \\ &= c \end{aligned}
$$ (eq-one)

By {eq}`eq-one` all is said.

```{code-cell} python
from coursekit.jupyter import plots, show
show("activations.explorer", x=1.5)
```

```{code-cell} python
:tags: [remove-input]
def draw(fig, look):
    ax = fig.subplots()
    ax.plot([0, 1], [0, 1], label="up", **look.line("relu"))
    plots.label_ends(ax)

plots.figure(draw, alt="A line from 0 to 1.", caption="Up.")
```

| | this book |
|---|---|
| slope at 0 | 0 |

:::{pitfall} A title of its own
With $x$ in it.
:::

```{quiz}
What is $1 + 1$?

- [x] $2$
  So it is.
- [ ] `3`
  That is one too many.
```

```{exercise} relu
:assignment: activations
```

```{claims} activations
:only: relu-plausible elu-alpha-learned
```

## References

```{bibliography}
```
"""


@pytest.fixture(scope="session")
def cell() -> Callable[[str], str]:
    return lambda code: f"```{{code-cell}} python\n{code}\n```"
