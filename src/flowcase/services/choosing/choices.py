"""What a select of a form offers when its choices are people or records (`valuesKey`).

- `personer`: everybody with an active account who can have work; of whom is away today it is said, as in each
  list of staff
- `personer_<group>`: the members of that group and of groups that begin with it (`familieteam`: all areas)
- `sagsmedarbejdere`: the authority's casework staff and its leaders
- `overgangsledere`: who may be responsible for a transition (setting `overgang_ledere`, R-123)
- `personer_med_sagstal`: caseworkers with their case-load, lightest first
- `tidligere_underretninger`: the other notifications of the case
- `leverandoerer`: every supplier; `standardkontrakter`: the active ones for the variable `indsatstype`;
  `standardkontrakter_at_opsige`: those that apply or are signed, and of which nobody has given notice
- `enheder`: every group whose work is about families; `parter`: the family and its network, everybody who can
  have work, and these groups
- `sagens_kontrakter`: the signed individual contracts of the case
- `mentorer_klar`: mentors who may be matched; those who have waited too long (T22) come first
- `moededeltagere`: who was invited to the meeting that the user task is about; of one about no case, as a
  conference, who leads it and who takes its minutes too
- those of `consent_choices`: recipients, consents, SSD courses
- those of `measure_choices`: the measures that are running
- those of `conference_choices`: districts, items, councils and who sits in them

Names of staff are shown in the form and stored nowhere: the value is the id. What is said beside a name is
said in the reader's language (`choice_words`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flowcase.access.groups import NAMES, group_name
from flowcase.access.permissions import is_behind_the_work, is_casework_staff
from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.modeling import Form
from flowcase.modeling.names import code_name
from flowcase.services.casework.case_work import CaseWork, Record
from flowcase.services.choosing import choice_words, conference_choices, consent_choices, measure_choices
from flowcase.services.choosing.choice_words import away_words, with_words
from flowcase.services.entitled.candidates import workers
from flowcase.services.forms.form_sentences import GroupName, Said, WithEnglish
from flowcase.services.staffing.absences import away
from flowcase.store import Tx
from flowcase.store.queries.people import PersonRow, people
from flowcase.values import Value

_PEOPLE = "personer"
_LEADS = ("moedeleder", "referent")  # of a meeting: its chair and its minute-taker

Choices = list[dict[str, Value]]


def choices_for(tx: Tx, form: Form, facts: Mapping[str, Value], work: CaseWork) -> dict[str, Choices]:
    """The lists that the form's fields ask for by name and that no variable provides."""
    asked = {field.options_key for field in form.walk() if field.options_key}
    found: dict[str, Choices] = {}
    for name in asked:
        if name in facts:
            continue
        if name in _NAMED:
            found[name] = _NAMED[name](tx, facts, work)
        elif name == _PEOPLE or name.startswith(f"{_PEOPLE}_"):
            found[name] = _people(tx, name.removeprefix(_PEOPLE).removeprefix("_"))
    return found


def _people(tx: Tx, group: str) -> Choices:
    return _staff(
        tx,
        (
            person
            for person in workers(tx)
            if not group or any(each == group or each.startswith(f"{group}_") for each in person.groups)
        ),
    )


