"""Rows as they are kept, for comparing them with what the history tells of them."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from flowcase.history import retold_awaited
from flowcase.history.retold import Absence, ErasedCase
from flowcase.history.retold_casework import COPIES, columns
from flowcase.history.retold_retention import Period, Proposal
from flowcase.store import api_tables, retention_tables, sign_in_tables, suspension_tables, tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries import known_people
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_AT_ONCE = 500  # ids in one statement
_ERASED = "slettet"  # status of a document


@dataclass(frozen=True)
class KeptKey:
    id: str
    wrapped_key: bytes | None


@dataclass(frozen=True)
class KeptDeployment:
    at: dt.datetime
    actor: str
    note: str
    status: str


@dataclass(frozen=True)
class KeptVersion:
    """A version of a process, table, form or rule set."""

    name: str  # as DeploymentMade names it
    numbered: str  # the same, by the columns that are looked for
    deployment: str
    path: str
    hash: str
    status: str
    version_tag: str | None


Row = Any  # with the columns that the history tells as attributes, and `id`

_CASEWORK = {
    "case": tables.case_file,
    "record": tables.record,
    "deadline": tables.deadline,
    "user task": tables.user_task,
    "emergency": sign_in_tables.emergency_access,
    "instance": tables.instance,
    "message": tables.message,
    "held start": suspension_tables.held_start,
    "job": tables.job,
    "timer": tables.timer,
    retold_awaited.MESSAGE: tables.message_subscription,
    retold_awaited.SIGNAL: tables.signal_subscription,
}
# Columns that follow from what the history tells, or say what is left of what was erased.
BESIDE = {
    "case": tuple(COPIES),
    "user task": ("candidates",),
    "deadline": ("is_current",),
    "timer": ("try_at",),
    "job": ("lease_until",),
}


def key_of(sort: str) -> Any:
    """The column that names rows of this sort."""
    return next(iter(_CASEWORK[sort].primary_key))


def _rows_of(sort: str) -> Any:
    table = _CASEWORK[sort]
    names = (*columns(sort), *BESIDE.get(sort, ()))
    rows = select(key_of(sort).label("id"), *(table.c[name] for name in names))
    return rows.where(table.c.instance.is_not(None)) if sort == "timer" else rows  # others begin processes


@functools.cache
def _rows_behind(sort: str) -> Prepared:
    return Prepared(_rows_of(sort).where(_CASEWORK[sort].c.stream > bindparam("after")))


@functools.cache
def _rows_between(sort: str) -> Prepared:
    of = _CASEWORK[sort].c.stream
    return Prepared(_rows_of(sort).where(of > bindparam("after"), of <= bindparam("up_to")))


def casework(tx: Tx, sort: str, after: str, up_to: str | None) -> Sequence[Row]:
    """Rows of the streams whose names follow `after`; `up_to` is the last one of them."""
    if up_to is None:
        return tx.passing(_rows_behind(sort), {"after": after})
    return tx.passing(_rows_between(sort), {"after": after, "up_to": up_to})


def casework_named(tx: Tx, sort: str, ids: Sequence[str]) -> Iterator[Row]:
    for begin in range(0, len(ids), _AT_ONCE):
        yield from tx.rows(_rows_of(sort).where(key_of(sort).in_(ids[begin : begin + _AT_ONCE])))


def search_keys(tx: Tx, records: Sequence[str]) -> dict[str, dict[str, bytes]]:
    """Keyed hash by attribute, of each of these records that has some but for the people whom it knows."""
    table = tables.search_key
    found: dict[str, dict[str, bytes]] = {}
    for begin in range(0, len(records), _AT_ONCE):
        of_some = table.c.record.in_(records[begin : begin + _AT_ONCE])
        for row in tx.rows(select(table).where(of_some, table.c.attribute != known_people.ATTRIBUTE)):
            found.setdefault(row.record, {})[row.attribute] = row.digest
    return found


def erased_cases(tx: Tx) -> dict[str, ErasedCase]:
    """By code, those that say of themselves that they were erased."""
    table = tables.case_file
    statement = select(table.c.code, table.c.erased_at, table.c.facts).where(table.c.erased_at.is_not(None))
    return {row.code: ErasedCase(row.erased_at, row.facts) for row in tx.rows(statement)}


def copies_of_erased(tx: Tx) -> dict[str, tuple[Mapping[str, Any], dict[str, Any]]]:
    """Of each erased case its facts, and the columns that repeat them for lists and figures."""
    table = tables.case_file
    statement = select(table.c.code, table.c.facts, *(table.c[column] for column in COPIES))
    found = {}
    for row in tx.rows(statement.where(table.c.erased_at.is_not(None))):
        found[row.code] = (row.facts, {column: getattr(row, column) for column in COPIES})
    return found


def candidate_sets(tx: Tx) -> dict[str, list[tuple[str, str]]]:
    """Kind and name of the members of each set."""
    table = tables.candidate_set
    found: dict[str, list[tuple[str, str]]] = {}
    for row in tx.rows(select(table).order_by(table.c.id)):
        found.setdefault(row.id, []).append((row.kind, row.name))
    return found


def keys(tx: Tx, *, page: int = 50) -> Iterator[list[KeptKey]]:
    """Of all streams by name, some at a time."""
    after = ""
    while True:
        table = tables.stream
        statement = select(table.c.id, table.c.wrapped_key).where(table.c.id > after)
        found = [made(KeptKey, row) for row in tx.rows(statement.order_by(table.c.id).limit(page))]
        if not found:
            return
        yield found
        after = found[-1].id


def identities(tx: Tx) -> list[tuple[str, str, str]]:
    """(person, issuer, subject)"""
    table = sign_in_tables.identity
    return [(row.person, row.issuer, row.subject) for row in tx.rows(select(table))]


def added(tx: Tx) -> dict[str, dt.datetime]:
    """When each account was."""
    table = tables.person
    return {row.id: row.created_at for row in tx.rows(select(table.c.id, table.c.created_at))}


def scopes(tx: Tx) -> dict[str, tuple[tuple[str, ...], Any, str, dt.datetime]]:
    found = {}
    for row in tx.rows(select(api_tables.service_account)):
        found[row.person] = (tuple(row.scopes), row.expires_at, row.made_by, row.made_at)
    return found


def absences(tx: Tx) -> dict[str, Absence]:
    return {row.id: made(Absence, row) for row in tx.rows(select(tables.absence))}


def erasures(tx: Tx) -> dict[str, Proposal]:
    items: dict[str, dict[str, tuple[str, str, str | None]]] = {}
    for row in tx.rows(select(retention_tables.erasure_item)):
        of = items.setdefault(row.proposal, {})
        of[row.case_code] = (row.document_class, row.status, row.because)
    return {
        row.id: Proposal(
            row.reason,
            row.status,
            row.proposed_at,
            row.proposed_by,
            row.decided_at,
            row.decided_by,
            items.get(row.id, {}),
        )
        for row in tx.rows(select(retention_tables.erasure_proposal))
    }


def document_periods(tx: Tx) -> dict[str, Period]:
    return {row.id: made(Period, row) for row in tx.rows(select(retention_tables.document_period))}


def erased_documents(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Which of these documents went before their cases."""
    table, found = tables.record, set()
    for begin in range(0, len(ids), _AT_ONCE):
        statement = select(table.c.id, table.c.open).where(table.c.id.in_(ids[begin : begin + _AT_ONCE]))
        found |= {row.id for row in tx.rows(statement) if row.open.get("status") == _ERASED}
    return found


