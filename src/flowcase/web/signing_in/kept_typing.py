"""A form whose session has ended, or whose page is too old: what was typed is there again to be sent.

It travels in the page of the sign-in, sealed, never on the server, until somebody has signed in; then it is
kept with their session, sealed, and the page of the form is opened anew with it. For a user task it becomes
the person's draft too, if they may work on it. Only who typed it gets it: the token of their page says by a
mark whose page it was, and the mark travels in the seal. Anybody else is told that there was something, and
it is gone; so is what nobody is known to have typed, and what waited longer than a session may last.

Where somebody may not send it any more, it is there to be copied, and kept nowhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from flowcase.errors import FlowcaseError
from flowcase.services.transactions import UNAVAILABLE
from flowcase.web.forms import typed_task
from flowcase.web.forms.filled_again import filled
from flowcase.web.language import LANGUAGE, gettext
from flowcase.web.session import actor, flow
from flowcase.web.signed_cookie import mark_of_page
from flowcase.web.signing_in import way_back
from flowcase.web.signing_in.new_sessions import own_page

TYPED = "skrevet"  # name of the field in the page of the sign-in, and the mark in the address of the form
_WHOSE, _SINCE, _ADDRESS, _PAGE = "_hvem", "_siden", "_adresse", "_side"
_ON_ITS_WAY = "what was typed, in the page of the sign-in"
_WAITS = "typing_waits"  # in the browser's signed cookie: there is something to forget when it is sent
# What holds secrets, or is nobody's who is signed in, and what pages send by themselves.
_NEVER = frozenset(
    {"account", "api", "guest_links", "new_password", "own_account", "public", "second_step"}
    | {"session_end", "sign_in_care", "single_sign_on", "studio_api"}
)
_BY_ITSELF = frozenset({"user_tasks.save_draft", "user_tasks.presence", "studio_plays.ready"})
_USER_TASKS = "user_tasks"


@dataclass(frozen=True)
class _Kept:
    address: str  # where the form was sent
    page: str  # where it stood
    fields: list[tuple[str, str]]
    whose: str = ""  # the mark of who typed it; empty where it is with their session, or nobody is known
    since: str = ""  # when it came into the page of the sign-in

    @property
    def sent(self) -> MultiDict[str, str]:
        return MultiDict(self.fields)


def is_worth_keeping() -> bool:
    """A form that came from a page of ours, in a browser that shows the answer."""
    return (
        request.method == "POST"
        and request.endpoint is not None
        and request.endpoint not in _BY_ITSELF
        and request.blueprint not in _NEVER
        and is_ours()
        and not request.headers.get("HX-Request")
    )


def is_public_form() -> bool:
    """The public notification form, sent from a page of ours whose session has ended."""
    return request.endpoint == "public.notify" and is_ours() and not request.headers.get("HX-Request")


def is_ours() -> bool:
    """The browser itself says from where: nobody else's words are put into a form of ours."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def ask_to_sign_in() -> Any:
    """The page of the sign-in, with what was typed in it."""
    return _sign_in_with(_sent_now())


def bring(fields: list[tuple[str, str]]) -> Any:
    """The page of the sign-in with what an open page brings as its session ends: the address that its form
    is sent to, its own, and the fields. Whoever signed in meanwhile gets the form anew.
    """
    kept = _usable([each for each in fields if each[0] != "csrf_token"], mark_of_page())
    if kept is None:
        return redirect(url_for("account.sign_in"))
    if current_user.is_authenticated and LANGUAGE in request.args:  # asked for in the middle of a form
        return _open_anew(kept) if _is_mine(kept) else _drop()
    return _bring_back(kept) if current_user.is_authenticated else _sign_in_with(kept)


def bring_sealed(typed: str) -> Any:
    """The same of what a page of the sign-in carries, whose reader has signed in in another window."""
    kept = _read(typed)
    if kept is None:
        _tell_that_it_is_gone()
        return redirect(url_for("inbox.mine"))
    return _bring_back(kept) if current_user.is_authenticated else _sign_in_with(kept)


def _sign_in_with(kept: _Kept) -> Any:
    typed = _carry(kept) if kept.fields and kept.whose else ""
    back = way_back.only_for(kept.whose, kept.page)
    page = render_template("sign_in.html", error="", next=back, person="", waiting=waiting(typed))
    return page, HTTPStatus.UNAUTHORIZED


def _carry(kept: _Kept) -> str:
    since = kept.since or flow().sessions.now().isoformat()
    said = [(_WHOSE, kept.whose), (_SINCE, since), (_ADDRESS, kept.address), (_PAGE, kept.page), *kept.fields]
    return flow().browser_seals.seal(urlencode(said).encode(), _ON_ITS_WAY)


@dataclass(frozen=True)
class Waiting:
    """What waits in the page of the sign-in, sealed."""

    typed: str
    until: dt.datetime


