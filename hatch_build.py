"""Compiles what is faster compiled; where there is no compiler, its twin in Python serves."""

from pathlib import Path
from sysconfig import get_platform
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension

_NAMES = (
    "gradient.redaction._literals",
    "gradient.runtime.values.conversations._looking",
    "gradient.runtime.values.glance._glance",
)
_OLDEST = "cp310"  # whose stable interface it is written for: one file serves every later Python


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled module beside its source, and into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile, or say that it could not be done."""
        sources = {name: Path(*name.split(".")).with_suffix(".c") for name in _NAMES}
        extensions = [Extension(name, [str(source)], py_limited_api=True) for name, source in sources.items()]
        command: Any = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
        command.inplace = True
        try:
            command.ensure_finalized()
            command.run()
        except Exception as error:  # noqa: BLE001 - no compiler, no headers of Python, or what else
            self.app.display_warning(f"Gradient goes without its compiled part, slower but complete: {error}")
            return
        compiled = [f"{source.with_suffix('')}*{ending}" for source in sources.values() for ending in (".so", ".pyd")]
        build_data["artifacts"] += compiled
        build_data["pure_python"] = False
        build_data["tag"] = f"{_OLDEST}-abi3-{get_platform().replace('-', '_').replace('.', '_')}"
