"""Records of the domain: open attributes as they are, secret ones opened with the stream's key."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, literal_column, or_, select, tuple_, union

from flowcase.store import tables
from flowcase.store.columns import among, held, said
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too
from flowcase.store.tx import Tx
from flowcase.store.wire import Question
from flowcase.values import Value, from_json

_table = tables.record
_DAY = dt.timedelta(days=1)
_FEW = 50
_AFTER_ALL = "9999-99"


@dataclass(frozen=True)
class RecordRow:
    id: str
    entity: str
    stream: str
    case_code: str | None
    open: Mapping[str, Value]
    secret: Mapping[str, Value]  # empty when `is_erased`
    is_erased: bool
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def values(self) -> dict[str, Value]:
        return {**self.open, **self.secret}


def questions_of_case(case: str, *, entity: str, among: Sequence[str]) -> Sequence[Question]:
    """What `records` of one entity and `records_of` several ask for in a case."""
    named = {"entity": entity, "case_code": case}
    return (_selecting(tuple(named), ()), named), of_case_question(case, among)


def of_case_question(case: str, entities: Sequence[str]) -> Question:
    """What `records_of` asks."""
    return _OF_CASE, {"case": case, "entities": list(entities)}


@in_memory_too
def record(tx: Tx, id: str) -> RecordRow | None:
    row = tx.first(_BY_ID, {"id": id})
    return None if row is None else _opened(tx, row)


@in_memory_too
def records(
    tx: Tx,
    *,
    entity: str | None = None,
    case: str | None = None,
    stream: str | None = None,
    k0: Mapping[str, Value] | None = None,
    limit: int | None = None,
) -> list[RecordRow]:
    """Oldest first; `k0` filters by equality of open attributes, None meaning absent or null."""
    wanted = dict(k0 or {})
    values = {"entity": entity, "case_code": case, "stream": stream}
    known = {name: value for name, value in values.items() if value is not None}
    texts = {name: value for name, value in wanted.items() if isinstance(value, str)}
    statement = _selecting(tuple(known), tuple(texts))
    # Equality of other FEEL values (numbers, instants) is not equality of their JSON text, so for them
    # the values themselves decide.
    rows = tx.rows(statement, known | {f"open_{place}": value for place, value in enumerate(texts.values())})
    return [
        _opened(tx, row) for row in rows if all(row.open.get(name) == value for name, value in wanted.items())
    ][:limit]


@functools.lru_cache(maxsize=256)
def _selecting(columns: tuple[str, ...], attributes: tuple[str, ...]) -> Prepared:
    """Records by columns and by the texts of open attributes: compiled once for each such set of names."""
    statement: Select[Any] = select(_table).order_by(_table.c.created_at, _table.c.id)
    for name in columns:
        statement = statement.where(_table.c[name] == bindparam(name))
    for place, name in enumerate(attributes):
        text = held(_table.c.open, name)
        statement = statement.where(text == bindparam(f"open_{place}", type_=String()))
    return Prepared(statement)


@in_memory_too
def records_of(tx: Tx, entities: Sequence[str], *, case: str) -> list[RecordRow]:
    """Records of several entities of one case in one statement, oldest first."""
    rows = tx.rows(_OF_CASE, {"case": case, "entities": list(entities)})
    return [_opened(tx, row) for row in rows]


@in_memory_too
def records_in(tx: Tx, entities: Sequence[str], streams: Sequence[str]) -> list[RecordRow]:
    """Records of several entities in several streams in one statement, oldest first."""
    if not streams:
        return []
    return [
        _opened(tx, row)
        for row in tx.rows(_IN_STREAMS, {"streams": list(streams), "entities": list(entities)})
    ]


def ids_saying(
    tx: Tx, entity: str, flag: str, *, unless_said: str, streams: Sequence[str]
) -> Mapping[str, Set[str]]:
    """As `cases_saying`, by stream: the ids of such records. Nothing of them is opened."""
    found: dict[str, set[str]] = {}
    if streams:
        asked = {"entity": entity, "kind": unless_said, "streams": list(streams)}
        for row in tx.rows(_saying_in(flag), asked):
            found.setdefault(row.stream, set()).add(row.id)
    return found


@in_memory_too
def records_among(tx: Tx, entity: str, attribute: str, texts: Sequence[str]) -> list[RecordRow]:
    """Records whose open attribute is one of the texts, oldest first."""
    return [
        _opened(tx, row)
        for row in tx.rows(_among(attribute), {"entity": entity, "texts": list(texts)})
        if row.open.get(attribute) in texts
    ]


def cases_saying(tx: Tx, entity: str, flag: str, *, unless_said: str) -> list[str]:
    """The cases with a record that says true under `flag`, or nothing yet while its kind is `unless_said`."""
    rows = tx.rows(_saying(flag), {"entity": entity, "kind": unless_said})
    return sorted(row.case_code for row in rows)


def records_between(
    tx: Tx, entity: str, attribute: str, first: dt.datetime, last: dt.datetime
) -> list[RecordRow]:
    """Records whose instant lies from `first` until before `last`, the oldest record first."""
    # Instants are written in the zone in which they were said: a day to each side finds them all.
    bounds = {
        "first": (first - _DAY).date().isoformat(),
        "last": (last + 2 * _DAY).date().isoformat(),
    }
    return [
        _opened(tx, row)
        for row in tx.rows(_between(attribute), {"entity": entity, **bounds})
        if isinstance(row.open.get(attribute), dt.datetime) and first <= row.open[attribute] < last
    ]


def latest(tx: Tx, entity: str, attribute: str, k0: Mapping[str, str]) -> Iterator[RecordRow]:
    """Records with these open attributes, the latest instant first, read a few at a time."""
    values = {f"open_{place}": each for place, each in enumerate(k0.values())}
    before = (_AFTER_ALL, "")
    while True:
        place = {"entity": entity, "before": before[0], "before_id": before[1]}
        rows = tx.rows(_latest(attribute, tuple(k0)), values | place)
        for row in sorted(rows, key=lambda each: (each.open[attribute], each.id), reverse=True):
            yield _opened(tx, row)
        if len(rows) < _FEW:
            return
        before = (rows[-1].at, rows[-1].id)


def records_with(tx: Tx, entity: str, attribute: str, text: str) -> list[RecordRow]:
    """Records whose confidential attribute has this text, found by its keyed hash; newest first."""
    key = tables.search_key
    statement = (
        select(_table)
        .join(key, key.c.record == _table.c.id)
        .where(key.c.digest == tx.digest(f"{entity}.{attribute}", text), key.c.attribute == attribute)
        .where(_table.c.entity == entity)
        .order_by(_table.c.created_at.desc(), _table.c.id.desc())
    )
    return [_opened(tx, row) for row in tx.rows(statement)]


@functools.cache
def _among(attribute: str) -> Prepared:
    return Prepared(
        select(_table)
        .where(_table.c.entity == bindparam("entity"), among(held(_table.c.open, attribute), "texts"))
        .order_by(_table.c.created_at, _table.c.id)
    )


@functools.cache
def _saying_in(flag: str) -> Prepared:
    text = held(_table.c.open, flag)
    of_kind = held(_table.c.open, "slags") == bindparam("kind", type_=String())
    return Prepared(
        select(_table.c.stream, _table.c.id).where(
            among(_table.c.stream, "streams"),
            _table.c.entity == bindparam("entity"),
            or_(said(_table.c.open, flag), and_(of_kind, text.is_(None))),
        )
    )


@functools.cache
def _saying(flag: str) -> Prepared:
    case, of_entity = _table.c.case_code, _table.c.entity == bindparam("entity")
    of_kind = held(_table.c.open, "slags") == bindparam("kind", type_=String())
    together = union(
        select(case).where(of_entity, said(_table.c.open, flag), case.is_not(None)),
        select(case).where(of_entity, of_kind, held(_table.c.open, flag).is_(None), case.is_not(None)),
    ).subquery()
    return Prepared(select(together.c.case_code))


@functools.cache
def _between(attribute: str) -> Prepared:
    at = held(_table.c.open, attribute, "v")  # how `values.to_json` says an instant
    first, last = (bindparam(name, type_=_table.c.id.type) for name in ("first", "last"))
    return Prepared(
        select(_table)
        .where(_table.c.entity == bindparam("entity"), at >= first, at < last)
        .order_by(_table.c.created_at, _table.c.id)
    )


@functools.cache
def _latest(attribute: str, kinds: tuple[str, ...]) -> Prepared:
    at, text = held(_table.c.open, attribute, "v"), _table.c.id.type
    before = tuple_(bindparam("before", type_=text), bindparam("before_id", type_=text))
    statement = select(_table, at.label("at")).where(_table.c.entity == bindparam("entity"))
    for place, name in enumerate(kinds):
        statement = statement.where(held(_table.c.open, name) == bindparam(f"open_{place}", type_=text))
    statement = statement.where(tuple_(at, _table.c.id) < before)
    return Prepared(statement.order_by(at.desc(), _table.c.id.desc()).limit(literal_column(str(_FEW))))


def _opened(tx: Tx, row: Any) -> RecordRow:
    secret: dict[str, Value] = {}
    is_erased = False
    for name, sealed in row.secret.items():
        content = tx.open(row.stream, f"record|{row.id}|{name}", base64.b64decode(sealed))
        if content is None:
            is_erased = True
        else:
            secret[name] = from_json(json.loads(content))
    return RecordRow(
        row.id,
        row.entity,
        row.stream,
        row.case_code,
        row.open,
        secret,
        is_erased,
        row.version,
        row.created_at,
        row.updated_at,
    )


_BY_ID = Prepared(select(_table).where(_table.c.id == bindparam("id")))
_OF_CASE = Prepared(
    select(_table)
    .where(_table.c.case_code == bindparam("case"), among(_table.c.entity, "entities"))
    .order_by(_table.c.created_at, _table.c.id)
)
_IN_STREAMS = Prepared(
    select(_table)
    .where(among(_table.c.stream, "streams"), among(_table.c.entity, "entities"))
    .order_by(_table.c.created_at, _table.c.id)
)
