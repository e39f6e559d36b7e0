"""The command `gradient`.

One file for each subcommand, imported when it is called and not before, so that `--help` is quick. What is asked for
goes to stdout, everything else to stderr. What commands share is in `gradient.cli.options`.

Exit codes: 0 fine, 1 what was checked is not so, 2 wrong usage, 3 no such run or more than one, 4 the journals cannot
be read, 5 an optional package is missing, 130 interrupted; `gradient run` gives the code of what it ran.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from gradient.cli.options import attach_json_values, everywhere, nearest, take_everywhere

_COMMANDS = {
    "check": "Check that a run is as it should be.",
    "completion": "Print what makes a shell complete commands and runs.",
    "config": "Show and change settings.",
    "demo": "Record a made-up run to look at, offline.",
    "diff": "Compare two runs.",
    "doctor": "Tell what is installed, what works, and what is the matter.",
    "errors": "Tell what failed, and how often.",
    "export": "Write runs in formats of other tools.",
    "instrumentors": "List the frameworks that can be traced.",
    "ls": "List the newest runs.",
    "prune": "Delete the oldest of what was recorded.",
    "rm": "Remove runs for good.",
    "run": "Run a script or module, traced.",
    "ship": "Send runs to an OpenTelemetry backend.",
    "show": "Show a run as a tree.",
    "stats": "Tell how often things ran, how long, and at what cost.",
    "tail": "Follow what happens.",
    "ui": "Show runs in a browser.",
}
_ALIASES = {"list": "ls"}
_PASSED_ON = ("run",)  # what follows this command's name is another program's
_INTERRUPTED = 130


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"gradient.cli.commands.{cmd_name}").command
        return command if cmd_name in _PASSED_ON else take_everywhere(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = _ALIASES.get(args[0], args[0])
        if name not in _COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {name!r}. {nearest(name, _COMMANDS)}")
        found, command, rest = super().resolve_command(ctx, [name, *args[1:]])
        return found, command, rest if command is None else attach_json_values(command, rest)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would make it a failure
            _forget_stdout()
            return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"gradient {version('gradient-runtime')}")
    except PackageNotFoundError:
        click.echo("gradient (not installed)")
    ctx.exit()


@click.group("gradient", cls=_Commands, params=everywhere(), context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def gradient() -> None:
    """See what your agents did.

    The options but --version may also stand behind a command's name.
    """


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
