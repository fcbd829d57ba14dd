"""Count how often a job has failed, which is not how often it was claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0051_count_failures_of_jobs"
down_revision = "0050_keep_the_language_of_mails"


def upgrade() -> None:
    op.add_column("job", sa.Column("failures", sa.Integer, server_default="0", nullable=False))
