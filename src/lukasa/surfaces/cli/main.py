"""`lukasa`: the verbs of the memory, at a prompt.

Commands are named by path and loaded when they are used, so that `lukasa --help` waits for nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError, Group, Parameter

from lukasa.errors import LukasaError, StoreError

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

_HERE = "lukasa.surfaces.cli"

COMMANDS = {
    "Remember and recall": {
        "demo": (
            f"{_HERE}.demo:demo",
            "Import a sample conversation into a store of its own and ask it questions.",
        ),
        "import": (f"{_HERE}.import_:import_", "Take in a file of conversations."),
        "remember": (f"{_HERE}.remember:remember", "Store one message, word for word."),
        "recall": (f"{_HERE}.recall:recall", "Find what bears on a question."),
        "context": (f"{_HERE}.recall:context", "Make a block to paste into a prompt, within a budget."),
        "ask": (f"{_HERE}.ask:ask", "Answer a question, with citations that are checked."),
        "turns": (f"{_HERE}.recall:turns", "List what was said."),
        "forget": (f"{_HERE}.remember:forget", "Hide turns and facts from recall; they can be restored."),
        "restore": (f"{_HERE}.remember:restore", "Let forgotten turns and facts be recalled again."),
    },
    "What is believed": {
        "facts": (f"{_HERE}.facts:facts", "List what is believed."),
        "timeline": (f"{_HERE}.jobs:timeline", "List what happened and what is planned, in order."),
        "why": (f"{_HERE}.facts:why", "Show the words that a fact rests on."),
        "history": (f"{_HERE}.facts:history", "Show every version of a fact."),
        "believe": (f"{_HERE}.facts:believe", "State a fact yourself."),
        "amend": (f"{_HERE}.facts:amend", "Reword a fact, pin it, or let it expire."),
        "conflicts": (f"{_HERE}.facts:conflicts", "List facts that exclude each other."),
        "settle": (f"{_HERE}.facts:settle", "Decide a conflict."),
        "review": (
            f"{_HERE}.facts:review",
            "List what was said by somebody who may not instruct; decide.",
        ),
    },
    "How it is connected": {
        "entities": (f"{_HERE}.graph:entities", "List who and what is known."),
        "relations": (f"{_HERE}.graph:relations", "List what connects whom, or search it."),
        "related": (f"{_HERE}.graph:related", "Show how somebody or something is connected."),
        "path": (f"{_HERE}.graph:path", "Show what connects two entities."),
        "graph": (f"{_HERE}.graph:graph", "Write the graph in the format of another tool."),
        "merge": (f"{_HERE}.graph:merge", "State that two names are one entity's."),
        "split": (f"{_HERE}.graph:split", "State that two names are not one entity's."),
        "alias": (f"{_HERE}.graph:alias", "State that somebody or something goes by another name, too."),
        "rename": (f"{_HERE}.graph:rename", "State that somebody or something goes by another name now."),
    },
    "What was changed": {
        "changes": (f"{_HERE}.changes:changes", "List the journal: what was changed, when and why."),
        "diff": (f"{_HERE}.changes:diff", "Compare what is believed at two moments."),
        "undo": (f"{_HERE}.changes:undo", "Take changes back."),
        "erase": (f"{_HERE}.erase:erase", "Destroy turns and facts for good."),
        "readmit": (f"{_HERE}.erase:readmit", "Let what was erased be stored again."),
    },
    "What the model does": {
        "worker": (f"{_HERE}.jobs:worker", "Do background jobs until interrupted."),
        "jobs": (f"{_HERE}.jobs:jobs", "List what is still to be done."),
        "flush": (f"{_HERE}.jobs:flush", "Do what is to be done now, and wait for it."),
        "retry": (f"{_HERE}.jobs:retry", "Have done again what was given up."),
        "reextract": (f"{_HERE}.jobs:reextract", "Read sessions again with the extractor in use."),
        "maintain": (f"{_HERE}.jobs:maintain", "Do a round of background care."),
        "summaries": (f"{_HERE}.jobs:summaries", "Show the rolling summaries."),
        "usage": (f"{_HERE}.jobs:usage", "Show what model calls took."),
    },
    "Look after the store": {
        "config": (f"{_HERE}.config:config", "Print the configuration in effect."),
        "stats": (f"{_HERE}.upkeep:stats", "Count what is stored."),
        "export": (f"{_HERE}.recall:export", "Write every turn of a user as JSON, one a line."),
        "verify": (f"{_HERE}.upkeep:verify", "Check that the store is sound."),
        "audit": (f"{_HERE}.audit:audit", "Look for rot, here or in another system's export."),
        "eval": (f"{_HERE}.eval:eval_", "Put questions of your own; fail when too few are answered."),
        "doctor": (f"{_HERE}.upkeep:doctor", "Tell what works, and what does not and why."),
        "reembed": (f"{_HERE}.upkeep:reembed", "Make the vectors that are missing."),
        "reindex": (f"{_HERE}.upkeep:reindex", "Make the terms anew that another version made."),
        "extract": (f"{_HERE}.upkeep:extract", "Distil facts from turns that were not read for them."),
        "sweep": (f"{_HERE}.upkeep:sweep", "Forget facts whose time is up."),
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
    given = sys.argv[1:] if argv is None else list(argv)
    try:
        code = make_app()(given)
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
        if "--debug" in given:
            raise
        return _failed(_explain(error), FAILED)
    return code if isinstance(code, int) else 0


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
    sys.stderr.write(f"lukasa: {message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
