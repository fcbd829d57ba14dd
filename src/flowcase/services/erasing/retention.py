"""Erasing cases whose time is over: proposed by one person, approved by another, carried out at the terminal.

How long a closed case is kept is told by the setting `opbevaring`, by document class; without a number it is
kept for ever, and nothing is ever erased by itself. A legal hold stops it at every step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_erase, may_see_retention
from flowcase.cases import events
from flowcase.cases.civil_time import local_date
from flowcase.cases.retention import SETTING, SINGLE, SINGLE_OPEN, RetentionRule, rule_for, rules_of
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.entitled import case_access
from flowcase.services.erasing.document_periods import DocumentPeriods, Period
from flowcase.services.erasing.erasure import Basis, Erased, Erasure, check_reason
from flowcase.services.forms.form_sentences import Said
from flowcase.services.rule_sets import RuleSets
from flowcase.services.second_person import check_may_decide, check_may_propose, may_decide
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Store, Tx
from flowcase.store.queries import case_files, document_periods, erasing
from flowcase.store.queries import retention as queries
from flowcase.store.queries.erasing import Hold
from flowcase.store.queries.retention import ClosedCase, ItemRow, ProposalRow
from flowcase.store.retention_tables import erasure_proposal

DEFAULT_REASON = "opbevaring_udloebet"
_SHOWN = 50  # proposals


class NotDueAnyMore(Refused):
    """What was approved waits: the case was opened again, or its class is kept longer by now."""


@dataclass(frozen=True)
class DueCase:
    """A closed case whose time is over."""

    code: str
    rule: RetentionRule
    closed_at: dt.datetime
    kept_until: dt.date
    team: str | None
    hold: Hold | None
    is_proposed: bool


@dataclass(frozen=True)
class Proposal:
    row: ProposalRow
    items: Sequence[ItemRow]
    is_mine_to_decide: bool


@dataclass(frozen=True)
class RetentionOverview:
    rules: Sequence[RetentionRule]
    due: Sequence[DueCase]
    proposals: Sequence[Proposal]
    documents: Sequence[Period]  # kept until a day of their own
    holds: Sequence[Hold]


@dataclass(frozen=True)
class CarriedOut:
    erased: tuple[str, ...]
    documents: tuple[str, ...]  # ids of single ones
    kept: tuple[tuple[str, str], ...]  # (case, a code that says why)
    is_overwritten: bool  # False: destroyed keys may still lie in the database's own files


@dataclass(frozen=True)
class OneErasure:
    """How far the erasure of one case is: proposed just now, or carried out as a second person approved."""

    proposal: str
    erased: Erased | None  # None: it waits for the second person


class Retention:
    def __init__(
        self, transactions: Transactions, rule_sets: RuleSets, erasure: Erasure, store: Store
    ) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets
        self._erasure, self._store = erasure, store
        self.documents = DocumentPeriods(transactions)

    def overview(self, *, actor: Actor) -> RetentionOverview:
        """What is due, what is proposed and what is held. Raises Forbidden."""
        if not may_see_retention(actor):
            raise Forbidden("see what may be erased", "it is for who decides on erasures")

        def work(tx: Tx) -> RetentionOverview:
            rows = queries.proposals(tx, limit=_SHOWN)
            found = queries.items(tx, [row.id for row in rows])
            proposals = [
                Proposal(row, [each for each in found if each.proposal == row.id], may_decide(row, actor))
                for row in rows
            ]
            due = list(self._due(tx))
            return RetentionOverview(self._rules(tx), due, proposals, (), erasing.holds(tx))

        return replace(self._transactions.read(work), documents=self.documents.list(actor=actor))

    def propose(self, cases: Iterable[str], *, reason: str = DEFAULT_REASON, actor: Actor) -> str:
        """Ask a second person to let cases be erased; the proposal's id.

        Raises Forbidden, and Refused for no case, one that is not due, is held or is proposed already.
        """
        attempt, asked = "propose an erasure", list(dict.fromkeys(cases))
        check_may_propose(attempt, actor)
        check_reason(attempt, reason)
        if not asked:
            raise Refused(attempt, Said("Vælg mindst én sag."))

        def work(tx: Tx) -> str:
            tx.exclusive("retention")
            due = {each.code: each for each in self._due(tx)}
            for code in asked:
                found = due.get(code)
                if found is None:
                    raise Refused(attempt, Said("Sag {code} skal ikke slettes nu.", code=code))
                if found.hold is not None:
                    raise Refused(
                        attempt,
                        Said("Sag {code} har slettestop: {reason}.", code=code, reason=found.hold.reason),
                    )
                if found.is_proposed:
                    raise Refused(attempt, Said("Sag {code} er allerede foreslået slettet.", code=code))
            id = tx.new_id()
            classes = tuple(due[code].rule.id for code in asked)
            proposed = events.ErasureProposed(
                proposal=id, cases=tuple(asked), document_classes=classes, reason=reason
            )
            tx.append(INSTALLATION, proposed)
            return id

        return self._transactions.run(actor, work)

    def erase_one(
        self, case: str, *, reason: str, also_open: bool = False, actor: Actor, overwrite: bool = True
    ) -> OneErasure:
        """Propose to erase one case, due or not; asked again when somebody has approved that, erase it.

        The second person proves who they are where they sign in; the terminal only says what it wants.
        Raises what `Erasure.erase` raises, and Refused while the second person has not answered.
        """
        attempt = f"erase case '{case}'"
        if not may_erase(actor):
            raise Forbidden(attempt, "only the operator at the installation's terminal may")
        check_reason(attempt, reason)
        found = self._transactions.run(
            actor, partial(_approved_or_proposed, case=case, reason=reason, also_open=also_open)
        )
        if isinstance(found, str):
            return OneErasure(found, None)
        row, item = found
        current = self._transactions.read(lambda tx: case_files.case(tx, case))
        if current is not None and current.erased_at is not None:  # a run that was killed has done it
            erased = Erased(case, (), (), self._store.overwrite_deleted() if overwrite else False)
        else:
            erased = self._erasure.erase(
                case,
                reason=row.reason,
                approved_by=row.decided_by or "",
                also_open=item.document_class == SINGLE_OPEN,
                basis=partial(self._basis, item=item),
                actor=actor,
                overwrite=overwrite,
            )
        done = events.ErasureCarriedOut(proposal=row.id, case=case, because=None)
        self._transactions.run(actor, lambda tx: tx.append(INSTALLATION, done))
        self._transactions.run(actor, partial(_finish, id=row.id))
        return OneErasure(row.id, erased)

    def decide(self, id: str, *, is_approved: bool, actor: Actor) -> None:
        """The second person's yes or no.

        Raises NotFound, Conflict for one that is decided, and Forbidden for who may not approve, and for
        whoever proposed it.
        """

        def work(tx: Tx) -> None:
            tx.exclusive("retention")
            row = queries.proposal(tx, id)
            if row is None:
                raise NotFound("proposal", id)
            check_may_decide(f"decide erasure '{id}'", row, actor)
            tx.append(INSTALLATION, events.ErasureDecided(proposal=id, is_approved=is_approved))

        self._transactions.run(actor, work)

    def carry_out(self, *, actor: Actor) -> CarriedOut:
        """Erase what was approved, each case in a transaction of its own; what cannot be is kept and told.

        It may be killed at any moment and run again. Raises Forbidden for everybody but the terminal.
        """
        if not may_erase(actor):
            raise Forbidden("carry out erasures", "only the operator at the installation's terminal may")
        erased: list[str] = []
        kept: list[tuple[str, str]] = []
        for row in self._transactions.read(lambda tx: queries.proposals(tx, status="approved")):
            items = self._transactions.read(partial(queries.items, ids=[row.id], status="waiting"))
            for item in items:
                because = self._erase(row, item, actor)
                if because is None:
                    erased.append(item.case_code)
                else:
                    kept.append((item.case_code, because))
            self._transactions.run(actor, partial(_finish, id=row.id))
        documents = self.documents.carry_out(actor=actor)
        is_overwritten = self._store.overwrite_deleted() if erased or documents else True
        return CarriedOut(tuple(erased), documents, tuple(kept), is_overwritten)

    # --- inside ------------------------------------------------------------------------------------

    def _rules(self, tx: Tx) -> list[RetentionRule]:
        try:
            return rules_of(self._rule_sets.settings(tx).get(SETTING))
        except ValueError as error:
            raise Refused("read how long cases are kept", f"setting {SETTING}: {error}") from None

    def _due(self, tx: Tx) -> Iterator[DueCase]:
        rules = self._rules(tx)
        holds = {each.case_code: each for each in erasing.holds(tx)}
        proposed, last_days = queries.waiting_cases(tx), document_periods.last_days(tx)
        for case in queries.closed_cases(tx):
            found = _due_under(rules, case, tx.now)
            own = last_days.get(case.code)
            if found is not None and (own is None or own < local_date(tx.now)):
                rule, until = found
                yield DueCase(
                    case.code,
                    rule,
                    case.closed_at,
                    until,
                    case.team,
                    holds.get(case.code),
                    case.code in proposed,
                )

    def _erase(self, row: ProposalRow, item: ItemRow, actor: Actor) -> str | None:
        """None: it is erased. Else the code that says why it is kept."""
        case = self._transactions.read(lambda tx: case_files.case(tx, item.case_code))
        because = None
        if case is not None and case.erased_at is None:  # else a run that was killed has done it
            try:
                self._erasure.erase(
                    item.case_code,
                    reason=row.reason,
                    approved_by=row.decided_by or "",
                    also_open=item.document_class == SINGLE_OPEN,
                    basis=partial(self._basis, item=item),
                    actor=actor,
                    overwrite=False,
                )
            except NotDueAnyMore:
                because = "ikke_laengere_udloebet"
            except Forbidden:
                because = "godkender_ikke_laengere_myndig"
            except NotFound:
                because = "godkender_findes_ikke"
            except Refused:
                held = self._transactions.read(lambda tx: erasing.hold(tx, item.case_code))
                because = "slettestop" if held is not None else "i_brug"
        done = events.ErasureCarriedOut(proposal=row.id, case=item.case_code, because=because)
        self._transactions.run(actor, lambda tx: tx.append(INSTALLATION, done))
        return because

    def _basis(self, tx: Tx, item: ItemRow) -> Basis:
        """By what a case that was approved is erased, as it is now. Raises NotDueAnyMore."""
        if item.document_class in (SINGLE, SINGLE_OPEN):
            return Basis(item.document_class)
        found = next((each for each in self._due(tx) if each.code == item.case_code), None)
        if found is None:
            raise NotDueAnyMore(f"erase case '{item.case_code}'", "its time is not over any more")
        pin = self._rule_sets.pin(tx)
        return Basis(found.rule.id, found.rule.months, found.kept_until, "" if pin is None else str(pin))


def _due_under(
    rules: Sequence[RetentionRule], case: ClosedCase, now: dt.datetime
) -> tuple[RetentionRule, dt.date] | None:
    rule = rule_for(rules, case.outcome)
    until = None if rule is None else rule.kept_until(case.closed_at)
    if rule is None or until is None or local_date(now) <= until:
        return None
    return rule, until


def _approved_or_proposed(
    tx: Tx, *, case: str, reason: str, also_open: bool
) -> str | tuple[ProposalRow, ItemRow]:
    """What a second person has approved of this case alone; else the id of a new proposal."""
    attempt = f"erase case '{case}'"
    tx.exclusive("retention")
    for row in queries.proposals(tx, status="approved"):
        for item in queries.items(tx, [row.id], status="waiting"):
            if item.case_code == case and item.document_class in (SINGLE, SINGLE_OPEN):
                return row, item
    found = case_access.existing(tx, case)
    if found.erased_at is not None:
        raise Conflict(attempt, "it was erased")
    held = erasing.hold(tx, case)
    if held is not None:
        raise Refused(attempt, f"it is under a legal hold ({held.reason}). Lift that first")
    if found.closed_at is None and not also_open:
        raise Refused(attempt, "it is open. Close it first, or say that it shall be erased all the same")
    if case in queries.waiting_cases(tx):
        raise Refused(
            attempt, "it is proposed, and the head of authority has not answered at /opbevaring yet"
        )
    id = tx.new_id()
    kind = SINGLE if found.closed_at is not None else SINGLE_OPEN
    proposed = events.ErasureProposed(proposal=id, cases=(case,), document_classes=(kind,), reason=reason)
    tx.append(INSTALLATION, proposed)
    return id


def _finish(tx: Tx, id: str) -> None:
    if not queries.items(tx, [id], status="waiting"):
        tx.update_any(erasure_proposal, {"id": id, "status": "approved"}, {"status": "done"})
