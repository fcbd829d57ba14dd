"""Table of the links by which invited people from outside see one item of a meeting."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import metadata

guest_link = Table(
    "guest_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),
    Column("meeting", Text, nullable=False),  # record id
    Column("item", Text, nullable=False),  # record id
    Column("recipient", Text, nullable=False),  # as the invitation and the consent name them
    Column("grounds", Json, nullable=False),  # ids of the requests for consent that opened it
    Column("sealed_address", LargeBinary, nullable=False),  # of mail, for the code that confirms who it is
    Column("secret_hash", Text, nullable=False),  # SHA-256 of 256 random bits in the address
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("code_hash", Text),  # of the code that was sent last; NULL once it is used up
    Column("sealed_code", LargeBinary),  # until its mail is written
    Column("code_at", Instant),
    Column("codes", Integer, nullable=False, server_default="0"),  # sent so far
    Column("misses", Integer, nullable=False, server_default="0"),  # wrong codes so far
    Column("code_misses", Integer, nullable=False, server_default="0"),  # of them, for the last code
    Column("language", Text),  # in which the guest reads the page, for the mail; Danish while NULL
)
Index("ix_guest_link_secret_hash", guest_link.c.secret_hash, unique=True)
Index("ix_guest_link_meeting", guest_link.c.meeting)
