"""What `flowcase doctor` looks at: every finding says how to mend it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowcase.cli import examining_files, examining_outside, examining_safety
from flowcase.cli.output import said_by_sqlite
from flowcase.services.transactions import UNAVAILABLE


@dataclass(frozen=True)
class Examined:
    what: str
    level: str  # ok | warning | error
    message: str
    remedy: str = ""


def examine(settings: Any) -> list[Examined]:
    """Everything that was looked at, the healthy included; never raises."""
    return list(_examine(settings))


def _examine(settings: Any) -> Iterator[Examined]:
    from flowcase import bootstrap
    from flowcase.store import KeyUnusable
    from flowcase.store.faults import DatabaseUnready

    for level, message, remedy in examining_safety.examine(settings):
        yield Examined("safety", level, message, remedy)
    yield from _home(Path(settings.home), settings.key_path if settings.key_place == "file" else None)
    for level, message, remedy in examining_files.examine(settings):
        yield Examined("files", level, message, remedy)
    try:
        flow = bootstrap.open(settings)
    except KeyUnusable as error:
        remedy = f"Put the right one at {settings.key_path}, readable by its owner only, or set FLOWCASE_KEY."
        if not Path(settings.home).exists():
            remedy = "Run: flowcase db upgrade"
        yield Examined("key", "error", str(error), remedy)
        return
    except bootstrap.SchemaOutdated as error:
        yield Examined("database", "error", str(error))  # it names the command itself
        return
    except DatabaseUnready as error:
        yield Examined("database", "error", str(error))  # what to do is in it
        return
    except Exception as error:  # any fault of an installation is a finding here, not a crash
        yield Examined(
            "database",
            "error",
            f"It cannot be opened: {_why(error)}.",
            "See that its server runs and that FLOWCASE_DATABASE_URL is right.",
        )
        return
    try:
        yield Examined("database", "ok", f"It is open at revision {flow.store.revision()}.")
        yield from _file(flow.store)
        yield from sessions(flow.store)
        yield from _rights(flow)
        yield from _keys(flow)
        yield from _provider(flow)
        for level, message, remedy in examining_safety.programs(flow):
            yield Examined("programs", level, message, remedy)
        yield from _work(flow)
        yield from _consistency(flow)
        yield from _history(flow)
        for level, message, remedy in examining_outside.examine(flow):
            yield Examined("checkpoints", level, message, remedy)
    except UNAVAILABLE as error:
        remedy = "See that its server runs, and ask again: what stands above was looked at."
        yield Examined("database", "error", f"It failed while it was looked at: {error}", remedy)
    finally:
        flow.close()


def _why(error: Exception) -> str:
    told = getattr(error, "said", "") or said_by_sqlite(error) or getattr(error, "because", "")
    return told or type(error).__name__


def _file(store: Any) -> Iterator[Examined]:
    """Whether a file of SQLite is whole, also where nothing has read it for long."""
    if not store.is_sqlite:
        return
    for damage in store.damages():
        told = f"The database's file is damaged: {damage}."
        remedy = "Stop flowcase, keep the file, and put the newest backup in its place: flowcase db restore"
        yield Examined("database", "error", told, remedy)


def _home(home: Path, key_file: Path | None) -> Iterator[Examined]:
    if not home.is_dir():
        yield Examined("home", "error", f"The folder {home} is missing.", "Run: flowcase db upgrade")
        return
    elsewhere = {key_file} if key_file is not None and key_file.exists() else set()
    for key in sorted({*home.glob("*.key"), *elsewhere}):
        if stat.S_IMODE(key.stat().st_mode) & 0o077:
            yield Examined("key", "error", f"{key.name} can be read by others.", f"Run: chmod 600 {key}")
        else:
            yield Examined("key", "ok", f"{key.name} is private.")


def sessions(store: Any) -> Iterator[Examined]:
    """Whether a pooler hands the sessions of PostgreSQL around, which some things do not survive."""
    from flowcase.store import pooling

    found = pooling.pooling(store.plain)
    if found is pooling.Pooling.MIXED_UP:
        yield Examined(
            "sessions",
            "error",
            "A pooler hands the sessions of PostgreSQL around and mixes up their prepared statements.",
            "Pool by session, or use PgBouncer 1.21 or newer with max_prepared_statements.",
        )
    elif found is pooling.Pooling.KEPT_APART:
        yield Examined(
            "sessions",
            "warning",
            "A pooler hands the sessions of PostgreSQL around: who listens for new work hears nothing.",
            "Let workers connect to PostgreSQL itself, or they look each second.",
        )


# Why nobody could sign in at the provider -> what is wrong, and what to do about it.
_OF_PROVIDER = {
    "unreachable": (
        "does not answer",
        "See that FLOWCASE_OIDC_ISSUER is right, and that it is reached from here.",
    ),
    "issuer": (
        "calls itself by another address than FLOWCASE_OIDC_ISSUER",
        "Give it to the letter as its openid-configuration says, with or without a slash at the end.",
    ),
    "provider": (
        "says nothing usable of itself",
        "See that FLOWCASE_OIDC_ISSUER/.well-known/openid-configuration is its description, and all https.",
    ),
    "key": (
        "publishes no key that it could sign with",
        "Let it sign ID tokens by RS256, PS256, ES256 or EdDSA.",
    ),
}


def _provider(flow: Any) -> Iterator[Examined]:
    """Whether people can sign in at the provider, where one is set."""
    from flowcase.services.signing_in.oidc_provider import SignInNotAccepted

    if not flow.single_sign_on.is_offered:
        return
    try:
        flow.single_sign_on.examine()
    except SignInNotAccepted as error:
        wrong, remedy = _OF_PROVIDER[error.because]
        yield Examined("sign-in", "error", f"The sign-in provider {wrong} ({error.detail}).", remedy)
    else:
        yield Examined("sign-in", "ok", "The sign-in provider answers, and its keys can be used.")


def _rights(flow: Any) -> Iterator[Examined]:
    """Whether the role that the service signs in with could change the history."""
    from flowcase.store import rights

    if flow.store.is_sqlite:
        return
    found = rights.excess(flow.store.engine)
    if not found:
        yield Examined("rights", "ok", "This role of the database can only add to the history.")
        return
    told = ", ".join(f"{each.right} on {each.table}" for each in found)
    yield Examined(
        "rights",
        "warning",
        f"This role of the database could change the history ({told}).",
        "Let the service sign in with a role of its own: flowcase db rights ROLE --apply",
    )


def _keys(flow: Any) -> Iterator[Examined]:
    """Which installation key wraps the keys of the cases, and whether every node knows it."""
    from flowcase.cli.settings import operator

    seen = flow.key_rotation.overview(actor=operator())
    for id, count in seen.unknown.items():
        missing = f"{count} keys of cases are wrapped by key {id}, which is not known here."
        yield Examined("keys", "error", missing, "Put that key back beside the others.")
    left = seen.waiting - sum(seen.unknown.values())
    if left:
        older = f"{left} keys of cases are still wrapped by an older key than {seen.in_use}."
        yield Examined("keys", "warning", older, "Run: flowcase keys rotate")
    elif not seen.unknown:
        yield Examined("keys", "ok", f"Every key of a case is wrapped by key {seen.in_use}.")
    for node in seen.behind:
        unknowing = f"{node.kind} {node.id} does not know key {seen.in_use}, which is in use."
        yield Examined("keys", "warning", unknowing, "Give it the same keys, and start it again.")


def _work(flow: Any) -> Iterator[Examined]:
    definitions = flow.deployments.definitions()
    if definitions:
        yield Examined("deployments", "ok", f"{len(definitions)} processes are deployed.")
    else:
        yield Examined("deployments", "error", "No process is deployed.", "Run: flowcase deploy processes")
    if flow.settings.has_four_eyes:
        yield Examined("four eyes", "ok", "What the studio deploys was approved by a second person.")
    else:
        yield Examined(
            "four eyes",
            "warning",
            "One person can change a process and put it into force from the studio.",
            "Run with FLOWCASE_FOUR_EYES=1.",
        )
    for row in flow.suspensions.in_force():
        told = f"Nothing starts from {row.scope}: {row.actor} suspended it at {row.at:%Y-%m-%d %H:%M} UTC."
        version = "" if row.version is None else f" --version {row.version}"
        yield Examined(
            "suspended", "warning", told, f"Run: flowcase resume {row.process}{version} --reason TEXT"
        )
    incidents = flow.incidents.list()
    if incidents:
        yield Examined("incidents", "warning", f"{len(incidents)} are open.", "Run: flowcase incidents")
    else:
        yield Examined("incidents", "ok", "None is open.")
    overview = flow.nodes.overview(flow.wall.now())
    for node in overview.nodes:
        heard = f"{node.kind} {node.id} (release {node.release})"
        if node.is_silent:
            silent = f"{heard} was last heard at {node.heartbeat_at:%Y-%m-%d %H:%M} UTC."
            remedy = "See whether it still runs; it is forgotten after a day."
            yield Examined("nodes", "warning", silent, remedy)
        else:
            yield Examined("nodes", "ok", f"{heard} lives.")
        if not node.has_right_clock:
            seconds = round(node.clock_ahead.total_seconds())
            differs = f"The clock of {heard} is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'}"
            leaves = " It leaves what is due to others until then." if node.leaves_what_is_due else ""
            remedy = "Keep the clocks of all machines by NTP: due work and leases go by them."
            told = f"{differs} the database's.{leaves}{_corrected(node)}"
            yield Examined("nodes", "warning", told, remedy)
    if len(overview.releases) > 1:
        told = f"The nodes run {len(overview.releases)} releases: {', '.join(overview.releases)}."
        yield Examined("releases", "warning", told, "Restart those of the older one, one after the other.")
    yield from _clocks(flow)
    yield from _workers(overview)
    due = flow.timers.next_due()
    late = (flow.clock.now() - due).total_seconds() if due else 0
    if late > 120:
        yield Examined(
            "timers",
            "error",
            f"The oldest due timer waits since {due:%Y-%m-%d %H:%M}Z.",
            "Run: flowcase worker",
        )
    else:
        yield Examined("timers", "ok", "None is overdue.")


def _workers(overview: Any) -> Iterator[Examined]:
    """Whether somebody does what is due, and since when nobody does."""
    if overview.has_worker:
        return
    known = any(node.kind == "worker" for node in overview.nodes)
    none = (
        "No worker lives" if known else "No worker is known: none has been heard for a day, or none ever ran"
    )
    waiting = [
        each for each in (overview.backlog.timers_since, overview.backlog.jobs_since) if each is not None
    ]
    if waiting:
        due = f"{overview.backlog.timers} timers and {overview.backlog.jobs} jobs are due"
        told = f"{none}. {due}, the first since {min(waiting):%Y-%m-%d %H:%M} UTC."
        yield Examined("workers", "error" if overview.is_behind else "warning", told, "Run: flowcase worker")
    else:
        told = f"{none}. Nothing is due; what falls due waits."
        yield Examined("workers", "warning", told, "Run: flowcase worker")


def _clocks(flow: Any) -> Iterator[Examined]:
    """What the clocks of this machine and of the database's are worth, as far as others tell."""
    wrong, own = round(flow.clock_watch.database_ahead()), flow.clock_watch.correction()
    remedy = "Set it by NTP: what starts while no other machine runs goes by it."
    if wrong:
        side = "ahead" if wrong > 0 else "behind"
        told = f"The clock of the database's machine is {abs(wrong)} s {side}, as two others tell."
        yield Examined("clocks", "error", told, remedy)
    elif own is not None and not own.is_sure:
        side = "ahead of" if own.seconds > 0 else "behind"
        told = f"The clock of this machine is {abs(own.seconds)} s {side} the database's."
        unsure = "No node of a third machine tells which is right: what is written bears the database's time."
        yield Examined("clocks", "warning", f"{told} {unsure}", "Keep the clocks of both by NTP.")


