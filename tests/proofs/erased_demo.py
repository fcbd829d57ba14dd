"""`make erased-demo`: erases cases of the demonstration as people would, then looks for their words.

    python -m tests.proofs.erased_demo HOME [CASE ...]

Made on a copy of the installation, with its web server and worker running and logging: a case is read,
commented with a colleague named (who is told by mail, at the second try), given a document, a CPR number and
a child's own words; the operator proposes the erasure at the terminal, the head of authority says yes on the
page, the operator carries it out. Then every file of the installation (database, write-ahead log, mails), the
logs, a backup, exports in every format and the pages are searched for its names, CPR numbers and texts, for
the keys that were destroyed and for the hashes that found it. What is searched must have been there: a mail,
lines of log, frames of the write-ahead log. The chain must verify and every indicator count as before, small
groups included. Ends with 1 when anything is found.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import http.cookiejar
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard
from sqlalchemy import select

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.entities import ENTITIES
from flowcase.demo.preparing import SIGN_INS
from flowcase.history.indicators.material import Question
from flowcase.history.indicators.reports import SMALLEST_GROUP, compute
from flowcase.services.case_files.documents import Given
from flowcase.store import tables
from flowcase.store.queries import records
from flowcase.values import to_json
from tests.ports import free_port
from tests.proofs.search_installation import SHORTEST, only_words, texts
from tests.proofs.searching import found_in

READS, APPROVES = "vera.revisor", "anders.myn"
REASON = "opbevaring_udloebet"
FORMATS = ("xes", "ocel", "csv", "jsonl")
JOURNAL = "journal"  # another system, whose folder happens to lie in the demonstration's home
MARKED = (
    "Zanderline Kvistgaardmark ringede om pulterkammeret",
    "Jeg gemmer mig hos moster Ørnhild på Fanø",
    "udtalelse-kvistgaardmark.txt",
    "Klasselaereren saa maerker paa haandleddet",
    "290216-4987",
)
MAIL = "mail"  # the folder that a demonstration's mails are kept in
SECONDS = 60


@dataclass
class Tried:
    """What was done and what was found."""

    cases: Sequence[str]
    words: set[str] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)  # place -> bytes that were searched
    found: dict[str, list[str]] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)  # files that were handed over before
    log_before: int = 0  # bytes of the write-ahead log after the erasure, before it was emptied

    def look(self, place: str, content: bytes, extra: Sequence[bytes] = ()) -> None:
        self.places[place] = self.places.get(place, 0) + len(content)
        hits = found_in(content, self.words) + [each.hex()[:12] for each in extra if each in content]
        if hits:
            self.found.setdefault(place, []).extend(hits)


def try_out(home: Path, cases: Sequence[str]) -> Tried:
    """On this very installation: hand in a copy."""
    with _opened(home) as flow:
        chosen = list(cases) or _closed(flow)
        tried = Tried(chosen)
        documents = {_write_about(flow, case) for case in chosen}
        counted = _indicators(flow)
        of_streams = _texts_of_streams(flow)
        keys = _column(flow, tables.stream.c.id, tables.stream.c.wrapped_key)
        hashes = _hashes(flow)
    passwords = dict(line.split()[:2] for line in (home / SIGN_INS).read_text("utf-8").splitlines() if line)
    in_the_way = home / MAIL
    in_the_way.write_bytes(b"")  # a file where the folder should be: the first try fails, and is logged
    with _served(home) as (address, logs):
        reader = _Browser(address, READS, passwords[READS])
        for case in chosen:
            _pages_of(reader, case)
        _wait_for("a line of log about mails that cannot be kept", lambda: any(_size(log) for log in logs))
        in_the_way.unlink()
        _wait_for(f"{len(chosen)} mails", lambda: len(list(in_the_way.glob("*.eml"))) >= len(chosen))
        streams = _erase(home, address, passwords[APPROVES], chosen)
        pages = b"".join(_pages_of(reader, case, is_erased=True) for case in chosen)
        approver = _Browser(address, APPROVES, passwords[APPROVES])
        pages += _pages_of(approver, chosen[0], is_erased=True, is_auditor=False)
        tried.log_before = (home / "flowcase.sqlite-wal").stat().st_size
    with _opened(home) as flow:
        others = set().union(*(found for stream, found in of_streams.items() if stream not in streams))
        mine = set().union(documents, *(of_streams.get(stream, set()) for stream in streams))
        missing = [word for word in MARKED if not any(word in each for each in mine)]
        elsewhere = "\n".join(others | _staff(flow))  # *Mosevej 4* lies in another family's *Mosevej 45*
        tried.words = only_words(flow, {word for word in mine | {*MARKED} if word not in elsewhere})
        gone = [each for stream in streams if (each := keys.get(stream))]
        left = set(_hashes(flow).values())
        gone += [digest for record, digest in hashes.items() if digest not in left]
    if missing:
        raise SystemExit(f"Expected to look for {missing}, but they were never there.")
    if not tried.log_before:
        raise SystemExit("Expected frames in the write-ahead log, but it is empty.")
    said = _flowcase(home, "db", "clean")
    _search(tried, home, logs, pages, gone)
    said += _flowcase(home, "verify")
    print(said.strip())
    empty = [place for place in ("logs", f"folder {MAIL}") if not tried.places.get(place)]
    if empty:
        raise SystemExit(f"Expected something to search in {empty}, but there is nothing.")
    with _opened(home) as flow:
        after = _indicators(flow)
    differ = sorted(id for id in counted if counted[id] != after[id])
    if differ:
        tried.found["indicators that count otherwise"] = differ
    return tried


def _closed(flow: Flowcase) -> list[str]:
    rows = flow.cases.list(actor=SYSTEM)
    return [row.code for row in rows if row.closed_at is not None and row.caseworker is not None]


def _write_about(flow: Flowcase, case: str) -> str:
    """A comment that names a colleague, a document, a CPR number and the child's own words, marked.

    Returns what the document says when it is read.
    """
    worker = flow.people.actor(flow.cases.get(case, actor=SYSTEM).caseworker or "")
    flow.notices.choose(
        address=f"{worker.id}@kommune.dk", digest_at="07:30", ways={"omtaler": "straks"}, actor=worker
    )
    flow.comments.add(f"{MARKED[0]} @{worker.id}", case=case, actor=SYSTEM)
    document = flow.documents.add_to_case(case, Given(MARKED[2], MARKED[3].encode()), actor=worker)
    flow.cases.add_record("Barn", {"cpr": MARKED[4]}, case=case, actor=SYSTEM)
    flow.cases.add_record("Boernesamtale", {"barnets_ord": MARKED[1]}, case=case, actor=SYSTEM)
    return flow.documents.read(document, actor=worker)[1].decode()


def _texts_of_streams(flow: Flowcase) -> dict[str, set[str]]:
    """Stream -> every confidential text in its records, as they are and were, and in its events."""
    found: dict[str, set[str]] = {}
    with flow.store.reading(flow.clock.now()) as tx:
        for entity in ENTITIES:
            for row in records.records(tx, entity=entity):
                found.setdefault(row.stream, set()).update(texts(dict(row.secret)))
    for row in flow.history.everything():
        if row.event is not None:
            secret = getattr(row.event, "secret", None) or {}
            said = [getattr(row.event, name, "") for name in ("text", "reason", "comment")]
            found.setdefault(row.stream, set()).update(texts(to_json(dict(secret))), texts(said))
    return found


def _staff(flow: Flowcase) -> set[str]:
    return {str(row.name) for row in flow.people.list(only_active=False)}


def _column(flow: Flowcase, *columns: Any) -> dict[str, Any]:
    with flow.store.reading(flow.clock.now()) as tx:
        return {row[0]: row[1] for row in tx.rows(select(*columns))}


def _hashes(flow: Flowcase) -> dict[str, bytes]:
    table = tables.search_key
    with flow.store.reading(flow.clock.now()) as tx:
        rows = tx.rows(select(table.c.record, table.c.attribute, table.c.digest))
        return {f"{row.record}.{row.attribute}.{row.digest.hex()}": row.digest for row in rows}


def _indicators(flow: Flowcase) -> dict[str, Any]:
    """Every figure of the last 800 days at one instant, small groups too: hidden ones could hide a change."""
    today = dt.date.today()
    question = Question(today - dt.timedelta(days=800), today)
    now = dt.datetime.combine(today, dt.time(), tzinfo=dt.UTC)
    indicators = flow.indicators

    def work(tx: Any) -> dict[str, Any]:
        material = indicators._material(tx, question)
        everything = {**material.settings, SMALLEST_GROUP: 0}
        return compute(dataclasses.replace(material, now=now, settings=everything), question)

    return indicators._transactions.read(work)


def _wait_for(what: str, is_there: Callable[[], bool]) -> None:
    """A mail that failed is tried again a minute later."""
    until = time.monotonic() + 3 * SECONDS
    while not is_there():
        if time.monotonic() > until:
            raise SystemExit(f"Expected {what}, but the worker came to nothing.")
        time.sleep(0.2)


def _size(path: Path) -> int:
    return path.stat().st_size


def _erase(home: Path, address: str, password: str, cases: Sequence[str]) -> set[str]:
    """Proposed at the terminal, approved on the page, carried out at the terminal; the streams that went."""
    approver, streams = _Browser(address, APPROVES, password), set[str]()
    for case in cases:
        _flowcase(home, "erase", case, "--reason", REASON)
        page = approver.get("/opbevaring")
        places = re.findall(r'action="(/opbevaring/forslag/[0-9a-z]+)"', page)
        for place in dict.fromkeys(places):
            approver.post(place, {"svar": "ja", "csrf_token": _token(page)})
        done = json.loads(_flowcase(home, "erase", case, "--reason", REASON, "--json"))
        streams |= set(done["erased"]["streams"])
    return streams


def _pages_of(browser: _Browser, case: str, *, is_erased: bool = False, is_auditor: bool = True) -> bytes:
    """What its pages and the lists say; those of an erased case may be refused or not there."""
    lists = ["/sager", "/opgaver", "/beskeder", "/indikatorer", "/opbevaring"]
    of_case = [f"/sager/{case}", f"/sager?kode={case}", f"/sager/{case}/sagsakt"]
    if is_auditor:
        lists.append("/revision")
        of_case += [f"/revision?sag={case}&formaal=tilsyn", f"/revision/sager/{case}"]
    said = [browser.get(path) for path in lists]
    said += [browser.get(path, also=(403, 404, 410) if is_erased else ()) for path in of_case]
    return "\n".join(said).encode()


def _search(tried: Tried, home: Path, logs: Sequence[Path], pages: bytes, gone: Sequence[bytes]) -> None:
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        if path.relative_to(home).parts[0] == JOURNAL:
            tried.journal += [path.name] if found_in(path.read_bytes(), tried.words) else []
        else:
            place = path.relative_to(home)
            name = f"folder {place.parts[0]}" if len(place.parts) > 1 else f"file {place}"
            tried.look(name, path.read_bytes(), gone)
    for log in logs:
        tried.look("logs", log.read_bytes(), gone)
    tried.look("pages", pages)
    with tempfile.TemporaryDirectory() as folder:
        backup = Path(folder) / "backup"
        _flowcase(home, "db", "backup", str(backup))
        with backup.open("rb") as packed:
            tried.look("a new backup", zstandard.ZstdDecompressor().stream_reader(packed).read(), gone)
        for format in FORMATS:
            target = Path(folder) / format
            _flowcase(
                home, "export", "--format", format, "--class", "K2", "--actors", "--output", str(target)
            )
            tried.look(f"export {format} K2", target.read_bytes())
    for path in home.glob("flowcase.sqlite*"):
        tried.look(f"file {path.name}", path.read_bytes(), gone)


# --- the installation from outside -----------------------------------------------------------------


@contextlib.contextmanager
def _opened(home: Path) -> Iterator[Flowcase]:
    flow = bootstrap.open(config.load(home=home))
    try:
        yield flow
    finally:
        flow.close()


def _flowcase(home: Path, *arguments: str) -> str:
    done = subprocess.run(_command(home, *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"flowcase {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "flowcase", "--home", str(home), *arguments]


@contextlib.contextmanager
def _served(home: Path) -> Iterator[tuple[str, list[Path]]]:
    """Web server and worker; both log to files beside the installation."""
    port = free_port()
    logs = [home.with_name(f"{name}.log") for name in ("web", "worker")]
    commands = (("serve", "--port", str(port)), ("worker",))
    processes = []
    for command, log in zip(commands, logs, strict=True):
        with log.open("wb") as out:
            processes.append(subprocess.Popen(_command(home, *command), stdout=out, stderr=out))
    try:
        _wait(f"http://127.0.0.1:{port}/log-paa")
        yield f"http://127.0.0.1:{port}", logs
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(SECONDS)


def _wait(address: str) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=SECONDS).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


class _Browser:
    """Somebody who is signed in."""

    def __init__(self, address: str, person: str, password: str) -> None:
        self._address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        token = _token(self.get("/log-paa"))
        page = self.post("/log-paa", {"bruger": person, "adgangskode": password, "csrf_token": token})
        if 'name="adgangskode"' in page:
            raise SystemExit(f"Expected to sign in as {person}, but the page asks again.")

    def get(self, path: str, also: Sequence[int] = ()) -> str:
        """The page. Ends everything when its status is none of 200 and `also`."""
        return self._answer(urllib.request.Request(self._address + path), also)

    def post(self, path: str, values: Mapping[str, str]) -> str:
        data = urllib.parse.urlencode(values).encode()
        return self._answer(urllib.request.Request(self._address + path, data=data))

    def _answer(self, request: urllib.request.Request, also: Sequence[int] = ()) -> str:
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            if error.code not in also:
                raise SystemExit(
                    f"Expected {request.full_url} to answer, but it says {error.code}."
                ) from error
            with error:
                return error.read().decode("utf-8", "replace")


def _token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def main(arguments: list[str]) -> int:
    if not arguments:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(arguments[0], home)
        tried = try_out(home, arguments[1:])
    searched = sum(tried.places.values())
    print(
        f"Erased {', '.join(tried.cases)}: {len(tried.words)} names, numbers and texts of at least {SHORTEST}"
    )
    print(f"characters looked for in {len(tried.places)} places, {searched:,} bytes")
    print(f"(the write-ahead log held {tried.log_before:,} bytes before it was emptied):")
    for place, size in tried.places.items():
        print(f"  {place} ({size:,} bytes): {len(tried.found.get(place, ()))} found")
    for place, hits in tried.found.items():
        print(f"FOUND in {place}: {hits[:10]}")
    print(f"Handed to the journal before, and its own to keep: {len(tried.journal)} files.")
    return 1 if tried.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
