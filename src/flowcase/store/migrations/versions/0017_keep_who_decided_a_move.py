"""Keep who let a move run or be undone: the history of each instance names that person."""

import sqlalchemy as sa
from alembic import op

revision = "0017_keep_who_decided_a_move"
down_revision = "0016_list_cases_by_index"


def upgrade() -> None:
    op.add_column("migration", sa.Column("decided_by", sa.Text, nullable=False, server_default="system"))
    op.execute("UPDATE migration SET decided_by = actor")
