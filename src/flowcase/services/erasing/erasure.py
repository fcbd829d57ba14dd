"""Erasing a case for good, by destroying its keys; and the holds that forbid it.

What is destroyed: the keys of the case's stream, of its notifications and of its instances. A notification
that names children of several cases keeps its key until the last of them is erased. A family's record that
a sibling's case still needs goes on under that case's key.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flowcase import engine, model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_approve_erasure, may_erase, may_hold_cases, may_see_retention
from flowcase.cases import events
from flowcase.cases.civil_time import local_date
from flowcase.cases.entities import DataClass, Kind, entity
from flowcase.cases.retention import SINGLE
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.casework.case_work import CASE, OpenWork
from flowcase.services.entitled import case_access
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Store, Tx
from flowcase.store.queries import case_files, document_periods, erasing, people, records
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.erasing import Hold
from flowcase.store.tx import INSTALLATION
from flowcase.values import Value

FAMILY, NOTIFICATION = "Familie", "Underretning"
OUTCOME = "slettet"  # of a case that was still open
_CODE = re.compile(r"[a-z][a-z0-9_-]{2,59}")
_LINKS = frozenset({Kind.REFERENCE, Kind.REFERENCES, Kind.TEXT, Kind.LONG_TEXT})
_STAFF = frozenset({"sagsbehandler"})  # whose work is counted


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    case: str
    streams: tuple[str, ...]  # whose keys are destroyed
    shared: tuple[str, ...]  # notifications that other cases still need
    is_overwritten: bool  # False: the destroyed keys may still lie in the database's own files


@dataclass(frozen=True)
class Basis:
    """By what a case is erased: a document class with its number, or a reason of its own without."""

    document_class: str
    months: int | None = None
    kept_until: dt.date | None = None
    rule_sets: str = ""


class Erasure:
    """One transaction per method. Erasing is the operator's, at the terminal."""

    def __init__(
        self, transactions: Transactions, advancing: Advancing, open_work: OpenWork, store: Store
    ) -> None:
        self._transactions, self._advancing, self._open_work = transactions, advancing, open_work
        self._store = store

    def holds(self, *, actor: Actor) -> list[Hold]:
        """The cases that must not be erased. Raises Forbidden."""
        if not may_see_retention(actor):
            raise Forbidden("see legal holds", "they are for who decides on erasures")
        return self._transactions.read(erasing.holds)

    def hold(self, case: str, *, reason: str, actor: Actor) -> None:
        """Forbid the erasure of a case. Raises NotFound, Forbidden, Refused, and Conflict for a second."""
        _check_may_hold(actor, f"hold case '{case}'")
        check_reason(f"hold case '{case}'", reason)

        def work(tx: Tx) -> None:
            row = _case(tx, case, f"hold case '{case}'")
            tx.stream(row.stream)
            if erasing.hold(tx, case) is not None:
                raise Conflict(f"hold case '{case}'", "it is held already")
            tx.append(INSTALLATION, events.LegalHoldPlaced(case=case, reason=reason))

        self._transactions.run(actor, work)

    def lift(self, case: str, *, reason: str, actor: Actor) -> None:
        """Allow the erasure again. Raises NotFound, Forbidden, Refused, and Conflict without a hold."""
        _check_may_hold(actor, f"lift the hold of case '{case}'")
        check_reason(f"lift the hold of case '{case}'", reason)

        def work(tx: Tx) -> None:
            row = _case(tx, case, f"lift the hold of case '{case}'")
            tx.stream(row.stream)
            if erasing.hold(tx, case) is None:
                raise Conflict(f"lift the hold of case '{case}'", "it is not held")
            tx.append(INSTALLATION, events.LegalHoldLifted(case=case, reason=reason))

        self._transactions.run(actor, work)

    def erase(
        self,
        case: str,
        *,
        reason: str,
        approved_by: str,
        also_open: bool = False,
        basis: Callable[[Tx], Basis] = lambda tx: Basis(SINGLE),
        actor: Actor,
        overwrite: bool = True,
    ) -> Erased:
        """Destroy the case's keys and take away what lies beside them; it cannot be undone.

        `basis` is asked in the same transaction, and what it raises leaves everything as it was.

        Whatever still runs in the case is cancelled. Without `overwrite`, whoever erases many cleans the
        database's files once, afterwards. Raises NotFound, Forbidden for who may not erase or
        not approve, Refused for a hold, a reason that is no code, an open case without `also_open`, or when
        something outside the case works on it, and Conflict for a case that was erased before.
        """
        attempt = f"erase case '{case}'"
        _check(actor, attempt)
        check_reason(attempt, reason)

        def work(tx: Tx) -> events.CaseErased:
            row = _case(tx, case, attempt)
            tx.stream(row.stream)
            self._check_allowed(tx, row, attempt, approved_by, also_open, actor)
            by, was = basis(tx), row
            own, shared = _notifications(tx, row)
            streams = (
                row.stream,
                *(f"notification:{id}" for id in own),
                *erasing.streams_of_instances(tx, case),
            )
            self._check_nothing_else_works_on_it(tx, row, streams, attempt)
            self._end(tx, row, streams)
            _share_family(tx, row)
            row = _case(tx, case, attempt)
            counted = erasing.extent(tx, case, streams)
            event = events.CaseErased(
                case=case,
                reason=reason,
                approved_by=approved_by,
                streams=streams,
                shared=tuple(shared),
                facts=_facts_that_stay(row.facts),
                document_class=by.document_class,
                months=by.months,
                rule_sets=by.rule_sets,
                outcome=was.outcome,
                closed_at=was.closed_at,
                kept_until=by.kept_until,
                events=counted.events,
                records=counted.records,
                documents=counted.documents,
            )
            tx.append(INSTALLATION, event)
            return event

        event = self._transactions.run(actor, work)
        is_overwritten = self._store.overwrite_deleted() if overwrite else False
        return Erased(case, event.streams, event.shared, is_overwritten)

    # --- inside ------------------------------------------------------------------------------------

    def _check_allowed(
        self, tx: Tx, row: CaseRow, attempt: str, approved_by: str, also_open: bool, actor: Actor
    ) -> None:
        second = people.person(tx, approved_by)
        if second is None or not second.is_active:
            raise NotFound("active person", approved_by)
        approver = Actor(second.id, groups=frozenset(second.groups), kind=second.kind)  # type: ignore[arg-type]
        if approver.id == actor.id or not may_approve_erasure(approver):
            raise Forbidden(attempt, f"'{approved_by}' may not approve it: that is the head of authority's")
        held = erasing.hold(tx, row.code)
        if held is not None:
            raise Refused(attempt, f"it is under a legal hold ({held.reason}). Lift that first")
        own = document_periods.last_days(tx, row.code).get(row.code)
        if own is not None and own >= local_date(tx.now):
            raise Refused(attempt, f"one of its documents is kept until {own}")
        if row.closed_at is None and not also_open:
            raise Refused(attempt, "it is open. Close it first, or say that it shall be erased all the same")

    def _check_nothing_else_works_on_it(
        self, tx: Tx, row: CaseRow, streams: tuple[str, ...], attempt: str
    ) -> None:
        """A meeting with the case on its agenda, or a notification that it shares, would get stuck."""
        for id, process in erasing.running_outside(tx, streams):
            instance = tx.look(id)
            if not isinstance(instance.state, bytes):
                continue
            drawn = self._advancing.definitions.process(tx, instance.definition)
            known = engine.State.from_bytes(instance.state, drawn).variable_scopes.to_json()
            if f'"{row.code}"' in json.dumps(known, ensure_ascii=False):
                raise Refused(
                    attempt,
                    f"process instance '{id}' ({process}) works on it together with others. "
                    "Let it end, or cancel it first",
                )

    def _end(self, tx: Tx, row: CaseRow, streams: tuple[str, ...]) -> None:
        """Nothing may run, wait or fall due in what is erased."""
        work = self._open_work(tx, case=row.code)
        if row.closed_at is None:
            work.close_case(row.code, OUTCOME)
        for each in work.deadlines(case=row.code):
            work.cancel_deadline(each.id, reason=OUTCOME)
        self._advancing.request(tx, *work.requests)
        for name in streams[1:]:
            apart = self._open_work(tx, stream=name)
            for each in apart.deadlines():
                apart.cancel_deadline(each.id, reason=OUTCOME)
            self._advancing.request(tx, *apart.requests)
        for id in erasing.running(tx, row.code, streams):
            instance = tx.lock(id)
            if instance.has_ended:
                continue
            if instance.parent is None or tx.lock(instance.parent).stream not in streams:
                self._advancing.carry_on(tx, instance, model.CancelInstance(reason=OUTCOME))


