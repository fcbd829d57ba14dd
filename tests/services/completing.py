"""Run by the kill tests as a process of its own: completes user tasks until it is killed.

    python completing.py HOME DATABASE_URL [held]

Prints the id of each user task when its completion has been acknowledged. With `held` it first prints `ready`
and waits for a line.
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.config import Config
from flowcase.errors import Conflict

CLIENTS = 3


def complete_all(flow: bootstrap.Flowcase, number: int, output: threading.Lock) -> None:
    actor = Actor(f"client{number}")
    while rows := flow.user_tasks.list(limit=20):
        row = random.choice(rows)
        try:
            flow.user_tasks.complete(row.id, {"by": number}, actor=actor)
        except Conflict:  # another client was faster
            continue
        with output:
            sys.stdout.write(f"{row.id}\n")
            sys.stdout.flush()


def main() -> None:
    home, url, *held = sys.argv[1:]
    flow = bootstrap.open(Config(home=Path(home), database_url=url))
    if held:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
    output = threading.Lock()
    clients = [
        threading.Thread(target=complete_all, args=(flow, number, output)) for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()


if __name__ == "__main__":
    main()
