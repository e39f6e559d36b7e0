"""How providers answer with these tokens, in their own words, and how clients and frameworks ask them."""

import os

HELLO = [{"role": "user", "content": "hi"}]


def chat(usage, **more):
    """Return a completion of OpenAI, or of those who speak like it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "fine"}, "finish_reason": "stop"}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5"}
    return {**head, "system_fingerprint": None, "choices": [choice], "usage": usage, **more}


def chat_stream(usage, **more):
    """Return it in two chunks, and the one that has the tokens."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5", **more}
    choice = {"index": 0, "delta": {"role": "assistant", "content": "fine"}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks = [{**head, "choices": [choice]}, {**head, "choices": [end]}, {**head, "choices": [], "usage": usage}]
    return [*chunks, "data: [DONE]\n\n"]


def chat_stream_of_mistral(usage, **more):
    """Return it in two chunks, the last of which has the tokens, too."""
    begun, end, told, done = chat_stream(usage, **more)
    return [begun, {**end, "usage": told["usage"]}, done]


def chat_stream_of_groq(usage, **more):
    """Return it likewise, the tokens in a part of Groq's own."""
    begun, end, done = chat_stream_of_mistral(usage, **more)
    told = end.pop("usage")
    return [begun, {**end, "x_groq": {"id": "req_1", "usage": told}}, done]


def message(usage, model="claude-opus-4-5"):
    """Return a message of Anthropic."""
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": model}
    content = [{"type": "text", "text": "fine"}]
    return {**head, "content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}


def message_stream(usage, model="claude-opus-4-5"):
    """Return it as a stream, whose first event has the tokens of the input, and whose last has all."""
    begun = {**message({**usage, "output_tokens": 1}, model), "content": [], "stop_reason": None}
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "fine"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": usage["output_tokens"]}},
        {"type": "message_stop"},
    ]


def contents(usage, model="gemini-2.5-flash"):
    """Return an answer of Gemini."""
    candidate = {"content": {"role": "model", "parts": [{"text": "fine"}]}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": "r1"}


# ── who asks: each takes an address, and options of its own ────────────────────────────────────────────────────────


def openai(url, model="gpt-5", **options):
    from openai import OpenAI

    answer = OpenAI(base_url=f"{url}/v1", api_key="none").chat.completions.create(
        model=model, messages=HELLO, **options
    )
    list(answer if options.get("stream") else ())


def anthropic(url, model="claude-opus-4-5", **options):
    from anthropic import Anthropic

    answer = Anthropic(base_url=url, api_key="none").messages.create(
        model=model, max_tokens=9, messages=HELLO, **options
    )
    list(answer if options.get("stream") else ())


def azure_openai(url):
    from openai import AzureOpenAI

    client = AzureOpenAI(azure_endpoint=url, api_version="2025-01-01-preview", api_key="none")
    client.chat.completions.create(model="ours", messages=HELLO)


def anthropic_bedrock(url):
    from anthropic import AnthropicBedrock

    keys = {"aws_access_key": "none", "aws_secret_key": "none", "aws_region": "us-east-1"}
    model = "us.anthropic.claude-opus-4-5-20251101-v1:0"
    AnthropicBedrock(base_url=url, **keys).messages.create(model=model, max_tokens=9, messages=HELLO)


def anthropic_vertex(url):
    from anthropic import AnthropicVertex

    client = AnthropicVertex(base_url=url, access_token="none", region="us-east1", project_id="p")
    client.messages.create(model="claude-opus-4-5@20251101", max_tokens=9, messages=HELLO)


def _on_vertex():
    from google.oauth2.credentials import Credentials

    return {"vertexai": True, "project": "p", "location": "us-central1", "credentials": Credentials(token="none")}


def vertex(url):
    from google import genai

    client = genai.Client(http_options={"base_url": url}, **_on_vertex())
    client.models.generate_content(model="gemini-2.5-flash", contents="hi")


def google_genai(url, model="gemini-2.5-flash"):
    from google import genai

    client = genai.Client(api_key="none", http_options={"base_url": url})
    client.models.generate_content(model=model, contents="hi")


def litellm(url, model="openai/gpt-5", **options):
    import litellm

    answer = litellm.completion(model, HELLO, api_base=url, api_key="none", **options)
    list(answer if options.get("stream") else ())


def litellm_router(url, model="openai/acme-1", *, prices_in="litellm_params", prices=(1e-6, 2e-6), **options):
    """Ask by a router, whose deployment has prices of its own, in dollars a token: $1 and $2 a million."""
    import litellm

    deployed = {
        "model_name": "ours",
        "litellm_params": {"model": model, "api_base": url, "api_key": "none"},
        "model_info": {},
    }
    deployed[prices_in] |= dict(zip(("input_cost_per_token", "output_cost_per_token"), prices, strict=True))
    answer = litellm.Router(model_list=[deployed]).completion("ours", HELLO, **options)
    list(answer if options.get("stream") else ())


async def google_adk(url, model="openai/gpt-5"):
    from google.adk.agents import LlmAgent
    from google.adk.models.lite_llm import LiteLlm
    from google.adk.runners import InMemoryRunner
    from google.genai import types

    runner = InMemoryRunner(
        LlmAgent(name="main", model=LiteLlm(model=model, api_base=url, api_key="none")), app_name="app"
    )
    session = await runner.session_service.create_session(app_name="app", user_id="u")
    async for _ in runner.run_async(user_id="u", session_id=session.id, new_message=types.UserContent("hi")):
        pass


def _ask(model, *, stream=False):
    list(model.stream("hi")) if stream else model.invoke("hi")


def langchain_openai(url, *, stream=False, **options):
    from langchain_openai import ChatOpenAI

    options = {"model": "gpt-5", **options, **({"stream_usage": True} if stream else {})}
    _ask(ChatOpenAI(base_url=f"{url}/v1", api_key="none", **options), stream=stream)


def langchain_azure(url):
    from langchain_openai import AzureChatOpenAI

    _ask(AzureChatOpenAI(azure_endpoint=url, azure_deployment="ours", api_version="2025-01-01-preview", api_key="none"))


def langchain_anthropic(url, *, stream=False):
    from langchain_anthropic import ChatAnthropic

    _ask(ChatAnthropic(model="claude-opus-4-5", base_url=url, api_key="none"), stream=stream)


def langchain_google_genai(url):
    from langchain_google_genai import ChatGoogleGenerativeAI

    _ask(ChatGoogleGenerativeAI(model="gemini-2.5-flash", google_api_key="none", base_url=url))


def langchain_vertex(url):
    from langchain_google_genai import ChatGoogleGenerativeAI

    _ask(ChatGoogleGenerativeAI(model="gemini-2.5-flash", base_url=url, **_on_vertex()))


def langchain_together(url):
    from langchain_together import ChatTogether

    _ask(ChatTogether(model="gpt-5", base_url=f"{url}/v1", api_key="none"))


def langchain_huggingface(url):
    from langchain_huggingface import ChatHuggingFace, HuggingFaceEndpoint

    endpoint = HuggingFaceEndpoint(endpoint_url=url, huggingfacehub_api_token="none", task="conversational")
    _ask(ChatHuggingFace(llm=endpoint, model_id="acme-1"))


def langchain_xai(url, **options):
    from langchain_xai import ChatXAI

    _ask(ChatXAI(model="grok-3-mini", xai_api_base=f"{url}/v1", api_key="none"), **options)


def langchain_openrouter(url):
    from langchain_openrouter import ChatOpenRouter

    _ask(ChatOpenRouter(model="acme/model-1", base_url=f"{url}/api/v1", api_key="none"))


def langchain_groq(url, **options):
    from langchain_groq import ChatGroq

    _ask(ChatGroq(model="gpt-5", base_url=url, api_key="none"), **options)


def langchain_mistralai(url, **options):
    from langchain_mistralai import ChatMistralAI

    _ask(ChatMistralAI(model_name="gpt-5", endpoint=f"{url}/v1", api_key="none"), **options)


def langchain_deepseek(url, **options):
    from langchain_deepseek import ChatDeepSeek

    _ask(ChatDeepSeek(model="gpt-5", api_base=f"{url}/v1", api_key="none"), **options)


def langchain_fireworks(url):
    from langchain_fireworks import ChatFireworks

    _ask(ChatFireworks(model="gpt-5", base_url=f"{url}/v1", api_key="none"))


def langchain_nvidia_ai_endpoints(url):
    from langchain_nvidia_ai_endpoints import ChatNVIDIA

    _ask(ChatNVIDIA(model="gpt-5", base_url=f"{url}/v1", nvidia_api_key="none"))


def langchain_ollama(url):
    from langchain_ollama import ChatOllama

    _ask(ChatOllama(model="llama3", base_url=url))


def langchain_cohere(url):
    from langchain_cohere import ChatCohere

    _ask(ChatCohere(model="command-r", base_url=url, cohere_api_key="none"))


def langchain_aws(url):
    from langchain_aws import ChatBedrockConverse

    os.environ |= {"AWS_EC2_METADATA_DISABLED": "true"}
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    model = "anthropic.claude-opus-4-5-20251101-v1:0"
    _ask(ChatBedrockConverse(model=model, provider="anthropic", region_name="us-east-1", endpoint_url=url, **keys))


def langchain_litellm(url):
    from langchain_litellm import ChatLiteLLM

    _ask(ChatLiteLLM(model="openai/gpt-5", api_base=url, api_key="none"))