def _casework_staff(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    return _staff(tx, (person for person in workers(tx) if is_casework_staff(person.groups)))


def _transition_leaders(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """Everybody, where no rule set says who leads."""
    try:
        leading: Any = work.setting("overgang_ledere")
    except NotFound:
        return _people(tx, "")
    return _staff(tx, (person for person in workers(tx) if not person.groups.isdisjoint(leading)))


def _staff(tx: Tx, found: Iterable[PersonRow]) -> Choices:
    offered = list(found)
    absent = _absent(tx, [person.id for person in offered])
    return [
        {"value": person.id, "label": with_words(person.name or person.id, absent.get(person.id))}
        for person in offered
    ]


def _absent(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """What the name of who is away today is followed by: until when, and who stands in."""
    found = away(tx, ids)
    deputies = sorted({each.deputy for each in found.values() if each.deputy})
    names = {row.id: row.name for row in people(tx, ids=deputies)} if deputies else {}
    return {
        person: away_words(each, each.deputy and (names.get(each.deputy) or each.deputy))
        for person, each in found.items()
    }


def _with_load(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    loads = facts.get("belastning") or []
    ids = [load["person"] for load in loads]
    names = {person.id: person.name for person in people(tx, ids=ids)}
    absent = _absent(tx, ids)
    return [
        {
            "value": load["person"],
            "label": with_words(
                Said(
                    choice_words.ONE_CASE if load["antal"] == 1 else choice_words.CASES,
                    name=names.get(load["person"]) or load["person"],
                    count=load["antal"],
                    after=load["efter"],
                ),
                absent.get(load["person"]),
            ),
        }
        for load in loads
    ]


def _earlier(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    case = facts.get("sag_id")
    try:
        known = work.case(str(case)).get("underretninger") or [] if case else []
        return [
            {
                "value": id,
                "label": Said(
                    choice_words.RECEIVED, day=local_date(work.get("Underretning", id)["modtaget"])
                ),
            }
            for id in known
            if id != facts.get("underretning_id")
        ]
    except NotFound:
        return []


def _suppliers(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    return [{"value": id, "label": name or id} for id, name in _supplier_names(work).items()]


def _supplier_names(work: CaseWork) -> dict[str, str]:
    return {row.id: row["navn"] for row in work.records("Leverandoer")}


def _contracts_of_case(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    names = _supplier_names(work)
    case = facts.get("sag_id")
    signed = work.records("IndividuelKontrakt", case=str(case), status="underskrevet") if case else []
    return [
        {"value": row.id, "label": names.get(supplier) or supplier}
        for row in signed
        for supplier in (str(row["leverandoer_id"]),)
    ]


def _standard_contracts(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    names = _supplier_names(work)
    active = work.records("Standardkontrakt", status="aktiv", indsatstype=facts.get("indsatstype"))

    def label(row: Record) -> str:
        supplier = str(row["leverandoer_id"])
        name = names.get(supplier) or supplier
        last = row["opsagt_til"] or row["udloeb"]
        return Said(choice_words.CONTRACT_UNTIL, name=name, day=last) if last else name

    return [{"value": row.id, "label": label(row)} for row in active]


def _contracts_to_end(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """In force, or signed and to come; one that is to end already is not offered again."""
    names = _supplier_names(work)
    found = [
        each
        for status in ("aktiv", "underskrevet")
        for each in work.records("Standardkontrakt", status=status)
        if each["opsagt"] is None
    ]

    def label(row: Record) -> str:
        supplier, code = str(row["leverandoer_id"]), str(row["indsatstype"])
        measure = WithEnglish(code_name(code), code_name(code, "en"))
        name = names.get(supplier) or supplier
        return Said(choice_words.CONTRACT_ABOUT, name=name, measure=measure, day=row["ikraft"])

    return [{"value": row.id, "label": label(row)} for row in found]


def _parties(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """The family and its network in a case, everybody with an account, and every group."""
    case = facts.get("sag_id")
    family: Choices = []
    if case:
        family = [
            {"value": "foraelder", "label": Said(choice_words.PARENTS)},
            {"value": "barn", "label": Said(choice_words.CHILD)},
            *(
                {"value": each.id, "label": with_words(str(each["navn"]), each["relation"])}
                for each in work.records("Netvaerksperson", case=str(case))
            ),
        ]
    return [*family, *_people(tx, ""), *_units(tx, facts, work)]


def _units(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    return [
        {"value": code, "label": GroupName(code)}
        for code in sorted(NAMES, key=group_name)
        if not is_behind_the_work(frozenset({code}))
    ]


def _participants(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    meeting = facts.get("moede_id")
    if not meeting:
        return []
    invited = work.records("Invitation", moede_id=str(meeting), status="inviteret")
    said = {str(each["modtager"]): each["navn"] for each in invited}
    if not facts.get("sag_id"):  # about a case nobody is there whom no invitation, and so no consent, covers
        row = work.get("Moede", str(meeting))
        said |= {str(row[part]): None for part in _LEADS if row[part] and str(row[part]) not in said}
    names = {person.id: person.name for person in people(tx, ids=list(said))}
    return [{"value": id, "label": name or names.get(id) or GroupName(id)} for id, name in said.items()]


def _mentors(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """A mentor may have several matches: who has one is offered too, after those who are free."""
    free = sorted(work.records("Mentor", status="ledig"), key=lambda each: each["venter_siden"])
    late = {
        each.id
        for each in free
        if any(row.due_at < work.now for row in work.deadlines(rule="T22", subject=each.id))
    }
    ordered = [each for each in free if each.id in late] + [each for each in free if each.id not in late]
    return [
        {
            "value": each.id,
            "label": Said(
                choice_words.WAITS_TOO_LONG if each.id in late else choice_words.WAITS_SINCE,
                name=each["navn"],
                day=each["venter_siden"],
            ),
        }
        for each in ordered
    ] + [
        {
            "value": each.id,
            "label": Said(
                choice_words.ONE_MATCH if each["aktive"] == 1 else choice_words.MATCHES,
                name=each["navn"],
                count=each["aktive"],
            ),
        }
        for each in work.records("Mentor", status="matchet")
    ]


_NAMED: Mapping[str, Callable[[Tx, Mapping[str, Value], CaseWork], Choices]] = {
    "enheder": _units,
    "leverandoerer": _suppliers,
    "mentorer_klar": _mentors,
    "moededeltagere": _participants,
    "overgangsledere": _transition_leaders,
    "parter": _parties,
    "personer_med_sagstal": _with_load,
    "sagens_kontrakter": _contracts_of_case,
    "sagsmedarbejdere": _casework_staff,
    "standardkontrakter": _standard_contracts,
    "standardkontrakter_at_opsige": _contracts_to_end,
    "tidligere_underretninger": _earlier,
    **conference_choices.NAMED,
    **consent_choices.NAMED,
    **measure_choices.NAMED,
}
