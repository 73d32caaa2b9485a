"""A PostgreSQL server for a test run: made in a temporary folder, on a socket of its own and on no port."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Self

#: Users without rights that may be there, for a server that refuses to run as root.
_NOBODIES = ("postgres", "nobody")


def find_postgres() -> Path | None:
    """The folder of initdb and postgres: on the path, or where Debian keeps them, the newest first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]), reverse=True)
    return places[0].parent if places else None


class Postgres:
    """The server; it runs while its context is open."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not one of pytest's folders: these are closed to the server's own user, again by every run that begins, and
        # too long a path for a socket.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._data = self._folder / "data"
        self._user = next(_users()) if os.geteuid() == 0 else getpass.getuser()
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"gradebook_{i}" for i in count())

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._user)
        done = self._run("initdb", "-D", str(self._data), "-U", "course", "--auth=trust", "-E", "UTF8", "--no-sync")
        assert done.returncode == 0, done.stderr
        self.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # Nothing is kept here, so it need not wait for a disk.
        settings = ("listen_addresses=", f"unix_socket_directories={self._folder}", "fsync=off")
        options = [word for setting in settings for word in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._become(), str(self._programs / "postgres"), "-D", str(self._data), *options],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        for _ in range(600):
            if self._sql("postgres", "select 1").returncode == 0:
                return
            assert self._process.poll() is None, (self._folder / "log").read_text()
            time.sleep(0.1)
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; connections that are open are cut."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def database(self, template: str = "template1") -> str:
        """The address of a new database, a copy of `template`; it goes with the server."""
        name = next(self._names)
        done = self._sql("postgres", f"create database {name} template {template}")
        assert done.returncode == 0, done.stderr
        return f"postgresql://course@/{name}?host={self._folder}"

    def _sql(self, database: str, statement: str) -> subprocess.CompletedProcess[str]:
        place = ["-h", str(self._folder), "-U", "course", "-d", database]
        return self._run("psql", "-X", "-q", *place, "-c", statement)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._become(), str(self._programs / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
        )

    def _become(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        user = pwd.getpwnam(self._user)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _users() -> Iterator[str]:
    for name in _NOBODIES:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        yield name
