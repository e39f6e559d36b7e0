"""The page of `gradient ui`: how soon it is there, how smoothly it moves, how much it takes.

Needs a Chromium and the Python package playwright. Each figure is the median of five, against the goals of the design.
"""

import gzip
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "gradient" / "ui" / "static"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"]  # fmt: skip
ROUNDS = 5
FIRST_ROW = ".timeline .line:nth-child(2)"
SCROLL = """async () => {
    const list = document.querySelector('.list'), frames = [];
    let former = performance.now(), step = 400;
    for (let at = 0; at < 120; at++) {
        // Back from either end: a short list moves as often as a long one.
        if (list.scrollTop + step < 0 || list.scrollTop + step > list.scrollHeight - list.clientHeight) step = -step;
        list.scrollTop += step;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - former);
        former = now;
    }
    return frames;
}"""


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = next(filter(None, (os.environ.get("CHROMIUM"), "/usr/bin/chromium")))
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        small, large, huge = (recorded(Path(folder), number) for number in (100, 10_000, 50_000))
        report("command to first page", "1.00 s", [first_page(browser, folder) for _ in range(ROUNDS)])
        server, address = serve(folder)
        report("server, idle", "60 MB", [rss_mb(server)], "MB")
        outside = set()
        for run, name, goal in ((small, "100", "-"), (large, "10,000", "0.80 s"), (huge, "50,000", "1.50 s")):
            seen = [opened(browser, f"{address}#/run/{run}", outside) for _ in range(ROUNDS)]
            report(f"first row of {name}", goal, [one["first"] for one in seen])
            report(f"scrolling {name}, p95 of frames", "33 ms", [one["scroll"] for one in seen], "ms")
            report(f"DOM nodes of {name}", "1,500", [one["nodes"] for one in seen], "")
            report(f"heap of {name}", "60 MB", [one["heap"] for one in seen], "MB")
        report("server, after all of that", "-", [rss_mb(server)], "MB")
        sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) / 1000 for file in STATIC.rglob("*.js")}
        report(
            "first script, compressed",
            "80 kB",
            [size for name, size in sizes.items() if name.startswith("index")],
            "kB",
        )
        report("all scripts, compressed", "200 kB", [sum(sizes.values())], "kB")
        print(f"requests to others: {len(outside)}")
        stop(server)


def recorded(folder, number):
    """Record a run of so many executions; return its id."""
    made = gradient(folder, "demo", "--spans", str(number), stdout=subprocess.PIPE, text=True)
    return made.communicate()[0].strip()


def gradient(folder, *words, **options):
    environment = {**os.environ, "GRADIENT_HOME": str(folder), "PYTHONPATH": str(ROOT), "GRADIENT_CONSOLE": "off"}
    return subprocess.Popen([sys.executable, "-m", "gradient.cli", "-q", *words], env=environment, **options)


def serve(folder):
    server = gradient(folder, "ui", "--no-open", "--port", "0", "--all-projects", stdout=subprocess.PIPE, text=True)
    return server, server.stdout.readline().strip()


def stop(server):
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=20)


def first_page(browser, folder):
    page = browser.new_page()
    began = time.perf_counter()
    server, address = serve(folder)
    page.goto(address)
    page.wait_for_selector(".runs .line")
    took = time.perf_counter() - began
    page.close()
    stop(server)
    return took


def opened(browser, address, outside):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: outside.add(request.url) if not request.url.startswith(address[:21]) else None)
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(FIRST_ROW)
    first = time.perf_counter() - began
    # The many executions are folded into groups; scroll through them all.
    page.evaluate(
        "document.querySelectorAll('.timeline .line').forEach((line) => line.ariaExpanded === 'false' && line.click())"
    )
    page.wait_for_timeout(300)
    frames = sorted(page.evaluate(SCROLL))
    seen = {
        "first": first,
        "scroll": frames[int(len(frames) * 0.95)],
        "nodes": page.evaluate("document.querySelectorAll('*').length"),
        "heap": page.evaluate("performance.memory.usedJSHeapSize") / 1e6,
    }
    context.close()
    return seen


def rss_mb(server):
    (line,) = [line for line in Path(f"/proc/{server.pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1000


def report(what, goal, values, unit="s"):
    value = statistics.median(values)
    shown = f"{value:,.0f}" if value >= 100 or unit == "" else f"{value:.2f}" if unit == "s" else f"{value:.1f}"
    print(f"{what:36} {shown:>8} {unit:3} goal {goal}")


if __name__ == "__main__":
    main()
