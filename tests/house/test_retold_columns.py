"""`flowcase verify --rows` compares each column of casework with the history, or it is said here why not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowcase.events import ProcessResumed, ProcessSuspended
from flowcase.history import retold_casework, retold_disclosures, retold_reviews, retold_webhooks
from flowcase.history.retold_casework import COPIES
from flowcase.services.proving import altered_starts
from flowcase.services.proving.altered_incidents import Incident
from flowcase.store import appliers, tables, webhook_tables
from flowcase.store.metadata import metadata
from flowcase.store.queries import as_kept, as_kept_disclosures, as_kept_reviews
from flowcase.store.queries.as_kept_notices import Notice

APPLIERS = Path(appliers.__file__).parent

ORDER = "guards writes against each other; nothing is decided by it"
# sort -> column -> why it is not compared
NOT_COMPARED = {
    "case": {
        "version": ORDER,
        "erased_at": "by what the installation's stream tells of erasures (`proving/altered_rows.py`)",
    },
    "record": {"version": ORDER},
    "deadline": {"version": ORDER},
    "user task": {},
    "timer": {},
    "message subscription": {},
    "signal subscription": {},
    "emergency": {"sealed_reason": "sealed with its place: altered, it does not open"},
    "instance": {},
    "message": {"sealed_variables": "sealed with its place: altered, it does not open"},
    "held start": {
        "sealed_variables": "sealed with its place: altered, it does not open",
        "try_at": "when a worker tries it again: no event",
        "has_failed": "whether a worker has tried it: no event",
    },
    "job": {
        "sealed_inputs": "sealed with its place: altered, it does not open",
        "lease_owner": "which worker has it now: no event",
    },
}
# sort -> columns that are computed from what is told, and compared
COMPUTED = {
    "case": set(COPIES),
    "user task": {"candidates"},
    "deadline": {"is_current"},
    "job": {"lease_until"},  # a claim ends; how long it lasts is no event, and workers cut what is too long
    "timer": {"try_at"},  # put off by no more than a try that failed does
}
# Tables of which `flowcase verify` compares what matters, in `proving/altered_rows.py` and beside it. What
# became of an instance of a batch or move is told by its own history, where each event names the list.
OF_THE_INSTALLATION = {
    *("person", "person_group", "service_account", "identity", "setting", "absence", "legal_hold"),
    *("deployment", "deployment_resource", "process_definition", "named_resource", "resource", "stream"),
    *("erasure_proposal", "erasure_item", "document_period", "candidate_set"),
    *("suspension", "batch", "batch_item", "migration", "migration_item"),
    *("message_receipt", "message_seen"),  # with the messages, by `services/proving/altered_waiting.py`
    "start_subscription",  # by the diagrams in force, in `services/proving/altered_starts.py`
    "search_key",  # with the records; those of people whom a record knows are made of it
    # by keyed hashes, in `services/proving/altered_ways_in.py`
    *("credential", "second_factor", "recovery_code", "sign_in_session", "calendar_feed", "sign_in_brake"),
    "instance_state",  # by the version that its last entry tells, in `services/proving/altered_states.py`
    # by what names them, in `services/proving/altered_contents.py`
    *("document_content", "case_fact"),
}
SHOWN = "shown, and nothing is decided by it"
NOBODY = "of nobody and nothing that there is; what comes by that name later brings its own"
NOT_SAID = "the chain's own verification says it"
# (table, column, or what is done to a row) -> why `flowcase verify --rows` says nothing
OF_THE_INSTALLATION_NOT_COMPARED = {
    **dict.fromkeys((("stream", "length"), ("stream", "head")), NOT_SAID),
    **dict.fromkeys((("stream", "created_at"), ("resource", "stored_at"), ("message_seen", "at")), SHOWN),
    **dict.fromkeys((("second_factor", "made_at"), ("sign_in_session", "browser")), SHOWN),
    **dict.fromkeys((("process_definition", "created_at"), ("named_resource", "created_at")), SHOWN),
    ("process_definition", "name"): "what lists call it; its file, which is compared, has it too",
    **dict.fromkeys((("credential", "failures"), ("credential", "locked_until")), "no longer read"),
    ("sign_in_session", "seen_at"): "each request moves it; a session ends by when it began",
    ("sign_in_session", "typed"): "opens with the browser's own secret only",
    ("sign_in_session", "deleted"): "it ends by its time too, without an event: somebody signs in again",
    ("sign_in_brake", "deleted"): "the next right answer takes it away too; each wrong try is an event",
    ("second_factor", "last_step"): "one that is too high lets nobody in",
    **dict.fromkeys(
        (
            ("person_group", "doubled"),
            ("service_account", "doubled"),
            ("search_key", "doubled"),
            ("erasure_item", "doubled"),
            ("message_receipt", "doubled"),
            ("instance_state", "doubled"),
        ),
        NOBODY,
    ),
}
THE_HISTORY = "the history itself: its hashes, the seals of its entries, and what is signed outside"
SEALED = "sealed with its place: altered, it does not open; what names it is compared"
OWN = "somebody's own choice: nothing of a case is decided by it"
NOT_SENT = "not sent yet, or made up in the studio: the history knows nothing of it"
ON_ITS_WAY = "what is told, or was: the event that it tells of is in the history"
OF_THE_MOMENT = "of the moment: gone again in minutes, hours or with a session"
TABLES_NOT_COMPARED = {
    **dict.fromkeys(("history", "checkpoint"), THE_HISTORY),
    **dict.fromkeys(("instance_snapshot", "document_part"), SEALED),
    **dict.fromkeys(("saved_list", "shared_list", "list_share", "notice_choice"), OWN),
    **dict.fromkeys(("upload", "user_task_draft", "draft", "play", "simulation", "scenario_trial"), NOT_SENT),
    **dict.fromkeys(("notice_read", "mail", "mail_notice", "webhook_delivery"), ON_ITS_WAY),
    **dict.fromkeys(("checkpoint_delivery", "outbox_incident"), ON_ITS_WAY),
    **dict.fromkeys(("used_once", "api_use", "kept_answer"), OF_THE_MOMENT),
    **dict.fromkeys(("node", "job_pace", "user_task_presence", "draft_presence"), OF_THE_MOMENT),
}
TABLES = {as_kept.key_of(sort).table.name for sort in retold_casework.TOLD}

# Sorts with a module of their own: table, and what is told of a row.
BESIDE = {
    **{sort: (as_kept_reviews.TABLES[sort], told) for sort, told in retold_reviews.TOLD.items()},
    "webhook": (webhook_tables.webhook, retold_webhooks.Webhook),
    **{sort: (as_kept_disclosures.TABLES[sort], told) for sort, told in retold_disclosures.TOLD.items()},
    "incident": (tables.incident, Incident),
    "notice": (tables.notice, Notice),
}
# sort -> columns that name the row
NAMES_OF_ROWS = {sort: {"id"} for sort in BESIDE} | {
    "reviewed file": {"review", "file_name"},
    "choice of an access report": set(),
    "incident": {"id", "instance"},  # no event names it by its id
}
OF_A_CODE = "of the moment: of the code that was mailed last, which lasts ten minutes"
# sort -> column -> why it is not compared
BESIDE_NOT_COMPARED: dict[str, dict[str, str]] = {
    "notice": {
        "sorted_at": "when a worker decided who gets it by mail: no event",
        **dict.fromkeys(("read_at", "read_by"), "no longer written"),
        "user_task": "only of notices that a user task was given, which is compared itself",
    },
    "webhook": {"rests_until": "of the moment: when it is tried again after a failure"},
    "guest link": {
        **dict.fromkeys(("code_hash", "sealed_code", "code_at", "code_misses", "language"), OF_A_CODE),
        "codes": "no event tells that a code was sent; each that was typed is one",
    },
}
# sort -> columns that are sealed, opened and compared by what the event has a keyed hash of
BY_KEYED_HASH = {"webhook": {"sealed_target"}, "guest link": {"sealed_address", "secret_hash"}}
# Module of appliers that write them -> the events that are told.
KINDS_BESIDE = {
    "reviews": retold_reviews.KINDS,
    "access_reports": tuple(
        each for each in retold_disclosures.KINDS if each.__name__.startswith("AccessReport")
    ),
}


def reasons() -> dict[tuple[str, str], str]:
    """Of each table and column, or what is done to a row, that is not compared: why."""
    found = {
        (as_kept.key_of(sort).table.name, name): why
        for sort, lacking in NOT_COMPARED.items()
        for name, why in lacking.items()
    }
    found |= {
        (BESIDE[sort][0].name, name): why
        for sort, lacking in BESIDE_NOT_COMPARED.items()
        for name, why in lacking.items()
    }
    return found | OF_THE_INSTALLATION_NOT_COMPARED


def test_each_reason_is_of_a_column_that_there_is() -> None:
    ways = {"deleted", "doubled"}

    assert [
        (table, name)
        for table, name in reasons()
        if name not in ways and name not in metadata.tables[table].columns
    ] == []


@pytest.mark.parametrize("sort", retold_casework.TOLD)
def test_each_column_is_compared_with_the_history_or_it_is_said_why_not(sort: str) -> None:
    """A new column of these tables is told in `history/retold_casework.py`, or named above with a reason."""
    key = as_kept.key_of(sort)
    told = set(retold_casework.columns(sort))
    compared = {key.name} | told | COMPUTED.get(sort, set())

    assert compared | NOT_COMPARED[sort].keys() == {each.name for each in key.table.columns}
    assert not compared & NOT_COMPARED[sort].keys()


@pytest.mark.parametrize("sort", BESIDE)
def test_each_column_told_beside_casework_is_compared_or_it_is_said_why_not(sort: str) -> None:
    table, told = BESIDE[sort]
    compared = set(told.__annotations__) | NAMES_OF_ROWS[sort]
    compared |= BY_KEYED_HASH.get(sort, set())
    lacking = BESIDE_NOT_COMPARED.get(sort, {})

    assert compared | lacking.keys() == {each.name for each in table.columns}
    assert not compared & lacking.keys()


def test_each_table_is_compared_with_the_history_or_it_is_said_why_not() -> None:
    compared = TABLES | OF_THE_INSTALLATION | {table.name for table, _ in BESIDE.values()}

    assert compared | TABLES_NOT_COMPARED.keys() == set(metadata.tables)
    assert not compared & TABLES_NOT_COMPARED.keys()


# Events that write these rows and lead to nothing that is compared -> why.
NOT_TOLD = {
    "CaseErased": "the history of what it erases cannot be opened any more",
}


# Events that write timers by which processes begin: told in `services/proving/altered_starts.py`.
BEGINS_PROCESSES = (*altered_starts.KINDS, ProcessSuspended, ProcessResumed)


def test_each_event_that_writes_these_rows_is_told_or_it_is_said_why_not() -> None:
    writing = {event for path in APPLIERS.glob("*.py") for event in _writing(ast.parse(path.read_text()))}

    assert {
        "CaseOpened",
        "UserTaskRedrawn",
        "InstanceMigrated",
        "EmergencyReviewed",
        "InstanceFailed",
    } <= writing
    told = {*retold_casework.KINDS, *BEGINS_PROCESSES}
    assert writing - NOT_TOLD.keys() == {each.__name__ for each in told}


@pytest.mark.parametrize("module", KINDS_BESIDE)
def test_each_event_that_writes_rows_told_beside_casework_is_told(module: str) -> None:
    applied = _applied(ast.parse((APPLIERS / f"{module}.py").read_text()))

    assert applied == {each.__name__ for each in KINDS_BESIDE[module]}


def _applied(module: ast.Module) -> set[str]:
    """Events whose applier stands in the module."""
    return {
        ast.unparse(each).rpartition(".")[2]
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "applies"
        for each in decorator.args
    }


def _writing(module: ast.Module) -> Iterator[str]:
    """Events whose applier, or a function of its module that it calls, names one of the tables."""
    functions = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef)}
    imported = {
        each.name
        for statement in module.body
        if isinstance(statement, ast.ImportFrom) and str(statement.module).endswith("_tables")
        for each in statement.names
    }
    for function in functions.values():
        if TABLES & _named(function, functions, imported, set()):
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "applies":
                    yield from (ast.unparse(each).rpartition(".")[2] for each in decorator.args)


def _named(
    function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], imported: set[str], seen: set[str]
) -> set[str]:
    seen.add(function.name)
    found = {
        each.attr
        for each in ast.walk(function)
        if isinstance(each, ast.Attribute) and ast.unparse(each.value).endswith("tables")
    }
    for each in ast.walk(function):
        if isinstance(each, ast.Name) and each.id in functions and each.id not in seen:
            found |= _named(functions[each.id], functions, imported, seen)
        elif isinstance(each, ast.Name) and each.id in imported:
            found.add(each.id)
    return found
