"""A browser, and the server of `gradient ui` in a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from support import machine
from support.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
MISSING = "no browser: `apt-get install chromium`, and the Python package playwright"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """Return where Chromium is, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def until(page, condition, argument=None):
    """Wait until a condition holds on a page.

    Playwright's own `wait_for_function` calls eval in the page, which the policy of the page forbids.
    """
    end_s = time.monotonic() + PATIENCE_S
    while not page.evaluate(condition, argument):
        assert time.monotonic() < end_s, f"It never came true: {condition}"
        page.wait_for_timeout(50)


def drawn(page):
    """Wait until no part of a page is still read."""
    read = "(one) => one.textContent && !one.textContent.startsWith('Reading')"
    until(page, f"() => document.querySelector('main') && [...document.querySelectorAll('.state')].every({read})")


class Home:
    """A folder that runs are recorded to, by real programs, and the server that shows them."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.address = None
        self._server = None
        self._environment = {
            **machine.variables(),
            **{name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ},
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "examples")]),
            "GRADIENT_HOME": str(self.home),
            "GRADIENT_CONSOLE": "off",
            "GRADIENT_PROJECT": "shop",
            "XDG_CONFIG_HOME": str(folder / "config"),
        }

    def begin(self, *words, **options):
        """Begin a Python process."""
        pipes = {"stdout": subprocess.PIPE, "stdin": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen([sys.executable, *map(str, words)], cwd=self.folder, env=self._environment, **pipes)

    def run(self, *words):
        """Run a Python process to its end; return what it printed."""
        process = self.begin(*words, stderr=subprocess.PIPE)
        printed, complaint = process.communicate(timeout=PATIENCE_S)
        assert process.returncode in (0, 9), complaint
        return printed

    def gradient(self, *words):
        return self.run("-m", "gradient.cli", *words)

    def script(self, source, name="agent.py"):
        path = self.folder / name
        path.write_text(source, "utf-8")
        return path

    def serve(self, *words, port=0):
        """Begin the server; return its address once it listens."""
        self._server = self.begin("-m", "gradient.cli", "-q", "ui", "--no-open", "--port", port, *words)
        self.address = self._server.stdout.readline().strip()
        assert self.address.startswith("http://")
        return self.address

    def stop(self):
        """End the server as Ctrl-C does; return its exit code."""
        server, self._server = self._server, None
        if server is None:
            return None
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=PATIENCE_S)
        return server.returncode
