"""Keep batch operations and how far each of their instances is."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0035_keep_batch_operations"
down_revision = "0034_list_timers_and_jobs"


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("asked", columns.Json, nullable=False),
        sa.Column("details", columns.Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_at", "batch", ["at", "id"])
    op.create_index("ix_batch_status", "batch", ["status"])
    op.create_table(
        "batch_item",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("lease_until", columns.Instant()),
        sa.Column("done_at", columns.Instant()),
        sa.PrimaryKeyConstraint("batch", "instance", name=op.f("pk_batch_item")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_batch_item_batch_batch")),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_batch_item_instance_instance")),
    )
    op.create_index("ix_batch_item_status", "batch_item", ["batch", "status", "number"])
    op.create_index("ix_batch_item_instance", "batch_item", ["instance"])
