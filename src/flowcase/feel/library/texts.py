"""String functions (DMN 1.5, section 10.3.4.3)."""

from __future__ import annotations

import re
from decimal import Decimal

from flowcase.feel import numbers
from flowcase.feel.errors import FeelLimitError, NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.regex import Match, Pattern, PatternError, compile_pattern
from flowcase.feel.runtime import Run


@builtin("substring(string: string, start position: number, length?: number)")
def _substring(run: Run, text: str, position: Decimal, length: Decimal | None = None) -> str:
    start = start_index(position, len(text))
    if length is None:
        return text[start:]
    if length < 1:
        raise NullResult("substring: the length is below 1")
    # Characters that the text does not have are not missed, as in the editors' FEEL and in Camunda's.
    return text[start : start + int(min(length, Decimal(len(text))))]


def start_index(position: Decimal, length: int) -> int:
    """The index of a position that counts from 1, or from the end when negative."""
    index = numbers.to_int(position)
    if not index or abs(index) > length:
        raise NullResult("the start position is not within the text or list")
    return index - 1 if index > 0 else length + index


@builtin("string length(string: string)")
def _string_length(run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def _upper_case(run: Run, text: str) -> str:
    return run.checked_text(text.upper())


@builtin("lower case(string: string)")
def _lower_case(run: Run, text: str) -> str:
    return run.checked_text(text.lower())


@builtin("substring before(string: string, match: string)")
def _substring_before(run: Run, text: str, match: str) -> str:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def _substring_after(run: Run, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def _contains(run: Run, text: str, match: str) -> bool:
    run.charge(len(text) >> 6)
    return match in text


@builtin("starts with(string: string, match: string)")
def _starts_with(run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends_with(run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string)")
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return _pattern("matches", pattern, flags, run).search(text, run.charge) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)")
def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    compiled = _pattern("replace", pattern, flags, run)
    if compiled.search("", run.charge) is not None:
        raise NullResult("replace: the pattern matches the empty string")
    parts: list[str] = []
    template = [(replacement, -1)] if "q" in (flags or "") else _template(replacement, compiled.groups)
    length = len(text)
    position = 0
    for match in compiled.find_all(text, run.charge):
        parts.append(text[position : match.start])
        filled = "".join(_filled(template, match, text))
        parts.append(filled)
        position = match.end
        length += len(filled)
        if length > 2 * run.limits.text_length:
            raise FeelLimitError("text_length", run.limits.text_length)
    parts.append(text[position:])
    return run.checked_text("".join(parts))


@builtin("split(string: string, delimiter: string)")
def _split(run: Run, text: str, delimiter: str) -> list[str]:
    compiled = _pattern("split", delimiter, None, run)
    if compiled.search("", run.charge) is not None:
        raise NullResult("split: the delimiter matches the empty string")
    parts, position = [], 0
    for match in compiled.find_all(text, run.charge):
        parts.append(text[position : match.start])
        position = match.end
    parts.append(text[position:])
    return run.checked_list(parts)


def _pattern(function: str, pattern: str, flags: str | None, run: Run) -> Pattern:
    run.charge(2 * len(pattern))
    try:
        return compile_pattern(pattern, flags or "")
    except PatternError as problem:
        raise NullResult(f"{function}: {problem}") from None


_REFERENCE = re.compile(r"\\(.?)|\$([0-9]*)", re.DOTALL | re.ASCII)


def _template(replacement: str, groups: int) -> list[tuple[str, int]]:
    """The replacement as literal texts and numbers of groups."""
    parts: list[tuple[str, int]] = []
    position = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append((replacement[position : found.start()], -1))
        position = found.end()
        escaped, digits = found.groups()
        if digits is None:
            if escaped not in ("\\", "$") or not escaped:
                raise NullResult("replace: a '\\' in the replacement escapes neither '\\' nor '$'")
            parts.append((escaped, -1))
            continue
        if not digits:
            raise NullResult("replace: a '$' in the replacement has no number")
        # As many digits as name a group that there is, at least one; the others are text.
        used = 1
        while used < len(digits) and int(digits[: used + 1]) <= groups:
            used += 1
        parts.append(("", int(digits[:used])))
        parts.append((digits[used:], -1))
    parts.append((replacement[position:], -1))
    return [part for part in parts if part[0] or part[1] >= 0]


def _filled(template: list[tuple[str, int]], match: Match, text: str) -> list[str]:
    filled = []
    for literal, group in template:
        if group < 0:
            filled.append(literal)
        elif group < len(match.groups) and match.groups[group][0] >= 0:
            start, end = match.groups[group]
            filled.append(text[start:end])
    return filled


@builtin("string join(list: list, delimiter?: string|null)")
def _string_join(run: Run, items: list, delimiter: str | None = None) -> str:
    texts = [item for item in items if item is not None]
    if not all(type(item) is str for item in texts):
        raise NullResult("string join: the list has items that are no strings")
    length = sum(map(len, texts)) + len(delimiter or "") * max(0, len(texts) - 1)
    if length > run.limits.text_length:
        raise FeelLimitError("text_length", run.limits.text_length)
    return run.checked_text((delimiter or "").join(texts))
