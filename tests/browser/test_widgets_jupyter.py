"""Widgets where every one brings a copy of the front end of its own, as JupyterLab loads them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.browser

#: Two copies of the module, each with one widget; the models only hold their state.
TWO_COPIES = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Two</title><link rel="icon" href="data:,">
<body><div class="one"></div><div class="two"></div><script type="module">
  for (const name of ["one", "two"]) {
    const state = await (await fetch(`${name}.json`)).json();
    const model = { get: (k) => state[k], set() {}, save_changes() {}, on() {}, off() {}, send() {} };
    const { default: copy } = await import(`./widget.mjs?${name}`);
    await copy.render({ model, el: document.querySelector(`.${name}`) });
  }
  document.body.dataset.done = "";
</script></body></html>"""


def test_two_copies_of_the_front_end_do_not_share_an_id(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial: ModuleType, tmp_path: Path
) -> None:
    from coursekit import assets
    from coursekit.widgets import wire

    shutil.copyfile(assets.WIDGET_ESM, tmp_path / "widget.mjs")
    for name, widget in (("one", trial.curve), ("two", trial.descent)):
        state = {
            "spec": widget.spec(),
            "values": widget.defaults,
            "figure": widget.figure().to_dict(),
            "error": "",
            "answered": 0,
        }
        (tmp_path / f"{name}.json").write_text(wire.inline(state), "utf-8")
    (tmp_path / "index.html").write_text(TWO_COPIES, "utf-8")
    seen = watched()
    seen.page.goto(serve(tmp_path))
    seen.page.wait_for_selector("body[data-done]", state="attached")
    seen.page.locator(".two svg [clip-path]").first.wait_for(state="attached")
    ids = seen.page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids)) > 4
    # What cuts a mark off lies in the mark's own drawing.
    homes = seen.page.evaluate(
        "[...document.querySelectorAll('[clip-path]')].map((node) => {"
        "  const clip = document.getElementById(node.getAttribute('clip-path').slice(5, -1));"
        "  return clip?.closest('svg') === node.closest('svg');"
        "})"
    )
    assert homes
    assert all(homes)
    assert seen.complaints == []
