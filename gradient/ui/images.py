"""Which recorded bytes a browser may be given to draw: by what they are, never by what was told of them.

Only what is nothing but pixels. SVG and HTML can hold scripts and links, and would be of the same origin as the page.
"""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_GIFS = (b"GIF87a", b"GIF89a")


def image_type(content: bytes) -> str | None:
    """Return the type of an image that every browser draws, or None."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(_GIFS):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
