"""The session's cookie, in Flask's own form: its key is derived once, and each text is checked once.

What is kept of a checked cookie is what it said and when it was signed; whether it is too old is asked anew
with every request, and each request gets a session of its own.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import secrets
from typing import Any

from flask import Flask, Request, Response, current_app, g, request, session
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf, same_origin
from itsdangerous import BadData, BadSignature, Serializer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.signer import SigningAlgorithm
from werkzeug.http import dump_cookie, http_date

_COOKIES = 4096  # checked ones that are kept, the last used
_TOKEN = "csrf_token"  # noqa: S105 - Flask-WTF's name, in the session and for the length of a request
_OF = "."  # in what a token says: after it, whose it is
_UNALTERABLE = frozenset({str, bool, int, type(None)})
_SALT = "wtf-csrf-token"  # Flask-WTF's, for tokens
_LONG = 3500  # characters: browsers keep 4096 bytes of a cookie, with its name and what else is said of it
_SHORT = 1024  # bytes: trying to compress so little takes longer than all else about a cookie
_VALUE, _END = "0-0", "1-1"  # stand for those of a cookie
_AGAIN_SECONDS = 60  # a session that is only used gets a new cookie no more often than this


class _OneShot(SigningAlgorithm):
    """Flask's own HMAC, without an object for what is signed in one piece."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha1")


class _Tagged(TaggedJSONSerializer):
    """Flask's own form of a session, without asking nine times of each plain text what else it may be."""

    _encode = staticmethod(
        json.JSONEncoder(default=DefaultJSONProvider.default, sort_keys=True, separators=(",", ":")).encode
    )

    def tag(self, value: Any) -> Any:
        return value if type(value) in _UNALTERABLE else super().tag(value)

    def dumps(self, value: Any) -> str:
        return self._encode(self.tag(value))


class _Signer(TimestampSigner):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._derived: dict[Any, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        found = self._derived.get(secret_key)
        if found is None:
            found = self._derived[secret_key] = super().derive_key(secret_key)
        return found


class _Serializer(URLSafeTimedSerializer):
    default_signer = _Signer

    @functools.cached_property
    def _signer(self) -> Any:
        return super().make_signer(self.salt)

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        return self._signer if salt in (None, self.salt) else super().make_signer(salt)

    def dump_payload(self, obj: Any) -> bytes:
        said: bytes = Serializer.dump_payload(self, obj)
        return base64_encode(said) if len(said) <= _SHORT else super().dump_payload(obj)


class SignedCookie(SecureCookieSessionInterface):
    """As Flask's own, but a session in use is sent again once a minute, not with every answer."""

    digest_method = staticmethod(
        hashlib.sha1
    )  # Flask's own, itself: `hmac` is slow with a function around it
    serializer = _Tagged()

    def __init__(self) -> None:
        self._serializers: dict[Any, URLSafeTimedSerializer] = {}
        self._checked = functools.lru_cache(maxsize=_COOKIES)(self._check)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        key = app.secret_key
        if not key:
            return None
        found = self._serializers.get(key)
        if found is None:
            found = self._serializers[key] = _Serializer(
                [*reversed(app.config["SECRET_KEY_FALLBACKS"] or ()), key],  # the last one signs
                salt=self.salt,
                serializer=self.serializer,
                signer_kwargs={
                    "key_derivation": self.key_derivation,
                    "digest_method": self.digest_method,
                    "algorithm": _OneShot(),
                },
            )
        return found

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return self.session_class()
        try:
            payload, signed_at, plain = self._checked(serializer, text)
            age = self._now(serializer) - signed_at
            if not 0 <= age <= app.permanent_session_lifetime.total_seconds():
                return self.session_class()
            said = serializer.load_payload(payload) if plain is None else _own(plain)
            found: Any = self.session_class(said)
        except BadSignature:
            return self.session_class()
        found.age = age
        return found

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if session.modified:
            return True
        is_fresh = getattr(session, "age", _AGAIN_SECONDS) < _AGAIN_SECONDS
        return not is_fresh and super().should_set_cookie(app, session)

    @staticmethod
    def _now(serializer: URLSafeTimedSerializer) -> int:
        """By the clock that cookies are signed by."""
        signer: Any = serializer.make_signer()
        return int(signer.get_timestamp())

    @staticmethod
    def _check(serializer: URLSafeTimedSerializer, text: str) -> tuple[bytes, int, dict[str, Any] | None]:
        """(payload, when it was signed, what it says where `_own` copies it whole). Raises BadSignature."""
        signer: Any = serializer.make_signer()
        payload, signed_at = signer.unsign(text, return_timestamp=True)
        said = serializer.load_payload(payload)
        is_plain = all(_is_unalterable(each) or _is_list_of_those(each) for each in said.values())
        return payload, int(signed_at.timestamp()), said if is_plain else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not session or "Vary" in response.headers:
            super().save_session(app, session, response)
            return
        is_sent, serializer = self.should_set_cookie(app, session), self.get_signing_serializer(app)
        assert serializer is not None  # where there is no key nothing was put into it
        said = str(serializer.dumps(dict(session))) if is_sent else ""
        if len(said) > _LONG:  # Flask warns of what browsers do not keep
            super().save_session(app, session, response)
            return
        if session.accessed or is_sent:
            response.headers.add("Vary", "Cookie")
        if is_sent:
            expires = self.get_expiration_time(app, session)
            before, between, after = self._around(app, has_end=expires is not None)
            end = "" if expires is None else http_date(expires)
            response.headers.add("Set-Cookie", f"{before}{said}{between}{end}{after}")

    def _around(self, app: Flask, *, has_end: bool) -> tuple[str, str, str]:
        return _around_cookie(
            self.get_cookie_name(app),
            has_end=has_end,
            domain=self.get_cookie_domain(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            httponly=self.get_cookie_httponly(app),
            samesite=self.get_cookie_samesite(app),
            partitioned=self.get_cookie_partitioned(app),
        )


@functools.cache
def _around_cookie(name: str, *, has_end: bool, **options: Any) -> tuple[str, str, str]:
    """What stands before the value of a cookie, between it and its end, and behind that."""
    whole = dump_cookie(name, _VALUE, expires=_END if has_end else None, max_size=0, **options)
    before, _, rest = whole.partition(_VALUE)
    between, _, after = rest.partition(_END)
    return before, between, after


def _own(said: dict[str, Any]) -> dict[str, Any]:
    """For one request, which may add to the lists in it."""
    return {name: each.copy() if type(each) is list else each for name, each in said.items()}


def _is_unalterable(value: Any) -> bool:
    return type(value) in _UNALTERABLE or (type(value) is tuple and all(map(_is_unalterable, value)))


def _is_list_of_those(value: Any) -> bool:
    """As what is told on the next page is kept."""
    return type(value) is list and all(map(_is_unalterable, value))


def form_token() -> str:
    """The token against forgery, for a form. Flask-WTF finds the settings for it anew with every form."""
    held: str | None = g.get(_TOKEN)
    return generate_csrf() if held is None else held


class FormTokens(CSRFProtect):
    """Flask-WTF's check of forms; a token that was found to be ours is not looked through anew with each."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        # It hands templates a function of its own for it, which looks up its settings with every form.
        app.jinja_env.globals[_TOKEN] = form_token
        app.context_processor(lambda: {_TOKEN: form_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        asked: Request = request._get_current_object()  # type: ignore[attr-defined] # once, not by each name
        if asked.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        if asked.method == "POST" and asked.endpoint and not self._is_exempt() and _is_ours(asked):
            g.csrf_valid = True
        else:  # nothing to check, or something to refuse
            super().protect(apply_exemptions)


def _is_ours(asked: Request) -> bool:
    """Whether a form was sent with this session's token, by TLS from one of our own pages."""
    sent, held, keys = asked.form.get(_TOKEN), session.get(_TOKEN), current_app.config["WTF_CSRF_SECRET_KEY"]
    if not sent or not isinstance(held, str):
        return False
    if asked.is_secure and not (asked.referrer and same_origin(asked.referrer, f"https://{asked.host}/")):
        return False
    try:
        return hmac.compare_digest(held.encode(), _said_by(tuple(keys), sent).encode())
    except BadData:
        return False


@functools.lru_cache(maxsize=_COOKIES)
def _said_by(keys: tuple[bytes, ...], token: str) -> str:
    """What a token says that one of the keys has signed. Raises BadData."""
    return str(URLSafeTimedSerializer(keys, salt=_SALT).loads(token))


def begin_tokens(mark: str) -> None:
    """The tokens of the session from now on; each says by the mark whose pages it stands in."""
    held = session[_TOKEN] = f"{secrets.token_hex(20)}{_OF}{mark}"
    setattr(g, _TOKEN, _signed(current_app.secret_key or b"", held))


def mark_of_session() -> str:
    """Of whose pages this browser shows now; empty when nobody's."""
    return str(session.get(_TOKEN, "")).partition(_OF)[2]


def mark_of_page() -> str:
    """Of whose page the form of this request stood in, however old; empty when that cannot be known."""
    sent = request.form.get(_TOKEN, "")
    try:
        return _said_by(tuple(current_app.config["WTF_CSRF_SECRET_KEY"]), sent).partition(_OF)[2]
    except BadData:
        return ""


def init_app(app: Flask) -> None:
    """The token against forgery is signed once for a session: it does not grow old by itself."""

    @app.before_request
    def keep_the_token() -> None:
        held = session.get(_TOKEN)
        if isinstance(held, str) and app.secret_key:
            setattr(g, _TOKEN, _signed(app.secret_key, held))


@functools.lru_cache(maxsize=_COOKIES)
def _signed(key: str | bytes, held: str) -> str:
    return str(URLSafeTimedSerializer(key, salt=_SALT).dumps(held))  # as Flask-WTF checks it
