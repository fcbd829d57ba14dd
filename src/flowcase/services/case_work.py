"""What an inside handler may do: read and write case data on the transaction that moves the token.

A handler is `handle(job, case) -> variables`; `case` is a `CaseWork`. Nothing here commits. Messages,
signals and starts that a handler asks for are collected in `requests` and carried out by the advancing
loop within the same transaction, after the handler has returned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flowcase.cases import events
from flowcase.cases.consents import Cover
from flowcase.cases.deadline_rules import Question
from flowcase.cases.deadlines import Length
from flowcase.errors import NotFound
from flowcase.services import consent_work
from flowcase.services.record_work import CASE, Record, RecordWork
from flowcase.services.requests import Broadcast, HandOver, Publish, Start
from flowcase.store import INSTALLATION
from flowcase.store.queries import case_files
from flowcase.store.queries import people as person_rows
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.values import Value

__all__ = ["CASE", "CaseWork", "Proposal", "Record"]


@dataclass(frozen=True)
class Proposal:
    """What the rule sets say about a deadline that is not opened yet."""

    due: dt.date | None  # None: a date must be decided
    needs_date: bool  # completion must be refused until a date is decided
    proposal: dt.date | None  # the default where a date must be decided
    rule_set: str | None  # the one that decided


class CaseWork(RecordWork):
    """The typed repository that an inside handler is given."""

    # --- deadlines ---------------------------------------------------------------------------------

    def open_deadline(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        *,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        start_fact: str = "",
        occurrence: int = 1,
        kind: str = "",
        rule_sets: Sequence[str] | str | None = None,
        due: dt.date | dt.datetime | None = None,
        facts: Mapping[str, Value] | None = None,
        responsible: str | None = None,
        element: str = "",
    ) -> str:
        """Open a deadline by its timer id (`T01` to `T23`) and start its `frist` process; returns `frist_id`.

        `case` defaults to the handler's case, `subject` is the record it is about, `part` tells deadlines
        of one rule and subject apart. `start_fact` names a fact of the case when a later correction of
        that fact shall move this deadline (default: what the table says, `kendskabsdato` for T04).
        `occurrence` and `kind` (`anbringelse`, `forebyggende`, `netvaerksindsats`) are asked for series;
        `facts` are further inputs: `serie_start`, `forrige_frist`, and for LOV-BL
        `undersoegelse_afsluttet`. `rule_sets` are the sets chosen for this measure (default: those of the
        pinned profile, the strictest wins). `due` gives the date instead of computing it (an agreement,
        a decided next follow-up). A running deadline of the same rule, case, subject and part is moved
        and its id returned. A due instant that has already passed is recorded as breached at once.
        Raises Refused when no rule set gives a length and no date was given.
        """
        case = case or self._case
        question = self._question(rule, start, case, occurrence, kind, rule_sets, due, facts)
        return self._deadlines.open(
            question,
            case=case,
            stream=self._stream_of(case) if case else self._stream,
            subject=subject,
            part=part,
            start_fact=start_fact,
            responsible=responsible,
            element=element or self._element,
            instance=self._instance,
            pin=self._pin(case),
        )

    def propose_deadline(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        *,
        case: str | None = None,
        occurrence: int = 1,
        kind: str = "",
        rule_sets: Sequence[str] | str | None = None,
        due: dt.date | dt.datetime | None = None,
        facts: Mapping[str, Value] | None = None,
    ) -> Proposal:
        """What `open_deadline` would compute, without opening: is a date needed, and which is the default?"""
        case = case or self._case
        question = self._question(rule, start, case, occurrence, kind, rule_sets, due, facts)
        found = self._deadlines.calculate(question, case=case, pin=self._pin(case))
        return Proposal(
            found.due.day if found.due else None,
            found.needs_date,
            found.proposal,
            found.length.rule_set if found.length else None,
        )

    def length_of(self, rule: str) -> Length | None:
        """The row of D-11 that decides how long a series' step is; None when no rule set speaks on it."""
        try:
            return self._deadlines.calculate(
                self._question(rule, self.now, None, 1, "", None, None, None), case=None, pin=self._pin()
            ).length
        except NotFound:
            return None

    def meet_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        met_at: dt.datetime | dt.date | None = None,
    ) -> int:
        """Done: ends its `frist` process. By id, or every running one of rule, case, subject and part.

        `met_at` defaults to now; a date counts as that whole local day. Returns the greatest number of
        days late; 0 when in time or when none was running.
        """
        rows = self._running(deadline, rule, case, subject, part)
        return max((self._deadlines.meet(row, met_at) for row in rows), default=0)

    def cancel_deadline(
        self,
        deadline: str | None = None,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        reason: str,
    ) -> int:
        """It no longer applies: ends its `frist` process; returns how many were cancelled."""
        rows = self._running(deadline, rule, case, subject, part)
        for row in rows:
            self._deadlines.cancel(row, reason)
        return len(rows)

    def move_deadline(
        self,
        deadline: str,
        *,
        start: dt.datetime | dt.date | None = None,
        due: dt.datetime | dt.date | None = None,
        reason: str,
    ) -> dt.datetime:
        """Compute it anew from another start, or give it another date; its timers move with it."""
        return self._deadlines.move(deadline, start=start, due=due, reason=reason)

    def deadlines(
        self,
        *,
        rule: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        is_open: bool | None = True,
    ) -> list[DeadlineRow]:
        """Deadline rows (id, rule, due_at, status ...), earliest due first; `is_open=None` takes all.

        A breached deadline counts as open until it is met or cancelled.
        """
        in_case, in_stream = self._place(case, subject)
        return self._deadlines.find(
            rule=rule, case=in_case, subject=subject, part=part, stream=in_stream, is_open=is_open
        )

    def remind(self, deadline: str, nr: int) -> bool:
        """Send reminder `nr` of its plan; False when it is no longer called for."""
        return self._deadlines.remind(deadline, nr)

    def breach(self, deadline: str) -> bool:
        """Record that it is breached, once; whether it is breached and still not done."""
        return self._deadlines.breach(deadline)

    def escalate(self, deadline: str, nr: int | None = None) -> bool:
        """Send step `nr` of its escalation chain, or the next repetition; False when it is done."""
        return self._deadlines.escalate(deadline, nr)

    # --- decisions, notes, notices -----------------------------------------------------------------

    def decide(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """Ask a decision table of the pinned rule set; the evaluation is recorded in the history."""
        if self._instance is None:
            return self._rule_sets.table(self._tx, decision, self._pin()).evaluate(inputs, self.now).value
        result = self._decisions.decide(
            self._tx, self._instance, decision, inputs, element=self._element or None
        )
        return result.value

    def is_for_health_only(self, request: Record) -> bool:
        """Whether every recipient of a request for consent is a health professional."""
        return consent_work.is_for_health_only(self, self._tx, request)

    def ask(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """What a decision table of the pinned rule set says, without a record: for looking things up."""
        return self._rule_sets.table(self._tx, decision, self._pin()).evaluate(inputs, self.now).value

    def consent_cover(
        self,
        case: str,
        recipients: Sequence[str],
        purpose: str,
        kinds: Iterable[str] = (),
        *,
        unit: str = consent_work.AUTHORITY,
    ) -> Cover:
        """Whether people, groups or network persons may be told data of a case for this purpose (R-080).

        `kinds` are codes of D-14 (`helbred_misbrug` ...); without them any data of the request counts.
        `unit` is whose colleagues need no consent (R-081); recipients of that unit are covered.
        """
        return consent_work.consent_cover(self, self._tx, case, recipients, purpose, kinds, unit=unit)

    def meets_health(self, request: Record) -> bool:
        """Whether a health professional is among the recipients of a request for consent (R-091)."""
        return consent_work.meets_health(self, self._tx, request)

    def note(self, kind: str, text: str, case: str | None = None, source: str = "") -> str:
        """Write a note (`Notat`, ciphertext); returns its id. `kind` and `source` are codes."""
        case = case or self._case
        note = self._tx.new_id()
        self._append(
            self._stream_of(case) if case else self._stream,
            events.NoteWritten(note=note, kind=kind, text=text, case=case, source=source or self._element),
        )
        return note

    def groups_of(self, person: str) -> list[str]:
        """The groups of somebody with an account, sorted; none for anybody else."""
        found = person_rows.person(self._tx, person)
        return sorted(found.groups) if found is not None else []

    def notify(
        self,
        *,
        groups: Sequence[str] = (),
        people: Sequence[str] = (),
        kind: str,
        case: str | None = None,
        text: str,
        deadline: str | None = None,
        names_case: bool = True,
    ) -> str:
        """Send an in-app notice; `text` is the code of a fixed sentence, never words about a person.

        Without `names_case` its readers are not told which case it is of.
        """
        case = case or self._case
        notice = self._tx.new_id()
        self._append(
            self._stream_of(case) if case else self._stream,
            events.NoticeSent(
                notice=notice,
                kind=kind,
                text=text,
                groups=tuple(groups),
                people=tuple(people),
                case=case if names_case else None,
                deadline=deadline,
            ),
        )
        return notice

    # --- other processes ---------------------------------------------------------------------------

    def publish(
        self,
        message: str,
        key: str,
        variables: Mapping[str, Value] | None = None,
        *,
        message_id: str | None = None,
        time_to_live: dt.timedelta | None = None,
        case: str | None = None,
        stream: str | None = None,
    ) -> None:
        """Publish a message once the handler has returned, in the same transaction.

        What it starts lies in `stream`, where that is neither the case's nor the handler's own.
        """
        self.requests.append(
            Publish(
                name=message,
                key=key,
                variables=dict(variables or {}),
                message_id=message_id,
                time_to_live=time_to_live,
                case=case or (None if stream else self._case),
                stream=stream or (self._stream_of(case) if case else self._stream),
            )
        )

    def broadcast(self, signal: str, case: str | None, variables: Mapping[str, Value] | None = None) -> None:
        """Broadcast a signal to one case, or with `case=None` to the global catchers."""
        self.requests.append(Broadcast(signal=signal, case=case, variables=dict(variables or {})))

    def start(
        self, process: str, variables: Mapping[str, Value] | None = None, case: str | None = None
    ) -> None:
        """Start a process on the case's stream (default: the handler's own case)."""
        self.requests.append(
            Start(
                process=process,
                variables=dict(variables or {}),
                case=case or self._case,
                stream=self._stream_of(case) if case else self._stream,
            )
        )

    def start_outside(self, process: str, variables: Mapping[str, Value] | None = None) -> None:
        """Start a process that belongs to no case, whatever case asks for it."""
        self.requests.append(Start(process=process, variables=dict(variables or {}), stream=INSTALLATION))

    def hand_over(self, previous: str, new: str, case: str | None = None) -> None:
        """Once the handler has returned, every open user task that `previous` has in the case is `new`'s."""
        code = case or self._case
        if code is not None:
            self.requests.append(HandOver(case=code, previous=previous, new=new))

    # --- inside ------------------------------------------------------------------------------------

    def _question(
        self,
        rule: str,
        start: dt.datetime | dt.date,
        case: str | None,
        occurrence: int,
        kind: str,
        rule_sets: Sequence[str] | str | None,
        due: dt.date | dt.datetime | None,
        facts: Mapping[str, Value] | None,
    ) -> Question:
        row = case_files.case(self._tx, case) if case else None
        return Question(
            rule=rule,
            start=start,
            kind=kind or "",
            occurrence=int(occurrence),
            chosen=(rule_sets,) if isinstance(rule_sets, str) else tuple(rule_sets or ()),
            team=row.team if row is not None else None,
            facts=dict(facts or {}),
            given=due,
        )

    def _place(self, case: str | None, subject: str | None) -> tuple[str | None, str | None]:
        """Where to look: the case given or the handler's own; before there is one, its stream."""
        if case or subject:
            return case, None
        return self._case, None if self._case else self._stream

    def _running(
        self,
        deadline: str | None,
        rule: str | None,
        case: str | None,
        subject: str | None,
        part: str | None,
    ) -> list[DeadlineRow]:
        if deadline is None and rule is None and subject is None:
            raise ValueError("Expected a deadline's id, its rule or its subject, but got none of them.")
        in_case, in_stream = self._place(case, subject)
        return self._deadlines.find(
            deadline, rule=rule, case=in_case, subject=subject, part=part, stream=in_stream
        )
