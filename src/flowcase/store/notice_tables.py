"""Tables of what people are told: what each has read and wishes, and the mails on their way."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.delivery_columns import delivery_columns, index_unsent
from flowcase.store.metadata import alive, metadata

# What a partial index holds, in the very words of the queries; see `metadata.alive`.
NOTICE_IS_UNSORTED = "sorted_at IS NULL"

# In-app notices and escalations: one row per recipient.
notice = Table(
    "notice",
    metadata,
    Column("id", Text, nullable=False),
    Column("recipient_kind", Text, nullable=False),  # group | person
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text_code", Text, nullable=False),  # code of a fixed sentence; nothing personal
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("deadline", Text, ForeignKey("deadline.id")),
    Column("due_at", Instant),  # when that deadline ends, as it was told; it may be moved later
    Column("user_task", Text),  # whom it was given to is told here; notices from before 0052 do not say which
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),  # no longer written: `notice_read` knows who of a group has read it
    Column("read_by", Text),
    # When a worker had decided who gets it by mail; NULL: it waits in the outbox.
    Column("sorted_at", Instant),
    PrimaryKeyConstraint("id", "recipient_kind", "recipient"),
)
Index("ix_notice_recipient", notice.c.recipient_kind, notice.c.recipient, notice.c.at)
Index("ix_notice_case_code", notice.c.case_code)
alive("ix_notice_unsorted", notice.c.at, notice.c.id, where=NOTICE_IS_UNSORTED)

# A notice to a group is read by each of its members for themselves.
notice_read = Table(
    "notice_read",
    metadata,
    Column("person", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    PrimaryKeyConstraint("person", "notice"),
)

# What a person has chosen; who has chosen nothing has no row.
notice_choice = Table(
    "notice_choice",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("address", Text, nullable=False),  # of mail; empty: none is sent
    Column("digest_at", Text),  # local time, HH:MM; NULL: as the rule set says
    Column("language", Text),  # da | en, of mails and of the calendar; NULL: nothing was chosen
    Column("ways", Json, nullable=False),  # topic -> straks | samlet | aldrig, where it was chosen
    Column("read_until", Instant),  # everything up to here is read
    Column("changed_at", Instant, nullable=False),
)

# The outbox. A mail says codes and fixed sentences only; its id is its Message-ID at every try.
mail = Table(
    "mail",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("way", Text, nullable=False),  # straks | samlet
    Column("address", Text),  # where it goes instead of to the present one; NULL once sent, '' once forgotten
    *delivery_columns(),
)
index_unsent(mail)
Index("ix_mail_status", mail.c.status, mail.c.created_at)

# Which notices a mail tells of: a person is told of a notice in one mail only.
mail_notice = Table(
    "mail_notice",
    metadata,
    Column("person", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("mail", Text, ForeignKey("mail.id"), nullable=False),
    PrimaryKeyConstraint("person", "notice"),
)
Index("ix_mail_notice_mail", mail_notice.c.mail)
