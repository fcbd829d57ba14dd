"""Mine opgaver: what waits for me and my groups."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.web.session import actor, flow

blueprint = Blueprint("inbox", __name__)

PAGE = 50


@blueprint.get("/")
@login_required
def home() -> Any:
    return redirect(url_for("inbox.mine"))


@blueprint.get("/opgaver")
@login_required
def mine() -> Any:
    """`vis` is `mine`, `grupper` or both; sorted by due instant, what has none last."""
    chosen = request.args.get("vis", "alle")
    rows = flow().user_tasks.inbox(actor())
    own = [row for row in rows if row.assignee is not None]  # also those of whom one stands in for
    shared = [row for row in rows if row.assignee is None]
    visible = {"mine": own, "grupper": shared}.get(chosen)
    if visible is None:
        chosen, visible = "alle", own + shared
    visible.sort(key=lambda row: (row.due_at is None, row.due_at or row.created_at, row.id))
    pages = -(-len(visible) // PAGE) or 1
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    return render_template(
        "inbox.html",
        rows=visible[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages=pages,
        chosen=chosen,
        counts={"alle": len(own) + len(shared), "mine": len(own), "grupper": len(shared)},
        now=flow().clock.now(),
    )
