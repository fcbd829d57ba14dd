"""Keep which processes are suspended, and the starts that are held meanwhile."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0037_suspend_processes"
down_revision = "0036_send_checkpoints"


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text()),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_suspension")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_suspension_batch_batch")),
    )
    op.create_index("ix_suspension_process", "suspension", ["process"])
    op.create_table(
        "held_start",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("element", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start_key", sa.Text()),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text()),
        sa.Column("sealed_variables", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("try_at", columns.Instant(), nullable=False),
        sa.Column("has_failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_start")),
        sa.ForeignKeyConstraint(
            ["definition"],
            ["process_definition.id"],
            name=op.f("fk_held_start_definition_process_definition"),
        ),
    )
    op.create_index("ix_held_start_process", "held_start", ["process", "at", "id"])
