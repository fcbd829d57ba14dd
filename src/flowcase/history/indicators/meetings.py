"""Network, agreements and conferences: I-14 to I-16."""

from __future__ import annotations

from collections.abc import Iterator

from flowcase.history.indicators.figure import Figure, share
from flowcase.history.indicators.material import Material, Question, RecordFact
from flowcase.history.indicators.registry import indicator

WITH_FAMILY = ("familiemoede", "netvaerksmoede")
CONFERENCE = "koordineringskonference"

_KINDS = {
    "familiemoede": ("familiemøde", "family meeting"),
    "netvaerksmoede": ("netværksmøde", "network meeting"),
    CONFERENCE: ("koordineringskonference", "coordination conference"),
    "kreativt_raad": ("Det Kreative Råd", "the creative council"),
    "forum": ("tværprofessionelt forum", "cross-professional forum"),
    "opfoelgning": ("opfølgning", "follow-up"),
    "ssd": ("SSD-møde", "SSD meeting"),
    "tvaerfaglig_handling": ("tværfaglig handling", "cross-professional action"),
}


def held_at(meeting: RecordFact) -> object:
    """When it was held; None when it was not."""
    return meeting["holdt"] or meeting["afholdt"]


@indicator(
    "I-14",
    "Netværket bruges",
    "The network is used",
    numerator=(
        "sager med et holdt familie- eller netværksmøde",
        "cases with a family or network meeting held",
    ),
    denominator=("sager åbne i perioden", "cases open in the period"),
    rules=("R-067",),
    source="000 p. 13",
)
def network_used(material: Material, question: Question) -> Iterator[Figure]:
    cases = {case.code for case in material.open_in(question)}
    met = {
        each.case
        for each in material.of("Moede")
        if each["slags"] in WITH_FAMILY and question.has(held_at(each)) and each.case in cases
    }
    yield share(len(met), len(cases))


@indicator(
    "I-15",
    "Aftaler lukket i tide",
    "Agreements closed in time",
    numerator=("aftaler fulgt op inden fristen T20", "agreements followed up within deadline T20"),
    denominator=(
        "aftaler med frist i perioden, pr. slags møde",
        "agreements due in the period, by kind of meeting",
    ),
    rules=("R-064", "R-065"),
    source="004 p. 6",
)
def agreements_in_time(material: Material, question: Question) -> Iterator[Figure]:
    agreements, meetings = material.by_id("Aftale"), material.by_id("Moede")
    by_kind: dict[str, list[bool]] = {}
    for each in material.due("T20"):
        if question.has(each.due_at) and each.is_judged(material.now):
            agreement = agreements.get(each.subject or "")
            meeting = meetings.get(agreement["moede_id"] or "") if agreement is not None else None
            kind = meeting["slags"] if meeting is not None else None
            by_kind.setdefault(str(kind or ""), []).append(each.is_kept)
    everything = [kept for each in by_kind.values() for kept in each]
    yield share(sum(everything), len(everything), is_personal=False)
    for kind, kept in sorted(by_kind.items()):
        label = _KINDS.get(kind, (kind, kind) if kind else ("andre møder", "other meetings"))
        yield share(sum(kept), len(kept), label, is_personal=False)


@indicator(
    "I-16",
    "Konferencernes regelmæssighed",
    "Regularity of conferences",
    numerator=("holdte konferencer", "conferences held"),
    denominator=(
        "planlagte konferencer i perioden, pr. distrikt og type (til planlægning; aldrig en overtrædelse)",
        "conferences planned in the period, by district and type (for planning; never a breach)",
    ),
    rules=("R-060", "R-061", "R-062"),
    source="004 p. 9",
)
def conferences_held(material: Material, question: Question) -> Iterator[Figure]:
    planned = [
        each
        for each in material.of("Moede")
        if each["slags"] == CONFERENCE and question.has(each["tid"] or held_at(each))
    ]
    yield share(sum(bool(held_at(each)) for each in planned), len(planned), is_personal=False)
    for district, kind in sorted(
        {(str(each["distrikt"] or ""), str(each["type"] or "")) for each in planned}
    ):
        rows = [
            each
            for each in planned
            if (str(each["distrikt"] or ""), str(each["type"] or "")) == (district, kind)
        ]
        label = (
            f"distrikt {district or '–'}, type {kind or '–'}",
            f"district {district or '–'}, type {kind or '–'}",
        )
        yield share(sum(bool(held_at(each)) for each in rows), len(rows), label, is_personal=False)
