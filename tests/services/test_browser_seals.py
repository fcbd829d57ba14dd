"""What is sealed for a browser: by keys that are read now and then, since a vault may have them."""

from __future__ import annotations

import pytest

from flowcase.services.signing_in import browser_seals
from flowcase.services.signing_in.browser_seals import AGAIN, KEPT, BrowserSeals
from flowcase.store.keys import KeyUnusable

OLD, NEW = bytes(32), bytes([1]) * 32


class Vault:
    """Keys as a command of FLOWCASE_KEY_COMMAND brings them, counted."""

    def __init__(self) -> None:
        self.keys, self.asked, self.is_away = [OLD], 0, False

    def read(self) -> list[bytes]:
        self.asked += 1
        if self.is_away:
            raise KeyUnusable("FLOWCASE_KEY_COMMAND ended with 1")
        return self.keys


class Seconds:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(browser_seals.time, "monotonic", lambda: self.now)


def test_sign_ins_ask_a_vault_once_a_minute_and_go_on_while_it_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, vault = Seconds(monkeypatch), Vault()
    seals = BrowserSeals(vault.read)

    sealed = seals.seal(b"words", "place")
    assert seals.open(sealed, "place") == b"words" and vault.asked == 1
    seconds.now += KEPT + 1
    vault.is_away = True

    assert seals.open(seals.seal(b"more", "place"), "place") == b"more" and vault.asked == 2
    assert seals.open(sealed, "place") == b"words" and vault.asked == 2


def test_what_a_node_sealed_by_a_key_that_came_a_moment_ago_is_opened_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, vault = Seconds(monkeypatch), Vault()
    here, there = BrowserSeals(vault.read), BrowserSeals(lambda: [NEW, OLD])
    assert here.open(here.seal(b"words", "place"), "place") == b"words"
    vault.keys = [NEW, OLD]
    seconds.now += AGAIN + 1

    assert here.open(there.seal(b"words", "place"), "place") == b"words"
    asked = vault.asked
    assert here.open(there.seal(b"words", "place"), "another place") is None
    assert vault.asked == asked, "what is no seal asks the vault seldom"


def test_without_a_key_that_was_ever_read_nothing_is_sealed() -> None:
    vault = Vault()
    vault.is_away = True

    with pytest.raises(KeyUnusable):
        BrowserSeals(vault.read).seal(b"words", "place")
