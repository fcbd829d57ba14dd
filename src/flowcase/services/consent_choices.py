"""What a select of a consent form offers.

- `mulige_modtagere`: whom a consent may name: groups of this house, people, and the case's network persons
- `samtykker_i_kraft`: the consents of the case that were given and not withdrawn
- `ssd_forloeb`: the case's earlier courses of SSD meetings, and a new concern
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowcase.access.groups import NAMES
from flowcase.access.permissions import is_behind_the_work
from flowcase.cases.civil_time import local_date
from flowcase.cases.consents import YES
from flowcase.services.candidates import workers
from flowcase.services.case_work import CaseWork
from flowcase.services.choice_words import CONSENT, NEW_CONCERN, SSD_COURSE, SSD_COURSE_OF_ONE, with_words
from flowcase.services.consent_sentences import NAMES_SETTING, giver_words
from flowcase.services.form_sentences import GroupName, Said, Term
from flowcase.store import Tx
from flowcase.values import Value

Choices = list[dict[str, Value]]


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
    words: Any = work.setting(NAMES_SETTING) if case else {}
    found = work.records("Samtykke", case=str(case)) if case else []
    return [
        {
            "value": each.id,
            "label": Said(
                CONSENT,
                giver=giver_words(each["afgiver"]),
                purpose=Term(str(words.get(each["formaal_kode"], each["formaal_kode"]))),
                day=local_date(each["givet"]),
            ),
        }
        for each in found
        if each["svar"] == YES and each["tilbagekaldt"] is None and each["anmodning_id"]
    ]


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
    "ssd_forloeb": ssd_courses,
}
