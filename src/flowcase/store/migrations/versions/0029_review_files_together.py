"""Review several files as one."""

import sqlalchemy as sa
from alembic import op

revision = "0029_review_files_together"
down_revision = "0028_keep_scenario_trials"


def upgrade() -> None:
    op.create_table(
        "review_file",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["hash"], ["resource.hash"], name=op.f("fk_review_file_hash")),
        sa.ForeignKeyConstraint(["review"], ["review.id"], name=op.f("fk_review_file_review")),
        sa.PrimaryKeyConstraint("review", "file_name", name=op.f("pk_review_file")),
    )
    op.create_index("ix_review_file_file_name", "review_file", ["file_name", "hash"], unique=False)
    op.add_column("review_comment", sa.Column("file_name", sa.Text(), server_default="", nullable=False))
    op.execute(
        "INSERT INTO review_file (review, file_name, copy, hash, against) "
        "SELECT id, file_name, copy, hash, against FROM review"
    )
    op.execute(
        "UPDATE review_comment SET file_name = "
        "(SELECT review.file_name FROM review WHERE review.id = review_comment.review)"
    )
