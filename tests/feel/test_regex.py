"""XPath's regular expressions on our own matcher."""

from __future__ import annotations

import pytest

from flowcase.feel.regex import PatternError, compile_pattern


def found(pattern, text, flags=""):
    match = compile_pattern(pattern, flags).search(text, lambda steps: None)
    return None if match is None else text[match.start : match.end]


@pytest.mark.parametrize(
    ("pattern", "text", "flags", "expected"),
    [
        ("b+", "abbbc", "", "bbb"),
        ("b+?", "abbbc", "", "b"),
        ("a|ab", "ab", "", "a"),
        ("(a|ab)(c|bcd)", "abcd", "", "abcd"),
        ("a{2}", "aaa", "", "aa"),
        ("a{2,}", "aaaa", "", "aaaa"),
        ("a{1,2}?", "aaa", "", "a"),
        ("x*", "aaa", "", ""),
        ("(a*)*b", "aab", "", "aab"),
        ("(|a)+b", "aab", "", "aab"),
        ("^b", "ab", "", None),
        ("^b", "a\nb", "m", "b"),
        ("a$", "a\nb", "", None),
        ("a$", "a\nb", "m", "a"),
        ("a.b", "a\nb", "", None),
        ("a.b", "a\nb", "s", "a\nb"),
        ("a b # c", "ab#c", "x", "ab#c"),
        ("[a b]+", "b a", "x", "b a"),
        ("a.b", "a.b", "q", "a.b"),
        ("a.b", "axb", "q", None),
        ("(.)\\1", "abccd", "", "cc"),
        ("(a)\\1", "aA", "i", "aA"),
        ("(a)|b\\1", "b", "", "b"),
        ("ÆØÅ", "æøå", "i", "æøå"),
        ("[a-z-[aeiou]]+", "abcde", "", "bcd"),
        ("[^a-c]+", "abcde", "", "de"),
        ("[A-Z-[OI]]", "o", "i", None),
        ("[^Q]", "q", "i", None),
        ("\\d{6}-\\d{4}", "nr. 010203-1234.", "", "010203-1234"),
        ("\\p{Lu}\\p{Ll}+", "på Fyn", "", "Fyn"),
        ("\\P{L}", "a1", "", "1"),
        ("\\p{IsBasicLatin}+", "æab", "", "ab"),
        ("\\w+", "hej, du", "", "hej"),
        ("\\i\\c*", "1a-b c", "", "a-b"),
        ("[\\s,]+", "a, b", "", ", "),
        ("[0-9-.]+", "a1-2.3", "", "1-2.3"),
        ("\\\\\\.\\[", "x\\.[", "", "\\.["),
        ("🐎.", "a🐎b", "", "🐎b"),
    ],
)
def test_a_pattern_finds(pattern, text, flags, expected):
    assert found(pattern, text, flags) == expected


@pytest.mark.parametrize(
    ("pattern", "flags", "reason"),
    [
        ("(", "", "a '(' has no ')'"),
        (")", "", "a ')' has no '('"),
        ("[a", "", "a '[' has no ']'"),
        ("*a", "", "'*' stands where it means nothing"),
        ("a**", "", "a quantifier follows a quantifier"),
        ("a{2,1}", "", "a quantity ends before it starts"),
        ("a{x}", "", "a quantity is not of the form {n}, {n,} or {n,m}"),
        ("a}", "", "'}' stands where it means nothing"),
        ("[z-a]", "", "a range of characters ends before it starts"),
        ("\\q", "", "there is no escape '\\q'"),
        ("\\1(a)", "", "\\1 refers to no group before it"),
        ("(a\\1)", "", "\\1 refers to no group before it"),
        ("\\p{Xx}", "", "there is no category 'Xx'"),
        ("\\p{IsMartian}", "", "there is no block 'IsMartian'"),
        ("(?=a)", "", "a group begins with '?'"),
        ("a", "z", "there is no flag 'z'"),
        ("(a{1,999}){1,999}", "", "it is too large"),
    ],
)
def test_a_pattern_that_xpath_does_not_allow_is_refused(pattern, flags, reason):
    with pytest.raises(PatternError) as error:
        compile_pattern(pattern, flags)

    assert str(error.value) == reason


def test_groups_are_where_they_matched_last():
    match = compile_pattern("(?:(a)|(b))+", "").search("ab", lambda steps: None)

    assert match.groups == ((0, 2), (0, 1), (1, 2))


def test_the_work_grows_with_the_text_and_not_with_its_powers():
    work = []
    for length in (200, 400, 800):
        steps = []
        compile_pattern("^(a*)*(a*)*(a|aa)*b", "").search("a" * length, steps.append)
        work.append(sum(steps))

    assert work[1] < 2.2 * work[0]
    assert work[2] < 2.2 * work[1]
