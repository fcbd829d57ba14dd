"""Drafts of user tasks: what a person has typed and not completed, sealed under the key of the case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flowcase.store import Tx, tables
from flowcase.store.queries import user_tasks as queries
from flowcase.store.queries.user_tasks import UserTaskRow


def keep_draft(tx: Tx, row: UserTaskRow, person: str, raw: Mapping[str, Any]) -> None:
    """As it was typed, in place of the person's former one."""
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
    raw = queries.draft(tx, row.id, giver)
    if raw is None:
        return
    keep_draft(tx, row, to, raw)
    if not is_copied:
        tx.delete_all(tables.user_task_draft, {"user_task": row.id, "person": giver})
