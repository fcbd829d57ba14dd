"""Sort inboxes by index: by due date, priority and case, for each of those whose tasks they show."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006_sort_inboxes_by_index"
down_revision = "0005_only_add_to_the_history"

_HOLDERS: tuple[tuple[str, list[str], str], ...] = (
    ("candidates", ["candidates"], "status = 'open' AND assignee IS NULL"),
    ("assignee", ["assignee"], "status = 'open' AND assignee IS NOT NULL"),
    ("of_a_case", [], "status = 'open' AND case_code IS NOT NULL"),
)
_ORDERS: tuple[tuple[str, list[Any]], ...] = (
    ("due", ["due_at", "id"]),
    ("priority", [sa.text("priority DESC"), "created_at", "id"]),
    ("case", ["case_code", "id"]),
)


def upgrade() -> None:
    for holders, by, where in _HOLDERS:
        for order, columns in _ORDERS:
            op.create_index(
                f"ix_user_task_{holders}_{order}",
                "user_task",
                [*by, *columns],
                unique=False,
                postgresql_where=sa.text(where),
                sqlite_where=sa.text(where),
            )
