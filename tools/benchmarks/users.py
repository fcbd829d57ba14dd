"""(k) Fifty people who think for ten seconds between two clicks, on one web node and one worker."""

from __future__ import annotations

import http.client
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from argon2 import PasswordHasher
from faults.servers import Node, running

from benchmarks import pace
from benchmarks.browser import AGENT
from benchmarks.measuring import Measured, installation
from benchmarks.steps import signed_in
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.web import create_app

USERS, THOUGHT, SECONDS, QUICK_SECONDS = 50, 10.0, 120, 30
COMPLETING_MS = 250.0  # the goal for ninety-nine of a hundred


@dataclass
class _Seen:
    """What the browsers saw, all of them together."""

    completing: list[float] = field(default_factory=list)  # seconds, to the redirect
    looking: list[float] = field(default_factory=list)  # seconds, the page that follows
    lagging: int = 0  # pages that still showed what had just been done
    answers: Counter[int] = field(default_factory=Counter)


def report(name: str, url: str, home: Path, quick: bool) -> Iterator[Measured]:
    """Each completes a user task of their own, looks at the page that follows, and thinks."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with installation(home, url) as flow:
        people = _people(flow)
        tasks = _tasks(flow, int(USERS * seconds / THOUGHT * 1.5))
        node = {"FLOWCASE_DATABASE_URL": url}
        command = [sys.executable, "-m", "flowcase"]
        web = Node("web", home, environment=node, command=command)
        worker = Node("worker", home, environment=node, command=command)
        with running(web, worker):
            begun = pace.look()
            seen = _work(web.port, people, tasks, seconds)
            ended = pace.look()
    done, what = len(seen.completing), f"{USERS} users with {THOUGHT:g} s of thought"
    assert done >= USERS, seen.answers
    for which, times, goal in (
        ("completing a user task", seen.completing, COMPLETING_MS),
        ("the page that follows", seen.looking, None),
    ):
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        spread = f"(p50 {cuts[49] * 1e3:.1f}, of {len(times)})"
        yield Measured(
            "k",
            f"{name}: {what}, {which}: p99",
            cuts[98] * 1e3,
            "ms",
            spread,
            at_most=goal,
            calibration=(begun.seconds + ended.seconds) / 2 * 1e3,
        )
    yield Measured("k", f"{name}: {what}, pages that lag behind", seen.lagging, "", at_most=0)
    refused = sum(number for status, number in seen.answers.items() if status >= 400)
    yield Measured("k", f"{name}: {what}, refused or failed", refused, "", at_most=0)


def _people(flow: Flowcase) -> list[tuple[str, str]]:
    """(cookie, token) of each, signed in as in a browser."""
    flow.people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # made to be slow
    application, found = create_app(flow), []
    for number in range(USERS):
        person = f"user{number}"
        flow.people.add(person, groups=["clients"], actor=SYSTEM)
        browser = signed_in(flow, person, application)
        token = browser.get("/opgaver").csrf_token
        found.append((browser.cookie, token))
    return found


def _tasks(flow: Flowcase, count: int) -> list[str]:
    started = {flow.instances.start("chaos", actor=SYSTEM) for _ in range(count)}
    return [row.id for row in flow.user_tasks.list() if row.instance in started]


def _work(port: int, people: list[tuple[str, str]], tasks: list[str], seconds: float) -> _Seen:
    seen, lock, until = _Seen(), threading.Lock(), time.monotonic() + seconds

    def work(cookie: str, token: str, chance: random.Random) -> None:
        pause = chance.uniform(0, THOUGHT)
        while time.monotonic() + pause < until:
            time.sleep(pause)
            with lock:
                id = tasks.pop()
            began = time.perf_counter()
            status, _ = _ask(port, f"/opgaver/{id}", cookie, {"_faerdig": "1", "csrf_token": token})
            sent = time.perf_counter()
            found, page = _ask(port, "/opgaver", cookie)
            looked = time.perf_counter()
            with lock:
                seen.answers.update([status, found])
                seen.completing.append(sent - began)
                seen.looking.append(looked - sent)
                seen.lagging += f"/opgaver/{id}".encode() in page
            pause = chance.uniform(0.5, 1.5) * THOUGHT

    threads = [
        threading.Thread(target=work, args=(*person, random.Random(number)))
        for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _ask(port: int, path: str, cookie: str, values: dict[str, str] | None = None) -> tuple[int, bytes]:
    """(status, body) of a request on a connection of its own, redirects not followed."""
    headers = {"Cookie": cookie, "User-Agent": AGENT}
    body = None
    if values is not None:
        body = urlencode(values)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
