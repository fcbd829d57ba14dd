"""Computing indicators, and the reports that gather them (domain specification, section 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowcase.history.indicators.figure import Figure, Words, without_small_groups
from flowcase.history.indicators.material import Material, Question
from flowcase.history.indicators.registry import INDICATORS

SMALLEST_GROUP = "statistik_mindste_celle"  # the setting: smaller groups are left out


@dataclass(frozen=True)
class Report:
    """Indicators for one reader."""

    id: str
    name: Words
    reader: Words
    indicators: tuple[str, ...]
    source: str


def _numbered(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"I-{number:02}" for number in range(first, last + 1))


REPORTS: Mapping[str, Report] = {
    report.id: report
    for report in (
        Report(
            "ledelse",
            ("Ledelsesinformation", "Management information"),
            ("Ledere", "Leaders"),
            (*_numbered(1, 19), "I-30"),
            "002 p. 3",
        ),
        Report(
            "politik",
            ("Resultater og målopfyldelse", "Results and goal attainment"),
            ("Politisk myndighed", "Political authority"),
            ("I-01", "I-02", "I-03", "I-04", "I-05", "I-06", "I-07", "I-08", "I-12", "I-13", "I-28", "I-30"),
            "001 p. 7",
        ),
        Report(
            "trappe",
            ("Indsatser på trappens trin", "Measures on the steps of the ladder"),
            ("Ledere og politikere", "Leaders and politicians"),
            ("I-06", "I-07", "I-08", "I-12", "I-13"),
            "000 p. 14",
        ),
        Report(
            "projekter",
            ("Ungeprojekter", "Youth projects"),
            ("Styregruppe", "Steering group"),
            _numbered(20, 29),
            "003",
        ),
        Report(
            "socialprofil",
            ("Social profil", "Social profile"),
            ("Ledere og politikere", "Leaders and politicians"),
            tuple(f"P-{number:02}" for number in range(1, 10)),
            "002 p. 4",
        ),
    )
}


def compute(
    material: Material, question: Question, ids: Iterable[str] | None = None
) -> dict[str, list[Figure]]:
    """Figures by indicator id, small groups left out. Raises KeyError for an id that there is not."""
    scoped = material.scoped(question)
    limit = int(material.settings[SMALLEST_GROUP])
    return {
        id: without_small_groups(INDICATORS[id].count(scoped, question), limit) for id in ids or INDICATORS
    }
