"""Every table. Columns named `sealed_...` hold ciphertext under the key of the row's stream."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from flowcase.store.columns import FeelJson, Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _alive(name: str, *columns: Column, where: str, unique: bool = False) -> Index:
    """An index over the few rows that are still alive; finished rows cost it nothing."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


# What partial indexes hold. Queries use the very same text: SQLite takes such an index only when the
# condition is spelled alike, and neither database can use it for a condition with parameters.
TIMER_IS_PENDING = "status = 'pending' AND NOT is_held"
JOB_IS_PENDING = "status = 'pending' AND NOT is_held"
JOB_IS_CLAIMED = "status = 'claimed'"
JOB_HAS_FAILED = "status = 'failed'"
TIMER_IS_HELD = "status = 'pending' AND is_held"
USER_TASK_IS_OPEN = "status = 'open'"
DEADLINE_IS_CURRENT = "is_current"
NOTICE_IS_UNSORTED = "sorted_at IS NULL"
USER_TASK_IS_FREE = "status = 'open' AND assignee IS NULL"
USER_TASK_IS_ASSIGNED = "status = 'open' AND assignee IS NOT NULL"
USER_TASK_IS_DELEGATED = "status = 'open' AND owner IS NOT NULL"
USER_TASK_IS_OF_A_CASE = "status = 'open' AND case_code IS NOT NULL"
CONTENT_WAITS_FOR_ITS_SCAN = "scan = 'waiting'"
INCIDENT_IS_OPEN = "status = 'open'"


# --- definitions -----------------------------------------------------------------------------------

deployment = Table(
    "deployment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("status", Text, nullable=False),  # draft | active
)

