"""The built front end: where its files are, for the notebook and for the site."""

from pathlib import Path

#: What `npm run build` writes and the wheel carries.
DIST = Path(__file__).parent / "dist"

WIDGET_ESM = DIST / "widget.mjs"
WIDGET_CSS = DIST / "widget.css"
HOST_JS = DIST / "host.js"
WORKER_JS = DIST / "worker.js"


class AssetsError(RuntimeError):
    """The front end has not been built."""


def built(*files: Path) -> None:
    """Raise `AssetsError`, in one line, where one of these files is not there; by default all are asked for."""
    missing = [file.name for file in files or (WIDGET_ESM, WIDGET_CSS, HOST_JS, WORKER_JS) if not file.is_file()]
    if missing:
        raise AssetsError(
            f"the front end is not built ({', '.join(missing)} missing in {DIST}): "
            "run `make setup`, or `npm --prefix js ci && npm --prefix js run build`"
        )
