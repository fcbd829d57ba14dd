"""For who keeps the installation running: is it alive, does it keep up, where does it stand still."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes, policy
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from flowcase.access.permissions import may_operate
from flowcase.errors import Forbidden, NotFound
from flowcase.services.machines.nodes import Overview
from flowcase.services.sending import mail_sending
from flowcase.services.signing_in.api_limits import Use
from flowcase.web.api import api
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.suspension_words import said

blueprint = Blueprint("operations", __name__)

MOST_INCIDENTS = 100  # shown on one page
MOST_MAILS = 100


@blueprint.get("/sund")
def healthy() -> Any:
    """200 while the process can work, 503 with the reason while its database does not answer.

    Within two seconds: `server` has threads for it that nobody else gets, and `pulse` waits no longer.
    """
    fault = flow().store.pulse.fault()
    if fault:
        return jsonify(status="unavailable", because=fault), HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(status="ok")


@blueprint.get("/sund/proces")
def alive() -> Any:
    """200 while the process answers, whatever its database does: nothing is better by starting it anew."""
    return jsonify(status="ok")


@blueprint.get("/metrics")
def metrics() -> Any:
    """How the installation fares, as Prometheus reads it: numbers only. With an administrator's token."""
    _check(api.caller("metrics:read"))
    return Response(
        generate_latest(_gauges(_overview(), flow().api_limits.uses())), content_type=CONTENT_TYPE_LATEST
    )


@blueprint.get("/drift")
@login_required
def overview() -> Any:
    return overview_page()


def overview_page(wrong: str = "") -> str:
    """`wrong` is what keeps the ticked incidents from being tried again; ticks and reason stay."""
    _check(actor())
    return render_template(
        "operations.html",
        overview=_overview(),
        incidents=flow().incidents.open_by_name(limit=MOST_INCIDENTS),
        ticked=request.form.getlist("haendelse"),
        reason=request.form.get("begrundelse", ""),
        wrong=wrong,
        suspended=flow().suspensions.in_force(),
        said=said,
        undelivered=flow().webhooks.incidents(actor=actor(), limit=MOST_INCIDENTS),
    )


@blueprint.get("/drift/mails")
@login_required
def mails() -> Any:
    """Mails that wait for a person; in a demonstration also what was sent."""
    _check(actor())
    return render_template("mails.html", failed=flow().mails.failed(), kept=_kept_mails())


@blueprint.post("/drift/mails/<id>")
@login_required
def mail_again(id: str) -> Any:
    _check(actor())
    flow().mails.retry(id, actor=actor())
    flash(gettext("Mailen forsøges sendt igen."), "success")
    return redirect(url_for("operations.mails"))


def _kept_mails() -> list[dict[str, str]] | None:
    """What a demonstration would have sent; None elsewhere."""
    settings = flow().settings
    if not settings.is_demonstration:
        return None
    found = []
    for _, content in mail_sending.kept(settings.mail_folder or settings.home / "mail", MOST_MAILS):
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body()
        head = {name: str(message[name] or "") for name in ("subject", "to", "date")}
        found.append({**head, "text": "" if body is None else str(body.get_content())})
    return found


@blueprint.post("/drift/leveringer/<way>/<id>")
@login_required
def deliver_again(way: str, id: str) -> Any:
    """Send again what could not be delivered, from the list of incidents."""
    _check(actor())
    if way == "mail":
        flow().mails.retry(id, actor=actor())
    elif way == "webhook":
        flow().webhooks.resend(id, actor=actor())
    elif way == "checkpoint":
        flow().checkpoint_sending.retry(id, actor=actor())
    else:
        raise NotFound("way of delivery", way)
    flash(gettext("Den sendes igen."), "success")
    return redirect(url_for("operations.overview"))


def _check(who: Any) -> None:
    if not may_operate(who):
        raise Forbidden("see how the installation fares", "only its operators may")


def _overview() -> Overview:
    return flow().nodes.overview(flow().wall.now())


def _gauges(seen: Overview, uses: Sequence[Use]) -> CollectorRegistry:
    registry = CollectorRegistry()
    for name, about, value in (
        ("timers_due", "Timers that are due and not fired yet.", seen.backlog.timers),
        ("timers_late_seconds", "How long the first of them has been due.", seen.timers_late.total_seconds()),
        ("jobs_due", "Jobs that may run and do not yet.", seen.backlog.jobs),
        ("jobs_late_seconds", "How long the first of them has waited.", seen.jobs_late.total_seconds()),
        ("jobs_running", "Jobs that a worker holds.", seen.backlog.jobs_running),
        ("incidents_open", "Places where an instance stands still.", seen.backlog.incidents),
        ("behind", "1 while timers or jobs wait longer than they should.", seen.is_behind),
    ):
        Gauge(f"flowcase_{name}", about, registry=registry).set(value)
    undelivered = Gauge(
        "flowcase_undelivered",
        "What failed for good and waits for a person, by way.",
        ["way"],
        registry=registry,
    )
    for way, number in seen.backlog.undelivered.items():
        undelivered.labels(way).set(number)
    used = Gauge(
        "flowcase_api_used_ratio",
        "Of the requests that an account may make in this minute; people's are one.",
        ["account"],
        registry=registry,
    )
    refused = Counter(
        "flowcase_api_refused", "Requests beyond what an account may make.", ["account"], registry=registry
    )
    for use in uses:
        used.labels(use.account).set(use.share)
        refused.labels(use.account).inc(use.refused)
    ahead = Gauge(
        "flowcase_workers_clock_ahead",
        "Workers that leave what is due to others: their clocks are more than a minute ahead.",
        registry=registry,
    )
    ahead.set(seen.workers_ahead)
    corrected = Gauge(
        "flowcase_clocks_corrected",
        "Nodes whose clocks are wrong, and off whose instants that is taken.",
        registry=registry,
    )
    corrected.set(seen.clocks_corrected)
    nodes = Gauge("flowcase_nodes", "Nodes that live, by kind.", ["kind"], registry=registry)
    for kind in ("web", "worker"):
        nodes.labels(kind).set(sum(node.kind == kind and not node.is_silent for node in seen.nodes))
    return registry
