"""The documents, and the fenced blocks in them."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "examples" / "README.md", *sorted(DOCS.rglob("*.md"))]

_FENCE = re.compile(r"^```(?P<label>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: what stands behind its fence, its text, and the line at which that begins."""

    label: str
    text: str
    line: int


def blocks(document):
    """Return the fenced blocks of a document, in order."""
    text = document.read_text("utf-8")
    return [
        Block(found["label"].strip(), found["text"], text.count("\n", 0, found.start("text")))
        for found in _FENCE.finditer(text)
    ]


def rewrite(document, label, texts):
    """Replace the texts of the blocks with a label, in order."""
    waiting = iter(texts)

    def replaced(found):
        return f"```{label}\n{next(waiting)}```" if found["label"].strip() == label else found[0]

    document.write_text(_FENCE.sub(replaced, document.read_text("utf-8")), "utf-8")


def name_of(document):
    """Return a document's path below the root."""
    return str(document.relative_to(ROOT))


def names_in_code(document):
    """Return the names that a document has in `code` and in its Python blocks."""
    prose = _FENCE.sub("", document.read_text("utf-8"))
    code = re.findall(r"`([^`\n]+)`", prose) + [block.text for block in blocks(document) if "python" in block.label]
    return {name for piece in code for name in re.findall(r"\w+", piece)}
