"""User tasks: lists by keyset on partial indexes, one with what is visible at it, drafts."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select, text, tuple_

from flowcase import model
from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.tx import LockedInstance, Tx
from flowcase.store.wire import Question

_table = tables.user_task
_candidate = tables.candidate_set
_instance = tables.instance
IS_SUSPENDED = (
    select(_instance.c.id)
    .where(_instance.c.id == _table.c.instance, _instance.c.status == literal_column("'suspended'"))
    .correlate(_table)
    .exists()
    .label("is_suspended")
)
Key = tuple[dt.datetime, str]  # (created_at, id) of the last row of the page before


class UserTaskRow(NamedTuple):
    id: str
    instance: str
    element_instance: str
    element: str
    process: str
    definition: str
    name: str
    form: str | None
    stream: str
    case_code: str | None
    status: str
    assignee: str | None
    candidate_groups: Sequence[str]
    candidate_users: Sequence[str]
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int
    created_at: dt.datetime
    ended_at: dt.datetime | None
    ended_by: str | None
    owner: str | None = None  # who answers for it while a delegate has it
    is_suspended: bool = False  # its instance is


def _all() -> Select[Any]:
    return select(_table, IS_SUSPENDED)


class ListedTaskRow(NamedTuple):
    """What a list shows of an open user task: half the columns are most of what its fifty rows cost."""

    id: str
    process: str
    name: str
    stream: str
    case_code: str | None
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int
    created_at: dt.datetime
    owner: str | None
    is_suspended: bool

    @classmethod
    def of(cls, row: UserTaskRow) -> ListedTaskRow:
        said: list[Any] = [getattr(row, name) for name in cls._fields]
        said = [tuple(each) if isinstance(each, list) else each for each in said]
        return cls(*said)

    @property
    def status(self) -> str:
        return model.UserTaskStatus.OPEN

    @property
    def instance(self) -> str:
        return self.id.rpartition(".")[0]

    @property
    def element_instance(self) -> str:
        return self.id.rpartition(".")[2]


AnyTaskRow = UserTaskRow | ListedTaskRow


def question(id: str) -> Question:
    """What `user_task` asks."""
    return _BY_ID, {"id": id}


def draft_question(id: str, person: str) -> Question:
    """What `draft` asks."""
    return _DRAFT, {"id": id, "person": person}


def completed_question(instance: str) -> Question:
    """What `user_tasks` asks for those of an instance that are completed."""
    return _listed(False, True, "completed", False, None), {"case": None, "instance": instance}


def open_question(case: str) -> Question:
    """What `user_tasks` asks for those of a case that are open."""
    return _listed(True, False, "open", False, None), {"case": case, "instance": None}


def user_task(tx: Tx, id: str) -> UserTaskRow | None:
    return made_or_none(UserTaskRow, tx.first(_BY_ID, {"id": id}))


class FormFile(NamedTuple):
    """The newest version of the form of a user task."""

    hash: str
    path: str


def locked_user_task(tx: Tx, id: str) -> tuple[LockedInstance, UserTaskRow | None, FormFile | None]:
    """The user task as it is once the lock of its stream is held, with its form, all in one round trip.

    Raises NotFound for no instance.
    """
    instance, (rows,) = tx.lock_and_ask(id.rpartition(".")[0], (_BY_ID_WITH_FORM, {"id": id}))
    if not rows:
        return instance, None, None
    (row,) = rows
    form = None if row.form_hash is None else FormFile(row.form_hash, row.form_path)
    return instance, made(UserTaskRow, row), form


def inbox(
    tx: Tx, person: str, groups: Iterable[str], *, after: Key | None = None, limit: int | None = None
) -> list[UserTaskRow]:
    """Open user tasks of a person, oldest first: assigned to them, or free and offered to them."""
    offered = select(_candidate.c.id).where(
        or_(
            (_candidate.c.kind == "group") & _candidate.c.name.in_(sorted(groups)),
            (_candidate.c.kind == "person") & (_candidate.c.name == person),
            _candidate.c.kind == "everyone",
        )
    )
    sets = sorted({row.id for row in tx.rows(offered)})
    assigned = _page(
        _all().where(text(tables.USER_TASK_IS_ASSIGNED), _table.c.assignee == person), after, limit
    )
    free = _page(_all().where(text(tables.USER_TASK_IS_FREE), _table.c.candidates.in_(sets)), after, limit)
    rows = [made(UserTaskRow, row) for statement in (assigned, free) for row in tx.rows(statement)]
    return sorted(rows, key=lambda row: (row.created_at, row.id))[:limit]


@in_memory_too
def user_tasks(
    tx: Tx,
    *,
    case: str | None = None,
    instance: str | None = None,
    status: str | None = "open",
    after: Key | None = None,
    limit: int | None = None,
) -> list[UserTaskRow]:
    """Oldest first."""
    statement = _listed(case is not None, instance is not None, status, after is not None, limit)
    values: dict[str, Any] = {"case": case, "instance": instance}
    if after is not None:
        values |= {"at": after[0], "id": after[1]}
    return [made(UserTaskRow, row) for row in tx.rows(statement, values)]


@functools.lru_cache(maxsize=256)
def _listed(
    of_a_case: bool, of_an_instance: bool, status: str | None, is_later: bool, limit: int | None
) -> Prepared:
    statement = _all().order_by(_table.c.created_at, _table.c.id)
    if status == "open":
        statement = statement.where(text(tables.USER_TASK_IS_OPEN))
    elif status is not None:
        statement = statement.where(_table.c.status == status)
    if of_a_case:
        statement = statement.where(_table.c.case_code == bindparam("case"))
    if of_an_instance:
        statement = statement.where(_table.c.instance == bindparam("instance"))
    if is_later:  # as in `_page`
        place = tuple_(
            bindparam("at", type_=_table.c.created_at.type), bindparam("id", type_=_table.c.id.type)
        )
        statement = statement.where(tuple_(_table.c.created_at, _table.c.id) > place)
    return Prepared(statement if limit is None else statement.limit(literal_column(str(int(limit)))))


def draft(tx: Tx, id: str, person: str) -> dict[str, Any] | None:
    """The raw form values that a person has saved without completing."""
    row = tx.first(_DRAFT, {"id": id, "person": person})
    content = None if row is None else tx.open(row.stream, f"draft|{id}|{person}", row.sealed_values)
    return None if content is None else json.loads(content)


def _page(statement: Select[Any], after: Key | None, limit: int | None) -> Select[Any]:
    if after is not None:
        # Compared as one value: SQLite reads an index from there on, which it does not for an OR.
        statement = statement.where(tuple_(_table.c.created_at, _table.c.id) > after)
    return statement.order_by(_table.c.created_at, _table.c.id).limit(limit)


_draft = tables.user_task_draft
_DRAFT = Prepared(
    select(_draft.c.sealed_values, _table.c.stream)
    .join(_table, _table.c.id == _draft.c.user_task)
    .where(_draft.c.user_task == bindparam("id"), _draft.c.person == bindparam("person"))
)
_BY_ID = Prepared(_all().where(_table.c.id == bindparam("id")))
_form, _newer = tables.named_resource, tables.named_resource.alias()


def _active(version: Any) -> ColumnElement[bool]:
    """Of the form that the user task names."""
    is_active = version.c.status == literal_column("'active'")
    return (version.c.kind == literal_column("'form'")) & (version.c.name == _table.c.form) & is_active


_newest = select(func.max(_newer.c.version)).where(_active(_newer)).correlate(_table).scalar_subquery()
_BY_ID_WITH_FORM = Prepared(
    _all()
    .select_from(_table.outerjoin(_form, _active(_form) & (_form.c.version == _newest)))
    .add_columns(_form.c.hash.label("form_hash"), _form.c.path.label("form_path"))
    .where(_table.c.id == bindparam("id"))
)


def open_with_form(tx: Tx, form: str) -> int:
    """How many open user tasks show a form."""
    statement = select(func.count()).where(_table.c.form == form, text(tables.USER_TASK_IS_OPEN))
    return int(tx.scalar(statement) or 0)


@dataclass(frozen=True)
class Passage:
    """When a user task was there, and when it should have been done."""

    element: str
    created_at: dt.datetime
    due_at: dt.datetime | None
    ended_at: dt.datetime | None


def of_definition(tx: Tx, definition: str) -> list[Passage]:
    """Every user task that has a due date, of one version of a process."""
    table = tables.user_task
    columns = [table.c[name] for name in Passage.__dataclass_fields__]
    statement = select(*columns).where(table.c.definition == definition, table.c.due_at.is_not(None))
    return [made(Passage, row) for row in tx.rows(statement)]
