"""The table of saved lists that their owners share with named colleagues."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

# The list itself stays its owner's row of `saved_list`: what the owner changes, the colleague sees.
list_share = Table(
    "list_share",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("person", Text, nullable=False),  # with whom
    Column("shared_at", Instant, nullable=False),
)
Index("ix_list_share_owner", list_share.c.owner, list_share.c.name, list_share.c.person, unique=True)
Index("ix_list_share_person", list_share.c.person)
