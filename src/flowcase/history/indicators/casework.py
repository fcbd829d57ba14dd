"""Notification, examination, follow-up, plan and intake: I-01 to I-05, I-11, I-30."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from flowcase.cases.civil_time import add_months, local_date
from flowcase.cases.goals import REACHED, REPLACED
from flowcase.history.indicators.figure import WHOLE, Figure, Unit, count, median, share
from flowcase.history.indicators.material import (
    DeadlineFact,
    Material,
    Question,
    RecordFact,
    days_between,
    earliest,
)
from flowcase.history.indicators.registry import indicator

AGAIN_WITHIN = "gentagen_underretning_maaneder"  # the setting of I-11
ACROSS_SECTORS = "koordineringskonference"


@indicator(
    "I-01",
    "24-timers vurdering i tide",
    "24-hour assessment in time",
    numerator=("underretninger vurderet inden fristen T01", "notifications assessed within deadline T01"),
    denominator=(
        "underretninger modtaget i perioden, hvis frist er opfyldt eller udløbet",
        "notifications received in the period whose deadline was met or has run out",
    ),
    rules=("R-001",),
    source="000 p. 10-11; 004 p. 16",
)
def assessed_in_time(material: Material, question: Question) -> Iterator[Figure]:
    """A notification about several children is in time when every child was assessed in time."""
    by_notification: dict[str, list[DeadlineFact]] = {}
    for each in material.due("T01"):
        if question.has(each.start):
            by_notification.setdefault(each.subject or each.id, []).append(each)
    judged = [all_ for all_ in by_notification.values() if all(one.is_judged(material.now) for one in all_)]
    yield share(sum(all(one.is_kept for one in all_) for all_ in judged), len(judged))
    yield count(len(by_notification) - len(judged), ("løber endnu", "still running"))


@indicator(
    "I-02",
    "Kvittering i tide",
    "Receipt in time",
    numerator=("kvitteringer sendt inden fristen T02", "receipts sent within deadline T02"),
    denominator=(
        "underretninger modtaget i perioden, hvis underretter kan nås",
        "notifications received in the period whose notifier can be reached",
    ),
    rules=("R-002",),
    source="001 p. 7",
)
def receipt_in_time(material: Material, question: Question) -> Iterator[Figure]:
    due = {each.subject: each.due_at for each in material.due("T02")}
    reachable = [
        each
        for each in material.of("Underretning")
        if question.has(each["modtaget"]) and not each["kvittering_ikke_mulig"] and each.id in due
    ]
    judged = [each for each in reachable if each["kvittering_sendt"] or due[each.id] < material.now]
    sent = [each for each in judged if each["kvittering_sendt"]]
    yield share(sum(each["kvittering_sendt"] <= due[each.id] for each in sent), len(judged))
    unreachable = [
        each
        for each in material.of("Underretning")
        if question.has(each["modtaget"]) and each["kvittering_ikke_mulig"]
    ]
    yield count(len(unreachable), ("kvittering ikke mulig", "no receipt possible"))


@indicator(
    "I-03",
    "Undersøgelse færdig i tide",
    "Examination finished in time",
    numerator=("undersøgelser afsluttet inden fristen T04", "examinations closed within deadline T04"),
    denominator=("undersøgelser afsluttet i perioden", "examinations closed in the period"),
    rules=("R-020", "R-021"),
    source="000 p. 12",
)
def examined_in_time(material: Material, question: Question) -> Iterator[Figure]:
    closed = [each for each in material.due("T04") if question.has(each.met_at)]
    yield share(sum(each.is_kept for each in closed), len(closed))
    as_of = material.as_of(question)
    late = [
        each
        for each in material.due("T04")
        if each.due_at < as_of and (each.met_at is None or each.met_at > as_of)
    ]
    yield count(
        len(late), ("åbne og forsinkede ved periodens slutning", "open and late at the end of the period")
    )


@indicator(
    "I-04",
    "Opfølgning i tide",
    "Follow-up in time",
    numerator=("opfølgninger holdt senest på fristens dag", "follow-ups held on the due day at the latest"),
    denominator=(
        "opfølgninger med frist i perioden, pr. regelsæt, første og næste hver for sig",
        "follow-ups due in the period, by rule set, first and next apart",
    ),
    rules=("R-027", "R-028", "R-029", "R-030", "R-031", "R-032", "R-034"),
    source="000 p. 10-12",
)
def followed_up_in_time(material: Material, question: Question) -> Iterator[Figure]:
    judged = [
        each
        for each in material.due("T05", "T06")
        if question.has(each.due_at) and each.is_judged(material.now)
    ]
    yield share(sum(each.is_kept for each in judged), len(judged))
    for rule, da, en in (("T05", "første", "first"), ("T06", "næste", "next")):
        for rule_set in sorted({each.rule_set for each in judged if each.rule == rule}):
            rows = [each for each in judged if (each.rule, each.rule_set) == (rule, rule_set)]
            label = (f"{rule_set}, {da}", f"{rule_set}, {en}")
            yield share(sum(each.is_kept for each in rows), len(rows), label, group="in time")


@indicator(
    "I-05",
    "Planer med exitstrategi; mål nået",
    "Plans with an exit strategy; goals met",
    numerator=(
        "godkendte planer, der siger hvad der skal være på plads og hvem der tager over",
        "approved plans that say what must be in place and who takes over",
    ),
    denominator=("planer godkendt i perioden", "plans approved in the period"),
    rules=("R-025",),
    source="000 p. 13",
)
def plans_with_exit(material: Material, question: Question) -> Iterator[Figure]:
    plans = [each for each in material.of("Handleplan") if question.has(each["godkendt"])]
    with_exit = [each for each in plans if each["uden_hjaelp"] and each["overtager"]]
    yield share(len(with_exit), len(plans))
    goals = [
        each for each in material.of("Maal") if question.has(each["maaldato"]) and each["status"] != REPLACED
    ]
    met = [each for each in goals if each["status"] == REACHED]
    yield share(
        len(met),
        len(goals),
        ("mål med måldato i perioden, der er nået", "goals with a date in the period, met"),
    )


_OUTCOMES = {
    "til_familieteam": ("til Familieteam", "to the family team"),
    "til_forebyggende": ("til forebyggende", "to prevention"),
    "til_handicapteam": ("til Handicapteam", "to the disability team"),
    "lukkes": ("lukket", "closed"),
    "videresendes": ("videresendt", "sent on"),
}


@indicator(
    "I-11",
    "Hvad underretninger fører til",
    "What notifications lead to",
    numerator=("punkter på dagsmødet med dette udfald", "items of the daily meeting with this outcome"),
    denominator=("punkter afgjort i perioden", "items decided in the period"),
    rules=("R-006",),
    source="004 p. 16",
)
def intake_outcomes(material: Material, question: Question) -> Iterator[Figure]:
    items = [
        each
        for each in material.of("Dagsordenspunkt")
        if question.has(each["afgjort"]) and each["udfald"] in _OUTCOMES
    ]
    found = Counter(each["udfald"] for each in items)
    for outcome, words in _OUTCOMES.items():
        if found[outcome]:
            yield share(found[outcome], len(items), words, group="outcome")
    received = [each for each in material.of("Underretning") if question.has(each["modtaget"])]
    acute = sum(bool(each["akut"]) for each in received)
    yield share(acute, len(received), ("akutte underretninger", "acute notifications"))
    again = _again(received, material)
    yield share(
        again, len(received), ("underrettet igen om samme barn", "notified again about the same child")
    )


def _again(received: Sequence[RecordFact], material: Material) -> int:
    """Those with an earlier notification about one of their children within the months of the setting."""
    months = int(material.settings[AGAIN_WITHIN])
    by_case: dict[str, list[dt.datetime]] = {}
    for each in material.of("Underretning"):
        for case in each["sager"] or ():
            by_case.setdefault(case, []).append(each["modtaget"])
    return sum(
        any(
            earlier < each["modtaget"]
            and add_months(local_date(earlier), months) > local_date(each["modtaget"])
            for case in each["sager"] or ()
            for earlier in by_case[case]
        )
        for each in received
    )


@indicator(
    "I-30",
    "Hurtigere hjælp på tværs",
    "Faster help across sectors",
    numerator=(
        "dage fra første underretning til første indsats er begyndt (median)",
        "days from the first notification to the first action begun (median)",
    ),
    denominator=(
        "sager, hvis første indsats begyndte i perioden; sager med koordineringskonference, visitation eller "
        "tværprofessionelt forum hver for sig",
        "cases whose first action began in the period; those with a coordination conference, visitation or "
        "cross-professional forum apart",
    ),
    source="001 p. 18",
)
def days_to_help(material: Material, question: Question) -> Iterator[Figure]:
    raised: dict[str, list[dt.datetime]] = {}
    for each in material.of("Underretning"):
        for case in each["sager"] or ():
            raised.setdefault(case, []).append(each["modtaget"])
    begun: dict[str, list[object]] = {}
    for entity, attribute in (
        ("AkutIndsats", "tidspunkt"),
        ("Foranstaltning", "start"),
        ("Forebyggelse", "modtaget"),
        ("Netvaerksforloeb", "start"),
    ):
        for record in material.of(entity):
            if record.case is not None and question.has_reached(record[attribute]):
                begun.setdefault(record.case, []).append(record[attribute])
    waited = {}
    for case, moments in begun.items():
        first, concern = earliest(moments), earliest(raised.get(case, ()))
        days = days_between(concern, first)
        if days is not None and question.has(first):
            waited[case] = max(days, 0)
    across = _across_sectors(material)
    yield median(list(waited.values()), Unit.DAYS, WHOLE)
    for label, is_across in (
        (("sager på tværs af sektorer", "cases across sectors"), True),
        (("andre sager", "other cases"), False),
    ):
        yield median(
            [days for case, days in waited.items() if (case in across) == is_across], Unit.DAYS, label
        )


def _across_sectors(material: Material) -> set[str]:
    found = {each.case for each in material.of("Moede") if each["slags"] == ACROSS_SECTORS}
    found |= {each.case for entity in ("Visitation", "Forumraad") for each in material.of(entity)}
    return {case for case in found if case is not None}
