"""Commands for the installation's keys: list, make, put in use, rotate, check, retire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from flowcase.cli.output import json_option, say, say_json, say_table
from flowcase.cli.settings import home_settings, opened, operator
from flowcase.errors import Refused

if TYPE_CHECKING:
    from flowcase.config import Config


@click.group()
def keys() -> None:
    """The installation's keys, which wrap the key of every case; see docs/operations.md for the order."""


@keys.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The ids of the keys that are known here and by each living node, and how much each wraps."""
    with opened() as flow:
        seen = flow.key_rotation.overview(actor=operator())
    if as_json:
        nodes = [{"id": node.id, "kind": node.kind, "keys": node.keys} for node in seen.nodes]
        say_json({"known": seen.known, "in_use": seen.in_use, "streams": seen.streams, "nodes": nodes})
        return
    rows = [
        (
            id,
            "in use" if id == seen.in_use else "known" if id in seen.known else "MISSING",
            seen.streams.get(id, 0),
        )
        for id in dict.fromkeys([*seen.known, *seen.streams])
    ]
    say_table(rows, ("Key", "", "Wraps"))
    for node in seen.nodes:
        click.echo(
            f"{node.kind} {node.id} knows {', '.join(node.keys) or 'no ids: it is of an older release'}"
        )


@keys.command()
@json_option
def new(as_json: bool) -> None:
    """Make a key and add it to the key file, known but not in use; without a file, print it."""
    from flowcase.store import key_places

    settings = home_settings()
    if settings.key_place == "file":
        id = key_places.add_key(settings.key_path)
        say(
            {"id": id},
            f"Added key {id} to {settings.key_path}. Put it in use: flowcase keys use {id}",
            as_json=as_json,
        )
        return
    key = key_places.new_key()
    click.echo(key)
    click.echo(
        f"Add it after the others where this installation's keys lie ({settings.key_place}).", err=True
    )


@keys.command()
@click.argument("id")
@json_option
def use(id: str, as_json: bool) -> None:
    """Put a key of the key file in use: what is new is wrapped by it. Nodes follow within a minute."""
    from flowcase.store import key_places

    key_places.use_key(_file(f"put key {id} in use").key_path, id)
    say({"in_use": id}, f"Key {id} is in use. Wrap the rest by it: flowcase keys rotate", as_json=as_json)


@keys.command()
@json_option
def rotate(as_json: bool) -> None:
    """Wrap the key of every case by the installation key in use, in batches, while nodes go on working.

    It may be killed and run again at any moment. Refused while a living node does not know the key. Ends
    with 1 when somebody worked under a few all the time: run it again.
    """
    with opened() as flow, _bar(as_json) as progress:
        done = flow.key_rotation.rotate(actor=operator(), progress=progress)
    left = f" {done.waiting} are left: somebody works under them. Run it again." if done.waiting else ""
    say(done, f"Wrapped {done.rewrapped} keys by {done.key}.{left}", as_json=as_json)
    raise SystemExit(1 if done.waiting else 0)


@keys.command()
@json_option
def check(as_json: bool) -> None:
    """Open the key of every case; ends with 1 when one does not open or is under another key."""
    with opened() as flow, _bar(as_json) as progress:
        found = flow.key_rotation.check(actor=operator(), progress=progress)
    if as_json:
        say_json(found)
    else:
        for stream in found.unopened[:20]:
            click.echo(f"No known key opens the key of {stream}.")
        click.echo(
            f"{found.opened} open, {len(found.unopened)} do not, {found.waiting} are under another key."
        )
    raise SystemExit(1 if found.unopened or found.waiting else 0)


@keys.command()
@click.argument("id")
@json_option
def retire(id: str, as_json: bool) -> None:
    """Take a key that wraps nothing any more out of the key file.

    Backups from before still need it: keep a copy elsewhere until the last of them is gone.
    """
    from flowcase.store import key_places

    attempt = f"retire key {id}"
    settings = _file(attempt)
    with opened() as flow:
        seen = flow.key_rotation.overview(actor=operator())
    if id == seen.in_use:
        raise Refused(attempt, "it is in use. Put another one in use first")
    if seen.streams.get(id):
        raise Refused(attempt, f"it still wraps {seen.streams[id]} keys. Run: flowcase keys rotate")
    late = [node.id for node in seen.nodes if node.keys[:1] == (id,)]
    if late:
        raise Refused(attempt, f"these nodes still wrap new keys by it: {', '.join(late)}")
    key_places.drop_key(settings.key_path, id)
    say(
        {"retired": id},
        f"Key {id} is out of {settings.key_path}. Backups from before need it.",
        as_json=as_json,
    )


def _file(attempt: str) -> Config:
    """The settings of an installation whose keys lie in a file."""
    settings = home_settings()
    if settings.key_place != "file":
        raise Refused(attempt, f"its keys come from the {settings.key_place}: change them there")
    return settings


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    with tqdm(unit=" keys", disable=True if quiet else None, leave=False) as bar:
        yield lambda count: bar.update(count)


COMMANDS = (keys,)
