"""Let a second person review drafts of the studio."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0019_review_drafts"
down_revision = "0018_delegate_user_tasks"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("authors", columns.Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("deployment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["deployment"], ["deployment.id"], name=op.f("fk_review_deployment")),
        sa.ForeignKeyConstraint(["hash"], ["resource.hash"], name=op.f("fk_review_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_deployment", "review", ["deployment"], unique=False)
    op.create_index("ix_review_file_name", "review", ["file_name", "at"], unique=False)
    op.create_index("ix_review_status", "review", ["status", "at"], unique=False)
    op.create_table(
        "review_comment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["review"], ["review.id"], name=op.f("fk_review_comment_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    op.create_index("ix_review_comment_review", "review_comment", ["review", "at"], unique=False)
    op.add_column("draft", sa.Column("authors", columns.Json, server_default="[]", nullable=False))
