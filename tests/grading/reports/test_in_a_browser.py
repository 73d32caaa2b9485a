"""Both pages as a browser shows them: on a desk and on a phone, light and dark, with long and hostile texts in them."""

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import pytest
import synthetic

from coursekit.exercises import assignment
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.record import State
from coursekit.grading.reports import page
from coursekit.grading.reports.class_report import write_report

pytestmark = pytest.mark.browser
LONG = "a" * 100


@pytest.fixture(scope="module")
def pages(graded, tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("course")
    (root / "exercises/activations").mkdir(parents=True)
    (root / "exercises/activations/activations.ipynb").write_text(synthetic.release("activations"), "utf-8")
    wrong = next(m.function for m in assignment("activations").exercises["relu"].misconceptions)
    record = graded(
        "activations", {"relu": wrong, "maxout_backward": lambda *a: None}, repairs=(LONG,), remarks=(LONG,)
    )
    rng = random.Random(1)
    source = synthetic.honest("activations", rng)
    with Ledger(root / LEDGER) as ledger:
        for i, state in enumerate([*State, State.GRADED, State.GRADED]):
            student = f"{LONG}-{i}"
            ledger.put(student, dataclasses.replace(record, state=state))
            answers = synthetic.copied(source, rng) if i > 8 else synthetic.honest("activations", rng)
            cells = [{"cell_type": "code", "source": text} for text in answers.values()]
            path = root / "autograded" / student / "activations" / "activations.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps({"cells": cells}))
    write_report(root, "activations", root / "report.html")
    return {"report": root / "report.html", "feedback": page.write(root, LONG, record)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("which", ["report", "feedback"])
def test_it_fits_runs_nothing_and_asks_nobody(browser: Any, pages, which: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    shown = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    try:
        shown.goto(pages[which].as_uri())
        shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert (asked, said) == ([pages[which].as_uri()], [])
        ink, paper = shown.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        light = [sum(map(int, colour.strip("rgb()").split(", "))) for colour in (ink, paper)]
        assert (light[0] < light[1]) == (scheme == "light")
    finally:
        context.close()
