"""What no flow counts and people enter each year: I-29 and the social profile, P-01 to P-09.

Each key figure stands beside the national average and municipalities like this one (form F-T1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from flowcase.history.indicators.figure import WHOLE, Figure, Unit, Words
from flowcase.history.indicators.material import Material, Question, RecordFact
from flowcase.history.indicators.registry import Count, indicator

_COMPARED: tuple[tuple[str, Words], ...] = (
    ("vaerdi", WHOLE),
    ("landsgennemsnit", ("landsgennemsnit", "national average")),
    ("sammenligning", ("sammenligningskommuner", "similar municipalities")),
)

_PARTS: Mapping[str, Words] = {
    "anbringelser_med_samtykke": ("med samtykke", "with consent"),
    "anbringelser_uden_samtykke": ("uden samtykke", "without consent"),
}


def _entered(material: Material, question: Question, codes: Sequence[str], unit: Unit) -> Iterator[Figure]:
    """The key figures of the newest year that the period reaches and that has them, with comparisons."""
    years: dict[int, RecordFact] = {}
    for each in material.of("SocialProfil"):
        if each["aar"] is not None and int(each["aar"]) <= question.last.year:
            years[int(each["aar"])] = each
    for year in sorted(years, reverse=True):
        rows = [row for row in years[year]["noegletal"] or () if row.get("noegletal") in codes]
        for row in rows:
            parts = _PARTS.get(row["noegletal"], WHOLE)
            for name, compared in _COMPARED:
                if row.get(name) is not None:
                    labels = zip(parts, compared, strict=True)
                    da, en = (" ".join(filter(None, (str(year), *words))) for words in labels)
                    yield Figure((da, en), Decimal(row[name]), unit, is_personal=False)
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
    yield from _entered(material, question, ["udgift_familiebehandling"], Unit.KRONER)


# id, codes of form F-T1, name, unit
PROFILE: tuple[tuple[str, tuple[str, ...], str, str, Unit], ...] = (
    ("P-01", ("anbragte",), "Anbragte børn", "Children placed", Unit.COUNT),
    (
        "P-02",
        ("anbringelser_med_samtykke", "anbringelser_uden_samtykke"),
        "Anbringelser med og uden samtykke",
        "Placements with and without consent",
        Unit.COUNT,
    ),
    ("P-03", ("anbringelsessteder",), "Anbragte efter sted", "Placed by type of place", Unit.PERCENT),
    (
        "P-04",
        ("specialundervisning",),
        "Børn i specialundervisning",
        "Children in special education",
        Unit.COUNT,
    ),
    (
        "P-05",
        ("udgift_specialundervisning",),
        "Udgift til specialundervisning og dagtilbud",
        "Cost of special education and day offers",
        Unit.KRONER,
    ),
    ("P-06", ("udgift_anbringelser",), "Udgift til anbringelser", "Cost of placements", Unit.KRONER),
    ("P-07", ("udgift_forebyggelse",), "Udgift til forebyggelse", "Cost of prevention", Unit.KRONER),
    ("P-08", ("anmeldt_kriminalitet",), "Anmeldt kriminalitet", "Reported offences", Unit.COUNT),
    ("P-09", ("enlige",), "Andel enlige forældre", "Share of lone parents", Unit.PERCENT),
)


def _profile_figure(codes: Sequence[str], unit: Unit) -> Count:
    def figures(material: Material, question: Question) -> Iterator[Figure]:
        yield from _entered(material, question, codes, unit)

    return figures


for _id, _codes, _da, _en, _unit in PROFILE:
    indicator(
        _id,
        _da,
        _en,
        numerator=("årets tal, som det er indtastet", "the year's figure as entered"),
        source="002 p. 4",
    )(_profile_figure(_codes, _unit))
