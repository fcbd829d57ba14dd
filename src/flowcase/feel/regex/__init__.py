"""XPath's regular expressions on a matcher of our own, whose work is bounded whatever the pattern."""

from flowcase.feel.regex.matcher import Match, Pattern, compile_pattern
from flowcase.feel.regex.syntax import PatternError

__all__ = ["Match", "Pattern", "PatternError", "compile_pattern"]
