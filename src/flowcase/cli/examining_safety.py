"""What `flowcase doctor` says of settings that leave a door ajar; each finding says how to close it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flowcase.access.permissions import OVER_OTHERS

LONGEST_IDLE_MINUTES, LONGEST_HOURS = 60, 12
FEWEST_DIFFERENT_BYTES = 16  # of the 32 of a key; a random one has fewer once in more than a million
_HERE = ("localhost", "127.0.0.1", "::1", "")
_SAFE_SSL = ("verify-ca", "verify-full")

Finding = tuple[str, str, str]  # level, message, remedy


def examine(settings: Any, environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Warnings and errors only; nothing when all is well."""
    given = os.environ if environment is None else environment
    if settings.is_demonstration:
        yield (
            "warning",
            "It is a demonstration: its clock can be turned, and its sign-ins lie beside it.",
            "Keep no real case in it; make an installation of its own.",
        )
    elif not settings.https:
        yield (
            "warning",
            "Cookies are not Secure: FLOWCASE_HTTPS is not set.",
            "Put a proxy that ends TLS in front, and set FLOWCASE_HTTPS=1.",
        )
    address = urlsplit(settings.address)
    if address.scheme == "http" and address.hostname not in _HERE:
        yield "warning", "FLOWCASE_ADDRESS is http: links lead past TLS.", "Give it as https."
    for name in ("FLASK_DEBUG", "FLASK_ENV", "PYTHONDEVMODE"):
        if given.get(name, "").strip().lower() in ("1", "true", "yes", "development"):
            yield "error", f"{name} is set: error pages could show what is inside.", f"Unset {name}."
    if _is_weak(settings):
        yield (
            "error",
            "The installation key is no random one.",
            "Bring in a new one: flowcase keys --help",
        )
    yield from _database(settings)
    yield from _sign_in(settings)


def programs(flow: Any) -> Iterator[Finding]:
    """Accounts of programs that nobody said what they may be used for; they keep what there was then."""
    from flowcase.access.actor import SYSTEM

    rows = flow.service_accounts.list(actor=SYSTEM)
    old = [row.id for row in rows if row.is_active and row.made_at is None]
    if old:
        yield (
            "warning",
            f"Made before programs had scopes, so that nobody chose what they may do: {', '.join(old)}.",
            "Make others with scopes (flowcase service-account make --help), then end the old ones on Drift.",
        )


def _is_weak(settings: Any) -> bool:
    import base64
    import binascii

    try:
        text = settings.key or settings.key_path.read_text("ascii")
        keys = [base64.b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
    except (OSError, ValueError, binascii.Error):
        return False  # a key that cannot be read is another finding
    return any(len(set(key)) < FEWEST_DIFFERENT_BYTES for key in keys[:1])


def _database(settings: Any) -> Iterator[Finding]:
    parts = urlsplit(settings.url)
    if parts.scheme.startswith("postgres") and (parts.hostname or "") not in _HERE:
        mode = parse_qs(parts.query).get("sslmode", [""])[0]
        if mode not in _SAFE_SSL:
            yield (
                "warning",
                "The database is on another machine, and its certificate is not checked.",
                "Add sslmode=verify-full to FLOWCASE_DATABASE_URL.",
            )
    if not settings.is_durable:
        yield "warning", "FLOWCASE_DURABLE is 0: a power cut loses work.", "Unset FLOWCASE_DURABLE."


def _sign_in(settings: Any) -> Iterator[Finding]:
    if settings.oidc_issuer.startswith("http:"):
        yield (
            "warning",
            "The sign-in provider is spoken to by http.",
            "That is for trying out on one machine; give FLOWCASE_OIDC_ISSUER as https.",
        )
    if settings.session_idle_minutes > LONGEST_IDLE_MINUTES:
        yield (
            "warning",
            f"A session lives {settings.session_idle_minutes} minutes after the last click.",
            f"Set FLOWCASE_SESSION_IDLE_MINUTES to {LONGEST_IDLE_MINUTES} or less.",
        )
    if settings.session_hours > LONGEST_HOURS:
        yield (
            "warning",
            f"A session lives {settings.session_hours} hours.",
            f"Set FLOWCASE_SESSION_HOURS to {LONGEST_HOURS} or less.",
        )
    alone = sorted(OVER_OTHERS - settings.second_factor_groups)
    if alone and not settings.is_demonstration:
        # The provider asks its own for more than a password; an account of this installation it never sees.
        where = " with an account of this installation" if settings.oidc_issuer else ""
        yield (
            "warning",
            f"Who is in {' or '.join(alone)} signs in with a password alone{where}.",
            "Leave FLOWCASE_TOTP_GROUPS empty, or name these groups too.",
        )
