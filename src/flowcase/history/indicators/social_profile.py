"""What no flow counts and people enter each year: I-29 and the social profile, P-01 to P-09.

Each key figure stands beside the national average and municipalities like this one (form F-T1).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flowcase.history.indicators.figure import WHOLE, Figure, Unit, Words
from flowcase.history.indicators.material import Material, Question, RecordFact
from flowcase.history.indicators.registry import Count, indicator

_COMPARED: tuple[tuple[str, Words], ...] = (
    ("vaerdi", WHOLE),
    ("landsgennemsnit", ("landsgennemsnit", "national average")),
    ("sammenligning", ("sammenligningskommuner", "similar municipalities")),
)


def _entered(material: Material, question: Question, code: str, unit: Unit) -> Iterator[Figure]:
    """The key figure of the newest year that the period reaches, with its comparisons."""
    years: dict[int, RecordFact] = {}
    for each in material.of("SocialProfil"):
        if each["aar"] is not None and int(each["aar"]) <= question.last.year:
            years[int(each["aar"])] = each
    for year in sorted(years, reverse=True):
        rows = [row for row in years[year]["noegletal"] or () if row.get("noegletal") == code]
        for row in rows:
            for name, (da, en) in _COMPARED:
                if row.get(name) is not None:
                    label = (f"{year} {da}".strip(), f"{year} {en}".strip())
                    yield Figure(label, Decimal(row[name]), unit, is_personal=False)
        if rows:
            return


@indicator(
    "I-29",
    "Udgift til familiebehandling og konsulentbistand",
    "Cost of family treatment and consultancy",
    numerator=("årets udgift, som den er indtastet i den sociale profil", "the year's cost as entered"),
    source="003",
)
def cost_of_treatment(material: Material, question: Question) -> Iterator[Figure]:
    yield from _entered(material, question, "udgift_familiebehandling", Unit.KRONER)


_PROFILE: tuple[tuple[str, str, str, str, Unit], ...] = (
    ("P-01", "anbragte", "Anbragte børn", "Children placed", Unit.COUNT),
    ("P-02", "anbragte_uden_samtykke", "Anbragte uden samtykke", "Placed without consent", Unit.COUNT),
    ("P-03", "anbringelsessteder", "Anbragte efter sted", "Placed by type of place", Unit.COUNT),
    (
        "P-04",
        "specialundervisning",
        "Børn i specialundervisning",
        "Children in special education",
        Unit.COUNT,
    ),
    (
        "P-05",
        "udgift_specialundervisning",
        "Udgift til specialundervisning og dagtilbud",
        "Cost of special education and day offers",
        Unit.KRONER,
    ),
    ("P-06", "udgift_anbringelser", "Udgift til anbringelser", "Cost of placements", Unit.KRONER),
    ("P-07", "udgift_forebyggende", "Udgift til forebyggende", "Cost of preventive measures", Unit.KRONER),
    ("P-08", "anmeldelser", "Anmeldte lovovertrædelser", "Reported offences", Unit.COUNT),
    ("P-09", "eneforsoergere", "Andel eneforsørgere", "Share of lone parents", Unit.PERCENT),
)


def _profile_figure(code: str, unit: Unit) -> Count:
    def figures(material: Material, question: Question) -> Iterator[Figure]:
        yield from _entered(material, question, code, unit)

    return figures


for _id, _code, _da, _en, _unit in _PROFILE:
    indicator(
        _id,
        _da,
        _en,
        numerator=("årets tal, som det er indtastet", "the year's figure as entered"),
        source="002 p. 4",
    )(_profile_figure(_code, _unit))
