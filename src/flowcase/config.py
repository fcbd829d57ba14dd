"""Settings of an installation: from the environment, over defaults below its home folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase.access.groups import NAMES
from flowcase.access.permissions import OVER_OTHERS
from flowcase.errors import FlowcaseError
from flowcase.store import Keyring, create_key_file
from flowcase.store.key_places import read_command, read_file

DEFAULT_HOME = "var"
LANGUAGES = ("da", "en")
# Kinds of files by their content (`cases/file_kinds.py`); what is not named is refused.
UPLOAD_TYPES = (
    "pdf",
    "jpeg",
    "png",
    "gif",
    "webp",
    "heic",
    "tiff",
    "txt",
    "docx",
    "xlsx",
    "pptx",
    "odt",
    "ods",
)
GroupNames = tuple[str, ...]
GroupPairs = tuple[tuple[str, tuple[str, ...]], ...]
DEMONSTRATION_MARK = "demonstration"  # a file of this name in home marks a demonstration


class InvalidSetting(FlowcaseError):
    """A setting has a value that cannot be used."""

    def __init__(self, name: str, because: str) -> None:
        self.name, self.because = name, because
        super().__init__(f"Expected a usable {name}, but {because}.")


@dataclass(frozen=True, kw_only=True)
class Config:
    """One installation. Every field is set by the environment variable that its comment names."""

    home: Path = Path(DEFAULT_HOME)  # FLOWCASE_HOME: folder of database, key and files
    database_url: str = ""  # FLOWCASE_DATABASE_URL: postgresql://… or a SQLite file; default in home
    key: str = field(default="", repr=False)  # FLOWCASE_KEY: installation keys, base64, the one in use first
    key_file: Path | None = None  # FLOWCASE_KEY_FILE: one key a line; default is installation.key in home
    key_command: str = ""  # FLOWCASE_KEY_COMMAND: prints the keys instead, as from a vault
    is_demonstration: bool = False  # FLOWCASE_DEMONSTRATION: 1 allows setting the clock; default: home's mark
    is_durable: bool = True  # FLOWCASE_DURABLE: 0 skips the disk sync of a throw-away database
    statement_seconds: int = 60  # FLOWCASE_STATEMENT_SECONDS: PostgreSQL gives up a node's question; 0: never
    https: bool = False  # FLOWCASE_HTTPS: 1 when a proxy in front ends TLS; cookies are then Secure
    processes: Path | None = None  # FLOWCASE_PROCESSES: folder to deploy; default is the shipped one
    node: str = ""  # FLOWCASE_NODE: name of this process among the nodes; default is host and process id
    job_threads: int = 4  # FLOWCASE_JOB_THREADS: outside jobs that a worker runs at once
    checkpoint_folder: Path | None = None  # FLOWCASE_CHECKPOINT_FOLDER: on another disk; a copy goes there
    checkpoint_mail: tuple[str, ...] = ()  # FLOWCASE_CHECKPOINT_MAIL: addresses that get a receipt of each
    checkpoint_language: str = "da"  # FLOWCASE_CHECKPOINT_LANGUAGE: of those mails, da or en
    checkpoint_url: str = ""  # FLOWCASE_CHECKPOINT_URL: https address that a receipt of each is posted to
    checkpoint_secret: str = field(default="", repr=False)  # FLOWCASE_CHECKPOINT_SECRET: whsec_…, signs those
    zone: str = "Europe/Copenhagen"  # FLOWCASE_ZONE: civil time of timers and deadlines
    journal_folder: Path | None = None  # FLOWCASE_JOURNAL_FOLDER: for the journal's files; default in home
    journal_url: str = ""  # FLOWCASE_JOURNAL_URL: https address that the journal's documents go to instead
    journal_secret: str = field(default="", repr=False)  # FLOWCASE_JOURNAL_SECRET: signs what goes there
    upload_megabytes: int = 25  # FLOWCASE_UPLOAD_MEGABYTES: the largest file that a form or a case takes
    upload_types: tuple[str, ...] = UPLOAD_TYPES  # FLOWCASE_UPLOAD_TYPES: kinds of files, parted by commas
    four_eyes: bool | None = None  # FLOWCASE_FOUR_EYES: 0: one person may deploy, as in a demonstration
    scan_command: str = ""  # FLOWCASE_SCAN_COMMAND: gets each file on standard input; 0 passes, 1 declines
    webhook_networks: str = ""  # FLOWCASE_WEBHOOK_NETWORKS: private ones that webhooks may reach: 10.2.0.0/16

    address: str = ""  # FLOWCASE_ADDRESS: where people find the pages, for links in mails and calendars
    smtp_host: str = ""  # FLOWCASE_SMTP_HOST: the mail server; without one no mail is sent
    smtp_port: int = 587  # FLOWCASE_SMTP_PORT: usually 587, or 465 with tls
    smtp_tls: str = "starttls"  # FLOWCASE_SMTP_TLS: starttls, tls, or none (only on this machine)
    smtp_user: str = ""  # FLOWCASE_SMTP_USER: empty: the mail server asks for no sign-in
    smtp_password: str = field(default="", repr=False)  # FLOWCASE_SMTP_PASSWORD: of that user
    mail_from: str = ""  # FLOWCASE_MAIL_FROM: the sender's mail address
    mail_domains: tuple[str, ...] = ()  # FLOWCASE_MAIL_DOMAINS: houses mails may go to; empty: any
    mail_folder: Path | None = None  # FLOWCASE_MAIL_FOLDER: mails are kept here instead; demonstrations do

    session_idle_minutes: int = 30  # FLOWCASE_SESSION_IDLE_MINUTES: signed out after so long without a click
    session_hours: int = 10  # FLOWCASE_SESSION_HOURS: signed out after so long in any case
    sessions_at_most: int = 5  # FLOWCASE_SESSIONS_AT_MOST: browsers one person is signed in with at once
    api_requests_a_minute: int = 1200  # FLOWCASE_API_REQUESTS_A_MINUTE: of each account; 0: any number
    totp_groups: GroupNames | None = None  # FLOWCASE_TOTP_GROUPS: groups that need an app's code too, or none
    oidc_issuer: str = ""  # FLOWCASE_OIDC_ISSUER: of the sign-in provider; empty: only local accounts sign in
    oidc_client: str = ""  # FLOWCASE_OIDC_CLIENT: this installation's client id at the provider
    oidc_secret: str = field(default="", repr=False)  # FLOWCASE_OIDC_SECRET: of that client; PKCE is used too
    oidc_name: str = ""  # FLOWCASE_OIDC_NAME: what people call the provider, on the button
    oidc_scopes: str = "openid profile"  # FLOWCASE_OIDC_SCOPES: what is asked for
    oidc_user_claim: str = "preferred_username"  # FLOWCASE_OIDC_USER_CLAIM: names the account
    oidc_groups_claim: str = "groups"  # FLOWCASE_OIDC_GROUPS_CLAIM: holds the provider's groups
    oidc_groups: GroupPairs = ()  # FLOWCASE_OIDC_GROUPS: theirs to ours, `Nord=familieteam_nord; Syd=…`
    oidc_makes_people: bool = False  # FLOWCASE_OIDC_NEW_PEOPLE: 1 gives who is not known an account

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'flowcase.sqlite'}"

    @property
    def has_four_eyes(self) -> bool:
        """Whether the studio wants a second person's approval; by default all but demonstrations do."""
        return not self.is_demonstration if self.four_eyes is None else self.four_eyes

    @property
    def second_factor_groups(self) -> frozenset[str]:
        """Who needs a second factor; by default who has rights over others, but in a demonstration."""
        if self.totp_groups is None:
            return frozenset() if self.is_demonstration else OVER_OTHERS
        return frozenset(self.totp_groups)

    @property
    def key_path(self) -> Path:
        return self.key_file or self.home / "installation.key"

    @property
    def key_place(self) -> str:
        """Where the installation keys come from: environment | command | file."""
        return "environment" if self.key else "command" if self.key_command else "file"

    def keyring(self) -> Keyring:
        """The installation keys. Raises KeyUnusable."""
        return Keyring.from_text(self._key_text(), read=None if self.key else self._key_text)

    @property
    def is_key_missing(self) -> bool:
        return self.key_place == "file" and not self.key_path.exists()

    def create_missing_key(self) -> None:
        """Write an installation key where there is none; never touches one that exists."""
        if self.is_key_missing:
            create_key_file(self.key_path)

    def checkpoint_keys(self) -> list[Ed25519PrivateKey]:
        """Sign the history's checkpoints: the first is in use, older ones follow from older keys."""
        return [
            Ed25519PrivateKey.from_private_bytes(_derived(part, b"flowcase checkpoints"))
            for part in self._key_material()
        ]

    def session_keys(self) -> list[bytes]:
        """Sign web sessions, the first; the others still open what they signed.

        They follow from the installation keys, so that every node has the same.
        """
        return [_derived(part, b"flowcase web session") for part in self._key_material()]

    def _key_text(self) -> str:
        if self.key:
            return self.key
        return read_command(self.key_command) if self.key_command else read_file(self.key_path)

    def _key_material(self) -> list[bytes]:
        """As the place lists them, the one in use first. Raises KeyUnusable."""
        return self._key_text().replace(",", "\n").encode().split()


