"""Keep documents in parts under their stream's key, uploads on their way, and who looks at a user task."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0009_keep_documents"
down_revision = "0008_keep_saved_lists"


def upgrade() -> None:
    op.create_table(
        "document_content",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("scan_tries", sa.Integer(), nullable=False),
        sa.Column("scan_at", columns.Instant(), nullable=False),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_document_content_stream_stream")),
        sa.PrimaryKeyConstraint("stream", "digest", name=op.f("pk_document_content")),
    )
    waiting = sa.text("scan = 'waiting'")
    op.create_index(
        "ix_document_content_waiting",
        "document_content",
        ["scan_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "document_part",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "digest", "number", name=op.f("pk_document_part")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_upload_stream_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_stream", "upload", ["stream"])
    op.create_index("ix_upload_stored_at", "upload", ["stored_at"])
    op.create_table(
        "user_task_presence",
        sa.Column("user_task", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_task"], ["user_task.id"], name=op.f("fk_user_task_presence_user_task_user_task")
        ),
        sa.PrimaryKeyConstraint("user_task", "person", name=op.f("pk_user_task_presence")),
    )
