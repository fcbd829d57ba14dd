"""A whole database as one portable file, and from one kind of database to another.

What is encrypted stays encrypted: an archive opens only with the installation key that it was written
under, and holds none. The format is zstd over JSON lines: one that says what it is, then for each table
its name and its rows, and one with a count and a digest per table, which a reader proves what it has read
with.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import zstandard
from sqlalchemy import Column, Connection, LargeBinary, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.types import Date

from flowcase.errors import FlowcaseError
from flowcase.store import tables
from flowcase.store.columns import FeelJson, Instant
from flowcase.store.database import Store
from flowcase.store.faults import translated
from flowcase.store.keys import Keyring
from flowcase.store.streams import INSTALLATION
from flowcase.values import canonical_json, from_json, to_json

FORMAT = 1
BATCH = 500  # rows that are read and written at once
_BY_TRIGGERS = {"case_fact"}  # filled by the database as `case_file` is: kept to compare, never copied
_LONGEST_LINE = 64 * 1024 * 1024  # bytes of one row
_MODULUS = 1 << 256

Progress = Callable[[str, int], None]  # table, rows done in it so far
Row = dict[str, Any]


class ArchiveUnusable(FlowcaseError):
    """An archive cannot be read, or not into this database."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(f"Expected a usable archive and an empty database, but {because}.")


@dataclass(frozen=True)
class Content:
    """How many rows a table has, and a digest of them that is the same in every order and database."""

    rows: int
    digest: str  # sum of the rows' SHA-256, hex


Contents = Mapping[str, Content]


# --- what the commands call ----------------------------------------------------------------------------


def write(store: Store, file: BinaryIO, *, progress: Progress) -> Contents:
    """Write everything that is committed now; others go on reading and writing meanwhile."""
    found: dict[str, Content] = {}
    compressing = zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(file, closefd=False)
    with translated(), io.BufferedWriter(compressing) as out, _snapshot(store) as connection:  # type: ignore[type-var]
        _say(out, {"flowcase": FORMAT, "revision": store.revision()})
        for table in tables.metadata.sorted_tables:
            _say(out, {"table": table.name})
            tally = _Tally()
            for row in _rows(connection, table):
                plain = _plain(table, row)
                tally.add(plain)
                _say(out, plain)
                if tally.rows % BATCH == 0:
                    progress(table.name, tally.rows)
            found[table.name] = tally.content()
        _say(out, {"end": {name: [each.rows, each.digest] for name, each in found.items()}})
    return found


def check(file: BinaryIO) -> Contents:
    """Read an archive to its end and prove it whole, without any database. Raises ArchiveUnusable."""
    lines = _lines(file)
    _head(lines)
    tallies: dict[str, _Tally] = {}
    name = ""
    for line in lines:
        if isinstance(line, list):
            tallies.setdefault(name, _Tally()).add(line)
        elif (promised := _promised(line)) is not None:
            found = {name: tally.content() for name, tally in tallies.items()}
            if found != promised:
                raise ArchiveUnusable(_difference(promised, found))
            return found
        else:
            name = _table_name(line)
            tallies[name] = _Tally()
    raise ArchiveUnusable("the file ends too early")


def read(store: Store, file: BinaryIO, *, progress: Progress) -> Contents:
    """Fill an empty database of the same revision from an archive, all or nothing.

    The file is read twice: its own digests prove it whole before a row of it reaches the database, which
    would name a damaged one by whatever rule it breaks first. Raises ArchiveUnusable when the archive is
    broken or of another revision, or the database not empty, and KeyUnusable when it was written under
    another key than the store's.
    """
    start = file.tell()
    _check_revision(store, _head(_lines(file)))
    file.seek(start)
    check(file)
    file.seek(start)
    lines = _lines(file)
    _head(lines)
    with translated(), store.engine.begin() as connection:
        _at_leisure(connection)
        _refuse_full(connection)
        promised = _fill(connection, lines, progress)
        found = _contents(connection)
        if found != promised:
            raise ArchiveUnusable(_difference(promised, found))
        _check_key(connection, store.keyring)
    return found


