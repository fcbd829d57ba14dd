"""Keep how scenarios went with the drafts of the studio."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0028_keep_scenario_trials"
down_revision = "0027_see_who_edits"


def upgrade() -> None:
    op.create_table(
        "scenario_trial",
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("report", columns.Json, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("files", "scenario", "story", name=op.f("pk_scenario_trial")),
    )
