"""Real servers that take traces, each started for one test, and what they tell of a run when asked.

`.ci/run` installs each in an environment of its own, and names its program in a variable.
"""

import json
import os
import subprocess
import time
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from support import machine
from support.patience import PATIENCE_S
from support.ports import free_port

_END_S = 30


@dataclass(kw_only=True)
class Told:
    """What a backend tells of one span."""

    kind: str
    parent: str
    inputs: Any = None
    outputs: Any = None
    tokens: dict[str, int] = field(default_factory=dict)
    failure: str | None = None
    session: str | None = None
    user: str | None = None


class Phoenix:
    """Phoenix, asked through its REST API."""

    program = os.environ.get("TEST_PHOENIX")
    health = "/healthz"
    headers = ""
    options = ()

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.command = [self.program, "serve"]
        self.variables = {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_WORKING_DIR": ".",
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
            "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
        }

    def spans(self):
        """Return what is told of each span, by its id."""
        found = [
            span
            for project in httpx.get(f"{self.url}/v1/projects").json()["data"]
            for span in httpx.get(f"{self.url}/v1/projects/{project['id']}/spans?limit=100").json()["data"]
        ]
        return {span["context"]["span_id"]: self._told(span) for span in found}

    def _told(self, span):
        said = span["attributes"]
        names = {"input": "prompt", "output": "completion", "cached": "prompt_details.cache_read"}
        counts = {name: said.get(f"llm.token_count.{there}") for name, there in names.items()}
        return Told(
            kind=span["span_kind"],
            parent=span["parent_id"] or "",
            inputs=_value(said, "input"),
            outputs=_value(said, "output"),
            tokens={name: count for name, count in counts.items() if count is not None},
            failure=span["status_message"] if span["status_code"] == "ERROR" else None,
            session=said.get("session.id"),
            user=said.get("user.id"),
        )


class MLflow:
    """MLflow's tracking server, asked through its REST API."""

    program = os.environ.get("TEST_MLFLOW")
    health = "/health"
    headers = "x-mlflow-experiment-id=0"
    options = ("--profile", "mlflow")

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        places = ["--backend-store-uri", "sqlite:///runs.db", "--artifacts-destination", "artifacts"]
        self.command = [self.program, "server", *places, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        self.variables = {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }

    def spans(self):
        """Return what is told of each span, by its id."""
        base = f"{self.url}/api/3.0/mlflow/traces"
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        listed = httpx.post(f"{base}/search", json={"locations": [place]}).json().get("traces", [])
        traces = [httpx.get(f"{base}/get", params={"trace_id": one["trace_id"]}).json()["trace"] for one in listed]
        return {
            b64decode(span["span_id"]).hex(): self._told(span, trace["trace_info"].get("trace_metadata", {}))
            for trace in traces
            for span in trace["spans"]
        }

    def _told(self, span, trace):
        said = _pairs(span["attributes"])
        usage = said.get("mlflow.chat.tokenUsage", {})
        names = {"input": "input_tokens", "output": "output_tokens", "cached": "cache_read_input_tokens"}
        return Told(
            kind=said["mlflow.spanType"],
            parent=b64decode(span.get("parent_span_id", "")).hex(),
            inputs=said.get("mlflow.spanInputs"),
            outputs=said.get("mlflow.spanOutputs"),
            tokens={name: int(usage[there]) for name, there in names.items() if there in usage},
            failure=span["status"].get("message") if span["status"].get("code") == "STATUS_CODE_ERROR" else None,
            session=trace.get("mlflow.trace.session"),
            user=trace.get("mlflow.trace.user"),
        )


@contextmanager
def serving(kind, folder: Path):
    """Run a backend inside the block, with all that it writes in a folder.

    Args:
        kind: `Phoenix` or `MLflow`.
        folder: An empty one.
    """
    backend = kind(free_port())
    log = folder / "server.log"
    environment = {**machine.variables(), "HOME": str(folder), **backend.variables}
    with log.open("wb") as written:
        process = subprocess.Popen(backend.command, env=environment, cwd=folder, stdout=written, stderr=written)
    try:
        assert wait_until(lambda: process.poll() is not None or _answers(backend)), log.read_text("utf-8")
        assert process.poll() is None, log.read_text("utf-8")
        yield backend
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def spans_of(backend, number):
    """Return what a backend tells once it has so many spans: it may take them in later than it takes them."""
    assert wait_until(lambda: len(backend.spans()) >= number), backend.spans()
    return backend.spans()


def wait_until(is_so, limit_s=PATIENCE_S):
    """Ask until something is so, for a limited time; tell whether it is."""
    until = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _answers(backend):
    try:
        return httpx.get(backend.url + backend.health, timeout=5).is_success
    except httpx.TransportError:
        return False


def _value(said, side):
    value = said.get(f"{side}.value")
    return json.loads(value) if said.get(f"{side}.mime_type") == "application/json" else value


def _pairs(pairs):
    return {pair["key"]: _plain(pair["value"]) for pair in pairs}


def _plain(value):
    """Return a value of OTLP's JSON as it is."""
    ((kind, told),) = value.items()
    if kind == "kvlist_value":
        return _pairs(told.get("values", []))
    return [_plain(each) for each in told.get("values", [])] if kind == "array_value" else told
