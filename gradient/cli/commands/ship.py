"""`gradient ship`: send what was recorded to an OpenTelemetry backend, for all processes of this machine."""

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradient.cli.drawing.formats import counted
from gradient.cli.errors import Failure
from gradient.cli.messages import tell, warn
from gradient.cli.settings.values import settings_for
from gradient.runtime.settings.fields import Settings

if TYPE_CHECKING:
    from gradient.export.ship.shipper import Shipper

_FAILED, _USAGE, _MISSING = 1, 2, 5
_LAST_PORT = 65_535
_PROFILES = ("langfuse", "langsmith", "mlflow")


def _address(_ctx: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, int] | None:
    """Return the host and the port that a text names."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > _LAST_PORT:
        raise click.BadParameter(f"{text!r} is no port; write 4318 or 0.0.0.0:4318.")
    return host.strip("[]") or "127.0.0.1", int(port)


@click.command("ship")
@click.option("--to", "endpoint", metavar="URL", help="Base URL of OTLP/HTTP.  [default: the setting otlp_endpoint]")
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    callback=_address,
    help="Take OTLP of other programs here, and record it.  [host: 127.0.0.1]",
)
@click.option("--once", is_flag=True, help="Send what there is, and end.")
@click.option(
    "--profile",
    "profiles",
    type=click.Choice(_PROFILES),
    multiple=True,
    help="Add the attributes of this tool, too.  [default: the setting otlp_profiles]",
)
@click.option("--no-io", is_flag=True, help="Leave out what was said: inputs, outputs, metadata, error messages.")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    home: Path | None,
    /,
    *,
    endpoint: str | None,
    listen: tuple[str, int] | None,
    once: bool,
    profiles: Sequence[str],
    no_io: bool,
) -> None:
    """Send runs to an OpenTelemetry backend, each once, until Ctrl-C.

    What was sent is noted beside the journals, so that it can be ended and begun
    again at any time. While nobody answers, the journals wait.
    """
    try:
        for needed in ("gradient.export.ship.shipper", "gradient.ingest"):
            import_module(needed)
    except ImportError as error:
        raise Failure(
            f"What spans are sent with is missing ({error}).\nInstall it: pip install 'gradient-runtime[otel]'",
            _MISSING,
        ) from None
    from gradient.runtime.settings.sources import default_home

    settings = settings_for(home).settings
    settings = replace(
        settings,
        home=(settings.home or default_home()).absolute(),
        otlp_profiles=tuple(profiles) or settings.otlp_profiles,
        otlp_endpoint=endpoint or settings.otlp_endpoint,
    )
    with ExitStack() as stack:
        shipper = _shipper(settings, stack, no_io=no_io)
        if shipper is None and listen is None:
            raise Failure(
                "Nobody said where to.\nGive --to http://localhost:4318, or set GRADIENT_OTLP_ENDPOINT "
                "or OTEL_EXPORTER_OTLP_ENDPOINT.",
                _USAGE,
            )
        if listen is not None:
            _listen(settings, *listen, stack)
        if shipper is None:
            threading.Event().wait()
        elif once:
            _ship_once(shipper)
        else:
            shipper.run(threading.Event().wait)


def _shipper(settings: Settings, stack: ExitStack, *, no_io: bool) -> "Shipper | None":
    """Return what sends; None where nobody said where to."""
    from gradient.export.ship.destination import destination_from
    from gradient.export.ship.manner import manner_from, metrics_from
    from gradient.export.ship.shipper import Shipper

    destination = destination_from(os.environ, settings.otlp_endpoint)
    if destination is None or settings.home is None:
        return None
    manner = manner_from(settings, os.environ)
    manner = replace(manner, content=manner.content and not no_io)
    metrics = metrics_from(settings, os.environ)
    shipper = Shipper(settings.home, destination, manner, tell=warn, metrics=metrics)
    tell(f"Sending to {destination.url}; Ctrl-C ends it.")
    stack.callback(lambda: tell(f"Sent {counted(shipper.shipped.spans, 'span')}."))
    stack.callback(shipper.close)
    return shipper


def _listen(settings: Settings, host: str, port: int, stack: ExitStack) -> None:
    """Take what other programs send, as long as the stack is not left."""
    from gradient.ingest import Ingest, listening
    from gradient.runtime.bearer import token_for, told_token

    if settings.home is None:
        return
    try:
        told = told_token(os.environ)
    except ValueError as error:
        raise Failure(f"{error}.", _USAGE) from None
    ingest, token = Ingest(settings.home, settings), told or token_for(host)
    stack.callback(ingest.close)
    try:
        url = stack.enter_context(listening(ingest, port, host, token))
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.\nChoose another port with --listen.", _FAILED
        ) from None
    tell(f"Listening at {url}/v1/traces; Ctrl-C ends it.")
    if told is not None:
        tell("Senders need the token that you told: authorization: Bearer TOKEN; it is not encrypted.")
    elif token is not None:
        tell(f"Senders need OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20{token}; it is not encrypted.")


def _ship_once(shipper: "Shipper") -> None:
    from gradient.export.ship.shipper import Unreachable

    try:
        shipper.round()
    except Unreachable as error:
        raise Failure(f"{error.reason}.\nWhat was not sent is sent the next time.", _FAILED) from None
    except OSError as error:
        raise Failure(f"How far runs were sent cannot be noted: {error}.", _FAILED) from None
