"""Keep what process owners play through by hand."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0030_keep_plays"
down_revision = "0029_review_files_together"


def upgrade() -> None:
    op.create_table(
        "play",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("begun_at", columns.Instant(), nullable=False),
        sa.Column("used_at", columns.Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("has_drafts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("files", columns.Json, nullable=False),
        sa.Column("drafts", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play")),
    )
    op.create_index("ix_play_owner", "play", ["owner", "used_at"])
    op.create_index("ix_play_used_at", "play", ["used_at"])
