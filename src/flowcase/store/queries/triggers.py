"""The triggers and rules that the database holds, and those that the migrations made.

Who may alter the schema can take off what refuses to alter the history, or add what alters each row that is
written from then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import String, select, text

from flowcase.store.tx import Tx

# Digest of each trigger of the newest migration. On PostgreSQL of its table, its kind (pg_trigger.tgtype),
# whether it is on and has a condition, and the source of its function: how its definition is printed follows
# the server's version. A migration that makes or drops one changes this; a test compares.
SQLITE: Mapping[str, str] = {
    "case_file_writes_facts": "61e5818340f50309",
    "case_file_writes_new_facts": "437a052a07c69c45",
    "checkpoint_refuses_delete": "2733de5295597cfd",
    "checkpoint_refuses_update": "459c1f9a2f5a7c89",
    "history_refuses_delete": "8e733b176e04273f",
    "history_refuses_update": "1f6dbeaa6e38cf3b",
    "instance_state_forgets_at_the_end": "349408f5a06020e9",
    "instance_state_forgets_the_oldest": "aeb584453ea03c2c",
    "instance_state_keeps_the_earlier": "6c4a64780a5abbfb",
}
POSTGRESQL: Mapping[str, str] = {
    "case_file_writes_facts": "2c779314f7baf8ae",
    "case_file_writes_new_facts": "b0e64c85b6811892",
    "checkpoint_is_not_emptied": "ad313090934bb05d",
    "checkpoint_is_only_added_to": "36b90fa5e415ff6c",
    "history_is_not_emptied": "cc351fe56249c95d",
    "history_is_only_added_to": "ecee222c700c5044",
    "instance_state_keeps_the_earlier": "f75097b0756ac019",
}

_TOLD = {"name": String, "what": String}
_OF_SQLITE = text(
    "SELECT name, tbl_name || ' ' || sql AS what FROM sqlite_master WHERE type = 'trigger'"
).columns(**_TOLD)
_OF_POSTGRESQL = text(
    "SELECT t.tgname::text AS name,"
    " concat_ws(' ', c.relname, t.tgtype, t.tgenabled, t.tgqual IS NOT NULL, p.prosrc) AS what"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    " UNION ALL SELECT r.rulename::text, concat_ws(' ', c.relname, r.ev_type) FROM pg_rewrite r"
    " JOIN pg_class c ON c.oid = r.ev_class"
    " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"
).columns(**_TOLD)


def made(*, is_sqlite: bool) -> Mapping[str, str]:
    """Name -> digest, as the migrations left them."""
    return SQLITE if is_sqlite else POSTGRESQL


def found(tx: Tx, *, is_sqlite: bool) -> dict[str, str]:
    """The same as the database has them now."""
    rows = tx.rows(select((_OF_SQLITE if is_sqlite else _OF_POSTGRESQL).subquery()))
    return {row.name: hashlib.sha256(row.what.encode()).hexdigest()[:16] for row in rows}
