"""What of the page is shipped: whole, small, and asking nobody but its server."""

import gzip
import re

from gradient.export.html import TEMPLATE, html
from gradient.ui.application import STATIC


def test_every_file_that_the_page_names_is_shipped():
    named = re.findall(r'(?:src|href)="\./([^"]+)"', (STATIC / "index.html").read_text("utf-8"))

    assert len(named) >= 3
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_the_scripts_are_small():
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in STATIC.rglob("*.js")}

    assert sum(sizes.values()) <= 200_000
    assert [name for name, size in sizes.items() if name.startswith("index") and size > 80_000] == []


def test_the_page_names_no_other_place():
    # Of these two, names of XML, nobody asks for anything.
    allowed = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml"}
    texts = [path.read_text("utf-8") for path in STATIC.rglob("*") if path.suffix in (".js", ".css", ".html")]

    found = {url for text in texts for url in re.findall(r"https?://[\w./-]+", text)}

    assert found <= allowed


def test_a_run_that_is_put_in_a_file_has_one_place_there_and_cannot_leave_it(read_runs, runtime):
    runtime.start_request("evil", inputs={"q": "</script><script>alert(1)</script>__GRADIENT_RUN__"})
    runtime.end_request()
    (document,) = read_runs()

    page = b"".join(html([document]))

    assert TEMPLATE.read_bytes().count(b"__GRADIENT_RUN__") == 1
    assert b"__GRADIENT_RUN__" not in page
    assert b"alert(1)" not in page
    assert page == b"".join(html([document]))
