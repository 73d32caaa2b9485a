"""The gradebook's database: its address, transactions, and patience while something else holds it."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from coursekit.grading.errors import CourseError

Answer = TypeVar("Answer")

_PERMANENT = ("28", "3D", "3F", "42", "53100")  # SQLSTATE: password, database, schema, rights and tables; disk full


class Database:
    """A gradebook's database.

    `patience` is for how many seconds to wait while it is locked or away; `then` says what to do when that was in vain.
    """

    def __init__(self, db_url: str, root: Path, *, patience: float = 60.0, then: str = "try again") -> None:
        self._then = then
        self.url = _address(db_url, root)
        self.patience = patience
        self.engine = _engine(self.url)

    @property
    def address(self) -> str:
        """The full address, with the password, as nbgrader takes it."""
        return self.url.render_as_string(hide_password=False)

    def __str__(self) -> str:
        return str(self.url.database) if self.url.get_backend_name() == "sqlite" else str(self.url)

    def transaction(self, work: Callable[[Connection], Answer]) -> Answer:
        """What `work` returns, done as a whole or not at all; it may be called several times."""

        def attempt() -> Answer:
            with self.engine.begin() as connection:
                return work(connection)

        return self.patiently(attempt)

    def patiently(self, work: Callable[[], Answer]) -> Answer:
        """What `work` returns, tried again while the database is held by others or away.

        Raises `CourseError` when that takes longer than `patience`, or when waiting cannot help.
        """
        end, pause, clashes = time.monotonic() + self.patience, 0.05, 0
        while True:
            try:
                return work()
            except IntegrityError as fault:
                # Somebody else has put in the same student or submission since we looked: the next look finds it.
                clashes += 1
                if clashes > 3:
                    raise self._failed(fault) from None
            except (OperationalError, InterfaceError) as fault:
                if not _passes(fault) or time.monotonic() >= end:
                    raise self._failed(fault) from None
            time.sleep(pause)
            pause = min(2 * pause, 2.0)

    def must_exist(self) -> None:
        """Raises `CourseError` where there is no gradebook yet, which nbgrader would begin."""
        sqlite = self.url.get_backend_name() == "sqlite"
        if sqlite and not Path(str(self.url.database)).is_file():
            raise CourseError(f"there is no gradebook {self}: grade something first, or name it with --db")
        if not self.patiently(lambda: inspect(self.engine).has_table("submitted_assignment")):
            raise CourseError(f"{self} holds no gradebook of nbgrader's: name another one with --db")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _failed(self, fault: DBAPIError) -> CourseError:
        why = next((line.strip() for line in str(fault.orig).splitlines() if line.strip()), type(fault.orig).__name__)
        return CourseError(
            f"the gradebook {self} cannot be used ({why}): see what holds it, or whether it runs, and {self._then}"
        )


def _address(db_url: str, root: Path) -> URL:
    try:
        url = make_url(db_url)
        url.get_dialect()
    except ArgumentError:  # an unknown kind of database too
        raise CourseError(
            f"{db_url.partition('@')[2] or db_url!r} is no address of a gradebook: write sqlite:///FILE or "
            "postgresql://USER@HOST/DATABASE"
        ) from None
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise CourseError("a gradebook in memory is gone at the end: write sqlite:///FILE")
        url = url.set(database=str((root / url.database).resolve()))
    return url


def _engine(url: URL) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"connect_args": {"timeout": 5}} if sqlite else {"pool_pre_ping": True}
    try:
        engine = create_engine(url, **options)
    except ModuleNotFoundError as fault:
        raise CourseError(
            f'{url.drivername} needs the package {fault.name}: run  pip install "coursekit[postgres]"'
        ) from None
    if sqlite:
        # The driver begins a transaction with the first change, too late to keep others out of what was read for it.
        event.listen(engine, "connect", _no_own_transactions)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _no_own_transactions(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None


def _passes(fault: DBAPIError) -> bool:
    """Whether waiting may help."""
    if isinstance(fault.orig, sqlite3.Error):
        code = getattr(fault.orig, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF
        return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    state = getattr(fault.orig, "sqlstate", None) or ""
    words = str(fault.orig)
    # A refused password or a missing database comes without its code when it comes while connecting.
    return not (state.startswith(_PERMANENT) or "authentication failed" in words or "does not exist" in words)
