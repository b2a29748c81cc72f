"""Run the Python snippets of mem0's documentation on `lukasa.integrations.mem0`, and say of each whether it runs.

    python scripts/mem0_snippets.py README.md quickstart.mdx …   # pages of mem0's own; none is kept here
    python scripts/mem0_snippets.py --json …

Only the line is changed that imports `Memory`, `AsyncMemory` or `MemoryConfig` from mem0. A page's snippets follow one another: each has the
names that those before it defined, and else `m`, `memory` and `client` (mem0's own `MemoryClient`, of our server, where mem0ai is installed).
Everything is stored in a temporary folder; OpenAI is a server on this machine, and the memory of alice is not empty. A snippet with an id that
only its author has must fail as mem0 fails: with an error that says so.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import builtins
import inspect
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from lukasa.integrations.mem0 import AsyncMemory, Memory
from lukasa.testing.chat_endpoint import ChatEndpoint

_FENCE = re.compile(r"^[ \t]*```(?:python|py)\b[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r"^(\s*from )mem0(?:\.[\w.]+)?( import (?:(?:Memory|AsyncMemory|MemoryConfig)(?:,\s*)?)+)$", re.MULTILINE)  # fmt: skip
_SEED = ("I like tea in the morning.", "My food preference is a vegetarian diet.", "I love sci-fi movies.")


class Outcome(NamedTuple):
    """What became of a snippet."""

    page: str
    number: int
    begins: str
    runs: bool
    why: str


def _answer(asked: Mapping[str, Any]) -> str:
    """Say what a model says that has little to say, and finds nothing to remember."""
    return '{"facts": []}' if "response_format" in asked else "Tea, of course."


def snippets(page: Path) -> Iterator[str]:
    """Yield the Python of a page, with the import changed."""
    for block in _FENCE.findall(page.read_text("utf-8")):
        lines = inspect.cleandoc(block)
        yield _IMPORT.sub(r"\1lukasa.integrations.mem0\2", lines)


def run_page(page: Path, names: dict[str, Any]) -> Iterator[Outcome]:
    """Run the snippets of a page one after another."""
    known: dict[str, Any] = {}
    _seed(names)
    for number, code in enumerate(snippets(page), start=1):
        begins = next((line for line in code.splitlines() if line.strip() and not line.startswith("#")), "")
        fresh = {**names, **known, "__name__": "__main__"}
        if "await " in code and not isinstance(fresh.get("memory"), AsyncMemory):
            fresh["memory"] = names["async_memory"]
        why = _run(code, fresh)
        known |= {
            name: value for name, value in fresh.items() if name not in names and name != "__builtins__"
        }
        known |= {
            name: fresh[name] for name in ("m", "memory", "client") if fresh.get(name) is not names.get(name)
        }
        yield Outcome(page.name, number, begins[:60], not why or why.startswith("as mem0"), why)


def _seed(names: dict[str, Any]) -> None:
    """Fill the memory of alice: an earlier page may have emptied it."""
    for text in _SEED:
        names["memory"].add(text, user_id="alice", metadata={"category": "food"})
    if "client" in names:
        names["client"].add(_SEED[0], user_id="alice")


def _run(code: str, names: dict[str, Any]) -> str:
    """Run a snippet; return why it does not run, or nothing."""
    try:
        compiled = compile(code, "<snippet>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            waits = bool(compiled.co_flags & inspect.CO_COROUTINE)
            made = eval(compiled, names)  # noqa: S307 - what this program is for
            if waits:
                names["loop"].run_until_complete(made)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - it is the result
        if re.search(r"Memory with id .* not found", str(error)):
            return f"as mem0: the id is nobody's, {type(error).__name__}"
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:160]} ({Path(place.filename).name})"
    return ""


def _client(url: str, key: str) -> Any:
    """Return mem0's own client as snippets make it, asking our server; `None` without mem0ai."""
    try:
        import mem0  # noqa: PLC0415
    except ImportError:
        return None
    made = mem0.MemoryClient

    def ours(*_: object, **__: object) -> Any:
        return made(api_key=key, host=url)

    mem0.MemoryClient = ours
    return ours()


def main() -> int:
    """Run all snippets of the pages; 1 when one does not run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--server", help="`URL/mem0` of a Lukasa server, for snippets with MemoryClient")
    parser.add_argument("--key", default="", help="its key")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
        model = stack.enter_context(ChatEndpoint(answer=_answer))
        os.environ |= {  # noqa: TID251 - of a program
            "XDG_DATA_HOME": folder,
            "LUKASA_EMBEDDER": "hashing",
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "key",
            "MEM0_TELEMETRY": "False",
        }
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        memory = stack.enter_context(Memory())
        builtins.input = lambda *_: "exit"  # type: ignore[assignment]
        names: dict[str, Any] = {
            "m": memory,
            "memory": memory,
            "async_memory": AsyncMemory(),
            "loop": loop,
        }
        if options.server and (client := _client(options.server, options.key)):
            names["client"] = client
        outcomes = [outcome for page in options.pages for outcome in run_page(page, names)]
        loop.run_until_complete(names["async_memory"].close())
    if options.json:
        print(json.dumps([outcome._asdict() for outcome in outcomes], indent=1))
    else:
        for outcome in outcomes:
            print(
                f"{outcome.page} {outcome.number}: {'runs' if outcome.runs else 'DOES NOT RUN'}  {outcome.begins}"
            )
            if outcome.why:
                print(f"    {outcome.why}")
    print(f"{sum(outcome.runs for outcome in outcomes)} of {len(outcomes)} run", file=sys.stderr)
    return 0 if all(outcome.runs for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
