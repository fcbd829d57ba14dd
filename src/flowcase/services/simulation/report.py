"""What a simulation found, as a table for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.services.simulation.comparing import Figure, Interval
from flowcase.services.simulation.running import Result

# kind -> (Danish heading, English heading)
KINDS: Mapping[str, tuple[str, str]] = {
    "milestone": ("Tid til milepæle (dage)", "Time to milestones (days)"),
    "deadline": ("Frister", "Deadlines"),
    "queue": ("Køer pr. gruppe", "Queues by group"),
    "work": ("Arbejdstid brugt", "Time at work used"),
    "load": ("Sager pr. sagsbehandler", "Cases per caseworker"),
    "ladder": ("Trin på indsatstrappen", "Steps of the ladder"),
    "cases": ("Sager", "Cases"),
}
# last part of a key -> (Danish, English)
WORDS: Mapping[str, tuple[str, str]] = {
    "median": ("median", "median"),
    "mean": ("middel", "mean"),
    "p90": ("90 % inden", "90 % within"),
    "count": ("antal", "number"),
    "share": ("andel", "share"),
    "days_late": ("dage for sent", "days late"),
    "longest": ("længste", "longest"),
    "wait": ("ventetid, dage", "wait, days"),
    "highest": ("højeste", "highest"),
    "limit": ("sagstal_graense", "sagstal_graense"),
    "over": ("andel over grænsen", "share over the limit"),
    "years": ("sagsår", "case-years"),
    "opened": ("åbnet", "opened"),
    "closed": ("lukket", "closed"),
    "open": ("åbne ved slutningen", "open at the end"),
}
WHERE = (
    "Her går tiden (dage i alt, fra opgaven er der, til den er løst)",
    "Where time goes (days in all, from when a user task is there until it is done)",
)
SHARES = frozenset({"share", "over"})


def label(key: str, titles: Mapping[str, str], language: int = 0) -> str:
    """What a figure is called: `T06, andel`; for a deadline's share, what it is a share of."""
    kind, *rest = key.split("|")
    words = [titles.get(part, part) for part in rest[:-1]]
    last = WORDS.get(rest[-1], (rest[-1], rest[-1]))[language]
    if kind == "deadline" and rest[-1] == "share":
        last = ("til tiden", "on time")[language]
    return " · ".join([*words, last])


def number(value: float, key: str) -> str:
    """As people read it: a share in percent, other figures with at most two decimals."""
    if key.rpartition("|")[2] in SHARES:
        return f"{100 * value:.1f} %"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def said(found: Interval | None, key: str, *, is_difference: bool = False) -> str:
    """`12.30 ± 0.41`, with a sign for a difference; a star where the interval excludes zero."""
    if found is None:
        return "–"
    sign = "+" if is_difference and found.mean > 0 else ""
    text = sign + number(found.mean, key)
    if found.half is not None:
        text += f" ± {number(found.half, key).removesuffix(' %')}"
    return text + (" *" if is_difference and found.excludes_zero else "")


def by_kind(figures: tuple[Figure, ...]) -> Iterator[tuple[str, list[Figure]]]:
    for kind in KINDS:
        found = [figure for figure in figures if figure.key.startswith(f"{kind}|") and not _is_empty(figure)]
        if found:
            yield kind, found


def _is_empty(figure: Figure) -> bool:
    """Nobody needs to read a queue that no variant had."""
    return figure.key.startswith(("queue|", "work|")) and all(
        each is None or each.mean == 0 for each in figure.of
    )


def titles_of(result: Result) -> dict[str, str]:
    return {
        name: milestone.title
        for variant in result.simulation.variants
        for name, milestone in variant.parameters.milestones.items()
    }


def as_text(result: Result, language: int = 0) -> str:
    """A table: one line per figure, one column per variant, and one for each difference."""
    variants = result.simulation.variants
    titles = titles_of(result)
    heads = ["", *(each.id for each in variants), *(f"{each.id} − {variants[0].id}" for each in variants[1:])]
    lines = [result.simulation.title]
    lines += [f"  {each.id}: {each.title}" for each in variants]
    runs = len(result.runs[0])
    lines.append(
        (
            f"{runs} gentagelser af hver, frø {result.seed}; ± er 95 %-sikkerhedsinterval, "
            "* en forskel, der ikke er tilfældig.",
            f"{runs} replications of each, seed {result.seed}; ± is the 95 % confidence interval, "
            "* a difference that is not chance.",
        )[language]
    )
    for kind, figures in by_kind(result.figures):
        rows = [heads]
        for figure in figures:
            row = [label(figure.key, titles, language)]
            row += [said(each, figure.key) for each in figure.of]
            row += [said(each, figure.key, is_difference=True) for each in figure.differences[1:]]
            rows.append(row)
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        lines += ["", KINDS[kind][language]]
        for row in rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            lines.append(("  " + "   ".join(cells)).rstrip())
    lines += ["", WHERE[language]]
    for place, days in where_time_goes(result)[:12]:
        lines.append("  " + place.ljust(48) + "   ".join(f"{each:12.0f}" for each in days))
    problems = [*_problems(result)]
    if problems:
        lines += ["", ("Gik ikke, som det skulle", "Did not go as it should")[language]]
        lines += [f"  {times:6.1f} x  {what}" for what, times in problems]
    return "\n".join(lines) + "\n"


def where_time_goes(result: Result) -> list[tuple[str, list[float]]]:
    """Places with the days that user tasks lay there, mean per run in each variant; most first."""
    found: dict[str, list[float]] = {}
    for number, replications in enumerate(result.runs):
        for measured in replications:
            for place, counted in measured.places.items():
                days = found.setdefault(place, [0.0] * len(result.runs))
                days[number] += counted["days"] / len(replications)
    return sorted(found.items(), key=lambda each: (-max(each[1]), each[0]))


def _problems(result: Result) -> list[tuple[str, float]]:
    """Incidents, and user tasks that nobody could do, per run."""
    found: dict[str, float] = {}
    runs = sum(len(each) for each in result.runs)
    for replications in result.runs:
        for measured in replications:
            for what, times in {**measured.incidents, **measured.given_up}.items():
                found[what] = found.get(what, 0.0) + times / runs
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def as_json(result: Result) -> dict[str, Any]:
    """Everything, for other programs and for the page; the same run gives the same text."""
    variants = result.simulation.variants
    return {
        "id": result.simulation.id,
        "title": result.simulation.title,
        "description": result.simulation.description,
        "seed": result.seed,
        "replications": len(result.runs[0]),
        "variants": [{"id": each.id, "title": each.title} for each in variants],
        "titles": titles_of(result),
        "case_years": sum(each.case_years for runs in result.runs for each in runs),
        "figures": [
            {
                "key": figure.key,
                "of": [_interval(each) for each in figure.of],
                "differences": [_interval(each) for each in figure.differences],
                "runs": [[each.values.get(figure.key) for each in runs] for runs in result.runs],
            }
            for figure in result.figures
        ],
        "places": [{"place": place, "days": days} for place, days in where_time_goes(result)],
        "problems": [{"what": what, "per_run": times} for what, times in _problems(result)],
    }


def _interval(found: Interval | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "mean": found.mean,
        "half": found.half,
        "runs": found.runs,
        "excludes_zero": found.excludes_zero,
    }


def as_json_text(result: Result) -> str:
    return json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n"
