"""What every operation of the API shares: tokens with scopes, idempotency keys, problem details."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response, current_app, g, json, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException

from flowcase import errors
from flowcase.access.actor import Actor
from flowcase.access.scopes import SCOPES
from flowcase.services.choosing.rule_hits import Hit
from flowcase.services.signing_in.api_limits import Standing, TooManyRequests
from flowcase.services.signing_in.kept_answers import Answer
from flowcase.services.signing_in.people import SignInFailed
from flowcase.services.tasks.user_task_moves import LONGEST_REASON
from flowcase.services.transactions import DatabaseLost, DatabaseMissing
from flowcase.web.language import LANGUAGES, spoken
from flowcase.web.session import flow
from flowcase.web.words.presenting import said


class _Parser(FlaskParser):
    """A filter that is misspelt is refused: passed over, a list of everything would look like its answer."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}


class _Blueprint(Blueprint):
    ARGUMENTS_PARSER = _Parser()


blueprint = _Blueprint("api", __name__, url_prefix="/api", description="Everything that programs may do")

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,200}")
_DEEPEST = 64  # levels of JSON


class WarningOut(ma.Schema):
    """A sentence that somebody reads before it counts: of a table, or about a probable slip in a field."""

    mark = ma.fields.String(
        required=True,
        metadata={"description": "Sent in `seen`, it says that it was read.", "example": "D-08.5f3a90c1"},
    )
    sentence = ma.fields.String(required=True)
    rule = ma.fields.String(required=True, allow_none=True, metadata={"example": "D-08"})
    field = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "None where it is about several."}
    )


class ProblemOut(ma.Schema):
    """Problem details, RFC 9457."""

    type = ma.fields.String(required=True, metadata={"example": "about:blank"})
    title = ma.fields.String(required=True, metadata={"example": "Unprocessable Entity"})
    status = ma.fields.Integer(required=True, metadata={"example": 422})
    detail = ma.fields.String(required=True, allow_none=True)
    request_id = ma.fields.String(required=True, metadata={"description": "As in header X-Request-Id."})
    errors = ma.fields.Dict(metadata={"description": "What is wrong, by field."})
    warnings = ma.fields.List(
        ma.fields.Nested(WarningOut), metadata={"description": "What is to be read before it counts."}
    )
    rules = ma.fields.List(ma.fields.String(), metadata={"description": "Rules that stand against it."})
    findings = ma.fields.List(ma.fields.String(), metadata={"description": "Of the check of files."})


class Unread(errors.Refused):
    """What a table or a form warns of was not read yet by whoever sends it; nothing was done."""

    def __init__(self, attempt: str, hits: Sequence[Hit]) -> None:
        self.hits = tuple(hits)
        because = (
            "it is warned of something. Let somebody read `warnings`, then send it once more with their "
            "marks in `seen`, and with an Idempotency-Key of its own"
        )
        rules = dict.fromkeys(hit.rule for hit in hits if hit.rule)
        super().__init__(attempt, because, rules=tuple(rules))


def mark_of(hit: Hit) -> str:
    """By which it is told that this very sentence was read; another one of the same rule has another."""
    digest = hashlib.sha256("\n".join((hit.rule, hit.field, str(hit.sentence))).encode()).hexdigest()
    return f"{hit.rule or hit.field}.{digest[:8]}"


def problem(status: HTTPStatus, error: Exception) -> Response:
    """Problem details; field errors under `errors`, rule ids under `rules`.

    What rules and forms say is Danish, or English where header Accept-Language asks for that.
    """
    # By value: `en-GB` asks for English, and werkzeug 3.1 would take a less wanted `da` before it.
    wanted = (name.lower().partition("-")[0] for name, quality in request.accept_languages if quality > 0)
    with spoken(next((name for name in wanted if name in LANGUAGES), LANGUAGES[0])):
        answer = _problem(status, error)
    answer.vary.add("Accept-Language")
    return answer


def _problem(status: HTTPStatus, error: Exception) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "request_id": g.get("request_id", ""),
    }
    if isinstance(error, DatabaseMissing):
        body["detail"] = str(DatabaseLost())  # where its file lies is no caller's business
    if isinstance(error, errors.InvalidValues):
        body["errors"] = _by_field(error.errors)
    if isinstance(error, errors.Refused):
        body["rules"] = list(error.rules)
        if error.fields:
            body["errors"] = _by_field(error.fields)
        body["detail"] = str(errors.Refused(error.attempt, said(error.because), rules=error.rules))
    if isinstance(error, Unread):
        body["warnings"] = [
            {
                "mark": mark_of(hit),
                "sentence": said(hit.sentence),
                "rule": hit.rule or None,
                "field": hit.field or None,
            }
            for hit in error.hits
        ]
    if isinstance(error, errors.InvalidDefinition):
        body["findings"] = list(map(str, error.findings))
    if isinstance(error, HTTPException):
        body["detail"] = error.description
        messages = getattr(error, "data", {}).get("messages")  # what webargs found in the request
        if messages:
            body["errors"] = messages
            wrong = ", ".join(f"{field} ({place})" for place, told in messages.items() for field in told)
            body["detail"] = (
                f"Expected a request as /api/openapi.json describes it, but {wrong} cannot be used. "
                "See `errors`."
            )
    answer = Response(json.dumps(body), status=status, mimetype="application/problem+json")
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.standing.seconds)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, HTTPException) and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return answer


