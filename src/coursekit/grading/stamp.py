"""Writes the engine's version into a notebook while it is released."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

import coursekit
from coursekit.grading.setup_cell import setup_source


class StampVersion(NbGraderPreprocessor):  # type: ignore[misc]
    """Sets the version in every cell whose coursekit metadata names an exercise, and writes the setup cell anew.

    So a new version of the package, or a new address of the site, is released without a hand on any notebook.
    """

    site_url = Unicode("", help="where the book is published, without a slash at the end").tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Stamp one cell."""
        mark = cell.metadata.get("coursekit", {})
        if mark.get("role") == "setup":
            cell.source = setup_source(coursekit.__version__, self.site_url)
        if mark:
            mark["version"] = coursekit.__version__
        return cell, resources
