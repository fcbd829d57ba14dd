"""Continuity, case-load, availability and contact points: I-09, I-10, I-18, I-19."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flowcase.cases.caseload import Counted, loads
from flowcase.history.indicators.figure import Figure, Unit, average, count, median, share
from flowcase.history.indicators.material import Material, Question, earliest, hours_between
from flowcase.history.indicators.registry import indicator

DIRECT = "direct"  # intake mode: the team gets the notification itself


@indicator(
    "I-09",
    "Kontinuitet",
    "Continuity",
    numerator=(
        "skift af rådgiver siden tildelingen (ved direkte modtagelse: siden modtagelsen)",
        "changes of caseworker since the allocation (under direct intake: since the receipt)",
    ),
    denominator=("sager åbne i perioden, som er tildelt", "cases open in the period that are allocated"),
    rules=("R-022", "X-05"),
    source="000 p. 5, 10",
)
def changes_of_caseworker(material: Material, question: Question) -> Iterator[Figure]:
    allocated, changed = material.by_case("Tildeling"), material.by_case("Sagsbehandlerskift")
    is_direct = material.settings.get("intake_mode") == DIRECT
    changes = []
    for case in material.open_in(question):
        begun = [each["tildelt"] for each in allocated.get(case.code, ())]
        since = case.opened_at if is_direct else earliest(begun)
        if question.has_reached(since):
            moments = [each["skiftet"] for each in changed.get(case.code, ())]
            changes.append(sum(question.has_reached(at) and at >= since for at in moments))
    yield average(sum(changes), len(changes), Unit.PER_CASE)
    same = sum(number == 0 for number in changes)
    yield share(same, len(changes), ("sager uden skift", "cases without a change"))


@indicator(
    "I-10",
    "Sagstal",
    "Case-load",
    numerator=("sager pr. rådgiver i gennemsnit", "cases per caseworker on average"),
    denominator=(
        "rådgivere med sager ved periodens slutning (efter den nuværende rådgiver)",
        "caseworkers with cases at the end of the period (by the present caseworker)",
    ),
    rules=("R-023",),
    source="000 p. 7",
)
def caseload(material: Material, question: Question) -> Iterator[Figure]:
    """Counted per child or per family, as the setting says (X-06). It tells of staff: nothing is left out."""
    as_of = material.as_of(question)
    cases = [
        Counted(each.code, each.caseworker, each.status, each.family)
        for each in material.cases.values()
        if each.opened_at <= as_of and (each.closed_at is None or each.closed_at > as_of)
    ]
    held = [load.now for load in loads(cases, "", str(material.settings.get("taeller") or ""))]
    held = [number for number in held if number]
    limit = material.settings.get("sagstal_graense")
    yield average(sum(held), len(held), Unit.PER_CASE, is_personal=False)
    yield count(max(held, default=0), ("højeste", "highest"), reference=limit, is_personal=False)
    if limit is not None:
        over = sum(number > limit for number in held)
        yield share(
            over, len(held), ("rådgivere over grænsen", "caseworkers over the limit"), is_personal=False
        )


@indicator(
    "I-18",
    "Tidlig kontakt og tilgængelighed",
    "Early contact and availability",
    numerator=(
        "timer fra vurderingen til sagens første kontaktnotat (median); kontakter pr. sag og måned",
        "hours from the assessment to the first contact note (median); contacts per case and month",
    ),
    denominator=("sager vurderet i perioden; åbne sager", "cases assessed in the period; open cases"),
    rules=("R-033",),
    source="000 p. 5-6",
)
def availability(material: Material, question: Question) -> Iterator[Figure]:
    notes = material.by_case("Kontaktnotat")
    assessed: dict[str, list[object]] = {}
    for each in material.of("Underretning"):
        for case in each["sager"] or ():
            assessed.setdefault(case, []).append(each["vurderet"])
    hours: list[Decimal] = []
    for case, moments in assessed.items():
        begun = earliest(moments)
        if question.has(begun):
            contacts = [each["tid"] for each in notes.get(case, ()) if each["tid"] and each["tid"] >= begun]
            if contacts:
                hours.append(hours_between(begun, min(contacts)))
    yield median(hours, Unit.HOURS)
    open_cases = material.open_in(question)
    contacts = [each for each in material.of("Kontaktnotat") if question.has(each["tid"])]
    months = Decimal(question.days) * 12 / Decimal("365.25")
    yield average(
        Decimal(len(contacts)) / months,
        len(open_cases),
        Unit.PER_CASE,
        ("kontakter pr. åben sag og måned", "contacts per open case and month"),
    )


@indicator(
    "I-19",
    "Færre kontaktpunkter",
    "Fewer contact points",
    numerator=(
        "forskellige medarbejdere, der har afsluttet en opgave i sagen i perioden",
        "different employees who completed a user task of the case in the period",
    ),
    denominator=("åbne sager med en afsluttet opgave", "open cases with a completed user task"),
    source="001 p. 17",
)
def contact_points(material: Material, question: Question) -> Iterator[Figure]:
    """Counting rule: who completed a user task of the case; their teams are the units."""
    for label_da, label_en, asked in (
        ("", "", question),
        (" i perioden før", " in the period before", question.before),
    ):
        people: dict[str, set[str]] = {}
        units: dict[str, set[str]] = {}
        for each in material.work:
            if asked.has(each.at):
                people.setdefault(each.case, set()).add(each.person)
                if each.unit:
                    units.setdefault(each.case, set()).add(each.unit)
        yield average(
            sum(map(len, people.values())),
            len(people),
            Unit.PER_CASE,
            (f"medarbejdere pr. sag{label_da}", f"employees per case{label_en}"),
        )
        yield average(
            sum(map(len, units.values())),
            len(people),
            Unit.PER_CASE,
            (f"enheder pr. sag{label_da}", f"units per case{label_en}"),
        )
