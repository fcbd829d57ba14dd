"""Keep of an instance in a batch what was foreseen, and what it was before it was moved."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0038_move_by_batches"
down_revision = "0037_suspend_processes"


def upgrade() -> None:
    op.add_column("batch_item", sa.Column("source", sa.Text()))
    op.add_column("batch_item", sa.Column("verdict", columns.Json))
    op.add_column("batch_item", sa.Column("version", sa.BigInteger()))
    op.add_column("batch_item", sa.Column("sealed_before", sa.LargeBinary()))
