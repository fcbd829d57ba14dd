"""Give accounts of programs scopes, and keep what they were answered."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0012_give_programs_scopes"
down_revision = "0011_mark_current_deadlines"


def upgrade() -> None:
    op.create_table(
        "service_account",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("scopes", columns.Json, nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Instant()),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_service_account_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_service_account")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("content_type", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])
    op.create_index("ix_history_at", "history", ["at", "stream", "seq"])
