"""Nothing stale: the cache of executed cells and the read pages are keyed by the package's own content.

A chapter's cells import coursekit, and the cache of Jupyter Book sees only the chapter. So the cache lies in a folder
named by the hash of the modules that cells can use, and every page is read again when that hash changes.
"""

import hashlib
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

PACKAGE = Path(__file__).parents[1]
#: Rooms that cells cannot see: a change there runs no cell again.
_NOT_IN_CELLS = {"site", "grading", "browser", "assets", "cli.py", "setup.py", "doctor.py"}


def content_hash(*, everything: bool = False) -> str:
    """The hash of the package's sources; by default of those alone that a chapter's cells can use."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        inside = file.relative_to(PACKAGE)
        if not file.is_file() or "__pycache__" in inside.parts or (not everything and inside.parts[0] in _NOT_IN_CELLS):
            continue
        digest.update(f"{inside.as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:20]


def _place_cache(app: Sphinx, config: Config) -> None:
    if config.nb_execution_mode == "cache" and not config.nb_execution_cache_path:
        folder = Path(app.outdir).parent / ".jupyter_cache"
        now = folder / content_hash()
        kept = sorted((old for old in folder.glob("*") if old != now), key=lambda old: old.stat().st_mtime)
        for old in kept[:-2]:
            shutil.rmtree(old, ignore_errors=True)
        config.nb_execution_cache_path = str(now)


def _outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    now = content_hash(everything=True)
    before, env.coursekit_hash = getattr(env, "coursekit_hash", now), now
    return [] if before == now else sorted(set(env.found_docs) - added - changed - removed)


def setup(app: Sphinx) -> None:
    """Register the events; the cache's place is set before myst-nb reads it."""
    app.connect("config-inited", _place_cache, priority=100)
    app.connect("env-get-outdated", _outdated)
