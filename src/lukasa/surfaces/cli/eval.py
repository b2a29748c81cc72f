"""`lukasa eval`: tests of a memory, for your CI: questions with what must and must not be found."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from lukasa import Handle
from lukasa.errors import ConfigError, ImportFormatError, InputError
from lukasa.surfaces.cli.options import UserOptions, opened
from lukasa.surfaces.cli.output import console, count, print_json

_KEYS = {"question", "expect", "forbid", "unknown", "user", "now"}
_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalCase:
    """One line of the file."""

    line: int
    question: str
    expect: Sequence[str] = ()
    """Words that must be found, all of them."""

    forbid: Sequence[str] = ()
    """Words that must not be shown: another person's, or no longer true."""

    unknown: bool = False
    """Nothing is known of this, and that is what must come out."""

    user: str = ""
    now: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """The outcome of a question."""

    line: int
    question: str
    found: float | None
    """Share of what was expected that stands in the context; `None` where nothing was."""

    answered: float | None
    """Likewise in the answer; `None` also where none was asked for."""

    leaked: Sequence[str]
    """What was forbidden, and was shown."""

    passed: bool
    abstained: bool
    tokens: int
    milliseconds: float
    answer: str = ""


def eval_(
    file: Annotated[Path, Parameter(help="Questions as JSON, one a line.")],
    /,
    *,
    ask: Annotated[bool, Parameter(help="Also have the model answer, and look at the answers.")] = False,
    budget: Annotated[int, Parameter(alias="-b", help="At most so many tokens of context.")] = 1500,
    min_passed: Annotated[float, Parameter(help="Share of questions that must pass, 0 to 1.")] = 1.0,
    min_confidence: Annotated[
        float, Parameter(help="Ask with this threshold, below which recall abstains; for `unknown`.")
    ] = 0.0,
    shared: UserOptions | None = None,
) -> int:
    """Ask a memory questions and check what it finds; exit code 1 when too few pass.

    A line is an object: `question`; `expect`, a text or several that must all stand in the context; `forbid`, what must not;
    `unknown`, true where nothing is known; `user`, when it is another's; `now`, the moment at which it is asked.
    """
    options = shared or UserOptions()
    if not 0 <= min_passed <= 1:
        raise InputError(f"--min-passed must be from 0 to 1, not {min_passed}")
    cases = read_cases(file)
    with opened(options) as memory:
        if ask and memory.doctor().llm is None:
            raise ConfigError("--ask needs a model: set LUKASA_LLM, such as openai:gpt-4.1-mini")
        handles = {
            case.user: memory.of(user=case.user or options.user or "me", tenant=options.tenant or None)
            for case in cases
        }
        results = [
            _put(case, handles[case.user], budget=budget, ask=ask, min_confidence=min_confidence)
            for case in cases
        ]
    passed = sum(result.passed for result in results) / len(results)
    if options.json:
        print_json({**_figures(results), "min_passed": min_passed, "results": results})
    else:
        _show(results, min_passed)
    return 0 if passed >= min_passed else _FAILED


