"""Fronten's daily meeting as one screen: its agenda, what it has noted so far, and closing it.

A decision is noted on its agenda item and takes effect when the meeting is closed. Then the user task of
each item is completed with what was noted, by the same form, gates and diagram as one by one; until then
everything can be undone. What is noted stays when the day ends before the meeting is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues, NotFound, Refused
from flowcase.modeling import Form
from flowcase.services.case_files.reading_log import ReadingLog
from flowcase.services.casework.case_work import OpenWork, Record
from flowcase.services.choosing.rule_hits import hits_in
from flowcase.services.definitions import Definitions
from flowcase.services.meetings.daily_agenda import CARRIED, OPEN, Item, Meeting, putting_off
from flowcase.services.meetings.daily_records import (
    ITEM,
    KIND,
    KNOWN_FROM,
    MEETING,
    DailyRecords,
    attributes_of,
    open_task,
)
from flowcase.services.tasks.user_tasks import UserTasks
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import records as record_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries import waiting
from flowcase.values import Value

PROCESS, DECISION_FORM = "fronten_dagsmoede", "F-B2"
OUTCOME, REASON = "udfald", "begrundelse"
ATTENDANCE_WARNINGS = "varsel_fremmoede"


@dataclass(frozen=True)
class Minutes:
    """What one item came to, with the words of it."""

    item: Item
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Essence:
    """What was notified about a child and how it was assessed; for those who decide on it."""

    child: str | None
    notifications: tuple[Mapping[str, Value], ...]
    assessments: tuple[Mapping[str, Value], ...]


@dataclass
class Closing:
    """What closing the meeting did, and what stood against it, by item."""

    done: int = 0
    refused: dict[str, FlowcaseError] = field(default_factory=dict)


class DailyMeetings:
    """One transaction per method; closing has one per item, as its user tasks have."""

    def __init__(
        self,
        transactions: Transactions,
        user_tasks: UserTasks,
        open_work: OpenWork,
        definitions: Definitions,
        reading_log: ReadingLog,
    ) -> None:
        self._transactions, self._user_tasks = transactions, user_tasks
        self._open_work, self._definitions, self._reading_log = open_work, definitions, reading_log
        self._records = DailyRecords(open_work, definitions)

    # --- looking -----------------------------------------------------------------------------------

    def newest(self, actor: Actor) -> str | None:
        """The meeting that is open now, else the one before; None where there is none for this actor."""

        def work(tx: Tx) -> str | None:
            meetings = record_rows.records(tx, entity=MEETING, k0={"slags": KIND, "status": OPEN})
            latest = max(meetings, key=lambda row: row.values["tid"], default=None) or next(
                record_rows.latest(tx, MEETING, "tid", {"slags": KIND}), None
            )
            if latest is None:
                return None
            try:
                self._records.rows(tx, latest.id, actor)
            except Forbidden:
                return None
            return latest.id

        return self._transactions.read(work)

    def next_opens_at(self) -> dt.datetime | None:
        """When the next meeting opens by itself: on a working day; None while it never does."""

        def work(tx: Tx) -> dt.datetime | None:
            due = [row.due_at for row in waiting.start_timers(tx, PROCESS)]
            return min((each for each in due if each > tx.now), default=None)

        return self._transactions.read(work)

    def get(self, id: str, *, actor: Actor) -> Meeting:
        """Raises NotFound, and Forbidden for who has no part in it."""
        return self._transactions.read(lambda tx: self._records.meeting(tx, id, actor))

    def decision_form(self) -> Form:
        """The form of a decision as it is deployed now; for the words of a meeting that is over."""
        return self._transactions.read(lambda tx: self._definitions.form(tx, DECISION_FORM))

    def minutes(self, id: str, *, actor: Actor) -> list[Minutes]:
        """What was noted and decided so far, in the order of the agenda; for who has a part in it."""

        def work(tx: Tx) -> list[Minutes]:
            meeting, case_work = self._records.meeting(tx, id, actor), self._open_work(tx)
            return [
                Minutes(item, _words(case_work.get(ITEM, item.id), id, item))
                for item in meeting.items
                if not item.is_waiting and (item.outcome or item.is_carried)
            ]

        return self._transactions.read(work)

    def essence(self, id: str, item: str, *, actor: Actor) -> Essence | None:
        """What is known about an item's child; the look is recorded in the case.

        None for who has no part in deciding it. Raises NotFound.
        """

        def work(tx: Tx) -> Essence | None:
            found = _known(self._records.meeting(tx, id, actor), item)
            if found.task is None:
                return None
            case_work = self._open_work(tx)
            record = case_work.get(ITEM, found.id)
            numbers = [str(each) for each in record["underretninger"] or [record["underretning_id"]]]
            children = case_work.records("Barn", case=found.case)
            told = [
                {"id": number, **case_work.get("Underretning", number).values}
                for number in numbers
                if record_rows.record(tx, number) is not None
            ]
            assessed = [
                row.values
                for row in case_work.records("Risikovurdering", case=found.case)
                if row["underretning_id"] in numbers
            ]
            name = str(children[0]["navn"]) if children and children[0]["navn"] else None
            return Essence(name, tuple(told), tuple(assessed))

        found = self._transactions.read(work)
        if found is not None:
            meeting = self.get(id, actor=actor)
            self._reading_log.note(_known(meeting, item).case, page="meeting", actor=actor)
        return found

    def attendance_proposed(self, id: str, *, actor: Actor) -> dict[str, Value]:
        """Who is likely to be there, by key of the attendance form."""
        meeting = self.get(id, actor=actor)
        if meeting.attendance_task is None or not meeting.may_begin:
            return {}
        more = self._transactions.read(lambda tx: self._records.before(tx, id))
        return self._user_tasks.suggest(meeting.attendance_task, {}, more=more, actor=actor)

    def attendance_warnings(self, id: str, *, actor: Actor) -> list[tuple[str, str]]:
        """What the tables say about who is missing; nothing before attendance was recorded."""
        meeting = self.get(id, actor=actor)
        if not meeting.has_begun or not meeting.is_open:
            return []
        values = {**meeting.attendance, "vikar": meeting.stand_in}

        def work(tx: Tx) -> list[tuple[str, str]]:
            case_work = self._open_work(tx)
            settings = {"frontpersonale_antal": case_work.setting("frontpersonale_antal")}
            answer = case_work.ask(ATTENDANCE_WARNINGS, {**values, "indstilling": settings})
            return [(hit.rule, hit.sentence) for hit in hits_in(ATTENDANCE_WARNINGS, answer)]

        return self._transactions.read(work)

    def warnings(self, id: str, item: str, *, actor: Actor) -> list[tuple[str, str]]:
        """What tables warn of about the decision that is noted on an item: it can be undone until it counts.

        Nothing before one is noted, and once it is in effect: then it is in the case's history.
        """
        meeting = self.get(id, actor=actor)
        found = _known(meeting, item)
        if not found.is_noted or found.task is None:
            return []
        raw = self._noted(meeting, found, "")
        try:
            hits = self._user_tasks.rehearse(found.task, raw, actor=actor).warnings
        except (Conflict, InvalidValues, Refused):  # told when the meeting is closed
            return []
        return [(hit.rule, hit.sentence) for hit in hits]

    def proposed(self, id: str, item: str, outcome: str, *, actor: Actor) -> dict[str, Value]:
        """What the decision form is filled in with for an outcome: what was noted, else what is proposed."""
        meeting = self.get(id, actor=actor)
        found = _known(meeting, item)
        if found.task is None:
            return {}
        known, more = self._transactions.read(lambda tx: self._records.about(tx, meeting, found))
        if found.outcome == outcome:
            return known
        asked = {OUTCOME: outcome}
        open_values = {key: value for key, value in known.items() if key == KNOWN_FROM}
        return {
            **open_values,
            **asked,
            **self._user_tasks.suggest(found.task, asked, more=more, actor=actor),
        }

    # --- deciding ----------------------------------------------------------------------------------

    def begin(self, id: str, raw: Mapping[str, Any], *, actor: Actor) -> None:
        """Record who is there; whoever does it chairs the meeting. Raises as completing a user task does."""
        meeting = self.get(id, actor=actor)
        if meeting.attendance_task is None:
            raise Conflict(f"begin meeting '{id}'", "it has begun")
        if not meeting.may_begin:
            raise Forbidden(f"begin meeting '{id}'", "it is for those to whom attendance is offered")
        self._user_tasks.complete(meeting.attendance_task, raw, actor=actor)
        self.take_chair(id, actor=actor)

    def take_chair(self, id: str, *, actor: Actor) -> None:
        """Whoever has a part in the meeting may lead it on.

        Raises Conflict before it begins and once it is over: its minutes keep who led it.
        """

        def work(tx: Tx) -> None:
            meeting = self._records.meeting(tx, id, actor)
            if not meeting.is_open or not meeting.has_begun:
                raise Conflict(f"lead meeting '{id}'", "it is not going on")
            if meeting.chair != actor.id:
                self._open_work(tx).update(MEETING, id, {"moedeleder": actor.id})

        self._transactions.run(actor, work)

    def note(
        self,
        id: str,
        item: str,
        raw: Mapping[str, Any],
        *,
        seen: int,
        also: Iterable[str] = (),
        actor: Actor,
    ) -> None:
        """Note a decision on an item, and the same on `also`, other items of its family.

        `seen` is the version of the item that the decision was made on. Raises InvalidValues and Refused
        as completing would, and Conflict when a colleague has changed the item meanwhile.
        """
        meeting = self.get(id, actor=actor)
        first = _known(meeting, item)
        allowed = {each.id for each in meeting.family_of(first) if each.is_waiting}
        found = [first, *(each for each in map(meeting.item, also) if each and each.id in allowed)]
        rehearsed = [
            (each, self._user_tasks.rehearse(open_task(each), raw, actor=actor).values) for each in found
        ]

        def work(tx: Tx) -> None:
            for each, values in rehearsed:
                self._write(tx, each, values, seen if each is first else each.version)

        self._transactions.run(actor, work)

    def undo(self, id: str, item: str, *, actor: Actor) -> None:
        """Take back what was noted on an item. Raises Conflict when it is in effect already."""

        def work(tx: Tx) -> None:
            found = _known(self._records.meeting(tx, id, actor), item)
            open_task(found)
            if not found.is_noted:
                return
            case_work = self._open_work(tx, case=found.case)
            form = self._definitions.form(tx, self._records.form_id(tx, found))
            empty: dict[str, Value] = dict.fromkeys(attributes_of(form).values())
            facts = case_work.case(found.case)
            empty |= {KNOWN_FROM: facts.get(KNOWN_FROM), "noteret_af": None, "noteret": None}
            case_work.update(ITEM, found.id, empty)

        self._transactions.run(actor, work)

    def close(self, id: str, *, carry_because: str = "", actor: Actor) -> Closing:
        """Put everything noted into effect, and carry over what is not decided with this reason.

        What a gate refuses stays open and is told by item; everything else is done. Raises Conflict for
        anybody but the chair, before the meeting begins, and once it is over.
        """
        meeting, closing = self.get(id, actor=actor), Closing()
        if not meeting.is_open or not meeting.has_begun:
            raise Conflict(f"close meeting '{id}'", "it is not going on")
        if meeting.chair != actor.id:
            raise Conflict(f"close meeting '{id}'", f"it is chaired by '{meeting.chair}'")
        for item in meeting.items:
            if item.task is None:
                continue
            if item.is_waiting and not carry_because.strip():
                continue
            try:
                self._user_tasks.complete(item.task, self._noted(meeting, item, carry_because), actor=actor)
                closing.done += 1
            except FlowcaseError as error:
                closing.refused[item.id] = error
        return closing

    # --- inside ------------------------------------------------------------------------------------

    def _noted(self, meeting: Meeting, item: Item, carry_because: str) -> dict[str, Any]:
        if item.is_waiting:
            return {OUTCOME: CARRIED, REASON: carry_because.strip()}
        known, _ = self._transactions.read(lambda tx: self._records.about(tx, meeting, item))
        return {key: _sent(value) for key, value in known.items()}

    def _write(self, tx: Tx, item: Item, values: Mapping[str, Value], seen: int) -> None:
        case_work = self._open_work(tx, case=item.case)
        row = task_rows.user_task(tx, open_task(item))
        if row is None or row.status != "open" or case_work.get(ITEM, item.id).version != seen:
            raise Conflict(f"note a decision on item '{item.id}'", "it was changed meanwhile")
        attributes = attributes_of(self._definitions.form(tx, str(row.form)))
        changes = {attribute: values.get(key) for key, attribute in attributes.items()}
        if changes.get(KNOWN_FROM) is None:  # who carries an item over does not change it
            changes.pop(KNOWN_FROM, None)
        case_work.update(ITEM, item.id, {**changes, "noteret_af": tx.actor.id, "noteret": tx.now})


def _words(row: Record, meeting: str, item: Item) -> dict[str, Value]:
    """Of an item that was put off, only what this meeting said of it."""
    if not item.is_carried:
        return dict(row.values)
    return {"udskudt_begrundelse": putting_off(row, meeting).get("begrundelse") or row["udskudt_begrundelse"]}


def _known(meeting: Meeting, item: str) -> Item:
    found = meeting.item(item)
    if found is None:
        raise NotFound("agenda item", item)
    return found


def _sent(value: Value) -> Any:
    """A stored value as a form takes it."""
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
