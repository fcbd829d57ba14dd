"""A daily meeting as its record, its agenda and its user tasks say it, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.modeling import CaseTarget, Form
from flowcase.services.casework.case_work import OpenWork, Record
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import daily_parts
from flowcase.services.entitled.candidates import is_candidate
from flowcase.services.entitled.daily_parts import ATTENDANCE, DECISION
from flowcase.services.forms import nested
from flowcase.services.meetings.daily_agenda import Item, Meeting, item_of
from flowcase.services.staffing.absences import away
from flowcase.store import Tx
from flowcase.store.queries import records as record_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries.people import people
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value

MEETING, ITEM, KIND = "Moede", "Dagsordenspunkt", "dagsmoede"
KNOWN_FROM = "kendskabsdato"
FUNCTIONS = ("frontpersonale", "forebyggende", "familieteam")  # keys of form F-B1
_GROUPS = {"forebyggende": "forebyggende_raadgiver"}  # of a function whose group has another name
_OWN_STREAM = "process:"


class DailyRecords:
    """What a transaction reads of a daily meeting."""

    def __init__(self, open_work: OpenWork, definitions: Definitions) -> None:
        self._open_work, self._definitions = open_work, definitions

    def form_id(self, tx: Tx, item: Item) -> str:
        """Of the item's decision. Raises Conflict where it is decided already."""
        row = task_rows.user_task(tx, open_task(item))
        return str(row.form) if row is not None else ""

    def about(self, tx: Tx, meeting: Meeting, item: Item) -> tuple[dict[str, Value], dict[str, Value]]:
        """(what the item's record has for the decision form, what proposals read)."""
        case_work = self._open_work(tx)
        form = self._definitions.form(tx, self.form_id(tx, item))
        record = case_work.get(ITEM, item.id)
        known: dict[str, Value] = {}
        for key, attribute in attributes_of(form).items():
            if record[attribute] is not None:
                nested.put(known, (key,), record[attribute])
        open_record = {name: record[name] for name in ("akut", "modtaget", "vurderet", KNOWN_FROM)}
        more = {"sag": case_work.case(item.case), "fremmoede": dict(meeting.attendance), "punkt": open_record}
        return known, more

    def before(self, tx: Tx, id: str) -> dict[str, Value]:
        """The attendance of the last meeting that was held, and who could be there at all.

        Without whom is away today.
        """
        held = record_rows.latest(tx, MEETING, "tid", {"slags": KIND})
        last = next((row for row in held if row.id != id and row.values.get(FUNCTIONS[0])), None)
        active = people(tx, only_active=True)
        is_away = away(tx, [row.id for row in active])
        here = [row for row in active if row.id not in is_away]
        ids = {row.id for row in here}
        possible = {
            name: [row.id for row in here if _is_in(row.groups, _GROUPS.get(name, name))]
            for name in FUNCTIONS
        }
        before = {
            name: None if last is None else [each for each in last.values.get(name) or [] if each in ids]
            for name in FUNCTIONS
        }
        return {"forrige": before, "mulige": possible}

    def meeting(self, tx: Tx, id: str, actor: Actor) -> Meeting:
        """Raises NotFound, and Forbidden for who has no part in it."""
        record, tasks = self.rows(tx, id, actor)
        case_work = self._open_work(tx)
        decisions = {str(row.case_code): row for row in tasks if row.element == DECISION and row.case_code}
        carried = [str(each) for each in record["overfoerte"] or []]
        items = []
        if decisions:
            found = [row for case in decisions for row in case_work.records(ITEM, case=str(case))]
        else:  # nobody has said who is there, or did until the day was over: the items had no user tasks
            found = [*case_work.records(ITEM, moede_id=id), *(case_work.get(ITEM, each) for each in carried)]
        for row in found:
            is_carried = row.id in carried
            if row["moede_id"] == id or is_carried:
                items.append(item_of(row, decisions.get(str(row.case)), id, is_carried=is_carried))
        attendance = next((row for row in tasks if row.element == ATTENDANCE and row.status == "open"), None)
        return Meeting(
            id=id,
            day=record["dato"],
            status=str(record["status"]),
            chair=record["moedeleder"],
            attendance={name: tuple(record[name] or ()) for name in FUNCTIONS},
            stand_in=record["vikar"],
            items=tuple(sorted(items, key=lambda item: item.number)),
            attendance_task=attendance.id if attendance else None,
            may_begin=attendance is not None and is_candidate(tx, attendance, actor),
            closed_by=record["lukket_af"],
            closed_at=record["lukket"],
        )

    def rows(self, tx: Tx, id: str, actor: Actor) -> tuple[Record, list[UserTaskRow]]:
        """Its record and every user task of it. Raises NotFound and Forbidden."""
        record = self._open_work(tx).get(MEETING, id)
        stored = record_rows.record(tx, id)
        if record["slags"] != KIND or stored is None or not stored.stream.startswith(_OWN_STREAM):
            raise NotFound("meeting", id)
        instance = stored.stream.removeprefix(_OWN_STREAM)
        tasks = task_rows.user_tasks(tx, instance=instance, status=None)
        if not daily_parts.takes_part(tx, self._definitions, stored, actor):
            raise Forbidden(f"see meeting '{id}'", "they have no part in it")
        return record, tasks


def attributes_of(form: Form) -> dict[str, str]:
    """Form key -> attribute of the agenda item that the field aims at."""
    return {
        asked.key: target.attribute
        for asked in form.targeted()
        for target in asked.targets
        if isinstance(target, CaseTarget) and target.entity == ITEM
    }


def open_task(item: Item) -> str:
    """Raises Conflict for an item that is decided already."""
    if item.task is None:
        raise Conflict(f"decide on item '{item.id}'", "it is decided already")
    return item.task


def _is_in(groups: Iterable[str], group: str) -> bool:
    return any(each == group or each.startswith(f"{group}_") for each in groups)
