"""Who is signed in: Flask-Login around the sessions that the installation keeps."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from flowcase.access.actor import Actor

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase


# What an open page asks again and again: nobody need be sitting there.
ASKED_BY_ITSELF = frozenset(
    {
        "notices.count",
        "user_tasks.presence",
        "studio_api.presence",
        "daily_meetings.state",
        "inbox.now",
        "session_end.left",
    }
)


_is_plain = re.compile(r"[A-Za-z0-9._-]+").fullmatch  # as ids and codes of ours are


class SignedIn(UserMixin):
    """A signed-in person for the length of a request, the secret of their session, how long it lasts."""

    def __init__(
        self,
        actor: Actor,
        secret: str,
        session: str = "",
        by: str = "password",
        left: dt.timedelta = dt.timedelta(),
    ) -> None:
        self.actor, self.secret, self.session, self.by, self.left = actor, secret, session, by, left

    def get_id(self) -> str:
        return self.secret


def signed_in() -> SignedIn | None:
    """Who is signed in with this request."""
    # Where Flask-Login keeps who it has found: `current_user` looks there by way of three other places.
    found = g._get_current_object().get("_login_user")  # past Flask's stand-in
    if found is None:
        found = current_user._get_current_object()
    return found if isinstance(found, SignedIn) else None


def actor() -> Actor:
    """The signed-in person of this request."""
    found = g._get_current_object().get("_login_user")  # as `signed_in`
    return (current_user if found is None else found).actor


def flow() -> Flowcase:
    """The installation that this application serves."""
    application: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # past the stand-in
    installation: Flowcase = application.config["FLOWCASE"]
    return installation


def init_app(app: Flask, flow: Flowcase) -> None:
    _read_in_one_transaction(app, flow)
    manager = LoginManager()
    manager.session_protection = "strong"
    manager.init_app(app)

    foreseen: dict[str, Callable[..., Sequence[Any]]] = {
        "inbox.mine": flow.inboxes.foreseen,
        "inbox.now": flow.inboxes.foreseen,
        "user_tasks.show": flow.user_task_pages.foreseen,
        "cases.show": flow.case_pages.foreseen,
    }

    def asked_first(asked: Request) -> Callable[[Actor], Sequence[Any]] | None:
        """What the page that is asked for will ask of its reader, unless its address is an odd one."""
        asks, named = foreseen.get(asked.endpoint or ""), asked.view_args or {}
        if asks is None or not all(map(_is_plain, named.values())):
            return None
        return lambda actor: asks(actor, **named)

    @manager.user_loader
    def load(secret: str) -> SignedIn | None:
        asked: Request = request._get_current_object()  # type: ignore[attr-defined] # past the stand-in
        held = flow.sessions.find(
            secret,
            is_used=asked.endpoint not in ASKED_BY_ITSELF,
            foreseen=asked_first(asked),
        )
        if held is None:
            return None
        return SignedIn(held.actor, secret, held.session.id, held.session.by, held.left)


def _read_in_one_transaction(app: Flask, flow: Flowcase) -> None:
    """What a request reads is read in one transaction: the person who is signed in, and the page."""

    @app.before_request
    def begin() -> None:
        g.reading = ExitStack()
        g.reading.enter_context(flow.store.one_reading())

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        if "reading" in g:
            g.pop("reading").close()
