"""Everybody of the world opens every page of it; each answer is what the permission matrix says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import lxml.etree
import pytest
from flask import Flask

from flowcase.access.actor import SYSTEM
from flowcase.access.kinds import KINDS, kinds_of
from flowcase.config import shipped_processes
from flowcase.history.indicators import INDICATORS
from flowcase.services.case_files.documents import Given
from flowcase.services.operating.batches import Asked
from flowcase.services.simulation.questions import Question
from flowcase.web import permission_matrix
from flowcase.web.permission_matrix import RULES
from flowcase.web.route_rules import Answer
from tests.processes.consents_given import give_consent
from tests.services import diagrams
from tests.web.conftest import Visitor
from tests.web.world import PEOPLE, World

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
PROGRAM = "skoleportal"
BROKEN = diagrams.process(  # there is no case to close
    "gaar_i_staa", diagrams.start(), diagrams.service_task("luk", "sag.afslut"), diagrams.end()
)
_STRENGTH = [Answer.NO, Answer.OWN, Answer.YES]


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may have a document is asked here, not how it looks."""
    monkeypatch.setattr("flowcase.web.pdf.render", lambda html, attachments=(): b"%PDF-1.7")


@dataclass(frozen=True)
class Page:
    """One address with real ids in it, and whose own it is."""

    endpoint: str
    path: str
    owners: frozenset[str] = field(default_factory=frozenset)  # people's ids


def _guest_link(world: World, meeting: str) -> str:
    """The secret of a link to an item of the meeting, for PPR with the mother's consent."""
    flow = world.flow
    give_consent(flow, "SAG-2588", "ppr", purpose="netvaerksmoede")
    asked = {"moede_id": meeting, "modtager": "ppr", "ekstern": True, "status": "inviteret"}
    flow.cases.add_record("Invitation", asked, case="SAG-2588", actor=SYSTEM)
    item = {"moede_id": meeting, "emne": "Morgenen", "identificerbart_barn": True, "nr": 1}
    id = flow.cases.add_record("Dagsordenspunkt", item, case="SAG-2588", actor=SYSTEM)
    flow.guest_links._sends_mail = True
    today = flow.clock.now().date()
    return flow.guest_links.make(
        meeting, id, "ppr", address="pia@ppr.example", until=today, actor=flow.people.actor("camilla.syd")
    )


def _members(groups: set[str]) -> set[str]:
    return {person for person, (_, theirs) in PEOPLE.items() if groups & set(theirs)}


