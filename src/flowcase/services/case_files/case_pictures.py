"""The case at a glance for a new colleague: family, consents, boards, plan, measures, contracts, caseworkers.

Codes, dates and numbers are for whoever may see the case; what is confidential (K1, K2) is read only for
those whose work the family's data are: the case's team, its caseworker and the deputy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.cases.consents import YES
from flowcase.cases.entities import DataClass, let_through
from flowcase.cases.goals import REPLACED
from flowcase.services.case_files.cases import Case, as_case
from flowcase.services.casework.plan_names import plan_name
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, records
from flowcase.store.queries import history as events
from flowcase.store.queries.records import RecordRow
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value

BOARD = "tavle"
_BOARDS = tuple(
    name for name in ("SoSTavle", "Risikovurdering", "Undersoegelse", "Opfoelgning", "Forebyggelse")
)
_SHOWN = (
    "Samtykkeanmodning",
    "Samtykke",
    "Handleplan",
    "Maal",
    "Foranstaltning",
    "IndividuelKontrakt",
    "Moede",
    "Aftale",
)
# Of meetings and agreements: in these statuses nothing is open any more, and these say when it is.
_OVER = {
    "Moede": frozenset({"afholdt", "afsluttet", "aflyst"}),
    "Aftale": frozenset({"opfyldt", "bortfaldet"}),
}
_WHEN = {"Moede": ("tid", "dato"), "Aftale": ("ny_frist", "frist")}


@dataclass(frozen=True)
class Item:
    """A record as far as the reader may see it."""

    id: str
    entity: str
    values: Mapping[str, Any]
    at: dt.datetime  # written

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def when(self) -> dt.date | dt.datetime | None:
        """Of a meeting when it is, of an agreement until when it is to be done."""
        return next((self[name] for name in _WHEN[self.entity] if self[name]), None)

    @property
    def is_over(self) -> bool:
        return self["status"] in _OVER[self.entity]


@dataclass(frozen=True)
class Picture:
    is_close: bool  # the reader sees what is confidential
    child: Item | None
    family: Item | None
    consents: tuple[Item, ...]  # requests, newest first
    given: Mapping[str, tuple[Item, ...]]  # request -> the answers to it
    to_measures: tuple[Item, ...]  # answers about consent to measures, asked by no request; newest first
    boards: tuple[Item, ...]  # newest first
    plans: tuple[Item, ...]
    plan_names: Mapping[str, str]  # record id -> what the rule sets call that plan, with its English
    goals: tuple[Item, ...]
    measures: tuple[Item, ...]
    contracts: tuple[Item, ...]
    meetings: tuple[Item, ...]  # what comes first on top
    agreements: tuple[Item, ...]
    suppliers: Mapping[str, str]  # record id -> name
    caseworkers: tuple[tuple[str, dt.datetime, dt.datetime | None], ...]  # (person, from, until)

    def stands(self, request: Item | None, answer: Item) -> bool:
        """Whether this answer is somebody's yes that stands, so that there is something to withdraw."""
        return (
            (request is None or request["ophoert"] is None)
            and answer["givet"] is not None
            and answer["svar"] == YES
            and answer["tilbagekaldt"] is None
        )


class CasePictures:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def of_case(self, code: str, *, actor: Actor) -> Picture:
        """Raises NotFound, and Forbidden for who has no work with the case."""
        return self._transactions.read(lambda tx: _picture(tx, self._rule_sets, code, actor))

    def beside(self, task: UserTaskRow, *, case: str, actor: Actor) -> tuple[Case | None, Item | None]:
        """(case, child) of a user task as far as the actor may know them.

        The case is for whom cases are work at all; the child for those whose work it is and, as class K1,
        for casework staff who may do the user task.
        """

        def work(tx: Tx) -> tuple[Case | None, Item | None]:
            row = case_files.case(tx, case)
            if row is None:
                return None, None
            knows = confidentiality.is_close(actor, row) or confidentiality.has_work(tx, task, row, actor)
            found = records.record(tx, row.child) if row.child and knows else None
            child = None if found is None else _item(found, DataClass.K1)
            return as_case(row) if case_access.may_see(actor, row) else None, child

        return self._transactions.read(work)


