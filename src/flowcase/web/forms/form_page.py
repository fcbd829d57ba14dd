"""Forms on a page: from a form file and values to what the templates draw.

The page works without JavaScript: adding and removing rows and showing conditional fields are buttons
that send the form (`form_sent`) and get it back with everything that was typed.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from flowcase import feel
from flowcase.cases.civil_time import COPENHAGEN, possible_instants
from flowcase.modeling.form import CaseTarget, Field, FieldType, Form, Option, VariableTarget
from flowcase.modeling.option_labels import OptionLabels
from flowcase.services.forms import form_values, nested
from flowcase.values import Value, Variables
from flowcase.web.forms.form_files import Attached, has_files
from flowcase.web.forms.form_notes import NOTHING_NOTED, Notes, in_words
from flowcase.web.language import current, gettext
from flowcase.web.words import presenting

BOARD_COLUMNS = 3  # a group of exactly three lists is drawn as a board (Signs of Safety)


@dataclass(frozen=True)
class Shown:
    """One field as the template draws it."""

    name: str  # dotted path, the name of the input
    asked: Field
    label: str
    description: str
    text: str  # of a display
    required: bool
    value: Any = None
    input_type: str = "text"
    errors: tuple[str, ...] = ()
    choices: tuple[tuple[str, str, bool], ...] = ()  # (value, label, chosen)
    barred: frozenset[str] = frozenset()  # choices that are told and cannot be made
    rows: tuple[tuple[Shown, ...], ...] = ()  # of a list
    children: tuple[Shown, ...] = ()  # of a group
    twice: tuple[tuple[str, str, bool], ...] = ()  # both readings of a time that exists twice, as choices
    decides: bool = False  # another field is shown, required or filled by its value
    has_focus: bool = False
    attached: tuple[Attached, ...] = ()  # files that the field names and that lie here
    words: str = ""  # a date or time said back in words
    gone: tuple[str, ...] = ()  # what was answered and is offered no more, in words

    @property
    def id(self) -> str:
        return "felt-" + re.sub(r"[^a-zA-Z0-9_-]", "-", self.name)

    @property
    def is_one_of_several_inputs(self) -> bool:
        """Radio buttons and checkboxes: the field itself is a fieldset."""
        return bool(self.choices) and (
            self.asked.type in (FieldType.BOOLEAN, FieldType.CHOICES)
            or self.asked.component in ("radio", "checklist")
        )

    def focused(self) -> Shown:
        return replace(self, has_focus=True)

    @property
    def is_board(self) -> bool:
        return len(self.children) == BOARD_COLUMNS and all(
            child.asked.type is FieldType.LIST for child in self.children
        )

    @property
    def anchor(self) -> str:
        """The element that takes the focus when an error leads here."""
        if self.asked.type is FieldType.LIST and self.rows and self.rows[0]:
            return self.rows[0][0].anchor
        if self.asked.type is FieldType.GROUP and self.children:
            return self.children[0].anchor
        if self.twice:
            return f"{self.id}-tid-1"
        return f"{self.id}-1" if self.is_one_of_several_inputs else self.id


@dataclass(frozen=True)
class Page:
    fields: tuple[Shown, ...]
    summary: tuple[tuple[str, str, str], ...] = ()  # (id to go to, label, sentence) per error
    is_conditional: bool = False  # whether a field depends on another one's value
    notes: Notes = NOTHING_NOTED
    has_files: bool = False


def shown(
    form: Form,
    raw: Mapping[str, Any],
    *,
    facts: Variables,
    now: dt.datetime,
    known: Mapping[str, Value] | None = None,
    first: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    focus: str = "",
    notes: Notes | None = None,
    files: Mapping[str, Attached] | None = None,
    labels: OptionLabels | None = None,
) -> Page:
    """What the page shows for these values; hidden fields are left out, errors stand at their fields.

    `known` are the stored values that read-only fields show; `first` is what a field begins with that an
    answer brought onto the page; `focus` is the name of the row or list that was changed last; `labels` are
    what answers are called that the form does not offer any more.
    """
    drawing = _Drawing(form, facts, now, known or {}, first or {}, errors or {}, files or {}, labels or {})
    fields = drawing.fields(form.fields, raw, drawing.context(raw), ())
    if focus:
        fields = _focused(fields, focus)
    return Page(
        fields,
        tuple(_summary(fields, errors or {})),
        bool(drawing.deciding),
        NOTHING_NOTED if notes is None else notes,
        has_files(form),
    )


def as_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values in the form in which a page sends them."""
    return {key: typed(value) for key, value in values.items()}


