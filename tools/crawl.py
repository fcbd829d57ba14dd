"""`make crawl`: as somebody of each kind, ask every page and every operation that reads, with every id.

Made on a copy of the demonstration: looking is written down. What somebody may see is what the permission
matrix says; nothing ever breaks down. Exit status 1 when an answer differs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from tqdm import tqdm

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.access.kinds import KINDS, kinds_of
from flowcase.bootstrap import Flowcase
from flowcase.history.indicators import INDICATORS
from flowcase.web import create_app, permission_matrix
from flowcase.web.permission_matrix import RULES, Route
from flowcase.web.route_rules import Answer

PASSWORD = secrets.token_urlsafe(16)  # of everybody in the copy
NOBODYS = "findes-ikke"
_STRENGTH = [Answer.NO, Answer.OWN, Answer.YES]
_FILES = {"static"}  # not pages of ours
_SENT_TO_SIGN_IN = 302


@dataclass
class Report:
    """What was asked, and where the answer was another one than the matrix says."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def __add__(self, other: Report) -> Report:
        return Report(
            self.asked + other.asked, self.statuses + other.statuses, self.differences + other.differences
        )


def roles(flow: Flowcase) -> dict[str, str]:
    """Kind -> the first person of it, by id."""
    found: dict[str, str] = {}
    for row in sorted(flow.people.list(), key=lambda row: row.id):
        for kind in [kind for group in sorted(row.groups) for kind in kinds_of(group)]:
            found.setdefault(kind, row.id)
    return found


def ids(flow: Flowcase, most: int | None) -> Mapping[str, list[Any]]:
    """What may stand in an address, by endpoint or by name; `most` of each."""
    meetings = [row.id for row in flow.cases.records("Moede")]
    instances = [row.id for row in flow.instances.list(limit=None)]
    tasks = flow.user_tasks.list(status=None)
    processes = sorted({row.process for row in flow.deployments.definitions()})
    known: dict[str, list[Any]] = {
        "code": [row.code for row in flow.cases.list(actor=SYSTEM, limit=100_000)],
        "user_tasks": [row.id for row in tasks],
        "steps": sorted({(row.instance, row.element) for row in tasks}),
        "instances": instances,
        "documents": [row.id for row in flow.cases.records("Dokument")],
        "meetings": meetings,
        "process": processes,
        "path": sorted(flow.deployments.files_in_force()),
        "indicators": list(INDICATORS),
        "webhooks": [row.id for row in flow.webhooks.list(actor=SYSTEM)],
        "person": [row.id for row in flow.people.list()],
        "team": sorted({row.team for row in flow.cases.list(actor=SYSTEM, limit=100_000) if row.team}),
        "rule": ["T01", "R-001", "candidate-group"],
        "number": [1],
    }
    return {name: values[:most] for name, values in known.items()}


def values_of(route: Route, argument: str, known: Mapping[str, list[Any]]) -> list[Any]:
    """The ids for one part of an address; one that there is not, where nobody knows better."""
    if argument in ("version", "old", "new", "fra", "til", "number"):
        return known["number"]
    if argument != "id" and argument in known:
        return known[argument] or [NOBODYS]
    places = {
        "opgaver": "user_tasks",
        "user-tasks": "user_tasks",
        "forloeb": "instances",
        "instances": "instances",
        "dokumenter": "documents",
        "moeder": "meetings",
        "dagsmoede": "meetings",
        "indikatorer": "indicators",
        "webhooks": "webhooks",
    }
    before = route.path.partition("<id>")[0].rstrip("/").rpartition("/")[2]
    return known.get(places.get(before, ""), []) or [NOBODYS]


def addresses(app: Flask, known: Mapping[str, list[Any]]) -> Iterator[tuple[Route, str]]:
    """Every address that a GET takes, with every id."""
    rules = {(rule.rule, rule.endpoint): rule for rule in app.url_map.iter_rules()}
    with app.test_request_context():
        for route in permission_matrix.routes(app):
            if route.method != "GET" or route.endpoint in _FILES:
                continue
            arguments = sorted(rules[route.path, route.endpoint].arguments)
            for values in _together(route, arguments, known):
                yield route, app.url_for(route.endpoint, **values)


