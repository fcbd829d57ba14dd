"""A node as a process of its own: the command line, with the faults' handlers, on a clock that may be wrong.

    python tools/faults/node.py serve|worker ...

`CHAOS_CLOCK` names a file with the seconds that this node's clock is ahead.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
CLOCK = "CHAOS_CLOCK"


def main() -> None:
    from faults import outside  # registers its handlers

    assert outside
    if CLOCK in os.environ:
        _set_clock(Path(os.environ[CLOCK]))
    from flowcase.cli import main as command_line

    command_line()


def _set_clock(file: Path) -> None:
    from flowcase import clock
    from flowcase.services.machines import nodes

    def now(_: object) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(file.read_text() or 0))

    clock.WallClock.now = now  # type: ignore[method-assign]
    nodes.machine_id = lambda: os.environ["FLOWCASE_NODE"]  # type: ignore[assignment] # whose clock it is


if __name__ == "__main__":
    main()
