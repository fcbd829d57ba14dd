"""Bringing a database to this release's schema.

Alembic is loaded only when there is something to migrate: every start asks whether the schema is
current, and that must not cost a tenth of a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

from flowcase.store.faults import DatabaseOfOthers

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
# Who waits to alter a table keeps everybody from it who comes after: it gives up soon and comes again.
_TABLES_OF_POSTGRESQL = """
    SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname = current_schema() AND NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE pg_depend.objid = pg_class.oid AND deptype = 'e'  -- an extension's
    ) LIMIT 1
"""
_WAIT = "SET LOCAL lock_timeout = '2s'"


def upgrade(engine: Engine, revision: str = "head", *, alone: bool = False) -> None:
    """Run every migration that is missing, in one transaction. A newer release's schema is left as it is.

    On PostgreSQL it waits two seconds for a table that somebody reads for long, and then fails; `alone`
    locks every table before the first migration, so that no deadlock is met in the middle of them.
    """
    if revision == "head" and is_served(engine):
        return
    check_is_ours(engine)
    from alembic import command

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(_WAIT)
            if alone and (tables := sorted(inspect(connection).get_table_names())):
                names = ", ".join(map(engine.dialect.identifier_preparer.quote, tables))
                connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def check_is_ours(engine: Engine) -> None:
    """Raises DatabaseOfOthers for a database that another program has made tables in, and flowcase none."""
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            return
        if engine.dialect.name == "postgresql":
            is_used = connection.execute(text(_TABLES_OF_POSTGRESQL)).first() is not None
        else:
            is_used = bool(inspect(connection).get_table_names())
    if is_used:
        raise DatabaseOfOthers


def revision(engine: Engine) -> str | None:
    """The revision that a database has; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest() -> str:
    """This release's revision: migrations are numbered, and named by their revision."""
    return max(path.stem for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this release was written for."""
    return revision(engine) == newest()


def is_served(engine: Engine) -> bool:
    """Whether this release can work on the database as it is."""
    return serves(revision(engine))


def serves(found: str | None) -> bool:
    """Whether this release can work on the schema: its own, or what a newer release has made of it.

    Migrations add first and remove one release later, so a node of the previous release goes on, and comes
    back after a restart, while the new release is rolled out.
    """
    return found is not None and found[:4] >= newest()[:4]


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config
