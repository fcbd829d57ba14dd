"""Tell webhooks of events, and keep what of the outbox failed for good as incidents."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0020_tell_webhooks"
down_revision = "0019_review_drafts"

_UNSENT = sa.text("status IN ('waiting', 'claimed')")
_OPEN = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("kinds", columns.Json, nullable=False),
        sa.Column("sealed_target", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", columns.Instant()),
        sa.Column("rests_until", columns.Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", columns.Instant()),
        sa.Column("sent_at", columns.Instant()),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_unsent",
        "webhook_delivery",
        ["due_at", "id"],
        postgresql_where=_UNSENT,
        sqlite_where=_UNSENT,
    )
    op.create_index("ix_webhook_delivery_webhook", "webhook_delivery", ["webhook", "created_at"])
    op.create_table(
        "outbox_incident",
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("raised_at", columns.Instant(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("resolved_at", columns.Instant()),
        sa.Column("resolved_by", sa.Text()),
        sa.PrimaryKeyConstraint("way", "delivery", name=op.f("pk_outbox_incident")),
    )
    op.create_index(
        "ix_outbox_incident_open",
        "outbox_incident",
        ["raised_at", "delivery"],
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )
    # Mails that failed before there were incidents of them wait for a person all the same.
    op.execute(
        "INSERT INTO outbox_incident (way, delivery, raised_at, message) "
        "SELECT 'mail', id, due_at, COALESCE(outcome, '') FROM mail WHERE status = 'failed'"
    )
