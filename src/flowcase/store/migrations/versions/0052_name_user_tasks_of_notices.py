"""Tell which user task a notice is about, so that it is over when the user task is."""

import sqlalchemy as sa
from alembic import op

revision = "0052_name_user_tasks_of_notices"
down_revision = "0051_count_failures_of_jobs"


def upgrade() -> None:
    op.add_column("notice", sa.Column("user_task", sa.Text))
