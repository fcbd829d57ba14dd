"""The sign-in provider, spoken to as OpenID Connect Core 1.0 says: discovery, keys, codes and ID tokens.

Nothing that the provider sends is believed before it was checked. Answers are read up to a limit, redirects
are not followed, and only https counts, or http to this very machine.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from flowcase.errors import FlowcaseError
from flowcase.services.sending.signed_posts import UnusableAddress, check_address, in_time

# Signatures that need the provider's private key; never `none`, never a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEPT = dt.timedelta(hours=1)  # how long discovery and keys are believed
KEYS_AGAIN_AFTER = dt.timedelta(seconds=30)  # an unknown key makes us look again, no oftener than this
AGAIN_AFTER_SECONDS = 5.0  # one that was away is asked anew: meanwhile nobody waits for it
LEEWAY_SECONDS = 60
OLDEST_TOKEN_SECONDS = 600
TIMEOUT_SECONDS = 10  # of each step
WHOLE_SECONDS = 15  # of all of them, however slowly it answers: a page waits meanwhile
LONGEST_TOKEN = 16_384
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
MOST_BYTES = 1024 * 1024


class SignInNotAccepted(FlowcaseError):
    """What came back from the sign-in provider is not accepted; `because` is a code."""

    def __init__(self, because: str, detail: str = "") -> None:
        self.because, self.detail = because, detail
        super().__init__(f"Expected to sign in at the provider, but it was refused: {because}.")


@dataclass(frozen=True)
class Answer:
    """What the provider answered."""

    status: int
    body: Any


Ask = Callable[[str, Mapping[str, str] | None, Mapping[str, str]], Answer]


class OidcProvider:
    """One provider. What it says of itself and its keys are kept for a while and looked at again."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        now: Callable[[], dt.datetime],
        *,
        scopes: str = "openid profile",
        ask: Ask | None = None,
    ) -> None:
        self.issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._now, self._scopes, self._ask = now, scopes, ask or _ask
        self._lock = threading.Lock()
        self._discovery: tuple[dt.datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[dt.datetime, list[Any]] | None = None
        self._away_until = 0.0  # monotonic

    def examine(self) -> None:
        """Ask what it says of itself, and for its keys. Raises SignInNotAccepted, with what is wrong."""
        if not self._fetched(str(self._about()["jwks_uri"])):
            raise SignInNotAccepted("key", "none to sign with")

    def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where the person signs in; PKCE with S256."""
        place = str(self._about()["authorization_endpoint"])
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def sign_out_address(self, back: str) -> str | None:
        """Where the person signs out there too; None when the provider offers it not, or is away."""
        try:
            place = self._about().get("end_session_endpoint")
            if not isinstance(place, str):
                return None
            check_address(place)
        except (SignInNotAccepted, UnusableAddress):
            return None
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": back}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def logout_claims(self, token: str) -> Mapping[str, Any]:
        """What a logout token says, checked (OpenID Connect Back-Channel Logout 1.0, 2.6).

        It names a session (`sid`), a person (`sub`) or both. Raises SignInNotAccepted.
        """
        if len(token) > LONGEST_TOKEN:
            raise SignInNotAccepted("token", "length")
        header = _header(token)
        if str(header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "jwt"):
            raise SignInNotAccepted("token", "typ")
        claims = self._proven(token, header).claims
        now = self._now().timestamp()
        told = claims.get("aud")
        if claims.get("iss") != self.issuer:
            raise SignInNotAccepted("issuer")
        if self._client_id not in (told if isinstance(told, list) else [told]):
            raise SignInNotAccepted("audience")
        if "nonce" in claims:  # then it is an ID token, or could be taken for one
            raise SignInNotAccepted("nonce")
        at, until = claims.get("iat"), claims.get("exp")
        for each in (at, until):
            if not isinstance(each, (int, float)) or isinstance(each, bool):
                raise SignInNotAccepted("expired", "iat or exp")
        if not now - OLDEST_TOKEN_SECONDS <= at <= now + LEEWAY_SECONDS or until < now - LEEWAY_SECONDS:
            raise SignInNotAccepted("expired")
        happened = claims.get("events")
        if not isinstance(happened, dict) or not isinstance(happened.get(LOGGED_OUT), dict):
            raise SignInNotAccepted("token", "events")
        if not _is_id(claims.get("jti")):
            raise SignInNotAccepted("token", "jti")
        named = [name for name in ("sub", "sid") if name in claims]
        if not named or not all(_is_id(claims[name]) for name in named):
            raise SignInNotAccepted("token", "sub or sid")
        return claims

    def claims(self, code: str, *, redirect: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What the provider says of the person, checked. Raises SignInNotAccepted."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        about = self._about()
        methods = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not self._client_secret or "client_secret_basic" not in methods:
            form["client_id"] = self._client_id
            if self._client_secret:
                form["client_secret"] = self._client_secret
        else:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        answer = self._asked(str(about["token_endpoint"]), form, headers)
        if answer.status != 200 or not isinstance(answer.body, dict):
            said = answer.body.get("error") if isinstance(answer.body, dict) else ""
            told = said if isinstance(said, str) and _ERROR.fullmatch(said) else str(answer.status)
            raise SignInNotAccepted("code" if said == "invalid_grant" else "provider", told)
        token, access = answer.body.get("id_token"), answer.body.get("access_token")
        if not isinstance(token, str) or len(token) > MOST_BYTES:
            raise SignInNotAccepted("token", "no id_token")
        return self.read(token, nonce=nonce, access_token=access if isinstance(access, str) else None)

    def read(self, token: str, *, nonce: str, access_token: str | None = None) -> Mapping[str, Any]:
        """The claims of an ID token that is this provider's, for us, of now and of this sign-in.

        OpenID Connect Core 3.1.3.7. Raises SignInNotAccepted.
        """
        decoded = self._proven(token, _header(token))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                "nonce": {"essential": True, "value": nonce},
                "sub": {"essential": True, "allow_blank": False},
            },
            {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
        )
        now = int(self._now().timestamp())
        try:
            claims.validate(now, LEEWAY_SECONDS)
        except ExpiredTokenError:
            raise SignInNotAccepted("expired") from None
        except (InvalidClaimError, MissingClaimError) as error:
            raise SignInNotAccepted(_CLAIMS.get(error.claim, "token"), error.claim) from None
        except (JoseError, ValueError, TypeError) as error:
            raise SignInNotAccepted("token", type(error).__name__) from None
        if not isinstance(claims["iat"], (int, float)) or claims["iat"] < now - OLDEST_TOKEN_SECONDS:
            raise SignInNotAccepted("expired", "iat")
        if not isinstance(claims["sub"], str) or len(claims["sub"]) > 255:
            raise SignInNotAccepted("token", "sub")
        return dict(claims)

    def _proven(self, token: str, header: Mapping[str, Any]) -> Any:
        """The token, its signature checked. Raises SignInNotAccepted."""
        key = self._key_of(header)
        try:
            return jwt.decode(token, key, algorithms=list(ALGORITHMS))
        except BadSignatureError:
            raise SignInNotAccepted("signature") from None
        except (JoseError, ValueError, TypeError) as error:
            raise SignInNotAccepted("token", type(error).__name__) from None

    # --- what the provider says of itself ----------------------------------------------------------

    def _about(self) -> Mapping[str, Any]:
        with self._lock:
            if self._discovery is not None and self._now() < self._discovery[0] + KEPT:
                return self._discovery[1]
            answer = self._asked_again(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            found = answer.body
            if answer.status != HTTPStatus.OK or not isinstance(found, dict):
                raise SignInNotAccepted("provider", f"discovery {answer.status}")
            if found.get("issuer") != self.issuer:
                raise SignInNotAccepted("issuer", "discovery")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                try:
                    check_address(str(found.get(name) or ""))
                except UnusableAddress:
                    raise SignInNotAccepted("provider", name) from None
            self._discovery = self._now(), found
            return found

    def _key_of(self, header: Mapping[str, Any]) -> Any:
        """The key that the token names; a new one of the provider's is fetched. Raises SignInNotAccepted."""
        if header.get("alg") not in ALGORITHMS:
            raise SignInNotAccepted("algorithm", str(header.get("alg"))[:20])
        if "crit" in header:
            raise SignInNotAccepted("token", "crit")
        jwks = str(self._about()["jwks_uri"])
        with self._lock:
            for attempt in (1, 2):  # keys rotate: look once more
                now = self._now()
                if self._keys is None or now >= self._keys[0] + (KEPT if attempt == 1 else KEYS_AGAIN_AFTER):
                    self._keys = now, self._fetched(jwks)
                found = [key for key in self._keys[1] if key.kid == header.get("kid")]
                if header.get("kid") is None:  # allowed where the provider has one key only
                    found = self._keys[1] if len(self._keys[1]) == 1 else []
                if found:
                    return found[0]
        raise SignInNotAccepted("key")

    def _fetched(self, address: str) -> list[Any]:
        """The provider's public keys for signatures; of other kinds none is taken."""
        answer = self._asked_again(address)
        given = answer.body.get("keys") if isinstance(answer.body, dict) else None
        if answer.status != HTTPStatus.OK or not isinstance(given, list):  # no reason to forget what is known
            raise SignInNotAccepted("provider", f"keys {answer.status}")
        keys = []
        for each in given:
            if not isinstance(each, dict) or each.get("kty") not in ("RSA", "EC", "OKP"):
                continue
            if each.get("use", "sig") != "sig":
                continue
            try:
                keys += KeySet.import_key_set({"keys": [each]}).keys
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        return [key for key in keys if isinstance(key, (RSAKey, ECKey, OKPKey))]

    def _asked_again(self, url: str) -> Answer:
        """What everybody who signs in waits for: while it is away, one of them in a while finds out."""
        if time.monotonic() < self._away_until:
            raise SignInNotAccepted("unreachable", "a moment ago")
        try:
            return self._asked(url, None, {})
        except SignInNotAccepted:
            self._away_until = time.monotonic() + AGAIN_AFTER_SECONDS
            raise

    def _asked(self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        try:
            check_address(url)
            answer = self._ask(url, form, headers)
        except (OSError, http.client.HTTPException, ValueError, UnusableAddress) as error:
            raise SignInNotAccepted("unreachable", type(error).__name__) from None
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SignInNotAccepted("unreachable", str(answer.status))
        return answer


_ERROR = re.compile(r"[a-z_]{1,40}")  # such as invalid_client
_CLAIMS = {
    "iss": "issuer",
    "aud": "audience",
    "azp": "audience",
    "nonce": "nonce",
    "exp": "expired",
    "iat": "expired",
    "nbf": "expired",
    "at_hash": "signature",
}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def _header(token: str) -> Mapping[str, Any]:
    """The unproven header of a token: says only which key to try. Raises SignInNotAccepted."""
    try:
        first = token.split(".", 1)[0]
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        raise SignInNotAccepted("token", "header") from None
    if not isinstance(header, dict) or token.count(".") != 2:
        raise SignInNotAccepted("token", "header")
    return header


def _ask(url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
    """GET, or POST a form; JSON back, of at most MOST_BYTES; None for what is no JSON."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {"Accept": "application/json", **headers}
    with in_time(connection, WHOLE_SECONDS) as is_over:
        if form is None:
            connection.request("GET", target, headers=given)
        else:
            given["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", target, urlencode(form), given)
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
    if is_over.is_set():  # what was cut off may look like an end
        raise TimeoutError
    if len(content) > MOST_BYTES:
        raise ValueError("too long")
    return Answer(answer.status, _json(content))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
