"""`flowcase verify --rows` compares each column of casework with the history, or it is said here why not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowcase.history import retold_casework
from flowcase.history.retold_casework import COPIES
from flowcase.store import appliers
from flowcase.store.queries import as_kept

APPLIERS = Path(appliers.__file__).parent

ORDER = "guards writes against each other and says when the last one was; nothing is decided by it"
# sort -> column -> why it is not compared
NOT_COMPARED = {
    "case": {
        "version": ORDER,
        "updated_at": ORDER,
        "erased_at": "the history of an erased case cannot be opened; that its keys are gone is compared",
    },
    "record": {"version": ORDER, "created_at": ORDER, "updated_at": ORDER},
    "deadline": {
        "version": ORDER,
        "reminders": "what was sent, shortened; each is an event, and a notice to who got it",
        "escalations": "what was sent, shortened; each is an event, and a notice to who got it",
        "is_current": "follows from the other deadlines of the rule, whose status is compared",
    },
    "user task": {
        "process": "the instance's, of which the state that is sealed with its place tells",
        "definition": "the instance's, of which the state that is sealed with its place tells",
    },
    "emergency": {"sealed_reason": "sealed with its place: altered, it does not open"},
}
# sort -> columns that are computed from what is told, and compared
COMPUTED = {"case": set(COPIES), "user task": {"candidates"}}
TABLES = {as_kept.key_of(sort).table.name for sort in retold_casework.TOLD}


@pytest.mark.parametrize("sort", retold_casework.TOLD)
def test_each_column_is_compared_with_the_history_or_it_is_said_why_not(sort: str) -> None:
    """A new column of these tables is told in `history/retold_casework.py`, or named above with a reason."""
    key = as_kept.key_of(sort)
    told = set(retold_casework.columns(sort))
    compared = {key.name} | told | COMPUTED.get(sort, set())

    assert compared | NOT_COMPARED[sort].keys() == {each.name for each in key.table.columns}
    assert not compared & NOT_COMPARED[sort].keys()


# Events that write these rows and lead to nothing that is compared -> why.
NOT_TOLD = {
    "CaseErased": "the history of what it erases cannot be opened any more",
    "ReminderSent": "writes `reminders` alone, which are not compared",
    "EscalationSent": "writes `escalations` alone, which are not compared",
}


def test_each_event_that_writes_these_rows_is_told_or_it_is_said_why_not() -> None:
    writing = {event for path in APPLIERS.glob("*.py") for event in _writing(ast.parse(path.read_text()))}

    assert {"CaseOpened", "UserTaskRedrawn", "InstanceMigrated", "EmergencyReviewed"} <= writing
    assert writing - NOT_TOLD.keys() == {each.__name__ for each in retold_casework.KINDS}


def _writing(module: ast.Module) -> Iterator[str]:
    """Events whose applier, or a function of its module that it calls, names one of the tables."""
    functions = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef)}
    for function in functions.values():
        if TABLES & _named(function, functions, set()):
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "applies":
                    yield from (ast.unparse(each).rpartition(".")[2] for each in decorator.args)


def _named(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: set[str]) -> set[str]:
    seen.add(function.name)
    found = {
        each.attr
        for each in ast.walk(function)
        if isinstance(each, ast.Attribute) and ast.unparse(each.value).endswith("tables")
    }
    for each in ast.walk(function):
        if isinstance(each, ast.Name) and each.id in functions and each.id not in seen:
            found |= _named(functions[each.id], functions, seen)
    return found
