"""Guests: who looks at one item of a meeting by a guest link, without an account; what they are called."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.groups import group_name

_KIND = "gaest"
_WORD = {"da": "gæst", "en": "guest"}
UNKNOWN = Actor(_KIND, kind="service")  # has not confirmed yet who they are


def guest_actor(recipient: str) -> Actor:
    """The actor of what somebody does who is invited as this unit or person."""
    return Actor(f"{_KIND}:{recipient}", kind="service")


def is_guest(id: str) -> bool:
    return id == _KIND or id.startswith(f"{_KIND}:")


def guest_name(id: str, language: str) -> str:
    """`gæst (PPR)`; a word alone for who has not confirmed who they are."""
    word, recipient = _WORD[language], id.partition(":")[2]
    return f"{word} ({group_name(recipient, language)})" if recipient else word
