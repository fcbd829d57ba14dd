"""A crowd on one case: nobody is shown an error but that somebody else was faster."""

from __future__ import annotations

import time

from faults.counting import count
from faults.drawing import sequence, user_task
from faults.outcome import Outcome
from faults.places import installation, wait_for
from faults.servers import Node, folder, postgresql, running
from faults.users import Users
from flowcase.access.actor import SYSTEM

CASE = "SAG-1"
DRAWN = sequence("crowd", user_task("one"), user_task("two"))


def one_case(*, people: int, instances: int, seed: int) -> Outcome:
    """All at once read and complete what is open in one case, on two web nodes."""
    outcome = Outcome("crowd", f"{people:,} people at once on one case")
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, DRAWN) as (flow, token),
    ):
        flow.cases.open(CASE, child={"navn": "Barn"}, facts={}, actor=SYSTEM)
        for _ in range(instances):
            flow.instances.start("crowd", case=CASE, actor=SYSTEM)
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        nodes = [Node("web", place / "home", name=f"web{n}", environment=shared) for n in (1, 2)]
        with running(*nodes):
            users = Users([node.address for node in nodes], token, people, seed, thought=(0, 2))
            began = time.monotonic()
            users.start()
            wait_for(lambda: not flow.user_tasks.list(limit=1), 180)
            outcome.until_normal.append(time.monotonic() - began)
            users.stop()
        outcome.tried = {"people": people, "completions acknowledged": len(users.acknowledged)}
        faster = sum(users.answers[code] for code in (404, 409))
        outcome.notes.append(f"told {faster} times that it was already done")
        outcome.notes += [f"told {times} times: {said}" for said, times in users.told.most_common(3)]
        outcome.add(count(flow, users.acknowledged))
        done = len(flow.user_tasks.list(status="completed"))
        outcome.wrong["not done within three minutes"] = 2 * instances - done
        outcome.doubled += sum(times - 1 for times in users.acknowledged.values())
        outcome.wrong["other errors shown"] = sum(users.told.values()) + users.unanswered
    return outcome
