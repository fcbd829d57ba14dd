"""Rights on PostgreSQL: the owner's role migrates, the service's only adds to the history.

With them not even who has stolen the service's password can change, delete or empty the history, take its
triggers off, or alter a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Engine, text

from flowcase.errors import FlowcaseError
from flowcase.store import tables
from flowcase.store.faults import translated

ONLY_ADDED_TO = ("history", "checkpoint")
_READ_ONLY = ("alembic_version",)
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class RoleRefused(ValueError):
    """A role's name that would have to be quoted."""


class RightsNotGiven(FlowcaseError):
    """Nothing was granted."""

    def __init__(self, role: str, because: str) -> None:
        self.role, self.because = role, because
        super().__init__(
            f"Expected to give the role '{role}' its rights, but {because}. Nothing was changed."
        )


@dataclass(frozen=True)
class Excess:
    """A right that the connected role has and should not have."""

    table: str
    right: str


def statements(role: str) -> list[str]:
    """What the owner of the tables runs once, and again after each upgrade. Raises RoleRefused."""
    if not _ROLE.fullmatch(role):
        raise RoleRefused(role)
    ordinary = sorted(set(tables.metadata.tables) - set(ONLY_ADDED_TO))
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE CREATE ON SCHEMA public FROM {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        *(f"GRANT SELECT ON {table} TO {role}" for table in _READ_ONLY),
        *(f"GRANT SELECT, INSERT ON {table} TO {role}" for table in ONLY_ADDED_TO),
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(ordinary)} TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    ]


def apply(engine: Engine, role: str) -> None:
    """Run them, all or nothing, as whoever owns the tables. Raises RightsNotGiven.

    Of somebody who does not own them PostgreSQL only warns, and gives nothing.
    """
    with translated(), engine.begin() as connection:
        if connection.execute(_IS_ROLE, {"role": role}).scalar() is None:
            raise RightsNotGiven(
                role, "PostgreSQL has no such role. Make it first: createuser --pwprompt ROLE"
            )
        if connection.execute(_ROLE_OWNS, {"role": role, "table": ONLY_ADDED_TO[0]}).scalar():
            raise RightsNotGiven(
                role, "it owns the tables, or is a member of who does. Name the service's own role"
            )
        for statement in statements(role):
            connection.execute(text(statement))
        wanted = [("alembic_version", "SELECT"), ("history", "INSERT"), ("person", "DELETE")]
        if not all(
            connection.execute(_ROLE_HAS, {"role": role, "table": t, "right": r}).scalar() for t, r in wanted
        ):
            raise RightsNotGiven(
                role, "only the owner of the tables may. Give it the owner's FLOWCASE_DATABASE_URL"
            )


def excess(engine: Engine) -> list[Excess]:
    """What the connected role may do to the history beside adding to it; OWN: it may alter the table."""
    if engine.dialect.name != "postgresql":
        return []
    found: list[Excess] = []
    with engine.connect() as connection:
        for table in ONLY_ADDED_TO:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                asked = {"table": table, "right": right}
                if connection.execute(_HAS_RIGHT, asked).scalar():
                    found.append(Excess(table, right))
            if connection.execute(_OWNS, {"table": table}).scalar():
                found.append(Excess(table, "OWN"))
    return found


def owns(engine: Engine, names: tuple[str, ...]) -> bool:
    """Whether the connected role owns these tables: only an owner can have one written anew."""
    with engine.connect() as connection:
        return all(connection.execute(_OWNS, {"table": name}).scalar() for name in names)


_HAS_RIGHT = text("SELECT has_table_privilege(current_user, CAST(:table AS regclass), :right)")
_IS_ROLE = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
_ROLE_HAS = text("SELECT has_table_privilege(CAST(:role AS name), CAST(:table AS regclass), :right)")
_ROLE_OWNS = text(
    "SELECT pg_has_role(CAST(:role AS name), relowner, 'MEMBER') FROM pg_class "
    "WHERE oid = CAST(:table AS regclass)"
)
_OWNS = text(
    "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = CAST(:table AS regclass)"
)
