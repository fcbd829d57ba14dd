"""Run by a test as a process of its own: wraps keys anew in small batches until it is killed.

    python rotating.py HOME DATABASE_URL

Prints how many keys each batch has wrapped, once that is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.config import Config

OPERATOR = Actor("operator", groups=frozenset({"administrator"}), kind="terminal")


def main() -> None:
    home, url = sys.argv[1:]
    flow = bootstrap.open(Config(home=Path(home), database_url=url))
    flow.key_rotation.rotate(actor=OPERATOR, progress=lambda count: print(count, flush=True), batch=5)


if __name__ == "__main__":
    main()
