"""Keep sessions, identities of a sign-in provider, second factors, and cases opened in an emergency."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0022_keep_sign_ins"
down_revision = "0021_sort_by_facts_of_the_case"


def upgrade() -> None:
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("begun_at", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_sign_in_session_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
    )
    op.create_index("ix_sign_in_session_secret_hash", "sign_in_session", ["secret_hash"], unique=True)
    op.create_index("ix_sign_in_session_person", "sign_in_session", ["person", "begun_at"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("linked_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_identity_person")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_person", "identity", ["person", "issuer"], unique=True)
    op.create_table(
        "used_once",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value_hash", sa.Text(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value_hash", name=op.f("pk_used_once")),
    )
    op.create_table(
        "second_factor",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_second_factor_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", columns.Instant()),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_recovery_code_person")),
        sa.PrimaryKeyConstraint("person", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "sign_in_brake",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", columns.Instant(), nullable=False),
        sa.Column("locked_until", columns.Instant()),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_sign_in_brake")),
    )
    op.create_index("ix_sign_in_brake_failed_at", "sign_in_brake", ["failed_at"])
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary()),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.Column("reviewed_at", columns.Instant()),
        sa.Column("reviewed_by", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_emergency_access_case_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index("ix_emergency_access_person", "emergency_access", ["person", "until"])
    op.create_index("ix_emergency_access_case_code", "emergency_access", ["case_code"])
    op.create_index("ix_emergency_access_opened_at", "emergency_access", ["opened_at", "id"])
