"""`lukasa`: the verbs of the memory, at a prompt.

Commands are named by path and loaded when they are used, so that `lukasa --help` waits for nothing else.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path

from cyclopts import App, CycloptsError, Group, Parameter

from lukasa.domain.labels import printable
from lukasa.errors import LukasaError, StoreError

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

_HERE = "lukasa.surfaces.cli"

COMMANDS = {
    "Remember and recall": {
        "demo": (
            f"{_HERE}.demo:demo",
            "Import a sample conversation into a store of its own and ask it questions.",
        ),
        "import": (
            f"{_HERE}.import_:import_app",
            "Import a file of conversations, or (`import mem0`, …) another memory.",
        ),
        "remember": (f"{_HERE}.remember:remember", "Store one message, word for word."),
        "recall": (f"{_HERE}.recall:recall", "Find the turns and facts that answer a question."),
        "context": (f"{_HERE}.recall:context", "Print a block for a prompt, within a token budget."),
        "ask": (f"{_HERE}.ask:ask", "Answer a question, with checked citations."),
        "chat": (f"{_HERE}.ask:chat", "Talk to a model that is shown what is remembered."),
        "turns": (f"{_HERE}.recall:turns", "List stored messages."),
        "forget": (f"{_HERE}.remember:forget", "Hide turns and facts from recall."),
        "restore": (f"{_HERE}.remember:restore", "Bring back forgotten turns and facts."),
    },
    "Facts": {
        "facts": (f"{_HERE}.facts:facts", "List current facts."),
        "timeline": (f"{_HERE}.jobs:timeline", "List events and plans in order of time."),
        "why": (f"{_HERE}.facts:why", "Show the quotes behind a fact."),
        "history": (f"{_HERE}.facts:history", "Show every version of a fact."),
        "believe": (f"{_HERE}.facts:believe", "Add a fact yourself."),
        "amend": (f"{_HERE}.facts:amend", "Reword a fact, pin it, or set when it expires."),
        "conflicts": (f"{_HERE}.facts:conflicts", "List contradictions that are not resolved."),
        "settle": (f"{_HERE}.facts:settle", "Resolve a contradiction."),
        "review": (f"{_HERE}.facts:review", "Review quarantined facts."),
    },
    "Graph": {
        "entities": (f"{_HERE}.graph:entities", "List people, places and things."),
        "relations": (f"{_HERE}.graph:relations", "List or search the relations between them."),
        "related": (f"{_HERE}.graph:related", "Show what is connected to an entity."),
        "path": (f"{_HERE}.graph:path", "Show the shortest path between two entities."),
        "graph": (f"{_HERE}.graph:graph", "Export the graph: HTML, GraphML, JSON-LD, Cypher or DOT."),
        "merge": (f"{_HERE}.graph:merge", "Say that two names mean the same entity."),
        "split": (f"{_HERE}.graph:split", "Say that two names mean different entities."),
        "alias": (f"{_HERE}.graph:alias", "Add another name to an entity."),
        "rename": (f"{_HERE}.graph:rename", "Change the name of an entity."),
    },
    "History": {
        "changes": (f"{_HERE}.changes:changes", "List the journal of changes."),
        "diff": (f"{_HERE}.changes:diff", "Compare the facts at two points in time."),
        "undo": (f"{_HERE}.changes:undo", "Undo changes."),
        "erase": (f"{_HERE}.erase:erase", "Delete turns and facts for good."),
        "readmit": (f"{_HERE}.erase:readmit", "Allow erased content to be stored again."),
    },
    "Background jobs": {
        "worker": (f"{_HERE}.jobs:worker", "Run background jobs until interrupted."),
        "jobs": (f"{_HERE}.jobs:jobs", "List pending and failed jobs."),
        "flush": (f"{_HERE}.jobs:flush", "Run pending jobs and wait for them."),
        "retry": (f"{_HERE}.jobs:retry", "Retry failed jobs."),
        "reextract": (f"{_HERE}.jobs:reextract", "Extract facts again from stored sessions."),
        "maintain": (f"{_HERE}.jobs:maintain", "Run maintenance now."),
        "summaries": (f"{_HERE}.jobs:summaries", "Show the rolling summaries."),
        "usage": (f"{_HERE}.jobs:usage", "Show model calls, tokens and cost."),
    },
    "Coding agents": {
        "install": (
            "lukasa.surfaces.hooks.install:install",
            "Let Claude Code, Codex or Cursor remember, or no longer.",
        ),
        "hook": ("lukasa.surfaces.hooks.install:hook", "Answer an event of a coding agent."),
    },
    "Server": {
        "serve": (f"{_HERE}.serve:serve", "Serve the memory over HTTP."),
        "mcp": (f"{_HERE}.mcp:mcp", "Give a model the memory as tools (MCP)."),
        "keys": (f"{_HERE}.keys:keys", "Make, list and revoke the keys of the server."),
    },
    "Store": {
        "config": (f"{_HERE}.config:config", "Print the configuration in effect."),
        "stats": (f"{_HERE}.upkeep:stats", "Show counts of what is stored."),
        "export": (
            f"{_HERE}.exports.commands:export",
            "Export a user's memory: JSON lines, Markdown notes, mem0's JSON.",
        ),
        "backup": (f"{_HERE}.upkeep:backup", "Write a checked copy of the store to a new file."),
        "compact": (f"{_HERE}.upkeep:compact", "Give unused space back to the file system."),
        "migrate": (f"{_HERE}.upkeep:migrate", "Move a store: from a file to PostgreSQL, or back."),
        "verify": (f"{_HERE}.upkeep:verify", "Check the integrity of the store."),
        "audit": (
            f"{_HERE}.audit:audit",
            "Find duplicates, contradictions and junk, here or in another system's export.",
        ),
        "eval": (f"{_HERE}.eval:eval_", "Test a memory with questions of your own."),
        "doctor": (f"{_HERE}.upkeep:doctor", "Check that everything works."),
        "reembed": (f"{_HERE}.upkeep:reembed", "Compute missing vectors."),
        "reindex": (f"{_HERE}.upkeep:reindex", "Rebuild full-text entries written by an older version."),
        "extract": (f"{_HERE}.upkeep:extract", "Extract facts from turns that have not been read yet."),
        "sweep": (f"{_HERE}.upkeep:sweep", "Forget expired facts."),
    },
}


def make_app() -> App:
    """Return the command line, ready to be called."""
    app = App(
        name="lukasa",
        help="Long-term memory for AI agents: one file, no server, no API key.",
        version=lambda: version("lukasa"),
        help_format="plaintext",
        default_parameter=Parameter(negative=(), show_default=lambda value: value or None),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
    )
    for title, commands in COMMANDS.items():
        group = Group(title, sort_key=list(COMMANDS).index(title))
        for name, (path, summary) in commands.items():
            app.command(path, name=name, help=summary, group=group, sort_key=list(commands).index(name))
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    _prepare_streams()
    try:
        with _plain_warnings():
            code = make_app()(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _failed("interrupted; what was stored is kept", INTERRUPTED)
    except BrokenPipeError:
        # The reader has seen enough (`lukasa turns | head`). Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except CycloptsError as error:
        return _failed(f"{error}\nSee `lukasa --help`, or `lukasa COMMAND --help`.", MISUSED)
    except Exception as error:  # the outermost edge
        if "--debug" in arguments:
            raise
        return _failed(_explain(error), FAILED)
    return code if isinstance(code, int) else 0


def _prepare_streams() -> None:
    """Make the standard streams take any text: what they cannot show is replaced, and closed ones take everything."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends
        elif mode == "w" and isinstance(stream, TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="replace")


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Show a warning, such as one about a misspelt variable, once, as a line without a place in our source."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            sys.stderr.write(printable(f"warning: {message}\n"))

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _explain(error: Exception) -> str:
    match error:
        case LukasaError():
            again = " (trying again may help)" if error.retryable and isinstance(error, StoreError) else ""
            return " ".join(str(error).split()) + again
        case OSError():
            return f"{error.strerror or error}: {error.filename!r}" if error.filename else str(error)
        case _:
            return f"unexpected {type(error).__name__}: {error} (run it again with --debug to see where)"


def _failed(message: str, code: int) -> int:
    sys.stderr.write(printable(f"lukasa: {message}\n"))
    return code


if __name__ == "__main__":
    sys.exit(main())
