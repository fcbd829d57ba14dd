"""People at work while a fault happens, and what came of it all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from faults.counting import count
from faults.outcome import Outcome
from faults.places import Feeder, left_undone, until_done
from faults.servers import Node, running
from faults.users import Users
from flowcase.bootstrap import Flowcase


@contextlib.contextmanager
def people_at_work(
    outcome: Outcome, flow: Flowcase, token: str, *nodes: Node, people: int, seed: int
) -> Iterator[Users]:
    """These nodes, so many people at the web ones; on the way out everything is counted into `outcome`."""
    outcome.meant = ("user tasks completed", "timers fired", "jobs completed")
    with running(*nodes):
        webs = [each.address for each in nodes if each.kind == "web"]
        users = Users(webs, token, people, seed, thought=(0.2, 1.5))
        feeder = Feeder(flow, "work", max(people, 10))
        feeder.start()
        users.start()
        users.until_one_succeeds()
        yield users
        feeder.stop()
        users.stop()
        until_done(flow)
        outcome.notes += left_undone(flow)
    outcome.tried["completions acknowledged"] = len(users.acknowledged)
    outcome.tried["instances started"] = len(feeder.started)
    outcome.add(count(flow, users.acknowledged, is_done=True))
    outcome.lost += feeder.missing()
    outcome.doubled += sum(times - 1 for times in users.acknowledged.values())
    answers = ", ".join(f"{code}: {times}" for code, times in sorted(users.answers.items()))
    outcome.notes.append(f"answers by HTTP status: {answers}; cut off without one: {users.unanswered}")
    broke = sorted({line for each in nodes for line in each.internal_errors()})
    outcome.notes += [f"internal error: {line}" for line in broke[:5]]
    outcome.notes += [f"told {times} times: {said}" for said, times in users.told.most_common(3)]
