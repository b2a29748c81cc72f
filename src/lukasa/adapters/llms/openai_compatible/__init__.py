"""Any server that speaks OpenAI's `/chat/completions`: hosted, or llama.cpp, Ollama, vLLM on the next machine.

wire      requests and replies as JSON; what a model refuses is left out
client    the exchange over HTTP, and its failures
"""

from lukasa.adapters.llms.openai_compatible.client import OpenAICompatibleLLM

__all__ = ["OpenAICompatibleLLM"]