def _check(actor: Actor, attempt: str) -> None:
    if not may_erase(actor):
        raise Forbidden(attempt, "only the operator at the installation's terminal may")


def _check_may_hold(actor: Actor, attempt: str) -> None:
    if not may_hold_cases(actor):
        raise Forbidden(attempt, "that is the head of authority's, and the terminal's")


def check_reason(attempt: str, reason: str) -> None:
    """Raises Refused for a reason that is no code."""
    if not _CODE.fullmatch(reason):
        raise Refused(
            attempt,
            "its reason is no code. It stays when everything else is gone, so it must not tell of anybody: "
            "write one word in small letters, for example opbevaring_udloebet",
        )


def _case(tx: Tx, code: str, attempt: str) -> CaseRow:
    row = case_access.existing(tx, code)
    if row.erased_at is not None:
        raise Conflict(attempt, "it was erased")
    return row


def _notifications(tx: Tx, row: CaseRow) -> tuple[list[str], list[str]]:
    """(those of this case alone, those that a case still needs that is not erased)."""
    gone = {row.code, *erasing.erased(tx)}
    named = {str(id) for id in row.facts.get("underretninger") or ()}
    needed = {
        str(id)
        for other in case_files.cases(tx, limit=1_000_000)
        if other.code not in gone
        for id in other.facts.get("underretninger") or ()
    }
    own: list[str] = []
    shared: list[str] = []
    for each in records.records(tx, entity=NOTIFICATION):
        codes = {str(code) for code in each.open.get("sager") or ()}
        if each.id in named or row.code in codes:
            (shared if each.id in needed or codes - gone else own).append(each.id)
    return own, shared


