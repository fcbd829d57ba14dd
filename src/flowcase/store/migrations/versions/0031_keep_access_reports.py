"""Keep access reports, and what was read and found giveable for them."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0031_keep_access_reports"
down_revision = "0030_keep_plays"


def upgrade() -> None:
    op.create_table(
        "access_report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("cases", columns.Json, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", columns.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_access_report_case_code_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_report")),
    )
    op.create_index("ix_access_report_case_code", "access_report", ["case_code"])
    op.create_index("ix_access_report_status", "access_report", ["status", "asked_at"])
    op.create_table(
        "access_report_choice",
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report"], ["access_report.id"], name=op.f("fk_access_report_choice_report_access_report")
        ),
        sa.ForeignKeyConstraint(
            ["case_code"], ["case_file.code"], name=op.f("fk_access_report_choice_case_code_case_file")
        ),
        sa.PrimaryKeyConstraint("report", "case_code", "part", name=op.f("pk_access_report_choice")),
    )
