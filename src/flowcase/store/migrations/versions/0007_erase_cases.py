"""Erase cases: when it was done, and which cases must not be."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0007_erase_cases"
down_revision = "0006_sort_inboxes_by_index"


def upgrade() -> None:
    op.add_column("case_file", sa.Column("erased_at", columns.Instant(), nullable=True))
    op.create_table(
        "legal_hold",
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", columns.Instant(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_code"], ["case_file.code"], name=op.f("fk_legal_hold_case_code")),
        sa.PrimaryKeyConstraint("case_code", name=op.f("pk_legal_hold")),
    )
