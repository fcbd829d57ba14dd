"""Triggers taken off, exchanged or added behind flowcase's back: every `flowcase verify` names them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from flowcase.bootstrap import Flowcase
from flowcase.store.queries import triggers

GONE = "is gone, and what it refused or kept no longer is."
ALTERED = "was altered or switched off."
OTHERS = "is not flowcase's, and may alter or copy what is written."
ON_SQLITE = {
    "the guard taken off": (
        ["DROP TRIGGER history_refuses_update"],
        f"Trigger history_refuses_update: {GONE}",
    ),
    "a guard that lets somebody through": (
        [
            "DROP TRIGGER history_refuses_delete",
            "CREATE TRIGGER history_refuses_delete BEFORE DELETE ON history WHEN OLD.actor <> 'mallory' "
            "BEGIN SELECT RAISE(ABORT, 'the history is only ever added to'); END",
        ],
        f"Trigger history_refuses_delete: {ALTERED}",
    ),
    "every new password copied": (
        ["CREATE TRIGGER copies AFTER UPDATE ON credential BEGIN DELETE FROM sign_in_brake; END"],
        f"Trigger copies: {OTHERS}",
    ),
}
ON_POSTGRESQL = {
    "the guard taken off": (
        ["DROP TRIGGER history_is_only_added_to ON history"],
        f"Trigger history_is_only_added_to: {GONE}",
    ),
    "the guard switched off": (
        ["ALTER TABLE history DISABLE TRIGGER history_is_only_added_to"],
        f"Trigger history_is_only_added_to: {ALTERED}",
    ),
    "facts that are written no longer": (
        [
            "CREATE OR REPLACE FUNCTION write_case_facts() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$",
            "DROP TRIGGER case_file_writes_new_facts ON case_file",
            "CREATE TRIGGER case_file_writes_new_facts AFTER INSERT ON case_file "
            "FOR EACH ROW EXECUTE FUNCTION write_case_facts()",
        ],
        f"Trigger case_file_writes_new_facts: {ALTERED}",
    ),
    "no password is changed any more": (
        ["CREATE RULE stays AS ON UPDATE TO credential DO INSTEAD NOTHING"],
        f"Trigger stays: {OTHERS}",
    ),
}


def test_what_the_migrations_make_is_what_is_looked_for(flow: Flowcase) -> None:
    is_sqlite = flow.store.is_sqlite

    with flow.store.reading(flow.clock.now()) as tx:
        found = triggers.found(tx, is_sqlite=is_sqlite)

    assert found == triggers.made(is_sqlite=is_sqlite)


@pytest.mark.parametrize("what", sorted(ON_SQLITE.keys() | ON_POSTGRESQL.keys()))
def test_a_trigger_that_is_gone_altered_or_not_ours_is_named(flow: Flowcase, what: str) -> None:
    tried = ON_SQLITE if flow.store.is_sqlite else ON_POSTGRESQL
    if what not in tried:
        return  # the other database knows no such thing
    statements, said = tried[what]
    assert flow.altered_rows.find() == []

    with flow.store.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))

    assert said in map(str, flow.altered_rows.find())
