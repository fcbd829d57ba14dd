"""Rows as they are kept, for comparing them with what the history tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flowcase.store import api_tables, sign_in_tables, tables
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class KeptKey:
    id: str
    wrapped_key: bytes | None


@dataclass(frozen=True)
class KeptVersion:
    """A version of a process, table, form or rule set."""

    name: str  # as DeploymentMade names it
    deployment: str
    path: str
    hash: str


@dataclass(frozen=True)
class KeptCase:
    code: str
    stream: str
    child: str | None
    status: str | None
    team: str | None
    caseworker: str | None
    district: str | None
    rule_set: str
    rule_set_version: str
    facts: dict[str, Any]
    outcome: str | None
    erased_at: Any


@dataclass(frozen=True)
class KeptRecord:
    id: str
    entity: str
    stream: str
    case_code: str | None
    open: dict[str, Any]
    secret: dict[str, str]


@dataclass(frozen=True)
class KeptDeadline:
    id: str
    stream: str
    rule: str
    rule_set_version: str
    due_at: Any
    status: str
    met_at: Any
    case_code: str | None


@dataclass(frozen=True)
class KeptEmergency:
    id: str
    stream: str
    case_code: str
    person: str
    until: Any


def _all(tx: Tx, made_as: Any, table: Any) -> list[Any]:
    columns = [table.c[name] for name in made_as.__dataclass_fields__]
    return [made(made_as, row) for row in tx.rows(select(*columns))]


def keys(tx: Tx) -> list[KeptKey]:
    return _all(tx, KeptKey, tables.stream)


def cases(tx: Tx) -> list[KeptCase]:
    return _all(tx, KeptCase, tables.case_file)


def records(tx: Tx) -> list[KeptRecord]:
    return _all(tx, KeptRecord, tables.record)


def deadlines(tx: Tx) -> list[KeptDeadline]:
    return _all(tx, KeptDeadline, tables.deadline)


def emergencies(tx: Tx) -> list[KeptEmergency]:
    return _all(tx, KeptEmergency, sign_in_tables.emergency_access)


def identities(tx: Tx) -> list[tuple[str, str, str]]:
    """(person, issuer, subject)"""
    table = sign_in_tables.identity
    return [(row.person, row.issuer, row.subject) for row in tx.rows(select(table))]


def scopes(tx: Tx) -> dict[str, tuple[tuple[str, ...], Any, str]]:
    table = api_tables.service_account
    return {row.person: (tuple(row.scopes), row.expires_at, row.made_by) for row in tx.rows(select(table))}


def settings(tx: Tx) -> dict[str, Any]:
    return {row.key: row.value for row in tx.rows(select(tables.setting))}


def deployed_files(tx: Tx) -> dict[str, dict[str, str]]:
    """Path -> hash of each deployment."""
    table = tables.deployment_resource
    found: dict[str, dict[str, str]] = {}
    for row in tx.rows(select(tables.deployment.c.id)):
        found[row.id] = {}
    for row in tx.rows(select(table)):
        found.setdefault(row.deployment, {})[row.path] = row.hash
    return found


def versions(tx: Tx) -> list[KeptVersion]:
    process, named = tables.process_definition, tables.named_resource
    return [
        *(KeptVersion(row.id, row.deployment, row.path, row.hash) for row in tx.rows(select(process))),
        *(
            KeptVersion(f"{row.kind}:{row.name}:{row.version}", row.deployment, row.path, row.hash)
            for row in tx.rows(select(named))
        ),
    ]


def contents(tx: Tx) -> Iterator[tuple[str, bytes]]:
    """(hash, content) of every file that was ever deployed or reviewed."""
    table = tables.resource
    for row in tx.rows(select(table.c.hash).order_by(table.c.hash)):
        content: bytes = tx.scalar(select(table.c.content).where(table.c.hash == row.hash))
        yield row.hash, content
