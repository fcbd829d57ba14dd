"""Keep with a notice of a deadline when that one ends."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0049_tell_when_deadlines_end"
down_revision = "0048_keep_absences_of_people"


def upgrade() -> None:
    op.add_column("notice", sa.Column("due_at", columns.Instant()))
