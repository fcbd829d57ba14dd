"""Let jobs take turns: by priority, then from process to process, each type at its own pace."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0003_let_jobs_take_turns"
down_revision = "0002_store_history_in_entries"


def upgrade() -> None:
    op.create_table(
        "job_pace",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("free_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("type", name=op.f("pk_job_pace")),
    )
    op.add_column("job", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_job_in_turn",
        "job",
        ["priority", "process", "try_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending' AND NOT is_held"),
        sqlite_where=sa.text("status = 'pending' AND NOT is_held"),
    )
