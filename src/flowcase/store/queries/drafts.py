"""Drafts of files in the studio."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
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
