"""What a simulation found: one report, as a table for a terminal, as JSON, and back from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase.cases.written_numbers import written
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
# kind -> what its figures count, in a sentence
MEANING: Mapping[str, tuple[str, str]] = {
    "milestone": (
        "Kun sager, der nåede milepælen inden slutningen: når køer vokser, tæller de langsomste ikke med.",
        "Only cases that reached the milestone before the end: where queues grow, the slowest do not count.",
    ),
    "deadline": (
        "Af de frister, der blev overholdt eller udløb i perioden, dem, der blev overholdt til tiden.",
        "Of the deadlines that were met or fell due in the period, those that were met on time.",
    ),
    "queue": (
        "Ventetiden går fra en opgave kan begyndes, til nogen i gruppen begynder på den. Opgaver, der stadig "
        "venter ved slutningen, er ikke i ventetiden: er der mange, vokser køen.",
        "The wait is from when a user task can be begun until somebody of the group begins it. What still "
        "waits at the end is not in the wait: where that is many, the queue grows.",
    ),
    "work": (
        "Af den tid, der går til sagerne: opgaverne og det, som de åbne sager selv kræver. Nær 100 % hober "
        "opgaverne sig op.",
        "Of the time that goes to cases: user tasks, and what open cases take by themselves. Near 100 % user "
        "tasks pile up.",
    ),
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
    "left": ("venter ved slutningen", "waiting at the end"),
    "highest": ("højeste", "highest"),
    "limit": ("grænse", "limit"),
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


@dataclass(frozen=True)
class Place:
    """A user task's place in the flows; means per run in each variant."""

    place: str  # process.element
    name: str
    days: tuple[float, ...]  # that user tasks lay there, in all
    counts: tuple[float, ...]

    def each(self, variant: int) -> float:
        """Days that one of them took."""
        return self.days[variant] / self.counts[variant] if self.counts[variant] else 0.0


@dataclass(frozen=True)
class Report:
    """Everything that is told of a simulation."""

    id: str
    title: str
    description: str
    seed: int
    replications: int
    variants: tuple[tuple[str, str], ...]  # (id, title); the first is what the others are held against
    titles: Mapping[str, str]  # what milestones are called
    case_years: float
    figures: tuple[Figure, ...]
    places: tuple[Place, ...]  # most days first
    problems: tuple[tuple[str, float], ...]  # (what, times per run)
    runs: Mapping[str, Sequence[Sequence[float | None]]] = field(default_factory=dict)
    english: Mapping[str, str] = field(default_factory=dict)  # what is said of the question, by its Danish
    warm_up_weeks: int = 0  # before what is counted; 0 for a report that did not keep it
    weeks: int = 0
    is_same_stream: bool = True  # whether the variants meet the same notifications


def report_of(result: Result) -> Report:
    simulation = result.simulation
    return Report(
        simulation.id,
        simulation.title,
        simulation.description,
        result.seed,
        len(result.runs[0]),
        tuple((each.id, each.title) for each in simulation.variants),
        {
            name: milestone.title
            for variant in simulation.variants
            for name, milestone in variant.parameters.milestones.items()
        },
        sum(each.case_years for runs in result.runs for each in runs),
        result.figures,
        tuple(_places(result)),
        tuple(_problems(result)),
        {
            figure.key: [[each.values.get(figure.key) for each in runs] for runs in result.runs]
            for figure in result.figures
        },
        simulation.english,
        simulation.variants[0].parameters.warm_up_weeks,
        simulation.variants[0].parameters.weeks,
        len({repr(each.parameters.arrivals) for each in simulation.variants}) == 1,
    )


def _places(result: Result) -> list[Place]:
    zero = [0.0] * len(result.runs)
    days: dict[str, list[float]] = {}
    counts: dict[str, list[float]] = {}
    for number, replications in enumerate(result.runs):
        for measured in replications:
            for place, counted in measured.places.items():
                for found, what in ((days, "days"), (counts, "count")):
                    found.setdefault(place, list(zero))[number] += counted[what] / len(replications)
    places = [
        Place(place, result.names.get(place, place), tuple(days[place]), tuple(counts[place]))
        for place in days
    ]
    return sorted(places, key=lambda each: (-max(each.days), each.place))


