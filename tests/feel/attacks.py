"""Hostile and absurd FEEL texts, each with the kind of answer it must get: a value, a refusal or a limit."""

from __future__ import annotations

from flowcase.feel import FeelLimitError, FeelSyntaxError, check, compile_expression
from flowcase.feel.expression import Run
from flowcase.feel.limits import DEFAULT


def doubled(start, combine, last, times=60):
    """A context whose entries each hold the one before twice."""
    entries = [f"a0: {start}", *(f"a{n + 1}: {combine.format(f'a{n}')}" for n in range(times))]
    return f"{{{', '.join(entries)}, r: {last.format(f'a{times}')}}}.r"


SYNTAX, LIMIT, VALUE = "syntax", "limit", "value"

ATTACKS = {
    # nesting and length of the text
    "parentheses": ("(" * 2000 + "1" + ")" * 2000, SYNTAX),
    "lists": ("[" * 2000 + "]" * 2000, SYNTAX),
    "contexts": ("{a:" * 1500 + "1" + "}" * 1500, SYNTAX),
    "ifs": ("if true then " * 1000 + "1" + " else 2" * 1000, SYNTAX),
    "else ifs": ("if false then 1 else " * 800 + "2", VALUE),
    "minus signs": ("-" * 4000 + "1", VALUE),
    "a long sum": ("+".join(["1"] * 2400), VALUE),
    "a long conjunction": (" and ".join(["true"] * 2000), VALUE),
    "a long comparison": ("1" + "=1" * 2000, SYNTAX),
    "a long path": ("a" + ".b" * 2400, VALUE),
    "a long row of filters": ("[1]" + "[1]" * 1500, VALUE),
    "a long row of calls": ("f" + "()" * 2400, VALUE),
    "a long row of checks": ("1" + " instance of number" * 1000, SYNTAX),
    "functions in functions": ("function(x) " * 1200 + "1", SYNTAX),
    "loops in loops": ("for x in [1] return " * 800 + "1", SYNTAX),
    "calls in calls": ("not(" * 2000 + "true" + ")" * 2000, SYNTAX),
    "types in types": ("1 instance of " + "list<" * 2000 + "number" + ">" * 2000, SYNTAX),
    "in within in": ("1 in (" * 1500 + "1" + ")" * 1500, SYNTAX),
    "filters in filters": ("[1]" + "[item[1]" * 1000 + "]" * 1000, SYNTAX),
    "too many iterators": (
        "for " + ", ".join(f"x{n} in [1]" for n in range(500)) + " return 1",
        SYNTAX,
    ),
    "too many characters": ("1+" * 50_000 + "1", SYNTAX),
    "too many signs": ("," * 15_000, SYNTAX),
    "an endless string": ('"' + '\\"' * 9000, SYNTAX),
    "endless comments": ("/*" * 9000, SYNTAX),
    "many words": (" ".join(["a"] * 4000), VALUE),
    "a large context": ("{" + ", ".join(f"k{n}: {n}" for n in range(1200)) + "}", VALUE),
    # numbers
    "a tower of powers": ("9 ** 9 ** 9 ** 9 ** 9 ** 9", VALUE),
    "a huge power": ("2 ** 999999999", VALUE),
    "a power near one": ("1.0000000000000000000000000000000001 ** 1e30", VALUE),
    "a huge literal": ("1e999999999", SYNTAX),
    "a huge exponential": ("exp(1e6144)", VALUE),
    "a huge index": ("[1, 2][1e6144]", VALUE),
    "a huge scale": ("decimal(1, 1e6144)", VALUE),
    "a huge number as text": ("string length(string(1e6144))", VALUE),
    "a huge duration": ('duration("P999999999999999999D")', VALUE),
    "durations that grow": ('@"P99999999Y" * 1e300', VALUE),
    # loops and recursion
    "a loop without end": ("for i in 1..1000000000 return i", LIMIT),
    "loops that multiply": ("for a in 1..999, b in 1..999, c in 1..999 return a", LIMIT),
    "a check without end": ("every i in 1..1e15 satisfies true", LIMIT),
    "all days": ('some d in @"0001-01-01"..@"9999-12-31" satisfies d < d', LIMIT),
    "a function that calls itself": ("{f: function(x) f(x), r: f(1)}.r", LIMIT),
    "a function that is given itself": ("(function(x) x(x))(function(x) x(x))", LIMIT),
    "recursion that branches": (
        "{f: function(n) if n <= 1 then 1 else f(n - 1) + f(n - 2), r: f(40)}.r",
        LIMIT,
    ),
    "partial results of partial results": ("for i in 1..20000 return partial", LIMIT),
    # sizes
    "strings that double": (doubled('"xxxxxxxxxx"', "{0} + {0}", "{0}"), LIMIT),
    "lists that double": (doubled("[1]", "concatenate({0}, {0})", "{0}"), LIMIT),
    "a list that shares itself": (doubled("[1]", "[{0}, {0}]", "{0}"), LIMIT),
    "its text": (doubled("[1]", "[{0}, {0}]", "string({0})"), LIMIT),
    "its equality": (doubled("[1]", "[{0}, {0}]", "{0} = [a59, append(a58, 1)]"), LIMIT),
    "its items": (doubled("[1]", "[{0}, {0}]", "flatten({0})"), LIMIT),
    "its properties": (doubled("[1]", "[{0}, {0}]", "{0}.x"), LIMIT),
    "a list in a list in a list": ("for i in 1..5000 return [partial[-1]]", LIMIT),
    "a long join": ('string join(for i in 1..9000 return "0123456789012345678901234567890", "")', LIMIT),
    "a long replacement": (f'replace("{"a" * 9000}", "a", "{"b" * 900}")', LIMIT),
    "sorting much": ("sort(for i in 1..9000 return modulo(i * 7919, 9973), function(a, b) a < b)", LIMIT),
    "duplicates of much": ("duplicate values(for i in 1..9000 return [i])", LIMIT),
    # regular expressions
    "nested quantifiers": (f'matches("{"a" * 60}!", "^(a+)+$")', VALUE),
    "stars on stars": (f'matches("{"a" * 800}!", "(a*)*(a*)*(a*)*b")', VALUE),
    "alternatives that overlap": (f'matches("{"a" * 800}!", "^(a|aa)+$")', VALUE),
    "back references": (f'matches("{"a" * 3000}", "(.*)(.*)(.*)(.*)\\\\1\\\\2x")', LIMIT),
    "counts on counts": ('matches("a", "((a{1,999}){1,999}){1,999}")', VALUE),
    "groups in groups": (f'matches("a", "{"(" * 2000}{")" * 2000}")', VALUE),
    "many optional parts": (f'matches("{"a" * 9000}", "{"a?" * 900}b")', LIMIT),
    # ways out
    "a dunder": ("a.__class__.__mro__", VALUE),
    "an import": ('__import__("os")', VALUE),
    "Python's words as names": ("{None: 1, lambda: 2, class: 3, self: 4, r: lambda + class}.r", VALUE),
    "Python's functions": ('[eval("1"), exec("1"), open("/etc/passwd"), getattr(a, "x"), globals()]', VALUE),
    "a method of a string": ('a.format("{0.__class__}")', VALUE),
    "a method of a list": ("[1].append", VALUE),
    "an attribute of a number": ("(1).real", VALUE),
    "the inside of a function": ("(function(x) x).__globals__", VALUE),
    "a format that looks inside": ('"{0.__class__.__init__.__globals__}" + string(a)', VALUE),
    "a name of the evaluator": ("{__builtins__: 1}.__builtins__ + __builtins__", VALUE),
    "a function of the host": ('function(x) external {java: {class: "X", method signature: "y()"}}', SYNTAX),
    "a zone that is a path": ('@"2020-01-01T00:00:00@../../../etc/passwd"', VALUE),
    "a zone that is a folder": ('time("10:00:00@Europe")', VALUE),
    "half a character": ('"\\uD800"', SYNTAX),
    "a zero byte": ('"\0"', SYNTAX),
}


def answer(text):
    """What came of the text, and how many steps were left."""
    run = Run(None, DEFAULT, text)
    try:
        expression = compile_expression(text)
        check(expression, names=["a"])
        expression._run({"a": "x"}, run)
    except FeelSyntaxError:
        return SYNTAX, run.steps
    except FeelLimitError:
        return LIMIT, run.steps
    return VALUE, run.steps
