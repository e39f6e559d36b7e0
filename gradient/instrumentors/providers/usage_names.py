"""The names that providers and frameworks have for tokens, and the places where they put them.

    OpenAI, and who speaks like it    prompt_tokens, completion_tokens; input_tokens, output_tokens in responses
    Anthropic                         input_tokens without cached ones, cache_read_input_tokens, ...
    Gemini, Vertex AI                 promptTokenCount, candidatesTokenCount without thoughts, or in snake case
    Bedrock                           inputTokens, inputTokenCount without cached ones
    watsonx, Ollama, Cohere, TGI      input_token_count, prompt_eval_count, input_tokens in `tokens`, generated_tokens
    llama.cpp                         prompt_n, predicted_n in `timings`
    LangChain                         input_tokens, input_token_details, with `flex_` or `priority_` before a name

A new provider most often needs a name here, and nothing else.
"""

INPUT = (
    *("prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount", "prompt_token_count", "promptTokens"),
    *("input_token_count", "inputTokenCount", "prompt_eval_count", "inputTextTokenCount", "prefill_tokens"),
    "prompt_n",
)
OUTPUT = (
    *("completion_tokens", "output_tokens", "outputTokens", "candidatesTokenCount", "candidates_token_count"),
    *("completionTokens", "responseTokenCount", "response_token_count", "generated_token_count", "outputTokenCount"),
    *("eval_count", "generated_tokens", "response_tokens", "predicted_n", "output_token_count"),
)
TOTAL = ("total_tokens", "totalTokens", "totalTokenCount", "total_token_count")
TOOL_RESULTS = ("toolUsePromptTokenCount", "tool_use_prompt_token_count")
READ = (
    *("cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount", "cachedContentTokenCount"),
    *("cached_content_token_count", "cache_read_tokens", "prompt_cache_hit_tokens", "cached_tokens"),
)
WRITTEN = (
    *("cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount", "cache_write_input_tokens"),
    "cache_write_tokens",
)
REASONING = ("thoughtsTokenCount", "thoughts_token_count", "reasoning_tokens", "reasoningTokens")
AUDIO_INPUT = ("input_audio_tokens",)
AUDIO_OUTPUT = ("output_audio_tokens",)

# Cached tokens under these names are beside the input, not in it.
BESIDE_INPUT = frozenset({
    *("cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount"),
    *("cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount", "cache_write_input_tokens"),
})  # fmt: skip
# Thoughts under these names are beside the output.
BESIDE_OUTPUT = frozenset({"thoughtsTokenCount", "thoughts_token_count"})

INPUT_DETAILS = (
    *("prompt_tokens_details", "input_tokens_details", "input_token_details", "promptTokensDetails"),
    "details",
)
OUTPUT_DETAILS = (
    *("completion_tokens_details", "output_tokens_details", "output_token_details", "candidatesTokensDetails"),
    *("candidates_tokens_details", "responseTokensDetails", "response_tokens_details", "details"),
)
READ_DETAILS = ("cacheTokensDetails", "cache_tokens_details")
READ_IN_DETAILS = ("cached_tokens", "cache_read")
WRITTEN_IN_DETAILS = ("cache_write_tokens", "cache_creation_tokens", "cache_creation")
REASONING_IN_DETAILS = ("reasoning_tokens", "reasoning", "thinking_tokens")
AUDIO_IN_DETAILS = ("audio_tokens", "audio")
LIFETIMES = ("cache_creation", "cache_creation_token_details")  # where a cache's lifetimes are told apart
FIVE_MINUTES, ONE_HOUR = "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"

TIERS = ("flex", "priority")
"""The classes of service that LangChain writes before the names of details."""
STANDARD = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand"})
TIER = ("service_tier", "serviceTier", "traffic_type", "trafficType")

PLACES = (
    *("usage", "token_usage", "usage_metadata", "usageMetadata", "tokenUsage", "token_count", "tokens", "meta"),
    *("amazon-bedrock-invocationMetrics", "billed_units", "details", "metrics", "stats", "timings", "x_groq"),
)
"""Where tokens are found in what a framework hands on beside an answer, the most exact first."""
