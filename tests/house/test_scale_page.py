"""docs/scale.md says of every table how it would be spread over several machines."""

from __future__ import annotations

import re
from pathlib import Path

from flowcase.store import tables

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_every_table_has_one_way_of_being_spread() -> None:
    spread = PAGE.read_text("utf-8").partition("## Spreading one database")[2]
    rows = [line.split("|")[1] for line in spread.splitlines() if line.startswith("| `")]

    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]

    assert sorted(named) == sorted(tables.metadata.tables)
