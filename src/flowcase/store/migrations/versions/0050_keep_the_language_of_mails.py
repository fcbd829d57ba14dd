"""Keep in which language somebody wants their mails and calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0050_keep_the_language_of_mails"
down_revision = "0049_tell_when_deadlines_end"


def upgrade() -> None:
    op.add_column("notice_choice", sa.Column("language", sa.Text))
