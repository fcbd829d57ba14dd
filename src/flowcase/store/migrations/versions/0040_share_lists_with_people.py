"""Keep with which colleagues a saved list is shared."""

import sqlalchemy as sa
from alembic import op

from flowcase.store.columns import Instant

revision = "0040_share_lists_with_people"
down_revision = "0039_find_by_facts_and_words"


def upgrade() -> None:
    op.create_table(
        "list_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("shared_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_share")),
    )
    op.create_index("ix_list_share_owner", "list_share", ["owner", "name", "person"], unique=True)
    op.create_index("ix_list_share_person", "list_share", ["person"], unique=False)
