"""Functions that look at who called them: warnings, deprecations, loggers."""

import asyncio
import functools
import logging
import sys
import warnings

from probe import entrypoint, step

logging.basicConfig(stream=sys.stdout, format="%(filename)s:%(lineno)d %(message)s", force=True)


def old():
    warnings.warn("old is deprecated", DeprecationWarning, stacklevel=2)


async def old_later():
    warnings.warn("old_later is deprecated", DeprecationWarning, stacklevel=2)


def old_stream():
    warnings.warn("old_stream is deprecated", DeprecationWarning, stacklevel=2)
    yield 1


async def old_stream_later():
    warnings.warn("old_stream_later is deprecated", DeprecationWarning, stacklevel=2)
    yield 1


def deprecated(function):
    """Warn of each call, as decorators of libraries do."""

    @functools.wraps(function)
    def warned(*args, **kwargs):
        warnings.warn(f"{function.__name__} is deprecated", DeprecationWarning, stacklevel=2)
        return function(*args, **kwargs)

    return warned


def far():
    def near():
        warnings.warn("far is deprecated", FutureWarning, stacklevel=3)

    near()


def elsewhere():
    if sys.version_info >= (3, 12):
        warnings.warn("outside", UserWarning, skip_file_prefixes=("/nowhere",))
    else:
        warnings.warn("outside", UserWarning, stacklevel=2)


def log():
    # Before 3.11, loggers count every frame.
    if sys.version_info >= (3, 11):
        logging.getLogger("user").warning("logged for the caller", stacklevel=2)


async def collect(stream):
    return [item async for item in stream]


def use(decorate):
    decorate(old)()
    asyncio.run(decorate(old_later)())
    print(list(decorate(old_stream)()))
    print(asyncio.run(collect(decorate(old_stream_later)())))
    decorate(deprecated(far))()
    deprecated(decorate(far))()
    decorate(elsewhere)()
    decorate(log)()


for decorate in (entrypoint, step, step("named"), lambda f: entrypoint(step(f)), lambda f: step(step(step(f)))):
    use(decorate)
    with step("a block"):
        use(decorate)