def _share_family(tx: Tx, row: CaseRow) -> None:
    """A family that other cases know: under their key from now on, and without this case's code."""
    gone = {row.code, *erasing.erased(tx)}
    for each in records.records(tx, entity=FAMILY):
        codes = [str(code) for code in each.open.get("boern") or ()]
        if row.code not in codes:
            continue
        others = [code for code in codes if code not in gone]
        heir = case_files.case(tx, others[0]) if others else None
        if heir is None:
            continue
        left = {**each.open, "boern": [code for code in codes if code != row.code]}
        if each.stream == row.stream:
            moved = events.RecordMoved(
                record=each.id, entity=FAMILY, case=heir.code, open=left, secret=each.secret
            )
            tx.append(heir.stream, moved)
        else:
            update = events.RecordUpdated(
                record=each.id, entity=FAMILY, case=None, open={"boern": left["boern"]}, secret={}
            )
            tx.append(each.stream, update)


def _facts_that_stay(facts: Mapping[str, Value]) -> dict[str, Value]:
    """Codes, dates and numbers, and whose work it was; no link to a person of the family or a record."""
    known = {each.name: each for each in entity(CASE).attributes if each.data_class is DataClass.K0}
    return {
        name: value
        for name, value in facts.items()
        if name in known and (known[name].kind not in _LINKS or name in _STAFF)
    }
