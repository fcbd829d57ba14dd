"""Commands for the database: create or upgrade it, back it up, restore it, move it elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowcase import private_files
from flowcase.cli.output import json_option, local, say, say_json
from flowcase.cli.settings import home_settings, opened, operator, read_instant
from flowcase.errors import FlowcaseError

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase
    from flowcase.config import Config
    from flowcase.store import Store
    from flowcase.store.archive import Contents, Progress


class _NotWhole(FlowcaseError):
    """What was restored or moved has a history chain that does not verify."""

    def __init__(self, first: str) -> None:
        super().__init__(f"Expected a history that is whole, but it is not. {first}")


class _OfAnotherRelease(FlowcaseError):
    """A database whose tables this release does not know, or not all of them."""

    def __init__(self, newest: str, found: str | None) -> None:
        has = f"it is at revision {found}" if found else "it is empty"
        super().__init__(
            f"Expected a database at revision {newest}, which this release knows whole, but {has}. Nothing "
            "was changed. Use the flowcase of the release that it has, or bring it up to date with: "
            "flowcase db upgrade"
        )


@click.group()
def db() -> None:
    """The installation's database."""


@db.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Create the database or bring it to this release's schema; makes missing installation keys."""
    from flowcase import bootstrap

    revision = bootstrap.upgrade(home_settings())
    say({"revision": revision}, f"The database is at revision {revision}.", as_json=as_json)


@db.command()
@json_option
def clean(as_json: bool) -> None:
    """Overwrite what was deleted in the database's own files, after an erasure that met other users."""
    with _opened(home_settings()) as store:
        done = store.overwrite_deleted()
    if as_json:
        say_json({"clean": done})
    else:
        click.echo(
            "Clean."
            if done
            else "The database is in use, or this is not its owner: stop flowcase, and try as its owner."
        )
    raise SystemExit(0 if done else 1)


@db.command()
@click.argument("file", type=click.Path(dir_okay=False))
@json_option
def backup(file: str, as_json: bool) -> None:
    """Write everything into one file while people go on working; then read it back and prove it whole.

    What is encrypted stays so: the file opens only with the installation key, which is not in it. Keep a
    copy of the key elsewhere. Only its owner can read the file.
    """
    from flowcase.store import archive

    settings, target = home_settings(), Path(file)
    if target.exists():
        raise click.UsageError(f"{file} exists already; choose another name.")
    begun = time.monotonic()
    with _opened(settings) as store, private_files.whole(target) as out:
        _check_known_whole(store)  # else what it does not know would be missing without a word
        with _bar(as_json) as progress:
            found = archive.write(store, out, progress=progress)
        out.seek(0)
        archive.check(out)
    _report(found, as_json, f"Wrote {file}", begun, bytes=target.stat().st_size)


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@json_option
def restore(file: str, as_json: bool) -> None:
    """Fill an empty database from a backup, all or nothing, and verify every history chain.

    It needs the installation key that the backup was written under. That it was put back, and up to when the
    backup goes, is then in the history, for auditors.
    """
    from flowcase.services.transactions import upgrade_patiently
    from flowcase.store import KeyUnusable, archive

    settings, begun = home_settings(), time.monotonic()
    if settings.is_key_missing:  # one that was made anew would open nothing of it
        raise KeyUnusable(
            f"there is no file {settings.key_path}. Put the key there that the backup was written under"
        )
    private_files.make_folder(settings.home)
    with _opened(settings) as store, Path(file).open("rb") as content, _bar(as_json) as progress:
        archive.check_unused(store)  # a database that is in use stays as it is, its schema too
        upgrade_patiently(store)
        found = archive.read(store, content, progress=progress)
    with _verified(settings) as flow:
        flow.recoveries.restored(actor=operator())
    _report(found, as_json, f"Restored {file}", begun)


@db.command()
@click.option("--to", "until", required=True, help="The moment, with its offset: 2026-03-02T10:41:30+01:00.")
@click.option("--reason", required=True, help="Why; it stays in the history, where auditors read it.")
@json_option
def recovered(until: str, reason: str, as_json: bool) -> None:
    """Write into the history that the database was put back to a moment, by whom and why.

    Give it after a recovery that a copy of files or PostgreSQL made. Workers see by themselves that
    PostgreSQL goes on on another timeline or server, and db restore says what it did; why nobody else knows.
    """
    moment = read_instant(until)
    assert moment is not None
    with opened() as flow:
        flow.recoveries.tell(moment, reason, actor=operator())
    if as_json:
        say_json({"until": moment})
    else:
        click.echo(f"The history says that what was done up to {local(moment)} is there.")


