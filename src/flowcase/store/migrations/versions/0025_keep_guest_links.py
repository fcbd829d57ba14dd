"""Keep the links by which invited people from outside see one item of a meeting."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0025_keep_guest_links"
down_revision = "0024_propose_erasures"


def upgrade() -> None:
    op.create_table(
        "guest_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("grounds", columns.Json, nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("closes_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("code_hash", sa.Text()),
        sa.Column("sealed_code", sa.LargeBinary()),
        sa.Column("code_at", columns.Instant()),
        sa.Column("codes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("misses", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("code_misses", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_guest_link_case_code_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
    )
    op.create_index("ix_guest_link_secret_hash", "guest_link", ["secret_hash"], unique=True)
    op.create_index("ix_guest_link_meeting", "guest_link", ["meeting"])
