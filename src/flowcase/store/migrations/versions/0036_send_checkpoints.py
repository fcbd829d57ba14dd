"""Keep which receipts of checkpoints are on their way outside."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0036_send_checkpoints"
down_revision = "0035_keep_batch_operations"

_UNSENT = sa.text("status IN ('waiting', 'claimed')")


def upgrade() -> None:
    op.create_table(
        "checkpoint_delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", columns.Instant()),
        sa.Column("sent_at", columns.Instant()),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_delivery")),
    )
    op.create_index(
        "ix_checkpoint_delivery_unsent",
        "checkpoint_delivery",
        ["due_at", "id"],
        postgresql_where=_UNSENT,
        sqlite_where=_UNSENT,
    )
    op.create_index("ix_checkpoint_delivery_way", "checkpoint_delivery", ["way", "number"])
