"""What commands have in common: the name of a run, JSON output, and the options that every command takes.

    @click.command("show")
    @run_argument(default="@last")
    @json_option("gradient.run/1")
    @click.pass_obj
    def command(home: Path | None, reference: str, as_json: JsonOutput | None) -> None:
        ...
        if as_json:
            as_json.print(document)

`--home`, `--color`, `--no-pager` and `-q` belong to `gradient` itself; `take_everywhere` lets them stand behind a
command's name as well. What they say is asked for here (`colour_wanted`, `pager_wanted`), except the home, which is the
context's object, and `-q`, which is the business of `gradient.cli.messages`.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gradient.cli.messages import silence

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

_COLOURS: dict[str, bool | None] = {"auto": None, "always": True, "never": False}
_PAGER = "gradient.pager"


class JsonOutput:
    """A document printed as JSON, whole or only some fields of it.

    Args:
        rows: The field that holds the rows of a list, whose fields are then what can be picked.
        fields: The fields that were picked; empty for all.
    """

    def __init__(self, rows: str | None, fields: Sequence[str]) -> None:
        self.rows = rows
        self.fields = fields

    def print(self, document: dict[str, Any]) -> None:
        """Print the document on stdout.

        Raises:
            UsageError: A field was picked that there is not.
        """
        print_json(self.picked(document))

    def picked(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with the fields that were picked; its schema always stays."""
        if not self.fields:
            return document
        if self.rows is None:
            return {"schema": document["schema"], **_pick(document, self.fields)}
        return {**document, self.rows: [_pick(row, self.fields) for row in document[self.rows]]}


def print_json(document: dict[str, Any]) -> None:
    """Print a document on stdout as JSON, for people and programs."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def _pick(row: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    for field in fields:
        if field not in row:
            raise click.UsageError(f"There is no field {field!r}. {nearest(field, row)}")
    return {field: row[field] for field in fields}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names what was probably meant, or else all there is."""
    from difflib import get_close_matches

    known = list(known)
    close = get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."


class _JsonOption(click.Option):
    """`--json`, or `--json=id,status`: a value only where it is attached, so that what follows stays an argument."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return None if record is None else (record[0].replace(" [=", "[="), record[1])


def json_option(schema: str, *, rows: str | None = None) -> Callable[[F], F]:
    """Give a command `--json[=FIELDS]`; its function gets `as_json`, a `JsonOutput` or None.

    Args:
        schema: Name and version of the document, such as `gradient.ls/1`.
        rows: The field of the document that holds its rows, where it is a list.
    """

    def output(_ctx: click.Context, _option: click.Parameter, fields: str | None) -> JsonOutput | None:
        if fields is None:
            return None
        return JsonOutput(rows, [field.strip() for field in fields.split(",") if field.strip()])

    told = f"Print {schema} as JSON, or only some fields of {'each row' if rows else 'it'}."
    return click.option("--json", "as_json", cls=_JsonOption, metavar="[=FIELDS]", callback=output, help=told)


def attach_json_values(command: click.Command, arguments: list[str]) -> list[str]:
    """Return a command's arguments so that a bare `--json` takes nothing of what follows it."""
    if not (isinstance(command, click.Group) or any(isinstance(one, _JsonOption) for one in command.params)):
        return arguments
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return ["--json=" if word == "--json" else word for word in arguments[:end]] + arguments[end:]


def run_argument(
    name: str = "reference", *, default: str | None = None, nargs: int = 1, metavar: str | None = None
) -> Callable[[F], F]:
    """Give a command an argument that names a run: `@last`, an id or its beginning; shells complete it.

    Args:
        name: What the function's parameter is called.
        default: The run that is meant where none is named; None: one must be named.
        nargs: How many there are, -1 for one or more.
        metavar: What help calls it; None: RUN, or RUN... for several.
    """
    shown = metavar or ("RUN..." if nargs == -1 else "RUN" if default is None else "[RUN]")
    optional: dict[str, Any] = {"required": True} if default is None else {"default": default}
    return click.argument(name, metavar=shown, nargs=nargs, shell_complete=_complete_runs, **optional)


def _complete_runs(ctx: click.Context, _argument: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from gradient.cli.commands.completion import complete_runs

    return complete_runs(ctx.obj, incomplete)


# ── what every command takes ─────────────────────────────────────────────────────────────────────────────────────


def _set_home(ctx: click.Context, _option: click.Parameter, home: Path | None) -> None:
    if home is not None:
        ctx.obj = home


def _set_colour(ctx: click.Context, _option: click.Parameter, wanted: str | None) -> None:
    if wanted is not None:
        ctx.color = _COLOURS[wanted]


def _set_no_pager(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.meta[_PAGER] = False


def _set_quiet(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        silence(ctx)


def everywhere(*, hidden: bool = False) -> list[click.Option]:
    """Return the options that every command takes; what they say is noted in the context."""
    shared: dict[str, Any] = {"expose_value": False, "hidden": hidden}
    return [
        click.Option(
            ["--home"],
            type=click.Path(path_type=Path),
            help="Where runs are kept.  [default: the setting home]",
            callback=_set_home,
            **shared,
        ),
        click.Option(
            ["--color"],
            type=click.Choice(list(_COLOURS)),
            help="Colour what is printed.  [default: auto]",
            callback=_set_colour,
            **shared,
        ),
        click.Option(
            ["--no-pager"], is_flag=True, help="Print long output as it is.", callback=_set_no_pager, **shared
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, help="Say nothing but results and errors.", callback=_set_quiet, **shared
        ),
    ]


def take_everywhere(command: click.Command) -> click.Command:
    """Let a command, and those below it, take the options of `gradient` behind its own name; doing it twice is once."""
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params.extend(option for option in everywhere(hidden=True) if not taken & set(option.opts))
    if isinstance(command, click.Group):
        for name in command.commands:
            take_everywhere(command.commands[name])
    return command


def colour_wanted() -> bool | None:
    """Return what `--color` says: yes, no, or None where the terminal and the environment decide."""
    ctx = click.get_current_context(silent=True)
    return None if ctx is None else ctx.color


def pager_wanted() -> bool:
    """Tell whether long output may go through a pager."""
    ctx = click.get_current_context(silent=True)
    return ctx is None or ctx.meta.get(_PAGER, True)
