"""Nye forløb: flows that a person starts by hand, in a case or outside of any."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.errors import InvalidValues, Refused
from flowcase.services.running.holding import IsSuspended
from flowcase.web.cases import intake
from flowcase.web.forms import form_notes, form_page, form_sent
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.signing_in import kept_typing
from flowcase.web.words.suspension_words import refusal as suspension
from flowcase.web.words.suspension_words import said

if TYPE_CHECKING:
    from flowcase.services.case_files.startable_flows import StartableFlow

blueprint = Blueprint("flows", __name__)


@blueprint.get("/forloeb/nyt")
@login_required
def index() -> Any:
    return render_template(
        "flows.html",
        offered=flow().startable_flows.list(actor=actor()),
        by_others=flow().startable_flows.in_a_case_only(actor=actor()),
        purpose=purpose,
        said=said,
    )


@blueprint.route("/forloeb/nyt/<process>", methods=["GET", "POST"])
@login_required
def new(process: str) -> Any:
    return _start(process, None)


@blueprint.route("/sager/<code>/nyt-forloeb/<process>", methods=["GET", "POST"])
@login_required
def new_in_case(code: str, process: str) -> Any:
    return _start(process, code)


def purpose(offered: StartableFlow) -> str:
    """What a flow is for, in the reader's language where it says it in that."""
    return (offered.purpose_en if current() == "en" else "") or offered.purpose


def _start(process: str, case: str | None) -> Any:
    """The page with the start form or just a button, or the start; what was typed wrong comes back."""
    opened = flow().startable_flows.page(process, case=case, with_first=bool(request.args), actor=actor())
    flow().reading_log.note(case, page="case", actor=actor())  # the form may be filled in from the case
    kept = kept_typing.shown_here()
    sent = request.form if kept is None else kept
    errors: Any = None
    refusal: Refused | None = None
    focus = ""
    notes = None
    suspended = opened.flow.suspended
    refused = suspension(IsSuspended(opened.flow.name, suspended)) if suspended is not None else ""
    status = HTTPStatus.OK
    page_number = sent.get(intake.PAGE_NUMBER) or secrets.token_hex(8)
    known = {**opened.prefilled, **form_page.chosen_in_address(opened.form, request.args)}
    raw: dict[str, Any] = form_page.first_values(opened.form, known) if opened.form else {}
    dates = form_sent.Dates(local_date(flow().clock.now()))
    if kept is not None and opened.form:
        raw = form_sent.raw_of(opened.form, kept, dates)
    if request.method == "POST":
        raw = form_sent.raw_of(opened.form, sent, dates) if opened.form else {}
        found = form_notes.notes_on(
            opened.form,
            form_sent.without_empty_rows(raw),
            dates.concluded,
            sent,
            facts=opened.facts,
            now=flow().clock.now(),
        )
        if form_sent.only_shows(sent):
            focus = form_sent.changed_rows(raw, sent)
        elif found:
            raw, notes = form_sent.without_empty_rows(raw), found
        else:
            raw = form_sent.without_empty_rows(raw)
            # The same page sent twice starts one instance; gone back to and written anew, another.
            number = intake.notification_number(f"{page_number}|{process}|{case or ''}", raw)
            try:
                started = flow().startable_flows.start(process, raw, case=case, number=number, actor=actor())
            except InvalidValues as error:
                errors, status = error.errors, HTTPStatus.UNPROCESSABLE_ENTITY
            except Refused as error:
                errors, status = error.fields, HTTPStatus.UNPROCESSABLE_ENTITY
                refusal = None if error.fields else error
            except IsSuspended as error:  # since the page was opened: what was typed stays
                refused, status = suspension(error), HTTPStatus.CONFLICT
            else:
                flash(gettext("Forløbet »{name}« er begyndt.").format(name=opened.flow.name), "success")
                return redirect(_next_page(started, case))
    page = form_page.Page(())
    if opened.form:
        page = form_page.shown(
            opened.form,
            raw,
            facts=opened.facts,
            now=flow().clock.now(),
            known=opened.prefilled,
            errors=errors,
            focus=focus,
            notes=notes,
        )
    return (
        render_template(
            "flow_new.html",
            flow=opened.flow,
            purpose=purpose(opened.flow),
            has_purpose_here=current() == "da" or bool(opened.flow.purpose_en),
            case=case,
            page=page,
            chosen=form_page.chosen_for(
                opened.first_form, request.args, opened.first_facts, flow().clock.now()
            ),
            number=page_number,
            refused=refused,
            refusal=refusal,
            is_open=suspended is None or request.method == "POST",
        ),
        status,
    )


def _next_page(started: str, case: str | None) -> str:
    """The first user task of the new flow that is this person's, else the case, else the list.

    The case may be one that the flow has found or opened, as for a contact to the preventive worker.

    What the link to the flow has chosen already goes on to the user task.
    """
    chosen: dict[str, Any] = {
        name: said for name, said in request.args.items() if name not in ("id", "sprog")
    }
    mine = flow().inboxes.offered(actor(), instance=started)
    if mine:
        return url_for("user_tasks.show", id=mine[0].id, **chosen)
    if case is not None:
        return url_for("cases.show", code=case)
    if not may_see_cases(actor()):
        return url_for("flows.index")
    found = flow().instances.get(started, actor=actor()).variables.get("sag_id")
    return url_for("cases.show", code=found) if found else url_for("instances.show", id=started)
