"""`gradient export`: runs in the formats of other tools."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click

from gradient.cli.errors import Failure
from gradient.cli.options import run_argument
from gradient.cli.reading import documents, reading
from gradient.export.content import without_content
from gradient.export.formats import FORMATS

_STDOUT = "-"
_SUFFIXES = {".jsonl": "jsonl", ".csv": "csv", ".md": "md", ".mmd": "mermaid", ".json": "json", ".html": "html"}
_CANNOT_WRITE = 1


@click.command("export")
@run_argument("references", nargs=-1)
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    help="Which format.  [default: what the file's name ends with, else json]",
)
@click.option("-o", "--output", default=_STDOUT, metavar="FILE", help="Where to.  [default: - (stdout)]")
@click.option("--medium", metavar="DIGEST", help="The bytes of one image or the like, if they were kept.")
@click.option("--no-io", is_flag=True, help="Leave out what was said: inputs, outputs, metadata, error messages.")
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one for each option
    home: Path | None, references: Sequence[str], name: str | None, output: str, medium: str | None, no_io: bool
) -> None:
    """Write runs in a format of other tools.

    RUN is an id, its first 4 or more characters, @last, @-2, @last-error, a file
    of an earlier export, or - for stdin.

    \b
    json       gradient.run/1; an array of them for several runs
    jsonl      gradient.run/1, a run on each line
    csv        a row for each request and execution
    html       the page as one file, to open without a server
    md         Markdown, to read
    mermaid    the graph with the path taken, as a flowchart
    otlp-json  spans, for OpenTelemetry collectors and backends
    perfetto   a trace for ui.perfetto.dev or chrome://tracing
    """  # noqa: D301 - the backslash tells click to leave the lines as they are
    if medium is not None:
        _put_out(output, iter([_medium(references, home, medium)]))
        return
    name = name or _SUFFIXES.get(Path(output).suffix, "json")
    runs: Iterable[dict[str, Any]] = documents(references, home)
    if not FORMATS[name].several:
        runs = list(islice(runs, 2))
        if len(runs) > 1:
            raise click.UsageError(f"{name} holds one run. Export them one by one.")
    _put_out(output, FORMATS[name].write(map(without_content, runs) if no_io else runs))


def _medium(references: Sequence[str], home: Path | None, digest: str) -> bytes:
    """Return the bytes of a medium; the files of exports do not have them."""
    if len(references) != 1:
        raise click.UsageError("A medium is of one run.")
    with reading(home) as store:
        return store.medium(store.find(references[0]), digest)


def _put_out(output: str, pieces: Iterator[bytes]) -> None:
    if output == _STDOUT:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        _write(Path(output), pieces)


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """Write a file that only its owner can read; it is there whole or not at all."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            with path.open("wb") as special:
                special.writelines(pieces)
            return
        target = path.resolve()  # what a link points to, not the link
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            written = Path(file.name)
            try:
                file.writelines(pieces)
            except BaseException:
                written.unlink()
                raise
        written.replace(target)
    except OSError as error:
        raise Failure(f"Cannot write {path}: {error.strerror}.\nChoose another place with -o.", _CANNOT_WRITE) from None
