"""What a case page shows beside facts and deadlines: the way on the ladder, and what is open between people.

Only open attributes (K0) are read: steps, dates and codes, no words about anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import local_date
from flowcase.cases.ladder import Placed, Step, way
from flowcase.errors import Forbidden, NotFound
from flowcase.services.cases import may_see
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, records
from flowcase.values import Value

STEPS_SETTING = "indsatstrappe"  # names of the steps, lowest first

# entity -> statuses in which nothing is open any more
_DONE: Mapping[str, frozenset[str]] = {
    "Moede": frozenset({"afholdt", "afsluttet", "aflyst"}),
    "Aftale": frozenset({"opfyldt", "bortfaldet"}),
    "Samtykkeanmodning": frozenset(
        {"afslaaet", "bortfaldet", "ikke_noedvendigt", "tilbagekaldt", "udloebet"}
    ),
}


@dataclass(frozen=True)
class Open:
    """A consent, meeting or agreement that is not over."""

    id: str
    kind: str  # code: which sort of meeting, which purpose of consent
    status: str | None
    due: dt.date | dt.datetime | None
    people: tuple[str, ...] = ()  # who sees to it


@dataclass(frozen=True)
class Overview:
    ladder: tuple[Step, ...]
    step_names: tuple[str, ...]  # of the whole ladder, lowest first
    consents: tuple[Open, ...]
    meetings: tuple[Open, ...]
    agreements: tuple[Open, ...]


class CaseOverviews:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def of_case(self, code: str, *, actor: Actor) -> Overview:
        """Raises NotFound, and Forbidden for who has no work with the case."""

        def work(tx: Tx) -> Overview:
            row = case_files.case(tx, code)
            if row is None:
                raise NotFound("case", code)
            if not may_see(actor, row):
                raise Forbidden(f"see case '{code}'", "its work is not theirs")
            names = self._rule_sets.settings(tx, _pin(row)).get(STEPS_SETTING) or []
            return Overview(
                tuple(way(_placed(tx, code))),
                tuple(str(name) for name in names),
                tuple(_open(tx, code, "Samtykkeanmodning", "formaal_kode", ("svarfrist",))),
                tuple(_open(tx, code, "Moede", "slags", ("tid", "dato"))),
                tuple(_open(tx, code, "Aftale", "", ("ny_frist", "frist"), "tovholder")),
            )

        return self._transactions.read(work)


def _placed(tx: Tx, code: str) -> list[Placed]:
    found = []
    for row in records.records(tx, entity="Foranstaltning", case=code):
        step, start = row.open.get("trin"), row.open.get("start")
        if step is None or start is None or row.open.get("status") not in ("i_gang", "ophoert"):
            continue  # decided and not begun
        ended = row.open.get("slut")
        found.append(
            Placed(row.id, int(step), _day(start), _day(ended) if ended else None, row.open.get("slutaarsag"))
        )
    return found


def _open(tx: Tx, code: str, entity: str, kind: str, dates: Sequence[str], person: str = "") -> list[Open]:
    """Records of the case that are not over, what is due first on top."""
    found = []
    for row in records.records(tx, entity=entity, case=code):
        status = row.open.get("status")
        if status in _DONE[entity]:
            continue
        due = next((row.open[name] for name in dates if row.open.get(name)), None)
        named = row.open.get(person) if person else None
        found.append(
            Open(
                row.id,
                str(row.open.get(kind) or "") if kind else "",
                None if status is None else str(status),
                due,
                (str(named),) if named else (),
            )
        )
    return sorted(found, key=lambda each: (each.due is None, _day(each.due) if each.due else dt.date.min))


def _day(value: Value) -> dt.date:
    return local_date(value) if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value)[:10])


def _pin(row: case_files.CaseRow) -> str | None:
    return f"{row.rule_set}:{row.rule_set_version}" if row.rule_set else None