def waiting(typed: str) -> Waiting | None:
    """As long as a session may last at the most; None when nothing waits, or no longer."""
    kept = _read(typed)
    return Waiting(typed, _until(kept)) if kept else None


def _until(kept: _Kept) -> dt.datetime:
    return dt.datetime.fromisoformat(kept.since) + flow().sessions.limits.longest


def is_somebodys() -> bool:
    """Whether it is known whose page the form of this request stood in."""
    return bool(mark_of_page())


def show_again() -> Any:
    """The page of the form once more, for somebody whose page is older than their sign-in."""
    sent = _sent_now()
    if not _is_mine(sent):
        return _drop()
    flash(
        gettext(
            "Siden var for gammel til at blive sendt. Intet er gået tabt: se felterne igennem, og send igen."
        ),
        "info",
    )
    return _open_anew(sent)


def back_to(typed: str) -> Any:
    """Where the person who signed in goes on: the form, as it was typed. None when nothing was typed, or
    so long ago that it is gone.
    """
    kept = _read(typed)
    if kept is None and typed:
        _tell_that_it_is_gone()
    return _bring_back(kept) if kept else None


def _tell_that_it_is_gone() -> None:
    flash(
        gettext("Det, der var skrevet her, ventede for længe på, at du loggede på. Det er slettet."), "info"
    )


def _bring_back(kept: _Kept) -> Any:
    if not _is_mine(kept):
        return _drop()
    endpoint, arguments = _route(kept.address, "POST")
    if endpoint.startswith(f"{_USER_TASKS}.") and _is_a_draft_now(arguments["id"], kept.sent):
        flash(gettext("Du var logget af. Det, du skrev, er gemt som kladde og står i felterne."), "info")
    else:
        flash(
            gettext("Du var logget af, så intet blev sendt. Det, du skrev, står i felterne: send det igen."),
            "info",
        )
    return _open_anew(kept)


def _is_mine(kept: _Kept) -> bool:
    return flow().kept_typing.is_mark_of(kept.whose, actor().id)


def _drop() -> Any:
    """Nothing of it is shown or kept, nor the page opened that it was typed in."""
    flash(
        gettext("Det, der var skrevet her, før du loggede på, ser kun den, der skrev det. Det er ikke gemt."),
        "info",
    )
    return redirect(url_for("inbox.mine"), HTTPStatus.SEE_OTHER)


def shown_here() -> MultiDict[str, str] | None:
    """What was typed in the form of this very page before it was opened anew; None when nothing was."""
    kept = _kept_for_this_page()
    return kept.sent if kept else None


def _sign_in_first() -> Any:
    if request.path.startswith("/api/"):
        abort(HTTPStatus.UNAUTHORIZED)
    if is_worth_keeping():
        return ask_to_sign_in()
    if request.headers.get("HX-Request"):  # a page that saves by itself must not get another page
        return gettext("Du er logget af. Log på i et andet vindue, før du går videre."), (
            HTTPStatus.UNAUTHORIZED
        )
    back = request.full_path.rstrip("?") if request.method == "GET" else url_for("inbox.mine")
    return redirect(url_for("account.sign_in", next=back))


def init_app(app: Flask) -> None:
    """Answer who is signed out and fill in what they typed; after the session's `init_app`."""
    app.login_manager.unauthorized_handler(_sign_in_first)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(page_of_the_form=page_of_the_form)

    @app.after_request
    def fill_in_or_forget(response: Response) -> Response:
        if request.method == "POST" and _WAITS in session and response.status_code < HTTPStatus.BAD_REQUEST:
            if session[_WAITS] == request.path and not g.get("typing_was_kept"):
                with contextlib.suppress(*UNAVAILABLE):  # what was sent is done, whatever comes of this
                    flow().kept_typing.forget(current_user.secret)
                    session.pop(_WAITS)
        elif response.status_code == HTTPStatus.OK and response.mimetype == "text/html":
            kept = _kept_for_this_page()
            if kept is not None:
                response.set_data(_with(kept, response.get_data(as_text=True)))
        elif _is_refused_page(response) and is_worth_keeping():
            response.set_data(_to_copy(_sent_now(), response.get_data(as_text=True)))
        return response


def _is_refused_page(response: Response) -> bool:
    """Access ended while somebody typed: a deputy's last day, another team."""
    return response.status_code == HTTPStatus.FORBIDDEN and response.mimetype == "text/html"


def _with(kept: _Kept, page: str) -> str:
    """The page with its form filled in; where the form is no more, with what was typed, to be copied."""
    again = filled(page, request.script_root + request.path, kept.address, kept.sent.to_dict(flat=False))
    return _to_copy(kept, page) if again is None else again