def _pages(world: World) -> Iterator[Page]:
    """Every GET address of the application, as often as the world has ids for it."""
    flow = world.flow
    cases = {case.code: case for case in flow.cases.list(actor=SYSTEM)}
    of_case = {
        code: frozenset({case.caseworker, case.facts.get("stedfortraeder")} & set(PEOPLE))
        | _members({case.team or ""})
        for code, case in cases.items()
    }
    for code, case in cases.items():
        yield Page("cases.show", f"/sager/{code}", frozenset(of_case[code]))
        yield Page("case_dossier.ask", f"/sager/{code}/sagsakt", frozenset(of_case[code]))
        asking = frozenset(of_case[code]) | {"anders.myn"}
        yield Page("access_reports.ask", f"/sager/{code}/indsigt", asking)
        if case.caseworker:
            reader = flow.people.actor(case.caseworker)
            id = flow.access_reports.ask(code, place="barn", recipient="selv", actor=reader)
            yield Page("access_reports.show", f"/indsigt/{id}", asking)
        for endpoint, end in (
            ("show", ""),
            ("then", "/da?tid=2026-03-26T12:00"),
            ("looks", "/set"),
            ("deadlines", "/frister"),
            ("decisions", "/afgoerelser"),
        ):
            path = f"/revision/sager/{code}{end}"
            yield Page(f"revision_cases.{endpoint}", path, frozenset(of_case[code]))
        for line in flow.case_audit.decisions(code, actor=SYSTEM)[:2]:
            path = f"/revision/sager/{code}/afgoerelse?strom={line.stream}&nr={line.seq}"
            yield Page("revision_cases.decision", path, frozenset(of_case[code]))
        yield Page("api.case", f"/api/cases/{code}", frozenset(of_case[code]))
        yield Page("api.deadlines", f"/api/cases/{code}/deadlines", frozenset(of_case[code]))
        yield Page("api.case_history", f"/api/cases/{code}/history", frozenset(of_case[code]))
        leaders = {f"teamleder_{case.team.removeprefix('familieteam_')}"} if case.team else set()
        if leaders:
            yield Page("rule_set_move.move", f"/sager/{code}/regelsaet", frozenset(_members(leaders)))
    for task in flow.user_tasks.list(status=None):
        people = _members(set(task.candidate_groups)) | set(task.candidate_users) | {task.assignee}
        yield Page("user_tasks.show", f"/opgaver/{task.id}", frozenset(people & set(PEOPLE)))
        yield Page("api.user_task", f"/api/user-tasks/{task.id}", frozenset(people & set(PEOPLE)))
    for instance in flow.instances.list(limit=None):
        owners = of_case[instance.case_code] if instance.case_code else frozenset()
        yield Page("instances.show", f"/forloeb/{instance.id}", frozenset(owners))
        yield Page("api.instance", f"/api/instances/{instance.id}", frozenset(owners))
        yield Page("instances.picture", f"/forloeb/{instance.id}/billede", frozenset(owners))
        yield Page("instances.diagram", f"/forloeb/{instance.id}/diagram.bpmn", frozenset(owners))
        yield Page("revision.replayed", f"/revision/forloeb/{instance.id}")
        yield Page("instances.earlier", f"/forloeb/{instance.id}/tilbage")
        yield Page("api.earlier_steps", f"/api/instances/{instance.id}/earlier-steps")
        for step in flow.going_back.steps(instance.id, actor=SYSTEM):
            path = f"{instance.id}/{{}}/{step.element_instance}"
            yield Page("instances.go_back", "/forloeb/" + path.format("tilbage"))
            yield Page("api.preview_of_going_back", "/api/instances/" + path.format("earlier-steps"))
    camilla = world.flow.people.actor("camilla.syd")
    everybody = frozenset(PEOPLE)
    yield Page("notices.feed", f"/kalender/{flow.notices.new_feed(actor=camilla)}.ics", everybody)
    given = Given("skema.pdf", b"%PDF-1.7")
    document = world.flow.documents.add_to_case("SAG-2588", given, data_class="K2", actor=camilla)
    for endpoint, path in (("show", ""), ("view", "/vis"), ("download", "/hent")):
        close = frozenset({"camilla.syd", "omar.syd"})
        yield Page(f"documents.{endpoint}", f"/dokumenter/{document}{path}", close)
    for process, starters, needs in _startable():
        may_start = _members(starters)
        if needs != "required":
            yield Page("flows.new", f"/forloeb/nyt/{process}", frozenset(may_start))
        if needs != "none":
            code = "SAG-2588"
            may_see = {person for person in PEOPLE if _answer("cases.show", person) is Answer.YES}
            path = f"/sager/{code}/nyt-forloeb/{process}"
            yield Page("flows.new_in_case", path, frozenset(may_start & (may_see | of_case[code])))
    functions = {"frontpersonale", "forebyggende_raadgiver", "familieteam_syd", "familieteam_nord"}
    for meeting in flow.cases.records("Moede"):
        if meeting["slags"] == "dagsmoede" and meeting["frontpersonale"]:
            there = frozenset(_members(functions))
            yield Page("daily_meetings.show", f"/moeder/dagsmoede/{meeting.id}", there)
            yield Page("daily_meetings.state", f"/moeder/dagsmoede/{meeting.id}/tilstand", there)
            yield Page("daily_meetings.document", f"/moeder/dagsmoede/{meeting.id}/referat.pdf", there)
            yield Page("meeting_calendars.meeting", f"/moeder/{meeting.id}/moede.ics", there)
    planned = {"slags": "netvaerksmoede", "status": "planlagt", "tid": flow.clock.now()}
    planned["formaal_kode"] = "netvaerksmoede"
    network = flow.cases.add_record("Moede", planned, case="SAG-2588", actor=SYSTEM)
    may_see = {person for person in PEOPLE if _answer("cases.show", person) is Answer.YES}
    for endpoint, path in (
        ("meetings.show", ""),
        ("meetings.agenda", "/dagsorden.pdf"),
        ("meetings.minutes", "/referat.pdf"),
        ("meeting_calendars.meeting", "/moede.ics"),
    ):
        yield Page(endpoint, f"/moeder/{network}{path}", frozenset(may_see | of_case["SAG-2588"]))
    secret = flow.meeting_calendars.subscribe("dagsmoede", actor=flow.people.actor("karen.fp"))
    yield Page("meeting_calendars.read", f"/moeder/kalender/{secret}.ics", everybody)
    yield Page("guest_links.show", f"/gaest/{_guest_link(world, network)}", everybody)
    leaders = frozenset(_members({"teamleder_syd"}))
    for endpoint, path, more in (
        ("index", "", frozenset()),
        ("overdue", "/familieteam_syd/overskredet", frozenset()),
        ("alternatives", "/sager/SAG-2588/tildeling", frozenset()),
        ("hand_over", "/raadgivere/camilla.syd/overdragelse", frozenset()),
        ("absence", "/raadgivere/camilla.syd/fravaer", {"anders.myn", "camilla.syd"}),
        ("last_day", "/raadgivere/camilla.syd/fravaer/2026-04-17", {"anders.myn", "camilla.syd"}),
    ):
        yield Page(f"team.{endpoint}", f"/team{path}", leaders | more)
    for path in ("underretning.bpmn", "decisions/D-11_fristpolitik.dmn", "forms/F-A1.form"):
        yield Page("studio.edit", f"/studie/{path}")
        yield Page("studio.in_force", f"/studie/i-drift/{path}")
        yield Page("studio_differences.show", f"/studie/forskelle/{path}")
        yield Page("studio_maps.of_file", f"/studie/brug/fil/{path}")
        yield Page("studio_reviews.ask", f"/studie/gennemsyn/ny/{path}")
        yield Page("studio_versions.show", f"/studie/udgaver/{path}")
        yield Page("studio_versions.download", f"/studie/udgaver/1/fil/{path}")
        yield Page("studio_trials.show", f"/studie/scenarier/{path}")
        yield Page("studio_plays.new", f"/studie/spil/ny/{path}")
    yield Page("studio_tables.show", "/studie/tabel/rulesets/standard.yaml")
    for path in ("decisions/D-11_fristpolitik.dmn", "forms/F-A1.form"):
        yield Page("studio_previews.show", f"/studie/proev/{path}")
    for id in INDICATORS:
        yield Page("indicators.show", f"/indikatorer/{id}")
    path = "underretning.bpmn"
    changed = flow.deployments.source("underretning") + b"<!-- ny -->"
    flow.deployments.deploy({path: changed}, actor=SYSTEM, note="ny")
    versions = [
        f"underretning:{row.version}"
        for row in flow.deployments.definitions("underretning", all_versions=True)
    ]
    jens = flow.people.actor("jens.proces")
    flow.kept_drafts.save(path, changed + b" ", seen=None, based_on=None, actor=jens)
    review = flow.reviews.ask(path, note="ny", actor=jens)
    yield Page("studio_drafts.compare", f"/studie/kladder/{path}")
    yield Page("studio_reviews.show", f"/studie/gennemsyn/{review}")
    offer = flow.simulations.offers(actor=jens)[0].id
    asked = flow.simulations.ask(Question(offer, 100, 1, is_long_wanted=True), actor=jens)
    yield Page("simulations.show", f"/studie/simulering/{asked}")
    plan = flow.migrations.plan(
        versions[-1], versions[0], reason="ny udgave", actor=flow.people.actor("jens.proces")
    )
    yield Page("migrations.plan", f"/studie/flyt/underretning/1/{versions[0].rpartition(':')[2]}")
    yield Page("migrations.show", f"/studie/flyt/plan/{plan}")
    yield Page("studio.rule", "/studie/regler/candidate-group")
    flow.deployments.deploy({"gaar_i_staa.bpmn": BROKEN}, actor=SYSTEM)
    flow.instances.start("gaar_i_staa", {}, actor=SYSTEM)
    for incident in flow.incidents.list():
        yield Page("incidents.show", f"/drift/haendelser/{incident.id}")
    planned = flow.batches.plan(Asked(process="gaar_i_staa"), "retry", reason="igen", actor=SYSTEM)
    yield Page("batches.show", f"/drift/mange/{planned}")
    newest, oldest = (each.rpartition(":")[2] for each in (versions[0], versions[-1]))
    moving = flow.batches.plan(
        Asked(process="underretning"), "migrate", target=newest, reason="ny", actor=SYSTEM
    )
    yield Page("batches.mapping", f"/drift/mange/{moving}/afloeser/{oldest}")
    stuck = flow.incidents.list()[0].instance
    yield Page("interventions.show", f"/forloeb/{stuck}/indgreb")
    yield Page("interventions.ending", f"/forloeb/{stuck}/indgreb/afbryd")
    token = flow.token_moves.places(stuck, actor=SYSTEM)[0].element_instance
    yield Page("interventions.token", f"/forloeb/{stuck}/indgreb/{token}/spring-over")
    yield Page("timers.show", f"/drift/ure/{flow.timers.list(status=None)[0].id}")
    yield Page("jobs.show", f"/drift/arbejde/{flow.jobs.list()[0].id}")
    yield Page("api.timer", f"/api/timers/{flow.timers.list(status=None)[0].id}")
    yield Page("api.job", f"/api/jobs/{flow.jobs.list()[0].id}")
    yield Page("api.batch", f"/api/batches/{planned}")
    yield Page("api.batch_items", f"/api/batches/{planned}/items")
    yield Page("api.tokens", f"/api/instances/{stuck}/tokens")
    webhook, _ = flow.webhooks.make("https://example.invalid/", ["CaseOpened"], actor=SYSTEM)
    yield Page("webhooks.show", f"/webhooks/{webhook}")
    yield Page("api.webhook", f"/api/webhooks/{webhook}")
    yield Page("api.webhook_deliveries", f"/api/webhooks/{webhook}/deliveries")
    for endpoint, path in _PLAIN.items():
        yield Page(endpoint, path)


