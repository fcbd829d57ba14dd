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
_LIFTED = "ja"
USES, USE_GOAL, LIFT_GOAL, KEYS_PER_UNIT = (
    "sos_bruger_hyppighed",
    "sos_bruger_maal",
    "sos_nytte_maal",
    "sos_noeglepersoner_pr_enhed",
)


def _answers(material: Material, question: Question) -> list[RecordFact]:
    return [each for each in material.of("SoSSvar") if question.has(each.created_at)]


@indicator(
    "I-25",
    "Signs of Safety bruges",
    "Signs of Safety is used",
    numerator=("svar, hvis brug tæller som at bruge metoden", "answers whose use counts as using it"),
    denominator=("svar i perioden; fordelt efter hvor ofte", "answers in the period; by how often"),
    rules=("R-142",),
    source="003 p. 18",
)
def used(material: Material, question: Question) -> Iterator[Figure]:
    answers = [each for each in _answers(material, question) if each["hyppighed"]]
    counts_as_use = material.settings.get(USES) or ()
    users = sum(each["hyppighed"] in counts_as_use for each in answers)
    yield share(users, len(answers), reference=material.settings.get(USE_GOAL))
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
    answers = [each for each in _answers(material, question) if each["loeftet"]]
    agree = sum(each["loeftet"] == _LIFTED for each in answers)
    yield share(agree, len(answers), reference=material.settings.get(LIFT_GOAL))


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
    """At the end of the period: who was taken into the adoption by then."""
    staff = [each for each in material.of("SoSDeltager") if question.has_reached(each.created_at)]
    trained = sum(question.has_reached(each["uddannet"]) for each in staff)
    yield share(trained, len(staff), ("uddannede medarbejdere", "trained employees"), is_personal=False)
    keys: Counter[str] = Counter()
    for each in staff:
        keys[str(each["enhed"])] += bool(each["noegleperson"])
    needed = int(material.settings.get(KEYS_PER_UNIT) or 1)
    with_key = sum(number >= needed for number in keys.values())
    yield share(
        with_key, len(keys), ("enheder med nøgleperson", "units with a key person"), is_personal=False
    )
    yield count(keys.total(), ("nøglepersoner", "key persons"), is_personal=False)
