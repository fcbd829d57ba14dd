"""What somebody is asked to look at once more before a form is carried out; it warns and never refuses.

A date of which a part was concluded (`3. april`, `i morgen`) is shown in words, and text in which a CPR
number seems to stand is named, and so is what the form file calls a probable slip, and what the tables say
that the diagram names for it (`flowcase.warn`). Pressing the button again carries the form out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from flowcase.cases.typed_text import has_cpr_number
from flowcase.modeling.form import CaseTarget, Field, FieldType, Form
from flowcase.services.choosing.rule_hits import Hit
from flowcase.services.forms import form_values, nested
from flowcase.values import Variables
from flowcase.web.language import current, gettext
from flowcase.web.words import presenting

SEEN = "_set"  # what was warned of already, parted by blanks: a field, or a field with its value
CPR_ATTRIBUTES = ("cpr", "cprnummer", "cpr_nummer")  # fields that ask for the number
CPR_WARNING = (
    "Det ligner et CPR-nummer. Skriv det kun i felter, der spørger efter det. "
    "Fjern det, eller gå videre, hvis det skal stå her."
)


@dataclass(frozen=True)
class Note:
    name: str  # of the input; empty where it is about several
    label: str
    words: str
    rule: str = ""  # behind what a table says

    @property
    def anchor(self) -> str:
        """The id of its input; what stands beside a form has its own."""
        name = self.name.replace(".", "-")
        return name[1:] if name.startswith("_") else f"felt-{name}"


@dataclass(frozen=True)
class Notes:
    """What to show, and what will have been seen then."""

    notes: tuple[Note, ...] = ()
    seen: str = ""

    def __bool__(self) -> bool:
        return bool(self.notes)


NOTHING_NOTED = Notes()


class Noted(Exception):
    """No error: it leaves the step undone until somebody has said yes."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes


def look_again(hits: Sequence[Hit]) -> None:
    """Raises Noted while what tables warn of was not shown yet with the form that was sent."""
    notes = with_warnings(NOTHING_NOTED, hits, request.form)
    if notes:
        raise Noted(notes)


def with_warnings(notes: Notes, hits: Sequence[Hit], sent: MultiDict[str, str]) -> Notes:
    """The same, with each sentence of these tables that was not shown before."""
    seen = set((notes.seen or sent.get(SEEN, "")).split())
    told = {f"{hit.rule}={'_'.join(hit.sentence.split())}": hit for hit in hits}
    fresh = [
        Note("", "", presenting.said(hit.sentence), hit.rule)
        for mark, hit in told.items()
        if mark not in seen
    ]
    return Notes((*notes.notes, *fresh), " ".join(sorted({*seen, *told})))


def notes_on(
    form: Form | None,
    raw: Mapping[str, Any],
    concluded: Mapping[str, str],
    sent: MultiDict[str, str],
    *,
    facts: Variables,
    now: dt.datetime,
) -> Notes:
    """What is to be looked at before these values are carried out; nothing when it was seen before."""
    if form is None:
        return NOTHING_NOTED
    seen = set(sent.get(SEEN, "").split())
    slips = form_values.warnings_of(form, raw, facts=facts, now=now)
    marked = set(seen)
    notes: list[Note] = []
    for name, asked, value in _leaves(form.fields, raw, ()):
        if name in concluded:
            said = gettext("Du skrev »{typed}«. Det er læst som {date}.")
            notes.append(Note(name, _label(asked), said.format(typed=concluded[name], date=in_words(value))))
        if name in slips and (mark := f"{name}={'_'.join(str(value).split())}") not in seen:
            marked.add(mark)  # another value may be another slip
            notes += (Note(name, _label(asked), presenting.said(words)) for words in slips[name])
        elif name not in seen and _warns_of_cpr(asked, value):
            marked.add(name)
            notes.append(Note(name, _label(asked), cpr_warning()))
    return Notes(tuple(notes), " ".join(sorted(marked)))


