"""Records that know a grown-up, found by keyed hashes of name with contact and of CPR number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from flowcase.cases import known_people
from flowcase.store import tables
from flowcase.store.queries import records
from flowcase.store.queries.records import RecordRow
from flowcase.store.tx import Tx
from flowcase.values import Value

ATTRIBUTE = "person"  # of the hashes
_PURPOSE = "known person"
_AT_ONCE = 500  # ids in one statement
_LOOKED_THROUGH = "record|"  # before a record's own id: its people have their hashes


def knowing(tx: Tx, marks: Iterable[str]) -> list[RecordRow]:
    """Every record that knows somebody with one of these marks, in the order of its id.

    Those that a node of an earlier release wrote have no hashes yet: they are opened and looked through.
    """
    wanted = frozenset(marks)
    if not wanted:
        return []
    key = tables.search_key
    digests = [tx.digest(_PURPOSE, mark) for mark in sorted(wanted)]
    statement = select(key.c.record).where(key.c.digest.in_(digests), key.c.attribute == ATTRIBUTE)
    found = {row.record for row in tx.rows(statement)} | set(without_hashes(tx))
    rows = [row for id in sorted(found) if (row := records.record(tx, id)) is not None and not row.is_erased]
    return [row for row in rows if known_people.marks(row.entity, row.values) & wanted]


def without_hashes(tx: Tx, limit: int | None = None) -> list[str]:
    """Ids of the records that may know somebody and have not been looked through."""
    record, key, stream = tables.record, tables.search_key, tables.stream
    has = select(key.c.record).where(key.c.record == record.c.id, key.c.attribute == ATTRIBUTE).exists()
    statement = (
        select(record.c.id)
        .join(stream, stream.c.id == record.c.stream)
        .where(record.c.entity.in_(known_people.ENTITIES), stream.c.wrapped_key.is_not(None), ~has)
        .order_by(record.c.id)
        .limit(limit)
    )
    return [row.id for row in tx.rows(statement)]


def digests_of(tx: Tx, row: RecordRow) -> list[bytes]:
    """The hashes of a record: of each mark, and the one that says it was looked through."""
    return digests(tx, row.id, row.entity, row.values)


def digests(tx: Tx, record: str, entity: str, values: Mapping[str, Value]) -> list[bytes]:
    marks = sorted(known_people.marks(entity, values))
    return [tx.digest(_PURPOSE, text) for text in (f"{_LOOKED_THROUGH}{record}", *marks)]


def kept(tx: Tx, records: Sequence[str]) -> dict[str, set[bytes]]:
    """The hashes that each of these records has; nothing of those that were not looked through yet."""
    key = tables.search_key
    found: dict[str, set[bytes]] = {}
    for begin in range(0, len(records), _AT_ONCE):
        of_some = key.c.record.in_(records[begin : begin + _AT_ONCE])
        for row in tx.rows(select(key).where(of_some, key.c.attribute == ATTRIBUTE)):
            found.setdefault(row.record, set()).add(row.digest)
    return found