def _problems(result: Result) -> list[tuple[str, float]]:
    runs = sum(len(replications) for replications in result.runs)
    found: dict[str, float] = {}
    for replications in result.runs:
        for measured in replications:
            for what, times in {**measured.incidents, **measured.given_up}.items():
                found[what] = found.get(what, 0.0) + times / runs
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


# --- in words ----------------------------------------------------------------------------------------


def label(key: str, titles: Mapping[str, str], language: int = 0) -> str:
    """What a figure is called: `T06, andel`; for a deadline's share, what it is a share of."""
    kind, *rest = key.split("|")
    words = [titles.get(part, part) for part in rest[:-1]]
    if kind == "ladder":
        words = [f"{('trin', 'step')[language]} {part}" for part in rest[:-1]]
    last = WORDS.get(rest[-1], (rest[-1], rest[-1]))[language]
    if kind == "deadline" and rest[-1] == "share":
        last = ("til tiden", "on time")[language]
    return " · ".join([*words, last])


PROBLEMS = ("Gik ikke, som det skulle", "Did not go as it should")
_SPOKEN = ("da", "en")  # which language an index of the words means


def number(value: float, key: str, language: int = 0) -> str:
    """As people read it: a share in percent, other figures with at most two decimals."""
    if key.rpartition("|")[2] in SHARES:
        return f"{_rounded(100 * value, 1, language)} %"
    return _rounded(value, 2 if abs(value) < 100 else 0, language)


def _rounded(value: float, places: int, language: int) -> str:
    return written(round(value, places) + 0.0, _SPOKEN[language], places=places)  # + 0: no -0,00


def said(found: Interval | None, key: str, language: int = 0, *, is_difference: bool = False) -> str:
    """`12,30 ± 0,41`, with a sign for a difference; a star where the interval excludes zero."""
    if found is None:
        return "–"
    text = number(found.mean, key, language).removesuffix(" %")
    if is_difference and found.mean > 0 and text.strip("0,.") != "":
        text = f"+{text}"
    if found.half is not None:
        text += f" ± {number(found.half, key, language).removesuffix(' %')}"
    if key.rpartition("|")[2] in SHARES:
        text += (" procentpoint", " percentage points")[language] if is_difference else " %"
    return text + (" *" if is_difference and found.excludes_zero else "")


def by_kind(figures: Sequence[Figure]) -> Iterator[tuple[str, list[Figure]]]:
    for kind in KINDS:
        found = [figure for figure in figures if figure.key.startswith(f"{kind}|") and not _is_empty(figure)]
        if found:
            yield kind, found


def _is_empty(figure: Figure) -> bool:
    """Nobody needs to read a queue that no variant had."""
    return figure.key.startswith(("queue|", "work|")) and all(
        each is None or each.mean == 0 for each in figure.of
    )


def basis(report: Report, language: int = 0) -> list[str]:
    """What the figures rest on, and how much a star says."""
    counted = ""
    if report.weeks:
        counted = (
            f"{report.weeks} uger tælles, efter {report.warm_up_weeks} ugers opvarmning, som ikke gør. ",
            f"{report.weeks} weeks are counted, after {report.warm_up_weeks} of warm-up that are not. ",
        )[language]
    met = (
        "Udgaverne møder de samme underretninger, fravær og svar, og sammenlignes par for par.",
        "All meet the same notifications, absence and answers, and are compared pair by pair.",
    )
    if not report.is_same_stream:
        met = (
            "Udgaverne har hver sine underretninger, men det samme fravær, og sammenlignes par for par.",
            "Each has notifications of its own, but the same absence; they are compared pair by pair.",
        )
    return [
        (
            f"{report.replications} gentagelser af hver udgave, frø {report.seed}. {counted}{met[language]}",
            f"{report.replications} replications of each, seed {report.seed}. {counted}{met[language]}",
        )[language],
        (
            "± er 95 %-sikkerhedsintervallet; * en forskel, hvis interval ikke rummer nul. "
            "Af hundrede forskelle, der kun er tilfældige, får omkring fem alligevel en stjerne.",
            "± is the 95 % confidence interval; * a difference whose interval excludes zero. "
            "Of a hundred differences that are mere chance, about five get a star all the same.",
        )[language],
    ]


