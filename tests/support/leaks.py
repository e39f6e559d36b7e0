"""What Gradient may have left behind in the process: patches, hooks, scopes, threads."""

import sys
import threading
from pathlib import Path

import gradient.runtime
from gradient.runtime import context, status

_OURS = str(Path(gradient.runtime.__file__).parents[1])

# Everywhere that an instrumentor of ours patches: module, owner inside it, attributes.
_SEAMS = [
    ("concurrent.futures.thread", "ThreadPoolExecutor", ["submit"]),
    ("concurrent.futures._base", "Future", ["add_done_callback"]),
    ("multiprocessing.pool", "ThreadPool", ["apply_async", "map", "map_async", "starmap", "starmap_async", "imap"]),
    *[
        (module, owner, ["_put", "_get"])
        for module in ("queue", "asyncio.queues")
        for owner in ("Queue", "LifoQueue", "PriorityQueue")
    ],
    ("threading", "Thread", ["start", "_bootstrap_inner"]),
    ("httpx", "Client", ["_send_single_request"]),
    ("httpx", "AsyncClient", ["_send_single_request"]),
    ("httpx2", "Client", ["_send_single_request"]),
    ("httpx2", "AsyncClient", ["_send_single_request"]),
    ("requests.adapters", "BaseAdapter", ["send", "__init_subclass__"]),
    ("requests.adapters", "HTTPAdapter", ["send"]),
    ("aiohttp.client_reqrep", "ClientRequest", ["__init__"]),
    ("langgraph.pregel._runner", None, ["run_with_retry", "arun_with_retry"]),
    ("langgraph.pregel.runner", None, ["run_with_retry", "arun_with_retry"]),
    ("langgraph.pregel._loop", "PregelLoop", ["output_writes", "_output_writes", "accept_push"]),
    ("langgraph.pregel.loop", "PregelLoop", ["output_writes", "_output_writes", "accept_push"]),
    ("langgraph.pregel.remote", "RemoteGraph", ["stream", "astream"]),
    ("autogen_agentchat.teams._group_chat._base_group_chat", "BaseGroupChat", ["run", "run_stream"]),
    ("autogen_agentchat.agents._base_chat_agent", "BaseChatAgent", ["run", "run_stream", "on_messages_stream"]),
    ("autogen_agentchat.agents._assistant_agent", "AssistantAgent", ["on_messages", "on_messages_stream"]),
    ("autogen_core.tools._base", "BaseTool", ["run_json"]),
    (
        "autogen_ext.models.replay._replay_chat_completion_client",
        "ReplayChatCompletionClient",
        ["create", "create_stream"],
    ),
    ("agents.tracing.provider", "DefaultTraceProvider", ["create_trace", "create_span"]),
    *[("agents.tracing.traces", owner, ["start", "finish"]) for owner in ("TraceImpl", "NoOpTrace")],
    *[("agents.tracing.spans", owner, ["start", "finish", "set_error"]) for owner in ("SpanImpl", "NoOpSpan")],
    ("agents.testing.model", "ScriptedModel", ["get_response", "stream_response"]),
    ("mcp.client.session", "ClientSession", ["send_request"]),
    ("mcp.server.runner", "ServerRunner", ["_on_request"]),
    ("mcp.server.lowlevel.server", "Server", ["_handle_request"]),
    ("mcp.shared.session", "RequestResponder", ["respond"]),
    ("pydantic_ai.agent", "Agent", ["iter"]),
    ("pydantic_ai.run", "AgentRun", ["next", "__anext__"]),
    ("pydantic_ai.models", "Model", ["request", "request_stream", "__init_subclass__"]),
    ("pydantic_ai.models.test", "TestModel", ["request", "request_stream"]),
    ("pydantic_ai.models.function", "FunctionModel", ["request", "request_stream"]),
    ("pydantic_ai.toolsets.function", "FunctionToolset", ["call_tool"]),
]


def seams():
    """Return what stands in each seam of the frameworks that are imported, by name."""
    found = {}
    for module_name, owner_name, attributes in _SEAMS:
        module = sys.modules.get(module_name)
        owner = module if module is None or owner_name is None else getattr(module, owner_name, None)
        for attribute in attributes if owner is not None else ():
            if attribute in vars(owner):
                found[f"{module_name}.{owner_name or ''}.{attribute}"] = vars(owner)[attribute]
    return found


def leaks(before):
    """Return, in words, what is left behind; `before` is what `seams` gave before the test."""
    return [*_patches(before), *_hooks(), *_scopes(), *_threads()]


def _patches(before):
    for name, found in seams().items():
        # A framework that the test imported has no `before`: then nothing of ours may stand there.
        if (name in before and found is not before[name]) or (name not in before and _is_ours(found)):
            yield f"a patch of {name}: {found!r}"
    bodies = sys.modules.get("gradient.instrumentors.plumbing.bodies")
    if bodies is not None and bodies._entered:
        yield f"what functions do: {list(bodies._entered)}"


def _is_ours(function):
    return function.__code__.co_filename.startswith(_OURS)


def _hooks():
    langchain = sys.modules.get("gradient.instrumentors.langchain.instrumentor")
    if langchain is not None and langchain.hook.get() is not None:
        yield "a handler that LangChain's configure hook hands out"
    if status._control_flow:
        yield f"classifiers of a framework's exceptions: {status._control_flow}"
    if context._finders:
        yield f"finders of what a framework runs: {context._finders}"


def _scopes():
    if context.current_scope.get() is not None:
        yield f"what is current: {context.current_scope.get()!r}"


def _threads():
    for thread in threading.enumerate():
        target = getattr(thread, "_target", None)
        if (getattr(target, "__module__", None) or "").startswith("gradient."):
            yield f"a thread of ours: {thread!r}"
