"""A Jupyter kernel in the sandbox: for a notebook by hand, and for everything that starts kernels by their name.

It is found as the kernel "coursekit-sandbox". Unlike grading it has the engine, one process for all cells, and what
its notebook's own code says of itself is believed by whoever reads it: it protects the machine, not the marks.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Integer

from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import bwrap, seccomp, skeleton
from coursekit.grading.sandbox.probing import way

_FILES = "/opt/files"
_DEFAULT = Limits()


class SandboxProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts ipykernel in bubblewrap: no network, no files but copies of those beside the notebook.

    The client talks to it over sockets in a folder of its own, the one place on the disk where it can write. Raises
    `CourseError` where bubblewrap does not work.
    """

    memory = Integer(_DEFAULT.memory, help="MB of address space").tag(config=True)
    processes = Integer(_DEFAULT.processes, help="processes and threads at a time").tag(config=True)
    file = Integer(_DEFAULT.file, help="MB for one file").tag(config=True)
    cpu = Integer(3600, help="seconds of processor time").tag(config=True)

    _folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Lay out the folder of sockets and put bubblewrap before the kernel's command."""
        found = way()
        # Short, since the path of a socket may have no more than 107 bytes.
        self._folder = folder = Path(tempfile.mkdtemp(prefix="ck-"))
        sockets = folder / "s"
        sockets.mkdir()
        built = skeleton.build(folder / "k", "none")
        files = self._copied(kwargs.pop("cwd", None), folder / "f")
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(sockets / "i")
        manager.connection_file = str(sockets / "c.json")
        kwargs = await super().pre_launch(**kwargs)
        if found.becomes:
            for path in (sockets, sockets / "c.json"):
                os.chown(path, found.uid, found.uid)
        environment = bwrap.environment(show=True)
        command = bwrap.command(
            found,
            built,
            engine=skeleton.PACKAGE,
            course=Path.cwd(),
            room=4 * self.file << 20,
            environment=environment,
            binds=[(files, Path(_FILES), False), (sockets, sockets, True)],
        )
        config = json.dumps(
            {
                "files": _FILES,
                "engine": str(bwrap.ENGINE),
                "own": str(bwrap.OWN),
                "connection": str(sockets / "c.json"),
                "filter": seccomp.program(network=True).hex(),
                "limits": {
                    "memory": self.memory,
                    "cpu": self.cpu,
                    "processes": self.processes,
                    "file": self.file,
                },
            }
        )
        code = f"from coursekit.grading.inside.kernel import main; main({config!r})"
        kwargs["cmd"] = [*command, *bwrap.python(found, str(bwrap.OWN), code)]
        return kwargs

    @staticmethod
    def _copied(cwd: str | None, folder: Path) -> Path:
        """What lies beside the notebook, readable for all; no notebooks, which may hold hidden tests."""
        folder.mkdir()
        if cwd and Path(cwd).is_dir() and Path(cwd).resolve() not in (Path.home(), Path("/")):
            ignored = shutil.ignore_patterns("*.ipynb", ".*", "*.db", "nbgrader_config.py", "ck-*")
            shutil.copytree(cwd, folder, dirs_exist_ok=True, ignore=ignored)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return folder

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder with the sockets."""
        await super().cleanup(restart)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