def settings(tx: Tx) -> dict[str, Any]:
    return {row.key: row.value for row in tx.rows(select(tables.setting))}


def deployments(tx: Tx) -> dict[str, KeptDeployment]:
    return {row.id: made(KeptDeployment, row) for row in tx.rows(select(tables.deployment))}


def deployed_files(tx: Tx) -> dict[str, dict[str, str]]:
    """Path -> hash of each deployment, equal words held once."""
    table = tables.deployment_resource
    found: dict[str, dict[str, str]] = {}
    for deployment in tx.rows(select(tables.deployment.c.id)):
        rows = tx.rows(select(table.c.path, table.c.hash).where(table.c.deployment == deployment.id))
        found[deployment.id] = {sys.intern(row.path): sys.intern(row.hash) for row in rows}
    for row in tx.rows(select(table).where(table.c.deployment.not_in(select(tables.deployment.c.id)))):
        found.setdefault(row.deployment, {})[row.path] = row.hash
    return found


def versions(tx: Tx) -> list[KeptVersion]:
    process, named = tables.process_definition, tables.named_resource
    found = []
    for row in tx.rows(select(process)):
        where = (row.deployment, row.path, row.hash, row.status, row.version_tag)
        found.append(KeptVersion(row.id, f"{row.process}:{row.version}", *where))
    for row in tx.rows(select(named)):
        name = f"{row.kind}:{row.name}:{row.version}"
        where = (row.deployment, row.path, row.hash, row.status, row.version_tag)
        found.append(KeptVersion(name, name, *where))
    return found


def contents(tx: Tx) -> Iterator[tuple[str, bytes]]:
    """(hash, content) of every file that was ever deployed or reviewed."""
    table = tables.resource
    for row in tx.rows(select(table.c.hash).order_by(table.c.hash)):
        content: bytes = tx.scalar(select(table.c.content).where(table.c.hash == row.hash))
        yield row.hash, content
