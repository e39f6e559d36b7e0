"""Images that are kept with a run: drawn by a real browser, and given out by what they are."""

import struct
import zlib

import pytest
from support.browser import Home, until

_BEFORE = """
from base64 import b64encode

from gradient.sdk import configure, entrypoint, step

configure(media="keep")
"""


def png(width, height):
    """Return a grey image."""
    rows = height * (b"\0" + width * b"\x80")
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b"")]
    lined_up = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(lined_up)


PICTURE = png(640, 400)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='owned'</script></svg>" + 99 * b"<g/>"
AGENT = f"""{_BEFORE}
PICTURE, SVG = {PICTURE!r}, {SVG!r}


def blob(mime_type, content):
    encoded = b64encode(content).decode()
    return {{"type": "blob", "modality": "image", "mime_type": mime_type, "content": encoded}}


@entrypoint
def looks(question):
    parts = [blob("image/png", PICTURE), blob("image/svg+xml", SVG), blob("image/gif", SVG + b" ")]
    with step("model", kind="llm", inputs={{"messages": [{{"role": "user", "parts": parts}}]}}) as model:
        model.outputs = {{"messages": []}}


looks("What is this?")
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("kept"))
    made.run(made.script(AGENT))
    made.serve()
    yield made
    made.stop()


@pytest.fixture
def pictures(kept, page):
    """The page of the run, once every image in sight has come or failed."""
    page.goto(f"{kept.address}#/run/@last?view=chat")
    page.wait_for_selector(".chat .picture img")
    until(page, "() => [...document.images].every((one) => one.complete)")
    return page


def media(page):
    """Return the media that the run tells of, in order."""
    return page.evaluate(
        """async () => {
            const chat = await (await fetch("api/runs/@last/chat")).json();
            return chat.turns[0].heard[0].parts.map((part) => part.content.$media);
        }"""
    )


def asked(page, digest):
    return page.evaluate(
        """async (digest) => {
            const answer = await fetch(`api/runs/@last/media/${digest}`);
            return [answer.status, answer.headers.get("content-type"), [...new Uint8Array(await answer.arrayBuffer())]];
        }""",
        digest,
    )


def test_an_image_that_is_kept_is_drawn_where_it_was_said(pictures):
    until(pictures, "() => document.querySelector('.chat .picture img')?.naturalWidth === 640")

    box = pictures.locator(".chat .picture img").first.bounding_box()

    assert box["width"] <= 322
    assert box["height"] <= 202
    assert box["height"] >= 100


def test_the_bytes_of_an_image_are_those_that_were_recorded_and_tell_their_type(pictures):
    status, kind, content = asked(pictures, media(pictures)[0]["digest"])

    assert (status, kind, bytes(content)) == (200, "image/png", PICTURE)


def test_an_image_that_could_hold_scripts_is_neither_drawn_nor_given_out_whatever_it_is_called(kept, page):
    page.goto(f"{kept.address}#/run/@last?view=chat")
    until(page, "() => document.body.textContent.includes('cannot be drawn')")
    told = media(page)

    assert [medium["type"] for medium in told] == ["image/png", "image/svg+xml", "image/gif"]
    assert [asked(page, medium["digest"])[0] for medium in told] == [200, 415, 415]
    assert page.locator(".chat .picture").count() == 1


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:ab", "..%2f..%2f000001.seg", f"sha256:{64 * '0'}"])
def test_what_is_not_kept_is_not_found(pictures, digest):
    assert asked(pictures, digest)[0] == 404


def test_an_image_opened_alone_may_do_nothing(kept, page):
    page.goto(f"{kept.address}#/run/@last?view=chat")
    page.wait_for_selector(".chat .picture img")

    answer = page.goto(f"{kept.address}api/runs/@last/media/{media(page)[0]['digest']}")

    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert page.evaluate("document.contentType") == "image/png"
