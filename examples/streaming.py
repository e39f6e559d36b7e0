"""A streaming agent: the entrypoint is a generator, and stays one.

Items pass as they come. A consumer that stops reading makes the request `abandoned`, which is no error.
"""

from collections.abc import Iterator

from scripted import ScriptedModel, says

from gradient.sdk import entrypoint

LAKES = says("Bled has the island, Bohinj has the quiet, Jasna has the mountains.")


@entrypoint
def answer(question: str) -> Iterator[str]:
    for chunk in ScriptedModel(answers=[LAKES]).stream(question):
        yield chunk.content


def main() -> None:
    for text in answer("Which lakes are near Ljubljana?"):
        print(text, end="", flush=True)
    print()

    stream = answer("Which lakes are near Ljubljana?")
    print(next(stream).strip(), "... enough, thank you.")
    stream.close()


if __name__ == "__main__":
    main()
