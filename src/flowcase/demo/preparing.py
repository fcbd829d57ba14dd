"""Makes the fictional municipality once; later starts find it and keep its data."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import glob
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from flowcase import bootstrap, config, private_files
from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock
from flowcase.demo import town
from flowcase.demo.living import Municipality
from flowcase.modeling import folder_files
from flowcase.services.meetings.daily_meetings import PROCESS as DAILY_MEETING

SIGN_INS = "sign-ins.txt"
OWNER = "being-made"  # in the folder that is being made, locked by the process that makes it
HISTORY = dt.timedelta(days=740)
MEETING_TO_TRY = "Demonstrationen har altid et dagsmøde, man kan prøve."

Say = Callable[[str], Any]


def prepare(settings: config.Config, *, say: Say) -> None:
    """Database, deployment, people and two years of cases; nothing when they are there already.

    Everything is made beside the installation and moved in place at the end, so that an interrupted
    start leaves nothing half made. With a database elsewhere (FLOWCASE_DATABASE_URL) only an empty
    one is filled.
    """
    home = Path(settings.home).absolute()
    if (home / SIGN_INS).exists():
        bootstrap.upgrade(demonstration(settings))
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    if home.exists() and any(home.iterdir()):
        raise config.InvalidSetting(
            "FLOWCASE_HOME", f"{home} holds another installation; choose an empty folder or remove it"
        )
    for left in _left_behind(home):
        say(f"Removing {left}, which a start that was killed left half made.")
        shutil.rmtree(left)
    making = Path(tempfile.mkdtemp(prefix=_prefix(home), dir=home.parent))
    owner = _own(making)
    try:
        made = demonstration(dataclasses.replace(settings, home=making, is_durable=False))
        sign_ins = _fill(made, say)
        _write_private(making / SIGN_INS, sign_ins)
        (making / config.DEMONSTRATION_MARK).touch()
        (making / OWNER).unlink()
        _move_in(making, home)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    finally:
        owner.close()


def _prefix(home: Path) -> str:
    return f".{home.name}-"


def _own(making: Path) -> IO[str]:
    """The folder is this process's until what is returned is closed, or the process is gone."""
    new = making / f"{OWNER}.new"
    lock = new.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    new.rename(making / OWNER)  # never there without its lock
    return lock


def _left_behind(home: Path) -> Iterator[Path]:
    """Folders of starts that were killed, each held while the caller has it; none that is being made."""
    for owner in sorted(home.parent.glob(f"{glob.escape(_prefix(home))}*/{OWNER}")):
        with contextlib.suppress(OSError), owner.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield owner.parent


def _move_in(making: Path, home: Path) -> None:
    """A folder that is there already stays the same one: whoever started the command may stand in it."""
    if not home.exists():
        making.rename(home)
        return
    home.chmod(making.stat().st_mode)
    for each in sorted(making.iterdir(), key=lambda file: file.name == SIGN_INS):  # which says it is whole
        shutil.move(each, home / each.name)
    making.rmdir()


def demonstration(settings: config.Config) -> config.Config:
    return dataclasses.replace(settings, is_demonstration=True)


def deploy_processes(flow: bootstrap.Flowcase, folder: Path) -> None:
    """The first deployment; its note is read in *Udgaver*, as everybody's notes in their own language."""
    flow.deployments.deploy(
        folder_files(folder), actor=SYSTEM, note="Processerne, som de følger med flowcase"
    )


def _fill(settings: config.Config, say: Say) -> str:
    bootstrap.upgrade(settings)
    until = dt.datetime.now(dt.UTC).replace(microsecond=0)
    flow = bootstrap.open(settings, clock=ManualClock(until - HISTORY))
    try:
        folder = settings.processes or config.shipped_processes()
        say(f"Deploying {folder} ...")
        deploy_processes(flow, folder)
        say("Adding the people of the fictional municipality ...")
        lines = []
        for person in town.PEOPLE:
            password = "-".join(secrets.choice(_WORDS) for _ in range(4))
            flow.people.add(
                person.id,
                name=person.name,
                groups=person.groups,
                team=person.team,
                district=person.district,
                password=password,
                actor=SYSTEM,
            )
            lines.append(f"{person.id:<18} {password:<34} {person.name} ({', '.join(person.groups)})")
        say("Living through two years of cases ...")
        life = Municipality(flow, until)
        with _Bar(until - HISTORY, until) as bar:
            life.live(bar.move)
        if open_a_daily_meeting(flow):
            say("Today's daily meeting stands open; elsewhere it opens on working days, at its time.")
        _give_addresses(flow)
        for sentence in life.given_up:
            say(f"Left for a visitor: {sentence}")
        say(f"{len(flow.cases.list(actor=SYSTEM))} cases are there.")
        return "\n".join(lines) + "\n"
    finally:
        flow.close()


def open_a_daily_meeting(flow: bootstrap.Flowcase) -> bool:
    """Begin the next daily meeting now, as an operator may by letting its timer go off.

    Whoever starts the demonstration on a Sunday, or before the meeting's time, has one to try; the planned
    one, for which the operator's would stand, opens all the same. False when one was open already, or
    nothing waits to be decided.
    """
    if _has_open_meeting(flow):
        return False
    for timer in flow.timers.list():
        if timer.process == DAILY_MEETING and timer.instance is None:
            flow.timer_care.fire(timer.id, reason=MEETING_TO_TRY, actor=flow.people.actor(town.OPERATOR))
    flow.deployments.reschedule(actor=SYSTEM)
    while flow.jobs.run_due():
        pass
    return _has_open_meeting(flow)


def _has_open_meeting(flow: bootstrap.Flowcase) -> bool:
    member = flow.people.actor(town.IN_THE_DAILY_MEETING)
    newest = flow.daily_meetings.newest(member)
    return newest is not None and flow.daily_meetings.get(newest, actor=member).is_open


def _give_addresses(flow: bootstrap.Flowcase) -> None:
    """Mails of what happens from now on, never of the years that are over; none leaves the house."""
    while flow.mails.sort_waiting():
        pass
    for person in town.PEOPLE:
        actor = flow.people.actor(person.id)
        chosen = flow.notices.chosen(actor)
        address = f"{person.id}@kommune.example"
        flow.notices.choose(address=address, digest_at=chosen.digest_at, ways={}, actor=actor)


def _write_private(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", opener=private_files.opener) as file:
        file.write(text)


class _Bar:
    """A progress bar over the years."""

    def __init__(self, start: dt.datetime, end: dt.datetime) -> None:
        from tqdm import tqdm

        self._start = start
        self._bar = tqdm(
            total=(end - start).days, unit="day", leave=False, disable=None, file=sys.stderr, desc="Two years"
        )

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def move(self, at: dt.datetime) -> None:
        self._bar.update(max((at - self._start).days - self._bar.n, 0))


_WORDS = (
    "birk", "sol", "havn", "lampe", "sten", "fugl", "eng", "bro", "skov", "regn", "lys", "kaffe",
    "cykel", "stol", "tavle", "maage", "klit", "fjord", "ugle", "sne", "kande", "mose", "vind", "korn",
    "hegn", "perle", "kompas", "trappe", "vest", "nord", "honning", "kridt", "ler", "mynte", "ovn",
    "pil", "rose", "silke", "torv", "uld", "ravn", "blyant", "dug", "egern", "flag", "gren", "hylde",
    "kobber", "linje", "mel", "note", "orkan", "plante", "seng", "tind", "urt", "varde", "alge", "bark",
    "ankel", "bolle", "cirkel", "damp", "emne",
)  # fmt: skip
