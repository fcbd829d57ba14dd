"""What a select of a consent form offers.

- `mulige_modtagere`: whom a consent may name: groups of this house, people, and the case's network persons
- `samtykker_i_kraft`: the consents of the case that were given and not withdrawn
- `samtykker_til_foranstaltningen`: the consents to the measure that is decided, and what may stand in for one
- `samtykker_til_udtalelse`: the consents on which a source of the examination may be asked
- `ssd_forloeb`: the case's earlier courses of SSD meetings, and a new concern
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowcase.access.groups import NAMES
from flowcase.access.permissions import is_behind_the_work
from flowcase.cases.civil_time import local_date
from flowcase.cases.consents import HOLDER, YES
from flowcase.errors import NotFound
from flowcase.modeling.names import code_name
from flowcase.services.casework.case_work import CaseWork, Record
from flowcase.services.casework.consent_work import TO_MEASURE as TO_MEASURE_CODE
from flowcase.services.choosing.choice_words import (
    BY_COMMITTEE,
    CONSENT,
    CONSENT_FOR,
    CONSENT_FOR_WITHDRAWN,
    CONSENT_TO_COME,
    CONSENT_WITHDRAWN,
    NEW_CONCERN,
    NO_CONSENT_NEEDED,
    NO_CONSENT_TO_SOURCE,
    SSD_COURSE,
    SSD_COURSE_OF_ONE,
    TO_MEASURE,
    WRITTEN_ON_MEASURE,
    with_words,
)
from flowcase.services.choosing.consent_sentences import NAMES_SETTING, giver_words
from flowcase.services.entitled.candidates import workers
from flowcase.services.forms.form_sentences import GroupName, Said, Term, WithEnglish
from flowcase.services.forms.form_values import BARRED
from flowcase.store import Tx
from flowcase.values import Value

Choices = list[dict[str, Value]]

# What stands in the place of a consent's id where a measure is decided without one.
NOT_NEEDED, COMMITTEE, ON_MEASURE = "ikke_kraevet", "udvalgets_afgoerelse", "skrevet_paa_foranstaltningen"
# And where a source is asked without one, or before there is one.
TO_COME, NOT_NEEDED_FOR_SOURCE = "indhentes", "ikke_noedvendigt"
_STATEMENT = "udtalelse"  # purpose of what a source is asked
_PLACED = "anbringelse"  # what the committee decided
_GIVEN = "givet"


def recipients(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """Whom a consent may name: a unit as a whole, one person, or somebody of the family's network."""
    groups: Choices = [
        {"value": code, "label": GroupName(code)}
        for code in NAMES
        if not is_behind_the_work(frozenset({code}))
    ]
    case = facts.get("sag_id")
    network = work.records("Netvaerksperson", case=str(case)) if case else []
    everybody: Choices = [{"value": person.id, "label": person.name or person.id} for person in workers(tx)]
    return [
        *groups,
        *everybody,
        *({"value": each.id, "label": with_words(str(each["navn"]), each["relation"])} for each in network),
    ]