_PLAIN = {
    "timers.index": "/drift/ure",
    "suspensions.index": "/drift/processer",
    "suspensions.show": "/drift/processer/underretning",
    "batches.index": "/drift/mange",
    "batches.new": "/drift/mange/nyt",
    "jobs.index": "/drift/arbejde",
    "team.deputies": "/stedfortraedere",
    "account.sign_in": "/log-paa",
    "session_end.left": "/log-paa/endnu",
    "single_sign_on.begin": "/log-paa/faelles",
    "single_sign_on.come_back": "/log-paa/faelles/retur",
    "single_sign_on.signed_out": "/log-paa/faelles/ud",
    "new_password.first": "/log-paa/ny-adgangskode",
    "new_password.own": "/mig/adgangskode",
    "second_step.code": "/log-paa/kode",
    "second_step.enrol": "/log-paa/ny-kode",
    "own_account.index": "/mig",
    "emergencies.open_case": "/sager/SAG-2588/noedadgang",
    "emergencies.index": "/noedadgange",
    "sign_in_care.index": "/drift/log-paa",
    "inbox.home": "/",
    "inbox.mine": "/opgaver",
    "inbox.now": "/opgaver/nu",
    "inbox.values_of_fact": "/opgaver/fakta?fakta=team",
    "list_shares.index": "/opgaver/gemte/deling",
    "cases.index": "/sager",
    "meetings.week": "/moeder",
    "meeting_calendars.index": "/moeder/kalendere",
    "help.index": "/hjaelp",
    "help.show": "/hjaelp/fronten",
    "help.rule": "/hjaelp/regler/R-001",
    "notices.index": "/beskeder",
    "notices.count": "/beskeder/antal",
    "notices.choices": "/beskeder/valg",
    "operations.mails": "/drift/mails",
    "daily_meetings.newest": "/moeder/dagsmoede",
    "flows.index": "/forloeb/nyt",
    "indicators.index": "/indikatorer",
    "indicators.sheet": "/indikatorer/indikatorer.csv",
    "notifications.new": "/underretninger/ny",
    "public.notify": "/underret",
    "reading.date": "/laes/dato",
    "public.receipt": "/underret/tak",
    "operations.alive": "/sund/proces",
    "operations.healthy": "/sund",
    "operations.metrics": "/metrics",
    "operations.overview": "/drift",
    "retention.index": "/opbevaring",
    "access_reports.index": "/indsigt",
    "revision.index": "/revision",
    "history_exports.ask": "/revision/eksport",
    "revision.compliance": "/revision/frister",
    "revision.late": "/revision/frister/T01",
    "revision.strayed": "/revision/forloeb",
    "revision.processes": "/revision/udgaver",
    "revision.versions": "/revision/udgaver/underretning",
    "revision.difference": "/revision/udgaver/underretning/1/1",
    "heat_maps.index": "/varmekort",
    "heat_maps.show": "/varmekort/underretning",
    "service_accounts.index": "/servicekonti",
    "webhooks.index": "/webhooks",
    "api.webhooks": "/api/webhooks",
    "migrations.index": "/studie/flyt",
    "simulations.index": "/studie/simulering",
    "studio.index": "/studie/",
    "studio_plays.index": "/studie/spil/",
    "studio_reviews.index": "/studie/gennemsyn",
    "studio_maps.uses": "/studie/brug",
    "studio_folders.index": "/studie/filer",
    "studio_folders.fetch": "/studie/filer/processer.zip",
    "studio_maps.landscape": "/studie/landskab",
    "api.timers": "/api/timers",
    "api.jobs": "/api/jobs",
    "api.batches": "/api/batches",
    "api.suspension": "/api/processes/underretning/suspension",
    "api.held_starts": "/api/processes/underretning/held-starts",
    "api.cases": "/api/cases",
    "api.instances": "/api/instances",
    "api.deployments": "/api/deployments",
    "api.definitions": "/api/definitions",
    "api.source": "/api/definitions/underretning/versions/1",
    "api.history": "/api/history",
    "api.export": "/api/history/export?format=csv&purpose=tilsyn&case=SAG-2588",
    "api.user_tasks": "/api/user-tasks",
    "api.saved_lists": "/api/saved-lists",
    "api.absences": "/api/absences",
    "api-docs.openapi_json": "/api/openapi.json",
}