def _derived(material: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(material, key=purpose, digest_size=32).digest()


def load(*, home: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The settings of the environment; `home` given wins over FLOWCASE_HOME. Raises InvalidSetting."""
    given = os.environ if environment is None else environment
    issuer = given.get("FLOWCASE_OIDC_ISSUER", "").strip()
    if issuer:
        _check_provider(issuer, given)
    place = Path(home or given.get("FLOWCASE_HOME") or DEFAULT_HOME)
    return Config(
        home=place,
        database_url=given.get("FLOWCASE_DATABASE_URL", ""),
        key=given.get("FLOWCASE_KEY", ""),
        key_file=Path(given["FLOWCASE_KEY_FILE"]) if given.get("FLOWCASE_KEY_FILE") else None,
        key_command=_one_place(given),
        is_demonstration=_flag(
            given, "FLOWCASE_DEMONSTRATION", default=(place / DEMONSTRATION_MARK).exists()
        ),
        is_durable=_flag(given, "FLOWCASE_DURABLE", default=True),
        statement_seconds=_number(given, "FLOWCASE_STATEMENT_SECONDS", default=60, least=0, most=3600),
        https=_flag(given, "FLOWCASE_HTTPS", default=False),
        processes=Path(given["FLOWCASE_PROCESSES"]) if given.get("FLOWCASE_PROCESSES") else None,
        node=given.get("FLOWCASE_NODE", ""),
        checkpoint_folder=Path(given["FLOWCASE_CHECKPOINT_FOLDER"])
        if given.get("FLOWCASE_CHECKPOINT_FOLDER")
        else None,
        checkpoint_mail=tuple(given.get("FLOWCASE_CHECKPOINT_MAIL", "").replace(",", " ").split()),
        checkpoint_language=_language(given, "FLOWCASE_CHECKPOINT_LANGUAGE"),
        checkpoint_url=given.get("FLOWCASE_CHECKPOINT_URL", "").strip(),
        checkpoint_secret=given.get("FLOWCASE_CHECKPOINT_SECRET", ""),
        job_threads=_number(given, "FLOWCASE_JOB_THREADS", default=4, least=1, most=64),
        zone=given.get("FLOWCASE_ZONE", "Europe/Copenhagen"),
        journal_folder=Path(given["FLOWCASE_JOURNAL_FOLDER"])
        if given.get("FLOWCASE_JOURNAL_FOLDER")
        else None,
        journal_url=given.get("FLOWCASE_JOURNAL_URL", ""),
        journal_secret=given.get("FLOWCASE_JOURNAL_SECRET", ""),
        upload_megabytes=_number(given, "FLOWCASE_UPLOAD_MEGABYTES", default=25, least=1, most=200),
        upload_types=_kinds(given, "FLOWCASE_UPLOAD_TYPES"),
        four_eyes=_flag(given, "FLOWCASE_FOUR_EYES", default=True)
        if given.get("FLOWCASE_FOUR_EYES", "").strip()
        else None,
        scan_command=given.get("FLOWCASE_SCAN_COMMAND", "").strip(),
        webhook_networks=given.get("FLOWCASE_WEBHOOK_NETWORKS", "").strip(),
        address=given.get("FLOWCASE_ADDRESS", "").strip().rstrip("/"),
        smtp_host=given.get("FLOWCASE_SMTP_HOST", "").strip(),
        smtp_port=_number(given, "FLOWCASE_SMTP_PORT", default=587, least=1, most=65535),
        smtp_tls=given.get("FLOWCASE_SMTP_TLS", "").strip().lower() or "starttls",
        smtp_user=given.get("FLOWCASE_SMTP_USER", ""),
        smtp_password=given.get("FLOWCASE_SMTP_PASSWORD", ""),
        mail_from=given.get("FLOWCASE_MAIL_FROM", "").strip(),
        mail_domains=tuple(given.get("FLOWCASE_MAIL_DOMAINS", "").replace(",", " ").lower().split()),
        mail_folder=Path(given["FLOWCASE_MAIL_FOLDER"]) if given.get("FLOWCASE_MAIL_FOLDER") else None,
        session_idle_minutes=_number(given, "FLOWCASE_SESSION_IDLE_MINUTES", default=30, least=1, most=1440),
        session_hours=_number(given, "FLOWCASE_SESSION_HOURS", default=10, least=1, most=168),
        sessions_at_most=_number(given, "FLOWCASE_SESSIONS_AT_MOST", default=5, least=1, most=100),
        api_requests_a_minute=_number(
            given, "FLOWCASE_API_REQUESTS_A_MINUTE", default=1200, least=0, most=1_000_000
        ),
        totp_groups=_second_factor_groups(given, "FLOWCASE_TOTP_GROUPS"),
        oidc_issuer=issuer,
        oidc_client=given.get("FLOWCASE_OIDC_CLIENT", "").strip(),
        oidc_secret=given.get("FLOWCASE_OIDC_SECRET", ""),
        oidc_name=given.get("FLOWCASE_OIDC_NAME", "").strip(),
        oidc_scopes=given.get("FLOWCASE_OIDC_SCOPES", "").strip() or "openid profile",
        oidc_user_claim=given.get("FLOWCASE_OIDC_USER_CLAIM", "").strip() or "preferred_username",
        oidc_groups_claim=given.get("FLOWCASE_OIDC_GROUPS_CLAIM", "").strip() or "groups",
        oidc_groups=_groups_of_provider(given),
        oidc_makes_people=_flag(given, "FLOWCASE_OIDC_NEW_PEOPLE", default=False),
    )


def _check_provider(issuer: str, given: Mapping[str, str]) -> None:
    """What a sign-in provider needs beside its issuer, and that nobody can listen in between."""
    if not given.get("FLOWCASE_OIDC_CLIENT", "").strip():
        raise InvalidSetting("FLOWCASE_OIDC_CLIENT", "a sign-in provider is set and this is empty")
    if not given.get("FLOWCASE_ADDRESS", "").strip():
        raise InvalidSetting("FLOWCASE_ADDRESS", "a sign-in provider is set and has to find the way back")
    parts = urlsplit(issuer)
    here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment:
        raise InvalidSetting("FLOWCASE_OIDC_ISSUER", "it is neither https nor on this very machine")


def _second_factor_groups(given: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    asked = tuple(given.get(name, "").replace(",", " ").split())
    if not asked or asked == ("none",):
        return () if asked else None
    for group in asked:
        if group not in NAMES:
            raise InvalidSetting(name, f"there is no group '{group}'")
    return asked


def _groups_of_provider(given: Mapping[str, str]) -> GroupPairs:
    """`theirs=ours ours; theirs=ours`; their names may hold an equals sign, ours do not."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, given.get("FLOWCASE_OIDC_GROUPS", "").split(";")):
        theirs, sign, ours = part.strip().rpartition("=")
        groups = tuple(ours.replace(",", " ").split())
        if not sign or not theirs.strip() or not groups:
            raise InvalidSetting("FLOWCASE_OIDC_GROUPS", f"'{part.strip()}' is no pair like theirs=ours")
        for group in groups:
            if group not in NAMES:
                raise InvalidSetting("FLOWCASE_OIDC_GROUPS", f"there is no group '{group}'")
        found[theirs.strip()] = (*found.get(theirs.strip(), ()), *groups)
    return tuple(found.items())


def shipped_processes() -> Path:
    """The product's own diagrams, tables, forms and rule sets: beside the package, or in the checkout."""
    packaged = Path(__file__).parent / "processes"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "processes"


def _number(given: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise InvalidSetting(name, f"'{text}' is no number from {least} to {most}")
    return int(text)


def _one_place(given: Mapping[str, str]) -> str:
    """The command that fetches the keys; it must not be given beside another place."""
    command = given.get("FLOWCASE_KEY_COMMAND", "").strip()
    for other in ("FLOWCASE_KEY", "FLOWCASE_KEY_FILE"):
        if command and given.get(other):
            raise InvalidSetting("FLOWCASE_KEY_COMMAND", f"{other} is set too; choose one of them")
    return command


def _kinds(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    asked = tuple(kind for kind in given.get(name, "").replace(",", " ").lower().split())
    for kind in asked:
        if kind not in UPLOAD_TYPES:
            raise InvalidSetting(name, f"'{kind}' is none of {', '.join(UPLOAD_TYPES)}")
    return asked or UPLOAD_TYPES


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name, "").strip().lower()
    if text in ("", "0", "1", "false", "true", "no", "yes"):
        return default if not text else text in ("1", "true", "yes")
    raise InvalidSetting(name, f"'{text}' is neither 0 nor 1")


def _language(given: Mapping[str, str], name: str) -> str:
    language = given.get(name, "").strip().lower() or LANGUAGES[0]
    if language not in LANGUAGES:
        raise InvalidSetting(name, f"'{language}' is none of {', '.join(LANGUAGES)}")
    return language
