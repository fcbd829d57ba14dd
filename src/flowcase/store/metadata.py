"""What every table belongs to: the naming of keys and indexes, and indexes over what is still alive."""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def alive(name: str, *columns: Column, where: str, unique: bool = False) -> Index:
    """An index over the few rows that are still alive; finished rows cost it nothing.

    Queries use the very same text: SQLite takes such an index only when the condition is spelled alike, and
    neither database can use it for a condition with parameters.
    """
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))