# A source file, stored once however often it is deployed.
resource = Table(
    "resource",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the content, hex
    Column("content", LargeBinary, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

deployment_resource = Table(
    "deployment_resource",
    metadata,
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    PrimaryKeyConstraint("deployment", "path"),
)

process_definition = Table(
    "process_definition",
    metadata,
    Column("id", Text, primary_key=True),  # <process>:<version>
    Column("process", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("path", Text, nullable=False),
    Column("version_tag", Text),
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("status", Text, nullable=False),  # draft | active
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("process", "version"),
)

# A decision, form or rule set by the name that diagrams call it by.
named_resource = Table(
    "named_resource",
    metadata,
    Column("kind", Text, nullable=False),  # decision | form | ruleset | scenario
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", Text, ForeignKey("resource.hash"), nullable=False),
    Column("path", Text, nullable=False),
    Column("version_tag", Text),
    Column("deployment", Text, ForeignKey("deployment.id"), nullable=False),
    Column("status", Text, nullable=False),  # draft | active
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("kind", "name", "version"),
)

# A file that somebody is still working on in the studio. Each person has drafts of their own; a second
# window that did not see the first one's last save gets a copy beside it, so that nothing is lost.
draft = Table(
    "draft",
    metadata,
    Column("owner", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("copy", Integer, nullable=False),  # 0, or which copy beside it
    Column("hash", Text, nullable=False),  # SHA-256 of the content, hex
    Column("content", LargeBinary, nullable=False),
    Column("based_on", Text),  # hash of the deployed file that it began from; null for a new one
    Column("updated_at", Instant, nullable=False),
    Column("authors", Json, nullable=False, server_default="[]"),  # ids of who else had a hand in it
    PrimaryKeyConstraint("owner", "file_name", "copy"),
)
Index("ix_draft_file_name", draft.c.file_name)

# What starts new instances: message and signal start events of the newest active version only.
start_subscription = Table(
    "start_subscription",
    metadata,
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("kind", Text, nullable=False),  # message | signal
    Column("name", Text, nullable=False),
    Column("is_global", Boolean, nullable=False),
    PrimaryKeyConstraint("process", "element"),
)
Index("ix_start_subscription_name", start_subscription.c.kind, start_subscription.c.name)

# --- streams and history ---------------------------------------------------------------------------

stream = Table(
    "stream",
    metadata,
    Column("id", Text, primary_key=True),  # case:<code>, notification:<id>, process:<instance>, ...
    Column("wrapped_key", LargeBinary),  # None: the key was destroyed, the contents are gone
    Column("length", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),  # hash of the newest event; 32 zero bytes when empty
    Column("created_at", Instant, nullable=False),
)

# One row is one entry: what one transaction did in one stream, as one or more events.
history = Table(
    "history",
    metadata,
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),  # number of its first event: 1, then on without gaps
    Column("size", Integer, nullable=False, server_default="1"),  # how many events
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),  # class names of its events, each once, parted by blanks
    Column("instance", Text),  # ids of the instances they belong to, each once, parted by blanks
    Column("element", Text),  # only in rows of the first installations, one event each
    Column("sealed_payload", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
)

Index("ix_history_at", history.c.at, history.c.stream, history.c.seq)

# The ends of all chains, signed together from time to time; also kept outside of the database.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),  # one line of JSON, compressed; nothing personal
)

# --- instances -------------------------------------------------------------------------------------

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("parent", Text, ForeignKey("instance.id")),
    Column("parent_element_instance", Text),
    Column("depth", Integer, nullable=False),  # 0 for an instance that nobody called
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("case_code", Text),
    Column("rule_set", Text),  # <manifest name>:<version> that was in force at the start
    Column("start_key", Text),  # correlation key of the message that started it
    Column("status", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_elements", Json),
    Column("migrated_version", BigInteger),  # of its state when it was moved to this definition; None: never
)
Index("ix_instance_parent", instance.c.parent)
Index("ix_instance_case_code", instance.c.case_code)
Index("ix_instance_definition", instance.c.definition, instance.c.status)
Index("ix_instance_started_at", instance.c.started_at, instance.c.id)
_alive(
    "uq_instance_start_key",
    instance.c.process,
    instance.c.start_key,
    where="start_key IS NOT NULL AND ended_at IS NULL",
    unique=True,
)

instance_state = Table(
    "instance_state",
    metadata,
    Column("instance", Text, ForeignKey("instance.id"), primary_key=True),
    Column("version", BigInteger, nullable=False),  # counts the saves; the optimistic lock
    Column("sealed_state", LargeBinary, nullable=False),
)

# What the last steps of a running instance replaced; written by a trigger, gone when the instance ends.
instance_snapshot = Table(
    "instance_snapshot",
    metadata,
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sealed_state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("instance", "version"),
)

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
_alive("ix_user_task_open", user_task.c.created_at, user_task.c.id, where=USER_TASK_IS_OPEN)
_alive("ix_user_task_open_name", user_task.c.name, user_task.c.id, where=USER_TASK_IS_OPEN)
_alive(
    "ix_user_task_candidates",
    user_task.c.candidates,
    user_task.c.created_at,
    user_task.c.id,
    where=USER_TASK_IS_FREE,
)
_alive(
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
    _alive(
        f"ix_user_task_{_holders}_follow_up",
        *_by,
        user_task.c.follow_up_at,
        user_task.c.id,
        where=f"{_where} AND follow_up_at IS NOT NULL",
    )

# What somebody has delegated is little: sorted when it is read, whatever the order.
_alive("ix_user_task_owner", user_task.c.owner, where=USER_TASK_IS_DELEGATED)

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
        _alive(f"ix_user_task_{_holders}_{_order}", *_by, *_columns, where=_where)

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

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<element instance>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("status", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("sealed_inputs", LargeBinary, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),  # the higher first
    Column("retries", Integer, nullable=False),  # tries left
    Column("attempts", Integer, nullable=False),  # tries begun
    Column("try_at", Instant, nullable=False),  # not before; moved by back-off
    Column("lease_owner", Text),
    Column("lease_until", Instant),
    Column("is_held", Boolean, nullable=False),  # its instance is suspended
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("ix_job_instance", job.c.instance)
_alive("ix_job_pending", job.c.try_at, job.c.id, where=JOB_IS_PENDING)
# Claims go by priority, then from process to process in turn: a flood of one never starves the others.
_alive("ix_job_in_turn", job.c.priority, job.c.process, job.c.try_at, job.c.id, where=JOB_IS_PENDING)
_alive("ix_job_claimed", job.c.lease_until, where=JOB_IS_CLAIMED)
_alive("ix_job_failed", job.c.try_at, job.c.id, where=JOB_HAS_FAILED)

# Job types that may run only so often: when the next one may begin.
job_pace = Table(
    "job_pace",
    metadata,
    Column("type", Text, primary_key=True),
    Column("free_at", Instant, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<timer>, or start:<process>:<element>
    Column("instance", Text, ForeignKey("instance.id")),  # None: a timer start event
    Column("timer", Text, nullable=False),
    Column("definition", Text, ForeignKey("process_definition.id")),  # of a timer start event
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("kind", Text, nullable=False),
    Column("catch_up", Text, nullable=False),
    Column("repetitions_left", Integer),
    Column("due_at", Instant, nullable=False),
    Column("try_at", Instant, nullable=False),  # the due instant, or later after a failed try
    Column("status", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),  # its instance is suspended
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("ix_timer_instance", timer.c.instance)
_alive("ix_timer_due", timer.c.try_at, timer.c.id, where=TIMER_IS_PENDING)
_alive("ix_timer_held", timer.c.try_at, timer.c.id, where=TIMER_IS_HELD)

# A published message that may still find a receiver.
message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("message_id", Text),
    Column("stream", Text, nullable=False),  # whose key seals the variables: the publisher's
    Column("case_code", Text),
    Column("sealed_variables", LargeBinary, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("expires_at", Instant),  # None: waits for ever
)
Index("ix_message_name", message.c.name, message.c.correlation_key, message.c.published_at)
_alive("ix_message_expires_at", message.c.expires_at, where="expires_at IS NOT NULL")

# Which processes have had a buffered message: at most one instance per process id gets it.
message_receipt = Table(
    "message_receipt",
    metadata,
    Column("message", Text, ForeignKey("message.id", ondelete="CASCADE"), nullable=False),
    Column("process", Text, nullable=False),
    PrimaryKeyConstraint("message", "process"),
)

# A message id counts once, for all time.
message_seen = Table(
    "message_seen",
    metadata,
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("name", "correlation_key", "message_id"),
)

message_subscription = Table(
    "message_subscription",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<subscription>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("subscription", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("correlation_key", Text, nullable=False),
    Column("is_interrupting", Boolean, nullable=False),
    Column("stream", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_message_subscription_name", message_subscription.c.name, message_subscription.c.correlation_key)
Index("ix_message_subscription_instance", message_subscription.c.instance)

signal_subscription = Table(
    "signal_subscription",
    metadata,
    Column("id", Text, primary_key=True),  # <instance>.<subscription>
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("subscription", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_global", Boolean, nullable=False),
    Column("stream", Text, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_signal_subscription_name", signal_subscription.c.name, signal_subscription.c.stream)
Index("ix_signal_subscription_instance", signal_subscription.c.instance)

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("process", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("element_instance", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
)
Index("ix_incident_instance", incident.c.instance)
_alive("ix_incident_open", incident.c.raised_at, incident.c.id, where=INCIDENT_IS_OPEN)

# --- the domain's records --------------------------------------------------------------------------

case_file = Table(
    "case_file",
    metadata,
    Column("code", Text, primary_key=True),
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("child", Text),  # record id
    Column("status", Text),  # copies of the facts that lists filter by
    Column("team", Text),
    Column("caseworker", Text),
    Column("rule_set", Text, nullable=False),
    Column("rule_set_version", Text, nullable=False),
    Column("facts", FeelJson, nullable=False),  # K0 only
    Column("version", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", Text),
    Column("district", Text),
    Column("area", Text),
    Column("step", Text),  # of the ladder
    Column("erased_at", Instant),  # its keys were destroyed: what is left is for figures
)
Index("ix_case_file_opened", case_file.c.opened_at, case_file.c.code)
Index("ix_case_file_caseworker", case_file.c.caseworker, case_file.c.status)
Index("ix_case_file_team", case_file.c.team, case_file.c.status)
Index("ix_case_file_child", case_file.c.child)
# Inboxes are sorted by these facts of the case, and in each by its code.
for _fact in ("district", "area", "step", "team", "status", "caseworker"):
    Index(f"ix_case_file_{_fact}_code", case_file.c[_fact], case_file.c.code)

record = Table(
    "record",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("case_code", Text),
    Column("open", FeelJson, nullable=False),  # attributes of class K0
    Column("secret", Json, nullable=False),  # attribute of class K1 or K2 -> base64 of its ciphertext
    Column("version", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("ix_record_entity", record.c.entity, record.c.case_code)
Index("ix_record_case_code", record.c.case_code)
Index("ix_record_stream", record.c.stream)
# Indexes over texts inside `open`, in the words of `columns.held`. Migrations make them: SQLite does not tell
# SQLAlchemy of indexes over expressions.
RECORD_TEXTS = {
    "ix_record_status": ("status",),
    "ix_record_meeting": ("moede_id",),
    "ix_record_kind": ("slags", "tid.v"),
    "ix_record_at": ("tid.v",),
}

# Finds a record by a confidential value (CPR number) without storing the value.
search_key = Table(
    "search_key",
    metadata,
    Column("record", Text, ForeignKey("record.id"), nullable=False),
    Column("attribute", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # HMAC-SHA-256
    PrimaryKeyConstraint("record", "attribute", "digest"),
)
Index("ix_search_key_digest", search_key.c.digest)

# What a document says, once for each stream; the record `Dokument` names it by its digest.
document_content = Table(
    "document_content",
    metadata,
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("digest", Text, nullable=False),  # keyed hash of the content, hex
    Column("size", BigInteger, nullable=False),  # bytes
    Column("parts", Integer, nullable=False),
    Column("scan", Text, nullable=False),  # waiting | passed | refused
    Column("scan_tries", Integer, nullable=False),
    Column("scan_at", Instant, nullable=False),  # not before; also the end of a lease
    Column("stored_at", Instant, nullable=False),
    PrimaryKeyConstraint("stream", "digest"),
)
_alive("ix_document_content_waiting", document_content.c.scan_at, where=CONTENT_WAITS_FOR_ITS_SCAN)

document_part = Table(
    "document_part",
    metadata,
    Column("stream", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "digest", "number"),
)

# A file of a form that is not sent yet and belongs to nothing: in a stream of its own, for a day.
upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),  # of the document that it becomes
    Column("stream", Text, ForeignKey("stream.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
Index("ix_upload_stream", upload.c.stream)
Index("ix_upload_stored_at", upload.c.stored_at)

# Cases that must not be erased.
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("case_code", Text, ForeignKey("case_file.code"), primary_key=True),
    Column("reason", Text, nullable=False),  # a code
    Column("placed_at", Instant, nullable=False),
    Column("placed_by", Text, nullable=False),
)

# The home of a due date, with everything that answers "why this date?".
deadline = Table(
    "deadline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),  # T01 ... of the domain specification
    Column("rule_set", Text, nullable=False),
    Column("rule_set_version", Text, nullable=False),
    Column("start_fact", Text, nullable=False),
    Column("start", FeelJson),  # instant or date that it counts from
    Column("amount", Integer),
    Column("unit", Text, nullable=False),
    Column("convention", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("considered", FeelJson, nullable=False),  # every rule set that was asked
    Column("due_at", Instant, nullable=False),
    Column("due_local", Text, nullable=False),
    Column("internal_target", Date),
    Column("status", Text, nullable=False),  # open | met | breached | cancelled
    Column("opened_at", Instant, nullable=False),
    Column("met_at", Instant),
    Column("seconds_late", BigInteger),
    Column("days_late", Integer),
    Column("breached_at", Instant),
    Column("cancelled_at", Instant),
    Column("plan", FeelJson, nullable=False),  # when to tell whom, and what the tables were asked
    Column("reminders", FeelJson, nullable=False),  # sent ones: {nr, planned_at, sent_at, groups, people}
    Column("escalations", FeelJson, nullable=False),  # sent ones: {step, planned_at, sent_at, groups}
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("subject", Text),  # record that it is about
    Column("part", Text),
    Column("responsible", Text),
    Column("instance", Text),
    Column("element", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    # False once it is done and a later one of the same rule and instance was opened.
    Column("is_current", Boolean, nullable=False, server_default=true()),
)
Index("ix_deadline_case_code", deadline.c.case_code)
Index("ix_deadline_subject", deadline.c.subject, deadline.c.part)
_alive("ix_deadline_current", deadline.c.case_code, where=DEADLINE_IS_CURRENT)
Index("ix_deadline_stream", deadline.c.stream)
_alive("ix_deadline_open", deadline.c.due_at, deadline.c.id, where="status IN ('open', 'breached')")

# In-app notices and escalations: one row per recipient.
notice = Table(
    "notice",
    metadata,
    Column("id", Text, nullable=False),
    Column("recipient_kind", Text, nullable=False),  # group | person
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text_code", Text, nullable=False),  # code of a fixed sentence; nothing personal
    Column("stream", Text, nullable=False),
    Column("case_code", Text),
    Column("deadline", Text, ForeignKey("deadline.id")),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),  # no longer written: `notice_read` knows who of a group has read it
    Column("read_by", Text),
    # When a worker had decided who gets it by mail; NULL: it waits in the outbox.
    Column("sorted_at", Instant),
    PrimaryKeyConstraint("id", "recipient_kind", "recipient"),
)
Index("ix_notice_recipient", notice.c.recipient_kind, notice.c.recipient, notice.c.at)
Index("ix_notice_case_code", notice.c.case_code)
_alive("ix_notice_unsorted", notice.c.at, notice.c.id, where=NOTICE_IS_UNSORTED)

# --- people and the installation -------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # person | service
    Column("team", Text),
    Column("district", Text),
    Column("locale", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

person_group = Table(
    "person_group",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("group", Text, nullable=False),
    PrimaryKeyConstraint("person", "group"),
)
Index("ix_person_group_group", person_group.c.group)

credential = Table(
    "credential",
    metadata,
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),  # password
    Column("secret_hash", Text, nullable=False),  # argon2id, with its parameters
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("changed_at", Instant, nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=false()),  # somebody else chose it
    PrimaryKeyConstraint("person", "kind"),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", FeelJson),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)

node = Table(
    "node",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("heartbeat_at", Instant, nullable=False),
    Column("details", Json, nullable=False),
)

from flowcase.store import access_report_tables as access_report_tables  # noqa: E402
from flowcase.store import api_tables as api_tables  # noqa: E402 - they belong to the same metadata
from flowcase.store import batch_tables as batch_tables  # noqa: E402
from flowcase.store import calendar_tables as calendar_tables  # noqa: E402
from flowcase.store import checkpoint_tables as checkpoint_tables  # noqa: E402
from flowcase.store import guest_tables as guest_tables  # noqa: E402
from flowcase.store import list_tables as list_tables  # noqa: E402
from flowcase.store import migration_tables as migration_tables  # noqa: E402
from flowcase.store import notice_tables as notice_tables  # noqa: E402
from flowcase.store import play_tables as play_tables  # noqa: E402
from flowcase.store import retention_tables as retention_tables  # noqa: E402
from flowcase.store import review_tables as review_tables  # noqa: E402
from flowcase.store import sign_in_tables as sign_in_tables  # noqa: E402
from flowcase.store import simulation_tables as simulation_tables  # noqa: E402
from flowcase.store import suspension_tables as suspension_tables  # noqa: E402
from flowcase.store import trial_tables as trial_tables  # noqa: E402
from flowcase.store import webhook_tables as webhook_tables  # noqa: E402