def _startable() -> Iterator[tuple[str, set[str], str]]:
    """(process, groups that may start it, whether it needs a case), read from the diagrams themselves."""
    for path in sorted(shipped_processes().glob("*.bpmn")):
        for process in lxml.etree.parse(path).iter(f"{BPMN}process"):
            for start in process.findall(f"{BPMN}startEvent"):
                said = {each.get("name"): each.get("value") for each in start.iter(f"{ZEEBE}property")}
                if said.get("flowcase.starters"):
                    starters = set(said["flowcase.starters"].split())
                    yield process.get("id"), starters, said.get("flowcase.case", "required")


def _groups(person: str) -> tuple[str, ...]:
    return ("indtag",) if person == PROGRAM else PEOPLE[person][1]


def _answer(endpoint: str, person: str) -> Answer:
    """The strongest of the cells of the person's groups."""
    rule = RULES[endpoint]
    cells = [
        permission_matrix.answer(rule, KINDS[kind]) for each in _groups(person) for kind in kinds_of(each)
    ]
    return max(cells, key=_STRENGTH.index)


def _is_allowed(page: Page, person: str) -> bool:
    cell = _answer(page.endpoint, person)
    return cell is Answer.YES or (cell is Answer.OWN and person in page.owners)


def _differences(pages: list[Page], person: str, get: Callable[[str], Any]) -> list[str]:
    found = []
    for page in pages:
        status = get(page.path).status_code
        allowed = _is_allowed(page, person)
        if (status in (200, 302)) is not allowed or status not in (200, 302, 403):
            found.append(f"{person} {page.path}: {status}, but the matrix says {'yes' if allowed else 'no'}")
    return found


