"""The commands ask and chat."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lukasa.domain.answer import Answer, Citation
from lukasa.errors import InputError, ProviderError
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import console, print_json, print_text, warn, when
from lukasa.surfaces.cli.recall import ViewOptions, read_filter

_WHY_NOT = {
    "nothing relevant": "Nothing that is remembered bears on this.",
    "nothing cited": "The model answered, but on the strength of nothing that is remembered.",
    "the model does not know": "What is remembered does not tell.",
}


def ask(
    question: Annotated[str, Parameter(help="What you want to know, in plain words.")],
    /,
    *,
    budget: Annotated[int, Parameter(alias="-b", help="At most so many tokens of evidence.")] = 1500,
    filter: Annotated[str, Parameter(help="Only from what passes this filter, in JSON.")] = "",
    now: Annotated[str, Parameter(help="The moment that 'today' stands for (ISO 8601).")] = "",
    stream: Annotated[bool, Parameter(help="Print the answer as it comes.")] = False,
    view: ViewOptions | None = None,
    shared: UserOptions | None = None,
) -> None:
    """Answer a question from memory, with checked citations. Without a language model, print the best evidence."""
    options, state = shared or UserOptions(), (view or ViewOptions()).view
    if stream and options.json:
        raise InputError(
            "--stream prints text as it comes, and --json one object at the end; name one of them"
        )
    wanted, moment = read_filter(filter), now or None
    with opened_handle(options) as memory:
        if stream:
            pieces = memory.ask_stream(question, budget=budget, filter=wanted, now=moment, **state)
            show_sources(console(), spoken(pieces))
            return
        answer = memory.ask(question, budget=budget, filter=wanted, now=moment, **state)
    if options.json:
        print_json(answer)
        return
    spoken([answer.text, answer])
    show_sources(console(), answer)


def chat(
    message: Annotated[
        str, Parameter(help="One message. Without: a conversation, a line each, to its end (Ctrl-D).")
    ] = "",
    /,
    *,
    session: Annotated[str, Parameter(help="The conversation's name; by default a new one.")] = "",
    budget: Annotated[
        int, Parameter(alias="-b", help="At most so many tokens of what is remembered.")
    ] = 1000,
    filter: Annotated[str, Parameter(help="Only what passes this filter, in JSON.")] = "",
    shared: UserOptions | None = None,
) -> int:
    """Talk to the model, which is shown what is remembered; what is said is remembered too."""
    options, wanted = shared or UserOptions(), read_filter(filter)
    name = session or f"chat {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    said: list[dict[str, object]] = []
    failed = 0
    with opened_handle(options, new=True) as memory:
        for line in [message] if message else _typed():
            said.append({"role": "user", "content": line})
            try:
                reply = memory.chat(said, session=name, budget=budget, filter=wanted)
            except ProviderError as error:
                if message:
                    raise
                # The message is remembered; it goes along with the next one.
                warn([str(error)])
                failed = 1
                continue
            said.append({"role": "assistant", "content": reply.text})
            failed = 0
            if options.json:
                print_json(reply)
            else:
                print_text(reply.text)
                warn(reply.warnings)
    return failed


def _typed() -> Iterator[str]:
    """Yield the lines of standard input that say something; a person is prompted for them."""
    person = sys.stdin.isatty()
    while True:
        try:
            line = input("> " if person else "")
        except EOFError:
            return
        if line.strip():
            yield line.strip()


def spoken(pieces: Iterable[str | Answer]) -> Answer:
    """Print an answer as it streams, and return it."""
    answer = Answer(question="", text="")
    for piece in pieces:
        if isinstance(piece, Answer):
            answer = piece
        else:
            print_text(piece, end="")
            sys.stdout.flush()
    print_text("")
    return answer


def show_sources(out: Console, answer: Answer) -> None:
    """Print what the answer cites, or why there is none."""
    if answer.abstained:
        out.print(Text(_WHY_NOT[answer.reason], style="yellow"))
    if answer.citations:
        out.print(_source_table(answer.citations))
    if answer.mode == "evidence" and not answer.abstained:
        out.print(Text(f"Confidence that this answers the question: {answer.confidence:.0%}", style="dim"))
    warn(answer.warnings)


def _source_table(citations: Iterable[Citation]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for each in citations:
        speaker = "= " if each.kind == "fact" else f"{each.speaker or '?'}: "
        words = Text.assemble((speaker, "bold"), each.text, (f"  {each.id}", "dim"))
        table.add_row(Text(f"[{each.number}]", style="dim"), Text(when(each.at), style="cyan"), words)
    return table
