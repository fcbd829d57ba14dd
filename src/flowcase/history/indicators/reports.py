"""Computing indicators, and the reports that gather them (domain specification, section 7.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowcase.history.indicators.figure import (
    Figure,
    Words,
    left_out,
    without_small_groups,
    without_small_parts,
)
from flowcase.history.indicators.material import Material, Question
from flowcase.history.indicators.periods import Period, Rule, decided
from flowcase.history.indicators.registry import INDICATORS

_PARTED_BY = ("team", "district")  # each case is of one of them at most
FILTERS = (*_PARTED_BY, "rule_set")
_REST = "the rest"  # of a whole: cases of no team, and those of other rule sets
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
    """Figures by indicator id, small groups left out. Raises KeyError for an id that there is not.

    Of a team or a district so much is left out that nothing small of another one can be computed by taking
    the teams or districts that are shown from the whole, whoever asks for which of them, and in which order;
    so of a rule set, where the rest of the whole would be small. One filter at a time: with two of them, what
    is shown could be put together to a cell that is not. Raises ValueError for more.
    """
    if len(filters_of(question)) > 1:
        raise ValueError("figures are of a team, of a district or of a rule set, not of several together")
    asked, limit = list(ids or INDICATORS), int(material.settings[SMALLEST_GROUP])
    wholes = [_without(question, name) for name in filters_of(question)]
    parts = dict.fromkeys([question, *wholes, *_siblings(material, question)])
    counted: dict[str, dict[Question, Sequence[Figure]]] = {id: {} for id in asked}
    for part in parts:
        scoped = material.scoped(part)
        for id in asked:
            counted[id][part] = list(INDICATORS[id].count(scoped, part))
    return {id: _together(counted[id], question, limit) for id in asked}


def compute_periods(
    material: Material, asked: Period, question: Question, ids: Iterable[str] | None, rule: Rule
) -> dict[Period, dict[str, list[Figure]]]:
    """As `compute`, for who may not see the cases: of each period of the year up to the one asked for.

    Of a part of the whole only the one asked for, less what its whole does not tell either.
    """
    limit, wanted = int(material.settings[SMALLEST_GROUP]), list(ids or INDICATORS)
    whole = replace(question, team=None, district=None, rule_set=None)
    periods = rule.finished(asked.first, asked.last + dt.timedelta(days=1))
    found: dict[Period, dict[str, list[Figure]]] = {each: {} for each in periods}
    for id in wanted:
        counted = {each: list(INDICATORS[id].count(material, _of(whole, each))) for each in periods}
        for period, figures in decided(counted, rule.of_all, limit).items():
            found[period][id] = figures
    if not question.is_part:
        return found
    of_part = compute(material, question, wanted)
    for id, figures in of_part.items():
        hidden = {each.label for each in found[asked][id] if each.is_suppressed}
        of_part[id] = [left_out(each) if each.label in hidden else each for each in figures]
    return {asked: of_part}


def _of(question: Question, period: Period) -> Question:
    return replace(question, first=period.first, last=period.last)


def _together(parts: Mapping[Question, Sequence[Figure]], question: Question, limit: int) -> list[Figure]:
    """The figures of one part, less what any row of parts with it would give away."""
    alone = without_small_groups(parts[question], limit)
    for name in filters_of(question):
        whole = _without(question, name)
        row: dict[Question | str, Sequence[Figure]] = {
            part: found for part, found in parts.items() if part != whole
        }
        row[_REST] = _rest(parts[whole], list(row.values()))
        for n, figure in enumerate(without_small_parts(row, limit)[question]):
            if figure.is_suppressed:
                alone[n] = figure
    return alone


def _siblings(material: Material, question: Question) -> Iterator[Question]:
    """The same question about every other team, or every other district."""
    for name in _PARTED_BY:
        if getattr(question, name) is not None:
            values = {getattr(case, name) for case in material.cases.values()}
            for value in sorted(each for each in values if each is not None):
                yield replace(question, **{name: value})


def filters_of(question: Question) -> list[str]:
    """By which of FILTERS the question is narrowed."""
    return [name for name in FILTERS if getattr(question, name) is not None]


def _without(question: Question, name: str) -> Question:
    wider: dict[str, Any] = {name: None}
    return replace(question, **wider)


def _rest(whole: Sequence[Figure], parts: Sequence[Sequence[Figure]]) -> list[Figure]:
    """What is left of each figure of the whole once the parts are taken from it."""
    rest = []
    for figure in whole:
        same = [each for part in parts for each in part if each.label == figure.label]
        left: dict[str, Any] = {}
        for name in ("numerator", "denominator"):
            known = [getattr(each, name) or 0 for each in same]
            of_whole = getattr(figure, name)
            left[name] = None if of_whole is None else max(0, of_whole - sum(known))
        rest.append(replace(figure, **left))
    return rest