def as_text(report: Report, language: int = 0) -> str:
    """A table: one line per figure, one column per variant, and one for each difference."""
    ids = [id for id, _ in report.variants]
    heads = ["", *ids, *(f"{id} − {ids[0]}" for id in ids[1:])]
    lines = [report.title]
    lines += [f"  {id}: {title}" for id, title in report.variants]
    lines += basis(report, language)
    for kind, figures in by_kind(report.figures):
        rows = [heads]
        for figure in figures:
            row = [label(figure.key, report.titles, language)]
            row += [said(each, figure.key, language) for each in figure.of]
            row += [said(each, figure.key, language, is_difference=True) for each in figure.differences[1:]]
            rows.append(row)
        told = MEANING.get(kind)
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        lines += ["", KINDS[kind][language], *([f"  {told[language]}"] if told else [])]
        for row in rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            lines.append(("  " + "   ".join(cells)).rstrip())
    lines += ["", WHERE[language]]
    for place in report.places[:12]:
        lines.append("  " + place.place.ljust(48) + "   ".join(f"{each:12.0f}" for each in place.days))
    if report.problems:
        lines += ["", PROBLEMS[language]]
        lines += [f"  {times:6.1f} x  {what}" for what, times in report.problems]
    return "\n".join(lines) + "\n"


# --- as JSON -----------------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, Any]:
    """Everything, for other programs and for the page; the same run gives the same text."""
    return {
        "id": report.id,
        "title": report.title,
        "description": report.description,
        "seed": report.seed,
        "replications": report.replications,
        "variants": [{"id": id, "title": title} for id, title in report.variants],
        "titles": report.titles,
        "english": report.english,
        "case_years": report.case_years,
        "warm_up_weeks": report.warm_up_weeks,
        "weeks": report.weeks,
        "is_same_stream": report.is_same_stream,
        "figures": [
            {
                "key": figure.key,
                "of": [_interval(each) for each in figure.of],
                "differences": [_interval(each) for each in figure.differences],
                "runs": report.runs.get(figure.key, []),
            }
            for figure in report.figures
        ],
        "places": [
            {"place": each.place, "name": each.name, "days": each.days, "counts": each.counts}
            for each in report.places
        ],
        "problems": [{"what": what, "per_run": times} for what, times in report.problems],
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


def as_json_text(report: Report) -> str:
    return json.dumps(as_json(report), ensure_ascii=False, indent=1) + "\n"


def from_json(data: Mapping[str, Any]) -> Report:
    """The report that `as_json` wrote."""
    return Report(
        data["id"],
        data["title"],
        data["description"],
        data["seed"],
        data["replications"],
        tuple((each["id"], each["title"]) for each in data["variants"]),
        data["titles"],
        data["case_years"],
        tuple(
            Figure(each["key"], _read_all(each["of"]), _read_all(each["differences"]))
            for each in data["figures"]
        ),
        tuple(
            Place(each["place"], each["name"], tuple(each["days"]), tuple(each["counts"]))
            for each in data["places"]
        ),
        tuple((each["what"], each["per_run"]) for each in data["problems"]),
        {each["key"]: each["runs"] for each in data["figures"]},
        data["english"],
        data.get("warm_up_weeks", 0),
        data.get("weeks", 0),
        data.get("is_same_stream", True),
    )


def _read_all(found: Sequence[Mapping[str, Any] | None]) -> tuple[Interval | None, ...]:
    return tuple(
        None if each is None else Interval(each["mean"], each["half"], each["runs"]) for each in found
    )
