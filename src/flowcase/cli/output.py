"""How the command line speaks: tables for people, JSON for programs, exit codes for both."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import click

from flowcase import errors

EXIT_CODES: Mapping[type[BaseException], int] = {
    errors.FlowcaseError: 1,
    errors.NotFound: 3,
    errors.Conflict: 4,
    errors.Forbidden: 5,
    errors.InvalidValues: 6,
}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")

LOCAL = ZoneInfo("Europe/Copenhagen")


def plain(value: Any) -> Any:
    """JSON-able: dataclasses become objects, instants ISO text, decimals numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):  # a row with names
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    return value


def say_json(value: Any) -> None:
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2, default=str))


def say(value: Any, sentence: str, *, as_json: bool) -> None:
    """The value for a program, the sentence for a person."""
    if as_json:
        say_json(value)
    else:
        click.echo(sentence)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`; `many` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def local(instant: dt.datetime | None) -> str:
    """What a person in Denmark reads: local wall-clock time with its offset."""
    return instant.astimezone(LOCAL).isoformat(sep=" ", timespec="seconds") if instant else ""


def say_table(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> None:
    cells = [[_cell(item) for item in row] for row in rows]
    if not cells:
        click.echo("Nothing.")
        return
    widths = [max(len(header[n]), *(len(row[n]) for row in cells)) for n in range(len(header))]
    for row in ([*header], ["-" * width for width in widths], *cells):
        click.echo("  ".join(item.ljust(width) for item, width in zip(row, widths, strict=True)).rstrip())


def _cell(item: Any) -> str:
    if isinstance(item, dt.datetime):
        return local(item)
    if isinstance(item, (list, tuple, frozenset)):
        return ", ".join(map(str, item))
    return "" if item is None else str(item)


# What the machine may refuse a command, and what to do about it.
_REMEDIES: Mapping[int, str] = {
    errno.EACCES: "Give the command as the user that flowcase runs as, or let that user in there.",
    errno.EPERM: "Give the command as the user that flowcase runs as, or let that user in there.",
    errno.ENOENT: "Make the folder first, or correct the name.",
    errno.ENOTDIR: "Correct the name.",
    errno.EROFS: "Choose a place that can be written to.",
    errno.ENOSPC: "Make room there, or choose another place.",
    errno.EDQUOT: "Make room there, or choose another place.",
    errno.EBUSY: "Wait until it is done, or choose another name.",
    errno.EEXIST: "Choose another name, or take away what has this one.",
    errno.EFBIG: "Choose a place that takes larger files, or raise the limit (ulimit -f).",
}


def say_refused_by_machine(error: OSError) -> bool:
    """Name file, cause and remedy of what the machine refused; False when it is nothing of that kind."""
    if error.errno is None or error.errno not in _REMEDIES or error.filename is None:
        return False
    cause = f"{str(error.strerror)[:1].lower()}{str(error.strerror)[1:]}"
    click.echo(
        f"Expected to use {error.filename}, but the machine says: {cause}. {_REMEDIES[error.errno]}", err=True
    )
    return True


# What SQLite says of a file that is no database, cannot be made, read or written to, or is damaged.
_UNUSABLE = ("SQLITE_NOTADB", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CORRUPT")


def said_by_sqlite(error: BaseException) -> str:
    """Why the database's file cannot be used; empty when it is nothing of that kind."""
    cause = getattr(error, "orig", error)
    return str(cause) if getattr(cause, "sqlite_errorname", "").startswith(_UNUSABLE) else ""


def say_refused_by_sqlite(error: BaseException) -> bool:
    said = said_by_sqlite(error)
    if said:
        click.echo(
            f"Expected to use the database, but SQLite says: {said}. See that FLOWCASE_DATABASE_URL names a "
            "file of flowcase's in a folder that is there, and that its disk can be written to and has room.",
            err=True,
        )
    return bool(said)


def say_error(error: errors.FlowcaseError) -> None:
    """Everything in English: pages say what rules and forms refuse in Danish."""
    if isinstance(error, errors.Refused) and (because := in_english(error.because)) != error.because:
        named = f" ({', '.join(error.rules)})" if error.rules else ""
        click.echo(f"Expected to {error.attempt}, but it is refused{named}: {because}", err=True)
    else:
        click.echo(str(error), err=True)
    if said := getattr(error, "said", ""):
        click.echo(f"  {said}", err=True)
    if isinstance(error, errors.InvalidValues):
        for field, sentences in sorted(error.errors.items()):
            click.echo(f"  {field}: {' '.join(map(in_english, sentences))}", err=True)


def in_english(sentence: str) -> str:
    """A sentence of a page as its English has it; the sentence as it is, where there is none."""
    from flowcase.web.language import spoken
    from flowcase.web.words.presenting import said

    try:
        with spoken("en"):
            return said(sentence)
    except RuntimeError:  # it names people, which is for the pages alone
        return sentence


def progress(
    items: Iterable[Any], *, label: str, total: int | None = None, quiet: bool = False
) -> Iterator[Any]:
    """The items again, with a progress bar on a terminal's error stream."""
    from tqdm import tqdm

    yield from tqdm(items, desc=label, total=total, disable=True if quiet else None, leave=False)
