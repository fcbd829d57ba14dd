"""What a select of a conference's or a council's form offers.

- `distrikter`: the districts of the setting, of people and of series of conferences
- `konferencepunkter`: approved items that wait for a conference of this type, area and district
- `raadsledere`: district leaders who sit in the council of the case's district, also by agreement (R-048)
- `raadsmoeder`: the councils that were held about the case
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing.choice_words import COUNCIL_WITH_STEP, COUNCIL_WITHOUT_STEP
from flowcase.services.entitled.meeting_parts import COUNCIL
from flowcase.services.forms.form_sentences import Said
from flowcase.store import Tx
from flowcase.store.queries.people import people
from flowcase.values import Value

Choices = list[dict[str, Value]]

_APPROVED = "godkendt"
_LEADERS = "distriktsleder_"


def districts(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    known = {str(code) for code in _setting(work, "distrikter") or ()}
    known |= {person.district for person in people(tx, only_active=True) if person.district}
    known |= {str(series["distrikt"]) for series in work.records("Konferenceserie") if series["distrikt"]}
    return [{"value": code, "label": code} for code in sorted(known)]


def conference_items(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    place = {
        "konferencetype": facts.get("type"),
        "konferenceomraade": facts.get("omraade"),
        "distrikt": facts.get("distrikt"),
    }
    waiting = work.records("Dagsordenspunkt", status=_APPROVED, **place)
    return [{"value": item.id, "label": str(item["emne"] or item.id)} for item in waiting]


def council_leaders(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """Everybody who leads a district, as long as the case or the people name no district."""
    case = facts.get("sag_id")
    own = work.case(str(case)).get("distrikt") if case else None
    shared = _setting(work, "raad_delte_ledere")
    agreed = shared.get(own) or [] if isinstance(shared, Mapping) else []
    sitting = {own, *agreed} - {None}
    return [
        {"value": person.id, "label": person.name or person.id}
        for person in people(tx, only_active=True)
        if any(group.startswith(_LEADERS) for group in person.groups)
        and (not sitting or person.district is None or person.district in sitting)
    ]


def councils(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    case = facts.get("sag_id")
    councils = work.records("Moede", case=str(case), slags=COUNCIL) if case else []
    return [
        {
            "value": each.id,
            "label": Said(
                COUNCIL_WITHOUT_STEP if each["anbefalet_trin"] is None else COUNCIL_WITH_STEP,
                day=local_date(each["afholdt"]),
                step=each["anbefalet_trin"],
            ),
        }
        for each in councils
        if each["afholdt"] is not None  # said when its answer is written
    ]


def _setting(work: CaseWork, name: str) -> Value:
    try:
        return work.setting(name)
    except NotFound:
        return None


NAMED: Mapping[str, Callable[[Tx, Mapping[str, Value], CaseWork], Choices]] = {
    "distrikter": districts,
    "konferencepunkter": conference_items,
    "raadsledere": council_leaders,
    "raadsmoeder": councils,
}
