"""`gradient ui`: runs in a browser."""

import json
import subprocess
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradient.cli.errors import Failure, failure_of
from gradient.cli.messages import tell
from gradient.cli.reading import current_project
from gradient.cli.settings.values import settings_for

if TYPE_CHECKING:
    from gradient.ingest import Ingest
    from gradient.runtime.settings.fields import Settings

_MISSING, _CANNOT_LISTEN = 5, 1
_PORT = 4319
_DOCTOR_S = 60


@click.command("ui")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="Where to listen; 0: anywhere free."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="For others than this machine; the address has a token then."
)
@click.option("--open/--no-open", "open_it", default=True, help="Open it in a browser.  [default: open]")
@click.option("--run", "reference", metavar="RUN", help="Open this run.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - its options
    home: Path | None, port: int, host: str, open_it: bool, reference: str | None, all_projects: bool
) -> None:
    """Show runs in a browser, as they happen; end it with Ctrl-C.

    A page of this machine alone, without account, service or network.
    """
    if not all(map(find_spec, ("starlette", "uvicorn"))):
        raise Failure("The page needs an extra: pip install 'gradient-runtime[ui]'", _MISSING)
    from gradient.runtime.settings.sources import default_home
    from gradient.store import StoreError, open_home
    from gradient.ui.application import Shown
    from gradient.ui.serving import Address, serve

    settings = settings_for(home).settings
    where = settings.home or default_home()
    project = None if all_projects else current_project()
    place = "" if reference is None else _place_of(where, reference, project, StoreError)
    listening = _listen(host, port)

    def ready(address: Address) -> None:
        url = address.url + place
        click.echo(url)
        tell(f"Shows {where}. Ctrl-C ends it.")
        if not address.is_private:
            tell("Whoever has this address can read your runs; it is not encrypted.")
        if open_it:
            webbrowser.open(url)

    shown = Shown(
        open_store=lambda: open_home(where),
        home=where,
        open_ingest=lambda: _ingest(where, settings),
        project=project,
        about=lambda: _doctor(where),
    )
    serve(shown, listening, host, ready)


def _ingest(home: Path, settings: "Settings") -> "Ingest":
    from gradient.ingest import Ingest  # Here: few pages are sent any traces, and the first page should not wait.

    return Ingest(home, settings)


def _place_of(home: Path, reference: str, project: str | None, store_error: Any) -> str:
    """Return where in the page a run is."""
    from gradient.store import open_home

    try:
        with open_home(home, project=project) as store:
            return f"#/run/{store.find(reference).id}"
    except store_error as error:
        raise failure_of(error) from None


def _listen(host: str, port: int) -> Any:
    from gradient.ui.serving import PortTaken, listen

    try:
        return listen(host, port)
    except PortTaken as error:
        if port != _PORT:
            raise Failure(f"{error}\nName another with --port, or 0 for any that is free.", _CANNOT_LISTEN) from None
        tell(f"{error} Another page may be open; this one takes a free port.")
        return listen(host, 0)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(f"Cannot listen on {host}, port {port}: {reason}.", _CANNOT_LISTEN) from None


def _doctor(home: Path) -> dict[str, Any]:
    """Return `gradient.doctor/1`, from another process: it imports frameworks, and this one has to stay small."""
    asked = [sys.executable, "-m", "gradient.cli", "--home", str(home), "doctor", "--json"]
    try:
        done = subprocess.run(asked, capture_output=True, check=False, timeout=_DOCTOR_S)  # noqa: S603 - ourselves
        found: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return {"schema": "gradient.doctor/1", "failed": str(error)}
    return found
