"""What is said beside a result, on stderr; `-q` silences it."""

import click

_QUIET = "gradient.quiet"


def tell(message: str) -> None:
    """Say something that helps to read the result or to go on from it."""
    if not is_quiet():
        click.echo(message, err=True)


def warn(message: str) -> None:
    """Say that something is the matter that does not stop us."""
    tell(f"gradient: {message}")


def silence(ctx: click.Context) -> None:
    """Say nothing but results and errors from now on."""
    ctx.meta[_QUIET] = True


def is_quiet() -> bool:
    """Tell whether nothing but results and errors shall be said."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and ctx.meta.get(_QUIET, False)
