"""axe-core finds nothing, on any page and in any state of error, in both languages, widths and schemes.

What was tested is written down in docs/accessibility.md, which is compared with what this test did. With
FLOWCASE_WRITE=1 in the environment the page is written anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import flowcase.web
from flowcase.access.actor import SYSTEM
from flowcase.services.case_files.documents import Given
from flowcase.services.operating.batches import Asked
from tests.services.diagrams import end, message, process, start, user_task
from tests.web.examined import elsewhere
from tests.web.test_browser import sign_in
from tests.web.waiting import DRAWN, laid_out, leaving

pytestmark = pytest.mark.browser

AXE = Path(flowcase.web.__file__).parent / "frontend/node_modules/axe-core/axe.min.js"

# Colours on their way from one to the other would be measured there: nothing moves while axe looks, and what
# moves already comes to its end first.
STILL = """
() => {
  const still = new CSSStyleSheet();
  const all = "*, ::before, ::after, ::backdrop";
  still.replaceSync(`${all} { transition: none !important; animation: none !important }`);
  document.adoptedStyleSheets.push(still);
  const ended = document.getAnimations().map((each) => each.finished.catch(() => null));
  return Promise.all(ended).then(() => null);
}
"""


class Checked:
    """A page, and what axe said about every state it was in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.states: list[str] = []
        self.violations: list[str] = []

    def check(self, state: str) -> None:
        laid_out(self.page)
        self.page.evaluate(STILL)
        if not self.page.evaluate("'axe' in window"):  # a page that was not left since has it
            self.page.evaluate(AXE.read_text("utf-8"))
        found: Any = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        # Colours that move from one to the other would be measured on their way.
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self.page.evaluate(DRAWN)
        contrast = "axe.run(document, {resultTypes: ['violations'], runOnly: ['color-contrast']})"
        dark: Any = self.page.evaluate(contrast)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.evaluate(DRAWN)
        self.page.emulate_media(reduced_motion="no-preference")
        self.states.append(state)
        found["violations"] += [{**each, "id": f"{each['id']} in the dark"} for each in dark["violations"]]
        self.violations += [
            f"{state}: {each['id']} ({each['help']}): {[node['html'][:120] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]
        assert self.page.title().endswith("– flowcase")
        assert self.page.locator("h1").count() == 1

    def visit(self, path: str, state: str | None = None) -> None:
        self.page.goto(path)
        self.check(state or path)

    def press(self, button: str, state: str) -> None:
        with leaving(self.page):
            self.page.locator(f"button[name={button}]:visible").last.click()
        self.check(state)


@pytest.mark.parametrize(("width", "language"), [(1200, "da"), (360, "en")])
def test_axe_finds_nothing(open_page, world, width, language):
    page = open_page(width=width)
    seen = Checked(page)
    vurder, measure = world.task("vurder").id, world.task("afgoer", "SAG-2570").id
    instance = world.task("beslut_undersoegelse").instance

    page.goto("/log-paa")
    seen.check("sign-in")
    page.fill("#bruger", "karen.fp")
    page.fill("#adgangskode", "forkert kodeord")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    seen.check("sign-in refused")
    seen.visit("/underret")
    seen.press("_send", "public form with errors")
    for path in ("/hjaelp", "/hjaelp/fronten", "/hjaelp/borger", "/hjaelp/regler/R-001"):
        seen.visit(path)
    seen.visit("/findes-ikke", "no such page, signed out")

    sign_in(page, "drift")
    page.goto(f"/servicekonti?sprog={language}")
    seen.check("service accounts")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_selector("#fejl")
    seen.check("service account with errors")
    hook, _ = world.flow.webhooks.make("https://example.invalid/ind", ["UserTaskCompleted"], actor=SYSTEM)
    seen.visit("/webhooks", "webhooks")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_selector("#fejl")
    seen.check("webhook with errors")
    page.context.clear_cookies()
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver?sprog={language}")
    for path in ("/opgaver", "/opgaver?vis=mine", "/sager", "/sager?kode=intet", "/sager/SAG-2588"):
        seen.visit(path)
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("case with everything unfolded")
    _inbox(seen, world)
    seen.visit(f"/opgaver/{vurder}", "risk assessment")
    seen.press("_add", "risk assessment with another row")
    seen.press("_faerdig", "risk assessment with errors")
    page.locator("[name=fare_sundhed_udvikling][value=false]").check()
    page.locator("[name=akut][value=nej]").check()
    page.locator("[name=foraeldre_orienteres][value=senere]").check()
    page.locator("[name='tavle.bekymringer.0.hvad']").fill("Træt")
    page.locator("[name=begrundelse]").fill("Derfor")
    page.locator("[name=vurderet_af]").select_option("karen.fp")
    page.locator("[name=vurderet]").fill("2026-03-27T23:00")
    seen.press("_faerdig", "risk assessment refused by a rule")
    seen.press("_gem", "risk assessment as a draft")
    page.locator("[name=begrundelse]").fill("Mor, 010203-1234, ringede.")
    page.locator("[name=vurderet]").fill("i går kl. 9")
    page.keyboard.press("Tab")
    page.wait_for_function("document.getElementById('felt-vurderet-laest').textContent.startsWith('= ')")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    page.wait_for_selector("#felt-begrundelse-cpr")
    seen.check("risk assessment with a CPR number, a date read back and everything unfolded")
    page.locator("#kommentar").fill("@ingen hej")
    page.locator("#kommentarer button[type=submit]").click()
    page.wait_for_selector("#kommentar-fejl")
    seen.check("a comment that was refused")
    world.flow.user_tasks.claim(vurder, actor=world.flow.people.actor("jonas.fp"))
    seen.visit(f"/opgaver/{vurder}", "task of a colleague")
    world.assess("SAG-2601", by="jonas.fp")
    seen.visit(f"/opgaver/{vurder}", "task that was completed")
    seen.visit(f"/opgaver/{world.task('afgoer', 'SAG-2593').id}", "decision of the daily meeting")
    _delegated(seen, world, world.task("afgoer", "SAG-2593").id)
    seen.visit("/underretninger/ny")
    page.locator("[name=modtaget]").fill("2025-10-26T02:30")
    seen.press("_send", "notification with errors and an hour that exists twice")
    given = Given("brev.txt", b"Tak for snakken.")
    document = world.flow.documents.add_to_case("SAG-2588", given, actor=world.flow.people.actor("karen.fp"))
    seen.visit(f"/dokumenter/{document}", "document")
    _daily_meeting(seen, world)
    page.goto(f"/forloeb/{instance}")
    seen.check("diagram")
    seen.visit("/sager/SAG-0000", "no such case")
    seen.visit(f"/opgaver/{measure}", "not for this person")
    with leaving(page):
        page.locator("form[action='/log-af'] button").click()
    seen.check("signed out")

    for person, element in (("else.syd", "tildel"), ("camilla.syd", "afgoer")):
        page.context.clear_cookies()
        sign_in(page, person)
        case = "SAG-2590" if element == "tildel" else "SAG-2570"
        page.goto(f"/opgaver?sprog={language}")
        seen.visit(f"/opgaver/{world.task(element, case).id}", f"task {element} of {case}")
        seen.press("_faerdig", f"task {element} of {case} with errors")

    for path in ("/beskeder", "/beskeder?vis=ulaeste", "/beskeder/valg"):
        seen.visit(path)
    page.fill("#adresse", "camilla")
    page.locator("main form").first.locator("button[type=submit]").click()
    page.wait_for_selector("#fejl")
    seen.check("choices of notices with errors")
    page.locator("form[action='/beskeder/kalender'] button").click()
    page.wait_for_selector("code")
    seen.check("the address of a calendar")

    page.context.clear_cookies()
    sign_in(page, "drift")
    seen.visit("/drift/mails")
    seen.visit(f"/drift/ure?sprog={language}", "timers")
    waits = next(row for row in world.flow.timers.list() if row.process != "frist")
    seen.visit(f"/drift/ure/{waits.id}", "a timer")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("#fejl")
    seen.check("a timer with errors")
    seen.visit("/drift/arbejde", "jobs")
    seen.visit("/drift/processer", "processes")
    seen.visit("/drift/processer/underretning", "a process")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_selector("#fejl")
    seen.check("a process with errors")
    seen.visit("/drift/mange", "operations on many flows")
    seen.visit("/drift/mange/nyt?tilstand=active", "an operation on many flows")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_selector("#fejl")
    seen.check("an operation on many flows with errors")
    _moving_many(seen, world)
    seen.visit(f"/forloeb/{instance}/indgreb", "intervene in a flow")
    seen.visit(page.locator("main ul a").first.get_attribute("href"), "skip a step")
    world.flow.webhook_sending._send = lambda *_: (410, b"")
    world.flow.webhook_sending.send_due()
    seen.visit(f"/webhooks/{hook}", "what a webhook was told")
    seen.visit(f"/drift?sprog={language}", "operations")

    page.context.clear_cookies()
    sign_in(page, "anders.myn")
    page.goto(f"/indikatorer?sprog={language}")
    seen.check("indicators")
    seen.visit("/indikatorer?fra=2026-03-02&til=2026-03-01", "indicators of a period that is none")
    seen.visit("/indikatorer/I-10", "one indicator")
    seen.visit("/opbevaring")
    seen.visit("/indsigt")
    seen.visit("/sager/SAG-2588/indsigt")
    head = world.flow.people.actor("anders.myn")
    report = world.flow.access_reports.ask("SAG-2588", place="barn", recipient="selv", actor=head)
    seen.visit(f"/indsigt/{report}", "an access report")

    page.context.clear_cookies()
    sign_in(page, "else.syd")
    page.goto(f"/opgaver?sprog={language}")
    for path in ("/forloeb/nyt", "/sager/SAG-2588/nyt-forloeb/skift_raadgiver", "/sager/SAG-2588/regelsaet"):
        seen.visit(path)
    _team(seen, world)
    page.context.clear_cookies()
    sign_in(page, "sofie.fr")
    page.goto(f"/opgaver?sprog={language}")
    seen.visit("/forloeb/nyt/forebyggende_henvendelse")
    seen.press("_begynd", "start form with errors")

    assert seen.violations == []
    assert len(seen.states) >= 40
    told = page_of(seen.states)
    if os.environ.get("FLOWCASE_WRITE"):
        TOLD.write_text(told, "utf-8")
    assert TOLD.read_text("utf-8") == told


TOLD = Path(__file__).parents[2] / "docs/accessibility.md"


def page_of(states: list[str]) -> str:
    """The list of what was tested, in the order of the test; ids of one run are no news to a reader."""
    others = list(elsewhere())
    lines = [re.sub(r"/[0-9a-f-]{20,}[^ ]*", "/…", state) for state in states]
    return "\n".join(
        [
            "<!-- Written by tests/web/test_accessibility.py with FLOWCASE_WRITE=1; change it there. -->",
            "",
            "# Accessibility",
            "",
            "Every page and state below is opened by `make test` in a real Chromium and examined by "
            "axe-core: all its rules in the light scheme and contrast in the dark one, once 1200 pixels wide "
            "in Danish and once 360 pixels wide in English. 0 violations, or the test fails. Reflow at 320 "
            "pixels, text twice as large, less motion and print are tested in `tests/web/test_look.py`; the "
            "way through the pages by Tab, and that nothing is cut off where they are narrow or enlarged, in "
            "`tests/web/test_by_tab.py`.",
            "",
            f"{len(lines)} states:",
            "",
            *(f"1. {line}" for line in lines),
            "",
            "## In the tests of their rooms",
            "",
            f"{sum(len(found) for _, found in others)} more states are examined in the same way where their "
            "rooms are tested, most of them at both widths.",
            *(part for file, found in others for part in ("", f"`tests/web/{file}`:", "", *_numbered(found))),
            "",
        ]
    )


def _numbered(lines: list[str]) -> list[str]:
    return [f"1. {line}" for line in lines]


def _moving_many(seen: Checked, world: Any) -> None:
    """A batch that moves instances, what takes over from what in it, and starts that a process holds."""
    inside, roots = message("nyt_stille")
    drawings = [
        process("stilles", start(), user_task("a", "fronten"), end()),
        process("stilles", start("ny", inside=inside, roots=roots), user_task("b", "fronten"), end()),
    ]
    for drawn in drawings:
        world.flow.deployments.deploy({"stilles.bpmn": drawn}, actor=SYSTEM)
        if drawn is drawings[0]:
            world.flow.instances.start("stilles", {}, actor=SYSTEM)
    id = world.flow.batches.plan(Asked(process="stilles"), "migrate", target="2", reason="ny", actor=SYSTEM)
    seen.visit(f"/drift/mange/{id}", "a planned move of many")
    seen.visit(f"/drift/mange/{id}/afloeser/1", "what takes over in a move of many")
    world.flow.suspensions.suspend("stilles", reason="fejl", actor=SYSTEM)
    world.flow.messages.correlate("nyt_stille", "1", {}, actor=SYSTEM)
    seen.visit("/drift/processer/stilles", "starts that a process holds")
    seen.page.locator("form[action$=ventende] button[type=submit]").click()
    seen.page.wait_for_selector("#fejl")
    seen.check("dropping starts with errors")


def _daily_meeting(seen: Checked, world: Any) -> None:
    """The meeting with a decision chosen, noted, refused and with its shortcuts, and the week around it."""
    page = seen.page
    seen.visit("/moeder", "meetings of the week")
    seen.visit("/moeder/dagsmoede", "daily meeting")
    page.evaluate("document.getElementById('genveje').showModal()")
    seen.check("daily meeting with shortcuts")
    page.keyboard.press("Escape")
    page.locator("[data-key=l]").click()
    page.wait_for_selector(".fc-decision")
    seen.check("daily meeting with a decision chosen")
    page.locator(".fc-decision button[type=submit]").first.click()
    page.wait_for_selector("#fejl")
    seen.check("daily meeting with errors")
    page.locator(".fc-decision [name=begrundelse]").fill("Derfor")
    page.locator(".fc-decision button[type=submit]").first.click()
    page.wait_for_selector(".fc-noted")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("daily meeting with a decision noted")


def _delegated(seen: Checked, world: Any, task: str) -> None:
    """What waits with a colleague, what a colleague has lent, and a list that has changed meanwhile."""
    karen, jonas = (world.flow.people.actor(id) for id in ("karen.fp", "jonas.fp"))
    page = seen.page
    page.goto("/opgaver")
    page.locator("tbody a").first.focus()
    world.flow.delegations.delegate(task, "jonas.fp", actor=karen)
    page.evaluate("dispatchEvent(new Event('flowcase:look'))")
    page.wait_for_selector("[data-inbox-news] button:visible")
    seen.check("inbox that has changed meanwhile")
    seen.visit(f"/opgaver/{task}", "task that waits with a delegate")
    seen.visit("/opgaver?vis=mine", "inbox with a delegated task")
    world.flow.delegations.take_back(task, actor=karen)
    world.flow.user_tasks.unclaim(task, actor=karen)
    world.flow.delegations.delegate(task, "karen.fp", actor=jonas)
    seen.visit(f"/opgaver/{task}", "task that a colleague has lent")
    world.flow.delegations.give_back(task, actor=karen)
    world.flow.user_tasks.unclaim(task, actor=jonas)


def _team(seen: Checked, world: Any) -> None:
    """The pages of who leads a team, with their errors and the preview of a hand-over."""
    for path in ("/team", "/team/familieteam_syd/overskredet", "/team/sager/SAG-2590/tildeling"):
        seen.visit(path)
    seen.visit("/team/raadgivere/camilla.syd/overdragelse", "hand over a caseload")
    seen.press("vis", "hand over a caseload with an error")
    seen.page.locator("[name=ny]").select_option("omar.syd")
    seen.press("vis", "hand over a caseload, shown first")
    seen.press("gennemfoer", "hand over a caseload, not done")
    seen.visit("/team/raadgivere/camilla.syd/fravaer", "report an absence")
    seen.press("meld", "report an absence with errors")
    seen.visit("/stedfortraedere", "deputies")
    today = world.flow.clock.now().date()
    world.flow.absences.report("camilla.syd", today, today, actor=SYSTEM)
    seen.visit(f"/team/raadgivere/camilla.syd/fravaer/{today}", "change the last day of an absence")
    seen.press("ret", "change the last day of an absence with errors")


def _inbox(seen: Checked, world: Any) -> None:
    """The inbox with a saved list, with everything unfolded, with an error, and with its shortcuts."""
    page, karen = seen.page, world.flow.people.actor("karen.fp")
    world.flow.saved_lists.save("I dag", "frist=i_dag", actor=karen)
    jonas = world.flow.people.actor("jonas.fp")
    world.flow.saved_lists.save("Fra Jonas", "sorter=sag", actor=jonas)
    world.flow.list_shares.share("Fra Jonas", "karen.fp", actor=jonas)
    world.flow.list_shares.share("I dag", "jonas.fp", actor=karen)
    seen.visit("/opgaver/gemte/deling", "sharing of saved lists")
    page.locator("#udvalg ~ button, form:has(#udvalg) button").first.click()
    page.wait_for_selector("#fejl")
    seen.check("sharing of saved lists with an error")
    seen.visit("/opgaver?frist=overskredet&sag=SAG-0000", "inbox with nothing in it")
    seen.visit("/opgaver?sorter=prioritet", "inbox with a saved list")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("inbox with everything unfolded")
    page.evaluate("document.getElementById('genveje').showModal()")
    seen.check("inbox with shortcuts")
    page.keyboard.press("Escape")
    page.locator("button[value=overdrag]").click()
    page.wait_for_selector("#fejl")
    seen.check("inbox with an error")


def test_axe_would_find_something(open_page):
    page = open_page()
    page.goto("/log-paa")
    page.evaluate("document.querySelector('label').remove()")

    seen = Checked(page)
    seen.check("a field without its label")

    assert any("label" in violation for violation in seen.violations)
