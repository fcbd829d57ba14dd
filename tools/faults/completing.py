"""A node that completes user tasks until it is killed, on whichever release PYTHONPATH names.

    python completing.py HOME DATABASE_URL

Prints `ready`, then the id of each user task when its completion has been acknowledged.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.config import Config
from flowcase.errors import Conflict, FlowcaseError


def main() -> None:
    home, url = sys.argv[1:]
    flow = bootstrap.open(Config(home=Path(home), database_url=url))
    actor = Actor("client", groups=frozenset({"clients"}))
    print("ready", flush=True)
    while True:
        try:
            rows = flow.user_tasks.list(limit=20)
            if not rows:
                time.sleep(0.05)
                continue
            row = random.choice(rows)
            flow.user_tasks.complete(row.id, {}, actor=actor)
        except Conflict:
            continue
        except FlowcaseError as error:
            print(f"refused {type(error).__name__}", flush=True)
            time.sleep(0.1)
            continue
        print(row.id, flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
