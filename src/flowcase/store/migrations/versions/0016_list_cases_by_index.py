"""List cases a page at a time: an index in the order of the list."""

from alembic import op

revision = "0016_list_cases_by_index"
down_revision = "0015_move_instances"


def upgrade() -> None:
    op.create_index("ix_case_file_opened", "case_file", ["opened_at", "code"])
