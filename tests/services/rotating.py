"""Run by a test as a process of its own: wraps keys anew in small batches until it is killed.

    python rotating.py HOME DATABASE_URL

Prints how many keys each batch has wrapped, once that is committed, and waits for a line before the next one:
however late its parent comes to kill it, there is something left to wrap.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.config import Config

OPERATOR = Actor("operator", groups=frozenset({"administrator"}), kind="terminal")


def say_and_wait(count: int) -> None:
    print(count, flush=True)
    sys.stdin.readline()


def main() -> None:
    home, url = sys.argv[1:]
    flow = bootstrap.open(Config(home=Path(home), database_url=url))
    flow.key_rotation.rotate(actor=OPERATOR, progress=say_and_wait, batch=5)


if __name__ == "__main__":
    main()
