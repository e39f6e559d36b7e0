"""`gradient run`: a script or a module as `python` would run it, with everything traced."""

import io
import os
import pkgutil
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click

_FAILED = 1
_INTERRUPTED = 130
_OURS = (__file__, runpy.__file__, "<frozen runpy>")


class _PythonLike(click.Command):
    """A command whose options end where `python`'s do: at the script, or after `-m MODULE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _fenced(args))


def _fenced(args: list[str]) -> list[str]:
    """Put `--` after the module's name, so that what follows belongs to the module."""
    at = 0
    while at < len(args) and args[at].startswith("-") and args[at] != "--":
        if args[at].startswith("-m") and args[at:] != ["-m"]:
            end = at + (2 if args[at] == "-m" else 1)
            return [*args[:end], "--", *args[end:]]
        at += 2 if args[at] == "--name" else 1
    return args


@click.command("run", cls=_PythonLike, context_settings={"allow_interspersed_args": False})
@click.option("-m", "module", metavar="MODULE", help="Run a module, as `python -m` does.")
@click.option("--name", help="Make the whole program one run of this name.")
@click.argument("arguments", metavar="SCRIPT [ARGS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def command(home: Path | None, module: str | None, name: str | None, arguments: tuple[str, ...]) -> int:
    """Run a script or module, traced.

    Give the same words as after `python`. Everything after the script or module belongs to it. Without --name, each
    call of an @entrypoint and each run of a framework outside of one is a run of its own.
    """
    if module is None and not arguments:
        raise click.UsageError("Name a script, or a module with -m.")
    if home is not None:  # in the environment, so that processes the program starts record there as well
        os.environ["GRADIENT_HOME"] = str(home.absolute())
    program = _script(*arguments) if module is None else _module(module, *arguments)
    return _exit_code(_traced(program, name))


def _script(path: str, *arguments: str) -> Callable[[], object]:
    """Return what runs a script, a folder or an archive."""
    if not Path(path).exists():
        raise click.UsageError(f"There is no script {path!r}.")
    sys.argv = [path, *arguments]
    if pkgutil.get_importer(path) is not None:  # a folder or an archive, with a `__main__` in it
        _set_first_path(path)
        return lambda: runpy.run_path(path, run_name="__main__")
    _set_first_path(str(Path(path).resolve().parent))
    return lambda: _run_file(str(Path(path).absolute()))


def _module(name: str, *arguments: str) -> Callable[[], object]:
    """Return what runs a module; `runpy` sets `sys.argv[0]` when it has found it."""
    sys.argv = ["-m", *arguments]
    _set_first_path(str(Path.cwd()))
    return lambda: runpy.run_module(name, run_name="__main__", alter_sys=True)


def _set_first_path(folder: str) -> None:
    """Let imports begin where they would under `python`: our own command's folder is there now."""
    if not getattr(sys.flags, "safe_path", False):  # Python 3.11 and later
        sys.path[0] = folder


def _run_file(path: str) -> None:
    """Run a script in a new `__main__` that stays: pickles, threads and exit handlers look for it there."""
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    main = ModuleType("__main__")
    vars(main).update(__file__=path, __builtins__=sys.modules["builtins"], __cached__=None)
    sys.modules["__main__"] = main
    exec(code, vars(main))  # noqa: S102 - running it is what we are asked for


def _traced(program: Callable[[], object], name: str | None) -> Callable[[], object]:
    """Install the instrumentation, and return the program, as one request where it has a name."""
    from gradient.runtime import install_runtime

    manager = install_runtime()
    if name is None or not manager.settings.enabled:
        return program

    def as_one_request() -> None:
        manager.start_request(name)
        try:
            program()
        except BaseException as error:
            manager.end_request(error=error)
            raise
        manager.end_request()

    return as_one_request


def _exit_code(program: Callable[[], object]) -> int:
    """Run the program; return the code that `python` would exit with, having printed what it would print."""
    try:
        program()
    except SystemExit as end:
        return _code_of(end)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the program's
        _print_exception(error)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else _FAILED
    return 0


def _code_of(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return int(end.code or 0)
    sys.stdout.flush()
    sys.stderr.write(f"{end.code}\n")
    return _FAILED


def _print_exception(error: BaseException) -> None:
    """Print a traceback that begins in the user's code, through the hook that the program may have set."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in _OURS:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
