"""Puts the Flask application together: one blueprint per noun, one way of saying what went wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Request, Response, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from flowcase import errors, logs
from flowcase.services.transactions import UNAVAILABLE, SealBroken, request_id
from flowcase.web import (
    drawing,
    language,
    remembered,
    session,
    session_end,
    signed_cookie,
    static_files,
    statuses,
    unavailable,
)
from flowcase.web.compiled_pages import CompiledPages
from flowcase.web.forms import asked_days, form_files, form_notes, large_forms
from flowcase.web.signing_in import kept_typing, single_sign_on
from flowcase.web.tasks import ended_deputyships
from flowcase.web.words import incidents_in_danish, presenting

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

MAX_REQUEST_BYTES = 30 * 1024 * 1024

csrf = signed_cookie.FormTokens()

_log = structlog.get_logger(__name__)


class _Application(Flask):
    """Flask without asking of every function, twenty times a request, whether it is a coroutine: none is."""

    jinja_environment = CompiledPages

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def handle_exception(self, e: Exception) -> Response:
        """What no view raised, but what is done behind one. Flask would log a traceback and tell a fault."""
        if isinstance(e, UNAVAILABLE):
            return self.finalize_request(self.handle_user_exception(e), from_error_handler=True)
        return super().handle_exception(e)


def create_app(flow: Flowcase, *, secret_key: bytes | None = None) -> Flask:
    """The application over one opened installation; `secret_key` defaults to the installation's own."""
    app = _Application("flowcase.web", template_folder="templates", static_folder="static")
    # While a new installation key is brought in, nodes with either of them serve the same people.
    in_use, *older = [secret_key] if secret_key else flow.settings.session_keys()
    app.config.update(
        SECRET_KEY=in_use,
        SECRET_KEY_FALLBACKS=older,
        WTF_CSRF_SECRET_KEY=[*reversed(older), in_use],  # the last one signs
        # Behind TLS a name that no other host and no plain connection can set.
        SESSION_COOKIE_NAME="__Host-flowcase" if flow.settings.https else "flowcase",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=flow.settings.https,
        PERMANENT_SESSION_LIFETIME=flow.settings.session_hours * 3600,
        MAX_CONTENT_LENGTH=max(MAX_REQUEST_BYTES, (flow.settings.upload_megabytes + 5) * 1024 * 1024),
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # a long form must not expire while it is filled in
        FLOWCASE=flow,
    )
    if flow.settings.https:  # the proxy that ends TLS names the caller's address
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.jinja_env.globals.update(
        is_demonstration=flow.settings.is_demonstration,
        single_sign_on_name=single_sign_on.name_if_offered,
        cause=incidents_in_danish.cause,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.init_app(app)  # before anything that can refuse: it says so in the person's language
    signed_cookie.init_app(app)
    large_forms.init_app(app)  # before the form is read
    csrf.init_app(app)
    session.init_app(app, flow)
    session_end.init_app(app)
    presenting.init_app(app)
    form_files.init_app(app)
    form_notes.init_app(app)
    asked_days.init_app(app)
    drawing.init_app(app)
    remembered.init_app(app)
    static_files.init_app(app)
    _register_blueprints(app)
    kept_typing.init_app(app)
    _guard(app)
    _say_errors(app)
    unavailable.init_app(app)
    return app


def routes_only() -> Flask:
    """An application with its routes and no installation behind them: for lists of what there is."""
    app = Flask("flowcase.web")
    _register_blueprints(app)
    return app


def _register_blueprints(app: Flask) -> None:
    from flowcase.web import help, reading, session_end
    from flowcase.web.api import api
    from flowcase.web.auditing import history_exports, indicators, revision, revision_cases
    from flowcase.web.cases import (
        access_reports,
        case_dossier,
        cases,
        documents,
        emergencies,
        flows,
        notifications,
        public,
        rule_set_move,
    )
    from flowcase.web.meetings import daily_meetings, guest_links, meeting_calendars, meetings
    from flowcase.web.operating import (
        batches,
        incidents,
        interventions,
        jobs,
        operations,
        retention,
        service_accounts,
        sign_in_care,
        suspensions,
        timers,
        webhooks,
    )
    from flowcase.web.signing_in import account, new_password, own_account, second_step, single_sign_on
    from flowcase.web.studio import (
        heat_maps,
        migrations,
        simulations,
        studio,
        studio_api,
        studio_differences,
        studio_drafts,
        studio_folders,
        studio_maps,
        studio_plays,
        studio_previews,
        studio_reviews,
        studio_tables,
        studio_trials,
        studio_versions,
    )
    from flowcase.web.tasks import beside_the_form, inbox, instances, list_shares, notices, team, user_tasks

    assert beside_the_form.blueprint is user_tasks.blueprint  # its routes are there before it is registered
    for module in (
        account,
        session_end,
        inbox,
        list_shares,
        user_tasks,
        cases,
        documents,
        emergencies,
        daily_meetings,
        meeting_calendars,
        meetings,
        guest_links,
        flows,
        heat_maps,
        help,
        history_exports,
        incidents,
        timers,
        jobs,
        batches,
        suspensions,
        interventions,
        indicators,
        instances,
        rule_set_move,
        notices,
        notifications,
        public,
        reading,
        retention,
        operations,
        revision,
        revision_cases,
        case_dossier,
        access_reports,
        service_accounts,
        webhooks,
        single_sign_on,
        second_step,
        new_password,
        own_account,
        sign_in_care,
        migrations,
        simulations,
        studio,
        studio_api,
        studio_differences,
        studio_drafts,
        studio_folders,
        studio_maps,
        studio_plays,
        studio_previews,
        studio_reviews,
        studio_versions,
        studio_tables,
        studio_trials,
        team,
    ):
        app.register_blueprint(module.blueprint)
    api.init_app(app)
    csrf.exempt(api.blueprint)  # the API takes tokens, never cookies
    csrf.exempt(single_sign_on.signed_out_there)  # as does the provider itself
    csrf.exempt(session_end.typed)  # its token may be over with the session; it does nothing but show them


def _guard(app: Flask) -> None:
    """Safe headers on every answer, and a request id that the history and the log keep."""

    @app.before_request
    def name_the_request() -> None:
        id = g.request_id = secrets.token_hex(8)
        request_id.set(id)
        logs.begin_request(id)

    @app.teardown_request
    def forget_the_request(_: BaseException | None) -> None:
        logs.end_request()

    @app.after_request
    def safe_headers(response: Response) -> Response:
        asked: Request = request._get_current_object()  # type: ignore[attr-defined] # past the stand-in
        headers = response.headers
        policy = headers.get("Content-Security-Policy")
        if policy is None:
            policy = _policy(g.get("style_nonce"), frames_own=bool(g.get("frames_own")))
            headers.add("Content-Security-Policy", policy)
        headers.extend(_SAFE)
        headers.add("X-Frame-Options", "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY")
        if app.config["SESSION_COOKIE_SECURE"]:
            headers.add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        headers.add("X-Request-Id", g.get("request_id", ""))
        if asked.path.startswith("/api/"):  # whoever opens it in a browser gets a file, never a page
            headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
        if asked.endpoint != "static":
            headers["Cache-Control"] = "no-store"
        else:  # files say themselves how long they hold; that one is missing holds for nobody
            headers.setdefault("Cache-Control", "no-store")
        return response


# In every answer. Nothing else says any of them, so that they are not looked for before.
_SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    # Our own pages are told where a form stood, and Flask-WTF asks it of every form that comes by TLS.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)


def _policy(style_nonce: str | None, *, frames_own: bool) -> str:
    # On the pages of the studio's editors bpmn.io's watermark, which its licence wants visible, is placed
    # by style attributes, and the editors for FEEL make their style sheets while they run.
    editors = f"; style-src-attr 'unsafe-inline'; style-src-elem 'self' 'nonce-{style_nonce}'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'" + (editors if style_nonce else "") + ("; frame-src 'self'" if frames_own else "")
    )


