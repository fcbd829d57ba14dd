"""The processes in which plays run: one per play, a few at a time, ended when nobody asks any more.

What a process knows it can be told anew: it is given all acts with every question. So one may end at any
time, and another server goes on with the same play.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowcase.errors import Conflict, FlowcaseError
from flowcase.modeling import Finding
from flowcase.modeling.process_archive import place_of
from flowcase.services.machines import apart
from flowcase.services.studio.played_files import digest_of

MOST = 3  # that one server keeps at once; the one that waited longest makes room
IDLE_SECONDS = 900.0
FIRST_SECONDS = 180.0  # to deploy the files
ACT_SECONDS = 20.0  # for one act; what loops without end is stopped then
AGAIN_SECONDS = 2.0  # more for each act that has to be done anew
MOST_BYTES = 16 * 1024**2  # of an answer

STAGE = "stage"  # in the folder of a play: its files, deployed
MOST_STAGES = 4  # sets of files whose stage a server keeps

# What the process of a play says to its server, which says it in the reader's language.
ONLY_FORWARD = "The clock goes forward only. Go back an act to be earlier."
NOT_OPEN = "The user task is not open any more."
NOT_TOLD_APART = "A scenario has no way to say which of these user tasks is meant."

_SERVER = "flowcase.scenarios.play_server"


class Getting(FlowcaseError):
    """The files are being deployed; the play is there in a moment."""


class Stopped(FlowcaseError):
    """It took too long and was ended; nothing of it counts."""


class Broken(FlowcaseError):
    """The process ended or cannot be used; the sentence is what it said last.

    `findings` are the errors of files that cannot be deployed, and so not played.
    """

    def __init__(self, said: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(said)


class Vanished(Broken):
    """The process ended instead of answering."""


@dataclass
class _Running:
    key: str
    child: subprocess.Popen[bytes]
    folder: Path
    stack: ExitStack
    digest: str  # of its files
    lock: threading.Lock = field(default_factory=threading.Lock)
    ready: threading.Event = field(default_factory=threading.Event)
    trouble: FlowcaseError | None = None
    used: float = 0.0

    def end(self) -> None:
        apart.end(self.child)
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.stack.close()


class PlayProcesses:
    """Safe for the threads of a server."""

    def __init__(
        self, *, first_seconds: float = FIRST_SECONDS, act_seconds: float = ACT_SECONDS, most: int = MOST
    ) -> None:
        self._running: dict[str, _Running] = {}
        self._spare: _Running | None = None  # that is being made ready for whoever begins with its files
        self._stages = _Stages()
        self._lock = threading.Lock()
        self._first_seconds, self._act_seconds, self._most = first_seconds, act_seconds, most
        self._is_watched = False

    def ask(
        self,
        key: str,
        files: Callable[[], Mapping[str, bytes]],
        question: Mapping[str, Any],
        *,
        patience: float,
    ) -> dict[str, Any]:
        """The answer of the play of this key, whose process is begun where there is none.

        Raises Getting when it is not there after `patience` seconds, Stopped, Broken, and Conflict when too
        many are at work. A process that was killed is begun once more.
        """
        try:
            return self._asked(key, files, question, patience)
        except Vanished:
            return self._asked(key, files, question, patience)

    def _asked(
        self,
        key: str,
        files: Callable[[], Mapping[str, bytes]],
        question: Mapping[str, Any],
        patience: float,
    ) -> dict[str, Any]:
        running = self._of(key, files, question["scene"])
        if not running.ready.wait(patience):
            raise Getting("The play is being made ready.")
        if running.trouble is not None:
            self.end(key)
            raise running.trouble
        if not running.lock.acquire(timeout=self._act_seconds):
            raise Conflict(f"play '{key}'", "another window is at it")
        try:
            return self._answered(running, question)
        except FlowcaseError:
            self.end(key)
            raise
        finally:
            running.lock.release()

    def end(self, key: str) -> None:
        """End the process of a play, if there is one."""
        with self._lock:
            running = self._running.pop(key, None)
        if running is not None:
            running.end()

    def end_all(self) -> None:
        for key in list(self._running):
            self.end(key)
        self._end_spare()
        self._stages.forget()

    def warm(self, files: Mapping[str, bytes]) -> None:
        """Somebody is about to play these files: make a process ready for that, and do not wait for it."""
        digest = digest_of(files)
        with self._lock:
            spare = self._spare
            if spare is not None and spare.digest == digest and spare.child.poll() is None:
                return
        self._end_spare()
        with self._lock:
            if self._spare is None:
                self._spare = spare = _begun("", files, digest, self._stages.of(digest))
                spare.used = time.monotonic()
                threading.Thread(target=self._prepare, args=(spare,), daemon=True).start()
                self._begin_to_watch()

    def _prepare(self, running: _Running) -> None:
        with running.lock, contextlib.suppress(FlowcaseError):  # who plays it hears what is wrong
            if "not_begun" not in _asked(running, {"prepare": True}, self._first_seconds):
                self._stages.keep(running.digest, running.folder / STAGE)

    def _end_spare(self) -> None:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()

    def _taken(self, key: str, files: Mapping[str, bytes]) -> _Running:
        """The spare process where it has these files, or a new one; called under the lock."""
        digest, spare = digest_of(files), self._spare
        if spare is not None and spare.digest == digest and spare.child.poll() is None:
            self._spare, spare.key = None, key
            return spare
        return _begun(key, files, digest, self._stages.of(digest))

    def _of(self, key: str, files: Callable[[], Mapping[str, bytes]], scene: Any) -> _Running:
        with self._lock:
            running = self._running.get(key)
            if running is not None and running.child.poll() is None:
                running.used = time.monotonic()
                return running
        self.end(key)
        content = files()
        with self._lock:
            if key not in self._running:
                self._make_room()
                self._running[key] = running = self._taken(key, content)
                threading.Thread(target=self._get_ready, args=(running, scene), daemon=True).start()
            running = self._running[key]
            running.used = time.monotonic()
            self._begin_to_watch()
        return running

    def _begin_to_watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            atexit.register(self.end_all)
            threading.Thread(target=self._watch, daemon=True).start()

    def _make_room(self) -> None:
        """End the one that was not asked for longest. Raises Conflict when all are at work."""
        if len(self._running) < self._most:
            return
        for each in sorted(self._running.values(), key=lambda each: each.used):
            if each.ready.is_set() and each.lock.acquire(blocking=False):
                try:
                    del self._running[each.key]
                    each.end()
                finally:
                    each.lock.release()
                return
        raise Conflict("play", "others are playing in this moment; try again in a minute")

    def _get_ready(self, running: _Running, scene: Any) -> None:
        with running.lock:
            try:
                found = _asked(running, {"scene": scene, "acts": []}, self._first_seconds)
                if "not_begun" in found:
                    findings = [Finding(**each) for each in found.get("findings", ())]
                    running.trouble = Broken(found["not_begun"], findings)
                else:
                    self._stages.keep(running.digest, running.folder / STAGE)
            except FlowcaseError as error:
                running.trouble = error
        running.ready.set()

    def _answered(self, running: _Running, question: Mapping[str, Any]) -> dict[str, Any]:
        number = len(question["acts"])
        return _asked(running, question, self._act_seconds + AGAIN_SECONDS * number)

    def _watch(self) -> None:
        while True:
            time.sleep(30)
            for each in list(self._running.values()):
                if time.monotonic() - each.used > IDLE_SECONDS and not each.lock.locked():
                    self.end(each.key)
            spare = self._spare
            if spare is not None and time.monotonic() - spare.used > IDLE_SECONDS:
                self._end_spare()


class _Stages:
    """Of the last few sets of files, each with its digest, the stage that was built from them."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def of(self, digest: str) -> Path | None:
        return self._folders.get(digest)

    def keep(self, digest: str, stage: Path) -> None:
        """A copy; nothing of one that holds a link, which no stage does."""
        with self._lock:
            if digest in self._folders or any(each.is_symlink() for each in stage.rglob("*")):
                return
            if not self._folders:
                self._home = self._stack.enter_context(apart.folder("stages"))
            while len(self._folders) >= MOST_STAGES:
                shutil.rmtree(self._folders.pop(next(iter(self._folders))), ignore_errors=True)
            shutil.copytree(stage, self._home / digest, symlinks=True)
            self._folders[digest] = self._home / digest

    def forget(self) -> None:
        with self._lock:
            self._folders.clear()
            self._stack.close()


