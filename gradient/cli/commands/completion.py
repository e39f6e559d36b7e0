"""`gradient completion`: what a shell needs to complete commands, options and the names of runs."""

import os
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_GRADIENT_COMPLETE"  # click looks for it in the environment, whatever the command
_MOST_RUNS = 200
_PLACES = {"@last": "the newest run", "@last-error": "the newest that failed", "@-2": "the one before the newest"}


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
@click.pass_context
def command(ctx: click.Context, shell: str | None) -> None:
    """Print what makes a shell complete commands and runs.

    SHELL is the one you use, where it is not named. For bash, add to ~/.bashrc:

        eval "$(gradient completion bash)"

    For zsh likewise in ~/.zshrc, behind compinit. For fish:

        gradient completion fish > ~/.config/fish/completions/gradient.fish
    """
    wanted = shell or Path(os.environ.get("SHELL", "")).name
    completer = get_completion_class(wanted) if wanted in _SHELLS else None
    if completer is None:
        raise click.UsageError(f"Name a shell: {', '.join(_SHELLS)}.")
    click.echo(completer(ctx.find_root().command, {}, "gradient", _VARIABLE).source())


def complete_runs(home: Path | None, incomplete: str) -> list[CompletionItem]:
    """Return the names of runs that begin so: places, then ids of the newest, each with what it is."""
    places = [CompletionItem(name, help=told) for name, told in _PLACES.items() if name.startswith(incomplete)]
    with redirect_stderr(StringIO()):  # whoever presses Tab wants neither warnings nor tracebacks
        try:
            return places + _complete_ids(home, incomplete)
        except Exception:  # noqa: BLE001
            return places


def _complete_ids(home: Path | None, incomplete: str) -> list[CompletionItem]:
    from gradient.cli.reading import reading
    from gradient.store import ls_document

    with reading(home) as store:
        runs = ls_document(store.list(f"id:{incomplete}" if incomplete else "", limit=_MOST_RUNS).runs)["runs"]
    return [
        CompletionItem(run["request_id"], help=f"{run['status']} {run['entrypoint'] or ''}, {run['started_at'] or ''}")
        for run in runs
    ]
