"""A program whose vocabulary is another file than ours; prints what the rest makes of a kind and a status of it.

python added_words.py VOCABULARY KIND STATUS
"""

import json
import sys
from contextlib import redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path

NAME = "gradient.journal.vocabulary"


def recorded(kind, status):
    """Record a run that ends in the status, and so does its one execution, of the kind."""
    from gradient.journal.events import Usage
    from gradient.runtime.interfaces import Step
    from gradient.runtime.manager import get_runtime_manager

    manager = get_runtime_manager()
    request = manager.start_request("agent")
    execution = manager.get_tracker().start(Step("ask", kind, "custom", None))
    execution.usage = Usage(3, 4)
    manager.get_tracker().end(execution, "no", status=status)
    manager.end_request("no", request=request, status=status)
    manager.shutdown()


def made_of(kind, status):
    """Return what readers make of it."""
    from starlette.testclient import TestClient

    import gradient.store
    from gradient.cli import main
    from gradient.export.spans import spans
    from gradient.ui.application import Shown, application

    def run(*words):
        with redirect_stdout(StringIO()) as printed:
            code = main(words)
        return code, printed.getvalue()

    with gradient.store.open() as store:
        (listed,) = store.list(f"status:{status} kind:{kind}").runs
        document = store.run_document(listed)
    shown = Shown(open_store=gradient.store.open, home=Path())
    with TestClient(application(shown), "http://localhost") as client:
        values = client.get("/api/fields").json()["values"]
    return {
        "tokens": document["usage"]["input_tokens"],
        "ls": run("ls"),
        "show": run("show", "--exit-status", "--only", kind),
        "spans": [[span.name, span.failed, span.is_client, span.attributes] for span in spans(document)],
        "values": {"kind": values["kind"], "status": values["status"]},
    }


if __name__ == "__main__":
    file, kind, status = sys.argv[1:]
    spec = spec_from_file_location(NAME, file)
    sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
    recorded(kind, status)
    print(json.dumps(made_of(kind, status)))
