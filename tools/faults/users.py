"""People who work while faults happen: they complete user tasks over the API and remember the answers."""

from __future__ import annotations

import collections
import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

CUT_OFF = (OSError, urllib.error.URLError, http.client.HTTPException)  # killed before or within an answer
_FASTER = HTTPStatus.CONFLICT  # another one has done it


class Users:
    """So many people at once, each with a pause for thought, until told to stop."""

    def __init__(
        self, addresses: list[str], token: str, count: int, seed: int, *, thought: tuple[float, float]
    ) -> None:
        self.acknowledged: collections.Counter[str] = collections.Counter()
        self.answers: collections.Counter[int] = collections.Counter()  # HTTP status -> how often
        self.told: collections.Counter[str] = collections.Counter()  # what a refusal said
        self.unanswered = 0
        self.last_success = 0.0
        self._addresses, self._token, self._thought = addresses, token, thought
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(seed + nr), nr), daemon=True)
            for nr in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def until_one_succeeds(self, seconds: float = 60) -> float:
        """Wait until somebody's completion is acknowledged; the seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.last_success > began:
                return self.last_success - began
            time.sleep(0.02)
        return seconds

    def _work(self, chance: random.Random, nr: int) -> None:
        ask = asking(self._addresses[nr % len(self._addresses)], self._token)
        while not self._stop.wait(chance.uniform(*self._thought)):
            try:
                rows = ask("/user-tasks")
                if rows:
                    self._complete(ask, chance.choice(rows)["id"])
            except urllib.error.HTTPError as error:
                self._note(error)
            except (*CUT_OFF, ValueError):
                with self._lock:
                    self.unanswered += 1  # outcome unknown: it may or may not have happened

    def _complete(self, ask: Callable[..., Any], id: str) -> None:
        try:
            ask(f"/user-tasks/{id}/complete", {"values": {}})
        except urllib.error.HTTPError as error:
            if error.code != _FASTER:
                raise
            self._note(error)
        else:
            with self._lock:
                self.acknowledged[id] += 1
                self.answers[HTTPStatus.NO_CONTENT] += 1
                self.last_success = time.monotonic()

    def _note(self, error: urllib.error.HTTPError) -> None:
        try:
            said = json.loads(error.read()).get("detail", "")
        except (ValueError, *CUT_OFF):
            said = ""
        with self._lock:
            self.answers[error.code] += 1
            if error.code != _FASTER:
                self.told[f"{error.code}: {said}"] += 1


def asking(address: str, token: str) -> Callable[..., Any]:
    """`ask(path, body)` at one node; what it answers, read as JSON."""

    def ask(path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{address}/api{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=90) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    return ask
