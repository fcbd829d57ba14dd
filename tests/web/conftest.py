"""Visitors of the pages: without JavaScript through Flask's test client, with it in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flowcase.web import create_app
from tests.compiled_once import compiled_once  # noqa: F401
from tests.made_once import made_once
from tests.web import world as worlds
from tests.web.served import served
from tests.web.world import World

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 60_000  # milliseconds: a busy machine answers late, which is no failure of the page
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def municipality(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "municipality", worlds.build)


@pytest.fixture
def world(municipality: Path, tmp_path: Path) -> Iterator[World]:
    home = tmp_path / "home"
    shutil.copytree(municipality, home)
    opened = worlds.open_world(home)
    yield opened
    opened.flow.close()


@pytest.fixture
def app(world: World) -> Flask:
    made = create_app(world.flow)
    made.testing = True
    return made


class Seen:
    """A page as it came."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.address: str = response.request.path
        self.source: str = response.get_data(as_text=True)
        self.document = lxml.html.document_fromstring(self.source or "<p></p>")
        for area in self.document.iter("textarea"):  # a browser drops the first line break, lxml does not
            area.text = (area.text or "").removeprefix("\n")
        self.text = " ".join(self.document.text_content().split())

    def all(self, xpath: str) -> list[Any]:
        return list(self.document.xpath(xpath))

    def one(self, xpath: str) -> Any:
        found = self.all(xpath)
        assert len(found) == 1, (xpath, len(found))
        return found[0]

    @property
    def title(self) -> str:
        return self.one("//title").text

    @property
    def heading(self) -> str:
        return " ".join(self.one("//h1").text_content().split())

    @property
    def summary(self) -> list[str]:
        """The sentences of the error summary."""
        return [line.text_content().strip() for line in self.all("//*[@id='fejl']//li")]

    def has_field(self, name: str) -> bool:
        return bool(self.all(f"//*[@name='{name}']"))

    def value(self, name: str) -> Any:
        within = [form.fields[name] for form in self.document.forms if name in form.fields]
        return within[0] if within else self.one(f"//*[@name='{name}' and @form]").value


FROM_OUR_PAGE = {"Origin": "http://localhost"}  # what a browser says of each form of ours that it sends


class Visitor:
    """Somebody with a browser without JavaScript."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str) -> Seen:
        return Seen(self.client.get(path, follow_redirects=True))

    def post(self, path: str, data: Any = None) -> Seen:
        """Without a page before: with a token all the same."""
        token = self.get("/underret").value("csrf_token")
        return Seen(self.client.post(path, data={**(data or {}), "csrf_token": token}, follow_redirects=True))

    def press(self, seen: Seen, button: str, value: str | None = None, **values: Any) -> Seen:
        """Fill in the form that has this button, and press it."""
        which = f"@name='{button}'" if value is None else f"@name='{button}' and @value='{value}'"
        pressed = seen.all(f"//button[{which}]")[0]
        return self.press_this(seen, pressed, **values)

    def press_this(self, seen: Seen, pressed: Any, **values: Any) -> Seen:
        """A button, in its form or beside it."""
        owner = pressed.get("form")
        inside = pressed.iterancestors("form")
        form = seen.one(f"//form[@id='{owner}']") if owner else next(each for each in inside)
        more = {pressed.get("name"): pressed.get("value") or ""} if pressed.get("name") else {}
        return self.submit(seen, form, more, pressed.get("formaction"), **values)

    def submit_get(self, seen: Seen, form: Any, **values: Any) -> Seen:
        """Send a form whose values become the address."""
        asked = dict(form.form_values()) | values
        return Seen(self.client.get(form.get("action") or seen.address, query_string=asked))

    def submit(
        self,
        seen: Seen,
        form: Any,
        more: dict[str, str] | None = None,
        action: str | None = None,
        **values: Any,
    ) -> Seen:
        data: dict[str, Any] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        for beside in seen.all(f"//*[@form='{form.get('id')}'][@name]"):
            if beside.tag != "button" and beside.value is not None:
                data[beside.get("name")] = [beside.value]
        data |= values | (more or {})
        path = action or form.get("action") or seen.address
        return Seen(self.client.post(path, data=data, headers=FROM_OUR_PAGE, follow_redirects=True))


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Nobody is signed in."""
    return Visitor(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Visitor]:
    def as_person(person: str) -> Visitor:
        visitor = Visitor(app)
        page = visitor.get("/log-paa")
        form = page.one("//main//form")
        arrived = visitor.submit(page, form, bruger=person, adgangskode=worlds.PASSWORD)
        assert arrived.heading == "Mine opgaver"
        return visitor

    return as_person


@pytest.fixture
def old_token(sign_in: Callable[[str], Visitor]) -> Callable[[str], str]:
    """The token of a page from another session of the same person."""
    return lambda person: str(sign_in(person).get("/beskeder").value("csrf_token"))


# --- a real browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=2 * PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served, on loopback."""
    with served(app) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A page of a fresh browser; what its console complains about fails the test."""
    contexts = []
    complaints: list[str] = []

    def complain(message: Any) -> None:
        # Chromium logs every answer of 400 and above; refusals are what these tests are about.
        # The editors' packages call each other's deprecated functions and warn of it themselves.
        known = ("Failed to load resource", "is deprecated and will be removed in future library versions")
        if message.type in ("error", "warning") and not any(each in message.text for each in known):
            complaints.append(message.text)

    def build(*, width: int = 1200, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 800},
            locale="da-DK",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield build
    for context in contexts:
        context.close()
    assert complaints == []
