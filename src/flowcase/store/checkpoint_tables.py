"""The table of checkpoints on their way to where they are kept outside."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from flowcase.store.delivery_columns import delivery_columns, index_unsent
from flowcase.store.metadata import metadata

# Written in the transaction that signs the checkpoint. Rows are kept: the newest tells what was sent last.
checkpoint_delivery = Table(
    "checkpoint_delivery",
    metadata,
    Column("id", Text, primary_key=True),  # number, hash and way: the same at every try
    Column("number", Integer, nullable=False),
    Column("way", Text, nullable=False),  # mail | webhook
    Column("body", Text, nullable=False),  # the receipt; nothing personal
    *delivery_columns(),
)
index_unsent(checkpoint_delivery)
Index("ix_checkpoint_delivery_way", checkpoint_delivery.c.way, checkpoint_delivery.c.number)
