"""Send the journal of the agent's own process, in a thread of it.

A daemon thread: it never keeps a process alive. What it did not send stays in the journal, and the next process that
sends to the same place, or `gradient ship`, goes on from there. So that it does, the journal is noted as begun before
anything else; what takes time, even importing, is done in the thread.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import TYPE_CHECKING

from gradient.export.ship.destination import Destination, destination_from
from gradient.export.ship.ledger import Ledger
from gradient.runtime.context import current_scope
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from gradient.export.ship.shipper import Shipper
    from gradient.runtime.listening.recorder import Recorder
    from gradient.runtime.settings.fields import Settings

_EVERY_S = 1.0
_LEFT_EVERY_S = 60.0
_HINT = "To send them: pip install 'gradient-runtime[otel]'"


class Background:
    """Sends while the process runs.

    Args:
        recorder: Who writes the journal.
        destination: Where to.
        settings: How, and how long the end of the process may take.

    Attributes:
        adopted: Trace ids of requests that a parent process opened, by key.
    """

    def __init__(self, recorder: Recorder, destination: Destination, settings: Settings) -> None:
        self.adopted: dict[bytes, bytes] = {}
        self._recorder = recorder
        self._destination = destination
        self._settings = settings
        self._ledger = Ledger(recorder.home, destination.url)
        self._stopping = threading.Event()
        self._deadline_s = float("inf")
        self._left: set[str] = set()
        self._looked_s = -_LEFT_EVERY_S
        self._thread = threading.Thread(target=self._run, name="gradient-ship", daemon=True)

    def start(self) -> None:
        """Begin; the thread belongs to no request."""
        folder = self._recorder.writer.folder
        if folder is not None:
            self._ledger.begin(folder.name)
        scope = current_scope.get()
        current_scope.set(None)
        try:
            self._thread.start()
        finally:
            current_scope.set(scope)
        atexit.register(self.close)

    def close(self) -> None:
        """Send what can be sent before the deadline, and end."""
        atexit.unregister(self.close)
        self._deadline_s = time.monotonic() + self._settings.otlp_exit_s
        self._stopping.set()
        self._thread.join(self._settings.otlp_exit_s)

    def _run(self) -> None:
        try:
            shipper = self._shipper()
            shipper.run(self._stopping.wait, every_s=_EVERY_S)
            self._looked_s = -_LEFT_EVERY_S
            shipper.drain(lambda: time.monotonic() > self._deadline_s)
            shipper.close()
        except ImportError as error:
            warn(f"runs cannot be sent ({error}); they are kept here. {_HINT}")
        except Exception as error:  # noqa: BLE001 - our bug costs the export, not the agent
            warn(f"runs are sent no more: {error!r}. They are kept here; `gradient ship` sends them.")

    def _shipper(self) -> Shipper:
        from gradient.export.ship.manner import manner_from, metrics_from
        from gradient.export.ship.shipper import Shipper

        manner = manner_from(self._settings, os.environ)
        home, is_ours = self._recorder.home, self._is_ours
        return Shipper(
            home,
            self._destination,
            manner,
            is_ours=is_ours,
            tell=warn,
            adopted=self.adopted,
            metrics=metrics_from(self._settings, os.environ),
        )

    def _is_ours(self, process_id: str) -> bool:
        """Tell whether a journal is our own, or one that somebody began to send and left."""
        folder = self._recorder.writer.folder
        if folder is not None and folder.name == process_id:
            return True
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LEFT_EVERY_S:
            self._looked_s = now_s
            self._left = self._ledger.begun()
        return process_id in self._left


def begin(settings: Settings, recorder: Recorder) -> Background | None:
    """Begin to send the journal of this process; None where nobody said where to."""
    destination = destination_from(os.environ, settings.otlp_endpoint)
    if destination is None:
        return None
    background = Background(recorder, destination, settings)
    background.start()
    return background
