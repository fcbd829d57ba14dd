"""The service's own role on a real PostgreSQL: it works, and whatever it tries, the history stays."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.cli import examining
from flowcase.config import Config
from flowcase.store import Keyring, Store, rights
from flowcase.store.connecting import database_url
from flowcase.store.queries import history
from tests.conftest import NOW

STREAM = "case:SAG-1"
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def _add(store: Store, number: int) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, IntakeRefused(source=f"s{number}", line=number, fields=("a",)))


@pytest.fixture
def as_service(store: Store, keyring: Keyring, database: str) -> Iterator[Store]:
    """A store that signs in as the service's role, beside the owner's."""
    role, word = f"app_{uuid.uuid4().hex[:10]}", uuid.uuid4().hex
    with store.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{word}'"))
    rights.apply(store.engine, role)
    _add(store, 1)
    own = Store(
        database_url(database).set(username=role, password=word).render_as_string(hide_password=False),
        keyring,
    )
    yield own
    own.close()
    with store.engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


@on_postgresql
def test_the_services_role_adds_to_the_history_and_nothing_else_is_let_through(as_service: Store) -> None:
    _add(as_service, 2)

    refused = []
    for attack in (
        "UPDATE history SET actor = 'nobody'",
        "UPDATE history SET sealed_payload = ''",
        "DELETE FROM history",
        "TRUNCATE history",
        "TRUNCATE history, stream CASCADE",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET content = ''",
        "TRUNCATE checkpoint",
        "ALTER TABLE history DISABLE TRIGGER ALL",
        "ALTER TABLE history OWNER TO CURRENT_USER",
        "DROP TRIGGER history_is_only_added_to ON history",
        "DROP TABLE history",
        "CREATE OR REPLACE FUNCTION refuse_to_alter_history() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NEW; END'",
        "CREATE RULE quiet AS ON INSERT TO history DO INSTEAD NOTHING",
        "GRANT UPDATE ON history TO CURRENT_USER",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE beside (id int)",
    ):
        try:
            with as_service.engine.begin() as connection:
                connection.execute(text(attack))
                if attack.startswith("GRANT"):  # PostgreSQL only warns that nothing was granted
                    connection.execute(text("UPDATE history SET actor = 'nobody'"))
        except ProgrammingError as error:
            assert "permission denied" in str(error) or "must be owner" in str(error), attack
            refused.append(attack)

    assert len(refused) == 18
    with as_service.reading(NOW) as tx:
        assert [row.actor for row in history.events(tx, STREAM)] == ["system", "system"]
    assert rights.excess(as_service.engine) == []
    assert as_service.overwrite_deleted() is False  # that is the owner's


@on_postgresql
def test_the_owner_is_told_that_its_role_could_change_the_history(
    store: Store, database: str, tmp_path: Path
) -> None:
    found = {each.right for each in rights.excess(store.engine)}

    key = base64.b64encode(bytes(range(32))).decode()
    said = [
        each
        for each in examining.examine(Config(home=tmp_path, database_url=database, key=key))
        if each.what == "rights"
    ]

    assert {"UPDATE", "DELETE", "TRUNCATE", "OWN"} <= found
    assert [each.level for each in said] == ["warning"]
    assert "flowcase db rights" in said[0].remedy


@on_postgresql
def test_rights_that_nobody_could_give_are_not_said_to_be_given(as_service: Store, store: Store) -> None:
    """PostgreSQL only warns whoever does not own the tables, and gives nothing."""
    role = f"other_{uuid.uuid4().hex[:10]}"
    with store.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role}"))
    try:
        with pytest.raises(rights.RightsNotGiven, match="only the owner of the tables may"):
            rights.apply(as_service.engine, role)
        with pytest.raises(rights.RightsNotGiven, match="PostgreSQL has no such role"):
            rights.apply(store.engine, "nobody_here")
        with store.engine.begin() as connection:
            owner = str(connection.execute(text("SELECT current_user")).scalar())
        with pytest.raises(rights.RightsNotGiven, match="it owns the tables"):
            rights.apply(store.engine, owner)
    finally:
        with store.engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


@pytest.mark.parametrize("role", ["x; DROP TABLE history", 'a"b', "Å", "", "a" * 64])
def test_a_name_that_is_none_becomes_no_statement(role: str) -> None:
    with pytest.raises(rights.RoleRefused):
        rights.statements(role)


def test_what_is_granted_names_every_table_and_no_change_of_the_history() -> None:
    told = rights.statements("flowcase_app")

    assert [line for line in told if "history" in line] == ["GRANT SELECT, INSERT ON history TO flowcase_app"]
    assert all(each in " ".join(told) for each in ("stream", "record", "instance_state", "erasure_item"))
