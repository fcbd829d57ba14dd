"""The studio: drafts that lose nothing, and deploying one file knowingly."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from dataclasses import replace

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, InvalidDefinition, InvalidValues, NotFound
from flowcase.store import INSTALLATION, Tx
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import catch, end, process, start, timer, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
LONE = Actor("lone", groups=frozenset({"procesejer"}))
FIRST = process("p", start(), user_task("a"), end())
SECOND = process("p", start(), user_task("b"), end())
THIRD = process("p", start(), user_task("c"), end())
BROKEN = b"<definitions"


@pytest.fixture
def in_force(flow: Flowcase) -> str:
    """`p.bpmn` is deployed; its hash."""
    flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)
    return str(flow.studio.open("p.bpmn", actor=JENS).based_on)


def test_only_process_owners_come_in(flow: Flowcase, in_force: str) -> None:
    for attempt in (
        lambda: flow.studio.files(actor=ANNA),
        lambda: flow.studio.open("p.bpmn", actor=ANNA),
        lambda: flow.studio.check("p.bpmn", FIRST, actor=ANNA),
        lambda: flow.kept_drafts.save("p.bpmn", FIRST, seen=None, based_on=None, actor=ANNA),
        lambda: flow.studio.deploy("p.bpmn", FIRST, note="n", replaces=in_force, actor=OPERATOR),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_draft_stands_before_what_is_deployed_and_may_be_broken(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", BROKEN, seen=None, based_on=in_force, actor=JENS)

    opened = flow.studio.open("p.bpmn", actor=JENS)
    of_lone = flow.studio.open("p.bpmn", actor=LONE)

    assert (opened.content, opened.based_on) == (BROKEN, in_force)
    assert (of_lone.content, of_lone.draft) == (FIRST, None)
    assert [row.owner for row in of_lone.others] == ["jens"]
    assert flow.deployments.source("p") == FIRST
    with pytest.raises(InvalidDefinition):
        flow.studio.deploy("p.bpmn", BROKEN, note="n", replaces=in_force, actor=JENS)
    assert flow.studio.open("p.bpmn", actor=JENS).content == BROKEN


def test_of_two_who_put_a_file_into_force_at_the_same_time_the_second_is_asked_to_look_first(
    flow: Flowcase, in_force: str
) -> None:
    came: list[Exception | None] = []

    def of_lone() -> None:
        try:
            flow.studio.deploy("p.bpmn", THIRD, note="n", replaces=in_force, actor=LONE)
            came.append(None)
        except Conflict as error:
            came.append(error)

    other = threading.Thread(target=of_lone)

    def of_jens(tx: Tx) -> None:
        tx.stream(INSTALLATION)
        if not other.ident:
            other.start()
            time.sleep(1)  # until it waits for this one to end
        flow.studio._deployed(tx, {"p.bpmn": SECOND}, "n")

    flow.studio._transactions.run(JENS, of_jens)
    other.join()

    assert [type(each) for each in came] == [Conflict]
    assert flow.deployments.source("p") == SECOND


def test_what_another_draft_of_ones_own_mends_is_a_warning_until_both_go_into_force(
    flow: Flowcase, in_force: str
) -> None:
    asks = process("p", start(), user_task("a", form="ny"), end())
    form = b'{"id": "ny", "type": "default", "schemaVersion": 18, "components": []}'
    alone = flow.studio.check("p.bpmn", asks, actor=JENS)
    flow.kept_drafts.begin("ny.form", form, actor=JENS)

    beside = flow.studio.check("p.bpmn", asks, actor=JENS)
    of_lone = flow.studio.check("p.bpmn", asks, actor=LONE)

    assert [each.message for each in alone if each.severity == "error"] == ["There is no form 'ny'."]
    assert {each.severity for each in beside} == {"warning"}
    assert [each.message for each in beside] == [each.message for each in alone]
    assert of_lone == alone
    with pytest.raises(InvalidDefinition):
        flow.studio.deploy("p.bpmn", asks, note="n", replaces=in_force, actor=JENS)
    flow.studio.deploy_together(
        {"p.bpmn": asks, "ny.form": form}, note="n", replaces={"p.bpmn": in_force}, actor=JENS
    )
    left = flow.studio.check("p.bpmn", asks, actor=JENS)
    assert len(left) == len(alone) - 1


def test_two_windows_that_save_the_same_draft_both_keep_their_content(flow: Flowcase, in_force: str) -> None:
    first = flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)

    late = flow.kept_drafts.save("p.bpmn", THIRD, seen=None, based_on=in_force, actor=JENS)
    again = flow.kept_drafts.save(
        "p.bpmn", FIRST, copy=late.copy, seen=late.hash, based_on=in_force, actor=JENS
    )

    assert (first.copy, first.was_set_aside) == (0, False)
    assert (late.copy, late.was_set_aside) == (1, True)
    assert (again.copy, again.was_set_aside) == (1, False)
    assert flow.studio.open("p.bpmn", actor=JENS).content == SECOND
    assert flow.studio.open("p.bpmn", copy=1, actor=JENS).content == FIRST


def test_saving_the_same_content_twice_makes_no_copy(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)

    again = flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)

    assert (again.copy, again.was_set_aside) == (0, False)


def test_work_may_begin_from_a_colleagues_draft_without_touching_it(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=LONE)

    opened = flow.studio.open("p.bpmn", of="lone", actor=JENS)
    kept = flow.kept_drafts.save(
        "p.bpmn", THIRD, copy=opened.copy, seen=opened.draft, based_on=in_force, actor=JENS
    )

    assert opened.content == SECOND
    assert [row.owner for row in kept.others] == ["lone"]
    assert flow.studio.open("p.bpmn", actor=LONE).content == SECOND


def test_deploying_tells_why_and_takes_the_draft_away(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)

    made = flow.studio.deploy("p.bpmn", SECOND, note=" Trin b ", replaces=in_force, actor=JENS)

    assert made.definitions == ("p:2",)
    assert (flow.deployments.list()[0].note, flow.deployments.list()[0].actor) == ("Trin b", "jens")
    assert flow.studio.open("p.bpmn", actor=JENS).draft is None
    with pytest.raises(InvalidValues):
        flow.studio.deploy("p.bpmn", THIRD, note=" ", replaces=in_force, actor=JENS)


def test_nobody_replaces_a_version_without_knowing_it(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)
    flow.studio.deploy("p.bpmn", THIRD, note="Lones", replaces=in_force, actor=LONE)

    with pytest.raises(Conflict):
        flow.studio.deploy("p.bpmn", SECOND, note="Jens'", replaces=in_force, actor=JENS)

    opened = flow.studio.open("p.bpmn", actor=JENS)
    assert (opened.content, opened.based_on) == (SECOND, in_force)
    assert opened.in_force is not None and opened.in_force.hash != in_force
    made = flow.studio.deploy("p.bpmn", SECOND, note="Begge", replaces=opened.in_force.hash, actor=JENS)
    assert made.definitions == ("p:3",)


def test_a_setting_that_a_diagram_reads_through_a_fact_is_used_by_it(flow: Flowcase) -> None:
    offered = user_task("a", groups="=sagens_team"), user_task("b", groups="=indstilling.visitation_udvalg")
    flow.deployments.deploy({"p.bpmn": process("p", start(), *offered, end())}, actor=OPERATOR)

    uses = flow.studio.setting_uses(actor=JENS)

    assert uses == {"roller": ("p.bpmn",), "visitation_udvalg": ("p.bpmn",)}


def test_no_file_of_another_name_takes_the_place_of_what_is_in_force(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("kopi.bpmn", SECOND, seen=None, based_on=None, actor=JENS)

    found = [
        each for each in flow.studio.check("kopi.bpmn", SECOND, actor=JENS) if each.rule == "bundle-name"
    ]
    for content in (FIRST, SECOND):
        with pytest.raises(InvalidDefinition):
            flow.studio.deploy("kopi.bpmn", content, note="n", replaces=None, actor=JENS)
    with pytest.raises(InvalidDefinition):
        flow.studio.deploy_bundle({"kopi.bpmn": SECOND}, note="n", actor=JENS)

    assert [each.severity for each in found] == ["error"]
    assert flow.deployments.source("p") == FIRST
    assert [(row.path, len(row.drafts)) for row in flow.studio.files(actor=JENS)][:2] == [
        ("kopi.bpmn", 1),
        ("p.bpmn", 0),
    ]


def test_from_the_terminal_a_folder_may_be_arranged_anew(flow: Flowcase, in_force: str) -> None:
    made = flow.deployments.deploy({"sub/p.bpmn": SECOND}, actor=OPERATOR)

    assert "bundle-name" in {finding.rule for finding in made.warnings}
    assert flow.deployments.source("p") == SECOND


def test_the_list_shows_files_in_force_and_drafts(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.begin("ny.bpmn", process("ny", start(), end()), actor=LONE)

    files = {file.path: file for file in flow.studio.files(actor=JENS)}

    assert {path for path in files if not path.startswith("scenarios/")} == {"p.bpmn", "ny.bpmn"}
    assert files["scenarios/S-08_det_kreative_raad.yaml"].in_force is None
    assert files["p.bpmn"].in_force is not None and files["p.bpmn"].in_force.names == ("p",)
    assert files["ny.bpmn"].in_force is None
    assert [row.owner for row in files["ny.bpmn"].drafts] == ["lone"]
    with pytest.raises(InvalidValues):
        flow.kept_drafts.begin("p.bpmn", FIRST, actor=LONE)


def test_a_draft_can_be_thrown_away_once(flow: Flowcase, in_force: str) -> None:
    flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)

    flow.kept_drafts.discard("p.bpmn", actor=JENS)

    assert flow.studio.open("p.bpmn", actor=JENS).content == FIRST
    with pytest.raises(NotFound):
        flow.kept_drafts.discard("p.bpmn", actor=JENS)


@pytest.mark.parametrize("name", ["../p.bpmn", "/p.bpmn", "p.yaml", ".bpmn", "a/../p.bpmn", "a//p.bpmn", ""])
def test_a_name_that_leads_elsewhere_is_refused(flow: Flowcase, name: str) -> None:
    with pytest.raises(InvalidValues):
        flow.kept_drafts.save(name, FIRST, seen=None, based_on=None, actor=JENS)


def test_of_two_drafts_of_ones_own_one_is_kept_knowingly(flow: Flowcase, in_force: str) -> None:
    main = flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)
    late = flow.kept_drafts.save("p.bpmn", THIRD, seen=None, based_on=in_force, actor=JENS)

    with pytest.raises(Conflict):
        flow.kept_drafts.choose("p.bpmn", keep=1, drop=0, seen=(late.hash, "0" * 64), actor=JENS)
    flow.kept_drafts.choose("p.bpmn", keep=1, drop=0, seen=(late.hash, main.hash), actor=JENS)

    opened = flow.studio.open("p.bpmn", actor=JENS)
    assert (opened.content, opened.based_on, len(opened.own)) == (THIRD, in_force, 1)
    with pytest.raises(NotFound):
        flow.kept_drafts.choose("p.bpmn", keep=0, drop=1, seen=(late.hash, main.hash), actor=JENS)
    again = flow.kept_drafts.save("p.bpmn", SECOND, seen=None, based_on=in_force, actor=JENS)
    flow.kept_drafts.choose("p.bpmn", keep=0, drop=again.copy, seen=(late.hash, main.hash), actor=JENS)
    assert [row.hash for row in flow.studio.open("p.bpmn", actor=JENS).own] == [late.hash]


def test_who_else_has_the_file_open_is_forgotten_after_a_minute(flow: Flowcase, clock: ManualClock) -> None:
    flow.presences.note_file("p.bpmn", actor=LONE)

    together = flow.presences.note_file("p.bpmn", actor=JENS)
    elsewhere = flow.presences.note_file("q.bpmn", actor=JENS)
    clock.set(clock.now() + dt.timedelta(seconds=61))
    later = flow.presences.note_file("p.bpmn", actor=JENS)

    assert (together, elsewhere, later) == (["lone"], [], [])
    with pytest.raises(Forbidden):
        flow.presences.note_file("p.bpmn", actor=ANNA)


def test_a_field_that_a_form_loses_while_a_diagram_reads_it_is_told_until_the_diagram_changes_too(
    flow: Flowcase,
) -> None:
    def form(*names: str) -> bytes:
        fields = [
            {"id": name, "type": "datetime", "subtype": "date", "key": name, "dateLabel": name.title()}
            | {"properties": {"target": f"variable:{name}"}}
            for name in names
        ]
        return json.dumps({"id": "f", "type": "default", "components": fields}).encode()

    def drawn(*after: object) -> bytes:
        emptied = '<zeebe:ioMapping><zeebe:output source="=null" target="naeste"/></zeebe:ioMapping>'
        task = user_task("a", form="f")
        task = replace(task, inside=task.inside.replace("</ext", f"{emptied}</ext", 1))
        return process("p", start(), task, *after, end())  # type: ignore[arg-type]

    waits = drawn(catch("vent", timer("timeDate", "=naeste")))
    flow.deployments.deploy({"p.bpmn": waits, "f.form": form("dag", "naeste")}, actor=OPERATOR)

    def told(*names: str) -> list[str]:
        found = flow.studio.check("f.form", form(*names), actor=JENS)
        return [each.message for each in found if each.rule == "form-field-lost"]

    assert told("dag", "naeste") == told("naeste") == []
    [said] = told("dag")
    assert "'Naeste' is gone, and 'vent' in 'p.bpmn' reads the variable 'naeste'" in said

    flow.kept_drafts.save("p.bpmn", drawn(), seen=None, based_on=None, actor=JENS)
    assert told("dag") == []
    together = flow.studio.check_together({"f.form": form("dag"), "p.bpmn": waits}, actor=JENS)
    assert [each.rule for each in together if each.rule == "form-field-lost"] == ["form-field-lost"]

    made = flow.studio.deploy_bundle({"f.form": form("dag")}, actor=JENS)  # as a program does
    assert [each.rule for each in made.warnings if each.rule == "form-field-lost"] == ["form-field-lost"]
