"""Submitted form values: read, converted and validated by a marshmallow schema made from the form file."""

from __future__ import annotations

import datetime as dt
import functools
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import marshmallow as ma

from flowcase import feel
from flowcase.errors import InvalidValues
from flowcase.modeling.definition import Expression
from flowcase.modeling.form import Field, FieldType, Form
from flowcase.services.forms import nested
from flowcase.services.forms.form_members import MEMBERS, MOST_ROWS
from flowcase.services.forms.form_sentences import (
    NO_ROW,
    NOT_A_CHOICE,
    NOT_A_GROUP,
    NOT_A_LIST,
    NOTHING_INSIDE,
    REQUIRED,
    UNKNOWN_FIELD,
    Said,
    WithEnglish,
)
from flowcase.values import Value, Variables

BARRED = "barred"  # of a choice that is shown, for what it tells, and cannot be made


@dataclass(frozen=True)
class FormValues:
    """Converted values by key; nested under the path of a group, rows of a list as contexts."""

    values: dict[str, Value]
    hidden: frozenset[tuple[str, ...]] = field(default_factory=frozenset)  # paths that were not asked for


def validate(form: Form, raw: Mapping[str, Any], *, facts: Variables, now: dt.datetime) -> FormValues:
    """The values of a submitted form. Raises InvalidValues with every wrong field at once.

    `raw` has text as a browser sends it or JSON values; `facts` are the variables and facts that the
    form's FEEL may read beside its own values. Hidden and read-only fields are left out, unknown keys
    refused.
    """
    prepared = _prepared(form)
    loaded, errors = _load(prepared, raw)
    context = _over(loaded, facts)
    hidden: set[tuple[str, ...]] = set()
    values = _kept(prepared.form.fields, loaded, context, now, (), hidden, errors)
    _drop_hidden_errors(errors, hidden)
    if errors:
        raise InvalidValues(f"form {form.id}", errors)
    return FormValues(values, frozenset(hidden))


def readable(form: Form, raw: Mapping[str, Any]) -> dict[str, Value]:
    """The values of those fields that are right so far: what a half-filled page shows and hides by."""
    loaded, _ = _load(_prepared(form), raw)
    return loaded


def warnings_of(
    form: Form, raw: Mapping[str, Any], *, facts: Variables, now: dt.datetime
) -> dict[str, list[str]]:
    """What is probably a slip in values that may still be taken, by the names of their fields."""
    if not form.warns:
        return {}
    loaded, _ = _load(_prepared(form), raw)
    found: dict[str, list[str]] = {}
    _kept(form.fields, loaded, _over(loaded, facts), now, (), set(), {}, warned=found)
    return found


def options_of(asked: Field, context: Variables, now: dt.datetime) -> list[tuple[Value, str]]:
    """(value, label) of every choice: drawn ones, else those of the field's expression or variable."""
    if asked.options:
        return [(option.value, option.label) for option in asked.options]
    found: Value = None
    if asked.options_expression is not None:
        found = _evaluate(asked.options_expression.text, context, now)
    elif asked.options_key:
        found = context.get(asked.options_key)
    choices = []
    for item in found if isinstance(found, list) else []:
        if isinstance(item, Mapping):
            value = item.get("value")
            label = item.get("label", value)
            # A label that is a text may know how to be said in another language.
            choices.append((value, label if isinstance(label, str) else str(label)))
        elif item is not None:
            choices.append((item, str(item)))
    return choices


def barred_options(asked: Field, context: Variables) -> frozenset[str]:
    """The choices of a list made by code that are told and cannot be chosen."""
    found = context.get(asked.options_key) if asked.options_key and not asked.options else None
    offered = found if isinstance(found, list) else []
    return frozenset(str(each["value"]) for each in offered if isinstance(each, Mapping) and each.get(BARRED))


def shown(expression: Expression, context: Variables, now: dt.datetime) -> Value:
    """What a readonly field shows; null while what the expression reads is not answered."""
    return _evaluate(expression.text, context, now)


