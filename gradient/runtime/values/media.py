"""Images, audio, video and files in values: what they are, how large, and which digest, instead of their bytes.

They come as bytes, as data URLs, and as base64 in a field or in the middle of a text, wherever a provider or a
framework puts them. A text is taken for base64 where its field or the fields beside it say so, where it begins as the
files of a known type do, or where it is so long, and so mixed, that it can be nothing else.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from gradient.runtime.values.kept import Kept

from gradient.runtime.values.glance import BEGINNINGS, FEWEST_CHARS, may_be_base64

FEWEST_RUN_CHARS = 512
"""Of base64 in the middle of a text."""

_CERTAIN_CHARS = 2_048  # of base64 and nothing else, without a word on what it is
_REMEMBERED_CHARS = 4_096
_NOT_REMEMBERED_CHARS = 32 * 1024 * 1024  # as much as is remembered in all: such a one would drive out all others
_SAMPLE_CHARS = 256
_UNCHANGING: tuple[type[Any], ...] = (str, bytes)
_FEWEST_DIFFERENT = 20  # characters in a sample of base64 that is not told to be that
_DECODED_HEAD_CHARS = 24
_MOST_TEXT_BYTES = 1_024
_MOST_ODD_BYTES = 8  # fewer than any key
_SPACES = dict.fromkeys(map(ord, "\r\n\t"))
_UNKNOWN = "application/octet-stream"

_SAMPLE = re.compile(r"[A-Za-z0-9+/_\r\n-]*={0,2}[\r\n]*\Z")
# Bounded in each part, so that a search takes time in proportion to the text, whatever is in it.
_DATA_URL = re.compile(
    r"data:([\w.+-]{1,99}/[\w.+-]{1,99})?(?:;[\w.+-]{1,99}=[^,;\s]{0,99}){0,9};base64,", re.IGNORECASE
)
_INSIDE = re.compile(
    rf"{_DATA_URL.pattern}[A-Za-z0-9+/_=-]{{16,}}|(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{FEWEST_RUN_CHARS},}}={{0,2}}",
    re.IGNORECASE,
)
_BYTES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"%PDF-": "application/pdf",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"OggS": "audio/ogg",
    b"fLaC": "audio/flac",
    b"\x1aE\xdf\xa3": "video/webm",
    b"PK\x03\x04": "application/zip",
}
# Fields that hold nothing else, fields that may, and words of other fields that tell which.
_CERTAIN_FIELDS = frozenset({"base64", "b64_json", "file_data", "b64", "image_base64", "partial_image_b64"})
_LIKELY_FIELDS = frozenset({"data", "result", "bytes", "image", "audio", "video", "file", "blob", "content", "url"})
_TYPES = (
    *("mime_type", "media_type", "mimeType", "mediaType", "mime", "content_type"),
    *("format", "type", "transcript", "modality"),
)
_OF_AUDIO = ("format", "transcript")
_KINDS = {"image": "image", "audio": "audio", "video": "video", "file": "application", "document": "application"}

Note = dict[str, Any]


class Media:
    """Finds media, and remembers those it has found: a digest of many megabytes takes as many milliseconds.

    Args:
        memory: Returns the table that remembers them, or None to remember none.
        kept: Where the bytes of those go that are found, or None where they are not kept.
    """

    def __init__(self, memory: Callable[[], Any] | None = None, kept: Kept | None = None) -> None:
        self._memory = memory
        self.kept = kept

    def of_field(self, name: str, content: Any, fields: Iterable[tuple[Any, Any]]) -> Note | None:
        """Return what stands for a text or bytes in a field, or None where the field does not say that it is one."""
        is_text = type(content) is str
        if (is_text and len(content) < FEWEST_CHARS) or not (name in _CERTAIN_FIELDS or name in _LIKELY_FIELDS):
            return None
        if is_text and _is_data_url(content):
            return self.of_text(content)
        beside = {key: value for key, value in fields if type(key) is str and key in _TYPES}
        told = _told_type(beside)
        if not is_text:
            return None if told is None else self.of_bytes(content, told)
        is_told = name in _CERTAIN_FIELDS or beside.get("type") == "blob" or (told is not None and "/" in told)
        return self._remembered(content, (told, is_told), lambda: _of_base64(content, told, is_told=is_told))

    def of_text(self, text: str) -> Note | None:
        """Return what stands for a text that is a medium as a whole, or None."""
        if _is_data_url(text):
            return self._remembered(text, "data URL", lambda: _of_data_url(text))
        if len(text) < FEWEST_CHARS:
            return None
        is_told = text.startswith(BEGINNINGS)
        if len(text) < _CERTAIN_CHARS and not is_told:
            return None
        return self._remembered(text, (None, is_told), lambda: _of_base64(text, None, is_told=is_told))

    def of_bytes(self, content: Any, told: str | None = None) -> Note:
        """Return what stands for bytes, a bytearray or a memoryview; `told` is the type that was told of it."""
        return cast("Note", self._remembered(content, ("bytes", told), lambda: _of_bytes(content, told)))

    def without(self, text: str) -> str:
        """Return a text in which each medium is told in words."""
        return _INSIDE.sub(self._in_words, text) if may_hold_media(text) else text

    def _in_words(self, found: re.Match[str]) -> str:
        text = found[0]
        note = self._noted(text, _of_data_url(text) if _is_data_url(text) else _of_base64(text, None, is_told=False))
        if note is None:
            return text
        told = note["$media"]
        kept = ", kept" if told.get("kept") is True else ""
        return f"[{told['type']}, {told['bytes']} bytes, {told['digest']}{kept}]"

    def _noted(self, content: Any, note: Note | None) -> Note | None:
        if note is None or self.kept is None:
            return note
        return self.kept.note(note, lambda: _content_of(content))

    def _remembered(self, content: Any, asked: Any, find: Callable[[], Any]) -> Note | None:
        is_worth_it = type(content) in _UNCHANGING and _REMEMBERED_CHARS <= len(content) < _NOT_REMEMBERED_CHARS
        if self._memory is None or not is_worth_it:
            return self._noted(content, find())
        answers = self._memory().large(content).answers
        if asked not in answers:
            answers[asked] = find()
        return self._noted(content, answers[asked])


def text_of_bytes(content: Any) -> str | None:
    """Return short bytes as text where they are text, very few others as Python writes them; None of a medium."""
    if memoryview(content).nbytes > _MOST_TEXT_BYTES:
        return None
    plain = bytes(content)
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        text = "\0"
    if text.translate(_SPACES).isprintable():
        return text
    return repr(plain) if len(plain) <= _MOST_ODD_BYTES and _type_of(plain, None) == _UNKNOWN else None


def _is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def may_hold_media(text: str) -> bool:
    """Tell whether there may be base64 in a text: a long run of it, or a data URL."""
    return ";base64," in text or may_be_base64(text, FEWEST_RUN_CHARS)


def _note(mime_type: str, size: int, digest: str) -> Note:
    return {"$media": {"type": mime_type, "bytes": size, "digest": f"sha256:{digest}"}}


def _of_data_url(text: str) -> Note | None:
    begin = _DATA_URL.match(text)
    return None if begin is None else _of_base64(text[begin.end() :], begin[1], is_told=True)


def _of_bytes(content: Any, told: str | None) -> Note:
    # A copy of our own: a hash lets other threads run, and one of them may be about to add to its buffer.
    plain = content if type(content) is bytes else bytes(content)
    return _note(_type_of(plain[:16], told), len(plain), sha256(plain).hexdigest())


def _of_base64(text: str, mime_type: str | None, *, is_told: bool) -> Note | None:
    if not all(map(_SAMPLE.match, _samples(text))) or not (is_told or _is_mixed(text)):
        return None
    try:
        content = _decoded(text)
    except (Error, ValueError):  # cut somewhere, or no base64 after all
        content = None
        if not is_told:
            return None
    head = _decoded(text[:_DECODED_HEAD_CHARS]) if content is None else content[:16]
    kind = _type_of(head, mime_type)
    size = len(text) * 3 // 4 if content is None else len(content)
    return _note(kind, size, sha256(text.encode() if content is None else content).hexdigest())


def _content_of(content: Any) -> bytes:
    """Return the bytes of a medium, whichever way it came.

    Raises:
        ValueError: It is base64 that cannot be read to its end.
    """
    if type(content) is not str:
        return bytes(content)
    begin = _DATA_URL.match(content)
    return _decoded(content if begin is None else content[begin.end() :])


def _decoded(text: str) -> bytes:
    return a2b_base64(text.replace("-", "+").replace("_", "/") if "-" in text or "_" in text else text)


def _samples(text: str) -> list[str]:
    middle = len(text) // 2
    return [text[:_SAMPLE_CHARS], text[middle : middle + _SAMPLE_CHARS], text[-_SAMPLE_CHARS:]]


def _is_mixed(text: str) -> bool:
    sample = set(text[: 2 * _SAMPLE_CHARS])
    return len(sample) >= _FEWEST_DIFFERENT and any(map(str.isdigit, sample)) and any(map(str.isupper, sample))


def _type_of(head: bytes, told: str | None) -> str:
    """Return the type that was told, or the one that begins like this."""
    if told and "/" in told:
        return told
    if head[:4] == b"RIFF":
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    found = next((mime for magic, mime in _BYTES.items() if head.startswith(magic)), None)
    return found or (f"{told}/*" if told in ("image", "audio", "video") else _UNKNOWN)


def _told_type(beside: Mapping[Any, Any]) -> str | None:
    """Return the type that the fields beside one tell: `image/png`, or `image` where they say no more."""
    for name in _TYPES:
        told = beside.get(name)
        if type(told) is str:
            if "/" in told:
                return told
            kind = next((kind for word, kind in _KINDS.items() if word in told), None)
            if kind is not None or name in _OF_AUDIO:
                return kind or ("audio" if name == "transcript" else f"audio/{told}")
    return None
