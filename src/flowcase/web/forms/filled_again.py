"""A form of a page that was written already, filled in with what somebody had typed in it.

Works on the page's own text and changes nothing but the values of that form's fields; a part that is folded
away is opened when something was typed in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = dict[str, str | None]
_Edits = dict[int, tuple[int, str]]  # by where it begins: where it ends, and what to write there

_LEFT_ALONE = frozenset({"hidden", "file", "password", "submit", "button", "image", "reset"})


@dataclass
class _Element:
    tag: str
    attributes: Attributes
    start: int
    end: int  # of its start tag
    form: _Element | None
    folded: tuple[_Element, ...]
    content_end: int = 0
    options: list[_Element] = field(default_factory=list)

    def said(self, name: str) -> str:
        return self.attributes.get(name) or ""


class _Page(HTMLParser):
    """Where the forms, the fields and the folded parts of a page are."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Element] = []
        self.controls: list[_Element] = []
        self._lines = [0]  # where each line begins; only a line feed ends one for the parser
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._form: _Element | None = None
        self._folded: list[_Element] = []
        self.feed(page)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        found = _Element(tag, dict(attrs), start, end, self._form, tuple(self._folded))
        if tag == "form":
            self._form = found
            self.forms.append(found)
        elif tag == "details":
            self._folded.append(found)
        elif tag in ("input", "textarea", "select", "button"):
            self.controls.append(found)
        elif tag == "option" and self.controls and self.controls[-1].tag == "select":
            self.controls[-1].options.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._folded:
            self._folded.pop()
        elif tag == "textarea" and self.controls and self.controls[-1].tag == "textarea":
            self.controls[-1].content_end = self._at()


def filled(page: str, here: str, address: str, sent: Mapping[str, Sequence[str]]) -> str | None:
    """The page with the form that is sent to `address` filled in; None when there is no such form.

    `here` is the address of the page, to which a form without an address of its own is sent.
    """
    read = _Page(page)
    form = _form_of(read, here, address, sent)
    if form is None:
        return None
    left = {name: list(values) for name, values in sent.items()}
    edits: _Edits = {}
    first: _Element | None = None
    for control in read.controls:
        if not _belongs(control, form) or not control.said("name"):
            continue
        changes = _changes(control, left, page)
        edits |= changes
        if changes:
            first = first or control
            edits |= {
                each.start: (each.end, _tag("details", each.attributes | {"open": None}))
                for each in control.folded
                if "open" not in each.attributes
            }
    if first is not None and not any("autofocus" in each.attributes for each in read.controls):
        end, words = edits.get(first.start, (first.end, page[first.start : first.end]))
        edits[first.start] = end, words.removesuffix(">") + " autofocus>"  # what was typed is in sight
    for start, (end, words) in sorted(edits.items(), reverse=True):
        page = page[:start] + words + page[end:]
    return page


def _form_of(read: _Page, here: str, address: str, sent: Mapping[str, Sequence[str]]) -> _Element | None:
    """Of several to the same address, the one whose hidden fields say the most of what was sent."""
    best, most = None, -1
    for form in read.forms:
        own = [each for each in read.controls if _belongs(each, form)]
        targets = {form.said("action") or here, *(each.said("formaction") for each in own)}
        if form.said("method").lower() != "post" or address not in {urlsplit(each).path for each in targets}:
            continue
        hidden = [each for each in own if each.said("type") == "hidden" or each.tag == "button"]
        alike = sum(each.said("value") in sent.get(each.said("name"), ()) for each in hidden)
        if alike > most:
            best, most = form, alike
    return best


def _belongs(control: _Element, form: _Element) -> bool:
    owner = control.attributes.get("form")
    return owner == form.said("id") if owner else control.form is form


def _changes(control: _Element, left: dict[str, list[str]], page: str) -> _Edits:
    """What is to be written in place of what, for one field."""
    name, kind = control.said("name"), control.said("type").lower()
    if control.tag == "button" or kind in _LEFT_ALONE:
        return {}
    if kind in ("checkbox", "radio"):
        is_on = (control.attributes.get("value") or "on") in left.get(name, ())
        return _marked(control, "checked", is_on)
    if name not in left:
        return {}
    if control.tag == "select":
        chosen = left[name]
        known = {_value(each, page) for each in control.options}
        shown = [each for each in control.options if "selected" in each.attributes] or control.options[:1]
        if not known.intersection(chosen) or [_value(each, page) for each in shown] == chosen:
            return {}
        return {
            at: edit
            for option in control.options
            for at, edit in _marked(option, "selected", _value(option, page) in chosen).items()
        }
    typed = left[name].pop(0) if left[name] else ""
    if control.tag == "input":
        if typed == control.said("value"):
            return {}
        return {control.start: (control.end, _tag("input", control.attributes | {"value": typed}))}
    words = "\n" + escape(typed)
    before = page[control.end : control.content_end]
    return {} if before.strip() == words.strip() else {control.end: (control.content_end, words)}


def _value(option: _Element, page: str) -> str:
    if "value" in option.attributes:
        return option.said("value")
    return page[option.end : page.find("<", option.end)].strip()


def _marked(element: _Element, mark: str, is_on: bool) -> _Edits:
    if is_on == (mark in element.attributes):
        return {}
    attributes = {name: said for name, said in element.attributes.items() if name != mark}
    if is_on:
        attributes[mark] = None
    return {element.start: (element.end, _tag(element.tag, attributes))}


def _tag(tag: str, attributes: Attributes) -> str:
    said = (name if value is None else f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{' '.join([tag, *said])}>"
