"""Keep for a minute who has a file of the studio open."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0027_see_who_edits"
down_revision = "0026_keep_simulations"


def upgrade() -> None:
    op.create_table(
        "draft_presence",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("file_name", "person", name=op.f("pk_draft_presence")),
    )
