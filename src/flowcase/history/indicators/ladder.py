"""The ladder: I-06 to I-08, I-12, I-13 and I-28. Which steps are placements is said by settings."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from flowcase.cases.civil_time import local_date
from flowcase.history.indicators.figure import Figure, Unit, count, median, share
from flowcase.history.indicators.material import Material, Question, RecordFact, days_between
from flowcase.history.indicators.registry import indicator

PLACED, KIN, FAMILY_CARE, INSTITUTION = (
    "trin_anbringelse",
    "trin_slaegt_netvaerk",
    "trin_familiepleje",
    "trin_institution",
)


def running_on(material: Material, day: dt.date) -> list[RecordFact]:
    """Measures that had begun by that day and did not end before it."""
    return [
        each
        for each in material.of("Foranstaltning")
        if isinstance(each["start"], dt.date)
        and each["start"] <= day
        and (each["slut"] is None or each["slut"] > day)
        and each["trin"] is not None
    ]


def on_steps(material: Material, setting: str, measures: list[RecordFact]) -> list[RecordFact]:
    """Those measures that stand on one of the steps that the setting names."""
    steps = {Decimal(step) for step in material.settings[setting]}
    return [each for each in measures if each["trin"] in steps]


@indicator(
    "I-06",
    "Andel på hvert trin",
    "Share at each step of the ladder",
    numerator=("løbende foranstaltninger på trinnet", "running measures on the step"),
    denominator=("løbende foranstaltninger på periodens sidste dag", "running measures on the last day"),
    rules=("R-040",),
    source="000 p. 8-9, 13",
)
def share_at_each_step(material: Material, question: Question) -> Iterator[Figure]:
    running = running_on(material, question.last)
    for step, number in sorted(Counter(int(each["trin"]) for each in running).items()):
        yield share(number, len(running), (f"trin {step}", f"step {step}"), group="steps")


@indicator(
    "I-07",
    "Bevægelse på trappen",
    "Movement on the ladder",
    numerator=(
        "skift ned og op i perioden; median dage på trinnet",
        "moves down and up; median days on the step",
    ),
    denominator=("foranstaltninger afsluttet i perioden, pr. trin", "measures ended in the period, by step"),
    rules=("R-041",),
    source="000 p. 8, 13",
)
def movement(material: Material, question: Question) -> Iterator[Figure]:
    moves = [
        each
        for each in material.of("Trinskift")
        if question.has(each.created_at) and each["til"] is not None and each["forlaenget_til"] is None
    ]
    down = sum(each["til"] < each["fra"] for each in moves if each["fra"] is not None)
    up = sum(each["til"] > each["fra"] for each in moves if each["fra"] is not None)
    yield count(down, ("skift ned", "moves down"))
    yield count(up, ("skift op", "moves up"))
    ended: dict[int, list[int]] = {}
    for each in material.of("Foranstaltning"):
        days = days_between(each["start"], each["slut"])
        if question.has(each["slut"]) and days is not None and each["trin"] is not None:
            ended.setdefault(int(each["trin"]), []).append(days)
    for step, lengths in sorted(ended.items()):
        yield median(lengths, Unit.DAYS, (f"dage på trin {step}", f"days on step {step}"))


@indicator(
    "I-08",
    "Institutionsophold over grænsen",
    "Institution stays beyond the limit",
    numerator=("ophold, der varede længere end fristen T07", "stays that lasted longer than deadline T07"),
    denominator=("ophold på institution i perioden", "institution stays in the period"),
    rules=("R-042",),
    source="000 p. 9",
)
def long_stays(material: Material, question: Question) -> Iterator[Figure]:
    until = local_date(material.as_of(question))
    stays = [
        each
        for each in on_steps(material, INSTITUTION, list(material.of("Foranstaltning")))
        if question.has_reached(each["start"]) and (each["slut"] is None or each["slut"] >= question.first)
    ]
    long = []
    for each in stays:
        limit = material.stay_limit(local_date(each["start"]))
        if limit is not None and min(each["slut"] or until, until) > limit:
            long.append(each)
    yield share(len(long), len(stays))
    lengths = [days_between(each["start"], min(each["slut"] or until, until)) or 0 for each in long]
    yield median(lengths, Unit.DAYS, ("dage, median af de lange ophold", "days, median of the long stays"))
    extended = {
        each["foranstaltning_id"]
        for each in material.of("Trinskift")
        if each["forlaenget_til"] is not None and each["hvorfor"]
    }
    reasoned = sum(each.id in extended for each in long)
    yield share(reasoned, len(long), ("heraf forlænget med begrundelse", "of these extended with a reason"))


@indicator(
    "I-12",
    "Andel hos slægt og netværk",
    "Share with kin and network",
    numerator=("anbragte hos slægt og netværk", "placed with kin and network"),
    denominator=("anbragte i familiepleje på periodens sidste dag", "placed in family care on the last day"),
    rules=("R-044",),
    source="000 p. 9",
)
def kin_share(material: Material, question: Question) -> Iterator[Figure]:
    family_care = on_steps(material, FAMILY_CARE, running_on(material, question.last))
    kin = on_steps(material, KIN, family_care)
    reference = material.references.get("reference_andel_slaegt_procent")
    yield share(len(kin), len(family_care), reference=reference)


@indicator(
    "I-13",
    "Andel på institution",
    "Share in institutions",
    numerator=("anbragte på institution", "placed in institutions"),
    denominator=("alle anbragte på periodens sidste dag", "all placed on the last day"),
    rules=("R-045",),
    source="000 p. 9",
)
def institution_share(material: Material, question: Question) -> Iterator[Figure]:
    placed = on_steps(material, PLACED, running_on(material, question.last))
    institution = on_steps(material, INSTITUTION, placed)
    reference = material.references.get("reference_andel_institution_procent")
    yield share(len(institution), len(placed), reference=reference)


@indicator(
    "I-28",
    "Anbringelser",
    "Placements",
    numerator=("anbragte på periodens sidste dag", "placed on the last day of the period"),
    denominator=("anbragte dagen før perioden (ændring)", "placed on the day before the period (change)"),
    source="003",
)
def placements(material: Material, question: Question) -> Iterator[Figure]:
    now = len(on_steps(material, PLACED, running_on(material, question.last)))
    before = len(on_steps(material, PLACED, running_on(material, question.before.last)))
    yield count(now)
    yield count(before, ("dagen før perioden", "on the day before the period"))
    change = share(now - before, before, ("ændring", "change"))
    yield change
