"""LangChain: a retriever, a chat history, a vector store and a key-value store over the memory of one user.

They take the handle of a `Memory`; LangChain's asynchronous verbs run them in threads.
"""

from lukasa.integrations.langchain.conversation import LukasaChatMessageHistory, LukasaRetriever
from lukasa.integrations.langchain.stores import LukasaByteStore, LukasaVectorStore

__all__ = ["LukasaByteStore", "LukasaChatMessageHistory", "LukasaRetriever", "LukasaVectorStore"]