def consents(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """By giver, purpose and day: the words of the purpose stay in the request."""
    case = facts.get("sag_id")
    found = work.records("Samtykke", case=str(case)) if case else []
    return [
        {"value": each.id, "label": _consent_words(work, each)}
        for each in found
        if each["svar"] == YES
        and each["tilbagekaldt"] is None
        and (each["anmodning_id"] or each["foranstaltning_id"])
    ]


def consents_to_measure(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """Who said yes to this measure, the newest on top; one that was withdrawn is told and can't be chosen.

    A consent to something else, or to another measure, is none to this one (R-090).
    """
    case, measure = facts.get("sag_id"), facts.get("foranstaltning_id")
    found = work.records("Samtykke", case=str(case)) if case else []
    own = [
        each
        for each in reversed(found)
        if each["svar"] == YES
        and each["formaal_kode"] == TO_MEASURE_CODE
        and each["foranstaltning_id"] in (None, measure)
    ]
    told: Choices = [
        {"value": each.id, "label": _consent_words(work, each), BARRED: each["tilbagekaldt"] is not None}
        for each in own
    ]
    offered = [each for each in told if not each[BARRED]]
    if not own and facts.get("samtykke_indehaver") == _GIVEN:  # by a version that made no records of it
        said = Said(WRITTEN_ON_MEASURE, giver=giver_words(HOLDER))
        offered.append({"value": ON_MEASURE, "label": said})
    if facts.get("udvalg_afgoerelse") == _PLACED:
        offered.append({"value": COMMITTEE, "label": Said(BY_COMMITTEE)})
    offered.append({"value": NOT_NEEDED, "label": Said(NO_CONSENT_NEEDED)})
    return offered + [each for each in told if each[BARRED]]


def consents_to_statement(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """Who said yes to a source's statement, and which source; one that was withdrawn is told, not chosen.

    What has lapsed or expired, or was given to something else, is none to this (R-090, R-091).
    """
    case = facts.get("sag_id")
    if not case:
        return []
    requests = {each.id: each for each in work.records("Samtykkeanmodning", case=str(case))}
    names = {str(each["value"]): each["label"] for each in recipients(tx, facts, work)}
    told: Choices = []
    for each in reversed(work.records("Samtykke", case=str(case))):
        request, withdrawn = requests.get(str(each["anmodning_id"])), each["tilbagekaldt"]
        if each["svar"] != YES or each["formaal_kode"] != _STATEMENT or request is None:
            continue
        if request["ophoert"] is not None and withdrawn is None:
            continue
        words = Said(
            CONSENT_FOR if withdrawn is None else CONSENT_FOR_WITHDRAWN,
            giver=giver_words(each["afgiver"]),
            purpose=_purpose(work, each),
            recipients=tuple(names.get(str(one), str(one)) for one in _codes(request["modtagere"])),
            day=local_date(each["givet"]),
            withdrawn=None if withdrawn is None else local_date(withdrawn),
        )
        told.append({"value": each.id, "label": words, BARRED: withdrawn is not None})
    offered = [each for each in told if not each[BARRED]]
    offered.append({"value": TO_COME, "label": Said(CONSENT_TO_COME)})
    offered.append({"value": NOT_NEEDED_FOR_SOURCE, "label": Said(NO_CONSENT_TO_SOURCE)})
    return offered + [each for each in told if each[BARRED]]


def _codes(value: Value) -> list[Value]:
    return list(value) if isinstance(value, list | tuple) else []


def _consent_words(work: CaseWork, consent: Record) -> Said:
    """Whose, for what, from when, and whether it was withdrawn."""
    withdrawn = consent["tilbagekaldt"]
    return Said(
        CONSENT if withdrawn is None else CONSENT_WITHDRAWN,
        giver=giver_words(consent["afgiver"]),
        purpose=_purpose(work, consent),
        day=local_date(consent["givet"]),
        withdrawn=None if withdrawn is None else local_date(withdrawn),
    )


def _purpose(work: CaseWork, consent: Record) -> str:
    code = str(consent["formaal_kode"])
    if consent["foranstaltning_id"]:
        try:
            measure = work.get("Foranstaltning", str(consent["foranstaltning_id"]))
        except NotFound:
            return Term(code)
        kind = str(measure["type"] or measure["paataenkt"] or "")
        if kind:
            words = WithEnglish(code_name(kind), code_name(kind, "en"))
            return Said(TO_MEASURE, measure=words)
    names: Any = work.setting(NAMES_SETTING, case=consent.case)
    return Term(str(names.get(code, code)))


def ssd_courses(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """By number: the words of the concern stay in the course."""
    case = facts.get("sag_id")
    found = work.records("SSDForloeb", case=str(case)) if case else []
    earlier: Choices = [
        {
            "value": each.id,
            "label": Said(
                SSD_COURSE_OF_ONE if each["moeder"] == 1 else SSD_COURSE,
                number=number,
                count=each["moeder"] or 0,
            ),
        }
        for number, each in enumerate(found, start=1)
    ]
    return [*earlier, {"value": "ny", "label": Said(NEW_CONCERN)}]


NAMED: Mapping[str, Callable[[Tx, Mapping[str, Value], CaseWork], Choices]] = {
    "mulige_modtagere": recipients,
    "samtykker_i_kraft": consents,
    "samtykker_til_foranstaltningen": consents_to_measure,
    "samtykker_til_udtalelse": consents_to_statement,
    "ssd_forloeb": ssd_courses,
}
