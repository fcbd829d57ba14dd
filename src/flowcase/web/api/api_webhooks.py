"""Webhooks: subscribed to and ended by operators' programs, with what was told; and what receivers get."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import marshmallow as ma
from flask import g

from flowcase.history.webhook_kinds import KINDS
from flowcase.services.sending.webhooks import LONGEST_OLD_SECRET
from flowcase.web.api.api_frame import blueprint, caller, instant, needs
from flowcase.web.forms.api_pages import PageIn, paged
from flowcase.web.session import flow


class WebhookIn(ma.Schema):
    """Where to post, and which kinds of events to tell of."""

    address = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=2000),
        metadata={"example": "https://reports.example/flowcase"},
    )
    kinds = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(list(KINDS))),
        required=True,
        validate=ma.validate.Length(min=1, max=len(KINDS)),
        metadata={"example": ["CaseOpened", "DeadlineBreached"]},
    )


class WebhookOut(ma.Schema):
    id = ma.fields.String(required=True)
    address = ma.fields.String(required=True)
    kinds = ma.fields.List(ma.fields.String(), required=True)
    is_active = ma.fields.Boolean(required=True)
    made_at = instant(required=True)
    made_by = ma.fields.String()
    ended_at = instant(allow_none=True)
    waiting = ma.fields.Integer(metadata={"description": "Deliveries on their way."})
    failed = ma.fields.Integer(metadata={"description": "Deliveries that wait for a person."})
    old_secret_until = instant(
        allow_none=True, metadata={"description": "Until then the secret before signs posts as well."}
    )


class SecretIn(ma.Schema):
    """How long the secret before signs beside the new one; 0 ends it at once, as for one that leaked."""

    keep_old_hours = ma.fields.Integer(
        load_default=24,
        strict=True,
        validate=ma.validate.Range(min=0, max=LONGEST_OLD_SECRET // dt.timedelta(hours=1)),
        metadata={"example": 24},
    )


class MadeWebhookOut(WebhookOut):
    secret = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Told once, here; null when the answer is given again for an idempotency key.",
            "example": "whsec_" + "A" * 43 + "=",
        },
    )


class DeliveryOut(ma.Schema):
    id = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    status = ma.fields.String(
        required=True, metadata={"description": "waiting, claimed, sent, failed or dropped."}
    )
    created_at = instant(required=True)
    due_at = instant(required=True)
    sent_at = instant(allow_none=True)
    attempts = ma.fields.Integer(required=True)
    outcome = ma.fields.String(allow_none=True, metadata={"example": "http 200"})


class DeliveriesIn(PageIn):
    pass


@blueprint.route("/webhooks", methods=["GET"])
@needs("webhooks:read")
@blueprint.response(200, WebhookOut(many=True))
def webhooks() -> Any:
    """Every webhook, those in use first; never a secret."""
    return flow().webhooks.list(actor=caller())


@blueprint.route("/webhooks", methods=["POST"])
@needs("webhooks:write")
@blueprint.arguments(WebhookIn)
@blueprint.response(201, MadeWebhookOut)
def make_webhook(asked: dict[str, Any]) -> Any:
    """Subscribe. The answer holds the secret that posts are signed with, and nothing else ever does."""
    id, secret = flow().webhooks.make(asked["address"], asked["kinds"], actor=caller())
    return _told_once(id, secret)


@blueprint.route("/webhooks/<id>", methods=["GET"])
@needs("webhooks:read")
@blueprint.response(200, WebhookOut)
def webhook(id: str) -> Any:
    """One webhook."""
    return flow().webhooks.get(id, actor=caller())


@blueprint.route("/webhooks/<id>/secret", methods=["POST"])
@needs("webhooks:write")
@blueprint.arguments(SecretIn)
@blueprint.response(200, MadeWebhookOut)
def change_webhook_secret(asked: dict[str, Any], id: str) -> Any:
    """Change the secret: posts carry a signature of each until the one before is over."""
    keep_old = dt.timedelta(hours=asked["keep_old_hours"])
    return _told_once(id, flow().webhooks.change_secret(id, keep_old=keep_old, actor=caller()))


@blueprint.route("/webhooks/<id>", methods=["DELETE"])
@needs("webhooks:write")
@blueprint.response(204)
def end_webhook(id: str) -> Any:
    """End it: what waits is dropped."""
    flow().webhooks.end(id, actor=caller())


@blueprint.route("/webhooks/<id>/deliveries", methods=["GET"])
@needs("webhooks:read")
@blueprint.arguments(DeliveriesIn, location="query")
@blueprint.response(200, DeliveryOut(many=True))
def webhook_deliveries(asked: dict[str, Any], id: str) -> Any:
    """What it was told in the last 30 days, and what failed; the newest first."""
    return paged(asked, partial(flow().webhooks.deliveries, id, actor=caller()))


@blueprint.route("/webhook-deliveries/<id>/resend", methods=["POST"])
@needs("webhooks:write")
@blueprint.response(202)
def resend_delivery(id: str) -> Any:
    """Tell it again, under the same id; an event of the history."""
    flow().webhooks.resend(id, actor=caller())


def _told_once(id: str, secret: str) -> dict[str, Any]:
    """The webhook with its new secret; the answer that is kept for the same request again is without."""
    made = vars(flow().webhooks.get(id, actor=caller()))
    g.kept_instead = MadeWebhookOut().dump({**made, "secret": None})
    return {**made, "secret": secret}


def described() -> dict[str, Any]:
    """The section `webhooks` of the API's document: what receivers are sent."""
    nullable = {"type": ["string", "null"]}
    return {kind: {"post": _operation(kind, names, nullable)} for kind, names in KINDS.items()}


def _operation(kind: str, names: tuple[str, ...], nullable: dict[str, Any]) -> dict[str, Any]:
    data = dict.fromkeys(("case", "process", "instance", "element"), nullable)
    data |= {name: {"type": ["string", "integer", "null"]} for name in names}
    headers = {
        "webhook-id": "The same at every try: what came before may be dropped.",
        "webhook-timestamp": "Seconds since 1970 of this try; refuse what is older than five minutes.",
        "webhook-signature": (
            "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; two of them, parted by a blank, "
            "while a secret is being changed: one that fits is enough."
        ),
    }
    return {
        "summary": f"{kind} happened.",
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in headers.items()
        ],
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["type", "timestamp", "data"],
                        "properties": {
                            "type": {"const": kind},
                            "timestamp": {"type": "string", "format": "date-time"},
                            "data": {"type": "object", "required": list(data), "properties": data},
                        },
                    }
                }
            }
        },
        "responses": {"2XX": {"description": "Taken. Anything else is tried again; 410 is not."}},
    }
