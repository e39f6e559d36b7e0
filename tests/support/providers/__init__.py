"""A model provider on loopback: speaks the wire formats of OpenAI, Anthropic and Gemini, and says what a test scripts.

    from support.providers import ProviderServer, call_tool, fail, hold, say

    def test_it(provider):                      # the fixture of tests/support/providers/fixture.py, or:
        with ProviderServer() as provider:
            provider.script(call_tool("look", word="a"), say("fine"), fail(429))
            client = OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0)
            ...
            provider.requests[0].body["messages"]

One script serves every wire format: which one is spoken, whole or streamed, is what the request asks for.

    POST {openai_url}/chat/completions, /responses, /embeddings      openai_url    = http://127.0.0.1:PORT/v1
    POST {anthropic_url}/v1/messages, /v1/messages/count_tokens      anthropic_url = http://127.0.0.1:PORT
    POST {gemini_url}/v1beta/models/M:generateContent                gemini_url    = http://127.0.0.1:PORT
         and :streamGenerateContent, :embedContent, :batchEmbedContents
    POST {azure_url}/openai/deployments/D/chat/completions           azure_url     = http://127.0.0.1:PORT

Answers, from `answers.py`; each request takes the next one, and a request beyond the script gets a 500:

    say("fine", tokens=Tokens(9, 2, cached=4))   text; streamed word by word
    say("fine", reasoning="hm")                  with reasoning before it
    call_tool("look", word="a")                  a tool call with the id "call_1"; `calls(...)` for several at once
    fail(429)                                    an error of the provider, in its own words; asks to be retried in 1 ms
    say("one two", breaks_after=1)               a stream whose connection breaks after one word
    say("one two", stalls_after=1), hold()       waits until the test is over (bounded): for cancellation, early close;
                                                 `provider.stalled` is a threading.Event that is set when it waits
    embeddings need no script: each text becomes three numbers

A request that the script does not want to count (`count_tokens`, embeddings) takes no answer.
"""

from support.providers.answers import Answer, Fault, Tokens, ToolCall, call_tool, calls, fail, hold, say
from support.providers.server import ProviderServer, Received

__all__ = [
    "Answer",
    "Fault",
    "ProviderServer",
    "Received",
    "Tokens",
    "ToolCall",
    "call_tool",
    "calls",
    "fail",
    "hold",
    "say",
]
