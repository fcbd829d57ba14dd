"""Keep with a session what was typed before it began, sealed for the browser that has it."""

import sqlalchemy as sa
from alembic import op

revision = "0044_keep_typing_with_a_session"
down_revision = "0043_keep_simulation_questions"


def upgrade() -> None:
    op.add_column("sign_in_session", sa.Column("typed", sa.LargeBinary))
