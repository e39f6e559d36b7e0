"""LlamaIndex and its workflows."""
