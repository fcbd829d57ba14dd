"""Let operators page through held timers and failed jobs by index."""

import sqlalchemy as sa
from alembic import op

revision = "0034_list_timers_and_jobs"
down_revision = "0033_change_given_passwords"


def upgrade() -> None:
    for name, table, where in (
        ("ix_job_failed", "job", "status = 'failed'"),
        ("ix_timer_held", "timer", "status = 'pending' AND is_held"),
    ):
        op.create_index(
            name,
            table,
            ["try_at", "id"],
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )
