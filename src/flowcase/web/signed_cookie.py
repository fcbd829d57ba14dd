"""The session's cookie, in Flask's own form: its key is derived once, and each text is checked once.

What is kept of a checked cookie is what it said and when it was signed; whether it is too old is asked anew
with every request, and each request gets a session of its own.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf, same_origin
from itsdangerous import BadData, BadSignature, Serializer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

_COOKIES = 4096  # checked ones that are kept, the last used
_TOKEN = "csrf_token"  # noqa: S105 - Flask-WTF's name, in the session and for the length of a request
_OF = "."  # in what a token says: after it, whose it is
_UNALTERABLE = frozenset({str, bool, int, type(None)})
_SALT = "wtf-csrf-token"  # Flask-WTF's, for tokens
_SHORT = 1024  # bytes: trying to compress so little takes longer than all else about a cookie
_AGAIN_SECONDS = 60  # a session that is only used gets a new cookie no more often than this


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
                signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
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
            found: Any = self.session_class(serializer.load_payload(payload) if plain is None else plain)
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
        """(payload, when it was signed, what it says unless requests could alter it). Raises BadSignature."""
        signer: Any = serializer.make_signer()
        payload, signed_at = signer.unsign(text, return_timestamp=True)
        said = serializer.load_payload(payload)
        is_plain = all(type(each) in _UNALTERABLE for each in said.values())
        return payload, int(signed_at.timestamp()), said if is_plain else None


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
        if request.method == "POST" and request.endpoint and not self._is_exempt() and _is_ours():
            g.csrf_valid = True
        else:  # nothing to check, or something to refuse
            super().protect(apply_exemptions)


def _is_ours() -> bool:
    """Whether a form was sent with this session's token, by TLS from one of our own pages."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined] # once, not with each name
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
