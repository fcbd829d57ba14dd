"""Keep simulations that process owners ask for, with their progress and what they found."""

import sqlalchemy as sa
from alembic import op

from flowcase.store.columns import Instant, Json

revision = "0026_keep_simulations"
down_revision = "0025_keep_guest_links"


def upgrade() -> None:
    op.create_table(
        "simulation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("case_years", sa.Float, nullable=False),
        sa.Column("replications", sa.Integer, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("from_history", sa.Boolean, nullable=False),
        sa.Column("drafts_of", sa.Text),
        sa.Column("files", Json, nullable=False),
        sa.Column("drafts", sa.LargeBinary),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("stopped_by", sa.Text),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("lease_until", Instant),
        sa.Column("began_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("result", sa.LargeBinary),
    )
    op.create_index("ix_simulation_at", "simulation", ["at", "id"])
    op.create_index("ix_simulation_status", "simulation", ["status"])
