"""The part of `CaseWork` that is about deadlines: opened, met, moved, asked for, told of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.cases.deadline_rules import Question
from flowcase.cases.deadlines import Length
from flowcase.errors import NotFound
from flowcase.services.casework.record_work import RecordWork
from flowcase.store.queries import case_files
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.values import Value


@dataclass(frozen=True)
class Proposal:
    """What the rule sets say about a deadline that is not opened yet."""

    due: dt.date | None  # None: a date must be decided
    needs_date: bool  # completion must be refused until a date is decided
    proposal: dt.date | None  # the default where a date must be decided
    rule_set: str | None  # the one that decided


class CaseDeadlines(RecordWork):
    """The deadlines of a case on an open transaction."""

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
