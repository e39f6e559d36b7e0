"""Find scenarios, and run them."""

import asyncio
import inspect


def scenarios_of(*modules):
    """Return the scenarios of modules by name."""
    return {
        name: function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


def play(scenario, tracer):
    """Run a scenario, in a loop of its own where it needs one."""
    played = scenario(tracer)
    if inspect.iscoroutine(played):
        asyncio.run(played)
