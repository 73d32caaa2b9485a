"""Rows of one table in memory: read in one question, changed, and written back with one statement for all."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Connection, Row, Table, bindparam, insert, select, update

_CHUNK = 5000  # values in one question: databases have a limit

Values = dict[str, Any]


class Sheet:
    """Some rows of `table`, found by the columns in `key`, which are unique together."""

    def __init__(self, table: Table, *key: str) -> None:
        self._table = table
        self._key = key
        self._rows: dict[tuple[str, ...], Values] = {}
        self._stored: dict[tuple[str, ...], Values] = {}

    def read(self, connection: Connection, column: str, values: Sequence[str], **fixed: str) -> list[str]:
        """Take in the rows whose `column` has one of `values` and whose other columns are as `fixed`; their ids."""
        ids = []
        for row in select_in(connection, self._table.c[column], values, **fixed):
            found = dict(row._mapping)
            key = tuple(str(found[name]) for name in self._key)
            self._rows[key], self._stored[key] = dict(found), found
            ids.append(str(found["id"]))
        return ids

    def __contains__(self, key: tuple[str, ...]) -> bool:
        return key in self._rows

    def row(self, *key: str, **fresh: Any) -> Values:
        """The row with this key, to be changed in place; a new one with the values `fresh` where there is none."""
        if key not in self._rows:
            self._rows[key] = {"id": uuid4().hex, **dict(zip(self._key, key, strict=True)), **fresh}
        return self._rows[key]

    def flush(self, connection: Connection) -> None:
        """Write what is new or changed."""
        if new := [row for key, row in self._rows.items() if key not in self._stored]:
            connection.execute(insert(self._table), new)
        changed = [(row, self._stored[key]) for key, row in self._rows.items() if self._stored.get(key, row) != row]
        if changed:
            names = sorted({name for row, stored in changed for name in row if row[name] != stored[name]})
            statement = update(self._table).where(self._table.c.id == bindparam("of"))
            statement = statement.values({name: bindparam(f"new_{name}") for name in names})
            connection.execute(
                statement, [{"of": row["id"], **{f"new_{name}": row[name] for name in names}} for row, _ in changed]
            )


def select_in(connection: Connection, column: Column[Any], values: Sequence[str], **fixed: str) -> Iterator[Row[Any]]:
    """The rows whose `column` has one of these values and whose other columns are as `fixed`."""
    table = column.table
    conditions = [table.c[name] == value for name, value in fixed.items()]
    for start in range(0, len(values), _CHUNK):
        yield from connection.execute(select(table).where(column.in_(values[start : start + _CHUNK]), *conditions))
