"""Commands for the accounts of programs: make one with scopes, end one, list them."""

from __future__ import annotations

import click

from flowcase.access.scopes import SCOPES
from flowcase.cli.output import json_option, local, say, say_json, say_table
from flowcase.cli.settings import opened, operator


@click.group("service-account")
def service_account() -> None:
    """Accounts of programs that use the API; see docs/api.md."""


@service_account.command("make")
@click.argument("account")
@click.option("--group", "groups", multiple=True, required=True, help="A group it is in; may be repeated.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(list(SCOPES)),
    help="What its token may be used for; may be repeated.",
)
@click.option("--days", type=int, help="How long it holds; default: until it is ended.")
@json_option
def make(
    account: str, groups: tuple[str, ...], scopes: tuple[str, ...], days: int | None, as_json: bool
) -> None:
    """Make an account and print its token, this once; it is stored as a hash only."""
    with opened() as flow:
        token = flow.service_accounts.make(account, groups=groups, scopes=scopes, days=days, actor=operator())
    say({"account": account, "token": token}, token, as_json=as_json)


@service_account.command("end")
@click.argument("account")
@json_option
def end(account: str, as_json: bool) -> None:
    """End an account: its token opens nothing from now on."""
    with opened() as flow:
        flow.service_accounts.end(account, actor=operator())
    say({"account": account, "ended": True}, f"{account} has ended.", as_json=as_json)


@service_account.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the accounts with what they may; never a token."""
    with opened() as flow:
        found = flow.service_accounts.list(actor=operator())
    if as_json:
        say_json(found)
        return
    say_table(
        [
            (
                row.id,
                " ".join(row.groups),
                " ".join(row.scopes),
                "ended" if not row.is_active else local(row.expires_at) or "–",
            )
            for row in found
        ],
        ("account", "groups", "scopes", "until"),
    )


COMMANDS = (service_account,)
