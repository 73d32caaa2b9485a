"""`{exercise}`: an exercise's points, its notebook, its task and signature, and the engine's own source, collapsed."""

import inspect
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from coursekit.site.elements import Html, text


class Exercise(SphinxDirective):
    """`{exercise} relu` in the chapter `activations`; `:assignment:` names another assignment than the chapter's."""

    required_arguments = 1
    option_spec = {"assignment": str}  # noqa: RUF012  (docutils declares it as a plain attribute)

    def run(self) -> list[nodes.Node]:
        """The box of the exercise."""
        from coursekit.exercises import assignment, assignments

        id = self.options.get("assignment") or Path(self.env.docname).name
        if id not in assignments():
            raise ExtensionError(
                f"{self.get_location()}: there is no assignment {id!r}: there are {', '.join(assignments())}"
            )
        exercises = assignment(id).exercises
        name = self.arguments[0]
        if name not in exercises:
            raise ExtensionError(f"{self.get_location()}: {id} has no exercise {name!r}: it has {', '.join(exercises)}")
        exercise = exercises[name]
        key = f"exercise-{name.replace('_', '-')}"
        points = f"{exercise.max_score:g} point{'' if exercise.max_score == 1 else 's'}"
        box = Html("article", class_="bk-box bk-exercise", id=key, aria_labelledby=f"{key}-title")
        title = Html("p", nodes.Text("Exercise "), text("code", name), class_="bk-box-title", id=f"{key}-title")
        where = Html(
            "span", nodes.Text(f"{points} · "), link(self.env.docname, id, "in the notebook"), class_="bk-points"
        )
        title += where
        box += title
        source, line = self.get_source_info()
        self.state.nested_parse(StringList(exercise.task.splitlines(), source), line, box)
        call = f"def {exercise.signature}:"
        box += nodes.literal_block(call, call, language="python")
        details = Html("details", text("summary", "The engine's own version"), class_="bk-solution")
        details += text(
            "p", "Try it first. This is the code that every figure of the book runs on.", class_="bk-solution-note"
        )
        code = inspect.getsource(exercise.reference)
        details += nodes.literal_block(code, code, language="python")
        box += details
        return [box]


def link(page: str, id: str, words: str = "") -> Html:
    """A link from `page` to the student notebook of an assignment, for download."""
    return text("a", words or f"{id}.ipynb", href=f"{'../' * page.count('/')}exercises/{id}/{id}.ipynb", download=True)


class Notebook(ReferenceRole):
    """`{notebook}` with the assignment's id, or with words and the id in angle brackets: the notebook, for download."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link; an unknown assignment stops the build."""
        from coursekit.exercises import assignments

        if self.target not in assignments():
            known = ", ".join(assignments())
            raise ExtensionError(f"{self.get_location()}: there is no assignment {self.target!r}: there are {known}")
        return [link(self.env.docname, self.target, self.title if self.has_explicit_title else "")], []


def setup(app: Sphinx) -> None:
    """Register the directive and the role."""
    app.add_directive("exercise", Exercise)
    app.add_role("notebook", Notebook())
