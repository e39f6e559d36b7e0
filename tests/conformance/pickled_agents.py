"""Decorated functions of a module, for tests that pickle them."""

from gradient.sdk import entrypoint, step


@entrypoint
def answer(question):
    with step("think"):
        return f"{question}!"


@entrypoint(name="async answer")
async def answer_async(question):
    return f"{question}!"


@step("lookup", kind="tool")
def lookup(question):
    return f"{question}!"


class Agent:
    """An agent whose methods are decorated in all three ways."""

    @entrypoint
    def method(self, question):
        return f"{question}!"

    @staticmethod
    @entrypoint
    def static(question):
        return f"{question}!"

    @entrypoint
    @classmethod
    def of_class(cls, question):
        return f"{question}!"
