"""Tables of user tasks: what waits for whom, the lists that people keep, drafts, and who has one open."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from flowcase.store.columns import Instant, Json
from flowcase.store.metadata import alive, metadata

# What partial indexes hold, in the very words of the queries; see `metadata.alive`.
USER_TASK_IS_OPEN = "status = 'open'"
USER_TASK_IS_FREE = "status = 'open' AND assignee IS NULL"
USER_TASK_IS_ASSIGNED = "status = 'open' AND assignee IS NOT NULL"
USER_TASK_IS_DELEGATED = "status = 'open' AND owner IS NOT NULL"
USER_TASK_IS_OF_A_CASE = "status = 'open' AND case_code IS NOT NULL"

user_task = Table(
    "user_task",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<element instance>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("form", Text),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("status", Text, nullable=False),
    Column("assignee", Text),
    Column("candidates", Text, nullable=False),  # key of the set of candidate groups and people
    Column("candidate_groups", Json, nullable=False),
    Column("candidate_users", Json, nullable=False),
    Column("due_at", Instant),
    Column("follow_up_at", Instant),
    Column("priority", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    Column("owner", Text),  # who answers for it while a delegate has it; else NULL
)
Index("ix_user_task_instance", user_task.c.instance, user_task.c.status)
Index("ix_user_task_case_code", user_task.c.case_code, user_task.c.status)
alive("ix_user_task_open", user_task.c.created_at, user_task.c.id, where=USER_TASK_IS_OPEN)
alive("ix_user_task_open_name", user_task.c.name, user_task.c.id, where=USER_TASK_IS_OPEN)
alive(
    "ix_user_task_candidates",
    user_task.c.candidates,
    user_task.c.created_at,
    user_task.c.id,
    where=USER_TASK_IS_FREE,
)
alive(
    "ix_user_task_assignee",
    user_task.c.assignee,
    user_task.c.created_at,
    user_task.c.id,
    where=USER_TASK_IS_ASSIGNED,
)

# Few have a day from which they are shown again; lists sorted by it begin with those.
for _holders, _by, _where in (
    ("candidates", [user_task.c.candidates], USER_TASK_IS_FREE),
    ("assignee", [user_task.c.assignee], USER_TASK_IS_ASSIGNED),
    ("of_a_case", [], USER_TASK_IS_OF_A_CASE),
):
    alive(
        f"ix_user_task_{_holders}_follow_up",
        *_by,
        user_task.c.follow_up_at,
        user_task.c.id,
        where=f"{_where} AND follow_up_at IS NOT NULL",
    )

# What somebody has delegated is little: sorted when it is read, whatever the order.
alive("ix_user_task_owner", user_task.c.owner, where=USER_TASK_IS_DELEGATED)

# Every order in which an inbox can be read, for each of those whose tasks it may show.
for _holders, _by, _where in (
    ("candidates", [user_task.c.candidates], USER_TASK_IS_FREE),
    ("assignee", [user_task.c.assignee], USER_TASK_IS_ASSIGNED),
    ("of_a_case", [], USER_TASK_IS_OF_A_CASE),
):
    for _order, _columns in (
        ("due", [user_task.c.due_at, user_task.c.id]),
        ("priority", [user_task.c.priority.desc(), user_task.c.created_at, user_task.c.id]),
        ("case", [user_task.c.case_code, user_task.c.id]),
    ):
        alive(f"ix_user_task_{_holders}_{_order}", *_by, *_columns, where=_where)

# The few distinct sets of candidates. An inbox first finds the sets that hold the reader, then reads
# user tasks by set: no row per user task and group, and nothing to clean up at completion.
candidate_set = Table(
    "candidate_set",
    metadata,
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # group | person | everyone
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("id", "kind", "name"),
)
Index("ix_candidate_set_name", candidate_set.c.kind, candidate_set.c.name)

# A list of user tasks that somebody comes back to: its address under a name, each person's own.
saved_list = Table(
    "saved_list",
    metadata,
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),  # of the address, as the pages write it
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("person", "name"),
)

# A list that a leader keeps for a team: each member sees their own user tasks by it.
shared_list = Table(
    "shared_list",
    metadata,
    Column("team", Text, nullable=False),  # a group
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared_by", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("team", "name"),
)

user_task_draft = Table(
    "user_task_draft",
    metadata,
    Column("user_task", Text, ForeignKey("user_task.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("sealed_values", LargeBinary, nullable=False),
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("user_task", "person"),
)

# Who has a user task open in a browser just now; renewed while the page stays open.
user_task_presence = Table(
    "user_task_presence",
    metadata,
    Column("user_task", Text, ForeignKey("user_task.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("user_task", "person"),
)
