"""How somebody uses a page: with a mouse, or with the keyboard alone. A script asks either."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.web.waiting import leaving

MOST_TABS = 400  # a page on which something is further away than that has a trap in it

_IS_HERE = "wanted => document.activeElement === wanted"


class Mouse:
    """Clicks what it wants."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        """A button or a link that leads to another page, or to this one anew."""
        with leaving(self.page):
            target.click()

    def unfold(self, target: Locator) -> None:
        """A button that shows more of the same page."""
        target.click()

    def type(self, target: Locator, text: str) -> None:
        target.fill(text)
        target.blur()

    def choose(self, target: Locator, value: str) -> None:
        """An option of a select."""
        target.select_option(value)

    def tick(self, target: Locator) -> None:
        """A radio button, or a box that is to be ticked."""
        target.check(force=True)

    def untick(self, target: Locator) -> None:
        target.uncheck(force=True)


class Keyboard(Mouse):
    """Goes by Tab from where it is, and never touches the page with anything but keys."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        with leaving(self.page):
            self.page.keyboard.press("Enter")

    def unfold(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def type(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")

    def choose(self, target: Locator, value: str) -> None:
        self._reach(target)
        wanted = target.evaluate(
            "(field, value) => [...field.options].findIndex(o => o.value === value)", value
        )
        assert wanted >= 0, f"no option {value}"
        self.page.keyboard.press("Home")
        for _ in range(wanted):
            self.page.keyboard.press("ArrowDown")
        assert target.input_value() == value

    def tick(self, target: Locator) -> None:
        if target.is_checked():
            return
        if target.get_attribute("type") == "radio":
            self._reach_group(target)
            for _ in range(MOST_TABS):
                if target.is_checked():
                    return
                focused = target.evaluate(_IS_HERE)
                self.page.keyboard.press("Space" if focused else "ArrowDown")
            raise AssertionError("no arrow leads to this answer")
        self._reach(target)
        self.page.keyboard.press("Space")

    def untick(self, target: Locator) -> None:
        if target.is_checked():
            self._reach(target)
            self.page.keyboard.press("Space")

    def _reach(self, target: Locator) -> None:
        handle = target.element_handle()
        for _ in range(MOST_TABS):
            if self.page.evaluate(_IS_HERE, handle):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")

    def _reach_group(self, target: Locator) -> None:
        name = target.get_attribute("name")
        for _ in range(MOST_TABS):
            if self.page.evaluate("name => document.activeElement?.name === name", name):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {name}")
