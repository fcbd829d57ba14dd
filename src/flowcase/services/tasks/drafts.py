"""Drafts of user tasks: what a person has typed and not completed, sealed under the key of the case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.errors import SavedElsewhere
from flowcase.store import Tx, tables
from flowcase.store.queries import user_tasks as queries
from flowcase.store.queries.user_tasks import UserTaskRow

_PAGE = "_side"  # kept with the draft: the page that saved it; no field of a form begins like that


@dataclass(frozen=True)
class Begun:
    """An open page in which somebody types, and the draft that it began from."""

    page: str
    draft: str  # its `digest_of`


def digest_of(raw: Mapping[str, Any] | None) -> str:
    """Which draft it is; empty for none."""
    if raw is None:
        return ""
    typed = {name: said for name, said in raw.items() if name != _PAGE}
    content = json.dumps(typed, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def draft_of(tx: Tx, id: str, person: str) -> dict[str, Any] | None:
    """What a person has typed in the form of a user task; None without a draft."""
    raw = queries.draft(tx, id, person)
    if raw is not None:
        raw.pop(_PAGE, None)
    return raw


def check_not_saved_elsewhere(
    tx: Tx, row: UserTaskRow, person: str, raw: Mapping[str, Any], begun: Begun
) -> None:
    """Raises SavedElsewhere when a page that was opened beside this one has saved another draft since."""
    stored = queries.draft(tx, row.id, person)
    if stored is None or stored.get(_PAGE) == begun.page:
        return
    if digest_of(stored) not in (begun.draft, digest_of(raw)):
        raise SavedElsewhere(row.id)


def keep_draft(
    tx: Tx, row: UserTaskRow, person: str, raw: Mapping[str, Any], begun: Begun | None = None
) -> None:
    """As it was typed, in place of the person's former one; `begun` as in `check_not_saved_elsewhere`."""
    if begun is not None:
        check_not_saved_elsewhere(tx, row, person, raw, begun)
        raw = {**raw, _PAGE: begun.page}
    content = json.dumps(raw, ensure_ascii=False).encode()
    key = {"user_task": row.id, "person": person}
    saved = {
        "sealed_values": tx.seal(row.stream, f"draft|{row.id}|{person}", content),
        "saved_at": tx.now,
    }
    if not tx.update_any(tables.user_task_draft, key, saved):
        tx.insert(tables.user_task_draft, **key, **saved)


def pass_draft(tx: Tx, row: UserTaskRow, giver: str, to: str, *, is_copied: bool = False) -> None:
    """What one person has typed becomes the other's draft, so that the work goes on from there."""
    raw = draft_of(tx, row.id, giver)
    if raw is None:
        return
    keep_draft(tx, row, to, raw)
    if not is_copied:
        tx.delete_all(tables.user_task_draft, {"user_task": row.id, "person": giver})
