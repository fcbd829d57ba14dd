"""Let one document be kept longer or shorter than its case, as a second person approves."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0032_keep_single_documents"
down_revision = "0031_keep_access_reports"


def upgrade() -> None:
    op.create_table(
        "document_period",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_document_period_case_code_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_period")),
    )
    op.create_index("ix_document_period_status", "document_period", ["status", "until"])
    op.create_index("ix_document_period_case_code", "document_period", ["case_code"])
