"""Nothing public goes undocumented, and what is documented is so."""

import inspect
import os
import re
from dataclasses import fields
from typing import get_args

import pytest
from click.testing import CliRunner
from documents import DOCS, DOCUMENTS, blocks, name_of, names_in_code, rewrite

import gradient.journal
import gradient.journal.errors
import gradient.runtime
import gradient.runtime.errors
import gradient.sdk
import gradient.store
import gradient.store.errors
import gradient.testing
from gradient.cli import gradient as command
from gradient.runtime.frameworks import FRAMEWORKS
from gradient.runtime.status import Status

_PACKAGES = [gradient.sdk, gradient.runtime, gradient.store, gradient.journal, gradient.testing]
_ERRORS = [gradient.runtime.errors, gradient.store.errors, gradient.journal.errors]
_COMMANDS = sorted(command.list_commands(None))
_NOT_OURS = {"TYPE_CHECKING", "Any", "annotations"}
_SETTINGS = [setting for setting in fields(gradient.sdk.Settings) if setting.init]


def errors_of(module):
    return {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == module.__name__
    }


@pytest.mark.parametrize("package", _PACKAGES, ids=lambda package: package.__name__)
def test_all_names_what_can_be_imported_and_nothing_else(package):
    found = {name for name, value in vars(package).items() if not name.startswith("_") and not inspect.ismodule(value)}
    lazy = {name for name in package.__all__ if name not in found and hasattr(package, name)}

    assert set(package.__all__) == (found - _NOT_OURS) | lazy


@pytest.mark.parametrize(
    ("document", "package"),
    [("sdk.md", gradient.sdk), ("runtime.md", gradient.runtime), ("testing.md", gradient.testing),
     ("journal.md", gradient.journal), ("store.md", gradient.store)],
    ids=lambda one: getattr(one, "__name__", one),
)  # fmt: skip
def test_every_exported_name_is_documented(document, package):
    names = names_in_code(DOCS / document) | names_in_code(DOCS / "errors.md")

    assert {name for name in package.__all__ if name not in names} == set()


@pytest.mark.parametrize("module", _ERRORS, ids=lambda module: module.__name__)
def test_every_error_is_documented(module):
    rows = set(re.findall(r"^\| `(\w+)`", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE))

    assert errors_of(module) - rows == set()


def test_no_error_is_documented_that_there_is_not():
    rows = set(re.findall(r"^\| `(\w+)`", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE))

    assert rows == set.union(*map(errors_of, _ERRORS))


@pytest.mark.parametrize("setting", _SETTINGS, ids=lambda setting: setting.name)
def test_the_default_of_every_setting_is_the_documented_one(setting):
    text = (DOCS / "configuration.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{setting.name}` \|.*$", text, re.MULTILINE)
    variable, default = (cell.strip() for cell in row.split("|")[2:4])

    told = {"none": None, "empty": ()}.get(default, default.strip("`").replace(",", ""))
    assert variable == ("code only" if setting.name == "redact_hook" else f"`GRADIENT_{setting.name.upper()}`")
    assert told == setting.default or told == str(setting.default).lower()


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
def test_every_instrumentor_has_a_page(framework):
    assert f"GRADIENT_DISABLED_INSTRUMENTORS={framework.name} " in (DOCS / f"{framework.name}.md").read_text("utf-8")


@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_is_documented(status):
    assert f"| `{status}` |" in (DOCS / "statuses.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["README", *_COMMANDS])
def test_the_help_of_every_command_and_of_those_below_it_is_the_documented_one(monkeypatch, name):
    """With `WRITE_GOLDEN=1` the documents are rewritten; then read the difference."""
    monkeypatch.setenv("COLUMNS", "80")
    page = DOCS / "cli" / f"{name}.md"
    own = [] if name == "README" else [name]
    below = sorted(getattr(command.get_command(None, name), "commands", ()))

    told = [
        CliRunner().invoke(command, [*words, "--help"], prog_name="gradient").output
        for words in (own, *([*own, each] for each in below))
    ]

    if os.environ.get("WRITE_GOLDEN"):
        rewrite(page, "text help", told)
    assert [block.text for block in blocks(page) if block.label == "text help"] == told


def test_every_command_is_in_the_table_of_commands():
    table = (DOCS / "cli" / "README.md").read_text("utf-8")

    rows = re.findall(r"^\| `gradient (\w+)` \| \[(\w+)\.md\]", table, re.MULTILINE)

    assert rows == [(name, name) for name in _COMMANDS]


def test_every_decision_fits_on_a_page_and_is_numbered_in_order():
    records = sorted((DOCS / "decisions").glob("*.md"))

    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert [record.name for record in records if len(record.read_text("utf-8").splitlines()) > 40] == []


def test_the_architecture_fits_on_three_screens():
    assert len((DOCS.parent / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_between_documents_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text("utf-8"))

    assert [target for target in targets if not (document.parent / target).exists()] == []
