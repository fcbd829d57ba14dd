"""Keep the whole question of a simulation, with every number and where it is from."""

import sqlalchemy as sa
from alembic import op

from flowcase.store.columns import Json

revision = "0043_keep_simulation_questions"
down_revision = "0042_sort_facts_as_what_they_are"


def upgrade() -> None:
    op.add_column("simulation", sa.Column("question", sa.Text))
    op.add_column("simulation", sa.Column("sources", Json))
    # What still waits has no question to run; asking again takes a moment.
    op.execute(
        "UPDATE simulation SET status = 'stopped', holder = NULL WHERE status IN ('waiting', 'running')"
    )
