"""Kinds, statuses and the names of usage stand in one file, which everything else reads."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

import gradient.journal.vocabulary
from gradient.analysis import documents
from gradient.journal.events import Usage
from gradient.journal.vocabulary import AMOUNTS, DETAILS, KINDS, ROLES, STATUSES, USAGE, Status

ROOT = Path(__file__).parents[2]
VOCABULARY = ROOT / "gradient" / "journal" / "vocabulary.py"  # that of this checkout: an installed one is a copy
SCRIPT = ROOT / "scripts" / "vocabulary"
PROGRAM = ROOT / "tests" / "support" / "added_words.py"
WORDS = {"kind": set(KINDS), "status": set(STATUSES), "usage": set(USAGE), "name of usage": set(AMOUNTS)}
FEW = {"kind": 2, "status": 2, "usage": 4, "name of usage": 4}
"""So many words of a sort that stand together are a list of them."""

STEPS = {"Step": 1, "Endpoint": 0}
"""What makes a step, and which argument is its kind."""

# What is said of some kinds alone; the others have nothing of the sort. Frameworks' words for their own things.
ALLOWED = {
    ("analysis/conventions.py", "kind"): "what others call workflows, and where they tell names, inputs and outputs",
    ("analysis/documents.py", "name of usage"): "a type, which is compared below",
    ("export/genai.py", "kind"): "what more a span tells of models, tools, retrievers, agents and workflows",
    ("export/mermaid.py", "status"): "the four looks of a node in a flowchart",
    ("instrumentors/llamaindex/fields.py", "kind"): "how results of LlamaIndex are written down",
    ("instrumentors/openai_agents/fields.py", "kind"): "the names of the SDK's spans",
    ("instrumentors/openai_agents/spans.py", "kind"): "what the SDK's runs are recorded as",
}


def words_of(node):
    """Return the texts that stand together in a display, a chain of comparisons or the fields of a class."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        found = node.elts
    elif isinstance(node, ast.Dict):
        found = node.keys
    elif isinstance(node, ast.ClassDef):
        return {each.target.id for each in node.body if isinstance(each, ast.AnnAssign)} if _is_typed(node) else set()
    else:
        return set()
    return {each.value for each in found if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _is_typed(node):
    return any(isinstance(base, ast.Name) and base.id == "TypedDict" for base in node.bases)


def lists_in(text):
    """Return the sorts of words of which a Python text has lists of its own."""
    found = [words_of(node) for node in ast.walk(ast.parse(text))]
    return {sort for sort, words in WORDS.items() if any(len(words & each) >= FEW[sort] for each in found)}


def lists_in_page(text):
    """Return the same of TypeScript: what stands between brackets, and the first words of pairs."""
    found = [set(re.findall(r'"(\w+)"', inside)) for inside in re.findall(r"\[([^\[\]]*)\]", text)]
    found += [set(re.findall(r'\[\s*"(\w+)",', text)), set(re.findall(r"(\w+): number \| null", text))]
    return {sort for sort, words in WORDS.items() if any(len(words & each) >= FEW[sort] for each in found)}


def test_no_other_file_of_ours_lists_kinds_statuses_or_what_was_used():
    files = {path.relative_to(ROOT / "gradient").as_posix(): path for path in (ROOT / "gradient").rglob("*.py")}

    found = {
        (name, sort) for name, path in files.items() if path != VOCABULARY for sort in lists_in(path.read_text("utf-8"))
    }

    assert found == set(ALLOWED)


def test_nor_does_a_file_of_the_page():
    files = [path for path in (ROOT / "web" / "src").rglob("*.ts*") if path.stem != "vocabulary"]

    assert {path.name: sorts for path in files if (sorts := lists_in_page(path.read_text("utf-8")))} == {}


def test_nor_do_its_styles_name_statuses_but_the_one_that_turns():
    text = (ROOT / "web" / "src" / "styles.css").read_text("utf-8")

    assert set(re.findall(rf"\.(?:mark|box)\.({'|'.join(STATUSES)})\b", text)) == {"running"}
    assert re.findall(r"\.k-\w+|--k-\w+:", text) == []


@pytest.mark.parametrize(
    "text",
    [
        'FAILED = ("error", "aborted")',
        'COLOURS = {"llm": 1, "tool": 2}',
        'if status in {"running", "unknown"}: ...',
        'NAMES = ["input_tokens", "output_tokens", "reasoning_tokens", "cost_usd"]',
    ],
)
def test_a_list_is_found_where_there_is_one(text):
    assert len(lists_in(text)) == 1


@pytest.mark.parametrize(
    "text", ['["llm", "embedding"].includes(kind)', 'new Map([\n ["error", "M4 4"],\n ["aborted", "M8"],\n])']
)
def test_and_in_the_page_too(text):
    assert len(lists_in_page(text)) == 1


def test_the_page_has_what_the_vocabulary_says():
    """`make page` writes it."""
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_types_have_the_words_of_the_tables():
    assert get_args(Status) == tuple(STATUSES)
    assert [field.name for field in msgspec.structs.fields(Usage)][: len(USAGE) + len(DETAILS)] == [*USAGE, *DETAILS]
    assert list(get_type_hints(documents._Sums)) == list(AMOUNTS)


def kinds_given(text):
    """Return the kinds that an instrumentor's text gives to steps, or has in a table of them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STEPS:
            yield from node.args[STEPS[node.func.id] :][:1]
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "_KINDS"
            and isinstance(node.value, ast.Dict)
        ):
            yield from node.value.values


def test_every_kind_that_a_framework_is_recorded_with_is_in_it():
    files = (ROOT / "gradient" / "instrumentors").rglob("*.py")

    found = [kind for path in files for kind in kinds_given(path.read_text("utf-8"))]
    given = {kind.value for kind in found if isinstance(kind, ast.Constant)}

    assert len(given) > len(KINDS) / 2
    assert given <= set(KINDS)


def test_every_status_has_a_badness_and_signs_of_its_own():
    assert len({outcome.badness for outcome in STATUSES.values()}) == len(STATUSES)
    for part in ("sign", "ascii_sign", "drawing"):
        assert len({getattr(outcome, part) for outcome in STATUSES.values()}) == len(STATUSES)


def test_the_codes_of_the_index_stay_what_they_were():
    """An index has them: a new status comes after these."""
    assert gradient.journal.vocabulary.ENDS[:5] == ("completed", "error", "interrupted", "cancelled", "abandoned")


ORACLE = (
    '    "oracle": Kind(is_billed=True, is_client=True, operation="ask", metric="ask.duration", light="#123456"),\n'
)
VETOED = '    "vetoed": Outcome("%", "%", _BAD, badness=8, is_failure=True, drawing="M1 1"),\n'
ADDED = {'    "guardrail": Kind(': ORACLE, '    "unknown": Outcome(': VETOED}


@pytest.fixture
def vocabulary(tmp_path):
    """A vocabulary with a kind and a status more."""
    text = VOCABULARY.read_text("utf-8")
    for before, line in ADDED.items():
        assert text.count(before) == 1
        text = text.replace(before, line + before)
    path = tmp_path / "vocabulary.py"
    path.write_text(text, "utf-8")
    return path


def test_what_is_added_to_it_is_known_to_all_that_reads(vocabulary):
    pytest.importorskip("starlette")

    done = subprocess.run(
        [sys.executable, PROGRAM, vocabulary, "oracle", "vetoed"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)

    assert made["tokens"] == 3
    assert made["ls"][0] == 0
    assert "% vetoed" in made["ls"][1]
    assert made["show"][0] == 1
    assert re.search(r"% *ask +oracle", made["show"][1])
    (_, [name, failed, is_client, attributes]) = made["spans"]
    assert (name, failed, is_client) == ("ask ask", True, True)
    assert attributes["gen_ai.operation.name"] == "ask"
    assert "oracle" in made["values"]["kind"]
    assert "vetoed" in made["values"]["status"]


def test_and_to_the_page(vocabulary):
    page = subprocess.run([sys.executable, SCRIPT, vocabulary], capture_output=True, text=True, check=True).stdout

    assert '["vetoed", { drawing: "M1 1", tone: "error" }],' in page
    assert 'BILLED_KINDS = ["llm", "embedding", "oracle"]' in page
    assert "--k-oracle: #123456;" in page
    assert ".k-oracle {" in page


def test_the_roles_of_messages_are_those_of_the_conventions():
    assert ROLES == ("system", "user", "assistant", "tool")
