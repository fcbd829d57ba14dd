"""Commands for local accounts of people: add, give a password, change groups, close, open, list them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flowcase.cli.output import json_option, say, say_json, say_table
from flowcase.cli.settings import opened, operator
from flowcase.errors import Conflict, FlowcaseError

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

_groups = click.option("--group", "groups", multiple=True, required=True, help="A group; may be repeated.")
_new = click.option("--new-group", "is_new", is_flag=True, help="A group may be one that nobody is in yet.")
_keep = click.option("--keep", is_flag=True, help="Do not ask for another password at the first sign-in.")


@click.group("people")
def people() -> None:
    """Accounts of people with a password of their own here; see docs/sign-in.md."""


@people.command("add")
@click.argument("id")
@click.option("--name", required=True, help="What colleagues know them by.")
@_groups
@_new
@click.option("--team", help="Code of the team they work in.")
@click.option("--district", help="The district of their team.")
@click.option("--no-password", is_flag=True, help="They sign in at the authority's own provider only.")
@_keep
@json_option
def add(
    id: str,
    name: str,
    groups: tuple[str, ...],
    is_new: bool,
    team: str | None,
    district: str | None,
    no_password: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Add a person. The password is asked for, or read from standard input; it is never an argument.

    They choose another one when they sign in first, unless --keep says otherwise.
    """
    from flowcase.services.signing_in.people import check_id

    check_id(id)
    password = None if no_password else _password()
    with opened() as flow:
        _check_groups(groups, flow, is_new)
        flow.people.add(
            id,
            name=name,
            groups=groups,
            team=team,
            district=district,
            password=password,
            must_change=not keep,
            actor=operator(),
        )
    say({"person": id, "groups": sorted(set(groups))}, f"{id} is added.", as_json=as_json)


@people.command("password")
@click.argument("id")
@_keep
@json_option
def password(id: str, keep: bool, as_json: bool) -> None:
    """Give a person another password, asked for or read from standard input. Their sessions end."""
    with opened() as flow:
        flow.people.actor(id)
        flow.people.set_password(id, _password(), must_change=not keep, actor=operator())
    say({"person": id}, f"{id} has another password.", as_json=as_json)


@people.command("groups")
@click.argument("id")
@click.option("--group", "groups", multiple=True, help="A group; may be repeated.")
@click.option("--none", "is_none", is_flag=True, help="No group: the account stays open and may nothing.")
@_new
@json_option
def groups(id: str, groups: tuple[str, ...], is_none: bool, is_new: bool, as_json: bool) -> None:
    """Put a person in these groups and no others. Their sessions end."""
    if bool(groups) == is_none:
        raise click.UsageError("Give every group with --group, or --none to take the last one away.")
    with opened() as flow:
        _check_groups(groups, flow, is_new)
        flow.people.change_groups(id, groups, actor=operator())
    said = f"{id} is in {', '.join(sorted(set(groups))) or 'no group'}."
    say({"person": id, "groups": sorted(set(groups))}, said, as_json=as_json)


@people.command("close")
@click.argument("id")
@json_option
def close(id: str, as_json: bool) -> None:
    """Close an account: nobody signs in to it any more. What they did stays in the history.

    Cases and user tasks stay theirs until who leads their team hands them over (*Mit team*).
    """
    with opened() as flow:
        flow.people.deactivate(id, actor=operator())
    said = f"{id} is closed. What is still theirs is handed over on Mit team, by who leads their team."
    say({"person": id, "closed": True}, said, as_json=as_json)


@people.command("open")
@click.argument("id")
@click.option("--no-password", is_flag=True, help="They sign in at the authority's own provider only.")
@_keep
@json_option
def open_(id: str, no_password: bool, keep: bool, as_json: bool) -> None:
    """Open an account again that was closed, with the groups that it had.

    It gets another password, asked for as for a new account: the one from before opens nothing any more.
    """
    with opened() as flow:
        if flow.people.find(id) is not None:
            raise Conflict(f"open account '{id}' again", "it is open")
        password = None if no_password else _password()
        flow.people.reactivate(id, password=password, must_change=not keep, actor=operator())
        groups = sorted(flow.people.actor(id).groups)
    said = f"{id} is open again, in {', '.join(groups) or 'no group'}."
    say({"person": id, "groups": groups}, said, as_json=as_json)


@people.command("second-factor")
@click.argument("id")
@click.option("--reason", required=True, help="Why, and how you know whose it is; kept in the history.")
@json_option
def second_factor(id: str, reason: str, as_json: bool) -> None:
    """Take away the second factor of who lost app and recovery codes; they are told, and their sessions end.

    As on Drift, for where no other operator can sign in. Whose group requires one sets it up anew.
    """
    with opened() as flow:
        flow.second_factors.disable(id, reason, actor=operator())
    say(
        {"person": id}, f"{id} signs in without a second factor until another one is set up.", as_json=as_json
    )


@people.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List people with an open account; never a secret."""
    with opened() as flow:
        rows = [row for row in flow.people.list() if row.kind == "person"]
    if as_json:
        say_json([{"id": row.id, "name": row.name, "team": row.team, "groups": row.groups} for row in rows])
        return
    say_table(
        ((row.id, row.name, row.team or "", sorted(row.groups)) for row in rows),
        ("Id", "Name", "Team", "Groups"),
    )


def _password() -> str:
    """From the keyboard, unseen and twice, or the first line of standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


def _check_groups(groups: tuple[str, ...], flow: Flowcase, is_new: bool) -> None:
    """A group that is misspelled opens nothing, and nobody notices why."""
    from flowcase.access.groups import NAMES

    unknown = sorted(set(groups) - set(NAMES) - flow.people.groups())
    if unknown and not is_new:
        raise FlowcaseError(
            f"Expected groups that there are, but nobody is in {', '.join(unknown)}. Correct the name, or "
            f"say --new-group. There are: {', '.join(sorted(NAMES))}."
        )


COMMANDS = (people,)