def test_every_page_of_the_application_is_crawled(app: Flask, world: World) -> None:
    crawled = {page.endpoint for page in _pages(world)}

    readable = {route.endpoint for route in permission_matrix.routes(app) if route.method == "GET"}

    # The built front end is the same for everybody; a result is there only after a run, and
    # tests/web/test_simulations.py asks for it as everybody; a play needs a process of its own and is asked
    # for by others than its owner in tests/web/test_studio_plays.py.
    assert readable - crawled == {
        "static",
        "simulations.result",
        "simulations.question",
        "studio_plays.show",
        "studio_plays.form",
    }
    assert crawled <= readable


def test_every_page_answers_everybody_as_the_matrix_says(
    app: Flask, world: World, sign_in: Callable[[str], Visitor]
) -> None:
    pages = [page for page in _pages(world) if not RULES[page.endpoint].takes_token]
    assert len(pages) > 100

    found = []
    for person in PEOPLE:
        found += _differences(pages, person, sign_in(person).client.get)

    assert found == []


def test_nobody_sees_anything_without_signing_in(app: Flask, world: World, stranger: Visitor) -> None:
    for page in _pages(world):
        answered = stranger.client.get(page.path)

        if not RULES[page.endpoint].needs_sign_in:
            assert answered.status_code in (200, 302), page
            assert "/log-paa?" not in answered.headers.get("Location", ""), page
        elif RULES[page.endpoint].takes_token:
            assert answered.status_code == 401, page
        else:
            assert answered.status_code == 302, page
            assert answered.headers["Location"].startswith("/log-paa"), page


@pytest.mark.parametrize("person", [*PEOPLE, PROGRAM])
def test_programs_are_answered_as_the_matrix_says_and_see_no_pages(
    app: Flask, world: World, person: str
) -> None:
    token = world.flow.people.new_token(person, actor=SYSTEM)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    pages = [page for page in _pages(world) if RULES[page.endpoint].takes_token]

    found = _differences(pages, person, lambda path: client.get(path, headers=headers))

    assert found == []
    assert client.get("/sager", headers=headers).status_code == 302  # to the sign-in: a token is no cookie


def test_a_case_that_is_not_there_and_one_that_is_not_ones_own_tell_nothing(
    world: World, sign_in: Callable[[str], Visitor]
) -> None:
    outsider = sign_in("bo.mentor").client

    missing, foreign = outsider.get("/sager/SAG-9999"), outsider.get("/sager/SAG-2601")

    assert (missing.status_code, foreign.status_code) == (404, 403)
    assert "Alma" not in json.dumps(foreign.get_data(as_text=True))
