"""Keep the addresses of calendars of meetings that people subscribe to."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0013_keep_calendar_feeds"
down_revision = "0012_give_programs_scopes"


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_calendar_feed_person_person")),
        sa.PrimaryKeyConstraint("person", "series", name=op.f("pk_calendar_feed")),
    )
    op.create_index("ix_calendar_feed_secret_hash", "calendar_feed", ["secret_hash"], unique=True)
