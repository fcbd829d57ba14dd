"""A meeting on one page: its agenda, who is invited, what consent opens to whom, agreements and minutes.

Everything is read from what the diagrams store. Who may hear an item is decided in `disclosure` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase import engine
from flowcase.access.actor import Actor
from flowcase.errors import Erased, Forbidden, NotFound
from flowcase.services.case_files import disclosure
from flowcase.services.case_files.disclosure import Hearing, Matter
from flowcase.services.case_files.reading_log import ReadingLog
from flowcase.services.casework.case_work import CaseWork, OpenWork
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import confidentiality, meeting_parts
from flowcase.services.entitled.candidates import is_candidate
from flowcase.services.entitled.meeting_parts import ITEM, MEETING_VARIABLES
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import instances as instance_rows
from flowcase.store.queries import records as record_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries.records import RecordRow
from flowcase.store.queries.user_tasks import UserTaskRow

AGREEMENT = "Aftale"
WITHDRAWN = "trukket"
LEFT_OUT, TAKEN_BACK = "ikke_inviteret", "trukket_tilbage"  # of invitations


@dataclass(frozen=True)
class Item:
    """One item of the agenda, as far as it is open to the reader."""

    id: str
    number: int
    case: str | None
    names_a_child: bool
    is_anonymous: bool
    is_withdrawn: bool
    is_standing: bool
    hearing: Hearing
    values: Mapping[str, Any]  # words and codes; empty while it is closed

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True)
class Guest:
    """Somebody who is asked to the meeting, or was to be."""

    recipient: str
    name: str | None  # of family and network, for readers of the authority and the conveners
    role: str
    is_external: bool
    status: str
    sent_at: dt.datetime | None
    missing: str | None  # which consent was missing when they were left out, in words
    missed_at: dt.datetime | None = None
    gaps: tuple[tuple[str, str | None], ...] = ()  # (why, from whom) as codes, of the same instant
    is_covered_since: bool = False  # left out then, and a consent covers them now
    closed: tuple[tuple[int, Hearing], ...] = ()  # (number of the item, why)


@dataclass(frozen=True)
class Agreement:
    id: str
    status: str
    coordinator: str | None
    due: dt.date | None
    is_trial: bool
    who: tuple[str, ...]
    owner: str | None  # whose resources it uses
    what: str | None  # None: closed to the reader
    result: str | None


@dataclass(frozen=True)
class MeetingPage:
    """A meeting as one reader may see it."""

    id: str
    kind: str
    status: str
    case: str | None
    version: int
    values: Mapping[str, Any]  # open attributes, and the confidential ones for those who may read them
    reads_words: bool
    is_outside: bool
    items: tuple[Item, ...]
    guests: tuple[Guest, ...]
    agreements: tuple[Agreement, ...]
    words: Hearing  # whether minutes and agreements are open to the reader
    steps: tuple[UserTaskRow, ...]  # what the reader may do in it now
    cases: tuple[str, ...] = field(default=())  # what the reader saw words of

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def starts_at(self) -> dt.datetime | None:
        when: dt.datetime | None = self.values.get("tid")
        return when

    @property
    def is_held(self) -> bool:
        return self.values.get("holdt") is not None or self.status in ("afholdt", "afsluttet")

    @property
    def standing(self) -> str:
        """Its status; held counts from when that was said, before its agreements are written."""
        return "afholdt" if self.status == "planlagt" and self.is_held else self.status

    @property
    def is_cancelled(self) -> bool:
        return self.status in ("aflyst", "sprunget_over")

    @property
    def closed_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.hearing.is_open)


class MeetingPages:
    """Reading, and the log of what was read; a look that cannot be recorded is not given."""

    def __init__(
        self,
        transactions: Transactions,
        definitions: Definitions,
        rule_sets: RuleSets,
        open_work: OpenWork,
        reading_log: ReadingLog,
    ) -> None:
        self._transactions, self._definitions, self._rule_sets = transactions, definitions, rule_sets
        self._open_work, self._reading_log = open_work, reading_log

    def get(self, id: str, *, actor: Actor) -> MeetingPage:
        """Raises NotFound, Erased, and Forbidden for who has no part in it and no work with its case."""
        page = self._transactions.read(lambda tx: self._page(tx, id, actor))
        for case in page.cases:
            self._reading_log.note(case, page="meeting", actor=actor)
        told = [item for item in page.items if item.hearing.is_open and item.hearing.grounds]
        if told:
            self._transactions.run(actor, lambda tx: self._log(tx, page, told, actor))
        return page

    # --- inside ------------------------------------------------------------------------------------

    def _page(self, tx: Tx, id: str, actor: Actor) -> MeetingPage:
        row = record_rows.record(tx, id)
        if row is None or row.entity != meeting_parts.MEETING or row.open.get("slags") == meeting_parts.DAILY:
            raise NotFound("meeting", id)
        invited = meeting_parts.invitations_of(tx, row)
        convening = meeting_parts.conveners(tx, self._rule_sets, row)
        participates = meeting_parts.participates(row, actor, invited, convening)
        steps = self._steps(tx, row, actor)
        if not (participates or steps or meeting_parts.may_open(tx, row, actor)):
            raise Forbidden(f"see meeting '{id}'", "they have no part in it")
        if row.is_erased:
            raise Erased("meeting", id)
        work = self._open_work(tx, case=row.case_code)
        is_outside = row.case_code is not None and disclosure.is_outside(work, actor, row.case_code)
        holds = any(self._is_held_by(tx, task) for task in steps)
        reads = participates or holds or _is_close(tx, row, actor)
        items = self._items(tx, work, row, invited, convening, actor, reads)
        closed = [item.hearing for item in items if not item.hearing.is_open]
        words = closed[0] if closed else Hearing(reads, is_outside)
        is_own = bool(convening & actor.groups)
        sees_all = reads and words.is_open
        names_case = meeting_parts.names_case(tx, row, actor)
        sees_names = sees_all and (is_own or not is_outside)
        gate = self._gate(work, items, invited, row, convening) if reads and not closed else {}
        return MeetingPage(
            id=id,
            kind=str(row.open.get("slags") or ""),
            status=str(row.open.get("status") or ""),
            case=row.case_code if names_case else None,
            version=row.version,
            values=_values(row, sees_all=sees_all, names_case=names_case),
            reads_words=reads,
            is_outside=is_outside,
            items=tuple(items),
            guests=tuple(
                _guest(each, gate, self._covered_since(work, items, row, each), sees_names)
                for each in invited
            ),
            agreements=tuple(_agreement(each, sees_all) for each in _agreements(tx, row)),
            words=words,
            steps=tuple(steps),
            cases=_cases_read(row, items),
        )

    def _items(
        self,
        tx: Tx,
        work: CaseWork,
        row: RecordRow,
        invited: Sequence[RecordRow],
        convening: frozenset[str],
        actor: Actor,
        reads: bool,
    ) -> list[Item]:
        mine = {actor.id, *actor.groups}
        participants = [str(each.open["modtager"]) for each in invited if each.open.get("modtager") in mine]
        found: list[Item] = []
        # Items of a conference lie in the cases that they are about.
        place = row.stream if row.case_code else None
        for each in record_rows.records(tx, entity=ITEM, stream=place, k0={"moede_id": row.id}):
            hearing = disclosure.hearing_for(work, _matter(row, each, convening), participants, actor)
            if not reads:
                hearing = Hearing(False)
            code = each.open.get("sag_id") or each.case_code
            anonymous = each.open.get("anonym") is True
            shown = hearing.is_open and not each.is_erased
            found.append(
                Item(
                    id=each.id,
                    number=int(each.open.get("nr") or len(found) + 1),
                    # An anonymous item tells nobody outside which case it came from.
                    case=None if anonymous and not _is_inside(work, actor, code) else code,
                    names_a_child=each.open.get("identificerbart_barn") is True,
                    is_anonymous=anonymous,
                    is_withdrawn=each.open.get("status") == WITHDRAWN,
                    is_standing=each.open.get("fast_punkt") is True,
                    hearing=hearing,
                    values=each.values if shown else {},
                )
            )
        return sorted(found, key=lambda item: (item.is_withdrawn, item.number))

    def _gate(
        self,
        work: CaseWork,
        items: Sequence[Item],
        invited: Sequence[RecordRow],
        row: RecordRow,
        convening: frozenset[str],
    ) -> dict[str, list[tuple[int, Hearing]]]:
        """By external participant, the items that are closed to them now."""
        closed: dict[str, list[tuple[int, Hearing]]] = {}
        for each in invited:
            if each.open.get("ekstern") is not True:
                continue
            recipient = str(each.open["modtager"])
            for item in items:
                if item.is_withdrawn or item.is_anonymous or not item.names_a_child or not item.values:
                    continue
                left_out = frozenset(map(str, item["udelukkede"] or ()))
                purpose = str(row.open.get("formaal_kode") or "")
                hearing = disclosure.hearing_of(work, Matter(item.case, purpose, left_out), [recipient])
                if not hearing.is_open:
                    closed.setdefault(recipient, []).append((item.number, hearing))
        return closed

    def _covered_since(
        self, work: CaseWork, items: Sequence[Item], row: RecordRow, invitation: RecordRow
    ) -> bool:
        """Whether somebody who was left out of items for want of consent is covered for them by now."""
        if invitation.open.get("status") not in (LEFT_OUT, TAKEN_BACK):
            return False
        recipient = str(invitation.open["modtager"])
        purpose = str(row.open.get("formaal_kode") or "")
        hearings = [
            disclosure.hearing_of(work, Matter(item.case, purpose), [recipient])
            for item in items
            if item.names_a_child and recipient in (item["udelukkede"] or ())
        ]
        return bool(hearings) and all(each.is_open for each in hearings)

    def _steps(self, tx: Tx, row: RecordRow, actor: Actor) -> list[UserTaskRow]:
        """Open user tasks about this very meeting that the actor may do."""
        found: list[UserTaskRow] = []
        for id in instance_rows.running_in_stream(tx, row.stream):
            tasks = [task for task in task_rows.user_tasks(tx, instance=id) if is_candidate(tx, task, actor)]
            if not tasks:
                continue
            instance = tx.look(id)
            definition = self._definitions.process(tx, instance.definition)
            state = engine.State.from_bytes(instance.state, definition)
            found += [
                task
                for task in tasks
                if row.id in map(state.visible_variables(task.element_instance).get, MEETING_VARIABLES)
            ]
        return sorted(found, key=lambda task: (task.created_at, task.id))

    def _is_held_by(self, tx: Tx, task: UserTaskRow) -> bool:
        """Whether the user task writes the meeting itself; who sees to an agreement of it was not there."""
        return meeting_parts.writes(self._definitions.form(tx, task.form) if task.form else None)

    def _log(self, tx: Tx, page: MeetingPage, told: Sequence[Item], actor: Actor) -> None:
        for item in told:
            work = self._open_work(tx, case=item.case)
            view = disclosure.View(
                {},
                is_outside=True,
                shown_kinds=(disclosure.type_of_data(work, ITEM, "emne"),),
                grounds=item.hearing.grounds,
                purpose=str(page["formaal_kode"] or ""),
            )
            disclosure.log(work, view, user_task=item.id, case=str(item.case), actor=actor)


def _values(row: RecordRow, *, sees_all: bool, names_case: bool) -> Mapping[str, Any]:
    """What the meeting is for was typed before it became anonymous, and may say whose it is."""
    if not sees_all:
        return dict(row.open)
    return row.values if names_case else {name: row.values[name] for name in row.values if name != "formaal"}


def _matter(row: RecordRow, item: RecordRow, convening: frozenset[str]) -> Matter:
    """An anonymous item names nobody, and one without a case has nobody's data."""
    left_out: Any = item.open.get("udelukkede") or ()
    names_a_child = item.open.get("identificerbart_barn") is True and item.open.get("anonym") is not True
    code = item.open.get("sag_id") or item.case_code
    return Matter(
        str(code) if names_a_child and code is not None else None,
        str(row.open.get("formaal_kode") or ""),
        frozenset(map(str, left_out)),
        convening,
    )


