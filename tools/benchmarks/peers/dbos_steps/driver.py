"""DBOS on PostgreSQL: a durable workflow that records a step as each user task opens and then waits."""

from __future__ import annotations

import importlib.metadata
import os
import queue
from typing import Any

import rounds
from dbos import DBOS

OPENED: queue.SimpleQueue[str] = queue.SimpleQueue()  # told once a step is recorded; costs the peer nothing


@DBOS.step()
def open_task(name: str) -> str:
    return name


@DBOS.workflow()
def casework() -> str:
    OPENED.put(open_task("first"))
    answer = DBOS.recv("first", timeout_seconds=3600)
    if not answer["approved"]:
        return "refused"
    OPENED.put(open_task("second"))
    DBOS.recv("second", timeout_seconds=3600)
    return "done"


def case() -> list[float]:
    handle: Any = None

    def start() -> None:
        nonlocal handle
        handle = DBOS.start_workflow(casework)
        OPENED.get(timeout=60)

    def first() -> None:
        DBOS.send(handle.workflow_id, {"approved": True}, topic="first")
        OPENED.get(timeout=60)

    def second() -> None:
        DBOS.send(handle.workflow_id, {}, topic="second")
        assert handle.get_result() == "done"

    return [rounds.seconds(start), rounds.seconds(first), rounds.seconds(second)]


def main() -> None:
    asked = rounds.arguments()
    database = asked.database.replace("postgresql://", "postgresql+psycopg://")
    DBOS(config={"name": "peers", "system_database_url": database, "log_level": "ERROR"})
    DBOS.launch()
    rounds.serve(asked, importlib.metadata.version("dbos"), case)
    DBOS.destroy()
    os._exit(0)  # its threads have nothing left to do


main()
