"""Youth projects after Roskilde's goals: I-20 to I-24."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowcase.history.indicators.figure import WHOLE, Figure, Words, count, share
from flowcase.history.indicators.material import Material, Question, RecordFact
from flowcase.history.indicators.registry import indicator

WIDENED = "udvidet"


def ended(material: Material, question: Question) -> list[RecordFact]:
    """Network efforts that ended in the period."""
    return [each for each in material.of("Netvaerksforloeb") if question.has(each["slut"])]


def _answered(records: Sequence[RecordFact], name: str, label: Words = WHOLE) -> Figure:
    """Those with a yes among those that were asked."""
    known = [each for each in records if isinstance(each[name], bool)]
    return share(sum(bool(each[name]) for each in known), len(known), label)


@indicator(
    "I-20",
    "Ingen kriminalitet",
    "No crime",
    numerator=(
        "forløb uden kendt ny kriminalitet ved eftertjekket (T11)",
        "efforts without known new crime at the later check (T11)",
    ),
    denominator=(
        "forløb eftertjekket i perioden; mistanke og den udvidede målgruppe hver for sig",
        "efforts checked in the period; suspicion and the widened target group apart",
    ),
    rules=("R-136",),
    source="003 p. 9",
)
def no_crime(material: Material, question: Question) -> Iterator[Figure]:
    checked = [
        each
        for each in material.of("Netvaerksforloeb")
        if question.has(each["eftertjekket"]) and isinstance(each["kendt_kriminalitet"], bool)
    ]
    clean = [each for each in checked if not each["kendt_kriminalitet"]]
    goal = material.references.get("maal_uden_kriminalitet_procent")
    yield share(len(clean), len(checked), reference=goal)
    suspected = sum(bool(each["mistanke"]) for each in clean)
    yield count(suspected, ("heraf med mistanke", "of these with a suspicion"))
    for label, is_widened in (
        (("kernemålgruppen", "the core target group"), False),
        (("den udvidede målgruppe", "the widened target group"), True),
    ):
        group = [each for each in checked if (each["kriterium"] == WIDENED) == is_widened]
        without = sum(not each["kendt_kriminalitet"] for each in group)
        yield share(without, len(group), label, group="target group")
    waiting = [each for each in ended(material, question) if each["eftertjekket"] is None]
    yield count(len(waiting), ("sluttet, endnu ikke eftertjekket", "ended, not checked yet"))


@indicator(
    "I-21",
    "Uddannelse eller arbejde",
    "Education or work",
    numerator=("i uddannelse eller arbejde", "in education or work"),
    denominator=("forløb sluttet i perioden med et svar", "efforts ended in the period with an answer"),
    rules=("R-137",),
    source="003 p. 9",
)
def in_education_or_work(material: Material, question: Question) -> Iterator[Figure]:
    yield _answered(ended(material, question), "uddannelse_arbejde")


@indicator(
    "I-22",
    "Bor hos familien",
    "Lives with the family",
    numerator=("bor stadig hjemme", "still living at home"),
    denominator=("forløb sluttet i perioden med et svar", "efforts ended in the period with an answer"),
    rules=("R-137",),
    source="003 p. 9-10",
)
def lives_at_home(material: Material, question: Question) -> Iterator[Figure]:
    """An acute start that ended at home counts as a placement that was averted."""
    done = ended(material, question)
    yield _answered(done, "bor_hjemme")
    averted = sum(bool(each["akut_start"] and each["bor_hjemme"]) for each in done)
    yield count(averted, ("akut begyndt og bor hjemme", "begun acutely and living at home"))


@indicator(
    "I-23",
    "Familie og netværk har redskaber",
    "Family and network have tools",
    numerator=(
        "familie og netværk siger, at de har fået redskaber",
        "family and network say they have tools",
    ),
    denominator=("forløb sluttet i perioden med et svar", "efforts ended in the period with an answer"),
    rules=("R-137",),
    source="003 p. 9-10",
)
def have_tools(material: Material, question: Question) -> Iterator[Figure]:
    yield _answered(ended(material, question), "redskaber")


@indicator(
    "I-24",
    "Mentorer",
    "Mentors",
    numerator=(
        "match til periodens slutning, heraf aktive; mentorer, der bliver; unge uden sag efter et år",
        "matches by the end of the period, and active ones; mentors who stay; youths no case after a year",
    ),
    denominator=(
        "målet; uddannede mentorer; besvarede måltjek",
        "the goal; trained mentors; goal checks answered",
    ),
    rules=("R-138", "R-139"),
    source="003 p. 14",
)
def mentors(material: Material, question: Question) -> Iterator[Figure]:
    matches = [each for each in material.of("Match") if question.has_reached(each["start"])]
    active = [each for each in matches if each["slut"] is None or not question.has_reached(each["slut"])]
    goal = material.references.get("maal_match")
    yield count(len(matches), ("match", "matches"), reference=goal)
    yield count(len(active), ("aktive match", "active matches"))
    trained = [each for each in material.of("Mentor") if question.has_reached(each["uddannet"])]
    stay = sum(each["bliver"] is not False for each in trained)
    yield share(stay, len(trained), ("uddannede mentorer, der bliver", "trained mentors who stay"))
    checked = [each for each in matches if isinstance(each["stadig_sag"], bool)]
    no_case = sum(not each["stadig_sag"] for each in checked)
    yield share(no_case, len(checked), ("ikke en sag efter et år", "no case after a year"))
    over = [each for each in matches if question.has(each["slut"])]
    yield _answered(
        over, "uddannelse_arbejde", ("uddannelse eller arbejde ved slut", "education or work at the end")
    )
