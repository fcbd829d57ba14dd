"""Filling in a form of the product: by the names of its fields, in the order in which they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from flowcase.modeling.form import Field, FieldType, Form
from tests.web.walks.hands import Mouse

LOCAL = ZoneInfo("Europe/Copenhagen")

# Up to which answer that other fields depend on the server has drawn the form: the page asks a moment after
# the answer, and a request that another one replaces ends first.
COUNTS_ANSWERS = """
window.felterne = {given: 0, drawn: 0, asked: []};
addEventListener("change", (e) => {
  if (e.target.matches("#felter .fc-decides")) felterne.given += 1;
}, true);
addEventListener("htmx:before:request", (e) => {
  if (e.target.id === "felter") felterne.asked.push(felterne.given);
});
addEventListener("htmx:finally:request", (e) => {
  if (e.target.id === "felter") felterne.drawn = felterne.asked.shift();
});
"""


def fill(page: Page, hands: Mouse, form: Form, values: Mapping[str, Any]) -> None:
    """Fields that the form does not show for these answers are passed over, as a person does."""
    _fill(page, hands, form.fields, values, ())


def _fill(
    page: Page, hands: Mouse, fields: Sequence[Field], values: Mapping[str, Any], place: tuple[str, ...]
) -> None:
    for asked in fields:
        if asked.type is FieldType.GROUP:
            _fill(page, hands, asked.children, values, place)
            continue
        value = _at(values, asked.path)
        if value is None or asked.type is FieldType.DISPLAY or asked.readonly:
            continue
        name = ".".join((*place, *asked.path))
        if asked.type is FieldType.FILE:
            number = page.locator(f"#felt-{name.replace('.', '-')}-journal")
            hands.type(number, ", ".join(value if isinstance(value, list) else [value]))
            continue
        if asked.type is FieldType.LIST:
            _rows(page, hands, asked, value, name, (*place, *asked.path))
            continue
        answers = page.locator(f'#opgave [name="{name}"], main form [name="{name}"]')
        if answers.count() and answers.first.is_visible():
            _answer(page, hands, asked, answers, value)


def _rows(
    page: Page,
    hands: Mouse,
    asked: Field,
    rows: Sequence[Mapping[str, Any]],
    name: str,
    place: tuple[str, ...],
) -> None:
    add = page.locator(f'button[name="_add"][value="{name}"]')
    if not add.count():
        return
    for number, row in enumerate(rows):
        if not page.locator(f'[name="{name}.{number}._"]').count():
            hands.press(add)
            page.locator(f'[name="{name}.{number}._"]').wait_for(state="attached")
        _fill(page, hands, asked.children, row, (*place, str(number)))


def _answer(page: Page, hands: Mouse, asked: Field, answers: Locator, value: Any) -> None:
    kind = answers.first.get_attribute("type") or ""
    tag = answers.first.evaluate("field => field.tagName")
    decides = answers.first.evaluate("field => field.classList.contains('fc-decides')")
    if kind in ("radio", "checkbox"):
        _tick(hands, answers, value)
    elif tag == "SELECT":
        # What is not offered cannot be chosen: the page will ask for an answer instead.
        if answers.first.locator(f'option[value="{_text(asked, value)}"]').count():
            hands.choose(answers.first, _text(asked, value))
    else:
        hands.type(answers.first, _text(asked, value))
    if decides:
        page.wait_for_function("() => felterne.drawn === felterne.given")


def _tick(hands: Mouse, answers: Locator, value: Any) -> None:
    wanted = [_plain(each) for each in (value if isinstance(value, list) else [value])]
    for number in range(answers.count()):
        box = answers.nth(number)
        here = box.get_attribute("value")
        if box.get_attribute("type") == "radio" or isinstance(value, list):
            if here in wanted:
                hands.tick(box)
            elif box.get_attribute("type") == "checkbox":
                hands.untick(box)
        elif wanted == ["true"]:
            hands.tick(box)
        else:
            hands.untick(box)


def _at(values: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = values
    for step in path:
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    return found


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _text(asked: Field, value: Any) -> str:
    """As a Danish caseworker types it."""
    if asked.type is FieldType.DATE:
        return f"{dt.date.fromisoformat(str(value)[:10]):%d.%m.%Y}"
    if asked.type is FieldType.INSTANT:
        moment = dt.datetime.fromisoformat(str(value))
        local = moment.astimezone(LOCAL) if moment.tzinfo else moment
        return f"{local:%d.%m.%Y} kl. {local:%H.%M}"
    if asked.type is FieldType.NUMBER:
        return str(value).replace(".", ",")
    return _plain(value)