def is_hidden(asked: Field, context: Variables, now: dt.datetime) -> bool:
    return asked.hide_if is not None and _evaluate(asked.hide_if.text, context, now) is True


def is_required(asked: Field, context: Variables, now: dt.datetime) -> bool:
    return asked.required or (
        asked.required_if is not None and _evaluate(asked.required_if.text, context, now) is True
    )


# --- the schema ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Prepared:
    form: Form
    schema: ma.Schema


_forms: dict[tuple[str, str], _Prepared] = {}


def _prepared(form: Form) -> _Prepared:
    """Made once per form file: making a schema costs more than using it."""
    key = (form.id, form.content_hash)
    if key not in _forms or not form.content_hash:
        _forms[key] = _Prepared(form, _schema(form.fields))
    return _forms[key]


def _schema(fields: Sequence[Field]) -> ma.Schema:
    return _tree_schema(_tree(fields))


def _tree(fields: Sequence[Field]) -> dict[str, Any]:
    """Leaves by the segments of their paths; a group without path adds nothing."""
    tree: dict[str, Any] = {}
    for leaf in _leaves(fields):
        place = tree
        for segment in leaf.path[:-1]:
            place = place.setdefault(segment, {})
        place[leaf.path[-1]] = leaf
    return tree


def _leaves(fields: Sequence[Field]) -> Iterator[Field]:
    for one in fields:
        if one.type is FieldType.GROUP:
            yield from _leaves(one.children)
        elif one.type is not FieldType.DISPLAY:
            yield one


def _tree_schema(tree: Mapping[str, Any]) -> ma.Schema:
    members: dict[str, ma.fields.Field] = {}
    for name, branch in tree.items():
        if isinstance(branch, Field):
            members[name] = _member(branch)
        else:
            members[name] = ma.fields.Nested(
                _tree_schema(branch), allow_none=True, error_messages={"type": NOT_A_GROUP}
            )
    return _Strict.from_dict(members)()


def _load(prepared: _Prepared, raw: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, list[str]]]:
    """Converted values, and the sentences for those that could not be converted by their place."""
    errors: dict[str, list[str]] = {}
    try:
        return prepared.schema.load(_without_blanks(raw)), errors
    except ma.ValidationError as error:
        _flatten(error.messages, (), errors)
        return (error.valid_data if isinstance(error.valid_data, dict) else {}), errors


class _Strict(ma.Schema):
    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": UNKNOWN_FIELD, "type": NOT_A_GROUP}


def _member(asked: Field) -> ma.fields.Field:
    if asked.type is FieldType.LIST:
        row: ma.fields.Field = ma.fields.Nested(_schema(asked.children), error_messages={"type": NOT_A_GROUP})
        return ma.fields.List(
            row, allow_none=True, validate=_few_rows, error_messages={"invalid": Said(NOT_A_LIST)}
        )
    return MEMBERS[asked.type](asked, allow_none=True)


def _few_rows(rows: list[Any]) -> None:
    if len(rows) > MOST_ROWS:
        raise ma.ValidationError(Said(NOT_A_LIST))


# --- what is kept ----------------------------------------------------------------------------------


def _without_blanks(raw: Any) -> Any:
    """Empty text and empty rows mean that nothing was given."""
    if isinstance(raw, Mapping):
        return {key: _without_blanks(value) for key, value in raw.items()}
    if isinstance(raw, (list, tuple)):
        cleaned = [_without_blanks(item) for item in raw]
        return [item for item in cleaned if not _is_blank(item)]
    if isinstance(raw, str) and not raw.strip():
        return None
    return raw


def _is_blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_blank(item) for item in value.values())
    return value is None or value == "" or (isinstance(value, (list, tuple)) and not value)