def _is_inside(work: CaseWork, actor: Actor, code: Any) -> bool:
    return code is None or not disclosure.is_outside(work, actor, str(code))


def _is_close(tx: Tx, row: RecordRow, actor: Actor) -> bool:
    case = case_files.case(tx, row.case_code) if row.case_code else None
    return case is not None and confidentiality.is_close(actor, case)


def _guest(
    row: RecordRow, gate: Mapping[str, list[tuple[int, Hearing]]], is_covered: bool, sees_names: bool
) -> Guest:
    known: Any = row.values
    recipient = str(known.get("modtager") or "")
    return Guest(
        recipient=recipient,
        name=known.get("navn") if sees_names else None,
        role=str(known.get("art") or ""),
        is_external=known.get("ekstern") is True,
        status=str(known.get("status") or ""),
        sent_at=known.get("sendt"),
        missing=known.get("mangler") if sees_names else None,
        missed_at=known.get("mangler_tid"),
        gaps=tuple((str(each["grund"]), each.get("giver")) for each in known.get("mangler_grunde") or ()),
        is_covered_since=is_covered and sees_names,
        closed=tuple(gate.get(recipient, ())),
    )


def _agreements(tx: Tx, row: RecordRow) -> Sequence[RecordRow]:
    return record_rows.records(tx, entity=AGREEMENT, stream=row.stream, k0={"moede_id": row.id})


def _agreement(row: RecordRow, sees_words: bool) -> Agreement:
    known: Any = row.values if sees_words else row.open
    return Agreement(
        id=row.id,
        status=str(known.get("status") or ""),
        coordinator=known.get("tovholder"),
        due=known.get("ny_frist") or known.get("frist"),
        is_trial=known.get("afproevning") is True,
        who=tuple(map(str, known.get("hvem") or ())),
        owner=known.get("ressourcer_fra"),
        what=known.get("hvad"),
        result=known.get("resultat"),
    )


def _cases_read(row: RecordRow, items: Sequence[Item]) -> tuple[str, ...]:
    """The meeting's own, also for who sees only that it is held; and of each item that is told."""
    read = [row.case_code, *(item.case for item in items if item.values)]
    return tuple(dict.fromkeys(code for code in read if code))
