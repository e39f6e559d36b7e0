"""`gradient doctor` and `gradient instrumentors` tell what is installed, what works, and what is the matter."""

import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gradient.journal.frames import SEGMENT_HEADER_BYTES, pack_segment_header, unpack_segment_header
from gradient.runtime.frameworks import FRAMEWORKS

OTHERS = "|".join(framework.name for framework in FRAMEWORKS if framework.module)
ROOT = Path(__file__).parents[2]

FACTS = (
    (r"^(gradient|python) .*$", r"\1 VERSION"),
    (r"^platform .*$", "platform PLATFORM"),
    (r"[\d.]+ .B free", "FREE"),
    (r" +", " "),
    (r" $", ""),
)
HEALTHY = """\
✓ Everything works.

gradient VERSION
python VERSION
platform PLATFORM

FRAMEWORK VERSION SUPPORTED STATE SEAMS
threads - - on 28 of 28
propagation - - off -

home HOME (GRADIENT_HOME, not made yet, FREE)
processes none yet
journals 0 bytes in 0 segments
index none yet
kept for 30 days, and up to 2.0 GB

SETTING VALUE FROM
home HOME GRADIENT_HOME
console off GRADIENT_CONSOLE
instrumentors threads GRADIENT_INSTRUMENTORS

"""


@pytest.fixture
def distribution(commands, tmp_path):
    """Return a function that puts a distribution on the path of commands, with whatever is in its files."""
    folder = tmp_path / "distributions"
    commands.environment["PYTHONPATH"] = f"{folder}{os.pathsep}{commands.environment['PYTHONPATH']}"

    def install(name, version="1.0", **files):
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        for path, text in files.items():
            at = info / "entry_points.txt" if path == "entry_points" else folder / f"{path.replace('__', '/')}.py"
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(text)

    return install


def masked(commands, text):
    text = text.replace(str(commands.home), "HOME")
    for pattern, stand_in in FACTS:
        text = re.sub(pattern, stand_in, text, flags=re.MULTILINE)
    return text


def problems(commands, **environment):
    """Return level and text of each problem, and the exit code."""
    done = commands.gradient("doctor", "--json", **environment)
    found = [(problem["level"], problem["what"]) for problem in json.loads(done.stdout)["problems"]]
    return found, done.returncode


def test_a_healthy_installation_is_told_from_versions_to_other_tracers(commands):
    done = commands.gradient("doctor", GRADIENT_INSTRUMENTORS="threads")

    told = re.sub(rf"^({OTHERS}) .*\n", "", masked(commands, done.stdout), flags=re.MULTILINE)
    assert (done.returncode, done.stderr) == (0, "")
    assert told.startswith(HEALTHY)
    assert re.search("^(OTHER TRACER|No other tracer)", told, re.MULTILINE)


def test_on_a_terminal_health_is_green(commands):
    shown = commands.on_a_terminal("doctor", GRADIENT_INSTRUMENTORS="threads")

    assert shown.out.startswith("\x1b[32m✓ Everything works.\x1b[0m\n")
    assert (shown.err, shown.code) == ("", 0)


def test_looking_makes_no_home(commands):
    commands.gradient("doctor")

    assert not commands.home.exists()


def test_events_that_could_not_be_written_are_told(commands):
    commands.agent("fine")
    (segment,) = commands.home.glob("journal/*/*.seg*")
    assert commands.json("doctor")["store"]["lost"] == 0

    content = segment.read_bytes()
    header = unpack_segment_header(content)
    segment.write_bytes(pack_segment_header(header.number, header.used_bytes, lost=7) + content[SEGMENT_HEADER_BYTES:])

    found = commands.json("doctor")
    assert found["store"]["lost"] == 7
    assert [one["level"] for one in found["problems"] if "7 events could not be written" in one["what"]] == ["note"]


def test_runs_are_counted_with_what_they_take(commands):
    commands.agent("fine")

    store = commands.json("doctor")["store"]

    assert (store["alive"], store["dead"], store["segments"]) == (0, 1, 1)
    assert store["journal_bytes"] > 1000
    assert (store["path"], store["exists"], store["private"], store["retention_days"]) == (
        str(commands.home), True, True, 30,
    )  # fmt: skip


def test_every_seam_of_langgraph_is_found(commands):
    pytest.importorskip("langgraph")

    (langgraph,) = [one for one in commands.json("instrumentors")["instrumentors"] if one["name"] == "langgraph"]

    assert (langgraph["state"], langgraph["missing"], langgraph["complaints"]) == ("on", [], [])
    assert any(seam.endswith(".run_with_retry") for seam in langgraph["found"])
    assert langgraph["supported"] == ["0.2.57", "1.2"]


@pytest.mark.parametrize("framework", [one for one in FRAMEWORKS if one.releases], ids=lambda one: one.name)
def test_what_is_supported_is_what_the_frameworks_page_says(framework):
    releases = framework.releases

    page = (ROOT / "docs" / f"{framework.name}.md").read_text("utf-8")
    (told,) = re.findall(r"^Tested with \S+ .*", page, re.MULTILINE)
    assert re.search(rf"\b{releases.first}\b", told)
    assert re.search(rf"\b{releases.last}\b", told)


def test_the_version_of_a_framework_is_that_of_the_distribution_that_brings_it(commands, distribution):
    distribution("pydantic_ai_slim", "1.30.0")

    found = commands.json("instrumentors")["instrumentors"]

    (pydantic_ai,) = [one for one in found if one["name"] == "pydantic-ai"]
    assert (pydantic_ai["version"], pydantic_ai["supported"]) == ("1.30.0", ["1.20", "2"])


