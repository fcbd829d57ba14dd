"""The page of a simulation: its tables, and plots as SVG drawn here; no script, no library, no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Any

from flowcase.access.groups import NAMES
from flowcase.cases.written_numbers import written
from flowcase.services.simulation.comparing import Figure, Interval
from flowcase.services.simulation.report import (
    KINDS,
    MEANING,
    PROBLEMS,
    SHARES,
    Report,
    basis,
    by_kind,
    label,
    number,
    said,
)

# Distinguishable without colour too: each variant has its own mark. Three to one on white and on dark.
COLOURS = ("#2a78d6", "#c8551b", "#2e8b57", "#8e5bd0", "#9a7b00")
_MARKS = ("circle", "square", "diamond", "triangle", "circle")
_WIDTH, _LEFT, _ROW = 640, 14, 54
_MOST_STEPS = 6
_LONGEST = 84  # letters of a label
# What is drawn of each kind: the last part of the key.
PLOTTED: Mapping[str, tuple[str, ...]] = {
    "milestone": ("median", "p90"),
    "deadline": ("share",),
    "queue": ("wait",),
    "work": ("share",),
    "load": ("mean", "highest", "limit"),
    "ladder": ("share",),
}
CHANGES = ("Det, der ændrer sig", "What changes")
NO_CHANGES = (
    "Ingen af hovedtallene ændrer sig mere, end tilfældet kan forklare.",
    "None of the main figures changes more than chance can explain.",
)


def intervals(
    figures: Sequence[Figure],
    titles: Mapping[str, str],
    names: Sequence[str],
    heading: str,
    language: int = 0,
) -> str:
    """Means with their confidence intervals, one row a figure, one mark a variant."""
    shown = [figure for figure in figures if any(figure.of)]
    if not shown:
        return ""
    share = all(figure.key.rpartition("|")[2] in SHARES for figure in shown)
    found = [each for figure in shown for each in figure.of if each]
    most = max(each.mean for each in found)
    # An interval of few replications may be much wider than all means: it is cut where it says nothing more.
    reached = min(max(each.mean + (each.half or 0) for each in found), 2 * most)
    ticks = ticks_to(max(1.0, most) if share else reached)
    highest = ticks[-1]
    height = _ROW * len(shown) + 56
    span = _WIDTH - _LEFT - 30

    def x(value: float) -> float:
        return _LEFT + max(0.0, min(value, highest)) / highest * span

    told = (
        f"{label(figure.key, titles, language)}: "
        + ", ".join(
            f"{name} {said(each, figure.key, language)}"
            for name, each in zip(names, figure.of, strict=True)
            if each is not None
        )
        for figure in shown
    )
    parts = [_begun(height, heading, "; ".join(told))]
    for value in ticks:
        parts.append(
            f'<line x1="{x(value):.1f}" y1="28" x2="{x(value):.1f}" y2="{height - 26}" '
            'stroke="currentColor" stroke-opacity="0.25"/>'
            f'<text x="{x(value):.1f}" y="{height - 8}" text-anchor="middle" font-size="12">'
            f"{escape(_tick(value, share, language))}</text>"
        )
    for place, name in enumerate(names):
        left = _LEFT + place * 150
        parts.append(
            _mark(place, left, 12) + f'<text x="{left + 12}" y="16" font-size="12">{escape(name)}</text>'
        )
    for row, figure in enumerate(shown):
        top = 34 + row * _ROW
        text = label(figure.key, titles, language)
        parts.append(f'<text x="{_LEFT}" y="{top + 12}" font-size="13">{escape(_short(text))}</text>')
        for place, each in enumerate(figure.of):
            if each is None:
                continue
            y = top + 24 + place * min(12.0, 24.0 / max(1, len(figure.of) - 1))
            parts.append(_bar(each, place, x, y))
    parts.append("</svg>")
    return "".join(parts)


def ticks_to(highest: float) -> list[float]:
    """From nothing to at least the highest, in steps of 1, 2 or 5 times a power of ten."""
    if not highest > 0:
        return [0.0, 1.0]
    rough = highest / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough * (1 - 1e-9))
    return [round(step * number, 10) for number in range(math.ceil(highest / step - 1e-9) + 1)]


def _tick(value: float, is_share: bool, language: int) -> str:
    text = written(Decimal(str(round(100 * value if is_share else value, 6))), ("da", "en")[language])
    return f"{text} %" if is_share else text


def _begun(height: int, heading: str, told: str) -> str:
    """The beginning of a plot, with the same in words for who does not see it."""
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(heading)}. '
        f'{escape(told)}." width="{_WIDTH}" height="{height}" fill="currentColor" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(heading)}</title>"
    )


def _short(text: str) -> str:
    """Cut before the last part, which tells one label from the next."""
    if len(text) <= _LONGEST:
        return text
    head, separator, tail = text.rpartition(" · ")
    if not separator:
        return text[: _LONGEST - 1] + "…"
    return f"{head[: _LONGEST - len(tail) - 4]}… · {tail}"


def _bar(found: Interval, place: int, x: Any, y: float) -> str:
    colour = COLOURS[place % len(COLOURS)]
    line = ""
    if found.half is not None:
        low, high = x(found.mean - found.half), x(found.mean + found.half)
        line = (
            f'<line x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}" stroke="{colour}" '
            'stroke-width="2"/>'
        )
    return line + _mark(place, x(found.mean), y)


def _mark(place: int, x: float, y: float) -> str:
    colour, shape = COLOURS[place % len(COLOURS)], _MARKS[place % len(_MARKS)]
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
    if shape == "square":
        return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>'
    if shape == "diamond":
        points = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f} {x - 6:.1f},{y:.1f}"
    else:
        points = f"{x:.1f},{y - 6:.1f} {x + 6:.1f},{y + 5:.1f} {x - 6:.1f},{y + 5:.1f}"
    return f'<polygon points="{points}" fill="{colour}"/>'


def bars(
    rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], heading: str, language: int = 0
) -> str:
    """Where time goes: one bar a variant, the longest first."""
    rows = [row for row in rows if any(row[1])][:12]
    if not rows:
        return ""
    thick = 12
    row_height = thick * len(names) + 30
    height = row_height * len(rows) + 34
    highest = max(max(values) for _, values in rows)
    span = _WIDTH - _LEFT - 70
    told = (
        f"{name}: "
        + ", ".join(
            f"{who} {_tick(round(value), False, language)}" for who, value in zip(names, values, strict=True)
        )
        for name, values in rows
    )
    parts = [_begun(height, heading, "; ".join(told))]
    for place, name in enumerate(names):
        left = _LEFT + place * 150
        parts.append(
            _mark(place, left, 12) + f'<text x="{left + 12}" y="16" font-size="12">{escape(name)}</text>'
        )
    for row, (place_name, values) in enumerate(rows):
        top = 30 + row * row_height
        parts.append(f'<text x="{_LEFT}" y="{top + 8}" font-size="13">{escape(_short(place_name))}</text>')
        for place, value in enumerate(values):
            said_there = _tick(round(value), False, language)
            width, y = value / highest * span, top + 14 + place * thick
            parts.append(
                f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{thick - 3}" '
                f'fill="{COLOURS[place % len(COLOURS)]}"/>'
                f'<text x="{_LEFT + width + 5:.1f}" y="{y + 9}" font-size="11">{said_there}</text>'
            )
    parts.append("</svg>")
    return "".join(parts)


def plots_of(report: Report, titles: Mapping[str, str], language: int = 0) -> dict[str, str]:
    """One SVG for each kind of figure, by kind; `places` is where time goes."""
    names = [id for id, _ in report.variants]
    found: dict[str, str] = {}
    for kind, figures in by_kind(report.figures):
        wanted = [figure for figure in figures if figure.key.rpartition("|")[2] in PLOTTED.get(kind, ())]
        drawn = intervals(wanted, titles, names, KINDS[kind][language], language)
        if drawn:
            found[kind] = drawn
    rows = [(place.name, place.days) for place in report.places]
    drawn = bars(rows, names, ("Her går tiden (dage)", "Where time goes (days)")[language], language)
    if drawn:
        found["places"] = drawn
    return found


def as_page(report: Report, language: int = 0) -> str:
    """One HTML file that needs nothing else."""
    titles = {code: names[language] for code, names in NAMES.items()} | dict(report.titles)
    report = replace(report, titles=titles)
    plots = plots_of(report, titles, language)
    parts = [
        f'<!doctype html><html lang="{("da", "en")[language]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>"
        "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}td,th{padding:.25rem .5rem;border-bottom:1px solid #ccc;"
        "text-align:right}td:first-child,th:first-child{text-align:left}.plot{max-width:100%;height:auto}"
        ".scroll{overflow-x:auto}</style></head><body><main>"
        f"<h1>{escape(report.title)}</h1><p>{escape(report.description)}</p><dl>"
    ]
    parts += [f"<dt>{escape(id)}</dt><dd>{escape(title)}</dd>" for id, title in report.variants]
    parts.append("</dl>")
    parts += [f"<p>{escape(sentence)}</p>" for sentence in basis(report, language)]
    changes = changed_figures(report)
    parts.append(f"<h2>{CHANGES[language]}</h2>")
    parts += (
        _table(changes, report, language, named_in_full) if changes else [f"<p>{NO_CHANGES[language]}</p>"]
    )
    for kind, figures in by_kind(report.figures):
        meaning = f"<p>{escape(MEANING[kind][language])}</p>" if kind in MEANING else ""
        parts.append(f"<h2>{escape(KINDS[kind][language])}</h2>{meaning}{plots.get(kind, '')}")
        parts += _table(figures, report, language)
    parts.append(f"<h2>{('Her går tiden', 'Where time goes')[language]}</h2>{plots.get('places', '')}")
    if report.problems:
        parts.append(f"<h2>{PROBLEMS[language]}</h2><ul>")
        parts += [f"<li>{times:.1f} × {escape(what)}</li>" for what, times in report.problems]
        parts.append("</ul>")
    parts.append("</main></body></html>\n")
    return "".join(parts)


def changed_figures(report: Report) -> list[Figure]:
    """Of the figures that are plotted, those that differ by more than chance can explain."""
    return [
        figure
        for figure in report.figures
        if figure.key.rpartition("|")[2] in PLOTTED.get(figure.key.partition("|")[0], ())
        and any(_is_change(each, figure.key) for each in figure.differences[1:])
    ]


def _is_change(difference: Interval | None, key: str) -> bool:
    """Beyond chance, and more than nothing as it is written."""
    if difference is None or not difference.excludes_zero:
        return False
    return any(digit in "123456789" for digit in number(difference.mean, key))


def named_in_full(key: str, titles: Mapping[str, str], language: int = 0) -> str:
    """What a figure is called where it stands beside those of other kinds."""
    return f"{KINDS[key.partition('|')[0]][language]}: {label(key, titles, language)}"


def _table(
    figures: Sequence[Figure], report: Report, language: int, named: Callable[..., str] = label
) -> Iterator[str]:
    """One row a figure: each variant, and its difference from the first."""
    ids = [id for id, _ in report.variants]
    yield '<div class="scroll"><table><thead><tr><th></th>'
    for head in [*ids, *(f"{id} − {ids[0]}" for id in ids[1:])]:
        yield f"<th scope='col'>{escape(head)}</th>"
    yield "</tr></thead><tbody>"
    for figure in figures:
        cells = [said(each, figure.key, language) for each in figure.of]
        cells += [said(each, figure.key, language, is_difference=True) for each in figure.differences[1:]]
        yield f"<tr><th scope='row'>{escape(named(figure.key, report.titles, language))}</th>"
        yield from (f"<td>{escape(cell)}</td>" for cell in cells)
        yield "</tr>"
    yield "</tbody></table></div>"
