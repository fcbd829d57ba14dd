"""Keep when somebody last signed in, and where a mail goes whose reader has another address by now."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0046_tell_owners_more"
down_revision = "0045_keep_a_guests_language"


def upgrade() -> None:
    op.add_column("person", sa.Column("signed_in_at", columns.Instant()))
    op.add_column("mail", sa.Column("address", sa.Text))
