"""docs/peers.md: the figures, put into the page that says what each contestant's step keeps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers import dividing
from benchmarks.peers.reporting import DIVIDED, Ran, tables

PAGE = Path(__file__).with_name("page.md")


def page(
    all_ran: Sequence[Ran],
    settings: Mapping[str, str],
    *,
    machine: str,
    speed: str,
    rounds: int,
    cases: int,
) -> str:
    told = ", ".join(f"`{name}` {value}" for name, value in settings.items())
    compared = [ran for ran in all_ran if ran.key != DIVIDED]
    filled = {
        "processors": str(os.cpu_count()),
        "machine": machine[:1].upper() + machine[1:],
        "speed": speed[:1].upper() + speed[1:],
        "rounds": str(rounds),
        "cases": str(cases),
        "settings": told or "none on this machine",
        "figures": tables(compared),
        "interpreters": _interpreters(compared),
        "missed": dividing.tables(all_ran),
    }
    text = PAGE.read_text("utf-8")
    for name, value in filled.items():
        text = text.replace("{" + name + "}", value)
    return text


def _interpreters(all_ran: Sequence[Ran]) -> str:
    """What runs each of them; Python's build says whether it was optimised by a profile."""
    by_interpreter: dict[str, dict[str, None]] = {}
    for ran in all_ran:
        if ran.interpreter:
            names = by_interpreter.setdefault(ran.interpreter, {})
            names[ran.name.partition(",")[0]] = None
    return "; ".join(f"{interpreter}: {', '.join(names)}" for interpreter, names in by_interpreter.items())
