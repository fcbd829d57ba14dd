"""Accounts of programs, and the answers that are kept for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from flowcase.store import api_tables, tables
from flowcase.store.queries.rows import made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class ServiceAccountRow:
    person: str
    scopes: Sequence[str]
    made_at: dt.datetime
    made_by: str
    expires_at: dt.datetime | None


@dataclass(frozen=True)
class KeptAnswerRow:
    account: str
    key: str
    request_hash: str
    at: dt.datetime
    is_done: bool
    status: int | None
    content_type: str | None
    body: str | None


@dataclass(frozen=True)
class ApiUseRow:
    account: str
    minute: dt.datetime
    taken: int
    refused: int


def service_account(tx: Tx, person: str) -> ServiceAccountRow | None:
    table = api_tables.service_account
    return made_or_none(ServiceAccountRow, tx.first(select(table).where(table.c.person == person)))


def service_accounts(tx: Tx) -> dict[str, ServiceAccountRow]:
    """By account; those that have ended too."""
    return {row.person: ServiceAccountRow(*row) for row in tx.rows(select(api_tables.service_account))}


def programs(tx: Tx) -> list[tuple[str, bool]]:
    """(id, whether it may sign in) of every account of a program."""
    table = tables.person
    statement = select(table.c.id, table.c.is_active).where(table.c.kind == "service").order_by(table.c.id)
    return [(row.id, row.is_active) for row in tx.rows(statement)]


def kept_answer(tx: Tx, account: str, key: str) -> KeptAnswerRow | None:
    table = api_tables.kept_answer
    return made_or_none(
        KeptAnswerRow, tx.first(select(table).where(table.c.account == account, table.c.key == key))
    )


def api_use(tx: Tx, account: str) -> ApiUseRow | None:
    table = api_tables.api_use
    return made_or_none(ApiUseRow, tx.first(select(table).where(table.c.account == account)))


def api_uses(tx: Tx) -> list[ApiUseRow]:
    table = api_tables.api_use
    return [ApiUseRow(*row) for row in tx.rows(select(table).order_by(table.c.account))]


def forget_answers(tx: Tx, before: dt.datetime) -> int:
    table = api_tables.kept_answer
    return tx.execute(delete(table).where(table.c.at < before))
