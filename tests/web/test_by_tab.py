"""Tab alone reaches every control of a page in the order in which they stand, visibly, and leaves again.

The same pages are looked at 320 pixels wide and with text twice as large: nothing is cut off.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page

from flowcase.access.actor import SYSTEM
from flowcase.services.operating.batches import Asked
from tests.services.diagrams import end, process, service_task, start, user_task
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.waiting import laid_out, resize
from tests.web.world import World

pytestmark = pytest.mark.browser

MOST_STEPS = 5  # of one control: a date has day, month, year and calendar

# What Tab should reach, numbered in the order of the document (of a group of radio buttons one), and how
# each looks without the focus: itself, its label, and what the design system draws beside them.
NUMBER = """
() => {
  window.fetch = () => new Promise(() => {}); // what others change meanwhile would replace what is numbered
  const look = (style) => [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
    style.borderColor, style.backgroundColor, style.textDecorationLine].join(" ");
  const parts = (one) => [null, "::before", "::after"].map((part) => look(getComputedStyle(one, part)));
  window.drawn = (one) => [one, ...(one.labels ?? [])].flatMap(parts).join("|");
  window.looks = {};
  document.querySelectorAll("details:not([hx-get])").forEach((each) => { each.open = true; });
  let count = 0;
  const all = "a[href], button, input, select, textarea, summary, [contenteditable=true], [tabindex]";
  for (const each of document.querySelectorAll(all)) {
    if (each.tabIndex < 0 || each.disabled || each.type === "hidden") continue;
    if (!each.checkVisibility({ visibilityProperty: true })) continue;
    if (each.type === "radio") {
      const group = [...document.getElementsByName(each.name)].filter((one) => one.form === each.form);
      if (each !== (group.find((one) => one.checked) ?? group[0])) continue;
    }
    each.dataset.tab = ++count;
    looks[count] = drawn(each);
  }
  return count;
}
"""
HERE = """
() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const box = here.getBoundingClientRect();
  return {
    number: Number(here.dataset.tab) || 0,
    what: here.outerHTML.slice(0, 160),
    isOfParts: ["date", "time", "datetime-local"].includes(here.type), // day, month, year, calendar
    isSeen: drawn(here) !== looks[here.dataset.tab] && box.bottom > 0 && box.top < innerHeight,
  };
}
"""


FROM_THE_TOP = """
() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}
"""


def walk(page: Page) -> list[str]:
    """What is wrong with going through the page by Tab, everything unfolded."""
    path, here = page.url, None
    page.evaluate("() => document.activeElement.blur()")
    count = page.evaluate(NUMBER)
    page.evaluate(FROM_THE_TOP)
    reached: list[int] = []
    wrong: list[str] = []
    for _ in range(MOST_STEPS * count + 1):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is not None and reached[-1:] == [here["number"]] and here["isOfParts"]:
            continue
        if here is None or here["number"] in reached:
            break
        reached.append(here["number"])
        if not here["isSeen"]:
            wrong.append(f"{path}: one does not see that the focus is on {here['what']}")
    else:
        wrong.append(f"{path}: no end")
    if here is not None and here["number"] != 1:
        wrong.append(f"{path}: trapped at {here['what']}")
    if reached != list(range(1, count + 1)):
        missing = sorted(set(range(1, count + 1)) - set(reached))
        what = [
            page.locator(f"[data-tab='{number}']").evaluate("e => e.outerHTML.slice(0, 120)")
            for number in missing
        ]
        wrong.append(f"{path}: reached {reached} of {count}, not {what}")
    return wrong


# What is wider than the page, or than a box that shows no more of it.
CUT = """
() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const hides = (one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX) && one.clientWidth > 1;
  const seen = (one) => !one.closest("[aria-hidden=true]") && !one.matches("input, select");
  const wide = (one) => one.scrollWidth > one.clientWidth + 2;
  const cut = [...document.querySelectorAll("main *")].filter((one) => hides(one) && seen(one) && wide(one));
  return [...(over > 0 ? [`${over} pixels too wide`] : []), ...cut.map((one) => one.outerHTML.slice(0, 120))];
}
"""


def reflow(page: Page) -> list[str]:
    """What is lost of the page where it is narrow, and where its text is twice as large."""
    usual = page.viewport_size
    resize(page, 320, 640)
    wrong = [f"{page.url} at 320 pixels: {what}" for what in page.evaluate(CUT)]
    resize(page, usual["width"], usual["height"])
    page.evaluate("document.documentElement.style.fontSize = '20px'")  # the design system's rem is 10 px
    laid_out(page)
    wrong += [f"{page.url} with text twice as large: {what}" for what in page.evaluate(CUT)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return wrong


LEADER = (
    "/team",
    "/team/familieteam_syd/overskredet",
    "/team/sager/SAG-2590/tildeling",
    "/team/raadgivere/camilla.syd/overdragelse",
    "/team/raadgivere/camilla.syd/fravaer",
    "/team/raadgivere/camilla.syd/fravaer/2026-04-03",
    "/stedfortraedere",
    "/beskeder",
    "/beskeder/valg",
    "/moeder",
)
CASEWORKER = ("/opgaver", "/sager", "/sager/SAG-2588", "/moeder", "/forloeb/nyt")
AUDITOR = (
    "/revision",
    "/revision/frister",
    "/revision/frister/T01",
    "/revision/forloeb",
    "/revision/udgaver",
    "/revision/udgaver/underretning",
    "/revision/sager/SAG-2588",
    "/revision/sager/SAG-2588/da?tid=2026-03-25T12:00",
    "/revision/sager/SAG-2588/set",
    "/revision/sager/SAG-2588/frister",
    "/revision/sager/SAG-2588/afgoerelser",
    "/sager/SAG-2588/sagsakt",
    "/revision/eksport",
    "/revision/eksport?sag=SAG-9999&fra=2026-03-25&til=2026-03-24",
    "/varmekort",
)
OWNER = (
    "/studie/",
    "/studie/brug",
    "/studie/filer",
    "/studie/flyt",
    "/studie/flyt/prove/1/2",
    "/studie/gennemsyn",
    "/studie/spil/",
    "/studie/udgaver/underretning.bpmn",
    "/studie/simulering",
)
TABLE = "decisions/D-02_opfoelgning_kadence.dmn"


@pytest.fixture
def changed(world: World) -> Any:
    """A flow that runs in an old version, a draft that differs from what is in force, and an absence."""
    flow, owner = world.flow, world.flow.people.actor("jens.proces")
    for step in ("skriv", "laes"):
        drawn = process("prove", start(), user_task(step), end())
        flow.deployments.deploy({"prove.bpmn": drawn}, actor=SYSTEM)
        if step == "skriv":
            flow.instances.start("prove", actor=SYSTEM)
    was = flow.studio.in_force(TABLE, actor=owner)
    flow.kept_drafts.save(
        TABLE, was.replace(b"<text>6</text>", b"<text>5</text>", 1), seen=None, based_on=None, actor=owner
    )
    flow.absences.report("camilla.syd", dt.date(2026, 3, 30), dt.date(2026, 4, 3), actor=SYSTEM)
    yield
    flow.kept_drafts.discard(TABLE, actor=owner)


@pytest.mark.parametrize(
    ("person", "paths"),
    [
        ("else.syd", LEADER),
        ("camilla.syd", CASEWORKER),
        (
            "karen.fp",
            ("/moeder/dagsmoede", "/underretninger/ny", "/opgaver/gemte/deling", "/moeder/kalendere"),
        ),
        ("vera.revisor", AUDITOR),
        ("anders.myn", ("/indikatorer", "/indikatorer/I-10", "/sager/SAG-2588/indsigt")),
        ("jens.proces", (*OWNER, f"/studie/forskelle/{TABLE}")),
        (
            "drift",
            (
                "/drift",
                "/drift/ure",
                "/drift/arbejde",
                "/drift/processer/underretning",
                "/drift/mange/nyt",
                "/drift/mails",
                "/drift/processer",
                "/drift/log-paa",
                "/servicekonti",
                "/webhooks",
            ),
        ),
    ],
)
def test_tab_reaches_every_control_in_order_and_visibly(
    open_page: Any, world: World, changed: None, person: str, paths: tuple[str, ...]
) -> None:
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, person)

    wrong = []
    for path in paths:
        page.goto(path)
        wrong += walk(page)
        wrong += reflow(page)

    assert wrong == []


def test_an_incident_and_the_verdicts_of_a_batch_are_reached_by_tab_and_narrow_too(
    open_page: Any, world: World, changed: None
) -> None:
    flow, operator = world.flow, world.flow.people.actor("drift")
    drawn = process("brudt", start(), service_task("luk", "sag.afslut"), end())
    flow.deployments.deploy({"brudt.bpmn": drawn}, actor=SYSTEM)
    flow.instances.start("brudt", actor=SYSTEM)
    flow.instances.start("prove", actor=SYSTEM)
    [incident, *_] = flow.incidents.list()
    batch = flow.batches.plan(Asked(process="prove"), "skip", reason="Prøve", element="skriv", actor=operator)
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, "drift")

    seen = Checked(page)

    seen.visit(f"/drift/haendelser/{incident.id}", "an incident whose case is missing")
    wrong = walk(page) + reflow(page)
    seen.visit(f"/drift/mange/{batch}", "verdicts of a batch")
    wrong += walk(page) + reflow(page)

    assert page.locator("#udsigt").is_visible()
    assert (wrong, seen.violations) == ([], [])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("onkeydown = (e) => { if (e.key === 'Tab') e.preventDefault(); }", "reached [] of"),
        ("document.getElementById('bruger').tabIndex = 3", 'id="bruger"'),
        (
            "const s = document.getElementById('bruger').style; s.outline = s.boxShadow = 'none'",
            "does not see",
        ),
    ],
)
def test_a_trap_a_leap_and_an_unseen_focus_would_be_found(open_page: Any, broken: str, said: str) -> None:
    page = open_page()
    page.goto("/log-paa")
    page.evaluate(f"() => {{ {broken} }}")

    wrong = walk(page)

    assert any(said in each for each in wrong), wrong