def check_unused(store: Store) -> None:
    """Before its schema is made or brought up to date, of whatever release it is. Raises ArchiveUnusable."""
    if not store.is_there:
        return
    with translated(), store.engine.connect() as connection:
        _refuse_used(connection, inspect(connection).get_table_names())


def _check_key(connection: Connection, keyring: Keyring) -> None:
    asked = select(tables.stream.c.wrapped_key).where(tables.stream.c.id == INSTALLATION)
    wrapped = connection.execute(asked).scalar()
    if wrapped is not None:
        keyring.unwrap(INSTALLATION, wrapped)


def move(source: Store, target: Store, *, progress: Progress) -> Contents:
    """Copy everything into an empty database of the same revision, and prove that both hold the same.

    Nobody else writes to the source until it is done. Raises ArchiveUnusable.
    """
    if source.revision() != target.revision():
        raise ArchiveUnusable(
            f"the source is at revision {source.revision()} and the target at {target.revision()}; "
            "run flowcase db upgrade on both"
        )
    with (
        translated(),
        source.engine.connect() as reading,
        reading.begin(),
        target.engine.begin() as writing,
    ):
        _at_leisure(reading)
        _at_leisure(writing)
        _keep_writers_out(reading)
        _refuse_full(writing)
        for table in tables.metadata.sorted_tables:
            if table.name in _BY_TRIGGERS:
                continue
            done = 0
            for batch in _batches(_rows(reading, table)):
                writing.execute(insert(table), batch)
                done += len(batch)
                progress(table.name, done)
        before, after = _contents(reading), _contents(writing)
        if before != after:
            raise ArchiveUnusable(_difference(before, after))
    return after


