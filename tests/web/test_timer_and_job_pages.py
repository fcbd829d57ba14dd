"""An operator moves a timer and lets a job be tried now, from their pages."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.history.deadline_names import deadline_name
from tests.services.diagrams import catch, end, process, service_task, start, timer, user_task

VENT = process(
    "venter_et_doegn", start(), catch("vent", timer("timeDuration", "PT24H")), user_task("efter"), end()
)
SEND = process("sender_brev", start(), service_task("send", "journal.eksporter"), end())


@pytest.fixture
def waits(world):
    world.flow.deployments.deploy({"venter_et_doegn.bpmn": VENT}, actor=SYSTEM)
    instance = world.flow.instances.start("venter_et_doegn", {}, actor=SYSTEM)
    return world.flow.timers.list(instance=instance)[0]


def test_a_timer_is_found_moved_and_fired(sign_in, world, waits):
    drift = sign_in("drift")
    listed = drift.get("/drift/ure?forloeb=venter_et_doegn")
    assert listed.one("//main//table//a").get("href") == f"/drift/ure/{waits.id}"
    page = drift.get(f"/drift/ure/{waits.id}")
    form = page.one("//main//form")

    wrong = drift.submit(page, form, forfalder="i morgen")
    assert wrong.status == 422
    assert {link.get("href") for link in wrong.all("//*[@id='fejl']//a")} == {"#begrundelse", "#forfalder"}
    skipped = drift.submit(page, form, forfalder="2027-03-28T02:30", begrundelse="Svar ventes")
    assert (skipped.status, "urene blev stillet frem" in skipped.text) == (422, True)
    later = (waits.due_at + dt.timedelta(days=2)).strftime("%Y-%m-%dT09:00")
    moved = drift.submit(page, form, forfalder=later, begrundelse="Svar ventes")
    assert "Uret er flyttet til " in moved.text
    stale = drift.submit(page, form, forfalder=later, begrundelse="Svar ventes")
    assert (stale.status, "imens" in stale.text) == (409, True)
    token = moved.one("//main//form//input[@name='csrf_token']").get("value")
    fired = drift.post(f"/drift/ure/{waits.id}/nu", {"csrf_token": token, "begrundelse": "Svaret kom"})

    assert "forløbet er gået videre" in fired.text
    assert world.flow.timers.list(instance=waits.instance) == []


def test_the_start_of_a_series_is_put_off_but_not_brought_forward_to_come_twice(sign_in, world):
    [meeting] = [row for row in world.flow.timers.list() if row.id.startswith("start:fronten_dagsmoede:")]
    drift = sign_in("drift")
    page = drift.get(f"/drift/ure/{meeting.id}")
    form = page.one("//main//form")
    local = meeting.due_at.astimezone(COPENHAGEN)
    earlier, later = ((local + dt.timedelta(minutes=by)).strftime("%Y-%m-%dT%H:%M") for by in (-1, 30))

    refused = drift.submit(page, form, forfalder=earlier, begrundelse="Mødet begynder før")
    moved = drift.submit(page, form, forfalder=later, begrundelse="Mødet begynder senere")

    assert refused.status == 422
    assert [link.get("href") for link in refused.all("//*[@id='fejl']//a")] == ["#forfalder"]
    assert "kom det både da og på det planlagte tidspunkt" in refused.text
    assert refused.one("//input[@name='begrundelse']").get("value") == "Mødet begynder før"
    assert "Uret er flyttet til " in moved.text


def test_a_timer_of_a_deadline_says_what_to_do_instead(sign_in, world):
    drift = sign_in("drift")
    (follows, *_) = [row for row in world.flow.timers.list() if row.process == "frist"]

    page = drift.get(f"/drift/ure/{follows.id}")
    refused = drift.post(
        f"/drift/ure/{follows.id}/flyt", {"forfalder": "2031-01-01T09:00", "begrundelse": "Senere"}
    )

    assert "beslut en ny frist på sagen" in page.text
    assert page.all("//main//form") == []
    assert (refused.status, "Uret følger en frist" in refused.text) == (409, True)


def test_a_timer_of_the_process_of_deadlines_says_which_one_it_follows(sign_in, world):
    flow = world.flow
    (follows, *_) = [row for row in flow.timers.list() if row.process == "frist" and row.case_code]
    rule = flow.deadlines.get(flow.instances.get(follows.instance).row.start_key).rule
    followed = f"»{deadline_name(rule, 'da')}« {rule}"
    address = f"/drift/ure?forloeb=frist&sag={follows.case_code}"

    listed = sign_in("drift").get(address)
    shown = sign_in("drift").get(f"/drift/ure/{follows.id}")

    assert f"følger fristen {followed}" in listed.text
    assert followed in shown.one("//dt[.='Frist']/following-sibling::dd[1]").text_content()
    assert listed.all("//main//a[starts-with(@href, '/sager/')]") == []
    flow.people.change_groups("drift", ["administrator", "fronten"], actor=SYSTEM)
    (link, *_) = sign_in("drift").get(address).all("//main//a[starts-with(@href, '/sager/')]")
    assert link.get("href") == f"/sager/{follows.case_code}#frister"


def test_a_timer_of_any_process_says_which_deadline_it_is_drawn_from(sign_in, world):
    flow = world.flow
    (watched, *_) = [
        row
        for row in flow.timers.list()
        if row.process == "frist" and row.case_code and row.due_at > flow.clock.now()
    ]
    rule = flow.deadlines.get(flow.instances.get(watched.instance).row.start_key).rule
    drawn = timer("timeDate", f"=if count(frist_paamindelser.{rule}) &lt; 0 then now() else frist.{rule}")
    diagram = process("foelger", start(), catch("vent", drawn), end())
    flow.deployments.deploy({"foelger.bpmn": diagram}, actor=SYSTEM)
    flow.instances.start("foelger", case=watched.case_code, actor=SYSTEM)
    [follows] = [row for row in flow.timers.list() if row.process == "foelger"]
    followed = f"»{deadline_name(rule, 'da')}« {rule}"

    shown = sign_in("drift").get(f"/drift/ure/{follows.id}")
    listed = sign_in("drift").get("/drift/ure?forloeb=foelger")

    assert followed in shown.one("//dt[.='Frist']/following-sibling::dd[1]").text_content()
    assert f"følger fristen {followed}" in listed.text
    assert "følger en frist" not in listed.text


def test_a_job_gets_another_priority_and_is_tried_now(sign_in, world):
    world.flow.deployments.deploy({"sender_brev.bpmn": SEND}, actor=SYSTEM)
    instance = world.flow.instances.start("sender_brev", {}, actor=SYSTEM)
    (job,) = world.flow.jobs.list(instance=instance)
    drift = sign_in("drift")
    assert f"/drift/arbejde/{job.id}" in {
        link.get("href")
        for link in drift.get("/drift/arbejde?type=journal.eksporter").all("//main//table//a")
    }
    page = drift.get(f"/drift/arbejde/{job.id}")
    form = page.one("//main//form")

    wrong = drift.submit(page, form, prioritet="høj")
    changed = drift.submit(page, form, prioritet="9", begrundelse="Haster")
    token = changed.one("//main//form//input[@name='csrf_token']").get("value")
    now = drift.post(f"/drift/arbejde/{job.id}/nu", {"csrf_token": token, "begrundelse": "Haster"})
    back = drift.post(f"/drift/arbejde/{job.id}/tilbage", {"csrf_token": token, "begrundelse": "Hænger"})

    assert wrong.status == 422
    assert "står i historikken" in changed.text
    assert "står i historikken" in now.text
    assert back.status == 409
    assert world.flow.job_care.get(job.id, actor=SYSTEM).priority == 9
