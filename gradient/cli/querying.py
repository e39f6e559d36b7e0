"""A command that takes a query: its words are terms, also where one begins with a minus."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_NEGATED = re.compile(r"-[A-Za-z_]+[:<>=]")
_SPACED = re.compile(r'([!-]?[A-Za-z_]+(?:>=|<=|[:=<>]))([^"]*\s[^"]*)', re.DOTALL)
_FURTHER_TERM = re.compile(r"\s[!-]?[A-Za-z_]+[:<>=]")


class QueryCommand(click.Command):
    """A command for which `-tag:ci` is a term of its query, and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f"!{word[1:]}" if _NEGATED.match(word) else word for word in args])


def query_argument(function: F) -> F:
    """Give a command a query; its function gets `query`, the words of it."""
    return click.argument("query", nargs=-1)(function)


def as_query(words: tuple[str, ...]) -> str:
    """Return the words of a query as one text; a word that the shell gave with spaces in it stays one value."""
    return " ".join(_requoted(word) for word in words)


def _requoted(word: str) -> str:
    """Put back the quotes that the shell took from `text:"no stock"`; several terms in one word stay as they are."""
    found = _SPACED.fullmatch(word)
    return f'{found[1]}"{found[2]}"' if found and not _FURTHER_TERM.search(found[2]) else word