# --- rows ----------------------------------------------------------------------------------------------


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Every row, callers before those they called: a row may refer to one of its own table."""
    order: list[Any] = list(table.primary_key.columns)
    if table is tables.instance:
        order.insert(0, table.c.depth)
    result = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*order))
    for row in result:
        yield dict(row._mapping)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(table: Table, row: Row) -> list[Any]:
    return [_out(column, row[column.name]) for column in table.columns]


def _out(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64encode(value).decode()
    if isinstance(column.type, (Instant, Date)):
        return value.isoformat()
    return to_json(value) if isinstance(column.type, FeelJson) else value


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    if isinstance(column.type, Instant):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return dt.date.fromisoformat(value)
    return from_json(value) if isinstance(column.type, FeelJson) else value


def _row(table: Table, line: list[Any]) -> Row:
    try:
        return {c.name: _in(c, value) for c, value in zip(table.columns, line, strict=True)}
    except (TypeError, ValueError):  # either says the value itself, which stays out of messages and logs
        raise ArchiveUnusable(f"a row of the table {table.name} cannot be read") from None


def _insert(connection: Connection, table: Table, batch: list[Row]) -> None:
    try:
        connection.execute(insert(table), batch)
    except (DataError, IntegrityError):
        raise ArchiveUnusable(f"the database refuses a row of the table {table.name}") from None


class _Tally:
    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, plain: list[Any]) -> None:
        self.rows += 1
        hashed = hashlib.sha256(canonical_json(plain)).digest()
        self._sum = (self._sum + int.from_bytes(hashed, "big")) % _MODULUS

    def content(self) -> Content:
        return Content(self.rows, f"{self._sum:064x}")


def _contents(connection: Connection) -> dict[str, Content]:
    found = {}
    for table in tables.metadata.sorted_tables:
        tally = _Tally()
        for row in _rows(connection, table):
            tally.add(_plain(table, row))
        found[table.name] = tally.content()
    return found


def _difference(before: Contents, after: Contents) -> str:
    names = [name for name in before if before[name] != after.get(name)]
    return f"what arrived in {', '.join(names) or 'it'} is not what was sent"


# --- databases -----------------------------------------------------------------------------------------


def _snapshot(store: Store) -> Connection:
    """A connection that sees one moment, however long it reads."""
    connection = store.engine.connect()
    if store.is_sqlite:
        connection = connection.execution_options(flowcase_read_only=True)
    else:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.begin()
    _at_leisure(connection)
    return connection


def _at_leisure(connection: Connection) -> None:
    """Nobody is cut off for doing nothing in a transaction: while one side is read, the other rests."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _keep_writers_out(connection: Connection) -> None:
    """SQLite's BEGIN IMMEDIATE does so already."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables.metadata.sorted_tables)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def _refuse_full(connection: Connection) -> None:
    _refuse_used(connection, {table.name for table in tables.metadata.sorted_tables})
    # A fresh installation has its own empty stream and nothing else; the archive brings its own.
    connection.execute(tables.stream.delete())


def _refuse_used(connection: Connection, there: Collection[str]) -> None:
    for table in tables.metadata.sorted_tables:
        asked = select(func.count()).select_from(table)
        if table is not tables.stream and table.name in there and connection.execute(asked).scalar():
            raise ArchiveUnusable("the database is in use already")


# --- lines ---------------------------------------------------------------------------------------------


def _say(out: Any, content: Any) -> None:
    out.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _lines(file: BinaryIO) -> Iterator[Any]:
    decompressing = zstandard.ZstdDecompressor().stream_reader(file, closefd=False)
    reader = io.BufferedReader(decompressing)
    try:
        while line := reader.readline(_LONGEST_LINE):
            yield json.loads(line)
    except (zstandard.ZstdError, ValueError) as error:
        raise ArchiveUnusable("the file is damaged or no archive") from error


def _promised(line: Any) -> dict[str, Content] | None:
    """What an archive's last line says of each table; None for any other line."""
    end = line.get("end") if isinstance(line, dict) else None
    if end is None:
        return None
    try:
        return {name: Content(rows, digest) for name, (rows, digest) in end.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ArchiveUnusable("what its end says of the tables cannot be read") from error


def _table_name(line: Any) -> str:
    name = line.get("table") if isinstance(line, dict) else None
    if not isinstance(name, str):
        raise ArchiveUnusable("a line of it is neither a row nor names a table")
    return name


def _check_revision(store: Store, head: Mapping[str, Any]) -> None:
    if head.get("revision") != store.revision():
        raise ArchiveUnusable(
            f"the archive is of revision {head.get('revision')} and the database of {store.revision()}; "
            "restore it with the release that wrote it, then run flowcase db upgrade"
        )


def _head(lines: Iterator[Any]) -> Mapping[str, Any]:
    head = next(lines, None)
    if head is None:
        raise ArchiveUnusable("the file ends too early: there is not even a line in it")
    if not isinstance(head, dict) or head.get("flowcase") != FORMAT:
        raise ArchiveUnusable("the file is no archive that this release reads")
    return head


def _fill(connection: Connection, lines: Iterator[Any], progress: Progress) -> dict[str, Content]:
    """Insert every row; what the archive's end promises of each table."""
    by_name = {table.name: table for table in tables.metadata.sorted_tables}
    table: Table | None = None
    batch: list[Row] = []
    done = 0

    def send() -> None:
        nonlocal done
        if table is not None and batch:
            if table.name not in _BY_TRIGGERS:
                _insert(connection, table, batch)
            done += len(batch)
            progress(table.name, done)
            batch.clear()

    for line in lines:
        if isinstance(line, list):
            if table is None or len(line) != len(table.columns):
                raise ArchiveUnusable("a row of it fits no table")
            batch.append(_row(table, line))
            if len(batch) == BATCH:
                send()
            continue
        send()
        if (promised := _promised(line)) is not None:
            return promised
        table, done = by_name.get(_table_name(line)), 0
        if table is None:
            raise ArchiveUnusable(f"it has a table '{_table_name(line)}' that this release does not know")
    raise ArchiveUnusable("the file ends too early")
