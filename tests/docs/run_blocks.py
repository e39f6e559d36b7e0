"""Run the Python blocks of a document in one namespace, and write what each printed: run_blocks.py DOCUMENT RESULT."""

import contextlib
import io
import json
import sys
import traceback
import warnings
from pathlib import Path

from documents import blocks


def main(document, result):
    warnings.showwarning = lambda *_, **__: None  # what frameworks say of their own age is not the document's
    printed = []
    namespace = vars(sys.modules["__main__"])
    for block in blocks(document):
        if block.label != "python":
            continue
        output = io.StringIO()
        code = compile("\n" * block.line + block.text, str(document), "exec")
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                exec(code, namespace)
        except BaseException:  # noqa: BLE001 - whatever a document does
            sys.exit(f"{output.getvalue()}\n{traceback.format_exc()}")
        printed.append(output.getvalue())
    result.write_text(json.dumps(printed))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
