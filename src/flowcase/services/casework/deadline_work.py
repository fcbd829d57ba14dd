"""Deadlines within a transaction: open, move, meet, cancel, breach, remind, escalate.

Every change of a deadline goes through here, from handlers and from commands alike. The drawn process
`frist` watches over each deadline: it is started by the message `frist_aabnet`, rearmed by
`frist_flyttet` and ended by `frist_afsluttet`, each correlated by the deadline's id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flowcase.cases import events
from flowcase.cases.civil_time import COPENHAGEN, end_of_day, local_date
from flowcase.cases.deadline_rules import Calculated, Question
from flowcase.cases.deadlines import Plan, Policy, repeated_at, repetitions_by, still_to_send
from flowcase.errors import NotFound, Refused
from flowcase.services.casework.recipients import Recipients, resolve
from flowcase.services.requests import FactsChanged, Publish, Request
from flowcase.services.rule_sets import RuleSets
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import deadlines as deadline_rows
from flowcase.store.queries.deadlines import RUNNING, DeadlineRow
from flowcase.values import Value

OPENED, MOVED, CLOSED = "frist_aabnet", "frist_flyttet", "frist_afsluttet"
REMINDER, BREACH = "frist_paamindelse", "frist_overskredet"
_AT_ONCE = dt.timedelta(0)  # only who waits for it now


class DeadlineWork:
    """Works on one transaction; what it asks of the engine is appended to `requests`."""

    def __init__(self, tx: Tx, rule_sets: RuleSets, requests: list[Request]) -> None:
        self._tx, self._rule_sets, self._requests = tx, rule_sets, requests

    # --- opening and moving ------------------------------------------------------------------------

    def calculate(self, question: Question, *, case: str | None, pin: str | None) -> Calculated:
        """What the pinned rule sets say, without opening anything."""
        return self._rule_sets.deadline_rules(self._tx, pin or self._pin_of(case)).calculate(question)

    def open(
        self,
        question: Question,
        *,
        case: str | None,
        stream: str,
        subject: str | None = None,
        part: str | None = None,
        start_fact: str = "",
        responsible: str | None = None,
        element: str = "",
        instance: LockedInstance | None = None,
        pin: str | None = None,
    ) -> str:
        """The id of the new deadline, or of the running one of the same rule, case, subject and part.

        Raises Refused when no rule set gives a length and no date was given.
        """
        running = [
            row
            for row in self.find(
                rule=question.rule, case=case, subject=subject, part=part, stream=None if case else stream
            )
            if row.subject == subject and row.part == part
        ]
        if running:
            self._move(running[0], question, "opened again")
            return running[0].id
        pin = pin or self._pin_of(case) or self._current_pin()
        calculated = self._required(question, case, pin)
        due, length, plan, policy = calculated.parts
        deadline = self._tx.new_id()
        self._tx.append(
            stream,
            events.DeadlineOpened(
                deadline=deadline,
                rule=question.rule,
                case=case,
                subject=subject,
                part=part,
                rule_set=length.rule_set,
                rule_set_version=length.rule_set_version,
                start_fact=start_fact or calculated.start_fact,
                start=question.start,
                amount=length.amount,
                unit=length.unit.value,
                convention=length.convention,
                legal_basis=_basis(length.legal_basis, length.source),
                due_at=due.at.astimezone(dt.UTC),
                due_local=due.at.isoformat(),
                internal_target=due.internal_target,
                considered=_considered(calculated),
                plan=_plan(question, plan, policy, still_to_send(plan.reminders, self._tx.now), pin),
                element=element,
                responsible=responsible,
                instance=None if instance is None else instance.id,
            ),
            instance=instance,
            element=element or None,
        )
        self._breach_if_late(deadline, stream, case, due.at, policy.counts_breach)
        self._publish(OPENED, deadline, case, stream, {"frist_id": deadline})
        return deadline

    def move(
        self,
        deadline: str,
        *,
        start: dt.datetime | dt.date | None = None,
        due: dt.datetime | dt.date | None = None,
        reason: str,
    ) -> dt.datetime:
        """Compute it anew from another start, or give it another date. Raises Refused when it is done."""
        row = self._running(deadline, "move")
        question = _question(row, start=row.start if start is None else start, given=due)
        self._move(row, question, reason)
        moved = deadline_rows.deadline(self._tx, deadline)
        return row.due_at if moved is None else moved.due_at

    def follow_fact(self, case: str, fact: str, value: Value, reason: str) -> int:
        """Move every running deadline of the case that counts from this fact; how many were moved."""
        if not isinstance(value, dt.date):
            return 0
        moved = 0
        for row in self.find(case=case):
            if row.start_fact == fact and row.start != value:
                self._move(row, _question(row, start=value), reason or f"{fact} was corrected")
                moved += 1
        return moved

    def due_under(self, row: DeadlineRow, pin: str) -> tuple[dt.datetime | None, bool]:
        """(due instant, whether it keeps the date that a person decided) in another rule-set version.

        None when that version gives it no length.
        """
        question = _question(row, start=_started(row))
        if question.given is not None:
            return row.due_at, True
        calculated = self.calculate(question, case=row.case_code, pin=pin)
        return (None if calculated.due is None else calculated.due.at.astimezone(dt.UTC)), False

    def follow_rule_set(self, deadline: str, pin: str, reason: str) -> None:
        """Compute it anew by another rule-set version, from the same start; its timers move with it."""
        row = self._running(deadline, "move")
        self._move(row, _question(row, start=_started(row)), reason, pin=pin)

    def _move(self, row: DeadlineRow, question: Question, reason: str, *, pin: str | None = None) -> None:
        pin = pin or _pin(row)
        calculated = self._required(question, row.case_code, pin)
        due, length, plan, policy = calculated.parts
        if due.at == row.due_at and question.start == row.start:
            return
        now = self._tx.now
        sent = [int(each["nr"]) for each in row.reminders]
        is_reopened = row.status == "breached" and not due.is_breached(now)
        self._tx.append(
            row.stream,
            events.DeadlineMoved(
                deadline=row.id,
                case=row.case_code,
                start=question.start,
                due_at=due.at.astimezone(dt.UTC),
                due_local=due.at.isoformat(),
                internal_target=due.internal_target,
                reason=reason,
                plan=_plan(question, plan, policy, still_to_send(plan.reminders, now, sent), pin),
                is_reopened=is_reopened,
                amount=length.amount,
                unit=length.unit.value,
                rule_set=length.rule_set,
                rule_set_version=length.rule_set_version,
                considered=_considered(calculated),
            ),
        )
        if row.status == "open":
            self._breach_if_late(row.id, row.stream, row.case_code, due.at, policy.counts_breach)
        self._publish(MOVED, row.id, row.case_code, row.stream, {})
        changed = FactsChanged(case=row.case_code, deadline=None if row.case_code else row.id)
        if changed not in self._requests:
            self._requests.append(changed)

    def _required(self, question: Question, case: str | None, pin: str | None) -> Calculated:
        calculated = self.calculate(question, case=case, pin=pin)
        if calculated.due is None:
            raise Refused(
                f"open deadline {question.rule}",
                "no rule set gives it a length: a date must be decided",
                rules=(question.rule,),
            )
        return calculated

    # --- ending ------------------------------------------------------------------------------------

    def meet(self, row: DeadlineRow, met_at: dt.datetime | dt.date | None) -> int:
        """Done; the number of days late. A breach that no timer has recorded yet is recorded first."""
        now = self._tx.now
        if met_at is None:
            met_at = now
        instant = met_at if isinstance(met_at, dt.datetime) else min(now, end_of_day(met_at))
        due_day = local_date(row.due_at)
        days_late = max(0, (local_date(met_at) - due_day).days)
        is_late = instant > row.due_at if isinstance(met_at, dt.datetime) else days_late > 0
        seconds_late = max(1, int((instant - row.due_at).total_seconds())) if is_late else 0
        if is_late and row.status == "open":
            self._breach_if_late(row.id, row.stream, row.case_code, row.due_at, _counts(row))
        self._tx.append(
            row.stream,
            events.DeadlineMet(
                deadline=row.id,
                case=row.case_code,
                met_at=instant.astimezone(dt.UTC),
                seconds_late=seconds_late,
                days_late=days_late,
            ),
        )
        self._publish(CLOSED, row.id, row.case_code, row.stream, {})
        return days_late

    def cancel(self, row: DeadlineRow, reason: str) -> None:
        """It no longer applies."""
        event = events.DeadlineCancelled(deadline=row.id, case=row.case_code, reason=reason)
        self._tx.append(row.stream, event)
        self._publish(CLOSED, row.id, row.case_code, row.stream, {})

    # --- watching over it --------------------------------------------------------------------------

    def remind(self, deadline: str, nr: int) -> bool:
        """Send the planned reminder `nr`; False when it is no longer called for."""
        row = deadline_rows.deadline(self._tx, deadline)
        if row is None or row.status != "open" or nr in {int(each["nr"]) for each in row.reminders}:
            return False
        planned = _numbered(row.plan.get("paamindelser"), nr)
        if planned is None:
            return False
        to = self.recipients(row, planned["til"])
        self._tx.append(
            row.stream,
            events.ReminderSent(
                deadline=row.id,
                case=row.case_code,
                planned_at=planned["tidspunkt"],
                nr=nr,
                groups=to.groups,
                people=to.people,
            ),
        )
        self._notice(row, REMINDER, to)
        return True

    def breach(self, deadline: str) -> bool:
        """Record the breach, once; whether the deadline is breached and still not done."""
        row = deadline_rows.deadline(self._tx, deadline)
        if row is None or row.status not in RUNNING or not _counts(row):
            return False
        if row.status == "open":
            self._breach_if_late(row.id, row.stream, row.case_code, row.due_at, True)
        return self._tx.now > row.due_at

    def escalate(self, deadline: str, nr: int | None) -> bool:
        """Send step `nr` of the chain, or with None the next repetition; False when it is done."""
        row = deadline_rows.deadline(self._tx, deadline)
        if row is None or row.status not in RUNNING:
            return False
        planned: Mapping[str, Value] | None
        if nr is None:
            repeat: Any = row.plan.get("gentag")
            if repeat is None:
                return False
            passed = max(1, repetitions_by(self._tx.now, row.due_at, repeat["hver"]))
            planned = {"tidspunkt": repeated_at(row.due_at, repeat["hver"], passed), "til": repeat["til"]}
        else:
            planned = _numbered(row.plan.get("eskaleringer"), nr)
        sent = {each["planned_at"] for each in row.escalations if (nr is None) or int(each["step"]) == nr}
        if planned is None or planned["tidspunkt"] in sent:
            return False
        to = self.recipients(row, planned["til"])
        self._tx.append(
            row.stream,
            events.EscalationSent(
                deadline=row.id,
                case=row.case_code,
                planned_at=planned["tidspunkt"],
                step=nr
                if nr is not None
                else max((int(each["step"]) for each in row.escalations), default=0) + 1,
                groups=to.groups,
                people=to.people,
            ),
        )
        self._notice(row, BREACH, to)
        return True

    def recipients(self, row: DeadlineRow, roles: Iterable[str]) -> Recipients:
        """Groups and people behind the roles of the policy table."""
        settings = self._rule_sets.settings(self._tx, _pin(row))
        case = case_files.case(self._tx, row.case_code) if row.case_code else None
        return resolve(
            self._tx,
            list(roles),
            settings=settings,
            owner=str(row.plan.get("ansvarlig") or ""),
            responsible=row.responsible,
            caseworker=case.caseworker if case else None,
            team=case.team if case else None,
        )

    # --- finding -----------------------------------------------------------------------------------

    def find(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        stream: str | None = None,
        is_open: bool | None = True,
    ) -> list[DeadlineRow]:
        """Deadlines by id, or by what they are about; earliest due first."""
        if deadline is not None:
            row = deadline_rows.deadline(self._tx, deadline)
            if row is None:
                raise NotFound("deadline", deadline)
            rows = [row]
        else:
            rows = deadline_rows.deadlines(
                self._tx,
                rule=rule,
                case=case,
                subject=subject,
                part=part,
                stream=stream,
                only_current=bool(is_open),
            )
        if is_open is None:
            return rows
        return [row for row in rows if (row.status in RUNNING) == is_open]

    def _running(self, deadline: str, verb: str) -> DeadlineRow:
        (row,) = self.find(deadline, is_open=None)
        if row.status not in RUNNING:
            raise Refused(f"{verb} deadline '{deadline}'", f"it is already {row.status}", rules=(row.rule,))
        return row

    def _breach_if_late(
        self, deadline: str, stream: str, case: str | None, due_at: dt.datetime, counts: bool
    ) -> None:
        if counts and self._tx.now > due_at:
            event = events.DeadlineBreached(
                deadline=deadline,
                case=case,
                due_at=due_at.astimezone(dt.UTC),
                breached_at=self._tx.now,
            )
            self._tx.append(stream, event)

    def _notice(self, row: DeadlineRow, kind: str, to: Recipients) -> None:
        self._tx.append(
            row.stream,
            events.NoticeSent(
                notice=self._tx.new_id(),
                kind=kind,
                text=f"{kind}.{row.rule}",
                groups=to.groups,
                people=to.people,
                case=row.case_code,
                deadline=row.id,
                due_at=row.due_at,
            ),
        )

    def _publish(
        self, name: str, deadline: str, case: str | None, stream: str, variables: Mapping[str, Value]
    ) -> None:
        self._requests.append(
            Publish(
                name=name,
                key=deadline,
                variables=variables,
                time_to_live=_AT_ONCE,
                case=case,
                stream=stream,
            )
        )

    def _pin_of(self, case: str | None) -> str | None:
        row = case_files.case(self._tx, case) if case else None
        return None if row is None else row.pin

    def _current_pin(self) -> str | None:
        pin = self._rule_sets.pin(self._tx)
        return None if pin is None else str(pin)


def _question(
    row: DeadlineRow,
    *,
    start: dt.datetime | dt.date,
    given: dt.datetime | dt.date | None = None,
) -> Question:
    """What was asked when it was opened, with another start or date."""
    asked: Any = row.plan.get("spurgt") or {}
    return Question(
        rule=row.rule,
        start=start,
        kind=str(asked.get("art") or ""),
        occurrence=int(asked.get("nr") or 1),
        chosen=tuple(asked.get("valgte") or ()),
        team=asked.get("team"),
        facts=asked.get("fakta") or {},
        given=given if given is not None else asked.get("givet"),
    )


def _started(row: DeadlineRow) -> dt.datetime | dt.date:
    if not isinstance(row.start, dt.date):
        raise Refused(f"compute deadline '{row.id}'", "it has no start to count from", rules=(row.rule,))
    return row.start


def _pin(row: DeadlineRow) -> str | None:
    """The version of the rule sets that it was opened with: moving it asks the same tables."""
    asked: Any = row.plan.get("spurgt") or {}
    return asked.get("udgave")


def _plan(
    question: Question, plan: Plan, policy: Policy, left: Sequence[int], pin: str | None
) -> dict[str, Value]:
    repetition = plan.repetition
    return {
        "paamindelser": [
            {"nr": Decimal(each.nr), "tidspunkt": each.at.astimezone(COPENHAGEN), "til": list(each.to)}
            for each in plan.reminders
        ],
        "eskaleringer": [
            {"nr": Decimal(each.step), "tidspunkt": each.at.astimezone(COPENHAGEN), "til": list(each.to)}
            for each in plan.escalations
        ],
        "gentag": None if repetition is None else {"hver": repetition.every, "til": list(repetition.to)},
        "resterende": [Decimal(number) for number in left],
        "ansvarlig": policy.owner,
        "taeller_brud": policy.counts_breach,
        "spurgt": {
            "art": question.kind,
            "nr": Decimal(question.occurrence),
            "valgte": list(question.chosen),
            "team": question.team,
            "fakta": dict(question.facts),
            "givet": question.given,
            "udgave": pin,
        },
    }


def _considered(calculated: Calculated) -> tuple[Mapping[str, Value], ...]:
    return tuple(
        {
            "regelsaet": each.length.rule_set,
            "version": each.length.rule_set_version,
            "forfald": each.due.at,
        }
        for each in calculated.candidates
    )


def _numbered(rows: Any, nr: int) -> Mapping[str, Value] | None:
    return next((row for row in rows or () if int(row["nr"]) == nr), None)


def _counts(row: DeadlineRow) -> bool:
    return bool(row.plan.get("taeller_brud"))


def _basis(legal_basis: str, source: str) -> str:
    return f"{legal_basis} ({source})" if legal_basis and source else legal_basis or source
