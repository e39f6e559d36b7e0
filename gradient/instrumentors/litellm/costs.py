"""What LiteLLM knows of a call's cost: what the provider told, the user's own price, and LiteLLM's where we have none.

A user's own price stands in a deployment of the router or in the arguments of a call. LiteLLM finds out what it comes
to. It writes its own bill over what a provider charged, and a number that it guessed where a stream told no tokens.
"""

from __future__ import annotations

import sys
from functools import reduce
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.wire import fields_of

if TYPE_CHECKING:
    from gradient.journal.events import Usage

NO_OWN_COST = "LiteLLM does not say what the user's own price comes to"
_CHARGED = "upstream_usage_cost"  # where LiteLLM keeps what it writes its own bill over


def told_by_provider(told: Any, response: Any, stream: Any) -> Any:
    """Return the tokens as the provider told them.

    Args:
        told: What LiteLLM hands out as them.
        response: The whole of what it hands out.
        stream: The stream that was read to its end, or None.
    """
    chunks = getattr(stream, "chunks", None)
    if type(chunks) is list:
        return _of_chunks([getattr(chunk, "usage", None) for chunk in chunks])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - LiteLLM's
    kept = fields_of(getattr(response, "_hidden_params", None))
    return {**fields_of(told), "cost": kept[_CHARGED]} if _CHARGED in kept else told


def _of_chunks(told: list[Any]) -> Any:
    """Return what chunks tell: the last says most, but for what it leaves out or says is 0."""
    usage = reduce(_over, told)
    if len([each for each in told if each is not None]) < 2:  # noqa: PLR2004 - nothing to put together
        return usage
    parts = sum(usage.get(name) or 0 for name in ("prompt_tokens", "completion_tokens"))
    return {**usage, "total_tokens": max(usage.get("total_tokens") or 0, parts)}


def _over(before: Any, after: Any) -> Any:
    former, inner = fields_of(before), fields_of(after)
    if not (former and inner):
        return after or before
    return {**former, **{name: _over(former.get(name), value) for name, value in inner.items()}}


def has_own_price(account: Any) -> bool:
    """Tell whether the user named a price for this call or its deployment."""
    module = sys.modules.get("litellm.litellm_core_utils.litellm_logging")
    is_named = getattr(module, "use_custom_pricing_for_model", None)
    try:
        return is_named is not None and is_named(getattr(account, "litellm_params", None)) is True
    except Exception:  # noqa: BLE001 - what the user wrote there is no price
        return False


def cost_of(account: Any, fields: dict[str, Any], response: Any, usage: Usage) -> float | None:
    """Return what a call cost by LiteLLM's prices, the user's own for a deployment included."""
    calculate = getattr(account, "_response_cost_calculator", None)
    make = getattr(sys.modules.get("litellm"), "ModelResponse", None)
    if calculate is None or make is None:
        return None
    try:
        # A client beneath LiteLLM may have seen tokens that LiteLLM dropped.
        made = make(model=fields.get("model"), usage=fields.get("usage") or _as_litellm_says(usage))
        cost = calculate(result=made if type(response) is dict else response)
    except Exception:  # noqa: BLE001 - it has no price either
        return None
    return cost if isinstance(cost, float) else None


def _as_litellm_says(usage: Usage) -> dict[str, Any]:
    before = {"cached_tokens": usage.cache_read, "audio_tokens": usage.audio_input}
    after = {"reasoning_tokens": usage.reasoning, "audio_tokens": usage.audio_output}
    given, made = usage.input or 0, usage.output or 0
    counts = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
    return {**counts, "prompt_tokens_details": before, "completion_tokens_details": after}
