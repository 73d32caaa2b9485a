"""Figures drawn at build time."""

import re

import matplotlib as mpl
import numpy as np
import pytest

from coursekit.jupyter import plots
from coursekit.widgets.palette import PALETTE


def two_lines(fig, look):
    ax = fig.subplots()
    for name, height in (("relu", 1.0), ("tanh", 1.01)):
        ax.plot([0.0, 1.0], [0.0, height], label=name, **look.line(name))
    plots.label_ends(ax)


def test_four_versions_each_with_its_own_inks():
    plot = plots.figure(two_lines, alt="Two lines.")
    assert set(plot.files) == {"light", "dark", "light-phone", "dark-phone"}
    for version, svg in plot.files.items():
        theme = version.removesuffix("-phone")
        other = "dark" if theme == "light" else "light"
        assert svg.startswith("<svg")
        assert getattr(PALETTE["relu"], theme) in svg
        assert getattr(PALETTE["relu"], other) not in svg
        assert "metadata" not in svg


def test_the_same_drawing_is_the_same_to_the_byte():
    assert plots.digest(plots.figure(two_lines, alt="Two.")) == plots.digest(plots.figure(two_lines, alt="Two."))


def test_the_phone_version_is_as_narrow_as_a_phone():
    def draw(fig, look):
        for ax in look.panels(fig, 3):
            ax.plot([0, 1])

    def size(svg):
        return [float(number) for number in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()]

    files = plots.figure(draw, alt="Three.", size=(8.8, 3.0)).files
    wide, narrow = size(files["light"]), size(files["light-phone"])
    assert wide == pytest.approx([8.8 * 72, 3.0 * 72])
    assert narrow[0] <= 290
    assert narrow[1] > 2 * wide[1]


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_figure_needs_words(alt):
    with pytest.raises(plots.PlotError, match="text alternative"):
        plots.figure(two_lines, alt=alt)


def test_an_empty_figure_is_refused():
    with pytest.raises(plots.PlotError, match="drew nothing"):
        plots.figure(lambda fig, look: None, alt="Nothing.")


def test_an_unknown_colour_is_named():
    with pytest.raises(plots.PlotError, match="'rilu' is not in the palette"):
        plots.Look("light").line("rilu")


def test_labels_at_the_ends_keep_apart():
    heights = plots._spread([10.0, 10.5, 11.0], gap=5.0, low=0.0, high=100.0)
    assert np.all(np.diff(heights) >= 5.0)
    squeezed = plots._spread([98.0, 99.0, 100.0], gap=5.0, low=0.0, high=100.0)
    assert squeezed == [90.0, 95.0, 100.0]


def test_labels_must_fit_the_lines():
    def draw(fig, look):
        ax = fig.subplots()
        ax.plot([0, 1])
        plots.label_ends(ax, ["a", "b"])

    with pytest.raises(plots.PlotError, match="1 lines and 2 labels"):
        plots.figure(draw, alt="x")


def test_matplotlib_is_left_as_it_was():
    before = dict(mpl.rcParams)
    plots.figure(two_lines, alt="Two.")
    assert dict(mpl.rcParams) == before


def test_a_notebook_gets_html_with_the_words():
    bundle = plots.figure(two_lines, alt='Say "two" & more.')._repr_mimebundle_()
    assert set(bundle) == {plots.MIME, "text/html", "text/plain"}
    assert bundle["text/html"].count('alt="Say &quot;two&quot; &amp; more."') == 2
    assert bundle[plots.MIME]["size"] == [653, 346]


def test_the_site_knows_the_output_by_the_same_name():
    plot = pytest.importorskip("coursekit.site.plot")
    assert plot.PLOT == plots.MIME


def test_a_title_of_two_parts_takes_two_lines_on_a_phone():
    titles = {}

    def draw(fig, look):
        ax = fig.subplots()
        ax.plot([0, 1])
        look.title(ax, "With BatchNorm,", "η = 0.1")
        titles[look.phone] = ax.get_title(mpl.rcParams["axes.titlelocation"])

    plots.figure(draw, alt="A line.")
    assert titles == {False: "With BatchNorm, η = 0.1", True: "With BatchNorm,\nη = 0.1"}
