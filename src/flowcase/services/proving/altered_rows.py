"""Rows that say otherwise than the history: altered behind flowcase's back, where no chain covers them.

Who holds the database may leave the history alone and change what it led to: put themselves in a group,
name themselves the caseworker of a case, move a deadline, exchange a file that was deployed. Everything of
that kind was written by an event, so the events tell what the rows have to say.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Set
from typing import NamedTuple

from flowcase.errors import FlowcaseError
from flowcase.history import retold, retold_reviews
from flowcase.history.retold import Installation
from flowcase.history.retold_casework import COPIES
from flowcase.services.proving import (
    altered_casework,
    altered_deployed,
    altered_disclosures,
    altered_operations,
    altered_retention,
    altered_reviews,
    altered_starts,
    altered_triggers,
    altered_ways_in,
    altered_webhooks,
    told_of_installation,
)
from flowcase.services.proving.altered_reviews import Reviewed
from flowcase.services.proving.altered_row import AlteredRow, is_same
from flowcase.services.proving.altered_starts import Starts
from flowcase.services.proving.altered_ways_in import WaysIn
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, DatabaseFault, Tx
from flowcase.store.queries import as_kept, as_kept_ways_in, as_written, erasing, people

_KINDS = (
    *retold.INSTALLATION_KINDS,
    *altered_ways_in.KINDS,
    *altered_starts.KINDS,
    *retold_reviews.KINDS,
)
_OF_ACCOUNTS = ("name", "team", "district", "locale")
_OF_UPLOADS = "upload:"  # streams whose keys are destroyed with a form that is not sent, or once it is


class Beside(NamedTuple):
    """What hears the installation's stream along with what is told of it in `history/retold.py`."""

    ways_in: WaysIn
    starts: Starts
    reviews: Reviewed


class AlteredRows:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def find(self, *, casework: bool = False) -> list[AlteredRow]:
        """Of the installation: accounts, settings, what is deployed, keys, legal holds, absences, erasures,
        documents with a day of their own, reviews, webhooks, suspended processes, batches and moves of
        instances; and the database's own triggers.

        With `casework` also cases, records, deadlines, user tasks, documents, openings in an emergency,
        process instances, timers, messages and what waits for them, held starts, jobs, guest links and access
        reports, for which every stream is opened.

        A stream whose history cannot be opened any more is left to the verification of its chain. On SQLite
        with `casework` what is written in another form than flowcase's is named too, in rows of which nothing
        else is said.
        """

        def work(tx: Tx) -> list[AlteredRow]:
            altered = compare(tx, casework=casework)
            altered += altered_triggers.find(tx, is_sqlite=self._transactions.store.is_sqlite)
            if casework and self._transactions.store.is_sqlite:
                altered += _written_otherwise(tx, {each.id for each in altered})
            return altered

        try:
            return self._transactions.read_at_one_moment(work)
        except (FlowcaseError, DatabaseFault, LookupError, ValueError) as error:
            what = f"its history, or a row, cannot be read, so none was compared ({type(error).__name__})"
            return [AlteredRow("stream", INSTALLATION, what)]


def compare(tx: Tx, *, casework: bool) -> list[AlteredRow]:
    """As `AlteredRows.find`, in a transaction of somebody else; what cannot be read raises."""
    beside = Beside(WaysIn(as_kept_ways_in.sessions(tx), as_kept_ways_in.brakes(tx)), Starts(), Reviewed(tx))
    told = told_of_installation.told(tx, _KINDS)
    listeners = (beside.ways_in.listen, beside.starts.listen, beside.reviews.listen)
    found = retold.installation(told_of_installation.heard_by(told, *listeners))
    altered = [*_of_installation(tx, found, beside)]
    if casework:
        lists = {each.id for each in altered if each.sort in ("batch", "move")}
        altered += [*altered_casework.find(tx, found.erased_cases, lists), *altered_disclosures.find(tx)]
    return altered


def _written_otherwise(tx: Tx, named: Set[str]) -> Iterator[AlteredRow]:
    """What says the same as the history and is found otherwise: a database that takes any value has it."""
    for each in as_written.otherwise(tx):
        if named.isdisjoint(each.key):
            sort, id, columns = each.table.replace("_", " "), " ".join(each.key), ", ".join(each.columns)
            yield AlteredRow(
                sort, id, f"{columns} is written as flowcase never does, and is not found as it reads"
            )


