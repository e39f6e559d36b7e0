"""The command `gradient`.

One file for each subcommand, imported when it is called and not before, so that `--help` is quick. What is asked for
goes to stdout, everything else to stderr. Exit codes: 0 fine, 2 wrong usage, 3 no such run or more than one, 4 the
journals cannot be read, 130 interrupted; `gradient run` gives the code of what it ran.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

_COMMANDS = {
    "ls": "List the newest runs.",
    "run": "Run a script or module, traced.",
    "show": "Show a run as a tree.",
}
_INTERRUPTED = 130


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"gradient.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in _COMMANDS:
            from difflib import get_close_matches  # Here, as everything that `--help` does not need.

            nearest = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"Did you mean {nearest[0]!r}?" if nearest else f"There are: {', '.join(_COMMANDS)}."
            ctx.fail(f"There is no command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would make it a failure
            _forget_stdout()
            return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"gradient {version('gradient-runtime')}")
    except PackageNotFoundError:
        click.echo("gradient (not installed)")
    ctx.exit()


@click.group("gradient", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(path_type=Path), help="Where the journals are.  [default: the setting `home`]")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.pass_context
def gradient(ctx: click.Context, home: Path | None) -> None:
    """See what your agents did."""
    ctx.obj = home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: What follows the command's name; None for those of this process.
    """
    try:
        code = gradient.main(arguments, prog_name="gradient", standalone_mode=False)
        if code is None:  # what `gradient run` ran may have closed it
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        code = None
    return int(code or 0)


def _forget_stdout() -> None:
    """Whoever read us has seen enough; the interpreter must not complain when it flushes what they did not read."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
