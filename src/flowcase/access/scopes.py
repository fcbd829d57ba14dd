"""What a program's token may be used for, beside what the groups of its account allow: both must agree."""

from __future__ import annotations

from collections.abc import Mapping

# scope -> what it opens, in the words of the API's document
SCOPES: Mapping[str, str] = {
    "notifications:write": "Hand in notifications.",
    "tasks:read": "List and read user tasks.",
    "tasks:write": "Claim, release, delegate and complete user tasks.",
    "lists:read": "Read saved lists of user tasks and whom they are shared with.",
    "lists:write": "Keep, delete, share and withdraw saved lists of user tasks.",
    "absences:read": "List the absences of whom the account leads.",
    "absences:write": "Report, end and call off absences of whom the account leads.",
    "cases:read": "List cases; read their open facts, deadlines and records of class K0.",
    "instances:read": "List and read process instances.",
    "instances:write": "Start, suspend, resume, cancel instances, put back, move tokens; suspend processes.",
    "timers:read": "List and read timers.",
    "timers:write": "Move timers and fire them now.",
    "jobs:read": "List and read jobs, without what they carry.",
    "jobs:write": "Try jobs now, put them first, take them from a worker that is lost.",
    "batches:read": "See which instances a filter chooses; list and read batches.",
    "batches:write": "Plan batches; start, pause, resume, stop and undo them.",
    "deployments:read": "List deployments and process definitions; read their files.",
    "deployments:write": "Deploy files.",
    "messages:write": "Publish messages.",
    "history:read": "Read the history, as far as class K0 goes.",
    "history:export": "Take the history out as a file, as far as class K0 goes.",
    "webhooks:read": "List webhooks and what they were told.",
    "webhooks:write": "Make and end webhooks; send again what they were told.",
    "metrics:read": "Read how the installation fares.",
}

# An account without a list of its own was made before there were scopes: it keeps what there was then.
BEFORE_SCOPES = frozenset(
    {"notifications:write", "tasks:read", "tasks:write", "instances:read", "instances:write", "metrics:read"}
)
