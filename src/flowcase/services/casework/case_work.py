"""What an inside handler may do: read and write case data on the transaction that moves the token.

A handler is `handle(job, case) -> variables`; `case` is a `CaseWork`. Nothing here commits. Messages,
signals and starts that a handler asks for are collected in `requests` and carried out by the advancing
loop within the same transaction, after the handler has returned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from flowcase.cases import events
from flowcase.cases.consents import Cover
from flowcase.services.casework import absence_work, consent_work
from flowcase.services.casework.case_deadlines import CaseDeadlines
from flowcase.services.casework.record_work import CASE, Record
from flowcase.services.requests import Broadcast, FactsChanged, HandOver, Publish, Start
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import people as person_rows
from flowcase.values import Value

__all__ = ["CASE", "CaseWork", "OpenWork", "Record"]


class CaseWork(CaseDeadlines):
    """The typed repository that an inside handler is given."""

    # --- decisions, notes, notices -----------------------------------------------------------------

    def decide(self, decision: str, inputs: Mapping[str, Value]) -> Value:
        """Ask a decision table of the pinned rule set; the evaluation is recorded in the history."""
        if self._instance is None:
            return self.ask(decision, inputs)
        result = self._decisions.decide(
            self._tx, self._instance, decision, inputs, element=self._element or None
        )
        return result.value

    def is_for_health_only(self, request: Record) -> bool:
        """Whether every recipient of a request for consent is a health professional."""
        return consent_work.is_for_health_only(self, self._tx, request)

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

    def name_of(self, person: str) -> str:
        """What somebody with an account is called, for who reads what is written; the id of anybody else."""
        found = person_rows.person(self._tx, person)
        return found.name if found is not None and found.name else person

    def works_here(self, person: str) -> bool:
        """Whether somebody has an account that has not ended."""
        found = person_rows.person(self._tx, person)
        return found is not None and found.is_active

    def report_absence(self, person: str, first: dt.date, last: dt.date) -> None:
        """Somebody with an account is away on these days, whatever becomes of the case."""
        absence_work.report(self._tx, person, first, last)

    def change_last_day(self, person: str, last_before: dt.date, last: dt.date) -> None:
        """Somebody's absence, announced or under way, lasts until another day."""
        absence_work.change_last_day(self._tx, person, last_before, last)

    def end_absence(self, person: str) -> None:
        """Somebody who was away is back before the last day."""
        absence_work.end(self._tx, person)

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

    def look_again(self, case: str) -> None:
        """Once the handler has returned, what the case's flows draw from its facts is read anew."""
        self.requests.append(FactsChanged(case=case))

    def hand_over(self, previous: str, new: str, case: str | None = None) -> None:
        """Once the handler has returned, every open user task that `previous` has in the case is `new`'s."""
        code = case or self._case
        if code is not None:
            self.requests.append(HandOver(case=code, previous=previous, new=new))


class OpenWork(Protocol):
    """Opens the work on one case, in one stream, or at an element of an instance."""

    def __call__(
        self,
        tx: Tx,
        *,
        instance: LockedInstance | None = None,
        element: str = "",
        case: str | None = None,
        stream: str | None = None,
    ) -> CaseWork: ...
