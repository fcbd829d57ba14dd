"""A scenario told through the pages: whoever does a step signs in, finds it, takes it, fills it in, sends it.

Time, other systems and what the scenario expects stay the scenario runner's; people's steps are walked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.config import shipped_processes
from flowcase.errors import InvalidValues, NotFound, Refused
from flowcase.scenarios import stage
from flowcase.scenarios.running import LOCAL, Story
from flowcase.scenarios.scene import NARRATOR, set_the_scene
from flowcase.services.deploying.scenario_files import Scenario, Step, Variant
from flowcase.values import from_json
from flowcase.web.cases import intake
from tests.web.walks import forms
from tests.web.walks.hands import Mouse
from tests.web.world import PASSWORD

DAILY_MEETING = "fronten_dagsmoede"


@contextmanager
def installation(scenario: Scenario, variant: Variant, home: Path) -> Iterator[Flowcase]:
    """A fresh one at the scenario's first instant, with its people, who can sign in."""
    start = scenario.start or variant.steps[0].at.astimezone(LOCAL).replace(hour=0, minute=0, second=0)
    flow = stage.set_up(
        home,
        shipped_processes(),
        now=start,
        settings=from_json(dict(variant.settings)),
        rule_sets=variant.rule_sets or (),
        jobs=variant.jobs,
        actor=NARRATOR,
    )
    try:
        set_the_scene(flow, variant)
        yield flow
    finally:
        flow.close()


