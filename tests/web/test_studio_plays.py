"""The studio's pages on which a process is played through by hand."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from unittest.mock import Mock

import pytest
from playwright.sync_api import expect

from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.services.machines import apart
from flowcase.services.studio.play_processes import Broken, Getting, PlayProcesses, Stopped
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_in_browser
from tests.web.waiting import resize, width_of

DIAGRAM = "opfoelgning.bpmn"
BEGINNING = "S-06_opfoelgningskadencer|1"
HELD = {
    "afholdt": "30.11.2025",
    "maalstatus.0.maal": "Kommer i skole",
    "maalstatus.0.status": "paa_vej",
    "nedtrapning": "nej",
    "barnets_ord": "Det går bedre.",
    "exit": "Uændret.",
    "beslutning": "fortsaet",
}


SMALL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="http://flowcase.dk/processer">
  <bpmn:process id="kort" name="Kort" isExecutable="true">
    <bpmn:documentation>Kort.</bpmn:documentation>
    <bpmn:startEvent id="start" name="Start"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="start" targetRef="slut"/>
    <bpmn:endEvent id="slut" name="Slut"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""
SCENE = {"people": [{"id": "A", "groups": ["fronten"]}], "start": "2026-03-02T08:00:00+01:00"}


@pytest.fixture
def jens(world):
    return world.flow.people.actor("jens.proces")


def ready(visitor, address):
    """The page of a play once its files are deployed."""
    page = visitor.get(address)
    for _ in range(60):
        if not page.all("//*[@data-again]"):
            return page
        page = visitor.get(address)
    raise AssertionError(page.text)


def begun(visitor):
    page = visitor.get(f"/studie/spil/ny/{DIAGRAM}")
    page = visitor.submit(page, page.one("//main//form"), begyndelse=BEGINNING)
    return ready(visitor, page.address)


def test_whoever_only_looks_at_what_there_is_to_play_starts_no_process(sign_in, world):
    processes = world.flow.plays._processes
    processes.end_all()

    page = sign_in("jens.proces").get(f"/studie/spil/ny/{DIAGRAM}")

    assert page.status == 200 and page.one("//select[@id='begyndelse']") is not None
    assert processes._spare is None and processes._running == {}
    offered = page.one("//select[@id='begyndelse']").text_content()
    assert "Gjorde »Hold og registrér opfølgning« færdig" in offered
    assert [word for word in ("complete ", "notify", "advance the clock") if word in offered] == []


def opened(visitor, page, element="Hold og registrér opfølgning"):
    form = page.one(f"//tr[.//strong[.='{element}']]//form")
    return visitor.submit_get(page, form)


def test_a_process_is_played_without_a_program_saved_and_begun_anew_with_changed_files(
    sign_in, world, jens, old_token
):
    visitor, old = sign_in("jens.proces"), old_token("jens.proces")
    events = world.flow.history.extent().events
    page = begun(visitor)
    assert "søn. 30. nov. 2025 kl. 08.00" in page.one("//*[@id='uret']").text
    assert page.all("//*[contains(@class, 'fc-p-here')]")
    cells = page.all("//*[@id='beslutninger']/following-sibling::table[1]/tbody/tr[1]/td")
    table, asked, row, answered = [each.text_content() for each in cells]
    assert row == "tabellens række 1"
    assert "Opfølgningens art" in table and asked == "trin på indsatstrappen: 2"
    assert answered == "forebyggende"

    form = opened(visitor, page)
    assert "CW-07" in form.text
    wrong = visitor.press(form, "_faerdig", afholdt="i overmorgen igen")
    assert wrong.status == 422
    assert wrong.summary
    assert wrong.value("afholdt") == "i overmorgen igen"
    rows = visitor.press(wrong, "_add", "maalstatus", **HELD)
    late = visitor.press(rows, "_faerdig", **{"maalstatus.1.maal": "Sover"}, csrf_token=old)
    assert late.value("maalstatus.1.maal") == "Sover"  # in a row that a fresh page has not
    assert late.value("barnets_ord") == HELD["barnets_ord"]
    done = visitor.press(wrong, "_faerdig", **HELD)
    assert "2 trin spillet" in done.text
    assert (
        "Gjorde »Hold og registrér opfølgning« færdig"
        in done.one("//*[@id='trin']/following::li[2]").text_content()
    )
    assert done.all("//td[contains(., 'Overholdt')]")
    twice = visitor.press(wrong, "_faerdig", **HELD)
    assert twice.status == 409
    assert "2 trin spillet" in twice.text

    report = visitor.get(f"{page.address}/formular?underretning=1&som=CW-07")
    program = visitor.press(report, "_faerdig", **{"_fil.bilag": (io.BytesIO(b"MZ\x90\x00"), "aftale.pdf")})
    assert program.status == 422
    assert "kan ikke modtages" in program.text
    told = " ".join(program.summary)
    assert "kan ikke modtages" in told and len(program.summary) > 1  # and what else is wrong
    filled = {
        "modtaget": "30.11.2025 kl. 8.00",
        "kanal": "telefon",
        "underretter_type": "skole",
        "underretter_anonym": "true",
        "boern.0.navn": "Ida Eksempel",
        "bekymring": "Kommer sjældent i skole.",
        "aftalt_med_familien": "enig",
        "umiddelbar_fare": "false",
        "mistanke_overgreb": "false",
        "aeresrelateret": "false",
        "soeskende": "ingen",
    }
    program = visitor.press(report, "_faerdig", **filled, **{"_fil.bilag": (io.BytesIO(b"MZ"), "a.pdf")})
    assert program.status == 422
    assert len(program.summary) == 1  # the file alone, and nothing was done
    assert program.value("bekymring") == filled["bekymring"]
    assert "2 trin spillet" in visitor.get(page.address).text
    kept = visitor.press(report, "_faerdig", **{"_fil.bilag": (io.BytesIO(b"%PDF-1.7"), "aftale.pdf")})
    assert kept.status == 422  # nothing else is filled in
    assert kept.value("bilag") == "aftale.pdf"
    assert "kun navnet huskes" in kept.text

    undone = visitor.press(twice, "trin", "1")
    assert "1 trin spillet" in undone.text
    assert not undone.all("//td[contains(., 'Overholdt')]")
    due = undone.all("//button[@name='til']")[0].get("value")
    jumped = visitor.press(undone, "til", due)
    assert "2 trin spillet" in jumped.text
    gap = visitor.submit(jumped, jumped.one("//form[.//input[@name='dato']]"), dato="29.3.2026", kl="02.30")
    assert gap.status == 422
    assert "findes ikke den dag" in gap.text
    earlier = visitor.submit(jumped, jumped.one("//form[.//input[@name='dato']]"), dato="1.1.2020", kl="8")
    assert earlier.status == 409
    assert "Uret går kun fremad" in earlier.text

    sent = jumped.one("//form[.//input[@name='navn'] and .//input[@name='titel']]")
    assert visitor.submit(jumped, sent, navn="æ").status == 422
    file = visitor.submit(jumped, sent, {"_hent": "1"}, navn="SPIL-01", titel="Uret stilles").source
    assert file.startswith("id: SPIL-01\n")
    assert "advance the clock" in file
    kept = visitor.submit(jumped, sent, navn="SPIL-01", titel="Uret stilles")
    assert "Scenariet er spillet forfra og kom, som det siger" in kept.text
    assert world.flow.studio.open("scenarios/SPIL-01.yaml", actor=jens).content.decode() == file
    assert visitor.submit(jumped, sent, navn="SPIL-01", titel="Uret stilles").status == 422
    assert world.flow.history.extent().events == events
    for address in (jumped.address, f"{jumped.address}/formular?underretning=1"):
        assert sign_in("karen.fp").get(address).status == 403

    content = world.flow.studio.in_force(DIAGRAM, actor=jens)
    drawn = content.replace("Hold og registrér opfølgning".encode(), "Hold opfølgningen".encode())
    world.flow.kept_drafts.save(DIAGRAM, drawn, seen=None, based_on=None, actor=jens)
    changed = visitor.get(jumped.address)
    assert changed.all("//*[@id='aendret']")
    assert "Hold og registrér opfølgning" in changed.text
    visitor.press(changed, "trin", "samme")
    again = ready(visitor, jumped.address)
    assert not again.all("//*[@id='aendret']")
    assert "2 trin spillet" in again.text
    assert again.all("//strong[.='Hold opfølgningen']")
    world.flow.plays.delete(world.flow.plays.all(actor=jens)[0].id, actor=jens)
    assert visitor.get(jumped.address).status == 404


def test_a_play_is_its_owners_and_old_ones_make_room(world, jens):
    plays = world.flow.plays
    ids = [plays.begin(DIAGRAM, with_drafts=False, actor=jens) for _ in range(12)]

    kept = plays.all(actor=jens)

    assert len(kept) == 10
    assert ids[-1] in {row.id for row in kept}
    with pytest.raises(Forbidden):
        plays.begin(DIAGRAM, with_drafts=False, actor=world.flow.people.actor("karen.fp"))
    with pytest.raises(NotFound):
        plays.begin("findes-ikke.bpmn", with_drafts=False, actor=jens)
    with pytest.raises(Conflict):
        plays.back(ids[-1], 0, seen=7, actor=jens)
    with pytest.raises(NotFound):
        plays.back(ids[-1], 0, seen=0, actor=jens)


def test_a_half_drawn_file_that_a_diagram_does_not_use_is_left_out_of_its_play(sign_in, world, jens):
    half = b'{"id": "halv", "type": "default", "components": [{"id": "a", "type": "textfield", "key": "a"}]}'
    world.flow.kept_drafts.save("forms/halv.form", half, seen=None, based_on=None, actor=jens)

    page = sign_in("jens.proces").get(f"/studie/spil/ny/{DIAGRAM}")
    for with_drafts in (True, False):
        world.flow.plays.begin(DIAGRAM, with_drafts=with_drafts, actor=jens)

    assert page.one("//p[@id='udeladt']/a").text == "forms/halv.form"
    assert len({row.digest for row in world.flow.plays.all(actor=jens)}) == 1


def test_a_process_that_loops_or_is_killed_is_ended_and_the_play_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(apart.tempfile, "tempdir", str(tmp_path))
    processes = PlayProcesses(act_seconds=30)
    question = {"scene": SCENE, "acts": []}
    act = {"do": "start", "process": "kort"}

    with pytest.raises(Getting):
        processes.ask("a", lambda: {"kort.bpmn": SMALL}, question, patience=0)
    found = processes.ask("a", lambda: {"kort.bpmn": SMALL}, {**question, "next": act}, patience=240)
    assert found["look"]["ended"] == ["kort"]
    os.kill(processes._running["a"].child.pid, signal.SIGKILL)
    acts = found["acts"]
    found = processes.ask("a", lambda: {"kort.bpmn": SMALL}, {**question, "acts": acts}, patience=240)
    assert (found["acts"], found["look"]["ended"]) == (acts, ["kort"])
    processes._act_seconds = 0.0
    with pytest.raises(Stopped):
        processes.ask("a", lambda: {"kort.bpmn": SMALL}, question, patience=240)

    assert not processes._running
    processes.end_all()
    assert list(tmp_path.iterdir()) == []


def test_who_starts_a_flow_in_a_play_reads_what_it_is_for_as_at_work():
    told = (
        b'<bpmn:extensionElements><zeebe:properties xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
        b'<zeebe:property name="flowcase.starters" value="fronten"/>'
        b'<zeebe:property name="flowcase.case" value="none"/>'
        b'<zeebe:property name="flowcase.instruction" value="Begynd, naar nogen ringer."/>'
        b'<zeebe:property name="flowcase.instruction_en" value="Begin when somebody calls."/>'
        b"</zeebe:properties></bpmn:extensionElements>"
    )
    drawn = SMALL.replace(b'name="Start">', b'name="Start">' + told)
    processes = PlayProcesses(act_seconds=30)
    asked = {"scene": SCENE, "acts": [], "start_page": "kort", "person": "A"}

    found = processes.ask("a", lambda: {"kort.bpmn": drawn}, asked, patience=240)
    processes.end_all()

    page = found["page"]
    assert page["instruction"] == "Begynd, naar nogen ringer."
    assert page["instruction_en"] == "Begin when somebody calls."


def test_files_with_errors_are_not_played_and_the_page_names_each_error(sign_in, world, jens, monkeypatch):
    processes, broken = PlayProcesses(), {"kort.bpmn": SMALL.replace(b'targetRef="slut"', b'targetRef="x"')}

    with pytest.raises(Broken) as refused:
        processes.ask("a", lambda: broken, {"scene": SCENE, "acts": []}, patience=240)
    processes.end_all()
    monkeypatch.setattr(world.flow.plays, "open", Mock(side_effect=refused.value))
    id = world.flow.plays.begin(DIAGRAM, with_drafts=False, actor=jens)
    page = sign_in("jens.proces").get(f"/studie/spil/{id}")

    assert refused.value.findings
    assert {each.severity for each in refused.value.findings} == {"error"}
    assert page.status == 409
    assert "Filerne har fejl" in page.text
    assert page.all("//main//li/a[@href='/studie/kort.bpmn']")


def test_a_play_goes_on_in_the_process_and_on_the_stage_that_were_made_ready_for_its_files(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(apart.tempfile, "tempdir", str(tmp_path))
    processes, files = PlayProcesses(), {"kort.bpmn": SMALL}
    processes.warm(files)
    processes.warm(files)
    spare = processes._spare

    processes.ask("a", lambda: files, {"scene": SCENE, "acts": []}, patience=240)

    assert processes._running["a"] is spare and processes._spare is None
    (kept,) = tmp_path.glob(f"{apart.PREFIX}stages-*/{spare.digest}")
    assert {each.name for each in kept.iterdir()} >= {"flowcase.sqlite"}
    processes.warm({"kort.bpmn": SMALL + b"\n"})
    assert processes._spare is not None and processes._spare.digest != spare.digest
    processes.end_all()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_behind_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(apart.tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"{apart.PREFIX}play-x"
    left.mkdir()
    (left / ".alive").touch()
    with apart.folder("play") as used:
        for each in (left, used):
            os.utime(each, (0, 0))

        assert apart.sweep() == 1

        assert used.exists()
        assert not left.exists()
    assert not used.exists()


def test_the_process_of_a_play_has_no_way_to_the_network_or_another_program():
    tried = (
        "from flowcase.scenarios.play_server import _close_the_doors as close\n"
        "import os, socket, subprocess, urllib.request\n"
        "close()\n"
        "for way in (lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "            lambda: subprocess.run(['true']), lambda: os.system('true')):\n"
        "    try:\n"
        "        way()\n"
        "        print('open')\n"
        "    except PermissionError:\n"
        "        print('closed')\n"
    )

    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["closed"] * 3


@pytest.mark.browser
def test_a_play_is_gone_through_by_keyboard(world, open_page):
    page = open_page()
    page.set_default_timeout(120_000)
    sign_in_in_browser(page, "jens.proces")
    page.goto(f"/studie/spil/ny/{DIAGRAM}")
    seen = Checked(page)
    seen.check("what to begin with")
    with page.expect_response("**/studie/spil/klar/**") as told:  # chosen: it gets ready meanwhile
        page.get_by_label("Begynd med").select_option(BEGINNING)
    assert told.value.status == 204
    page.get_by_role("button", name="Begynd").press("Enter")
    expect(page.locator("#uret")).to_contain_text("30. nov. 2025", timeout=120_000)
    seen.check("begun")

    page.get_by_role("button", name="Åbn Hold og registrér opfølgning").press("Enter")
    page.get_by_role("button", name="Gør opgaven færdig").press("Enter")
    expect(page.locator("#fejl")).to_be_focused(timeout=120_000)
    seen.check("a form with wrong values")
    page.goto(page.url.split("/formular")[0])
    page.get_by_role("button", name="Stil uret hertil").first.press("Enter")
    expect(page.get_by_text("2 trin spillet")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Fortryd det sidste trin").press("Enter")

    expect(page.get_by_text("1 trin spillet")).to_be_visible(timeout=120_000)
    for summary in page.locator("details").all():
        summary.evaluate("each => each.open = true")
    seen.check("everything open")
    assert seen.violations == []
    resize(page, 360, 700)
    assert width_of(page) <= 360
