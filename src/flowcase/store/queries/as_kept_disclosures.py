"""Rows of guest links and access reports as they are kept, for comparing them with what the history tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flowcase.history.retold_disclosures import TOLD, AccessReport, Choice, GuestLink, id_of_choice
from flowcase.store import tables
from flowcase.store.access_report_tables import access_report, access_report_choice
from flowcase.store.guest_tables import guest_link
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

TABLES: Mapping[str, Any] = dict(zip(TOLD, (guest_link, access_report, access_report_choice), strict=True))


@dataclass(frozen=True)
class KeptCase:
    code: str
    stream: str
    is_erased: bool
    can_be_opened: bool


@dataclass(frozen=True)
class Sealed:
    """Of a guest link."""

    sealed_address: bytes
    secret_hash: str


@dataclass
class Kept:
    """The rows of some cases."""

    links: dict[str, GuestLink]
    sealed: dict[str, Sealed]  # by link
    reports: dict[str, AccessReport]
    choices: dict[str, Choice]


def cases(tx: Tx, *, page: int = 200) -> Iterator[list[KeptCase]]:
    """All of them by code, some at a time."""
    file, stream, after = tables.case_file, tables.stream, ""
    statement = (
        select(file.c.code, file.c.stream, file.c.erased_at, stream.c.wrapped_key.is_not(None).label("opens"))
        .select_from(file.outerjoin(stream, stream.c.id == file.c.stream))
        .order_by(file.c.code)
        .limit(page)
    )
    while True:
        rows = tx.rows(statement.where(file.c.code > after))
        if not rows:
            return
        yield [KeptCase(row.code, row.stream, row.erased_at is not None, bool(row.opens)) for row in rows]
        after = rows[-1].code


def kept(tx: Tx, codes: Sequence[str]) -> Kept:
    links, reports, choices = (
        tx.rows(select(table).where(table.c.case_code.in_(codes))) for table in TABLES.values()
    )
    return Kept(
        {row.id: made(GuestLink, row) for row in links},
        {row.id: made(Sealed, row) for row in links},
        {row.id: made(AccessReport, row) for row in reports},
        {id_of_choice(row.report, row.case_code, row.part): made(Choice, row) for row in choices},
    )


def of_no_case(tx: Tx) -> Iterator[tuple[str, str]]:
    """(sort, id) of rows whose case there is not; a database that checks what refers to what has none."""
    known = select(tables.case_file.c.code)
    for sort, table in TABLES.items():
        for row in tx.rows(select(table).where(table.c.case_code.not_in(known))):
            is_choice = table is access_report_choice
            yield sort, id_of_choice(row.report, row.case_code, row.part) if is_choice else row.id


def reports_there(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Those of these reports that there are, and whose case was not erased."""
    alive = select(tables.case_file.c.code).where(tables.case_file.c.erased_at.is_(None))
    table = access_report
    statement = select(table.c.id).where(table.c.id.in_(ids), table.c.case_code.in_(alive))
    return {row.id for row in tx.rows(statement)}
