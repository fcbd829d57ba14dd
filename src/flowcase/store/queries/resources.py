"""Deployed files: process definitions, and decisions, forms and rule sets by name."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from sqlalchemy import bindparam, func, literal_column, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_process, _named, _file = tables.process_definition, tables.named_resource, tables.resource


@dataclass(frozen=True)
class ProcessDefinitionRow:
    id: str
    process: str
    version: int
    name: str
    hash: str
    path: str
    version_tag: str | None
    deployment: str
    status: str
    created_at: dt.datetime


@dataclass(frozen=True)
class NamedResourceRow:
    kind: str
    name: str
    version: int
    hash: str
    path: str
    version_tag: str | None
    deployment: str
    status: str
    created_at: dt.datetime


@dataclass(frozen=True)
class DeploymentRow:
    id: str
    at: dt.datetime
    actor: str
    note: str
    status: str


@dataclass(frozen=True)
class StartSubscriptionRow:
    process: str
    element: str
    definition: str
    kind: str
    name: str
    is_global: bool


def form_question(form: str) -> Question:
    """What `named` asks for the newest version of a form."""
    return _NEWEST_NAMED, {"kind": "form", "name": form}


def content_question(content_hash: str) -> Question:
    """What `content` asks."""
    return _CONTENT, {"hash": content_hash}


def content(tx: Tx, content_hash: str) -> bytes | None:
    return tx.scalar(_CONTENT, {"hash": content_hash})


@in_memory_too
def definition(tx: Tx, id: str) -> ProcessDefinitionRow | None:
    return made_or_none(ProcessDefinitionRow, tx.first(_BY_ID, {"id": id}))


@in_memory_too
def definition_of(
    tx: Tx,
    process: str,
    *,
    version: int | None = None,
    deployment: str | None = None,
    version_tag: str | None = None,
) -> ProcessDefinitionRow | None:
    """The newest active definition of a process, or the one that the other arguments name."""
    statement = select(_process).where(_process.c.process == process)
    if version is None:
        statement = statement.where(_process.c.status == "active")
    else:
        statement = statement.where(_process.c.version == version)
    if version_tag is not None:
        statement = statement.where(_process.c.version_tag == version_tag)
    if deployment is not None:
        # A deployment that brought an unchanged file has no definition of its own: the file tells.
        brought = tables.deployment_resource
        hashes = select(brought.c.hash).where(brought.c.deployment == deployment)
        statement = statement.where(_process.c.hash.in_(hashes))
    return made_or_none(
        ProcessDefinitionRow, tx.first(statement.order_by(_process.c.version.desc()).limit(1))
    )


def definitions(
    tx: Tx, *, process: str | None = None, only_newest: bool = False
) -> list[ProcessDefinitionRow]:
    """By process id, newest version first."""
    question = definitions_question(process, only_newest=only_newest)
    return [made(ProcessDefinitionRow, row) for row in tx.rows(*question)]


def definitions_generation(tx: Tx) -> tuple[int, dt.datetime | None]:
    """How many active definitions of processes there are, and when the last of them came.

    The instant tells two apart of which the first was rolled back and the second came to the same number.
    """
    row = tx.first(_GENERATION)
    return (0, None) if row is None else (row.number, row.newest)


def definitions_question(process: str | None = None, *, only_newest: bool = True) -> Question:
    """What `definitions` asks."""
    return _definitions(process is not None, only_newest), {"process": process}


@functools.cache
def _definitions(of_one: bool, only_newest: bool) -> Prepared:
    statement = select(_process).order_by(_process.c.process, _process.c.version.desc())
    if of_one:
        statement = statement.where(_process.c.process == bindparam("process"))
    if only_newest:
        other = _process.alias()
        newest = (
            select(func.max(other.c.version))
            .where(other.c.process == _process.c.process, other.c.status == "active")
            .scalar_subquery()
        )
        statement = statement.where(_process.c.version == newest)
    return Prepared(statement, is_settled=True)


@in_memory_too
def named(
    tx: Tx,
    kind: str,
    name: str,
    *,
    deployment: str | None = None,
    version_tag: str | None = None,
    hashes: frozenset[str] | None = None,
) -> NamedResourceRow | None:
    """The newest active decision, form or rule set of this name, or the one the other arguments name.

    `hashes` limits it to files with these contents (a rule-set manifest's).
    """
    if version_tag is None and deployment is None and hashes is None:
        return made_or_none(NamedResourceRow, tx.first(_NEWEST_NAMED, {"kind": kind, "name": name}))
    statement = select(_named).where(
        _named.c.kind == kind, _named.c.name == name, _named.c.status == "active"
    )
    if version_tag is not None:
        statement = statement.where(_named.c.version_tag == version_tag)
    if deployment is not None:
        brought = tables.deployment_resource
        found = select(brought.c.hash).where(brought.c.deployment == deployment)
        statement = statement.where(_named.c.hash.in_(found))
    if hashes is not None:
        statement = statement.where(_named.c.hash.in_(sorted(hashes)))
    return made_or_none(NamedResourceRow, tx.first(statement.order_by(_named.c.version.desc()).limit(1)))


def all_named(tx: Tx, kind: str | None = None) -> list[NamedResourceRow]:
    """Every version, by kind and name, newest first."""
    statement = select(_named).order_by(_named.c.kind, _named.c.name, _named.c.version.desc())
    if kind is not None:
        statement = statement.where(_named.c.kind == kind)
    return [made(NamedResourceRow, row) for row in tx.rows(statement)]


def deployments(
    tx: Tx, *, after: tuple[dt.datetime, str] | None = None, limit: int | None = 50
) -> list[DeploymentRow]:
    """Newest first; `after` is (at, id) of the last row of the page before."""
    table = tables.deployment
    statement = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
    if after is not None:
        at, id = after
        statement = statement.where((table.c.at < at) | ((table.c.at == at) & (table.c.id < id)))
    return [made(DeploymentRow, row) for row in tx.rows(statement)]


def deployment(tx: Tx, id: str) -> DeploymentRow | None:
    table = tables.deployment
    return made_or_none(DeploymentRow, tx.first(select(table).where(table.c.id == id)))


@dataclass(frozen=True)
class FileRow:
    """A file in force: what it is called, and who brought it when."""

    path: str
    hash: str
    names: tuple[str, ...]  # processes, decisions, forms or the rule set that it defines
    deployment: str
    created_at: dt.datetime


def files_in_force(tx: Tx) -> list[FileRow]:
    """Every deployed file in its newest version, by path."""
    found: dict[str, list[ProcessDefinitionRow | NamedResourceRow]] = {}
    newest: dict[tuple[str, str], NamedResourceRow] = {}
    for row in all_named(tx):
        if row.status == "active":
            newest.setdefault((row.kind, row.name), row)
    processes = [row for row in definitions(tx, only_newest=True) if row.status == "active"]
    in_force: list[ProcessDefinitionRow | NamedResourceRow] = [*processes, *newest.values()]
    for each in in_force:
        found.setdefault(each.path, []).append(each)
    files = []
    for path, rows in sorted(found.items()):
        last = max(rows, key=lambda row: (row.created_at, row.deployment))
        names = sorted({row.name for row in rows if row.hash == last.hash})
        files.append(FileRow(path, last.hash, tuple(names), last.deployment, last.created_at))
    return files


@dataclass(frozen=True)
class FileVersionRow:
    """One content that a file had in force, with the deployment that brought it."""

    number: int
    hash: str
    names: tuple[str, ...]  # what it defines, as <name>:<version>
    deployment: DeploymentRow


def file_versions(tx: Tx, path: str) -> list[FileVersionRow]:
    """Every version of a file that was in force, newest first; a draft deployment is none."""
    brought: dict[str, list[ProcessDefinitionRow | NamedResourceRow]] = {}
    everything: list[ProcessDefinitionRow | NamedResourceRow] = [*definitions(tx), *all_named(tx)]
    for row in everything:
        if row.path == path and row.status == "active":
            brought.setdefault(row.deployment, []).append(row)
    table = tables.deployment
    known = {
        row.id: made(DeploymentRow, row)
        for row in tx.rows(select(table).where(table.c.id.in_(sorted(brought))))
    }
    in_order = sorted(brought, key=lambda id: (known[id].at, id))
    rows = []
    for number, id in enumerate(in_order, 1):
        names = tuple(
            sorted(
                f"{each.process if isinstance(each, ProcessDefinitionRow) else each.name}:{each.version}"
                for each in brought[id]
            )
        )
        rows.append(FileVersionRow(number, brought[id][0].hash, names, known[id]))
    return rows[::-1]


def file_in_force(tx: Tx, path: str) -> FileRow | None:
    return next((row for row in files_in_force(tx) if row.path == path), None)


def is_in_use(tx: Tx, deployment: str) -> bool:
    """Whether a process instance, ended or not, runs a definition of the deployment."""
    table = tables.instance
    brought = select(_process.c.id).where(_process.c.deployment == deployment)
    return tx.first(select(table.c.id).where(table.c.definition.in_(brought)).limit(1)) is not None


def files(tx: Tx, deployment: str) -> dict[str, str]:
    """Path -> content hash."""
    table = tables.deployment_resource
    return {row.path: row.hash for row in tx.rows(select(table).where(table.c.deployment == deployment))}


@in_memory_too
def start_subscriptions(tx: Tx, kind: str, name: str) -> list[StartSubscriptionRow]:
    table = tables.start_subscription
    statement = select(table).where(table.c.kind == kind, table.c.name == name).order_by(table.c.process)
    return [made(StartSubscriptionRow, row) for row in tx.rows(statement)]


_CONTENT = Prepared(select(_file.c.content).where(_file.c.hash == bindparam("hash")))
_BY_ID = Prepared(select(_process).where(_process.c.id == bindparam("id")))
_GENERATION = Prepared(
    select(func.count().label("number"), func.max(_process.c.created_at).label("newest")).where(
        _process.c.status == literal_column("'active'")
    ),
    is_settled=True,
)
_NEWEST_NAMED = Prepared(
    select(_named)
    .where(
        _named.c.kind == bindparam("kind"), _named.c.name == bindparam("name"), _named.c.status == "active"
    )
    .order_by(_named.c.version.desc())
    .limit(literal_column("1"))
)


def path_of(tx: Tx, content_hash: str) -> str | None:
    """A path under which a file was deployed."""
    table = tables.deployment_resource
    return tx.scalar(select(table.c.path).where(table.c.hash == content_hash).limit(1))
