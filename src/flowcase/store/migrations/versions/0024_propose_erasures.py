"""Let an erasure be proposed by one person and approved by another."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0024_propose_erasures"
down_revision = "0023_find_records_by_texts"


def upgrade() -> None:
    op.create_table(
        "erasure_proposal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_proposal")),
    )
    op.create_index("ix_erasure_proposal_status", "erasure_proposal", ["status", "proposed_at"], unique=False)
    op.create_table(
        "erasure_item",
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("document_class", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal"], ["erasure_proposal.id"], name=op.f("fk_erasure_item_proposal_erasure_proposal")
        ),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_erasure_item_case_code_case_file")
        ),
        sa.PrimaryKeyConstraint("proposal", "case_code", name=op.f("pk_erasure_item")),
    )
    op.create_index("ix_erasure_item_case_code", "erasure_item", ["case_code"], unique=False)
