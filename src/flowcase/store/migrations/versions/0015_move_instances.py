"""Keep plans to move running instances to another version, and where each instance was moved last."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0015_move_instances"
down_revision = "0014_send_notices"


def upgrade() -> None:
    op.create_table(
        "migration",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("mapping", columns.Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["process_definition.id"], name=op.f("fk_migration_source_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["target"], ["process_definition.id"], name=op.f("fk_migration_target_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    op.create_index("ix_migration_at", "migration", ["at", "id"])
    op.create_table(
        "migration_item",
        sa.Column("migration", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("verdict", columns.Json),
        sa.Column("lease_until", columns.Instant()),
        sa.Column("version", sa.BigInteger()),
        sa.Column("sealed_before", sa.LargeBinary()),
        sa.Column("done_at", columns.Instant()),
        sa.ForeignKeyConstraint(
            ["migration"], ["migration.id"], name=op.f("fk_migration_item_migration_migration")
        ),
        sa.ForeignKeyConstraint(
            ["instance"], ["instance.id"], name=op.f("fk_migration_item_instance_instance")
        ),
        sa.PrimaryKeyConstraint("migration", "instance", name=op.f("pk_migration_item")),
    )
    op.create_index("ix_migration_item_status", "migration_item", ["migration", "status", "number"])
    op.create_index("ix_migration_item_instance", "migration_item", ["instance"])
    op.add_column("instance", sa.Column("migrated_version", sa.BigInteger()))
