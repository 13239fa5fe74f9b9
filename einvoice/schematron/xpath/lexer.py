"""XPath 2.0 text -> tokens.

`*`, `div`, `and`, ... are operators or names depending on where they stand. The parser knows where it is, so the lexer
does not have to guess: it tells names from signs, and leaves the rest to the parser.

Source: XML Path Language (XPath) 2.0, appendix A.2 (lexical structure).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = r"[^\W\d][\w.\-\u00b7]*"  # an NCName; \w also lets through a few letters that XML does not, which harms nothing
_TOKEN = re.compile(
    rf"""
      (?P<space>   [ \t\r\n]+ )
    | (?P<comment> \(: )
    | (?P<number>  (?: [0-9]+ (?:\.[0-9]*)? | \.[0-9]+ ) (?:[eE][+-]?[0-9]+)? (?![\w.]) )
    | (?P<string>  "(?:[^"]|"")*" | '(?:[^']|'')*' )
    | (?P<name>    {NAME} : {NAME} | {NAME} : \* | \* : {NAME} | {NAME} )
    | (?P<sign>    :: | // | \.\. | <= | >= | != | << | >> | [()\[\],|/@.$*=<>+\-?!] )
    """,
    re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"\(:|:\)")


class XPathError(Exception):
    """An expression that is not XPath 2.0, or that this compiler does not handle; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `kind` is number, string, name, sign or end; `text` is as written, for strings their value."""

    kind: str
    text: str


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, ending in one of kind `end`.

    Raises XPathError for a character that cannot start a token.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise XPathError(f"unexpected {text[at : at + 20]!r}")
        kind = match.lastgroup or ""
        if kind == "comment":
            at = _end_of_comment(text, match.end())
            continue
        at = match.end()
        if kind == "string":
            quote = match[0][0]
            tokens.append(Token(kind, match[0][1:-1].replace(quote * 2, quote)))
        elif kind != "space":
            tokens.append(Token(kind, match[0]))
    tokens.append(Token("end", "the end of the expression"))
    return tokens


def _end_of_comment(text: str, at: int) -> int:
    """Comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, at):
        depth += 1 if edge[0] == "(:" else -1
        if depth == 0:
            return edge.end()
    raise XPathError("a comment is not closed")