@db.command()
@click.argument("source")
@click.argument("target")
@json_option
def move(source: str, target: str, as_json: bool) -> None:
    """Copy a database into an empty one of any kind, and prove that counts, rows and chains are the same.

    SOURCE and TARGET are addresses (`sqlite:///var/flowcase.sqlite`, `postgresql://…`); both use the
    installation key of this home. Nobody writes to the source meanwhile; it stays as it is.
    """
    from flowcase import bootstrap
    from flowcase.store import archive
    from flowcase.store.connecting import database_url

    settings, begun = home_settings(), time.monotonic()
    from_, to = replace(settings, database_url=source), replace(settings, database_url=target)
    if database_url(source) == database_url(target):
        raise click.UsageError("SOURCE and TARGET are the same.")
    if not bootstrap.has_database(from_):
        raise click.UsageError(f"There is no database of flowcase at {_without_password(source)}.")
    with _opened(from_) as reading, _opened(to) as writing:
        _check_known_whole(reading)
        archive.check_unused(writing)
    bootstrap.upgrade(to)
    with _opened(from_) as reading, _opened(to) as writing, _bar(as_json) as progress:
        found = archive.move(reading, writing, progress=progress)
    with _verified(to):
        pass
    _report(found, as_json, f"Moved to {_without_password(target)}", begun)


@db.command()
@click.argument("role")
@click.option("--apply", "is_applied", is_flag=True, help="Grant them now, as the owner of the tables.")
@json_option
def rights(role: str, is_applied: bool, as_json: bool) -> None:
    """Print (or apply) the rights of the service's role on PostgreSQL: it only adds to the history.

    Run it as the role that owns the tables and migrates them, again after each upgrade; the service itself
    then signs in to the database as ROLE.
    """
    from flowcase.store import rights as rules

    try:
        statements = rules.statements(role)
    except rules.RoleRefused:
        raise click.UsageError(f"'{role}' is no role's name: small letters, digits and _ only.") from None
    if is_applied:
        with _opened(home_settings()) as store:
            if store.is_sqlite:
                raise click.UsageError("SQLite has no roles; its triggers keep the history.")
            _check_known_whole(store)  # else a table that it does not know would lose its rights
            rules.apply(store.engine, role)
    if as_json:
        say_json({"statements": statements, "is_applied": is_applied})
    elif is_applied:
        click.echo(f"{role} may read and write, and only add to the history.")
    else:
        for statement in statements:
            click.echo(f"{statement};")


@contextmanager
def _opened(settings: Config) -> Iterator[Any]:
    from flowcase.store import Store

    store = Store(settings.url, settings.keyring(), durable=settings.is_durable)
    try:
        yield store
    finally:
        store.close()


def _check_known_whole(store: Store) -> None:
    from flowcase.store import migrating

    if (found := store.revision()) != migrating.newest():
        raise _OfAnotherRelease(migrating.newest(), found)


@contextmanager
def _verified(settings: Config) -> Iterator[Flowcase]:
    """What was filled, once every chain of its history is whole."""
    from flowcase import bootstrap

    flow = bootstrap.open(settings)
    try:
        if broken := flow.history.verify():
            raise _NotWhole(str(broken[0]))
        yield flow
    finally:
        flow.close()


@contextmanager
def _bar(quiet: bool) -> Iterator[Progress]:
    from tqdm import tqdm

    with tqdm(unit=" rows", disable=True if quiet else None, leave=False) as bar:
        seen = {"table": "", "rows": 0}

        def tell(table: str, rows: int) -> None:
            bar.set_description(table, refresh=False)
            bar.update(rows - (seen["rows"] if seen["table"] == table else 0))  # type: ignore[operator]
            seen.update(table=table, rows=rows)

        yield tell


def _report(found: Contents, as_json: bool, what: str, begun: float, **more: int) -> None:
    rows, seconds = sum(each.rows for each in found.values()), time.monotonic() - begun
    if as_json:
        counts = {name: each.rows for name, each in found.items()}
        say_json({"rows": rows, "tables": counts, "seconds": round(seconds, 3), **more})
        return
    size = f", {more['bytes'] / 1e6:.1f} MB" if "bytes" in more else ""
    click.echo(f"{what}: {rows} rows in {len(found)} tables{size}, {seconds:.1f} s.")
    click.echo(f"History: {found['history'].rows} entries in {found['stream'].rows} chains.")


def _without_password(url: str) -> str:
    from flowcase.store.connecting import database_url

    return database_url(url).render_as_string(hide_password=True)


COMMANDS = (db,)