# --- the installation ----------------------------------------------------------------------------------


def _of_installation(tx: Tx, told: Installation, beside: Beside) -> Iterator[AlteredRow]:
    yield from _accounts(tx, told)
    yield from altered_ways_in.find(tx, beside.ways_in)
    kept = as_kept.settings(tx)
    for key in sorted(kept.keys() | told.settings.keys()):
        if key not in told.settings:
            yield AlteredRow("setting", key, "no event set it")
        elif not is_same(kept.get(key), told.settings[key]):
            yield AlteredRow("setting", key, "is not what was set last")
    yield from altered_deployed.find(tx, told.deployments)
    yield from altered_starts.find(tx, beside.starts, told.deployments, told.operations.suspensions)
    yield from _erased(tx, told)
    yield from _held(tx, told)
    yield from _absences(tx, told)
    yield from altered_retention.find(tx, told.retention, told.erased_cases)
    yield from altered_reviews.find(tx, beside.reviews)
    yield from altered_webhooks.find(tx, told.webhooks)
    yield from altered_operations.find(tx, told.operations)
    for each in itertools.chain.from_iterable(as_kept.keys(tx)):
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
    scopes, linked, added_at = as_kept.scopes(tx), as_kept.identities(tx), as_kept.added(tx)
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
        if other := [name for name in _OF_ACCOUNTS if getattr(row, name) != getattr(account, name)]:
            yield AlteredRow("account", id, f"{', '.join(other)} is not what the history tells")
        if added_at[id] != account.added_at:
            yield AlteredRow("account", id, "was added at another time")
        if scopes.get(id) != account.scopes:
            yield AlteredRow("account", id, "has other scopes than were granted")
    for person, issuer, subject in linked:
        if person not in told.accounts or (issuer, subject) not in told.accounts[person].identities:
            yield AlteredRow("account", person, "is linked to somebody at the sign-in provider by no event")
    said = {(id, *each) for id, account in told.accounts.items() for each in account.identities}
    for person, _, _ in sorted(said.difference(linked)):
        unlinked = "is not linked any more to somebody at the sign-in provider, and no event says why"
        yield AlteredRow("account", person, unlinked)


def _held(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    kept = {row.case_code: (row.reason, row.placed_by) for row in erasing.holds(tx)}
    for case in sorted(kept.keys() | told.holds.keys()):
        if case not in told.holds:
            yield AlteredRow("legal hold", case, "no event placed it")
        elif case not in kept:
            yield AlteredRow("legal hold", case, "is gone, and no event lifted it")
        elif kept[case] != told.holds[case]:
            yield AlteredRow("legal hold", case, "is not as it was placed")


def _absences(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    kept = as_kept.absences(tx)
    for id in sorted(kept.keys() | told.absences.keys()):
        said = told.absences.get(id)
        if said is None:
            yield AlteredRow("absence", id, "no event reported it")
        elif id not in kept:
            yield AlteredRow("absence", id, "is gone, and no event ended it")
        elif kept[id] != said:
            yield AlteredRow("absence", id, "is not as it was reported")


def _erased(tx: Tx, told: Installation) -> Iterator[AlteredRow]:
    """What is left of erased cases; one that says so by itself would not be looked at any more."""
    kept = as_kept.erased_cases(tx)
    for code in sorted(kept.keys() | told.erased_cases.keys()):
        row, said = kept.get(code), told.erased_cases.get(code)
        if said is None:
            yield AlteredRow("case", code, "is said to be erased, and no event erased it")
        elif row is None:
            yield AlteredRow("case", code, "was erased, and its row is gone or does not say so")
        elif row.at != said.at or (said.facts and not is_same(row.facts, said.facts)):
            yield AlteredRow("case", code, "is not what its erasure left")
    for code, (facts, columns) in sorted(as_kept.copies_of_erased(tx).items()):
        said = told.erased_cases.get(code)
        if said is None or not said.facts:  # earlier releases did not tell what stays
            continue
        said_by_facts = {column: facts.get(fact) for column, fact in COPIES.items()}
        other = [
            column for column, value in columns.items() if (value or "") != str(said_by_facts[column] or "")
        ]
        if other:
            yield AlteredRow("case", code, f"{', '.join(other)} is not what its erasure left")
