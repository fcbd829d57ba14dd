"""REST under /api, described by /api/openapi.json: see docs/api.md.

Programs sign in with a token (`Authorization: Bearer <id>.<secret>`). What goes wrong is answered as
problem details (RFC 9457). The operations are in the modules
that `_OPERATIONS` names.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from flask import Flask, Response, request
from flask_smorest import Api

from flowcase.access.scopes import SCOPES
from flowcase.web.api.api_frame import KEY_HEADER, ProblemOut, blueprint, caller, problem

__all__ = ["blueprint", "caller", "init_app", "is_api", "problem"]

_OPERATIONS = (
    "api_tasks",
    "api_lists",
    "api_absences",
    "api_cases",
    "api_instances",
    "api_tokens",
    "api_timers",
    "api_jobs",
    "api_batches",
    "api_suspensions",
    "api_files",
    "api_exports",
    "api_history",
    "api_webhooks",
)
_PROBLEM = "application/problem+json"
_STANDING = {
    "RateLimit-Policy": {
        "description": "Requests an account may make (q) in so many seconds (w); missing where nothing is "
        "limited, and before the token is known.",
        "schema": {"type": "string", "pattern": '^"minute";q=[0-9]+;w=60$'},
        "example": '"minute";q=1200;w=60',
    },
    "RateLimit": {
        "description": "About how many of them are left (r), and the seconds until the next minute (t).",
        "schema": {"type": "string", "pattern": '^"minute";r=[0-9]+;t=[0-9]+$'},
        "example": '"minute";r=1180;t=42',
    },
}
_WHEN = {
    "description": "Seconds after which the account is heard again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    "example": 42,
}


class _Api(Api):
    """Writes its document when that is first asked for: most processes never are.

    Writing it takes longer than making the rest of an application.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None  # written below: problem details have a content type of their own

    def __init__(self, app: Flask) -> None:
        self._turn = threading.Lock()
        self._is_described = False
        super().__init__(app)
        app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        app.register_blueprint(blueprint)

    def _init_spec(self, **options: Any) -> None:
        """Not yet."""

    def _openapi_json(self) -> Response:
        with self._turn:
            if not self._is_described:
                self._describe()
                self._is_described = True
        return super()._openapi_json()

    def _describe(self) -> None:
        super()._init_spec()
        scopes = "\n".join(f"- `{name}`: {what}" for name, what in SCOPES.items())
        self.spec.options["info"] = {
            "description": "Programs sign in with the token of a service account. A token opens what both "
            f"its scopes and the groups of its account allow.\n\n{scopes}"
        }
        self.spec.options["webhooks"] = import_module("flowcase.web.api.api_webhooks").described()
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
        name = blueprint.name
        blueprint.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
        self.spec.tag({"name": name, "description": blueprint.description})
        self.spec.components.schema("Problem", schema=ProblemOut)
        _describe_everywhere(self.spec._paths)


def init_app(app: Flask) -> None:
    for name in _OPERATIONS:
        import_module(f"flowcase.web.api.{name}")
    app.config.update(
        API_TITLE="flowcase",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    _Api(app)


def _describe_everywhere(paths: dict[str, Any]) -> None:
    """What holds for every operation: how it is refused, and how it is done only once."""
    refused = {
        "description": "Refused, with the reason as problem details.",
        "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    too_many = {
        "description": "The account has used up its requests of this minute. Nothing was done.",
        "headers": {"Retry-After": _WHEN, **_STANDING},
        "content": refused["content"],
    }
    key = {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": "Any text of your own, a new one for each request. The same request with the same key "
        "is carried out once and answered alike for 24 hours; another request with it is refused (422).",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "example": "7f3c2f0e-5a3b-4b5e-9d0c-2f6a4b1e8c11",
    }
    for operations in paths.values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            responses = operation["responses"]
            for status in [each for each in responses if each.startswith("4")]:
                del responses[status]  # webargs writes one without content
            responses["default"] = refused
            for response in responses.values():
                if "$ref" not in response:
                    response["headers"] = {**_STANDING, **response.get("headers", {})}
            responses["429"] = too_many
            if method != "get":
                operation.setdefault("parameters", []).append(key)


def is_api() -> bool:
    return request.path.startswith("/api/")
