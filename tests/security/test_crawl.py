"""The crawler of `make crawl`, in its short form: it asks every page, and it notices what is wrong."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from flowcase.web import permission_matrix
from flowcase.web.permission_matrix import RULES
from flowcase.web.route_rules import EVERYBODY, Answer


@pytest.fixture
def crawling(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    monkeypatch.setattr("flowcase.web.pdf.render", lambda html, attachments=(): b"%PDF-1.7")
    return importlib.import_module("crawl")


def test_whoever_looks_at_everything_sees_what_the_matrix_says(crawling, app, world):
    report = crawling.crawl(app, world.flow, ["camilla.syd", "drift"], most=1)

    assert report.differences == []
    routes = [route for route in permission_matrix.routes(app) if route.method == "GET"]
    assert report.asked >= 2 * (len(routes) - 1)
    assert {200, 403} <= set(report.statuses)


def test_a_cell_that_is_wrong_and_a_fault_are_noticed(crawling, app, world, monkeypatch):
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.disabled = True
    monkeypatch.setattr(crawling, "RULES", {**RULES, "operations.mails": EVERYBODY})
    monkeypatch.setattr(
        crawling, "expected", lambda endpoint, groups: Answer.YES if "mails" in endpoint else Answer.NO
    )
    monkeypatch.setattr(type(world.flow.inboxes), "shown", lambda *_, **__: 1 / 0)

    report = crawling.crawl(app, world.flow, ["karen.fp"], most=1)

    told = "\n".join(report.differences)
    app.testing = True
    assert "/opgaver (inbox.mine): 500: broken" in told
    assert "/moeder (meetings.week): 200, but the matrix says no" in told


def test_there_is_somebody_for_each_kind_of_groups(crawling, world):
    found = crawling.roles(world.flow)

    assert set(found) >= {"reception", "casework", "team_leader", "auditor", "process_owner", "operations"}
