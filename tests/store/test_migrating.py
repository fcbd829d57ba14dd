"""Migrations lead to exactly the schema that the code is written for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import RawCursor
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import StaticPool

from flowcase.store import Store, migrating, tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries import records

# SQLite has indexes over expressions that SQLAlchemy cannot tell of.
_EXPRESSIONS = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
VERSIONS = Path(migrating.__file__).parent / "migrations" / "versions"
FIRST_RELEASE = "0008"  # whose nodes may work beside those of the next


@_EXPRESSIONS
def test_the_migrations_equal_the_tables(store: Store) -> None:
    def is_compared(_: object, name: str | None, *__: object) -> bool:
        return name not in tables.RECORD_TEXTS  # they are looked at below

    with store.engine.connect() as connection:
        options = {"compare_type": True, "include_object": is_compared}
        context = MigrationContext.configure(connection, opts=options)
        difference = compare_metadata(context, tables.metadata)

    assert difference == []


@_EXPRESSIONS
def test_partial_indexes_and_their_conditions_are_migrated_too(store: Store) -> None:
    reflected = {
        index["name"]: f"{store.engine.dialect.name}_where" in index.get("dialect_options", {})
        for table in tables.metadata.tables
        for index in inspect(store.engine).get_indexes(table)
    }
    declared = {
        index.name: index.dialect_options[store.engine.dialect.name]["where"] is not None
        for table in tables.metadata.tables.values()
        for index in table.indexes
    }

    assert {name: reflected.get(name) for name in declared} == declared


@pytest.mark.parametrize(
    ("index", "question"),
    [
        ("ix_record_status", records._selecting(("entity",), ("status",))),
        ("ix_record_meeting", records._among("moede_id")),
        ("ix_record_at", records._between("tid")),
        ("ix_record_kind", records._latest("tid", ("slags",))),
        ("ix_record_kind", records._saying("anonymt")),
        ("ix_record_unnamed", records._saying("anonymt")),
    ],
)
def test_texts_in_records_are_found_by_their_index(store: Store, index: str, question: Prepared) -> None:
    values = {"entity": "Moede", "open_0": "x", "texts": ["x"], "kind": "x", "first": "2026", "last": "2027"}
    compiled = question.compiled(store.engine.dialect)
    bound = compiled.bound({**values, "before": "2027", "before_id": ""})
    with store.engine.connect() as connection:
        if store.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.sql}", tuple(bound)).all()
        else:
            connection.execute(text("SET enable_seqscan = off"))
            cursor = RawCursor(connection.connection.driver_connection)
            plan = cursor.execute(f"EXPLAIN {compiled.sql}", bound).fetchall()
        connection.rollback()

    assert index in str(plan), plan


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    migrating.upgrade(store.engine)

    assert migrating.is_current(store.engine)


def test_an_empty_database_is_not_current() -> None:
    assert not migrating.is_current(create_engine("sqlite://"))


def test_a_newer_release_of_the_schema_is_served_and_left_as_it_is() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    assert not migrating.is_served(engine)
    migrating.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_of_tomorrow'"))

    migrating.upgrade(engine)

    assert migrating.is_served(engine)
    assert not migrating.is_current(engine)
    assert migrating.revision(engine) == "9999_of_tomorrow"
    engine.dispose()


def test_migrations_since_the_first_release_only_add() -> None:
    """Nodes of the previous release go on working; what is removed needs a release of its own in between."""
    removing = re.compile(r"op\.(drop_(table|column|constraint)|rename_table|alter_column)\(")
    guilty = []
    for path in VERSIONS.glob("*.py"):
        upgrading = path.read_text("utf-8").partition("def upgrade")[2].partition("def downgrade")[0]
        added = re.findall(r"op\.add_column\((.*?)\n    \)|op\.add_column\((.*?)\)\n", upgrading, re.S)
        unfilled = [
            one for one in map("".join, added) if "nullable=False" in one and "server_default" not in one
        ]
        if path.stem[:4] > FIRST_RELEASE and (removing.search(upgrading) or unfilled):
            guilty.append(path.name)

    assert guilty == []


def test_migrations_are_numbered_without_gaps_and_named_by_a_phrase() -> None:
    names = sorted(path.stem for path in VERSIONS.glob("*.py"))

    assert all(re.fullmatch(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)*", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_the_newest_file_is_the_head_that_alembic_knows() -> None:
    from alembic.script import ScriptDirectory

    assert migrating.newest() == ScriptDirectory.from_config(migrating._config()).get_current_head()