def _corrected(node: Any) -> str:
    if node.correction is None:
        return " What it writes bears that clock's time."
    if not node.correction.is_sure:
        return (
            " What it writes bears the database's time, and what it calls due goes by the earlier one: "
            "no node of a third machine tells which is right."
        )
    return f" What it writes is right: corrected by as much since {node.correction.since:%Y-%m-%d %H:%M} UTC."


def _history(flow: Any) -> Iterator[Examined]:
    broken = flow.history.verify()
    if broken:
        for place in broken[:5]:
            yield Examined(
                "history", "error", str(place), "Compare with a backup; nothing mends an altered history."
            )
    else:
        yield Examined("history", "ok", "Every chain is whole.")
    for row in [] if broken else flow.altered_rows.find()[:5]:
        yield Examined(
            "history",
            "error",
            f"{row} It was altered behind flowcase's back.",
            "Find out who could write to the database; see docs/operations.md, Proving the history.",
        )


MOST_NAMED = 20  # disagreements that are named one by one


def _consistency(flow: Any) -> Iterator[Examined]:
    """States of running instances and the rows beside them."""
    found = flow.consistency.check()
    for each in found[:MOST_NAMED]:
        yield Examined(
            "consistency",
            "error",
            f"{each.what} {each.key} of instance {each.instance}: {each.because}.",
            "Suspend the instance, compare with a backup and report it: no command makes this.",
        )
    if not found:
        yield Examined("consistency", "ok", "States of running instances and their rows agree.")
    elif len(found) > MOST_NAMED:
        yield Examined("consistency", "error", f"{len(found) - MOST_NAMED} more do not agree.")
