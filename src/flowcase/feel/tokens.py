"""Cutting FEEL text into tokens with their positions (DMN 1.5, section 10.3.1.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

from flowcase.feel.errors import FeelSyntaxError, line_and_column
from flowcase.feel.limits import MAX_SOURCE, MAX_TOKENS


class Token(NamedTuple):
    """One token; `kind` is word, number, string, at, op or end."""

    kind: str
    text: str  # for string and at: the value with escapes resolved
    start: int
    end: int
    space: bool  # white space stands before it


_SPACE = "\\s\u0085\u180e\u200b\ufeff"
_WORD_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
)
_WORD_START += "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_WORD_PART = _WORD_START.replace("?", "") + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_TOKEN = re.compile(
    rf"""(?P<space>(?:[{_SPACE}]|//[^\n]*|/\*.*?\*/)+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>\?|[{_WORD_START.replace("?", "")}][{_WORD_PART}]*)
    |(?P<string>@?"(?:[^"\\]|\\.)*")
    |(?P<op>\.\.\.|\.\.|\*\*|<=|>=|!=|->|/(?!\*)|[-+*=<>()\[\]{{}},.:|'])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("([\ud800-\udbff])([\udc00-\udfff])|([\ud800-\udfff])")


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, the last one of kind `end`. Raises FeelSyntaxError."""
    if len(text) > MAX_SOURCE:
        raise FeelSyntaxError(f"the text is longer than {MAX_SOURCE} characters", 1, 1, text[:80])
    tokens: list[Token] = []
    offset, space, match = 0, False, _TOKEN.match
    while offset < len(text):
        found = match(text, offset)
        if found is None:
            raise _unreadable(text, offset)
        kind, end = found.lastgroup or "", found.end()
        if kind == "space":
            space = True
        else:
            raw = found.group()
            if kind == "string":
                kind = "at" if raw[0] == "@" else "string"
                raw = _unescape(raw[2:-1] if kind == "at" else raw[1:-1], text, offset)
            tokens.append(Token(kind, raw, offset, end, space))
            space = False
        offset = end
    if len(tokens) > MAX_TOKENS:
        raise FeelSyntaxError(f"the text has more than {MAX_TOKENS} words and signs", 1, 1, text[:80])
    tokens.append(Token("end", "", len(text), len(text), space))
    return tokens


def _unreadable(text: str, offset: int) -> FeelSyntaxError:
    line, column = line_and_column(text, offset)
    rest = text[offset:]
    if rest.startswith(('"', '@"')):
        return FeelSyntaxError("a string is not closed", line, column, text)
    if rest.startswith("/*"):
        return FeelSyntaxError("a comment is not closed", line, column, text)
    return FeelSyntaxError(f"found the unknown character '{rest[0]}'", line, column, text)


def _unescape(body: str, text: str, offset: int) -> str:
    if "\\" in body:
        body = _ESCAPE.sub(_replace_escape, body)
    if any("\ud800" <= char <= "\udfff" for char in body):
        body = _SURROGATES.sub(_join_surrogates, body)
    if "\0" in body or any("\ud800" <= char <= "\udfff" for char in body):
        raise FeelSyntaxError("a string has an impossible character", *line_and_column(text, offset), text)
    return body


def _replace_escape(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else "\0"
    # An unknown escape keeps its backslash: regular expressions are written "\d" as often as "\\d".
    return _SIMPLE.get(code, "\\" + code)


def _join_surrogates(found: re.Match[str]) -> str:
    high, low, lone = found.groups()
    if lone:
        return lone
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (ord(low) - 0xDC00))