def _by_field(told: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {field: list(map(said, sentences)) for field, sentences in told.items()}


@contextmanager
def as_sent(**names: str) -> Iterator[None]:
    """What is refused within by the page's name of a field is told by that of the request."""
    try:
        yield
    except errors.InvalidValues as error:
        wrong = {
            names.get(field, field): [_TOLD.get(each, each) for each in told]
            for field, told in error.errors.items()
        }
        raise errors.InvalidValues(error.what, wrong) from None


# What services say in a word, for which each page has a sentence of its own.
_TOLD = {
    "missing": "Expected a reason: it stays in the history.",
    "may not do it": "Expected the user name of a colleague to whom the user task may be given.",
    "too long": f"Expected at most {LONGEST_REASON} characters.",
}


# --- who asks --------------------------------------------------------------------------------------


def caller(scope: str | None = None) -> Actor:
    """The program or person behind the token. Raises SignInFailed, and Forbidden without the scope."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInFailed
    known: Actor | None = g.get("caller")
    found = flow().people.authenticate_token(token.strip()) if known is None else known
    g.caller = found
    if scope is not None and scope not in flow().service_accounts.scopes_of(found):
        raise errors.Forbidden("use the API for this", f"the token has not the scope '{scope}'")
    return found


def needs(scope: str) -> Callable[[Any], Any]:
    """Ask for a token with this scope before anything else is read, and do once what comes twice."""
    assert scope in SCOPES, scope

    def around(view: Any) -> Any:
        @functools.wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            actor = _counted(caller())
            caller(scope)
            _check_text()
            key = request.headers.get(KEY_HEADER)
            if key is None or request.method in ("GET", "HEAD"):
                return view(*args, **kwargs)
            return _once(key, actor, lambda: view(*args, **kwargs))

        answered._apidoc = copy.deepcopy(getattr(view, "_apidoc", {}))  # type: ignore[attr-defined]
        described: dict[str, Any] = {"security": [{"token": [scope]}]}
        return blueprint.doc(**described)(answered)

    return around


def _counted(actor: Actor) -> Actor:
    """Behind the token, so that nobody uses up what is another's; before the scope, so that all counts."""
    try:
        g.standing = flow().api_limits.spend(actor)
    except TooManyRequests as refused:
        g.standing = refused.standing
        raise
    return actor


@blueprint.after_request
def _tell_standing(answer: Response) -> Response:
    standing: Standing | None = g.get("standing")
    if standing is not None:
        answer.headers["RateLimit-Policy"] = f'"minute";q={standing.limit};w=60'
        answer.headers["RateLimit"] = f'"minute";r={standing.left};t={standing.seconds}'
    return answer


def _once(key: str, actor: Actor, view: Callable[[], Any]) -> Any:
    if not _KEY.fullmatch(key):
        raise BadRequest(f"Header {KEY_HEADER} holds 1 to 200 printable characters.")
    asked = hashlib.sha256(request.get_data()).hexdigest()
    kept = flow().kept_answers
    before = kept.begin(key, f"{request.method} {request.full_path} {asked}", actor=actor)
    if before is not None:
        again = Response(before.body, before.status, content_type=before.content_type)
        again.headers["Idempotency-Replayed"] = "true"
        return again
    try:
        with kept.noting(key, actor=actor):
            try:
                answer = current_app.make_response(view())
            except Exception as error:
                answer = current_app.make_response(current_app.handle_user_exception(error))
    except Exception:
        kept.release(key, actor=actor)
        raise
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kept.release(key, actor=actor)
    else:
        instead = g.get("kept_instead")  # of an answer that holds a secret
        text = answer.get_data(as_text=True) if instead is None else json.dumps(instead)
        said = Answer(answer.status_code, answer.content_type or "", text)
        kept.keep(key, said, actor=actor)
    return answer


def _check_text() -> None:
    """No database keeps NUL or half a character; nobody means them."""
    said = [request.path, *request.args.keys(), *request.args.values()]
    if request.is_json and request.content_length:
        try:
            said += _texts(json.loads(request.get_data()), 0)
        except RecursionError:
            raise BadRequest("The body is nested too deep.") from None
        except ValueError:  # what is no JSON, and numbers longer than Python takes
            raise BadRequest("The body is no JSON that can be read.") from None
    elif request.content_length and request.method not in ("GET", "HEAD"):
        # Passed over in silence, it would be told that every field is missing.
        raise BadRequest(
            "The body is read as JSON only: send it with the header Content-Type: application/json."
        )
    for text in said:
        if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
            raise BadRequest("The request holds characters that cannot be kept.")


def _texts(value: Any, depth: int) -> list[str]:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in _texts(inner, depth + 1))]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner, depth + 1)]
    return []


class _Instant(ma.fields.AwareDateTime):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(dt.UTC)
        except OverflowError:  # at the very edges of the calendar
            raise self.make_error("invalid", input=value, obj_type="instant") from None


def instant(**more: Any) -> ma.fields.AwareDateTime:
    return _Instant(format="iso", default_timezone=dt.UTC, **more)


def _check_says_something(text: str) -> None:
    if not text.strip():
        raise ma.ValidationError("Expected a reason: it stays in the history.")


class ReasonIn(ma.Schema):
    reason = ma.fields.String(
        required=True,
        validate=[ma.validate.Length(min=1, max=2000), _check_says_something],
        metadata={"example": "fejlregistrering"},
    )
