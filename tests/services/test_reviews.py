"""Four eyes: what a second person reads, says and signs before a draft is put into force."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from flowcase import bootstrap, handlers
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused
from flowcase.services.studio.reviews import NotApproved
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
LONE = Actor("lone", groups=frozenset({"procesejer"}))
MIE = Actor("mie", groups=frozenset({"procesejer"}))
PROGRAM = Actor("program", groups=frozenset({"procesejer"}), kind="service")
FIRST = process("p", start(), user_task("a"), end())
SECOND = process("p", start(), user_task("b"), end())
OTHER = process("q", start(), user_task("q1"), end())
THIRD = process("p", start(), user_task("c"), end())


@pytest.fixture
def strict(flow: Flowcase) -> Flowcase:
    """The same installation with four eyes; `p.bpmn` is deployed, and jens has a draft of it."""
    settings = dataclasses.replace(flow.settings, four_eyes=True)
    strict = bootstrap.assemble(settings, flow.store, flow.clock, handlers=handlers._registered)
    strict.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)
    strict.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force(strict), actor=JENS)
    return strict


def in_force(flow: Flowcase) -> str:
    row = flow.studio.open("p.bpmn", actor=MIE).in_force
    assert row is not None
    return row.hash


def deploy(flow: Flowcase, content: bytes = SECOND, by: Actor = JENS, **more: Any) -> Any:
    return flow.studio.deploy("p.bpmn", content, note="n", replaces=in_force(flow), actor=by, **more)


def approve(flow: Flowcase, id: str, by: Actor = LONE) -> None:
    flow.reviews.approve(id, digest=flow.reviews.get(id, actor=by).digest, actor=by)


def test_four_eyes_are_on_but_in_demonstrations(flow: Flowcase) -> None:
    real = dataclasses.replace(flow.settings, is_demonstration=False)

    assert real.has_four_eyes
    assert not flow.settings.has_four_eyes
    assert not dataclasses.replace(real, four_eyes=False).has_four_eyes


def test_nothing_goes_into_force_that_nobody_else_has_approved(strict: Flowcase) -> None:
    with pytest.raises(NotApproved) as missing:
        deploy(strict)
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    with pytest.raises(NotApproved) as waiting:
        deploy(strict)
    approve(strict, id)
    made = deploy(strict)

    assert (missing.value.code, waiting.value.code) == ("not_asked", "asked")
    assert made.definitions == ("p:2",)
    row = strict.reviews.get(id, actor=MIE).row
    assert (row.status, row.decided_by, row.deployment) == ("deployed", "lone", made.id)
    assert strict.studio.open("p.bpmn", actor=JENS).draft is None


def test_a_program_cannot_pass_by_the_second_person(strict: Flowcase) -> None:
    with pytest.raises(NotApproved):
        strict.studio.deploy_bundle({"p.bpmn": SECOND}, actor=PROGRAM)
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    with pytest.raises(Forbidden):
        approve(strict, id, by=PROGRAM)
    with pytest.raises(Forbidden):
        strict.reviews.approve(id, digest="", actor=SYSTEM)

    unchanged = strict.studio.deploy_bundle({"p.bpmn": FIRST}, actor=PROGRAM)
    draft = strict.studio.deploy_bundle({"p.bpmn": SECOND}, draft=True, actor=PROGRAM)
    approve(strict, id)
    made = strict.studio.deploy_bundle({"p.bpmn": SECOND}, actor=PROGRAM)

    assert (unchanged.definitions, draft.status) == ((), "draft")
    assert made.definitions == ("p:3",)


def test_the_author_cannot_approve_nor_can_who_drew_what_it_began_from(strict: Flowcase) -> None:
    strict.kept_drafts.save(
        "p.bpmn", THIRD, seen=None, based_on=in_force(strict), begun_from=("jens", 0), actor=LONE
    )
    id = strict.reviews.ask("p.bpmn", note="Trin c", actor=LONE)

    for author in (LONE, JENS):
        with pytest.raises(Forbidden):
            approve(strict, id, by=author)
        with pytest.raises(Forbidden):
            strict.reviews.send_back(id, reason="Nej", actor=author)
    approve(strict, id, by=MIE)

    assert strict.reviews.get(id, actor=MIE).row.status == "approved"


def test_a_change_behind_the_approval_voids_it_for_good(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    approve(strict, id)
    seen = strict.studio.open("p.bpmn", actor=JENS).draft

    changed = strict.kept_drafts.save("p.bpmn", THIRD, seen=seen, based_on=in_force(strict), actor=JENS)
    with pytest.raises(NotApproved):
        deploy(strict, THIRD)
    strict.kept_drafts.save("p.bpmn", SECOND, seen=changed.hash, based_on=in_force(strict), actor=JENS)

    with pytest.raises(NotApproved):
        deploy(strict, SECOND)
    assert strict.reviews.get(id, actor=MIE).row.status == "voided"


def test_saving_the_same_again_voids_nothing(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    seen = strict.studio.open("p.bpmn", actor=JENS).draft

    strict.kept_drafts.save("p.bpmn", SECOND, seen=seen, based_on=in_force(strict), actor=JENS)

    assert strict.reviews.get(id, actor=MIE).row.status == "asked"


def test_an_approval_holds_only_against_the_file_it_was_compared_with(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    old = in_force(strict)
    approve(strict, id)
    strict.deployments.deploy({"p.bpmn": THIRD}, actor=OPERATOR)

    with pytest.raises(NotApproved) as refused:
        deploy(strict)

    assert refused.value.code == "outdated"
    again = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    assert strict.reviews.get(id, actor=MIE).row.status == "outdated"
    approve(strict, again)
    with pytest.raises(Conflict, match="is approved"):
        strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    strict.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=old, actor=MIE)
    late = strict.reviews.ask("p.bpmn", note="Trin b", actor=MIE)
    read_before = strict.reviews.get(late, actor=LONE).digest
    strict.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)
    with pytest.raises(Conflict):
        strict.reviews.approve(late, digest=read_before, actor=LONE)


def test_a_review_is_answered_once(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    with pytest.raises(Conflict):
        strict.reviews.ask("p.bpmn", note="Igen", actor=JENS)
    with pytest.raises(InvalidValues):
        strict.reviews.send_back(id, reason=" ", actor=LONE)

    strict.reviews.send_back(id, reason="Trin b mangler en frist.", actor=LONE)

    with pytest.raises(Conflict):
        approve(strict, id, by=MIE)
    with pytest.raises(NotApproved) as refused:
        deploy(strict)
    assert refused.value.code == "sent_back"
    row = strict.reviews.get(id, actor=JENS).row
    assert (row.status, row.decided_by, row.reason) == ("sent_back", "lone", "Trin b mangler en frist.")


def test_comments_belong_to_elements_and_must_be_resolved_first(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    comment = strict.reviews.comment(id, "Hvorfor b?", element="b", actor=LONE)

    with pytest.raises(Refused):
        approve(strict, id)
    strict.reviews.mark(id, comment, is_resolved=True, actor=JENS)
    with pytest.raises(NotFound):
        strict.reviews.mark(id, "findes-ikke", is_resolved=True, actor=JENS)
    with pytest.raises(InvalidValues):
        strict.reviews.comment(id, " ", actor=LONE)
    approve(strict, id)

    (said,) = strict.reviews.get(id, actor=LONE).comments
    assert (said.element, said.text, said.actor, said.resolved_by) == ("b", "Hvorfor b?", "lone", "jens")


def test_a_draft_that_is_thrown_away_or_withdrawn_is_not_reviewed(strict: Flowcase) -> None:
    first = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    with pytest.raises(Forbidden):
        strict.reviews.withdraw(first, actor=LONE)
    strict.reviews.withdraw(first, actor=JENS)
    second = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)

    strict.kept_drafts.discard("p.bpmn", actor=JENS)

    assert [row.status for row, _ in strict.reviews.list(actor=MIE)] == ["voided", "withdrawn"]
    with pytest.raises(Conflict):
        approve(strict, second)
    with pytest.raises(NotFound):
        strict.reviews.ask("p.bpmn", note="n", actor=JENS)


def test_who_signed_may_deploy_and_keeps_a_draft_of_their_own(strict: Flowcase) -> None:
    strict.kept_drafts.save("p.bpmn", THIRD, seen=None, based_on=in_force(strict), actor=LONE)
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    approve(strict, id)

    deploy(strict, by=LONE, copy=None)

    assert strict.studio.open("p.bpmn", actor=LONE).content == THIRD
    assert strict.studio.open("p.bpmn", actor=JENS).draft is None


@pytest.fixture
def together(strict: Flowcase) -> str:
    """Jens asked for a review of his draft of `p.bpmn` and of a new process that belongs to it."""
    strict.kept_drafts.begin("q.bpmn", OTHER, actor=JENS)
    return strict.reviews.ask("p.bpmn", together={"q.bpmn": 0}, note="Trin b og q", actor=JENS)


def test_files_that_belong_together_are_approved_and_deployed_as_one(strict: Flowcase, together: str) -> None:
    before = len(strict.deployments.list())
    with pytest.raises(NotApproved) as waiting:
        deploy(strict)

    approve(strict, together)
    review = strict.reviews.get(together, actor=LONE)
    replaces = {file.path: file.in_force for file in review.files}
    made = strict.studio.deploy_together(review.contents, note="Begge", replaces=replaces, actor=LONE)

    assert waiting.value.code == "asked"
    assert sorted(made.definitions) == ["p:2", "q:1"]
    assert len(strict.deployments.list()) == before + 1
    row = strict.reviews.get(together, actor=JENS).row
    assert (row.status, row.deployment) == ("deployed", made.id)
    assert [file.drafts for file in strict.studio.files(actor=JENS) if file.in_force] == [(), ()]
    for path in ("p.bpmn", "q.bpmn"):
        signed = strict.file_versions.versions(path, actor=MIE)[0].review
        assert signed is not None and (signed.id, signed.decided_by) == (together, "lone")


@pytest.mark.parametrize("path", ["p.bpmn", "q.bpmn"])
def test_a_part_of_what_was_approved_together_never_goes_into_force_alone(
    strict: Flowcase, together: str, path: str
) -> None:
    approve(strict, together)
    content = {"p.bpmn": SECOND, "q.bpmn": OTHER}[path]
    replaces = in_force(strict) if path == "p.bpmn" else None

    with pytest.raises(NotApproved) as studio:
        strict.studio.deploy(path, content, note="n", replaces=replaces, actor=JENS)
    with pytest.raises(NotApproved) as program:
        strict.studio.deploy_bundle({path: content}, actor=PROGRAM)

    other = {"p.bpmn": ("q.bpmn",), "q.bpmn": ("p.bpmn",)}[path]
    assert (studio.value.code, studio.value.together) == ("part", other)
    assert (program.value.code, program.value.together) == ("part", other)


def test_a_change_of_one_file_voids_the_approval_of_all(strict: Flowcase, together: str) -> None:
    approve(strict, together)
    seen = strict.studio.open("q.bpmn", actor=JENS).draft

    changed = process("q", start(), user_task("andet"), end())
    strict.kept_drafts.save("q.bpmn", changed, seen=seen, based_on=None, actor=JENS)

    assert strict.reviews.get(together, actor=MIE).row.status == "voided"
    for files in ({"p.bpmn": SECOND, "q.bpmn": OTHER}, {"p.bpmn": SECOND, "q.bpmn": changed}):
        with pytest.raises(NotApproved) as refused:
            strict.studio.deploy_bundle(files, actor=PROGRAM)
        assert refused.value.code == "not_asked"


def test_another_version_of_one_file_outdates_the_approval_of_all(strict: Flowcase, together: str) -> None:
    approve(strict, together)

    strict.deployments.deploy({"q.bpmn": process("q", start(), end())}, actor=OPERATOR)

    assert strict.reviews.get(together, actor=MIE).is_outdated
    with pytest.raises(NotApproved) as refused:
        strict.studio.deploy_bundle({"p.bpmn": SECOND, "q.bpmn": OTHER}, actor=PROGRAM)
    assert refused.value.code == "outdated"


def test_who_had_a_hand_in_one_of_the_files_cannot_approve_any(strict: Flowcase) -> None:
    strict.kept_drafts.begin("q.bpmn", OTHER, actor=LONE)
    strict.kept_drafts.save("q.bpmn", OTHER, seen=None, based_on=None, begun_from=("lone", 0), actor=JENS)

    id = strict.reviews.ask("p.bpmn", together={"q.bpmn": 0}, note="n", actor=JENS)

    with pytest.raises(Forbidden):
        approve(strict, id, by=LONE)
    approve(strict, id, by=MIE)


def test_a_draft_is_in_one_review_at_a_time_and_a_comment_names_its_file(
    strict: Flowcase, together: str
) -> None:
    with pytest.raises(Conflict):
        strict.reviews.ask("q.bpmn", note="n", actor=JENS)
    with pytest.raises(NotFound):
        strict.reviews.comment(together, "Hvad?", file="r.bpmn", actor=LONE)

    strict.reviews.comment(together, "Hvad?", file="q.bpmn", element="q1", actor=LONE)

    (said,) = strict.reviews.get(together, actor=LONE).comments
    assert (said.file_name, said.element) == ("q.bpmn", "q1")
    with pytest.raises(Refused):
        approve(strict, together)


def test_a_digest_names_every_file_and_what_it_would_replace(strict: Flowcase, together: str) -> None:
    was = strict.reviews.get(together, actor=LONE).digest

    strict.deployments.deploy({"q.bpmn": process("q", start(), end())}, actor=OPERATOR)

    assert strict.reviews.get(together, actor=LONE).digest != was
    with pytest.raises(Conflict):
        strict.reviews.approve(together, digest=was, actor=LONE)


def test_reviews_are_for_process_owners(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)

    for attempt in (
        lambda: strict.reviews.list(actor=ANNA),
        lambda: strict.reviews.get(id, actor=ANNA),
        lambda: strict.reviews.approve(id, digest="", actor=ANNA),
        lambda: strict.reviews.comment(id, "n", actor=ANNA),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_every_step_is_in_the_history_with_who_took_it(strict: Flowcase) -> None:
    id = strict.reviews.ask("p.bpmn", note="Trin b", actor=JENS)
    comment = strict.reviews.comment(id, "Hvorfor?", element="b", actor=LONE)
    strict.reviews.mark(id, comment, is_resolved=True, actor=JENS)
    approve(strict, id)
    made = deploy(strict)

    lines = [
        (type(line.event).__name__, getattr(line.event, "act", ""), line.actor)
        for line in strict.history.of_stream("installation")
        if getattr(line.event, "review", None) == id
    ]

    assert lines == [
        ("ReviewAsked", "", "jens"),
        ("ReviewCommented", "", "lone"),
        ("ReviewCommentMarked", "", "jens"),
        ("ReviewDecided", "approved", "lone"),
        ("ReviewDecided", "deployed", "jens"),
    ]
    assert strict.deployments.list()[0].id == made.id
