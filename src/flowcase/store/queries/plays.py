"""Plays of process owners."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flowcase.store import INSTALLATION
from flowcase.store.play_tables import play
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class PlayRow:
    id: str
    owner: str
    path: str
    begun_at: dt.datetime
    used_at: dt.datetime
    version: int
    acts: int
    has_drafts: int
    digest: str
    files: Mapping[str, str]


_ROW = select(*(play.c[name] for name in PlayRow.__dataclass_fields__))


def one(tx: Tx, id: str) -> PlayRow | None:
    return made_or_none(PlayRow, tx.first(_ROW.where(play.c.id == id)))


def of_owner(tx: Tx, owner: str) -> list[PlayRow]:
    """Used last first."""
    found = _ROW.where(play.c.owner == owner).order_by(play.c.used_at.desc(), play.c.id)
    return [made(PlayRow, row) for row in tx.rows(found)]


def unused_since(tx: Tx, at: dt.datetime) -> list[str]:
    """Ids of those that nobody has used for a while."""
    return [row.id for row in tx.rows(select(play.c.id).where(play.c.used_at < at))]


def content(tx: Tx, id: str) -> dict[str, Any]:
    """Scene and acts."""
    row = tx.first(select(play.c.sealed).where(play.c.id == id))
    opened = None if row is None else tx.open(INSTALLATION, f"play|{id}", row.sealed)
    found: dict[str, Any] = {} if opened is None else json.loads(zlib.decompress(opened))
    return found


def sealed(tx: Tx, id: str, found: Mapping[str, Any]) -> bytes:
    """The same, as it is kept."""
    return tx.seal(INSTALLATION, f"play|{id}", zlib.compress(json.dumps(found).encode()))


def drafts_of(tx: Tx, id: str) -> dict[str, str]:
    """path -> text of the drafts that are played."""
    row = tx.first(select(play.c.drafts).where(play.c.id == id))
    found: dict[str, str] = (
        {} if row is None or row.drafts is None else json.loads(zlib.decompress(row.drafts))
    )
    return found
