"""Sort inboxes by the day they are shown again and by facts of the case; share lists with a team."""

import sqlalchemy as sa
from alembic import op

from flowcase.store import columns

revision = "0021_sort_by_facts_of_the_case"
down_revision = "0020_tell_webhooks"

_COPIED = {"district": "distrikt", "area": "omraade", "step": "trin"}
_HOLDERS: tuple[tuple[str, list[str], str], ...] = (
    ("candidates", ["candidates"], "status = 'open' AND assignee IS NULL"),
    ("assignee", ["assignee"], "status = 'open' AND assignee IS NOT NULL"),
    ("of_a_case", [], "status = 'open' AND case_code IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "shared_list",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared_by", sa.Text(), nullable=False),
        sa.Column("saved_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_shared_list")),
    )
    for column, fact in _COPIED.items():
        op.add_column("case_file", sa.Column(column, sa.Text))
        op.execute(f"UPDATE case_file SET {column} = facts ->> '{fact}'")  # noqa: S608 - names of our own
    for fact in ("district", "area", "step", "team", "status", "caseworker"):
        op.create_index(f"ix_case_file_{fact}_code", "case_file", [fact, "code"])
    for holders, by, where in _HOLDERS:
        has_day = sa.text(f"{where} AND follow_up_at IS NOT NULL")
        op.create_index(
            f"ix_user_task_{holders}_follow_up",
            "user_task",
            [*by, "follow_up_at", "id"],
            unique=False,
            postgresql_where=has_day,
            sqlite_where=has_day,
        )