def first_values(form: Form, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a form shows when it is opened: known values, else the defaults of its file."""
    values = as_typed(known)
    for asked in form.values():
        if asked.default is not None and len(asked.path) == 1:
            values.setdefault(asked.path[0], typed(asked.default))
    return values


def chosen_in_address(form: Form | None, args: Mapping[str, str]) -> dict[str, str]:
    """Choices that a link has made already: ids and codes, which the form offers or leaves unchosen."""
    if form is None:
        return {}
    choices = {each.path[0] for each in form.values() if each.type is FieldType.CHOICE and not each.readonly}
    return {name: said for name, said in args.items() if name in choices}


def chosen_for(
    form: Form | None, args: Mapping[str, str], facts: Variables, now: dt.datetime
) -> tuple[tuple[str, str], ...]:
    """(label, words) of what a link has chosen already in a form that comes later, and that it offers."""
    chosen = chosen_in_address(form, args)
    if form is None or not chosen:
        return ()
    page = shown(form, chosen, facts=facts, now=now)
    return tuple(
        (each.label, words)
        for each in page.fields
        if each.name in chosen
        for _, words, is_chosen in each.choices
        if is_chosen
    )


# A page that had one of these sends it whatever stands in it, so that what is missing was not on the page.
_SENT_WHEN_EMPTY = {
    FieldType.TEXT,
    FieldType.LONG_TEXT,
    FieldType.NUMBER,
    FieldType.DATE,
    FieldType.INSTANT,
    FieldType.CHOICE,
}


class _Drawing:
    """What is the same for every field of one page."""

    def __init__(
        self,
        form: Form,
        facts: Variables,
        now: dt.datetime,
        known: Mapping[str, Value],
        first: Mapping[str, Any],
        errors: Mapping[str, Sequence[str]],
        files: Mapping[str, Attached],
        labels: OptionLabels,
    ) -> None:
        self.files, self.first, self.labels = files, first, labels
        self.form, self.facts, self.now = form, facts, now
        self.known, self.errors = known, errors
        keys = frozenset(asked.key for asked in form.walk() if asked.key)
        self.deciding = keys & {
            name
            for asked in form.walk()
            for expression in asked.reads
            for name in _names(expression.text, keys)
        }

    def context(self, raw: Mapping[str, Any]) -> Variables:
        """What expressions read, exactly as when the form is validated; what is not known is null.

        Somebody outside the authority is not told the variables, but for those that the form shows them.
        """
        unanswered = {asked.key: None for asked in self.form.values() if asked.key}
        told = {
            asked.key: value
            for asked in self.form.values()
            if asked.readonly and VariableTarget(asked.key) in asked.targets
            if (value := nested.at(self.known, asked.path)) is not None
        }
        return ChainMap(form_values.readable(self.form, raw), cast("Any", self.facts), told, unanswered)

    def fields(
        self,
        fields: Sequence[Field],
        raw: Mapping[str, Any],
        context: Variables,
        prefix: tuple[str, ...],
    ) -> tuple[Shown, ...]:
        return tuple(
            self._field(asked, raw, context, prefix)
            for asked in fields
            if not self._is_left_out(asked, context)
        )

    def _is_left_out(self, asked: Field, context: Variables) -> bool:
        """What is only shown may be left out by its own value, which no answer brings."""
        if asked.readonly and asked.key and (value := nested.at(self.known, asked.path)) is not None:
            context = ChainMap({asked.key: value}, cast("Any", context))
        return form_values.is_hidden(asked, context, self.now)

    def _field(
        self, asked: Field, raw: Mapping[str, Any], context: Variables, prefix: tuple[str, ...]
    ) -> Shown:
        english = current() == "en"
        label = (asked.label_en if english else "") or asked.label
        name = ".".join((*prefix, *asked.path)) if asked.path else asked.id
        # What is only shown stands in what is known; a cell of a list in its row, wherever that came from.
        stands_in = self.known if asked.readonly and not prefix else raw
        value = nested.at(stands_in, asked.path) if asked.path else None
        if asked.shown is not None:
            value = form_values.shown(asked.shown, context, self.now)
        if value is None and not prefix and asked.type in _SENT_WHEN_EMPTY:
            value = nested.at(self.first, asked.path)  # it was not on the page that was sent
        drawn = Shown(
            name=name,
            asked=asked,
            label=label,
            description=(asked.description_en if english else "") or asked.description,
            text=(asked.properties.get("text_en", "") if english else "") or asked.text,
            required=form_values.is_required(asked, context, self.now),
            errors=tuple(presenting.said(sentence) for sentence in self.errors.get(name, ())),
            decides=asked.key in self.deciding,
        )
        if asked.type is FieldType.GROUP:
            return replace(drawn, children=self.fields(asked.children, raw, context, prefix))
        if asked.type is FieldType.LIST:
            return replace(drawn, rows=self._rows(asked, value, context, prefix))
        choices, gone = self._choices(asked, value, context), self._gone(asked, value)
        drawn = replace(drawn, gone=gone)
        if asked.readonly and asked.type is not FieldType.FILE:
            told = [*(words for _, words, is_chosen in choices if is_chosen), *gone]
            return replace(drawn, value=", ".join(told) or presenting.value(value))
        if asked.type is FieldType.INSTANT:
            text, twice, chosen = _local(value)
            return replace(
                drawn,
                value=instant_text(dt.datetime.fromisoformat(text)) if _is_instant(text) else text,
                words=in_words(chosen or text) if _is_instant(text) and not (twice and not chosen) else "",
                twice=tuple((moment, words, moment == chosen) for moment, words in twice),
            )
        if asked.type is FieldType.DATE:
            text = typed(value)
            try:
                day = dt.date.fromisoformat(text)
            except ValueError:
                return replace(drawn, value=text)
            return replace(drawn, value=date_text(day), words=in_words(text))
        if asked.type is FieldType.FILE:
            names = [str(item) for item in (value if isinstance(value, list) else [value]) if item]
            kept = tuple(self.files[name] for name in names if name in self.files)
            journal = ", ".join(name for name in names if name not in self.files)
            return replace(drawn, value=journal, attached=kept)
        shown_value: Any = value if isinstance(value, (list, Mapping)) else typed(value)
        barred = form_values.barred_options(asked, context)
        choices = tuple((code, words, chosen and code not in barred) for code, words, chosen in choices)
        input_type = _input_type(asked, shown_value)
        return replace(drawn, value=shown_value, choices=choices, barred=barred, input_type=input_type)

    def _rows(
        self, asked: Field, value: Any, context: Variables, prefix: tuple[str, ...]
    ) -> tuple[tuple[Shown, ...], ...]:
        given = [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
        unanswered = {child.key: None for child in asked.children if child.key}
        return tuple(
            self.fields(
                asked.children,
                row,
                ChainMap(_plain(row), cast("Any", context), unanswered),
                (*prefix, *asked.path, str(number)),
            )
            for number, row in enumerate(given or [{}])
        )

    def _gone(self, asked: Field, value: Any) -> tuple[str, ...]:
        """Answers that stand on the case since an earlier version of the form, which offered them."""
        if asked.type not in (FieldType.CHOICE, FieldType.CHOICES) or not asked.options:
            return ()
        offered = {option.value for option in asked.options}
        stands = [str(item) for item in (value if isinstance(value, list) else [value]) if item]
        return tuple(self._called(asked, code) for code in stands if code not in offered)

    def _called(self, asked: Field, code: str) -> str:
        for target in asked.targets:
            if isinstance(target, CaseTarget):
                words = self.labels.get((target.entity, target.attribute, code))
                if words is not None:
                    return words[current()]
        return code

    def _choices(self, asked: Field, value: Any, context: Variables) -> tuple[tuple[str, str, bool], ...]:
        if asked.type is FieldType.BOOLEAN:
            now = typed(value)
            return (("true", gettext("Ja"), now == "true"), ("false", gettext("Nej"), now == "false"))
        if asked.type not in (FieldType.CHOICE, FieldType.CHOICES):
            return ()
        chosen = {str(item) for item in (value if isinstance(value, list) else [value]) if item is not None}
        return tuple(
            (str(code), _label(asked, str(code), words), str(code) in chosen)
            for code, words in form_values.options_of(asked, context, self.now)
        )


def _label(asked: Field, code: str, words: str) -> str:
    """What a choice is called: as the form says it, else as its sentence is said in this language."""
    if asked.options:
        return asked.option_label(Option(code, words), current())
    return presenting.said_of(words)


@functools.lru_cache(maxsize=1024)
def _names(expression: str, keys: frozenset[str]) -> frozenset[str]:
    """What an expression of a form reads; a form that was deployed parses."""
    return feel.compile_expression(expression, names=keys).names


def _focused(fields: Sequence[Shown], focus: str) -> tuple[Shown, ...]:
    """The same fields, with the focus on the list of that name, or on the first input of that row."""
    done: list[Shown] = []
    for field in fields:
        if field.name == focus:
            field = replace(field, has_focus=True)
        field = replace(field, children=_focused(field.children, focus))
        rows = []
        for number, row in enumerate(field.rows):
            inner = _focused(row, focus)
            if f"{field.name}.{number}" == focus and inner:
                inner = (replace(inner[0], has_focus=True), *inner[1:])
            rows.append(inner)
        done.append(replace(field, rows=tuple(rows)))
    return tuple(done)


def _summary(fields: Sequence[Shown], errors: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    places = list(_walk(fields))
    for field, row in places:
        label = (
            gettext("{label} (række {number})").format(label=field.label, number=row) if row else field.label
        )
        for sentence in field.errors:
            yield field.anchor, label, sentence
    known = {field.name for field, _ in places}
    for name, sentences in errors.items():
        if name not in known:
            for sentence in sentences:
                yield "", name, presenting.said(sentence)


def _walk(fields: Sequence[Shown], row: int = 0) -> Iterator[tuple[Shown, int]]:
    """Each field with the number of its row; 0 outside of lists, and in one that has a single row."""
    for field in fields:
        yield field, row
        yield from _walk(field.children, row)
        for number, inner in enumerate(field.rows, 1):
            yield from _walk(inner, number if len(field.rows) > 1 else row)


# --- values as a page shows them -------------------------------------------------------------------


def typed(value: Any) -> Any:
    """A value as text of an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        return (
            value.astimezone(COPENHAGEN).isoformat(timespec="minutes") if value.tzinfo else value.isoformat()
        )
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return str(value)


def date_text(day: dt.date) -> str:
    """As a date is shown in an input, and read there again."""
    return f"{day:%d.%m.%Y}"


def instant_text(local: dt.datetime) -> str:
    return f"{local:%d.%m.%Y} kl. {local:%H.%M}"


def two_times(possible: Sequence[dt.datetime]) -> tuple[tuple[str, str], ...]:
    """Both readings of a local time that exists twice, with the words that tell them apart."""
    words = (gettext("Første gang (sommertid)"), gettext("Anden gang (vintertid)"))
    return tuple(
        (each.isoformat(timespec="minutes"), word) for each, word in zip(possible, words, strict=True)
    )


def _local(value: Any) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """(local time without offset, both readings where it exists twice, the reading that was chosen).

    What cannot be read comes back as it was typed.
    """
    text = typed(value)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text, (), ""
    chosen = ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(COPENHAGEN)
        chosen = moment.isoformat(timespec="minutes")
    local = moment.replace(tzinfo=None)
    possible = possible_instants(local, COPENHAGEN)
    twice: tuple[tuple[str, str], ...] = ()
    if len(possible) > 1:
        twice = two_times(possible)
    return local.isoformat(timespec="minutes"), twice, chosen


def _is_instant(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


def _input_type(asked: Field, text: Any) -> str:
    """Browsers blank what does not fit a time input, so that is shown as text instead."""
    if asked.type is not FieldType.TIME:
        return "text"
    try:
        if text:
            dt.time.fromisoformat(text)
    except ValueError:
        return "text"
    return "time"


def _plain(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A row's raw values as FEEL compares them: what reads as yes or no becomes a boolean."""
    words = {"true": True, "false": False, "": None}
    return {key: words.get(value, value) if isinstance(value, str) else value for key, value in raw.items()}
