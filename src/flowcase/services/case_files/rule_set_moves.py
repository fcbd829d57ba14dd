"""A leader moves a case to another version of its rule sets: what that changes, and the move itself.

Running deadlines that were computed are computed anew from the same start fact; those with a decided
date (an agreement, a next follow-up that was decided) are kept. What is met, cancelled or already breached
stays recorded as it was. Everything that runs in the case asks the tables of the new version from then on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_lead
from flowcase.cases import events
from flowcase.cases.team_leaders import leaders_of
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.casework.deadline_work import DeadlineWork
from flowcase.services.entitled import case_access
from flowcase.services.requests import Broadcast, FactsChanged, Request
from flowcase.services.rule_sets import Pin, RuleSets
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries.deadlines import DeadlineRow

SIGNAL = "regelsaet_skiftet"


@dataclass(frozen=True)
class MovedDeadline:
    """What the new version means for one running deadline."""

    id: str
    rule: str
    before: dt.datetime
    after: dt.datetime | None  # None: the new version gives it no length, so it keeps its date
    is_kept: bool  # its date was decided by a person

    @property
    def changes(self) -> bool:
        return not self.is_kept and self.after is not None and self.after != self.before


@dataclass(frozen=True)
class Move:
    """What moving a case would do, or did."""

    case: str
    before: str
    after: str
    deadlines: tuple[MovedDeadline, ...]

    @property
    def is_needed(self) -> bool:
        return self.before != self.after


class RuleSetMoves:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, advancing: Advancing, rule_sets: RuleSets) -> None:
        self._transactions, self._advancing, self._rule_sets = transactions, advancing, rule_sets

    def may_move(self, code: str, *, actor: Actor) -> bool:
        """Whether the actor leads the case's team or the authority. Raises NotFound."""
        return self._transactions.read(lambda tx: self._may_lead(tx, case_access.existing(tx, code), actor))

    def preview(self, code: str, *, to: str | None = None, actor: Actor) -> Move:
        """What the move would do; `to` is a version as a case shows it, default the one in force now.

        Raises NotFound and Forbidden.
        """

        def work(tx: Tx) -> Move:
            row = self._allowed(tx, code, actor)
            return self._planned(tx, row, self._target(tx, to))

        return self._transactions.read(work)

    def move(self, code: str, *, reason: str, to: str | None = None, actor: Actor) -> Move:
        """Move the case, its running instances and its computed deadlines, and broadcast `regelsaet_skiftet`.

        Raises NotFound, Forbidden, Refused without a reason, and Conflict for a closed case or one that
        has this version already.
        """

        def work(tx: Tx) -> Move:
            row = self._allowed(tx, code, actor)
            target = self._target(tx, to)
            tx.stream(row.stream)
            row = case_access.existing(tx, code)
            if row.closed_at is not None:
                raise Conflict(f"move case '{code}' to rule set {target}", "it is closed")
            planned = self._planned(tx, row, target)
            if not planned.is_needed:
                raise Conflict(f"move case '{code}' to rule set {target}", "it has this version already")
            changed = events.CaseRuleSetChanged(
                case=code,
                rule_set=target.name,
                rule_set_version=target.version,
                previous=planned.before,
                reason=reason.strip(),
            )
            tx.append(row.stream, changed)
            tx.cache.clear()
            requests: list[Request] = []
            work = DeadlineWork(tx, self._rule_sets, requests)
            for each in planned.deadlines:
                if each.changes:
                    work.follow_rule_set(each.id, str(target), reason.strip())
            requests.append(FactsChanged(case=code))
            requests.append(
                Broadcast(signal=SIGNAL, case=code, variables={"sag_id": code, "regelsaet": target.name})
            )
            self._advancing.request(tx, *requests)
            return planned

        if not reason.strip():
            raise Refused(f"move case '{code}'", "Skriv, hvorfor sagen skal følge en anden udgave.")
        return self._transactions.run(actor, work)

    # --- inside ------------------------------------------------------------------------------------

    def _target(self, tx: Tx, to: str | None) -> Pin:
        """The version named, which has to exist, or the one in force now. Raises NotFound."""
        if to is None:
            pin = self._rule_sets.pin(tx)
            if pin is None:
                raise NotFound("rule-set profile", "in force")
            return pin
        pin = Pin.parse(to)
        newest = self._rule_sets.pin(tx)
        known = newest is not None and pin.generation is not None and newest.generation is not None
        if not known or (pin.generation or 0) > (newest.generation or 0 if newest else 0):
            raise NotFound("rule-set version", to)
        self._rule_sets.composition(tx, pin)  # raises NotFound for a profile or choice that is not there
        return pin

    def _planned(self, tx: Tx, row: case_files.CaseRow, target: Pin) -> Move:
        before = row.pin or ""
        work = DeadlineWork(tx, self._rule_sets, [])
        found = [_moved(work, each, str(target)) for each in work.find(case=row.code)]
        return Move(row.code, before, str(target), tuple(found))

    def _allowed(self, tx: Tx, code: str, actor: Actor) -> case_files.CaseRow:
        row = case_access.existing(tx, code)
        if not self._may_lead(tx, row, actor):
            raise Forbidden(f"move case '{code}' to another rule set", "only its leaders may")
        return row

    def _may_lead(self, tx: Tx, row: case_files.CaseRow, actor: Actor) -> bool:
        return may_lead(actor, leaders=leaders_of(row.team, self._rule_sets.settings(tx)))


def _moved(work: DeadlineWork, row: DeadlineRow, pin: str) -> MovedDeadline:
    due, is_kept = work.due_under(row, pin)
    return MovedDeadline(row.id, row.rule, row.due_at, due, is_kept)
