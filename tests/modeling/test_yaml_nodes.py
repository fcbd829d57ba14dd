"""YAML that is read with libyaml's help has the values, places and errors of PyYAML's own parser.

One document again: FLOWCASE_YAML_SEED with FLOWCASE_YAML_DOCUMENTS=1.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import flowcase
from flowcase import bounded_yaml, yaml_nodes
from flowcase.bounded_yaml import BoundedLoader
from flowcase.config import shipped_processes
from flowcase.modeling.yaml_places import PlainLoader, compose_marked, construct
from tests.security.test_hostile_yaml import ATTACKS, ONLY_OF_DATES

DOCUMENTS = int(os.environ.get("FLOWCASE_YAML_DOCUMENTS", "500"))
LOADERS = (BoundedLoader, PlainLoader, yaml.SafeLoader)
OURS = [*Path(flowcase.__file__).parent.rglob("*.yaml"), *shipped_processes().rglob("*.yaml")]
SHIPPED = sorted(file for file in OURS if "node_modules" not in file.parts)
IN_TESTS = sorted(Path(__file__).parents[1].rglob("*.yaml"))
ATTACKING = ["\n".join(lines) + "\n" for lines in [*ATTACKS.values(), *ONLY_OF_DATES.values()]]
DEEP = ["[" * 10_000 + "]" * 10_000, "{a: " * 10_000, "- " * 10_000, "? " * 10_000]
HOSTILE = [
    "[" * 99 + "]" * 99,
    *("- " * 99 + "x", "- " * 100 + "x", "- &a x\n- " + "- " * 98 + "*a", "- &a x\n- " + "- " * 99 + "*a"),
    *("a: " + "x" * 50_000, "a: '" + "x" * 50_000 + "'", "k" * 1024 + ": 1", "k" * 1025 + ": 1"),
    *("'" + "k" * 1030 + "': 1", "{" + "k" * 1030 + ": 1}", "? " + "k" * 1030 + "\n: 1"),
    *("a:\tb\n", "\ta: b\n", "a: b\t\n", "a:\n\t- b\n", "- \tb", "{a:\tb}", "'a\tb'", "a: |\n\tb\n"),
    *("a: \0b", "a: \x01", "a: \x7f", "a: \x85b", "a: \u2028b", "a: \ud800", "a: \ufffe", "a: \U0001f600"),
    *("\ufeffa: b", "a: \ufeffb", "a: b\r\nc: d\r\n", "a: b\rc: d\r", "'a\r\n b'", "a: |\r\n  b\r\n"),
    *("a: 'b", 'a: "b', "a: [b", "a: {b", "a: [b}", "a: b]", "a: 'b' c", "a: [b] c", "a: b: c", "- a\nb: c"),
    *("---\na: b\n...\n", "--- a", "---\n---\n", "a\n---\nb\n", "a\n...\nb\n", "...\n", "---", "--- |\n a\n"),
    *("%YAML 1.1\n---\na: b\n", "%YAML 2.0\n---\na\n", "%TAG !e! tag:x,2000:\n---\n!e!a b\n", "%X\n---\na\n"),
    *("", "\n", " ", "#", "# a\n", "~", "a"),
    *("-", "- ", "?", ":", "a:", "[", "a:\n  b\n c\n", "a:\n  - b\n - c"),
    *("[1_000, 0o7, 010, 0b11, 0x1F, +1, -0, 1e3, 1.e+3, .5, 1:30, 190:20:30, 1:30.5, 08, 0_, 1__0]\n",),
    *("[yes, No, on, OFF, y, n, true, True, TRUE, null, ~, Null, NULL, =, <<, '', .nan, .Inf, -.inf]\n",),
    *("[2024-01-01, 2024-01-01 09:00:00, 2024-1-1T9:00:00Z, 2024-13-01, 0000-00-00, 2024-01-01 25:00:00]\n",),
    *("{a: 1, a: 2}", "a: 1\na: 2\n", "{[a]: 1}", "{{a: b}: 1}", "{a: &x 1, b: *x, <<: {c: 1}}", "<<: 1\n"),
    *("&a a: *a", "- &a x\n- &a y", "- *a\n- &a x", "&a [*a]"),
    *("&a", "- &a\n- *a", "*a : b", "- & a", "- * a"),
    *("!!str 1", "!!int x", "!!map [a]", "!!seq {a: b}"),
    *("! 1", "!a!b c", "!<tag:x> y", "!!binary =", "!!float 1"),
    *("[a?b]", "[?a]", "[? a]", "[?]", "{a?: b}", "{a: }"),
    *("{a:}", "{a}", "{: a}", "{a:b}", '{"a":b}', "[a:]"),
    *("[-]", "[- a]", "[-1]", "[a, , b]", "[,]"),
    *("{,}", "[a b: c]", "[a#b, c #d\n]", "a: b#c", "a: b #c", "a #b: c"),
    *("|\n a\n", "|# b\n a", "| # b\n a", "|+\n a\n\n", ">-\n a\n b\n"),
    *("|3\n   a\n", "|0\n a", "|9\n a", "a: |\nb", ">x"),
    *('"\\x41\\u00e6\\U0001F600"', '"\\ud800"', '"\\q"', '"\\\n a"'),
    *('"\\/"', '"\\x4"', "'it''s'", '"a\n\n b"', '"\\L\\P"'),
    *("http://a.b/c?d#e: f", "a::b", "a: :b", "a: -b", "- -b", "a: - b"),
    *("@a", "`a", "%a", "a: %b", "a: @b", "- --- a"),
]  # fmt: skip
BYTES = [
    b"\xff",
    b"a: \xe6",
    b"a: \xed\xa0\x80",
    b"\xef\xbb\xbfa: b",
    "a: æ".encode("utf-16"),
    "a: æ€\n".encode(),
]
BITS = [
    *("a", "b", "x: ", "- ", "? ", ":", "-", "?", "["),
    *("]", "{", "}", ",", " ", "  ", "\n", "\n  ", "\n\n", "#"),
    *(" # c", "|", "|-", ">", "2", ">-\n", "'", '"'),
    *("\\", "&a ", "*a", "<<: ", "!", "!!str ", "%", "---\n", "..."),
    *("\t", "\r\n", "\x00", "\ufeff", "\ud800", "æ", "€"),
    *("1:30", "0x1F", ".nan", "2024-99-99", "yes", "~", "k" * 1030),
    *("key: value\n", "  - item\n", "{a: b}", "[a, b]"),
    *("{a: }", "[? a : b]", "a#b", "http://x/y?z", "\u00a0"),
]  # fmt: skip


def test_there_is_libyaml_here() -> None:
    assert yaml_nodes.CParser is not None


@pytest.mark.parametrize("files", [SHIPPED, IN_TESTS], ids=["shipped", "in tests"])
def test_every_file_is_read_with_the_same_values_at_the_same_places(files, monkeypatch):
    assert len(files) > 50

    for file in files:
        content = file.read_bytes()
        _compare(content, PlainLoader, monkeypatch, str(file))
        assert _is_read_by_libyaml(content), file


@pytest.mark.parametrize("loader", LOADERS)
def test_hostile_documents_are_read_or_refused_in_the_same_words(loader, monkeypatch):
    texts = [*HOSTILE, *([*ATTACKING, *DEEP] if loader is BoundedLoader else [])]
    for content in [*texts, *(each.encode() for each in HOSTILE if "\ud800" not in each), *BYTES]:
        _compare(content, loader, monkeypatch, repr(content[:300]))


def test_random_documents_are_read_or_refused_in_the_same_words(monkeypatch):
    first = int(os.environ.get("FLOWCASE_YAML_SEED", random.randrange(10**9)))
    texts = [file.read_text("utf-8").splitlines(True) for file in SHIPPED]
    read = 0

    for seed in range(first, first + DOCUMENTS):
        chance = random.Random(seed)
        text = _document(chance, texts)
        _compare(text, chance.choice(LOADERS), monkeypatch, f"FLOWCASE_YAML_SEED={seed}: {text!r}")
        read += _is_read_by_libyaml(text)

    print(f"seed {first}: libyaml read {read} of {DOCUMENTS} documents")
    assert DOCUMENTS < 100 or read > DOCUMENTS / 10


def test_values_are_those_of_the_pure_reader(monkeypatch):
    for content in [*HOSTILE, *BYTES]:
        both = [_outcome(lambda content=content: _plain(yaml_nodes.safe_load(content)))]
        with monkeypatch.context() as without:
            without.setattr(yaml_nodes, "CParser", None)
            both.append(_outcome(lambda content=content: _plain(yaml_nodes.safe_load(content))))
        both.append(_outcome(lambda content=content: _plain(yaml.safe_load(content))))

        assert both[0] == both[1] == both[2], repr(content[:300])


def _compare(content: str | bytes, loader: Any, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """With libyaml and without: the same nodes, values and errors, from each reader."""

    def read() -> Iterator[object]:
        if loader is PlainLoader:
            yield _outcome(lambda: _constructed(bounded_yaml.compose(content, loader)))
        elif loader is BoundedLoader:
            yield _outcome(lambda: _plain(bounded_yaml.load(content)))
            yield _outcome(lambda: _told(yaml_nodes.compose(content, loader), {}))
        elif isinstance(content, str):
            yield _outcome(lambda: _told(compose_marked(content, loader), {}))

    helped = list(read())
    with monkeypatch.context() as without:
        without.setattr(yaml_nodes, "CParser", None)
        alone = list(read())
    for one, other in zip(helped, alone, strict=True):
        if one != other:  # no assertion: what pytest would tell of large files takes minutes
            pytest.fail(f"{said}\n{str(one)[:2000]}\n{str(other)[:2000]}", pytrace=False)


def _outcome(read: Any) -> object:
    try:
        return read()
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        mark = getattr(error, "problem_mark", None)
        return type(error), str(error), mark and (mark.line, mark.column)


def _told(node: yaml.Node | None, seen: dict[int, int]) -> object:
    """All that a node is, with what is inside; what was told already by its number."""
    if node is None or id(node) in seen:
        return node and seen[id(node)]
    seen[id(node)] = len(seen)
    marks = [
        (mark.name, mark.index, mark.line, mark.column, mark.pointer, hash(mark.buffer))
        for mark in (node.start_mark, node.end_mark)
    ]
    if isinstance(node, yaml.ScalarNode):
        return "scalar", node.tag, node.value, node.style, marks, _told(getattr(node, "real", None), seen)
    parts = (
        [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    )
    return type(node), node.tag, bool(node.flow_style), marks, [_told(part, seen) for part in parts]


def _constructed(node: yaml.Node | None) -> object:
    lines: dict[Any, int] = {}
    return node and (_told(node, {}), _plain(construct(node, (), lines)), lines)


def _plain(value: Any) -> object:
    """In words, where 1, 1.0 and True differ and what is no number is like itself; as deep as it may be."""
    return repr(value)


def _is_read_by_libyaml(content: str | bytes) -> bool:
    try:
        yaml_nodes._Reading(content, BoundedLoader, None).document()
    except (yaml_nodes._Unsure, yaml.YAMLError, UnicodeDecodeError):
        return False
    return True


def _document(chance: random.Random, texts: list[list[str]]) -> str:
    kind = chance.random()
    if kind < 0.3:
        return "".join(chance.choices(BITS, k=chance.randint(1, chance.choice((4, 8, 15, 30)))))
    if kind < 0.6:
        text = _tree(chance, chance.randint(1, 4), 0).lstrip("\n ")
        return text if chance.random() < 0.5 else _spoilt(text, chance)
    lines = chance.choice(texts)
    begin = chance.randrange(len(lines))
    return _spoilt("".join(lines[begin : begin + chance.randint(3, 30)]), chance)


def _spoilt(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(0, 3)):
        at, of = chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)
        put = chance.choice([chance.choice(BITS), "", text[of : of + chance.randint(1, 20)]])
        text = text[:at] + put + text[at + chance.choice([0, 0, 1, 3]) :]
    return text


def _tree(chance: random.Random, depth: int, indent: int) -> str:
    kind, pad = chance.random(), " " * indent
    if depth <= 0 or kind < 0.3:
        values = [
            "x y",
            "'it''s'",
            '"a\\tb"',
            "12",
            "010",
            "yes",
            "",
            "*a",
            "&a v",
            "2024-01-01",
            "a #b",
            "!x y",
        ]
        folded = [f"{sign}\n{pad}  one\n\n{pad}  two" for sign in ("|", ">-", "|+")]
        return f" {chance.choice([*values, *folded, f'long{chr(10)}{pad} more'])}\n"
    if kind < 0.45:
        return f" {_flow(chance, depth)}{chance.choice(['', ' # c'])}\n"
    anchor = chance.choice([""] * 6 + [" &a", " &b", " !!map"])
    if kind < 0.75:
        keys = ["a", "b", "c d", "'q'", "1", "<<", "? x", "*a", "&a k", "[x]", "~", "2024-01-01"]
        inside = [
            f"{pad}{chance.choice(keys)}:{_tree(chance, depth - 1, indent + chance.choice([0, 1, 2, 2]))}"
            for _ in range(chance.randint(1, 4))
        ]
    else:
        inside = [f"{pad}-{_tree(chance, depth - 1, indent + 2)}" for _ in range(chance.randint(1, 3))]
    return f"{anchor}\n{''.join(inside)}"


def _flow(chance: random.Random, depth: int) -> str:
    if depth <= 0 or chance.random() < 0.4:
        return chance.choice(["a", "'b'", '"c"', "1", "", "a b", "x:y", "?", "*a", "&a z", "a\n  b"])
    comma = "," + chance.choice(["", " ", "\n "])
    parts = [_flow(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if chance.random() < 0.5:
        return f"[{comma.join(parts)}]"
    return f"{{{comma.join(part + chance.choice([': ', ':', '']) + _flow(chance, 0) for part in parts)}}}"
