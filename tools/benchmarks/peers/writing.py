"""docs/peers.md: the figures, put into the page that says what each contestant's step keeps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.reporting import Ran, tables

PAGE = Path(__file__).with_name("page.md")


def page(
    all_ran: Sequence[Ran], settings: Mapping[str, str], *, machine: str, rounds: int, cases: int
) -> str:
    told = ", ".join(f"`{name}` {value}" for name, value in settings.items())
    filled = {
        "processors": str(os.cpu_count()),
        "machine": machine[:1].upper() + machine[1:],
        "rounds": str(rounds),
        "cases": str(cases),
        "settings": told or "none on this machine",
        "figures": tables(all_ran),
    }
    text = PAGE.read_text("utf-8")
    for name, value in filled.items():
        text = text.replace("{" + name + "}", value)
    return text
