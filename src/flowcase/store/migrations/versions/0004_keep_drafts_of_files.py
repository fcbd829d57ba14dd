"""Keep drafts of files that are being worked on in the studio."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0004_keep_drafts_of_files"
down_revision = "0003_let_jobs_take_turns"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "file_name", "copy", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_file_name", "draft", ["file_name"], unique=False)
