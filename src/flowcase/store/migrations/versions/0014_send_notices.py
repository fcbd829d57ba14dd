"""Send notices by mail: what people have read and wish, and the outbox."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0014_send_notices"
down_revision = "0013_keep_calendar_feeds"

_UNSENT = sa.text("status IN ('waiting', 'claimed')")
_UNSORTED = sa.text("sorted_at IS NULL")


def upgrade() -> None:
    op.add_column("notice", sa.Column("sorted_at", columns.Instant()))
    op.execute("UPDATE notice SET sorted_at = at")  # what was told before is not sent afterwards
    op.create_index(
        "ix_notice_unsorted",
        "notice",
        ["at", "id"],
        postgresql_where=_UNSORTED,
        sqlite_where=_UNSORTED,
    )
    op.create_table(
        "notice_read",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("read_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person", "notice", name=op.f("pk_notice_read")),
    )
    op.create_table(
        "notice_choice",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest_at", sa.Text()),
        sa.Column("ways", columns.Json, nullable=False),
        sa.Column("read_until", columns.Instant()),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_notice_choice_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", columns.Instant()),
        sa.Column("sent_at", columns.Instant()),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(
        "ix_mail_unsent", "mail", ["due_at", "id"], postgresql_where=_UNSENT, sqlite_where=_UNSENT
    )
    op.create_index("ix_mail_status", "mail", ["status", "created_at"])
    op.create_table(
        "mail_notice",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name=op.f("fk_mail_notice_mail_mail")),
        sa.PrimaryKeyConstraint("person", "notice", name=op.f("pk_mail_notice")),
    )
    op.create_index("ix_mail_notice_mail", "mail_notice", ["mail"])
