"""The static check of a decision table: rules that overlap, never match, or are missing.

Exact for tables whose cells are literals, ranges and lists of them; anything else is said to be not
analysed rather than guessed at.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from flowcase.dmn.boxed import Boxed, LiteralBox
from flowcase.dmn.cells import EVERYTHING, Cell, read_cell, split_tests
from flowcase.dmn.graph import BusinessKnowledge, Decision
from flowcase.dmn.regions import Column, NotComparable, column_of
from flowcase.dmn.table import Aggregation, HitPolicy, Input, Rule, TableBox
from flowcase.dmn.types import ConstrainedType, Type, plain, unconstrained

MAX_RULES = 1_000  # pairs of rules are compared one by one
MAX_WORK = 300_000  # rules looked at while the input space is searched for gaps
MAX_GAPS = 5  # of a table that are told
NEARLY = 0.85  # of a name's letters in common with another
MAX_FINDINGS = 20  # of one kind at one table

_KIND_OF_TYPE = {"boolean": "boolean", "number": "number", "string": "string", "date": "date"}
# What an output cell is by how it is written; of anything that computes nothing is said.
_LITERAL = re.compile(r'(?P<number>-?\d+(?:\.\d+)?)|(?P<string>"[^"\\]*")|(?P<boolean>true|false)')
_PLAIN_KINDS = frozenset({"boolean", "number", "string"})
_WORD = re.compile(r"[^\W\d]\w*")
_SINGLE = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)


@dataclass(frozen=True, kw_only=True)
class TableProblem:
    """One problem of one table, with the fields that a finding of the deploy check has."""

    rule: str  # id of the rule that was broken
    is_error: bool
    element: str | None
    line: int | None
    message: str
    remedy: str


def check_table(
    decision: Decision | BusinessKnowledge, names: Collection[str] | None = None
) -> list[TableProblem]:
    """Problems of every decision table in the decision's logic, nested ones too.

    `names` are all that whoever asks may hand in; where they are not known, nothing is said of a word that
    may be one of them.

    Rules: `dmn-table-overlap` (error; UNIQUE, and ANY with different outputs), `dmn-table-gap`,
    `dmn-table-unreachable-rule`, `dmn-cell-type`, `dmn-text-unquoted`, `dmn-unknown-name`,
    `dmn-table-not-analysed` (warnings).
    """
    logic = decision.function if isinstance(decision, BusinessKnowledge) else decision.logic
    findings: list[TableProblem] = []
    for box in _boxes(logic):
        if isinstance(box, TableBox) and not box.is_broken and box.rules:
            findings.extend(_TableCheck(decision, box, names).findings())
    return findings


def _boxes(logic: Boxed | None) -> Iterator[Boxed]:
    waiting = [logic] if logic is not None else []
    while waiting:
        box = waiting.pop()
        yield box
        waiting.extend(box.parts())


@dataclass(frozen=True, eq=False)
class _Row:
    rule: Rule
    masks: tuple[int | None, ...]  # per column; None: this cell is not analysed

    @property
    def is_known(self) -> bool:
        return None not in self.masks


def _common(row: _Row, other: _Row) -> list[int] | None:
    """The part of the input space that both rules accept; None when there is none."""
    common = []
    for mine, theirs in zip(row.masks, other.masks, strict=True):
        both = (mine or 0) & (theirs or 0)
        if not both:
            return None
        common.append(both)
    return common


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest


class _TooMuchWork(Exception):
    """The search for gaps was given up."""


class _TableCheck:
    def __init__(
        self, decision: Decision | BusinessKnowledge, table: TableBox, names: Collection[str] | None
    ) -> None:
        self._handed_in = names
        self._decision = decision
        self._table = table
        self._found: list[TableProblem] = []
        self._columns: list[Column | None] = []
        self._unread: set[int] = set()  # columns with cells that are not analysed
        self._work = 0

    def findings(self) -> list[TableProblem]:
        table = self._table
        if len(table.rules) > MAX_RULES:
            self._not_analysed(f"it has more than {MAX_RULES} rules")
            return self._found
        self._misspelt()
        rows = self._rows()
        self._outputs()
        if table.hit_policy in (HitPolicy.UNIQUE, HitPolicy.ANY):
            self._overlaps(rows)
        self._unreachable(rows)
        if table.hit_policy in _SINGLE and all(output.default is None for output in table.outputs):
            self._gaps(rows)
        if self._unread and table.hit_policy in _SINGLE:
            names = ", ".join(f"'{table.inputs[index].title}'" for index in sorted(self._unread))
            self._not_analysed(f"cells of {names} are more than literals and ranges")
        return self._found

    # --- reading the table into bit masks ------------------------------------------------------------

    def _rows(self) -> list[_Row]:
        table = self._table
        masks: list[list[int | None]] = [[] for _ in table.rules]
        for index, each in enumerate(table.inputs):
            cells = [read_cell(rule.cells[index]) for rule in table.rules]
            if any(cell is None for cell in cells):
                self._unread.add(index)
                self._unquoted(each, index)
            cells = self._without_mistyped(each, cells)
            column = self._column(index, each, cells)
            self._columns.append(column)
            for row, cell in zip(masks, cells, strict=True):
                if column is None or cell is None:
                    row.append(None if cell is not EVERYTHING or column is None else column.everything)
                else:
                    row.append(column.mask(cell))
        return [_Row(rule, tuple(row)) for rule, row in zip(table.rules, masks, strict=True)]

    def _column(self, index: int, each: Input, cells: Sequence[Cell | None]) -> Column | None:
        known = [cell for cell in cells if cell is not None]
        kind = _kind(each.expression.type)
        domain = self._domain(each)
        try:
            return column_of(known, domain, kind=kind, is_whole=each.is_whole)
        except NotComparable:
            pass
        try:
            column = column_of(known, domain, is_whole=each.is_whole)
        except NotComparable:
            if all(cell is EVERYTHING for cell in known):
                return column_of(known)
            self._unread.add(index)
            return None
        self._report(
            "dmn-cell-type",
            f"The input '{each.title}' has the type {kind}, but its cells compare it with something else, "
            "so they never match.",
            "Correct the type of the input, or its cells.",
            element=each.element,
        )
        return column

    def _without_mistyped(self, each: Input, cells: list[Cell | None]) -> list[Cell | None]:
        """Each cell that compares with another kind of value than the others and the column's is told."""
        kind = _kind(each.expression.type)
        kinds = [{span.kind for span in cell.spans} - {"null"} if cell else set() for cell in cells]
        wrong = [at for at, found in enumerate(kinds) if found & (_PLAIN_KINDS - {kind})]
        if kind not in _PLAIN_KINDS or not any(kind in found for found in kinds):
            return cells  # the type of the column is as likely what is wrong
        for at in wrong[:MAX_FINDINGS]:
            rule = self._table.rules[at]
            self._report(
                "dmn-cell-type",
                f"Rule {rule.index} compares '{each.title}', which has the type {kind}, with something else, "
                "so it never matches there.",
                "Correct the cell, or the type of the input.",
                rule=rule,
            )
        return [None if at in wrong else cell for at, cell in enumerate(cells)]

    def _misspelt(self) -> None:
        """An input that reads a name which nothing sets, and which is nearly one that something sets."""
        if self._handed_in is None or isinstance(self._decision, BusinessKnowledge):
            return
        required = {each.prefix or each.node.variable for each in self._decision.requirements}
        known = required.union(self._handed_in)
        for each in self._table.inputs:
            read = each.expression.expression.names if isinstance(each.expression, LiteralBox) else ()
            for name in sorted(set(read) - known):
                for close in difflib.get_close_matches(name, sorted(known), 1, NEARLY):
                    self._report(
                        "dmn-unknown-name",
                        f"The input '{each.title}' reads '{name}', which nothing sets; '{close}' is set.",
                        f"Write '{close}' if that is meant.",
                        element=each.element,
                    )

    def _unquoted(self, each: Input, index: int) -> None:
        """A word without quotes is the name of a value; where nothing here is called so, a text was meant."""
        for rule in self._table.rules if _kind(each.expression.type) == "string" else ():
            for word in self._unknown_words(split_tests(rule.cells[index]))[:1]:
                self._report(
                    "dmn-text-unquoted",
                    f"Rule {rule.index} compares '{each.title}' with what is called {word}, and nothing is.",
                    f'Write a text in quotes: "{word}".',
                    rule=rule,
                )

    def _unquoted_answers(self, at: int) -> None:
        for rule in self._table.rules:
            for word in self._unknown_words([rule.output_texts[at].strip()]):
                said = f"Rule {rule.index} answers with what is called {word}, and nothing is."
                self._report("dmn-text-unquoted", said, f'Write a text in quotes: "{word}".', rule=rule)

    def _unknown_words(self, texts: Sequence[str]) -> list[str]:
        if self._handed_in is None:
            return []
        return [text[:60] for text in texts if _WORD.fullmatch(text) and text not in self._names]

    @cached_property
    def _names(self) -> frozenset[str]:
        """What the cells may call by its name: what the table's own columns read, and what it requires."""
        read = [each.expression for each in self._table.inputs]
        names = {name for box in read if isinstance(box, LiteralBox) for name in box.expression.names}
        required = {each.prefix or each.node.variable for each in self._decision.requirements}
        return frozenset({*names, *required, *(self._handed_in or ()), "true", "false", "null", "otherwise"})

    def _domain(self, each: Input) -> Cell:
        """The allowed values of an input: its own, else those of its type or of the node it names."""
        if each.allowed_text:
            return read_cell(each.allowed_text) or EVERYTHING
        types = [each.expression.type]
        if isinstance(each.expression, LiteralBox):
            types += [
                requirement.node.type
                for requirement in self._decision.requirements
                if requirement.prefix is None and requirement.node.variable == each.text
            ]
        for type_ in types:
            constrained = plain(type_) if type_ is not None else None
            if isinstance(constrained, ConstrainedType):
                return read_cell(constrained.allowed.text) or EVERYTHING
        return EVERYTHING

    # --- outputs -------------------------------------------------------------------------------------

    def _outputs(self) -> None:
        """Cells that answer with a value of another type than the column has, or that cannot be added up."""
        is_sum = self._table.aggregation is Aggregation.SUM
        for at, output in enumerate(self._table.outputs):
            if _kind(output.type) == "string":
                self._unquoted_answers(at)
            kind = "number" if is_sum else _kind(output.type)
            wrong = [
                (rule, found[0])
                for rule in self._table.rules
                if (found := _LITERAL.fullmatch(rule.output_texts[at].strip()))
                and kind in _LITERAL.groupindex
                and found.lastgroup != kind
            ]
            name = output.name or self._decision.name
            for rule, text in wrong[:MAX_FINDINGS]:
                answer = text[:40]
                self._report(
                    "dmn-cell-type",
                    f"Rule {rule.index} answers {answer} in '{name}', which SUM cannot add up, so the "
                    "result is null."
                    if is_sum
                    else f"Rule {rule.index} answers {answer} in '{name}', but the column has the type "
                    f"{kind}, so the result is null.",
                    "Correct the cell, or the type of the output.",
                    rule=rule,
                )

    # --- overlaps -----------------------------------------------------------------------------------

    def _overlaps(self, rows: Sequence[_Row]) -> None:
        count = 0
        must_agree = self._table.hit_policy is HitPolicy.ANY
        for later, row in enumerate(rows):
            if not row.is_known:
                continue
            for other in rows[:later]:
                if not other.is_known or (must_agree and other.rule.output_texts == row.rule.output_texts):
                    continue
                common = _common(row, other)
                if common is None:
                    continue
                count += 1
                if count > MAX_FINDINGS:
                    return
                self._report_overlap(other.rule, row.rule, common, must_agree)

    def _report_overlap(self, first: Rule, second: Rule, common: Sequence[int], must_agree: bool) -> None:
        one, other, where = first.index, second.index, self._describe(common)
        self._report(
            "dmn-table-overlap",
            f"Rules {one} and {other} both match {where}, but they have different outputs (ANY)."
            if must_agree
            else f"Rules {one} and {other} both match {where}, but the hit policy is UNIQUE.",
            f"Narrow one of the two rules{self._concerned(common)}, or choose another hit policy.",
            rule=second,
            is_error=True,
        )

    # --- rules that never match ---------------------------------------------------------------------

    def _unreachable(self, rows: Sequence[_Row]) -> None:
        for index, row in enumerate(rows):
            empty = [at for at, mask in enumerate(row.masks) if mask == 0]
            if empty:
                names = ", ".join(f"'{self._table.inputs[at].title}'" for at in empty)
                self._report(
                    "dmn-table-unreachable-rule",
                    f"Rule {row.rule.index} never matches: no value of {names} fits its cell.",
                    "Correct the cell, or remove the rule.",
                    rule=row.rule,
                )
                continue
            stronger = self._stronger(rows, index)
            if stronger and row.is_known and self._is_covered(row, stronger):
                places = ", ".join(str(other.rule.index) for other in stronger[:8])
                self._report(
                    "dmn-table-unreachable-rule",
                    f"Rule {row.rule.index} never decides: whenever it matches, a stronger rule does "
                    f"({places}).",
                    "Move the rule up, narrow the stronger ones, or remove it.",
                    rule=row.rule,
                )

    def _stronger(self, rows: Sequence[_Row], index: int) -> list[_Row]:
        """The rules that win over this one and touch it."""
        row = rows[index]
        if self._table.hit_policy is HitPolicy.FIRST:
            candidates = list(rows[:index])
        elif self._table.hit_policy is HitPolicy.PRIORITY:
            ranks = [self._static_rank(each.rule) for each in rows]
            mine = ranks[index]
            candidates = [
                other
                for at, other in enumerate(rows)
                if at != index
                and mine is not None
                and (theirs := ranks[at]) is not None
                and (theirs < mine or (theirs == mine and at < index))
            ]
        else:
            return []
        return [
            other
            for other in candidates
            if other.is_known and row.is_known and _common(row, other) is not None
        ]

    def _static_rank(self, rule: Rule) -> tuple[int, ...] | None:
        """Places of the rule's outputs in the lists of output values; None when a cell is none of them."""
        key = []
        for output, text in zip(self._table.outputs, rule.output_texts, strict=True):
            if not output.ranking:
                continue
            texts = [" ".join(split_tests(test.text)) for test in output.ranking]
            if text not in texts:
                return None
            key.append(texts.index(text))
        return tuple(key)

    def _is_covered(self, row: _Row, others: Sequence[_Row]) -> bool:
        try:
            return next(self._uncovered(0, tuple(others), row.masks), None) is None  # type: ignore[arg-type]
        except _TooMuchWork:
            return False

    # --- gaps ----------------------------------------------------------------------------------------

    def _gaps(self, rows: Sequence[_Row]) -> None:
        """Input values that no rule covers. A cell that is not analysed is taken to cover everything."""
        columns = self._columns
        if any(column is None for column in columns):
            return
        known = tuple(column for column in columns if column is not None)
        full = [
            _Row(
                row.rule,
                tuple(
                    column.everything if mask is None else mask
                    for mask, column in zip(row.masks, known, strict=True)
                ),
            )
            for row in rows
        ]
        try:
            gaps = []
            for gap in self._uncovered(0, tuple(full), tuple(column.usual for column in known)):
                gaps.append(gap)
                if len(gaps) > MAX_GAPS:
                    break
        except _TooMuchWork:
            self._not_analysed("its columns have too many combinations")
            return
        for number, gap in enumerate(gaps[:MAX_GAPS], start=1):
            more = " There are further gaps." if number == MAX_GAPS < len(gaps) else ""
            self._report(
                "dmn-table-gap",
                f"No rule matches {self._describe(gap)}.{more}",
                f"Add a rule for it{self._concerned(gap)}, or a default output.",
            )

    def _uncovered(
        self, at: int, rows: tuple[_Row, ...], space: tuple[int, ...]
    ) -> Iterator[tuple[int, ...]]:
        """Boxes of the space (one mask per column) that no row covers; columns before `at` are split."""
        self._work += 1 + len(rows)
        if self._work > MAX_WORK:
            raise _TooMuchWork
        if not rows:
            yield space
            return
        if at == len(space):
            return
        if any(all(space[c] & ~(row.masks[c] or 0) == 0 for c in range(at, len(space))) for row in rows):
            return
        # Pieces that the same rows accept are one part.
        parts: dict[tuple[_Row, ...], int] = {}
        for piece in _bits(space[at]):
            self._work += len(rows)
            accepting = tuple(row for row in rows if (row.masks[at] or 0) & piece)
            parts[accepting] = parts.get(accepting, 0) | piece
        for accepting, mask in parts.items():
            yield from self._uncovered(at + 1, accepting, (*space[:at], mask, *space[at + 1 :]))

    # --- saying it -----------------------------------------------------------------------------------

    def _describe(self, masks: Sequence[int]) -> str:
        parts = [
            f"{each.title} = {text}"
            if not text.startswith(("<", ">", "[", "("))
            else f"{each.title} in {text}"
            if text.startswith(("[", "("))
            else f"{each.title} {text}"
            for each, column, mask in zip(self._table.inputs, self._columns, masks, strict=True)
            if column is not None and (text := column.describe(mask))
        ]
        return "when " + " and ".join(parts) if parts else "for every input"

    def _concerned(self, masks: Sequence[int]) -> str:
        names = [
            f"'{each.title}'"
            for each, column, mask in zip(self._table.inputs, self._columns, masks, strict=True)
            if column is not None and column.describe(mask)
        ]
        return f" (inputs {', '.join(names)})" if names else ""

    def _not_analysed(self, why: str) -> None:
        self._report(
            "dmn-table-not-analysed",
            f"The table is not fully checked for overlaps and gaps: {why}.",
            "Use literals, ranges and lists in the input cells where possible, and try the rest out.",
        )

    def _report(
        self,
        rule_id: str,
        message: str,
        remedy: str,
        *,
        rule: Rule | None = None,
        element: str | None = None,
        is_error: bool = False,
    ) -> None:
        is_named = rule is not None and not rule.id.startswith("#")
        self._found.append(
            TableProblem(
                rule=rule_id,
                is_error=is_error,
                element=rule.id if rule is not None and is_named else element or self._table.element,
                line=rule.line if rule is not None else self._table.line,
                message=message,
                remedy=remedy,
            )
        )


def _kind(type_: Type | None) -> str | None:
    """Of a list or of named parts there is none."""
    name = getattr(unconstrained(type_), "name", None) if type_ is not None else None
    return _KIND_OF_TYPE.get(str(name))
