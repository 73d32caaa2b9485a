"""The temporary folders of sandboxes, and those that a killed grader has left."""

import contextlib
import fcntl
import shutil
import tempfile
import time
from pathlib import Path

_PREFIX = "coursekit-box-"
_OLD = 3600.0  # seconds; a younger one may be about to be locked


class Folder:
    """A new temporary folder, this process's until `close`; first, old ones that nobody holds any more are removed."""

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = (self.path / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        # The kernel gives up a lock when its holder ends, however that is.
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < _OLD:
                continue
            with (folder / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
