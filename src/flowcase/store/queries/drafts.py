"""Drafts of files in the studio."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.review_tables import draft_presence
from flowcase.store.tx import Tx

_draft = tables.draft


@dataclass(frozen=True)
class DraftRow:
    owner: str
    file_name: str
    copy: int
    hash: str
    based_on: str | None
    updated_at: dt.datetime
    authors: Sequence[str]  # who else had a hand in it


_WITHOUT_CONTENT = select(*(_draft.c[name] for name in DraftRow.__dataclass_fields__))


def draft(tx: Tx, owner: str, file_name: str, copy: int) -> DraftRow | None:
    if not 0 <= copy < 2**31:  # a number that no copy has, and some that no database takes
        return None
    found = _WITHOUT_CONTENT.where(
        _draft.c.owner == owner, _draft.c.file_name == file_name, _draft.c.copy == copy
    )
    return made_or_none(DraftRow, tx.first(found))


def content(tx: Tx, row: DraftRow) -> bytes:
    found = select(_draft.c.content).where(
        _draft.c.owner == row.owner, _draft.c.file_name == row.file_name, _draft.c.copy == row.copy
    )
    return tx.scalar(found) or b""


def drafts(tx: Tx, *, file_name: str | None = None) -> list[DraftRow]:
    """Of everybody, by file, the newest first."""
    found = _WITHOUT_CONTENT.order_by(_draft.c.file_name, _draft.c.updated_at.desc(), _draft.c.owner)
    if file_name is not None:
        found = found.where(_draft.c.file_name == file_name)
    return [made(DraftRow, row) for row in tx.rows(found)]


def others_here(tx: Tx, file_name: str, person: str) -> list[str]:
    """Ids of the others who have the file open, by id."""
    statement = select(draft_presence.c.person).where(
        draft_presence.c.file_name == file_name, draft_presence.c.person != person
    )
    return [row.person for row in tx.rows(statement.order_by(draft_presence.c.person))]


def forget_before(tx: Tx, before: dt.datetime) -> None:
    """Those who were not heard of since, whatever file they had open."""
    tx.execute(delete(draft_presence).where(draft_presence.c.seen_at < before))
