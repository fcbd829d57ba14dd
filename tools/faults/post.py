"""Messages all at once, each several times and in no order, some before who waits for them."""

from __future__ import annotations

import collections
import random
import threading
import time

from faults.counting import count
from faults.drawing import receive, sequence, user_task
from faults.outcome import Outcome
from faults.places import installation
from faults.servers import folder, postgresql
from flowcase.access.actor import SYSTEM
from flowcase.errors import FlowcaseError

SENDERS = 8
DRAWN = sequence("post", receive("letter", "letter"), user_task("read"), messages=("letter",))


def at_once(*, messages: int, seed: int) -> Outcome:
    """Half of the receivers wait already, half come later; every message is sent twice, in random order."""
    outcome = Outcome("messages", f"{messages:,} messages at once, each twice and out of order")
    chance = random.Random(seed)
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, DRAWN, durable=False) as (flow, _),
    ):
        early = messages // 2
        for nr in range(early):
            flow.instances.start("post", {"k": str(nr)}, actor=SYSTEM)
        sendings = [nr for nr in range(messages) for _ in range(2)]
        chance.shuffle(sendings)
        failed: list[str] = []
        sent = [0]
        lock = threading.Lock()

        def send() -> None:
            while True:
                with lock:
                    if not sendings:
                        return
                    nr = sendings.pop()
                    sent[0] += 1
                try:
                    flow.messages.correlate(
                        "letter", str(nr), {"nr": nr}, message_id=f"letter-{nr}", actor=SYSTEM
                    )
                except FlowcaseError as error:
                    failed.append(type(error).__name__)

        began = time.monotonic()
        senders = [threading.Thread(target=send) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        for nr in range(early, messages):  # meanwhile
            flow.instances.start("post", {"k": str(nr)}, actor=SYSTEM)
        for sender in senders:
            sender.join()
        outcome.until_normal.append(time.monotonic() - began)
        reached: collections.Counter[str] = collections.Counter()
        for row in flow.history.everything():
            if row.kind == "UserTaskCreated":
                reached[str(row.instance)] += 1
        outcome.tried = {"messages": messages, "sent": sent[0], "received": len(reached)}
        outcome.notes.append(f"{sent[0] / outcome.until_normal[0]:,.0f} sent a second")
        outcome.add(count(flow))
        outcome.lost += messages - len(reached)
        outcome.doubled += sum(times - 1 for times in reached.values())
        wrong = sum(
            str(flow.instances.get(row.id).variables["nr"]) != flow.instances.get(row.id).variables["k"]
            for row in flow.instances.list(limit=None)[:500]
            if row.id in reached
        )
        outcome.wrong |= {"with another's content": wrong, "refused": len(failed)}
    return outcome
