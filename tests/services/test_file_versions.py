"""The versions of a file: numbered, signed, fetched as they were, and taken up again."""

from __future__ import annotations

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden, NotFound
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
LONE = Actor("lone", groups=frozenset({"procesejer"}))
FIRST = process("p", start(), user_task("a"), end())
SECOND = process("p", start(), user_task("b"), end())
THIRD = process("p", start(), user_task("c"), end())


@pytest.fixture
def twice(flow: Flowcase) -> Flowcase:
    """`p.bpmn` in two versions, the second drawn by jens and signed by lone."""
    flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR, note="Den første")
    opened = flow.studio.open("p.bpmn", actor=JENS)
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=opened.based_on, actor=JENS)
    review = flow.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    digest = flow.reviews.get(review, actor=LONE).digest
    flow.reviews.approve(review, digest=digest, actor=LONE)
    flow.studio.deploy("p.bpmn", SECOND, note="Trin b", replaces=opened.based_on, actor=JENS)
    return flow


def test_versions_tell_who_brought_them_why_and_who_signed(twice: Flowcase) -> None:
    newest, oldest = twice.file_versions.versions("p.bpmn", actor=LONE)

    assert (newest.row.number, newest.row.names, newest.row.deployment.note) == (2, ("p:2",), "Trin b")
    assert newest.row.deployment.actor == "jens"
    assert newest.review is not None and newest.review.decided_by == "lone"
    assert (oldest.row.number, oldest.row.deployment.note, oldest.review) == (1, "Den første", None)


def test_an_older_version_becomes_a_draft_and_replaces_nothing(twice: Flowcase) -> None:
    twice.file_versions.restore("p.bpmn", 1, actor=LONE)

    opened = twice.studio.open("p.bpmn", actor=LONE)
    assert opened.content == FIRST
    assert twice.deployments.source("p") == SECOND
    made = twice.studio.deploy(
        "p.bpmn", FIRST, note="Tilbage", replaces=opened.in_force and opened.in_force.hash, actor=LONE
    )
    assert made.definitions == ("p:3",)
    assert [each.row.number for each in twice.file_versions.versions("p.bpmn", actor=LONE)] == [3, 2, 1]


def test_a_draft_of_ones_own_stays_beside_what_is_restored(twice: Flowcase) -> None:
    twice.kept_drafts.save("p.bpmn", THIRD, seen=None, based_on=None, actor=JENS)

    saved = twice.file_versions.restore("p.bpmn", 1, actor=JENS)

    assert saved.copy == 1
    assert twice.studio.open("p.bpmn", actor=JENS).content == THIRD
    assert twice.studio.open("p.bpmn", copy=1, actor=JENS).content == FIRST


def test_draft_deployments_and_unknown_numbers_are_no_versions(twice: Flowcase) -> None:
    twice.deployments.deploy({"p.bpmn": THIRD}, actor=OPERATOR, draft=True)

    assert len(twice.file_versions.versions("p.bpmn", actor=JENS)) == 2
    assert twice.file_versions.version("p.bpmn", 1, actor=JENS) == FIRST
    for attempt in (
        lambda: twice.file_versions.version("p.bpmn", 3, actor=JENS),
        lambda: twice.file_versions.restore("p.bpmn", 0, actor=JENS),
        lambda: twice.file_versions.versions("q.bpmn", actor=JENS),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        twice.file_versions.versions("p.bpmn", actor=ANNA)
