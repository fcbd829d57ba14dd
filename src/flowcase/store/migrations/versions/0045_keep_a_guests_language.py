"""Keep in which language a guest reads the page that asks for the code, for its mail."""

import sqlalchemy as sa
from alembic import op

revision = "0045_keep_a_guests_language"
down_revision = "0044_keep_typing_with_a_session"


def upgrade() -> None:
    op.add_column("guest_link", sa.Column("language", sa.Text))