def test_seams_are_listed_below_their_framework(commands):
    done = commands.gradient("instrumentors", GRADIENT_INSTRUMENTORS="threads")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^threads +- +- +on +28 of 28$", done.stdout, re.MULTILINE)
    instrumentor = "gradient.instrumentors.python.threads:ThreadsInstrumentor"
    assert f"\nthreads  {instrumentor}, of gradient-runtime\n  ✓ " in done.stdout
    assert "  langgraph is left alone, as settings say\n" in done.stdout


def test_a_seam_that_is_not_there_is_broken_and_named(commands, distribution):
    distribution("impostor", langgraph____init__="", langgraph__pregel____init__="", langgraph__types="Send = object")

    found, code = problems(commands)

    whats = [what for level, what in found if level == "broken"]
    assert code == 1
    assert any(what.startswith("langgraph.pregel._runner is not in langgraph") for what in whats)
    assert not any("langgraph.types" in what for what in whats)
    table = commands.gradient("instrumentors").stdout
    assert re.search(r"^langgraph .* broken +\d+ of \d+$", table, re.MULTILINE)
    assert "  ✗ langgraph.pregel._runner: not there\n" in table


def test_an_instrumentor_of_others_is_tried_too(commands, distribution):
    point = "[gradient.instrumentors]\nmock = gradient.testing.mockinstrumentor:MockInstrumentor\n"
    distribution("gradient-mock", entry_points=point)

    (mock,) = [one for one in commands.json("instrumentors")["instrumentors"] if one["provider"] == "gradient-mock"]

    assert (mock["state"], mock["complaints"]) == ("on", [])
    assert mock["found"]


def test_nobody_asks_the_network_because_we_look_at_what_is_installed(commands, distribution, tmp_path):
    said = tmp_path / "said"
    program = f"import os, pathlib; pathlib.Path({str(said)!r}).write_text(os.environ['LITELLM_LOCAL_MODEL_COST_MAP'])"
    distribution("litellm", litellm__utils=program, litellm__main=program)

    commands.gradient("instrumentors")

    assert said.read_text() == "True"


def test_an_instrumentor_that_cannot_be_loaded_is_broken(commands, distribution):
    distribution("gradient-bad", entry_points="[gradient.instrumentors]\nbad = no_such_module:Bad\n")

    found, code = problems(commands)

    ((level, what),) = [problem for problem in found if problem[1].startswith("bad: ")]
    assert (level, code) == ("broken", 1)
    assert "no_such_module" in what


def test_another_tracer_is_noted_and_its_key_is_not_told(commands, distribution):
    distribution("langfuse", "3.2")

    off = commands.gradient("doctor", GRADIENT_INSTRUMENTORS="threads")
    on = commands.gradient("doctor", GRADIENT_INSTRUMENTORS="threads", LANGFUSE_SECRET_KEY="sk-very-secret")

    assert re.search(r"^Langfuse +langfuse 3\.2 +not switched on$", off.stdout, re.MULTILINE)
    assert on.stdout.startswith("! Langfuse is switched on too, by LANGFUSE_SECRET_KEY.\n  Both work side by side.")
    assert "secret\n" not in on.stdout
    assert "sk-very" not in on.stdout
    assert (off.returncode, on.returncode) == (0, 0)


@pytest.mark.parametrize(
    ("environment", "active"),
    [
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_a_variable_that_says_no_switches_nothing_on(commands, distribution, environment, active):
    distribution("opentelemetry_sdk", "1.30")

    document = json.loads(commands.gradient("doctor", "--json", **environment).stdout)

    (sdk,) = [tracer for tracer in document["tracers"] if tracer["name"] == "OpenTelemetry SDK"]
    assert sdk["active"] is active


def test_a_setting_that_cannot_be_used_is_broken(commands):
    found, code = problems(commands, GRADIENT_CONSOL="off", GRADIENT_INSTRUMENTORS="threads")

    assert found == [
        ("broken", "There is no setting 'consol' (from GRADIENT_CONSOL). Did you mean 'console'? It is ignored.")
    ]
    assert code == 1


def test_a_home_that_cannot_be_written_or_read_is_broken(commands):
    commands.home.mkdir(mode=0o700)
    (commands.home / "journal").write_text("a file")

    found, code = problems(commands, GRADIENT_INSTRUMENTORS="threads")

    assert [level for level, _ in found] == ["broken", "broken"]
    assert found[0][1] == f"No run can be kept: {commands.home} cannot be written."
    assert found[1][1] == f"No run can be shown: {commands.home / 'journal'} cannot be read."
    assert code == 1


def test_a_home_that_others_may_read_is_noted(commands):
    commands.home.mkdir()
    commands.home.chmod(0o755)

    found, code = problems(commands, GRADIENT_INSTRUMENTORS="threads")

    assert found == [("note", f"Others on this machine may look into {commands.home}.")]
    assert code == 0


def test_an_index_of_a_newer_version_is_broken(commands):
    commands.agent("fine")
    commands.gradient("ls")
    (index,) = (commands.home / "index").glob("*.sqlite")
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA user_version = 999")

    found, code = problems(commands, GRADIENT_INSTRUMENTORS="threads")

    ((level, what),) = found
    assert (level, code) == ("broken", 1)
    assert what.startswith(f"The index {index} is of schema 999")


def test_tracing_that_is_switched_off_is_noted(commands):
    found, code = problems(commands, GRADIENT_ENABLED="0")

    assert ("note", "Nothing is traced: enabled is false, from GRADIENT_ENABLED.") in found
    assert code == 0