def _picture(tx: Tx, rule_sets: RuleSets, code: str, actor: Actor) -> Picture:
    row = case_access.seen(tx, code, actor)
    highest = confidentiality.highest_seen(actor, row)
    is_close = highest is DataClass.K2
    wanted = (*_SHOWN, *_BOARDS) if is_close else _SHOWN
    found: dict[str, list[Item]] = {name: [] for name in wanted}
    rows = records.records_of(tx, wanted, case=code)
    if is_close:
        streams = [f"notification:{id}" for id in row.facts.get("underretninger") or ()]
        rows += records.records_in(tx, ["Risikovurdering"], streams)
    for each in {row.id: row for row in rows}.values():
        found[each.entity].append(_item(each, highest))
    boards = [item for name in _BOARDS for item in found.get(name, ()) if _has_board(item[BOARD])]
    given: dict[str, list[Item]] = {}
    for answer in found["Samtykke"]:
        given.setdefault(str(answer["anmodning_id"] or ""), []).append(answer)
    settings = rule_sets.settings(tx, row.pin) if found["Handleplan"] else {}
    return Picture(
        is_close,
        _one(tx, row.child, is_close),
        _one(tx, row.facts.get("familie_id"), is_close),
        tuple(found["Samtykkeanmodning"][::-1]),
        {request: tuple(answers) for request, answers in given.items()},
        tuple(each for each in found["Samtykke"][::-1] if each["foranstaltning_id"]),
        tuple(sorted(boards, key=lambda each: each.at, reverse=True)),
        tuple(found["Handleplan"][::-1]),
        {each.id: plan_name(settings, each["slags"]) for each in found["Handleplan"]},
        tuple(each for each in found["Maal"] if each["status"] != REPLACED),
        tuple(found["Foranstaltning"][::-1]),
        tuple(found["IndividuelKontrakt"][::-1]),
        _by_time(found["Moede"]),
        _by_time(found["Aftale"]),
        _suppliers(tx, [*found["Foranstaltning"], *found["IndividuelKontrakt"]], is_close),
        tuple(_caseworkers(tx, row)),
    )


def _item(row: RecordRow, highest: DataClass) -> Item:
    values = let_through(row.entity, row.values, highest)
    return Item(row.id, row.entity, values, row.created_at)


def _suppliers(tx: Tx, items: Sequence[Item], is_close: bool) -> Mapping[str, str]:
    """The names of those who carry out measures, which may tell what the measure is."""
    if not is_close:
        return {}
    ids = {str(each["leverandoer"] or each["leverandoer_id"] or "") for each in items} - {""}
    rows = [row for id in sorted(ids) if (row := records.record(tx, id)) is not None]
    return {row.id: str(row.values.get("navn") or "") for row in rows}


def _by_time(items: Sequence[Item]) -> tuple[Item, ...]:
    """Those without a time last."""
    return tuple(sorted(items, key=lambda each: (each.when is None, str(each.when))))


def _one(tx: Tx, id: Value, is_close: bool) -> Item | None:
    row = records.record(tx, str(id)) if id and is_close else None
    return _item(row, DataClass.K2) if row is not None else None


def _has_board(value: Any) -> bool:
    return isinstance(value, Mapping) and any(value.values())


def _caseworkers(tx: Tx, row: case_files.CaseRow) -> Sequence[tuple[str, dt.datetime, dt.datetime | None]]:
    """Who had the case from when to when, the present one last."""
    spans: list[tuple[str, dt.datetime, dt.datetime | None]] = []
    for each in events.events(tx, row.stream, kinds=["CaseOpened", "CaseFactSet"]):
        event: Any = each.event
        if event is None:
            continue
        if each.kind == "CaseOpened":
            person = dict(event.facts).get("sagsbehandler")
        elif event.name == "sagsbehandler":
            person = event.value
        else:
            continue
        if spans and spans[-1][2] is None:
            if spans[-1][0] == person:
                continue
            spans[-1] = (spans[-1][0], spans[-1][1], each.at)
        if person:
            spans.append((str(person), each.at, None))
    if spans and row.closed_at is not None and spans[-1][2] is None:
        spans[-1] = (spans[-1][0], spans[-1][1], row.closed_at)
    return spans
