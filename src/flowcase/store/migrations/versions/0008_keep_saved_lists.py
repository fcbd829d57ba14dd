"""Keep saved lists of user tasks: each person's own, under a name."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0008_keep_saved_lists"
down_revision = "0007_erase_cases"


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name=op.f("pk_saved_list")),
    )