def _begun(key: str, files: Mapping[str, bytes], digest: str, stage: Path | None) -> _Running:
    with ExitStack() as stack:
        folder = stack.enter_context(apart.folder("play"))
        for path, content in files.items():
            apart.write(folder / "processes", place_of(path), content)
        if stage is not None:
            with contextlib.suppress(OSError):  # it made room meanwhile: the process builds its own
                shutil.copytree(stage, folder / f"{STAGE}.kept", symlinks=True)
                (folder / f"{STAGE}.kept").rename(folder / STAGE)
        told = stack.enter_context((folder / "told").open("wb"))
        child = subprocess.Popen(
            [sys.executable, "-m", _SERVER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            env={**apart.surroundings(), "FLOWCASE_HOME": str(folder), "TMPDIR": str(folder)},
            start_new_session=True,
        )
        return _Running(key, child, folder, stack.pop_all(), digest)
    raise AssertionError("unreachable")


def _asked(running: _Running, question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    child = running.child
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(question).encode() + b"\n")
        child.stdin.flush()
        answer: dict[str, Any] = json.loads(b"".join(_line(child, seconds)))
    except TimeoutError:
        apart.end(child)
        raise Stopped(f"It took more than {seconds:g} seconds.") from None
    except (OSError, ValueError):
        apart.end(child)
        raise Vanished(_last_words(running.folder)) from None
    if "broken" in answer:
        raise Broken(answer["broken"])
    return answer


def _line(child: subprocess.Popen[bytes], seconds: float) -> Iterator[bytes]:
    """What it writes up to the end of a line. Raises TimeoutError, and ValueError when it ends."""
    assert child.stdout is not None
    until, size = time.monotonic() + seconds, 0
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not waiting.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            part = os.read(child.stdout.fileno(), 1 << 16)
            size += len(part)
            if not part or size > MOST_BYTES:
                raise ValueError("no answer")
            yield part
            if part.endswith(b"\n"):
                return


def _last_words(folder: Path) -> str:
    try:
        said = (folder / "told").read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        said = []
    return "\n".join(said[-5:])[:2000] or "The process that played was ended from outside."