def _together(route: Route, arguments: list[str], known: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """The parts of an address, so that each id stands in it at least once.

    Not each with each: a thousand instances with a thousand steps would be a million addresses.
    """
    if "step" in arguments and known["steps"]:
        for instance, step in known["steps"]:
            yield {"id": instance, "step": step}
        return
    of_each = [values_of(route, name, known) for name in arguments]
    for number in range(max(map(len, of_each), default=1)):
        yield {name: values[number % len(values)] for name, values in zip(arguments, of_each, strict=True)}


def expected(endpoint: str, groups: Iterable[str]) -> Answer:
    """The strongest of the cells of the person's groups."""
    rule = RULES[endpoint]
    cells = [permission_matrix.answer(rule, KINDS[kind]) for group in groups for kind in kinds_of(group)]
    return max(cells, key=_STRENGTH.index, default=Answer.NO)


def crawl(app: Flask, flow: Flowcase, people: Iterable[str], *, most: int | None = None) -> Report:
    """Ask everything as each of them; `most` ids of each kind, or all."""
    report, found = Report(), list(addresses(app, ids(flow, most)))
    groups = {row.id: row.groups for row in flow.people.list()}
    for person in people:
        flow.people.set_password(person, PASSWORD, actor=SYSTEM)
        headers = {"Authorization": f"Bearer {flow.people.new_token(person, actor=SYSTEM)}"}
        client = _signed_in(app, person)
        for route, address in tqdm(found, desc=person, disable=None, file=sys.stderr):
            given = headers if RULES[route.endpoint].takes_token else {}
            answer = client.get(address, headers=given)
            said = _difference(route, answer, expected(route.endpoint, groups[person]))
            answer.close()
            report.asked += 1
            report.statuses[answer.status_code] += 1
            if said:
                report.differences.append(f"{person} {address} ({route.endpoint}): {said}")
    return report


def _signed_in(app: Flask, person: str) -> Any:
    client = app.test_client()
    page = client.get("/log-paa").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/log-paa", data={"bruger": person, "adgangskode": PASSWORD, "csrf_token": token})
    return client


def _difference(route: Route, answer: Any, may: Answer) -> str:
    status = answer.status_code
    if status >= 500:
        return f"{status}: broken"
    is_refused = status in (401, 403) or (
        status == _SENT_TO_SIGN_IN and answer.headers["Location"].startswith("/log-paa")
    )
    if may is Answer.YES and is_refused and RULES[route.endpoint].needs_sign_in:
        return f"{status}, but the matrix says yes"
    if may is Answer.NO and not is_refused and status != 404:
        return f"{status}, but the matrix says no"
    return ""


def _crawl_a_copy(given: tuple[Path, Path, str, int | None, bool]) -> Report:
    """As one person, on a copy of their own: several do so beside each other."""
    home, copy, person, most, with_pdf = given
    tqdm.set_lock(threading.RLock())  # its own one is for several processes, and is never given back
    shutil.copytree(home, copy)
    if not with_pdf:
        from flowcase.web import pdf

        pdf.render = lambda html, attachments=(): b"%PDF-1.7"
    flow = bootstrap.open(config.load(home=copy))
    try:
        flow.api_limits.limit = 0  # a crawler asks more than any program may
        return crawl(create_app(flow), flow, [person], most=most)
    finally:
        flow.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an installation; it is copied, not touched")
    parser.add_argument("--most", type=int, default=None, help="ids of each kind; default: all")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="people at once; default: processors"
    )
    parser.add_argument("--pdf", action="store_true", help="render PDF files too, which takes long")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(asked.home, home)
        flow = bootstrap.open(config.load(home=home))
        try:
            people = sorted(set(roles(flow).values()))
        finally:
            flow.close()
        begun = time.monotonic()
        given = [(home, Path(folder) / person, person, asked.most, asked.pdf) for person in people]
        with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
            reports = list(pool.imap(_crawl_a_copy, given, chunksize=1))
    report = sum(reports, Report())
    for line in report.differences[:100]:
        print(line)
    statuses = ", ".join(f"{number} times {status}" for status, number in sorted(report.statuses.items()))
    print(
        f"{report.asked} requests as {len(people)} people in {time.monotonic() - begun:.0f} seconds: "
        f"{statuses}; {len(report.differences)} differences from the permission matrix"
    )
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