def _say_errors(app: Flask) -> None:
    def page(status: HTTPStatus, title: str, text: str = "", details: Any = ()) -> Any:
        try:
            said = render_template("error.html", title=title, text=text, details=details, status=status)
        except UNAVAILABLE as error:  # it cannot be found out whose page it is
            return unavailable.told(error)
        return said, status

    @app.errorhandler(errors.FlowcaseError)
    def refused(error: errors.FlowcaseError) -> Any:
        from flowcase.web.api import api

        status = statuses.status_of(error)
        if isinstance(error, SealBroken):
            _log.error("sealed data altered", place=error.place)  # names a stream and a number there
        if api.is_api():
            return api.problem(status, error)
        why = ended_deputyships.sentence() if isinstance(error, errors.Forbidden) else ""
        return page(status, presenting.title_of(error), why or presenting.sentence(error))

    @app.errorhandler(CSRFError)
    def stale(error: CSRFError) -> Any:
        from flowcase.web.api import api
        from flowcase.web.cases import public

        if api.is_api():
            return api.problem(HTTPStatus.BAD_REQUEST, error)
        if request.headers.get("HX-Request"):  # a page that saves by itself must not get another page
            return language.gettext(
                "Siden er for gammel til at gemme af sig selv. "
                "Det du skrev, følger med, når du trykker på en knap."
            ), HTTPStatus.BAD_REQUEST
        if kept_typing.is_public_form():
            return public.show_again()
        if kept_typing.is_worth_keeping() and kept_typing.is_somebodys():
            try:
                signed_in = current_user.is_authenticated
                return kept_typing.show_again() if signed_in else kept_typing.ask_to_sign_in()
            except UNAVAILABLE as why:
                return unavailable.told(why)
            except errors.FlowcaseError as why:  # the page behind it is not theirs, or is gone
                return refused(why)
        return page(
            HTTPStatus.BAD_REQUEST,
            language.gettext("Siden er for gammel"),
            language.gettext(
                "Gå tilbage, hent siden igen og send så én gang til. Det du skrev, er stadig i browseren."
            ),
        )

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Any:
        from flowcase.web.api import api

        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        if api.is_api():
            return api.problem(status, error)
        title, text = _words(status)
        answer = app.make_response(page(status, title, text))
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            answer.headers["Connection"] = "close"  # what is too large is not read to its end
        return answer

    @app.errorhandler(HTTPStatus.INTERNAL_SERVER_ERROR)
    def broken(error: HTTPException) -> Any:
        from flowcase.web.api import api

        if api.is_api():
            return api.problem(HTTPStatus.INTERNAL_SERVER_ERROR, error)
        return page(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            language.gettext("Noget gik galt"),
            language.gettext("Intet er ændret. Oplys dette nummer til support: {number}").format(
                number=g.get("request_id", "")
            ),
        )


def _words(status: HTTPStatus) -> tuple[str, str]:
    """(title, text) of a refusal that comes before any of our own code."""
    if status is HTTPStatus.NOT_FOUND:
        return language.gettext("Siden findes ikke"), ""
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return language.gettext("Det er for stort"), language.gettext(
            "Gå tilbage, og gør det kortere, eller vælg mindre filer. Det du skrev, er stadig i browseren."
        )
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        return language.gettext("Der er sendt for meget på kort tid"), language.gettext(
            "Gå tilbage, vent lidt, og send igen. Det du skrev, er stadig i browseren. "
            "Er et barn i fare, så ring 112."
        )
    return language.gettext("Det kan ikke lade sig gøre"), ""