def _kept(
    fields: Sequence[Field],
    loaded: Mapping[str, Any],
    context: Variables,
    now: dt.datetime,
    prefix: tuple[str, ...],
    hidden: set[tuple[str, ...]],
    errors: dict[str, list[str]],
    *,
    warned: dict[str, list[str]] | None = None,
) -> dict[str, Value]:
    """Loaded values without hidden and read-only fields; adds errors for what is missing or cannot be so.

    With `warned` what may be so and probably is a slip is added there.
    """
    values: dict[str, Value] = {}
    for one in fields:
        if one.type is FieldType.DISPLAY:
            continue
        if is_hidden(one, context, now):
            hidden.update((*prefix, *leaf.path) for leaf in _leaves([one]))
            continue
        if one.type is FieldType.GROUP:
            inside = _kept(one.children, loaded, context, now, prefix, hidden, errors, warned=warned)
            if one.path and _is_blank(nested.at(inside, one.path)) and is_required(one, context, now):
                errors.setdefault(".".join((*prefix, *one.path)), []).append(Said(NOTHING_INSIDE))
            nested.merge(values, inside)
            continue
        if one.readonly:
            continue
        given = nested.at(loaded, one.path)
        place = (*prefix, *one.path)
        if one.type is FieldType.LIST and isinstance(given, list):
            given = [
                _kept(
                    one.children,
                    row,
                    _over(row, context),
                    now,
                    (*place, str(number)),
                    hidden,
                    errors,
                    warned=warned,
                )
                for number, row in enumerate(given)
                if isinstance(row, Mapping)
            ]
        if one.type in (FieldType.CHOICE, FieldType.CHOICES) and given is not None and not one.options:
            allowed = {str(value) for value, _ in options_of(one, context, now)}
            chosen = {str(item) for item in (given if isinstance(given, list) else [given])}
            if allowed and not chosen <= allowed - barred_options(one, context):
                errors.setdefault(".".join(place), []).append(Said(NOT_A_CHOICE))
        if _is_blank(given):
            given = None
            if ".".join(place) not in errors and is_required(one, context, now):
                missing = NO_ROW if one.type is FieldType.LIST else REQUIRED
                errors.setdefault(".".join(place), []).append(Said(missing))
        if given is not None:
            _ask(one, ".".join(place), context, now, errors, warned)
            nested.put(values, one.path, given)
    return values


def _ask(
    asked: Field,
    name: str,
    context: Variables,
    now: dt.datetime,
    errors: dict[str, list[str]],
    warned: dict[str, list[str]] | None,
) -> None:
    """Put what the field's checks say of its value where it belongs; the first of each kind is enough."""
    for check in asked.checks:
        told = errors if check.is_refused else warned
        if told is not None and name not in told and _evaluate(check.wrong_if.text, context, now) is True:
            told[name] = [WithEnglish(check.said, check.said_en)]


def _over(front: Mapping[str, Any], back: Mapping[str, Any]) -> Mapping[str, Any]:
    """One in front of the other, without copying: a fact is computed when it is read, not before."""
    return ChainMap(cast(Any, front), cast(Any, back))


def _flatten(messages: Any, place: tuple[str, ...], errors: dict[str, list[str]]) -> None:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            _flatten(inner, place if key == "_schema" else (*place, str(key)), errors)
    elif isinstance(messages, list):
        errors.setdefault(".".join(place), []).extend(
            message if isinstance(message, Said) else Said(_ours(str(message))) for message in messages
        )


def _ours(message: str) -> str:
    """marshmallow's own sentences never reach a person."""
    known = {UNKNOWN_FIELD, NOT_A_GROUP, NOT_A_LIST}
    return message if message in known else UNKNOWN_FIELD


def _drop_hidden_errors(errors: dict[str, list[str]], hidden: set[tuple[str, ...]]) -> None:
    for path in hidden:
        name = ".".join(path)
        for key in [key for key in errors if key == name or key.startswith(name + ".")]:
            del errors[key]


@functools.lru_cache(maxsize=2048)
def _compiled(text: str, names: frozenset[str]) -> feel.Expression:
    return feel.compile_expression(text, names=names)


def _evaluate(text: str, context: Variables, now: dt.datetime) -> Value:
    """FEEL of a form over its values; a form that was deployed parses."""
    unusual = frozenset(name for name in context if not name.isidentifier())
    return _compiled(text, unusual).value(context, now=now)
