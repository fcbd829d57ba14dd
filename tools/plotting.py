"""A small picture of points over a logarithmic axis, as SVG: the same points give the same file."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 260, 70, 20, 40, 45
COLOURS = ("#0059b3", "#b35900", "#2e7d32")
Series = tuple[str, Sequence[tuple[int, float]]]


def panel(title: str, unit: str, series: Sequence[Series], *, down: int = 0) -> str:
    """One diagram, `down` pixels from the top of the picture; the vertical axis begins at nought."""
    most = max(value for _, points in series for _, value in points) * 1.15
    last = max(at for _, points in series for at, _ in points)
    step = _step(most)

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(at) / math.log10(last)

    def y(value: float) -> float:
        return down + HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most

    drawn = [f'<text x="{LEFT}" y="{down + 22}" class="title">{title}</text>']
    for number in range(int(most / step) + 1):
        level = y(number * step)
        drawn.append(
            f'<line x1="{LEFT}" y1="{level:.1f}" x2="{WIDTH - RIGHT}" y2="{level:.1f}" class="grid"/>'
        )
        drawn.append(
            f'<text x="{LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{number * step:g} {unit}</text>'
        )
    for at in (each for each in (1, 10, 100, 1_000, 2_000) if each <= last):
        drawn.append(f'<text x="{x(at):.1f}" y="{down + HEIGHT - 25}" text-anchor="middle">{at:,}</text>')
    for number, (name, points) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(
            f'<text x="{WIDTH - RIGHT}" y="{down + 22 + 16 * number}" text-anchor="end" '
            f'fill="{colour}">{name}</text>'
        )
    return "\n".join(drawn)


def _step(most: float) -> float:
    """A round distance of the lines: four or so of them."""
    rough = most / 4
    power = 10 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough)


def picture(title: str, panels: Sequence[tuple[str, str, Sequence[Series]]]) -> str:
    """The panels one above the other; the common axis counts rounds."""
    high = HEIGHT * len(panels) + 10
    body = "\n".join(
        panel(name, unit, series, down=HEIGHT * number) for number, (name, unit, series) in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" '
        f'height="{high}" role="img" aria-label="{title}">\n'
        "<style>text{font:13px sans-serif;fill:#333}.title{font-weight:bold}"
        ".grid{stroke:#ddd;stroke-width:1}</style>\n"
        f'<rect width="{WIDTH}" height="{high}" fill="#fff"/>\n{body}\n'
        f'<text x="{WIDTH / 2}" y="{high - 8}" text-anchor="middle">round</text>\n</svg>\n'
    )