def read_cases(file: Path) -> list[EvalCase]:
    """Return the questions of a file. Raises `ImportFormatError`, with the line number, for a line that is not one."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ImportFormatError(f"{file.name!r} is not UTF-8 text") from error
    cases = [_case(number, line, file) for number, line in enumerate(lines, start=1) if line.strip()]
    if not cases:
        raise ImportFormatError(f"{file.name!r} has no question")
    return cases


def _case(number: int, line: str, file: Path) -> EvalCase:
    where = f"line {number} of {file.name!r}"
    try:
        given = json.loads(line)
    except ValueError as error:
        raise ImportFormatError(f"{where} is not JSON: {error}") from error
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("question"), str)
        or not given["question"].strip()
    ):
        raise ImportFormatError(f"{where} is no object with a question")
    if unknown := sorted(set(given) - _KEYS):
        raise ImportFormatError(f"{where} has unknown fields {unknown}; known: {', '.join(sorted(_KEYS))}")
    case = EvalCase(
        line=number,
        question=given["question"],
        expect=_texts(given, "expect", where),
        forbid=_texts(given, "forbid", where),
        unknown=given.get("unknown") is True,
        user=str(given.get("user") or ""),
        now=given.get("now"),
    )
    if not (case.expect or case.forbid or case.unknown):
        raise ImportFormatError(f"{where} checks nothing: give it expect, forbid or unknown")
    return case


def _texts(given: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    held = given.get(name, ())
    texts = (held,) if isinstance(held, str) else held
    if not isinstance(texts, list | tuple) or not all(
        isinstance(text, str) and text.strip() for text in texts
    ):
        raise ImportFormatError(f"{where}: {name} must be a text or a list of texts")
    return tuple(texts)


def _put(case: EvalCase, memory: Handle, *, budget: int, ask: bool, min_confidence: float) -> EvalResult:
    started = time.perf_counter()
    context = memory.context(case.question, budget=budget, now=case.now, min_confidence=min_confidence)
    milliseconds = (time.perf_counter() - started) * 1000
    found = _share(case.expect, context.text)
    shown, abstained, answer, answered = context.text, context.abstained, "", None
    if ask:
        said = memory.ask(case.question, budget=budget, now=case.now, min_confidence=min_confidence)
        answer, abstained = said.text, said.abstained
        answered = _share(case.expect, answer)
        shown = f"{shown}\n{answer}"
    leaked = [text for text in case.forbid if _stands_in(text, shown)]
    wanted = found if answered is None else answered
    complete = wanted is None or wanted == 1.0
    return EvalResult(
        line=case.line,
        question=case.question,
        found=found,
        answered=answered,
        leaked=leaked,
        passed=complete and not leaked and (abstained if case.unknown else True),
        abstained=abstained,
        tokens=context.tokens,
        milliseconds=round(milliseconds, 2),
        answer=answer,
    )


def _share(expected: Sequence[str], text: str) -> float | None:
    return sum(_stands_in(each, text) for each in expected) / len(expected) if expected else None


def _stands_in(expected: str, text: str) -> bool:
    """Return True if the words occur in a text as whole words, in any case."""
    words = r"\s+".join(map(re.escape, expected.casefold().split()))
    return re.search(rf"(?<!\w){words}(?!\w)", text.casefold()) is not None


def _figures(results: Sequence[EvalResult]) -> dict[str, object]:
    times = sorted(result.milliseconds for result in results)
    found = [result.found for result in results if result.found is not None]
    answered = [result.answered for result in results if result.answered is not None]
    return {
        "questions": len(results),
        "passed": sum(result.passed for result in results),
        "found": round(sum(found) / len(found), 4) if found else None,
        "answered": round(sum(answered) / len(answered), 4) if answered else None,
        "leaked": sum(bool(result.leaked) for result in results),
        "tokens": round(sum(result.tokens for result in results) / len(results), 1),
        "milliseconds": {
            "p50": times[len(times) // 2],
            "p95": round(quantiles(times, n=20)[-1], 2) if len(times) > 1 else times[0],
        },
    }


def _show(results: Sequence[EvalResult], min_passed: float) -> None:
    out = console()
    failed = [result for result in results if not result.passed]
    if failed:
        table = Table("line", "question", "why", title="did not pass", title_justify="left")
        for result in failed:
            table.add_row(str(result.line), Text(result.question), Text(_why(result)))
        out.print(table)
    passed = len(results) - len(failed)
    figures = _figures(results)
    latency = figures["milliseconds"]
    share = passed / len(results)
    out.print(
        f"{passed} of {count(len(results), 'question')} passed ({share:.0%}; wanted {min_passed:.0%}); "
        f"{figures['tokens']} tokens and {latency['p50'] if isinstance(latency, dict) else ''} ms each",
        style="green" if share >= min_passed else "red",
    )


def _why(result: EvalResult) -> str:
    if result.leaked:
        return f"shows {', '.join(map(repr, result.leaked))}"
    if result.answered is not None and result.answered < 1:
        return f"answered {result.answer[:80]!r}"
    if result.found is not None and result.found < 1:
        return f"{result.found:.0%} of what was expected is in the context"
    return "something was found, though nothing is known"
