"""Looks for secrets in what is committed: keys, tokens and passwords by their look."""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditing.licences import ROOT, rules

MOST_BYTES = 4 * 1024 * 1024

# what it is -> how it looks; a group named `value` is what has to look random
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}\b"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b"),
    "an npm token": re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"),
    "a PyPI token": re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}"),
    "a Stripe key": re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}\b"),
    "a signed web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a webhook's secret": re.compile(r"\bwhsec_[A-Za-z0-9+/]{40,}={0,2}"),
    "a password in an address": re.compile(r"://[^\s/:@'\"{}<>$]{1,80}:(?P<value>[^\s/@'\"{}<>$]{8,80})@"),
    "an assigned secret": re.compile(
        r"(?i)(?:secret|password|passwd|token|api_?key|private_?key|adgangskode)[\w-]*\s*[:=]\s*"
        r"[\"'](?P<value>[A-Za-z0-9+/_=-]{20,})[\"']"
    ),
    "an installation key": re.compile(r"FLOWCASE_KEY\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9+/]{43}=)"),
}
# A text without this is not searched for that: most have none.
_HINTS = {
    "an AWS key": "IA",
    "a GitLab token": "glpat-",
    "a Slack token": "xox",
    "an npm token": "npm_",
    "a PyPI token": "pypi-",
    "a Stripe key": "k_live_",
    "a signed web token": "eyJ",
    "a webhook's secret": "whsec_",
}
_LEAST_BITS = 3.5  # for each character: what people write as an example has fewer


@dataclass(frozen=True)
class Found:
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: looks like {self.what}"


def committed(root: Path = ROOT) -> list[str]:
    """Every file that git knows, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    return sorted(set(listed.stdout.decode().split("\0")) - {""})


def scan(root: Path = ROOT) -> Iterator[Found]:
    allowed = rules().get("not_secret", [])
    for path in committed(root):
        file = root / path
        if not file.is_file() or file.is_symlink() or file.stat().st_size > MOST_BYTES:
            continue
        content = file.read_bytes()
        if b"\0" in content[:8000]:
            continue
        text = content.decode("utf-8", "replace")
        for found, said in look(path, text):
            if not any(path.startswith(each["path"]) and each["text"] in said for each in allowed):
                yield found


def look(path: str, text: str) -> Iterator[tuple[Found, str]]:
    """What looks like a secret in a text, with the words themselves. They are printed nowhere."""
    for what, pattern in PATTERNS.items():
        if _HINTS.get(what, "") not in text:
            continue
        for match in pattern.finditer(text):
            value = match.groupdict().get("value")
            if value is not None and _bits(value) < _LEAST_BITS:
                continue
            line = text.count("\n", 0, match.start()) + 1
            yield Found(path, line, what), match.group()


def _bits(text: str) -> float:
    """Shannon's entropy of a character."""
    counts = Counter(text)
    return -sum(number / len(text) * math.log2(number / len(text)) for number in counts.values())
