"""The contract of clients that come from the generator which OpenAI's and Anthropic's come from.

The user's code runs where such a client lets it: as the parser of a response, in a hook before a request is sent, and
as the body of a stream.
"""

from typing import ClassVar

import pytest
from support.providers import ProviderServer

from gradient.testing.contract import BODY, InstrumentorContract

_MANY = 8


class ClientContract(InstrumentorContract):
    """To be told the module, how to make a client, and the path of a model's call."""

    shape: ClassVar = [("llm", "model-1", [BODY])]
    nested_shape: ClassVar = [("llm", "model-1", [("llm", "model-1", [BODY])])]
    module: ClassVar
    path: ClassVar[str]

    @pytest.fixture(autouse=True)
    def served(self):
        with ProviderServer() as self.provider:
            self.provider.script(*["fine"] * _MANY)
            yield

    def client(self, kind):
        """Return a client of a class."""
        raise NotImplementedError

    def sync_class(self):
        raise NotImplementedError

    def async_class(self):
        raise NotImplementedError

    def owners(self):
        base, streaming, raw = self.module._base_client, self.module._streaming, self.module._response
        legacy = getattr(getattr(self.module, "_legacy_response", None), "LegacyAPIResponse", None)
        owners = [base.SyncAPIClient, base.AsyncAPIClient, streaming.Stream, streaming.AsyncStream]
        return [*owners, raw.APIResponse, raw.AsyncAPIResponse, *([legacy] if legacy else [])]

    def run(self, body):
        with self.client(self.sync_class()) as client:
            return client.post(self.path, **self.request(), options={"post_parser": lambda _: body()})

    def nested(self, body):
        return self.run(lambda: self.run(body))

    async def arun(self, body):
        found = []

        class Client(self.async_class()):
            async def _prepare_options(self, options):
                found.append(await body())
                return await super()._prepare_options(options)

        async with self.client(Client) as client:
            return await client.post(self.path, **self.request(), options={"post_parser": lambda _: found[0]})

    def stream(self, body):
        class Stream(self.module.Stream[object]):
            def __stream__(self):
                yield from body()

        return self.client(self.sync_class()).post(self.path, **self.request(), stream=True, stream_cls=Stream)

    async def astream(self, body):
        class Stream(self.module.AsyncStream[object]):
            async def __stream__(self):
                async for item in body():
                    yield item

        client = self.client(self.async_class())
        stream = await client.post(self.path, **self.request(), stream=True, stream_cls=Stream)
        try:
            async for item in stream:
                yield item
        finally:
            await stream.close()
            await client.close()

    def request(self):
        return {"cast_to": object, "body": {"model": "model-1", "messages": []}}
