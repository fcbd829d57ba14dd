"""Delegate user tasks: who answers for one while a colleague has it."""

import sqlalchemy as sa
from alembic import op

revision = "0018_delegate_user_tasks"
down_revision = "0017_keep_who_decided_a_move"


def upgrade() -> None:
    op.add_column("user_task", sa.Column("owner", sa.Text))
    is_delegated = sa.text("status = 'open' AND owner IS NOT NULL")
    op.create_index(
        "ix_user_task_owner",
        "user_task",
        ["owner"],
        unique=False,
        postgresql_where=is_delegated,
        sqlite_where=is_delegated,
    )
