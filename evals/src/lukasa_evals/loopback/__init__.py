"""A model and an embedder behind an OpenAI-compatible HTTP server on the loopback interface.

Packages under test that call a model themselves are pointed at it, so that their calls are kept, counted and replayed as all others.

wire        requests and replies of the OpenAI interface ↔ the LLM port
ids         random identifiers, kept out of requests
server      the server
"""

from lukasa_evals.loopback.server import Loopback

__all__ = ["Loopback"]
