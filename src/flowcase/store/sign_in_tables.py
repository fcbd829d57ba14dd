"""Tables of sign-ins: sessions, identities at a provider, second factors, and the brake on guessing.

Nothing here opens a door by itself: of every secret only a hash is kept, or it is sealed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from flowcase.store.columns import Instant
from flowcase.store.metadata import metadata

# A browser in which a person is signed in. Its times are the machine's, not a demonstration's clock.
sign_in_session = Table(
    "sign_in_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False),  # SHA-256 of 256 random bits in the browser's cookie
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("by", Text, nullable=False),  # password | password+totp | password+recovery | oidc
    Column("browser", Text, nullable=False),  # its kind and system, for the person's own list
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("elsewhere", Text),  # SHA-256 of the provider's own session and issuer
    Column("typed", LargeBinary),  # a form that waits to be sent again; only the browser's secret opens it
)
Index("ix_sign_in_session_elsewhere", sign_in_session.c.elsewhere)
Index("ix_sign_in_session_secret_hash", sign_in_session.c.secret_hash, unique=True)
Index("ix_sign_in_session_person", sign_in_session.c.person, sign_in_session.c.begun_at)

# Who somebody at the sign-in provider is here. Names change hands, subjects do not.
identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("linked_at", Instant, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
)
Index("ix_identity_person", identity.c.person, identity.c.issuer, unique=True)

# What counts once: the nonce of a sign-in. A second use finds the row.
used_once = Table(
    "used_once",
    metadata,
    Column("kind", Text, nullable=False),
    Column("value_hash", Text, nullable=False),
    Column("until", Instant, nullable=False),  # afterwards it is worth nothing anyway
    PrimaryKeyConstraint("kind", "value_hash"),
)

# A person's authenticator. Its secret is sealed under the installation's stream.
second_factor = Table(
    "second_factor",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),  # of the newest code that was used
    Column("made_at", Instant, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("used_at", Instant),
    PrimaryKeyConstraint("person", "code_hash"),
)

# How often somebody guessed wrong, by who and from where; both are in the keyed hash only.
sign_in_brake = Table(
    "sign_in_brake",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("locked_until", Instant),
)
Index("ix_sign_in_brake_failed_at", sign_in_brake.c.failed_at)

# A case that somebody opened without having work in it. Why is sealed under the case's key.
emergency_access = Table(
    "emergency_access",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_code", Text, ForeignKey("case_file.code"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("purpose", Text, nullable=False),  # a code of the setting `noedadgang_formaal`
    Column("sealed_reason", LargeBinary),  # NULL: erased with its case
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reviewed_at", Instant),
    Column("reviewed_by", Text),
    Column("verdict", Text),  # i_orden | foelges_op
)
Index("ix_emergency_access_person", emergency_access.c.person, emergency_access.c.until)
Index("ix_emergency_access_case_code", emergency_access.c.case_code)
Index("ix_emergency_access_opened_at", emergency_access.c.opened_at, emergency_access.c.id)