def slips_in(form: Form, raw: Mapping[str, Any], *, facts: Variables, now: dt.datetime) -> list[Hit]:
    """What a program is told that a person looks at once more in these values; by no rule of a table."""
    slips = form_values.warnings_of(form, raw, facts=facts, now=now)
    found: list[Hit] = []
    for name, asked, value in _leaves(form.fields, raw, ()):
        if name in slips:
            found += (Hit("", words, name) for words in slips[name])
        elif _warns_of_cpr(asked, value):
            found.append(Hit("", CPR_WARNING, name))
    return found


def with_texts(notes: Notes, texts: Mapping[str, tuple[str, str]], sent: MultiDict[str, str]) -> Notes:
    """The same with free texts of the page that are in no form file: name -> (label, what was typed)."""
    warned = [
        Note(name, label, cpr_warning())
        for name, (label, text) in texts.items()
        if is_to_be_warned(name, text, sent)
    ]
    seen = {*(notes.seen or sent.get(SEEN, "")).split(), *(note.name for note in warned)}
    return Notes((*notes.notes, *warned), " ".join(sorted(seen)))


def with_unsaved_comment(notes: Notes, name: str, sent: MultiDict[str, str]) -> Notes:
    """The same, with the comment beside the form that was written and not saved: told once."""
    seen, mark = set((notes.seen or sent.get(SEEN, "")).split()), f"{name}.ikke-gemt"
    if mark in seen or not sent.get(name, "").strip():
        return notes
    said = gettext("Kommentaren er ikke gemt. Gem den først, eller tryk igen for at gå videre uden den.")
    noted = Note(name, gettext("Kommentarer"), said)
    return Notes((*notes.notes, noted), " ".join(sorted({*seen, mark})))


def also_seen(name: str, sent: MultiDict[str, str]) -> Notes:
    """Nothing to show in the form, and the text of this name as seen."""
    return Notes((), " ".join(sorted({*sent.get(SEEN, "").split(), name})))


def is_to_be_warned(name: str, text: str, sent: MultiDict[str, str]) -> bool:
    """Whether a free text of no form file is warned of a CPR number now: once, and then it counts."""
    return name not in sent.get(SEEN, "").split() and has_cpr_number(text)


def cpr_warning() -> str:
    return gettext(CPR_WARNING)


def in_words(text: Any) -> str:
    """A date or instant of a form in words; what cannot be read, as it is."""
    try:
        if "T" in str(text):
            moment = dt.datetime.fromisoformat(str(text))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=presenting.LOCAL)
            return presenting.instant(moment)
        return presenting.date(dt.date.fromisoformat(str(text)))
    except ValueError:
        return str(text)


def is_free_text(asked: Field) -> bool:
    """Whether a CPR number in the field is probably there by habit, not because it was asked for."""
    if asked.type not in (FieldType.TEXT, FieldType.LONG_TEXT) or asked.readonly:
        return False
    names = {asked.path[-1] if asked.path else "", *_attributes(asked)}
    return not any(name.endswith(CPR_ATTRIBUTES) for name in names)


def _attributes(asked: Field) -> Iterator[str]:
    for target in asked.targets:
        if isinstance(target, CaseTarget):
            yield target.attribute


def _warns_of_cpr(asked: Field, value: Any) -> bool:
    return isinstance(value, str) and is_free_text(asked) and has_cpr_number(value)


def _label(asked: Field) -> str:
    return (asked.label_en if current() == "en" else "") or asked.label


def _leaves(
    fields: Sequence[Field], raw: Mapping[str, Any], prefix: tuple[str, ...]
) -> Iterator[tuple[str, Field, Any]]:
    for asked in fields:
        if asked.type is FieldType.GROUP:
            yield from _leaves(asked.children, raw, prefix)
        elif asked.type is FieldType.LIST:
            rows = nested.at(raw, asked.path)
            for number, row in enumerate(rows if isinstance(rows, list) else []):
                if isinstance(row, Mapping):
                    yield from _leaves(asked.children, row, (*prefix, *asked.path, str(number)))
        elif asked.path:
            yield ".".join((*prefix, *asked.path)), asked, nested.at(raw, asked.path)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(is_free_text=is_free_text, cpr_warning=cpr_warning)