def _to_copy(kept: _Kept, page: str) -> str:
    """The page with what was typed above its content; single words are choices, and ids."""
    words = "\n\n".join(value for _, value in kept.fields if len(value.split()) > 1)
    if not words:
        return page
    before, content, after = page.partition("<main ")
    opening, bracket, rest = after.partition(">")
    return before + content + opening + bracket + render_template("typed_before.html", words=words) + rest


def _sent_now() -> _Kept:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return _Kept(request.script_root + request.path, page_of_the_form(), fields, mark_of_page())


def page_of_the_form() -> str:
    """Where the browser says that the form stood, else the nearest page above where it was sent."""
    said = urlsplit(request.referrer or "")
    if said.netloc == request.host and _route(said.path, "GET")[0]:
        return _asking(said.path, said.query)
    path = request.path
    while path.strip("/"):
        if _is_a_page(path):
            query = request.query_string.decode(errors="replace") if path == request.path else ""
            return _asking(request.script_root + path, query)
        path = path.rpartition("/")[0]
    return url_for("inbox.mine")


def _asking(path: str, query: str) -> str:
    """The address without the mark that what was typed waits for it, and without a language."""
    asked = [each for each in parse_qsl(query, keep_blank_values=True) if each[0] not in (TYPED, LANGUAGE)]
    return urlunsplit(("", "", path, urlencode(asked), ""))


def _is_a_page(path: str) -> bool:
    """Not what an address to send to looks like by chance: `/opgaver/gemte` is no user task."""
    try:
        rule, _ = _addresses().match(path, method="GET", return_rule=True)
    except HTTPException:
        return False
    sent_to = request.url_rule
    return path != request.path or (sent_to is not None and rule.rule == sent_to.rule)


def _addresses() -> MapAdapter:
    found = current_app.create_url_adapter(request)
    assert found is not None
    return found


def _route(address: str, method: str) -> tuple[str, Any]:
    """The endpoint of an address of ours, and its arguments; empty for any other."""
    path = urlsplit(address).path.removeprefix(request.script_root)
    try:
        endpoint, arguments = _addresses().match(path, method=method)
    except HTTPException:
        return "", {}
    return ("", {}) if endpoint == "static" else (endpoint, arguments)


def _read(typed: str) -> _Kept | None:
    """What a page of the sign-in brings back."""
    content = flow().browser_seals.open(typed, _ON_ITS_WAY) if typed else None
    if not content:
        return None
    (name, whose), (when, since), *fields = parse_qsl(content.decode(), keep_blank_values=True)
    kept = _usable(fields, whose, since) if (name, when) == (_WHOSE, _SINCE) else None
    return kept if kept is not None and flow().sessions.now() <= _until(kept) else None


def _usable(fields: list[tuple[str, str]], whose: str, since: str = "") -> _Kept | None:
    """What a browser says was typed, and where: pages and forms of ours only."""
    if [name for name, _ in fields[:2]] != [_ADDRESS, _PAGE]:
        return None
    address, stood = fields[0][1], urlsplit(own_page(fields[1][1]))
    page = _asking(stood.path, stood.query)
    endpoint, _ = _route(address, "POST")
    if not endpoint or endpoint.partition(".")[0] in _NEVER or not _route(page, "GET")[0]:
        return None
    return _Kept(address, page, fields[2:], whose, since)


def _open_anew(kept: _Kept) -> Any:
    """Keep it with the session, and go to its page: back and reload lead there too."""
    content = json.dumps([kept.address, kept.page, kept.fields], ensure_ascii=False).encode()
    flow().kept_typing.keep(current_user.secret, content)
    session[_WAITS], g.typing_was_kept = kept.address.removeprefix(request.script_root), True
    mark = "&" if "?" in kept.page else "?"
    return redirect(f"{kept.page}{mark}{TYPED}=1", HTTPStatus.SEE_OTHER)


def _kept_for_this_page() -> _Kept | None:
    if request.method != "GET" or TYPED not in request.args or not current_user.is_authenticated:
        return None
    if "kept_typing" not in g:
        content = flow().kept_typing.of(current_user.secret)
        g.kept_typing = _Kept(*_parts(json.loads(content))) if content else None
    kept: _Kept | None = g.kept_typing
    is_here = kept is not None and urlsplit(kept.page).path == request.script_root + request.path
    return kept if is_here else None


def _parts(content: Any) -> tuple[str, str, list[tuple[str, str]]]:
    address, page, fields = content
    return address, page, [(name, value) for name, value in fields]


def _is_a_draft_now(id: str, sent: MultiDict[str, str]) -> bool:
    task = flow().user_tasks.get(id, actor=actor())
    raw = typed_task.read(task, sent)
    if not raw:
        return False
    try:
        flow().user_tasks.save_draft(id, raw, begun=typed_task.begun(sent), actor=actor())
    except FlowcaseError:  # ended, taken or saved elsewhere meanwhile: the page shows what was typed
        return False
    return True
