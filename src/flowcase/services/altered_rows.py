"""Rows that say otherwise than the history: altered behind flowcase's back, where no chain covers them.

Who holds the database may leave the history alone and change what it led to: put themselves in a group,
name themselves the caseworker of a case, move a deadline, exchange a file that was deployed. Everything of
that kind was written by an event, so the events tell what the rows have to say.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowcase.errors import FlowcaseError
from flowcase.history import retold
from flowcase.history.retold import Casework, Installation
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, DatabaseFault, Tx
from flowcase.store.queries import as_kept, history, people
from flowcase.store.queries.as_kept import KeptRecord
from flowcase.values import canonical_json, to_json

_OF_UPLOADS = "upload:"  # streams whose keys are destroyed with a form that is not sent, or once it is
_COPIES = {"status": "status", "team": "team", "caseworker": "sagsbehandler", "district": "distrikt"}


@dataclass(frozen=True)
class AlteredRow:
    """A row that no event led to, or that says something else than its events."""

    sort: str  # account | setting | deployment | version | file | key | case | record | deadline | document
    # | emergency | stream
    id: str
    what: str

    def __str__(self) -> str:
        return f"{self.sort.capitalize()} {self.id}: {self.what}."


class AlteredRows:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def find(self, *, casework: bool = False) -> list[AlteredRow]:
        """Of the installation: accounts, settings, what is deployed, keys.

        With `casework` also cases, records, deadlines, documents and openings in an emergency, for which
        every stream is opened.

        A stream whose history cannot be opened any more is left to the verification of its chain.
        """

        def work(tx: Tx) -> list[AlteredRow]:
            told = history.events(tx, INSTALLATION, kinds=retold.kinds(retold.INSTALLATION_KINDS))
            found = retold.installation((row.actor, row.event) for row in told if row.event is not None)
            return [*_of_installation(tx, found), *(_of_casework(tx) if casework else ())]

        try:
            return self._transactions.read_at_one_moment(work)
        except (FlowcaseError, DatabaseFault, LookupError, ValueError) as error:
            what = f"its history, or a row, cannot be read, so none was compared ({type(error).__name__})"
            return [AlteredRow("stream", INSTALLATION, what)]


# --- the installation ----------------------------------------------------------------------------------


def _of_installation(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    yield from _accounts(tx, told)
    kept = as_kept.settings(tx)
    for key in sorted(kept.keys() | told.settings.keys()):
        if key not in told.settings:
            yield AlteredRow("setting", key, "no event set it")
        elif not _same(kept.get(key), told.settings[key]):
            yield AlteredRow("setting", key, "is not what was set last")
    yield from _deployed(tx, told)
    for each in as_kept.keys(tx):
        if each.wrapped_key is None:
            if each.id not in told.erased and not each.id.startswith(_OF_UPLOADS):
                yield AlteredRow("key", each.id, "is gone, and no erasure tells why")
        elif each.id in told.erased:
            yield AlteredRow("key", each.id, "is back, although it was destroyed by an erasure")
        else:
            try:
                tx.keyring.unwrap_key(each.id, each.wrapped_key)
            except FlowcaseError:
                yield AlteredRow("key", each.id, "was altered, or moved from another stream")


def _accounts(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    rows = {row.id: row for row in people.people(tx)}
    scopes, linked = as_kept.scopes(tx), as_kept.identities(tx)
    for id in sorted(rows.keys() | told.accounts.keys()):
        row, account = rows.get(id), told.accounts.get(id)
        if row is None or account is None:
            yield AlteredRow("account", id, "no event added it" if account is None else "is gone")
            continue
        if added := sorted(row.groups - account.groups):
            yield AlteredRow("account", id, f"is in {', '.join(added)}, and no event says so")
        if lost := sorted(account.groups - row.groups):
            yield AlteredRow("account", id, f"is not in {', '.join(lost)}, and no event took it away")
        if row.is_active != account.is_active:
            yield AlteredRow("account", id, "is active again" if row.is_active else "was ended by no event")
        if row.kind != account.kind:
            yield AlteredRow("account", id, f"was made as {account.kind}, not as {row.kind}")
        if scopes.get(id) != account.scopes:
            yield AlteredRow("account", id, "has other scopes than were granted")
    for person, issuer, subject in linked:
        if person not in told.accounts or (issuer, subject) not in told.accounts[person].identities:
            yield AlteredRow("account", person, "is linked to somebody at the sign-in provider by no event")


def _deployed(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    kept = as_kept.deployed_files(tx)
    for id in sorted(kept.keys() | told.deployments.keys()):
        if id not in told.deployments:
            yield AlteredRow("deployment", id, "no event made it")
            continue
        files, here = dict(told.deployments[id].files), kept.get(id, {})
        for path in sorted(here.keys() | files.keys()):
            if here.get(path) != files.get(path):
                yield AlteredRow("deployment", id, f"{path} is not the file that was deployed")
    for each in as_kept.versions(tx):
        made = told.deployments.get(each.deployment)
        if made is None or each.name not in (*made.definitions, *made.resources):
            yield AlteredRow("version", each.name, "no deployment made it")
        elif made.files.get(each.path) != each.hash:
            yield AlteredRow("version", each.name, "is not of the file that was deployed")
    for digest, content in as_kept.contents(tx):
        if hashlib.sha256(content).hexdigest() != digest:
            yield AlteredRow("file", digest, "its content was altered")


# --- casework ------------------------------------------------------------------------------------------


def _of_casework(tx: Tx) -> Iterator[AlteredRow]:
    keys = {each.id: each.wrapped_key for each in as_kept.keys(tx)}
    readable = [name for name, key in keys.items() if key is not None and name != INSTALLATION]
    told = retold.casework(_in_order(tx, readable))
    alive = set(readable)
    erased = {each.code for each in as_kept.cases(tx) if each.erased_at is not None}
    yield from _cases(tx, told, alive)
    yield from _records(tx, told, alive, erased)
    kept = {each.id: each for each in as_kept.deadlines(tx) if each.stream in alive}
    for id in sorted(kept.keys() | told.deadlines.keys()):
        row, columns = kept.get(id), told.deadlines.get(id)
        if row is None or columns is None:
            yield AlteredRow("deadline", id, "no event opened it" if columns is None else "is gone")
        elif other := [name for name, value in columns.items() if getattr(row, name) != value]:
            yield AlteredRow("deadline", id, f"{', '.join(other)} is not what the history tells")
    for each in as_kept.emergencies(tx):
        said = told.emergencies.get(each.id)
        if each.stream in alive and said != (each.case_code, each.person, each.until):
            yield AlteredRow(
                "emergency", each.id, "is not what the history tells, or no event opened the case"
            )


def _in_order(tx: Tx, streams: list[str]) -> Iterator[tuple[dt.datetime, Any]]:
    """Events of all these streams by instant, and within each stream as they are numbered."""
    found = []
    for name in streams:
        at = dt.datetime.min.replace(tzinfo=dt.UTC)
        for row in history.events(tx, name, kinds=retold.kinds(retold.CASEWORK_KINDS)):
            at = max(at, row.at)  # the clock may have been set back
            found.append((at, name, row.seq, row.at, row.event))
    found.sort(key=lambda each: each[:3])
    return ((at, event) for _, _, _, at, event in found if event is not None)


def _cases(tx: Tx, told: Casework, alive: set[str]) -> Iterator[AlteredRow]:
    kept = {each.code: each for each in as_kept.cases(tx) if each.stream in alive and each.erased_at is None}
    for code in sorted(kept.keys() | told.cases.keys()):
        row, said = kept.get(code), told.cases.get(code)
        if row is None or said is None:
            yield AlteredRow("case", code, "no event opened it" if said is None else "is gone")
            continue
        other = [name for name, value in said.items() if not _same(getattr(row, name), value)]
        other += [
            column
            for column, fact in _COPIES.items()
            if (getattr(row, column) or None) != (_text(said["facts"].get(fact)))
        ]
        if other:
            yield AlteredRow("case", code, f"{', '.join(other)} is not what the history tells")


def _records(tx: Tx, told: Casework, alive: set[str], erased: set[str]) -> Iterator[AlteredRow]:
    kept = {each.id: each for each in as_kept.records(tx)}
    for id in sorted(kept.keys() | told.records.keys()):
        row, said = kept.get(id), told.records.get(id)
        if row is None:
            yield AlteredRow("record", id, "is gone")
        elif row.stream not in alive or row.case_code in erased:
            continue  # what is left of what was erased
        elif said is None:
            yield AlteredRow("record", id, "no event wrote it")
        else:
            other = [
                name
                for name in sorted(row.open.keys() | said.open.keys())
                if not _same(row.open.get(name), said.open.get(name))
            ]
            other += [
                name
                for name in sorted(row.secret.keys() | said.secret.keys())
                if not _same_secret(tx, row, name, said.secret)
            ]
            if row.case_code != said.case:
                other.append("case")
            if row.entity != said.entity:
                other.append("entity")
            if other:
                yield AlteredRow(
                    "record", id, f"{', '.join(other)} of {said.entity} is not what the history tells"
                )


def _same_secret(tx: Tx, row: KeptRecord, name: str, said: dict[str, Any]) -> bool:
    if name not in row.secret or name not in said:
        return False
    try:
        content = tx.open(row.stream, f"record|{row.id}|{name}", base64.b64decode(row.secret[name]))
        return content is not None and json.loads(content) == json.loads(canonical_json(to_json(said[name])))
    except (FlowcaseError, binascii.Error, ValueError):
        return False


def _same(one: Any, other: Any) -> bool:
    return canonical_json(to_json(one)) == canonical_json(to_json(other))


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
