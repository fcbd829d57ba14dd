"""Commands for auditors: prove that the history is whole, and sign where it stands."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowcase.cli.output import json_option, local, say_json
from flowcase.cli.settings import opened

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

MOST_TOLD = 20  # rows, and places where the clock was set back


@click.command()
@click.option(
    "--against",
    "--checkpoints",
    type=click.Path(exists=True),
    multiple=True,
    help="What was kept elsewhere: checkpoints.jsonl, a receipt that was mailed or posted, or a folder of"
    " them; may be given several times. Default: the copy of the installation.",
)
@click.option(
    "--rows",
    is_flag=True,
    help="Compare cases, records, deadlines, user tasks, documents, process instances with their states and"
    " incidents, timers, messages, jobs, guest links and access reports with the history too: every stream is"
    " opened.",
)
@json_option
def verify(against: tuple[str, ...], rows: bool, as_json: bool) -> None:
    """Walk every chain of the history and every signed checkpoint; end with 1 at the first fault of each.

    Names the first altered, missing, added or reordered entry of each broken stream, also one that was
    rewritten by who made all hashes anew and does not have the key, and what the checkpoints show: streams
    that are gone, events that were cut off, a database put back from a copy. Says up to where the history
    is signed.

    Compares with the history what it led to and no chain covers: accounts with their groups and scopes,
    passwords and sessions by keyed hashes, settings, deployed files and their versions, what begins
    processes, legal holds, absences, proposed erasures, documents with a day of their own,
    reviews of drafts, webhooks with their addresses, suspended processes, batches and moves of instances,
    keys that were destroyed or came back, triggers of the database; with --rows also what cases, records,
    deadlines, user tasks, documents, process instances with their states and incidents, timers, messages
    that wait and what waits for messages and signals, held starts, jobs, guest links and access reports
    say. A row that was altered behind flowcase's back is named.

    Tells also where the clock was set back by more than a minute: no fault of the chain, which says what came
    first, but instants there are not to be relied on. And when the database went on from a copy or from an
    earlier state, as far as the history was told: what was done after that state is gone.
    """
    from tqdm import tqdm

    kept = [Path(each) for each in against]
    with opened() as flow:
        begun = time.monotonic()
        events, streams = flow.history.extent()
        with tqdm(total=events, unit=" events", disable=True if as_json else None) as bar:
            walked = flow.history.walk(lambda stream, events: bar.update(events))
        broken, set_back = walked.broken, walked.set_back
        try:
            fault = flow.checkpoints.verify(kept)
            shown = None if fault is None else str(fault)
            outside = None if shown else flow.checkpoints.newest_outside(kept)
        except ValueError as error:
            shown, outside = f"Checkpoints: {error}.", None
        altered = flow.altered_rows.find(casework=rows)
        signed = f"{_signed(flow)} {_compared(outside)}" if shown is None else ""
        went_on = [] if broken else flow.recoveries.told()
        seconds = time.monotonic() - begun
    if as_json:
        say_json(
            {
                "events": events,
                "streams": streams,
                "seconds": round(seconds, 3),
                "broken": [{"stream": b.stream, "event": b.seq, "what": b.what} for b in broken],
                "checkpoints": shown,
                "outside": outside,
                "rows": [{"sort": a.sort, "id": a.id, "what": a.what} for a in altered],
                "went_on": [
                    {"at": each.at, "because": each.event.because, "until": each.event.until}
                    for each in went_on
                ],
                "set_back": [{"stream": each.stream, "event": each.seq} for each in set_back],
            }
        )
    else:
        for place in broken:
            click.echo(str(place))
        if shown:
            click.echo(shown)
        for row in altered[:MOST_TOLD]:
            click.echo(str(row))
        if len(altered) > MOST_TOLD:
            click.echo(f"{len(altered) - MOST_TOLD} more rows are not what the history tells.")
        for each in set_back[:MOST_TOLD]:
            click.echo(f"Clock set back: {each}")
        if len(set_back) > MOST_TOLD:
            click.echo(f"Clock set back: at {len(set_back) - MOST_TOLD} more places.")
        for told in went_on[-MOST_TOLD:]:
            until = f"; what was done up to {local(told.event.until)} is there" if told.event.until else ""
            click.echo(f"Went on from a copy: {local(told.at)}, {told.event.because}{until}.")
        rate = events / max(seconds, 1e-9)
        faults = len(broken) + bool(shown) + len(altered)
        found = f"{faults} faults" if faults else "whole"
        if signed:
            click.echo(signed)
        click.echo(f"{events} events in {streams} streams: {found}. {seconds:.1f} s, {rate:,.0f} a second.")
    raise SystemExit(1 if broken or shown or altered else 0)


def _signed(flow: Flowcase) -> str:
    newest, younger = flow.checkpoints.standing()
    if newest is None:
        return "Nothing is signed yet: events that are cut off leave no trace before the first checkpoint."
    at = f"{newest.at:%Y-%m-%d %H:%M}Z"
    return f"Signed up to checkpoint {newest.number} of {at}; {younger} events are younger."


def _compared(outside: int | None) -> str:
    if outside is None:
        return "Nothing that was kept elsewhere was compared: who owns the machine could replace everything."
    return f"What was kept elsewhere fits, up to checkpoint {outside}."


@click.command()
@json_option
def checkpoint(as_json: bool) -> None:
    """Sign where every chain of the history ends now, and tell the public key that checks it.

    Workers do so once a day, keep a copy in FLOWCASE_CHECKPOINT_FOLDER, and send a receipt to
    FLOWCASE_CHECKPOINT_MAIL and FLOWCASE_CHECKPOINT_URL. Let at least one of them be where nobody who can
    write to the database can reach it.
    """
    with opened() as flow:
        made = flow.checkpoints.make()
        keys = [key.hex() for key in flow.checkpoints.public_keys]
    if as_json:
        say_json({"number": made and made.number, "hash": made and made.hash.hex(), "public_keys": keys})
        return
    if made is None:
        click.echo("Nothing has happened since the last checkpoint.")
    else:
        click.echo(f"Checkpoint {made.number}: {len(made.ends)} streams have grown. {made.hash.hex()}")
    click.echo(f"Public key: {keys[0]}")


COMMANDS = (verify, checkpoint)
