"""A LlamaIndex query over two texts, traced by one decorator. Offline: its model always says the same."""

from typing import Any

from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback
from llama_index.core.schema import TextNode

from gradient.sdk import entrypoint

TRAINS = [
    TextNode(id_="ljubljana", text="Vienna to Ljubljana, 6 h."),
    TextNode(id_="salzburg", text="Vienna to Salzburg, 2.5 h."),
]


class ScriptedModel(CustomLLM):
    """Recommends Ljubljana."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted-1")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        tokens = {"prompt_tokens": 80, "completion_tokens": 6}
        return CompletionResponse(text="Take the train to Ljubljana.", additional_kwargs=tokens)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> Any:
        yield self.complete(prompt)


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    index = VectorStoreIndex(TRAINS, embed_model=MockEmbedding(embed_dim=3))
    return str(index.as_query_engine(llm=ScriptedModel()).query(question))


if __name__ == "__main__":
    print(travel("Where can I go from Vienna by train?"))
