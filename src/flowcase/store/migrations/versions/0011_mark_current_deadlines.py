"""Mark the deadlines that diagrams read, so that a case with thousands of done ones costs no more."""

import sqlalchemy as sa
from alembic import op

revision = "0011_mark_current_deadlines"
down_revision = "0010_keep_earlier_states"

_OUTDATED = """
UPDATE deadline SET is_current = false
WHERE case_code IS NOT NULL AND status IN ('met', 'cancelled') AND EXISTS (
    SELECT 1 FROM deadline AS later
    WHERE later.case_code = deadline.case_code AND later.rule = deadline.rule
      AND COALESCE(later.instance, '') = COALESCE(deadline.instance, '')
      AND (later.opened_at > deadline.opened_at
           OR (later.opened_at = deadline.opened_at AND later.id > deadline.id))
)
"""


def upgrade() -> None:
    op.add_column("deadline", sa.Column("is_current", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(_OUTDATED)
    op.create_index(
        "ix_deadline_current",
        "deadline",
        ["case_code"],
        unique=False,
        postgresql_where=sa.text("is_current"),
        sqlite_where=sa.text("is_current"),
    )
    for name, table, columns in (
        ("ix_deadline_subject", "deadline", ["subject", "part"]),
        ("ix_user_task_instance", "user_task", ["instance", "status"]),
        ("ix_user_task_case_code", "user_task", ["case_code", "status"]),
    ):
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns, unique=False)
