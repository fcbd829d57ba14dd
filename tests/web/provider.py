"""A real OpenID Connect provider on loopback, and what it sends once it is taken over: forged tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.web.served import served

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the provider uses a part of Authlib that is deprecated
    import oidc_provider_mock

CLIENT, SECRET = "flowcase", "en-hemmelighed"
KEY = RSAKey.generate_key(2048, {"kid": "egen", "use": "sig"})
Forge = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Any], dict[str, Any], Any] | str]


class Provider:
    """The provider; `forge` takes the true header and claims and gives what is sent instead."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.forge: Forge | None = None
        self.keys: list[RSAKey] | None = None  # published instead of the provider's own
        self.asked: list[str] = []  # paths, in order
        self.challenges: dict[str, str] = {}  # code -> its PKCE challenge
        self.issuer = ""
        self.app.before_request(self._check_pkce)
        self.app.after_request(self._change)

    def knows(self, subject: str, **claims: Any) -> None:
        answer = self.app.test_client().put(f"/users/{subject}", json=claims)
        assert answer.status_code == 204

    def sign_in(self, address: str, subject: str) -> str:
        """What a browser does at the provider: the address that it is sent back to."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
        client = self.app.test_client()
        target = f"{parts.path}?{parts.query}"
        answer = client.post(target, data={"sub": subject}, base_url=self.issuer)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        back = answer.headers["Location"]
        [code] = parse_qs(urlsplit(back).query)["code"]
        self.challenges[code] = asked["code_challenge"]
        return back

    def _check_pkce(self) -> Any:
        """The mock leaves PKCE out: a real provider refuses a wrong verifier."""
        self.asked.append(flask.request.path)
        if flask.request.path != "/oauth2/token":
            return None
        expected = self.challenges.get(flask.request.form["code"])
        verifier = flask.request.form.get("code_verifier", "")
        digest = hashlib.sha256(verifier.encode()).digest()
        if expected is not None and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != expected:
            return flask.jsonify(error="invalid_grant"), 400
        return None

    def _change(self, answer: flask.Response) -> flask.Response:
        if flask.request.path == "/jwks" and self.keys is not None:
            answer.set_data(json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}))
        if flask.request.path == "/oauth2/token" and self.forge is not None and answer.status_code == 200:
            body = json.loads(answer.get_data())
            header, claims = (_read(part) for part in body["id_token"].split(".")[:2])
            made = self.forge(header, claims)
            body["id_token"] = made if isinstance(made, str) else signed(*made)
            answer.set_data(json.dumps(body))
        return answer


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token of algorithm `none`."""
    parts = ({**header, "alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        + "."
    )


def signed_with_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token of algorithm HS256, made by hand: libraries refuse to make it of a public key."""
    parts = unsigned(header, claims).split(".")[1]
    first = base64.urlsafe_b64encode(json.dumps({**header, "alg": "HS256"}).encode()).rstrip(b"=").decode()
    digest = hmac.digest(secret, f"{first}.{parts}".encode(), "sha256")
    return f"{first}.{parts}." + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _read(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@contextmanager
def running() -> Iterator[Provider]:
    """The provider in a thread of its own, on a port that was free."""
    provider = Provider()
    with served(provider.app) as provider.issuer:
        yield provider
