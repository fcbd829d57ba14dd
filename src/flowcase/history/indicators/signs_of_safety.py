"""Signs of Safety: how widely it is used and what people say of it, I-25 to I-27."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flowcase.history.indicators.figure import Figure, count, share
from flowcase.history.indicators.material import Material, Question, RecordFact
from flowcase.history.indicators.registry import indicator

_BANDS = {
    "dagligt": ("dagligt", "daily"),
    "ugentligt": ("2-3 gange ugentligt", "2-3 times a week"),
    "maanedligt": ("2-4 gange månedligt", "2-4 times a month"),
    "sjaeldnere": ("sjældnere", "more rarely"),
}
_RARELY = "sjaeldnere"


def _answers(material: Material, question: Question) -> list[RecordFact]:
    return [each for each in material.of("SOSSvar") if question.has(each["besvaret"] or each.created_at)]


@indicator(
    "I-25",
    "Signs of Safety bruges",
    "Signs of Safety is used",
    numerator=("svar med brug mindst 2-4 gange om måneden", "answers with use at least 2-4 times a month"),
    denominator=("svar i perioden; fordelt efter hvor ofte", "answers in the period; by how often"),
    rules=("R-142",),
    source="003 p. 18",
)
def used(material: Material, question: Question) -> Iterator[Figure]:
    answers = [each for each in _answers(material, question) if each["hyppighed"]]
    users = sum(each["hyppighed"] != _RARELY for each in answers)
    yield share(users, len(answers), reference=material.references.get("maal_sos_bruges_procent"))
    bands = Counter(each["hyppighed"] for each in answers)
    for band, words in _BANDS.items():
        if bands[band]:
            yield share(bands[band], len(answers), words, group="bands")


@indicator(
    "I-26",
    "Signs of Safety løfter arbejdet",
    "Signs of Safety lifts the work",
    numerator=("svar, der siger at metoden løfter arbejdet", "answers that say it lifts the work"),
    denominator=("svar i perioden", "answers in the period"),
    rules=("R-143",),
    source="003 p. 19",
)
def lifts_the_work(material: Material, question: Question) -> Iterator[Figure]:
    answers = [each for each in _answers(material, question) if isinstance(each["loeftet"], bool)]
    agree = sum(bool(each["loeftet"]) for each in answers)
    yield share(agree, len(answers), reference=material.references.get("maal_sos_loefter_procent"))


@indicator(
    "I-27",
    "Signs of Safety er dækket ind",
    "Signs of Safety covers everyone",
    numerator=("uddannede; enheder med mindst én nøgleperson", "trained; units with at least one key person"),
    denominator=("alle medarbejdere; alle enheder", "all employees; all units"),
    rules=("R-144", "X-17"),
    source="003 p. 18",
)
def covers_everyone(material: Material, question: Question) -> Iterator[Figure]:
    """The newest record of each unit, at the end of the period."""
    newest: dict[str, RecordFact] = {}
    for each in material.of("SOSEnhed"):
        if question.has_reached(each.created_at):
            newest[str(each["enhed"])] = each
    units = list(newest.values())
    trained = sum(int(each["uddannede"] or 0) for each in units)
    staff = sum(int(each["medarbejdere"] or 0) for each in units)
    yield share(trained, staff, ("uddannede medarbejdere", "trained employees"), is_personal=False)
    with_key = sum(bool(each["noeglepersoner"]) for each in units)
    yield share(
        with_key, len(units), ("enheder med nøgleperson", "units with a key person"), is_personal=False
    )
    keys = sum(int(each["noeglepersoner"] or 0) for each in units)
    yield count(keys, ("nøglepersoner", "key persons"), is_personal=False)
