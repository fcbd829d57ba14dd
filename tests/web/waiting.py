"""What is waited for before a page is looked at or a key is pressed, however busy the machine is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

# All that was put off until the page is drawn has been done: effects of the editors' packages come after it.
DRAWN = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)

# Fonts are asked for by the first drawing. A page that is measured before they are there, or before it has
# its new width, looks wider than it is.
LAID_OUT = """async () => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await drawn();
  await document.fonts.ready;
  await drawn();
}"""

# Whether a press leads to another document, or to this one anew: not a summary, nor a link within the page.
LEADS_AWAY = """(each) => {
  if (each.matches("button")) return each.type === "submit" && each.form !== null;
  const here = each.hash && each.href.split("#")[0] === location.href.split("#")[0];
  return each.matches("a[href]") && !each.target && !here;
}"""


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """Something that leads to another document, or to this one anew; ends when that one is there, whole.

    The expected words may come before the program of the page does, and a key that is pressed then is lost.
    """
    page.evaluate("() => { window.isLeft = true; }")
    yield
    page.wait_for_function("() => !window.isLeft && document.readyState === 'complete'")


def follow(page: Page, target: Locator) -> None:
    """Click, and wait for the page that it leads to, if it leads to one."""
    if target.evaluate(LEADS_AWAY):
        with leaving(page):
            target.click()
    else:
        target.click()


def press(page: Page, key: str) -> None:
    """A key, once the page that is there has its program."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def editor_is_ready(page: Page) -> None:
    """The studio's editor has drawn the file, and the first check has answered, which compiles everything."""
    page.wait_for_selector("html[data-ready=true]", timeout=120_000)


def laid_out(page: Page) -> None:
    page.wait_for_load_state()
    page.evaluate(LAID_OUT)


def width_of(page: Page) -> int:
    """How many pixels wide the page is; more than the window has, when it has to be scrolled sideways."""
    laid_out(page)
    return int(page.evaluate("document.documentElement.scrollWidth"))


def resize(page: Page, width: int, height: int = 800) -> None:
    """Another size of the window, and the page drawn in it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("width => innerWidth === width", arg=width)
    laid_out(page)
