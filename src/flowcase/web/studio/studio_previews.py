"""Prøv: a form filled in, or a table asked, as it stands in one's draft. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import login_required

from flowcase import feel
from flowcase.cases.civil_time import local_date
from flowcase.errors import InvalidDefinition, InvalidValues
from flowcase.modeling.form import CaseTarget, FieldType, Form, VariableTarget
from flowcase.modeling.names import decision_name, heading_name
from flowcase.services.forms import form_values, nested
from flowcase.services.studio.previews import Answer, unasked
from flowcase.services.studio.studio_files import is_studio_file
from flowcase.values import Value
from flowcase.web.forms import form_notes, form_page, form_sent
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.studio.typed_inputs import read_inputs, type_words
from flowcase.web.words import presenting
from flowcase.web.words.answers import said
from flowcase.web.words.findings_in_danish import in_danish
from flowcase.web.words.hit_policies import hit_policy_in_words

blueprint = Blueprint("studio_previews", __name__, url_prefix="/studie/proev")

_CODED = (FieldType.CHOICE, FieldType.CHOICES)


@blueprint.route("/<path:path>", methods=["GET", "POST"])
@login_required
def show(path: str) -> Any:
    """Filled in or asked with what was sent; a file that cannot be read, with the reason."""
    copy = request.args.get("kopi", 0, type=int)
    if not is_studio_file(path) or not path.endswith((".form", ".dmn")):
        abort(HTTPStatus.NOT_FOUND)
    try:
        return _form(path, copy) if path.endswith(".form") else _table(path, copy)
    except InvalidDefinition as refused:
        page = render_template(
            "studio_preview_broken.html",
            path=path,
            copy=copy,
            findings=refused.findings,
            finding_at=lambda finding: url_for(
                "studio.edit", path=path, kopi=copy or None, element=finding.element, linje=finding.line
            ),
        )
        return page, HTTPStatus.UNPROCESSABLE_ENTITY


# --- forms ------------------------------------------------------------------------------------------


def _form(path: str, copy: int) -> Any:
    tried = flow().previews.form(path, copy=copy, actor=actor())
    now = flow().clock.now()
    inputs, known = read_inputs(tried.wanted, request.form, now)
    facts = {**tried.facts, **known}
    dates = form_sent.Dates(local_date(now))
    raw, focus = form_page.first_values(tried.form, {}), ""
    errors: Mapping[str, Any] = {}
    notes, taken = None, None
    if request.method == "POST":
        raw = form_sent.raw_of(tried.form, request.form, dates)
        if form_sent.only_shows(request.form):
            focus = form_sent.changed_rows(raw, request.form)
        else:
            raw = form_sent.completing(tried.form, request.form, dates)
            try:
                values = form_values.validate(tried.form, raw, facts=facts, now=now).values
                notes = form_notes.notes_on(
                    tried.form, raw, dates.concluded, request.form, facts=facts, now=now
                )
                taken = None if notes else list(_taken(tried.form, values))
            except InvalidValues as refused:
                errors = refused.errors
    page = render_template(
        "studio_preview_form.html",
        tried=tried,
        path=path,
        copy=copy,
        inputs=inputs,
        page=form_page.shown(tried.form, raw, facts=facts, now=now, errors=errors, focus=focus, notes=notes),
        taken=taken,
        type_words=type_words,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


def _taken(form: Form, values: Mapping[str, Value]) -> Any:
    """(label, value in words, its codes, where it goes) of every answer, in the order of the form."""
    for asked in form.targeted():
        value = nested.at(values, asked.path)
        if value is None:
            continue
        label, words = said(asked, value)
        given = value if isinstance(value, list) else [value]
        codes = [str(each) for each in given] if asked.type in _CODED else []
        yield label or asked.key, words, codes, [_where(target) for target in asked.targets]


def _where(target: CaseTarget | VariableTarget) -> str:
    if isinstance(target, VariableTarget):
        return f"variable:{target.name}"
    return f"case:{target.entity}.{target.attribute}"


# --- tables -----------------------------------------------------------------------------------------


def _table(path: str, copy: int) -> Any:
    tried = flow().previews.table(path, request.args.get("beslutning", ""), copy=copy, actor=actor())
    inputs, given = read_inputs(tried.wanted, request.form, flow().clock.now())
    is_asked = request.method == "POST" or not inputs
    is_wrong = is_asked and any(each.error for each in inputs)
    answers: list[Answer] = []
    warnings: list[str] = []
    trouble = ""
    if is_asked and not is_wrong:
        try:
            answers, told = flow().previews.ask(tried, given)
            warnings = list(dict.fromkeys(_warned(each.message) for each in told))
        except feel.FeelLimitError:
            trouble = gettext("Tabellen regner på mere, end en tabel må. Se efter, om den regner i ring.")
    page = render_template(
        "studio_preview_table.html",
        tried=tried,
        path=path,
        copy=copy,
        inputs=inputs,
        answers=answers or unasked(tried),
        is_answered=bool(answers),
        warnings=warnings,
        trouble=trouble,
        in_words=_in_words,
        heading=lambda text: heading_name(text, current()),
        called=lambda id, name: decision_name(id, name or id, current()),
        policy=hit_policy_in_words,
        type_words=type_words,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong or trouble else HTTPStatus.OK


def _in_words(answer: Answer) -> list[list[tuple[str, str]]]:
    """Each result as (name, value) of its parts, without a name where it has only one."""
    given = answer.value
    is_list = isinstance(given, list) and all(isinstance(each, Mapping) for each in given)
    results = given if is_list else [given]
    return [
        [(heading_name(name, current()), presenting.value(each)) for name, each in result.items()]
        if isinstance(result, Mapping)
        else [("", presenting.value(result))]
        for result in results
    ]


def _warned(message: str) -> str:
    """Why something is null; what the reader's language has no words for, in general."""
    if current() != "da":
        return message
    general = gettext("Et udtryk kunne ikke regnes ud: noget er ukendt, eller af en anden slags end ventet.")
    return in_danish(message) or general
