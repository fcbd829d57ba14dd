"""What people get while the database does not answer: why, and their form, to be sent again as it was.

Nobody can be asked who they are, so the page is the same for all and asks the database nothing. What was
typed goes back to the browser that sent it and is kept nowhere.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException

from flowcase.errors import FlowcaseError
from flowcase.services.transactions import UNAVAILABLE, DatabaseLost, OutcomeUnknown
from flowcase.web.api import api
from flowcase.web.language import gettext
from flowcase.web.session import flow
from flowcase.web.signing_in import kept_typing
from flowcase.web.statuses import status_of
from flowcase.web.words import presenting

# Forms with passwords and codes, which no page shows or holds.
_SECRET = frozenset({"account", "api", "new_password", "own_account", "second_step", "sign_in_care"})
_ANSWERED = frozenset({"static", "operations.healthy", "operations.alive"})  # whatever the database does


_MET = "flowcase database away"  # set while nobody has got an answer since somebody waited in vain


def init_app(app: Flask) -> None:
    """Once somebody has waited in vain, who comes next is told at once, as long as the database is silent."""
    is_away = app.extensions[_MET] = threading.Event()

    @app.before_request
    def tell_at_once() -> None:
        if request.endpoint in _ANSWERED:
            return
        store = flow().store
        if is_away.is_set() or store.is_known_to_be_silent():
            if store.pulse.fault():
                raise DatabaseLost
            is_away.clear()

    for kind in UNAVAILABLE:
        app.register_error_handler(kind, told)


def told(error: FlowcaseError) -> Any:
    """The answer to a request that met it, whatever else it was about to be told."""
    if isinstance(error, DatabaseLost):
        current_app.extensions[_MET].set()
    status = status_of(error)
    if api.is_api():
        return api.problem(status, error)
    if request.headers.get("HX-Request"):  # a page that asks by itself stays, with what is typed in it
        return gettext(
            "Databasen svarer ikke lige nu. Det, du har skrevet, står stadig her på siden."
        ), status
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
    return _page(error, status), status


def _page(error: FlowcaseError, status: HTTPStatus) -> str:
    fields = _sent()
    is_known = not isinstance(error, OutcomeUnknown)
    return render_template(
        "unavailable.html",
        title=presenting.title_of(error),
        text=presenting.sentence(error),
        fields=fields if is_known else [],
        words="\n\n".join(value for name, value in fields if len(value.split()) > 1),
        had_files=bool(fields) and any(each.filename for each in request.files.values()),
        address=request.full_path.rstrip("?"),
        may_ask_again=request.method == "GET" and is_known,
        is_anybody=True,
        is_public=request.blueprint == "public",
        status=status,
    )


def _sent() -> list[tuple[str, str]]:
    """What a form of ours brought, its token too; nothing of one with secrets."""
    if request.method != "POST" or request.blueprint in _SECRET or not kept_typing.is_ours():
        return []
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # it is too large
        return []