class WalkedStory(Story):
    """One variant, its people's steps walked in a browser."""

    def __init__(
        self,
        flow: Flowcase,
        variant: Variant,
        *,
        browser: Browser,
        address: str,
        width: int,
        hands: Callable[[Page], Mouse],
        pictures: Path,
    ) -> None:
        super().__init__(flow, variant)
        self._browser, self._address, self._width = browser, address, width
        self._hands, self._pictures = hands, pictures
        self._contexts: dict[str, BrowserContext] = {}
        self._pages: dict[str, Page] = {}
        self.complaints: list[str] = []
        self.walked: list[str] = []  # what was done on a page

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    # --- steps -------------------------------------------------------------------------------------

    def _do(self, step: Step) -> None:
        actor = self.flow.people.actor(step.actor) if step.actor else NARRATOR
        if step.do == "complete" and step.actor:
            self._complete(self.user_task(step.arguments, actor), self._values(step.arguments), actor)
        else:
            super()._do(step)

    def _complete(self, id: str, values: Mapping[str, Any], actor: Actor) -> None:
        task = self.flow.user_tasks.get(id)
        page = self._page(actor)
        hands = self._hands(page)
        if task.row.process == DAILY_MEETING:
            self._meet(page, hands, task, values)
            self.walked.append(task.row.element)
            return
        told = self.flow.user_tasks.get(id, actor=actor)  # a case that is kept from somebody narrows no list
        was_free = self._find(page, hands, told)
        if task.form:
            forms.fill(page, hands, task.form, values)
        self._picture(page, f"{task.row.process}-{task.row.element}")
        done = page.locator("#opgave .fc-buttons button[name=_faerdig]")
        hands.press(done)
        if page.locator("#se-efter").count():  # read, and meant so
            hands.press(done)
        self.walked.append(task.row.element)
        if any(row.id == id for row in self.flow.user_tasks.list()):
            self._refused(page, hands, id, values, actor, gives_back=was_free)

    def _meet(self, page: Page, hands: Mouse, task: Any, values: Mapping[str, Any]) -> None:
        """On the screen of the meeting: who is there begins it, and closes it when the item is decided."""
        self._by_menu(page, hands, "/moeder")
        hands.press(page.locator('main li a[href*="/moeder/dagsmoede/"]').first)
        if "udfald" in values:
            hands.press(page.locator(f'.fc-decisions a[href$="udfald={values["udfald"]}"]'))
        forms.fill(page, hands, task.form, values)
        self._picture(page, f"moede-{task.row.element}")
        if "udfald" not in values:
            hands.press(page.locator('main form[action$="/fremmoede"] .fc-buttons button'))
            return
        hands.press(page.locator(".fc-decision .fc-buttons button"))
        hands.press(page.locator('main form[action$="/luk"] button[type=submit]'))
        self._picture(page, "moede-referat")

    def _find(self, page: Page, hands: Mouse, task: Any) -> bool:
        """In the list of one's tasks, narrowed to the case or the process; taken there if it was free."""
        if not page.locator("#sag").is_visible():  # on a phone the list comes first
            hands.unfold(page.locator(".fc-narrowing > summary"))
        if task.row.case_code:
            hands.type(page.locator("#sag"), task.row.case_code)
        else:
            hands.choose(page.locator("#forloeb"), task.row.process)
        hands.press(page.locator("form.fc-filter[role=search] button[type=submit]").first)
        take = page.locator(f'button[formaction="/opgaver/{task.row.id}/tag"]')
        was_free = take.count() > 0
        hands.press(take if was_free else page.locator(f'tbody a[href="/opgaver/{task.row.id}"]'))
        page.locator("h1", has_text=task.row.name).wait_for()
        return was_free

    def _refused(
        self, page: Page, hands: Mouse, id: str, values: Mapping[str, Any], actor: Actor, *, gives_back: bool
    ) -> None:
        """The page says why not; the scenario compares the rule with what the service says of the same."""
        shown = page.locator("#fejl")
        assert shown.count(), page.locator("main").inner_text()
        self._picture(page, "afvist")
        said = shown.inner_text()
        fields = {link.get_attribute("href") or "" for link in shown.locator("a").all()}
        if gives_back:
            hands.press(page.locator(f'button[formaction="/opgaver/{id}/slip"]'))
        try:
            self.flow.user_tasks.rehearse(id, values, actor=actor)
        except Refused as error:
            assert error.because in said and all(rule in said for rule in error.rules), said
            raise
        except InvalidValues as error:
            for name in error.errors:
                assert any(f"{link}-".startswith(f"#felt-{name.replace('.', '-')}-") for link in fields), said
            raise
        raise AssertionError(f"the page refuses what the service would take: {said}")

    def _start(self, arguments: Mapping[str, Any], actor: Actor) -> None:
        process, case = arguments["process"], arguments.get("case")
        values = self._values(arguments)
        offered = None
        if actor is not NARRATOR:
            try:
                offered = self.flow.startable_flows.page(process, case=case, actor=actor)
            except NotFound:  # nobody starts it by hand
                offered = None
        if offered is None or (offered.form is None and values):
            super()._start(arguments, actor)
            return
        page = self._page(actor, f"/sager/{case}" if case else "/forloeb/nyt")
        hands = self._hands(page)
        if case:
            hands.unfold(page.locator("summary", has=page.locator("#nyt-forloeb")))
        inner = f"/sager/{case}/nyt-forloeb/{process}" if case else f"/forloeb/nyt/{process}"
        hands.press(page.locator(f'main a[href="{inner}"]').first)
        if offered.form:
            forms.fill(page, hands, offered.form, values)
        self._picture(page, f"begynd-{process}")
        before = len(self.flow.instances.list(process=process, limit=None))
        hands.press(page.locator("main .fc-buttons button[name=_begynd]"))
        self.walked.append(process)
        if len(self.flow.instances.list(process=process, limit=None)) == before:
            self.flow.startable_flows.start(process, values, case=case, actor=actor)  # raises why
            raise AssertionError(page.locator("main").inner_text())

    def _notify(self, arguments: Mapping[str, Any], actor: Actor) -> None:
        """On the page where staff write a notification down; only its number is the scenario's."""
        flow = self.flow
        story = self

        class ByPage:
            def receive(self, values: dict[str, Any], *, source: str, actor: Actor) -> None:
                story._write_down(flow, values, arguments["notification"], actor)

        self.flow = dataclasses.replace(flow, notifications=ByPage())  # type: ignore[arg-type]
        try:
            super()._notify(arguments, actor)
        finally:
            self.flow = flow

    def _write_down(self, flow: Flowcase, values: dict[str, Any], number: str, actor: Actor) -> None:
        page = self._page(actor)
        hands = self._hands(page)
        drawn = intake.notification_number
        intake.notification_number = lambda *_: number
        try:
            self._by_menu(page, hands, "/underretninger/ny")
            forms.fill(page, hands, flow.deployments.form("F-A1"), values)
            self._picture(page, "underretning")
            hands.press(page.locator("main .fc-buttons button[name=_send]"))
            self.walked.append(number)
        finally:
            intake.notification_number = drawn

    # --- people ------------------------------------------------------------------------------------

    def _page(self, actor: Actor, address: str = "/opgaver") -> Page:
        """The person's own browser there; they sign in at first, and again when a session has run out."""
        if actor.id not in self._pages:
            self.flow.people.set_password(actor.id, PASSWORD, actor=NARRATOR)
            context = self._browser.new_context(
                base_url=self._address, viewport={"width": self._width, "height": 800}, locale="da-DK"
            )
            self._contexts[actor.id], self._pages[actor.id] = context, context.new_page()
            self._pages[actor.id].add_init_script(forms.COUNTS_ANSWERS)
            self._pages[actor.id].on("pageerror", lambda error: self.complaints.append(str(error)))
        page = self._pages[actor.id]
        page.goto(address)
        if page.locator("#bruger").count():
            hands = self._hands(page)
            hands.type(page.locator("#bruger"), actor.id)
            hands.type(page.locator("#adgangskode"), PASSWORD)
            hands.press(page.locator("main form button[type=submit]").last)
        page.locator(".user", has_text=actor.name).wait_for()
        return page

    def _by_menu(self, page: Page, hands: Mouse, address: str) -> None:
        """On a narrow page the menu keeps behind »Mere« what it has no room for."""
        offered = page.locator(f'nav[aria-label="Hovedmenu"] a[href="{address}"]').filter(visible=True)
        if not offered.count():
            hands.unfold(page.locator('[aria-controls="fds-more-menu"]'))
        hands.press(offered)

    def _picture(self, page: Page, name: str) -> None:
        self._pictures.mkdir(parents=True, exist_ok=True)
        number = len(list(self._pictures.iterdir())) + 1
        page.screenshot(path=self._pictures / f"{number:02}-{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: the page is {wide} pixels wider than the window"
