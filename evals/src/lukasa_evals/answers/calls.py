"""Model calls of an evaluation: kept, given again, counted; or waited for, when a batch is to answer them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lukasa.adapters.wrappers.recorded import fingerprint, read_reply
from lukasa.errors import ProviderDownError, RequestRefusedError
from lukasa.llm.salvage import salvage
from lukasa.ports.llm import LLM, LLMReply, LLMRequest
from lukasa_evals.answers.lines import Lines
from lukasa_evals.errors import EvalError


class PendingError(ProviderDownError):
    """The reply to this call has yet to come, with a batch."""


@dataclass(slots=True)
class Spent:
    """What calls took, as the provider counts."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    """Calls without a known price."""

    milliseconds: float = 0.0
    untimed: int = 0
    """Calls that nobody timed: a batch answered them."""

    unread: int = 0
    """Replies that could not be read, not even when asked for again, and requests that were refused: what they should have
    told is missing."""

    def add(self, reply: LLMReply) -> None:
        """Count one reply."""
        self.calls += 1
        self.untimed += not reply.milliseconds
        self.tokens_in += reply.usage.tokens_in
        self.tokens_out += reply.usage.tokens_out
        self.dollars += reply.dollars or 0.0
        self.unpriced += reply.dollars is None
        self.milliseconds += reply.milliseconds

    def merge(self, other: Spent) -> None:
        """Add what others took."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Kept:
    """Replies in a file, by the key of their request; and which requests were refused for good."""

    def __init__(self, path: Path) -> None:
        self._lines = Lines(path)
        self._replies: dict[str, LLMReply] = {}
        self._refused: dict[str, str] = {}
        for number, line in enumerate(self._lines.read(), start=1):
            try:
                if "refused" in line:
                    self._refused.setdefault(line["request"], str(line["refused"]))
                else:
                    self._replies.setdefault(line["request"], read_reply(line["reply"]))
            except (KeyError, TypeError) as error:
                raise EvalError(f"line {number} of {path.name!r} is no kept reply: {error!r}") from error

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, key: str) -> LLMReply | None:
        """Return the reply to a request, if there is one. Raises `RequestRefusedError` where it was refused."""
        if (why := self._refused.get(key)) is not None:
            raise RequestRefusedError(why)
        return self._replies.get(key)

    def refuse(self, key: str, why: str) -> None:
        """Keep that a request was refused: asked again, it would be refused again."""
        if key not in self._refused:
            self._refused[key] = why
            self._lines.add({"request": key, "refused": why})

    def put(self, key: str, reply: LLMReply) -> None:
        """Keep a reply; the first one stays."""
        if key not in self._replies:
            self._replies[key] = reply
            self._lines.add({"request": key, "reply": asdict(reply)})


@dataclass(slots=True)
class Calls:
    """A model whose replies are kept: the same request, in the same repetition, always gets the same reply.

    With *inner* it asks for what is not kept. Without, it notes the request as pending and raises `PendingError`.
    """

    kept: Kept
    model: str
    """Its name, as the plan says it."""

    inner: LLM | None = None
    repetition: int = 0
    """Tells repetitions of one request apart."""

    pending: dict[str, LLMRequest] = field(default_factory=dict)
    """By key; shared between repetitions."""

    _asking: dict[str, asyncio.Lock] = field(default_factory=dict, init=False)

    @property
    def name(self) -> str:
        """See the port."""
        return self.model

    def again(self, repetition: int) -> Calls:
        """Return the same, for another repetition."""
        return Calls(self.kept, self.model, self.inner, repetition, self.pending)

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port. Raises `PendingError` for what a batch is to answer, `RequestRefusedError` for what never will be."""
        key = self.key(request)
        async with self._asking.setdefault(key, asyncio.Lock()):  # the same call is not paid for twice
            if (held := self.kept.get(key)) is not None:
                return held
            if self.inner is None:
                self.pending[key] = request
                raise PendingError(f"no reply to the request {key} ({request.purpose}) is kept")
            try:
                reply = await self.inner.complete(request)
            except RequestRefusedError as error:
                self.kept.refuse(key, str(error))
                raise
            self.kept.put(key, reply)
            return reply

    def key(self, request: LLMRequest) -> str:
        """Return what tells a request from any other."""
        return f"{fingerprint(request)}-{self.repetition}" if self.repetition else fingerprint(request)

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        reply = await self.complete(request)
        if reply.text:
            yield reply.text
        yield reply

    async def aclose(self) -> None:
        """Nothing is closed: others use the same model."""


class Metered:
    """Counts what goes through, each call once: a run that waited for a batch repeats the calls before the one it waited for."""

    def __init__(self, inner: Calls, ledger: Path | None = None) -> None:
        """Wrap *inner*; what earlier processes counted stands in *ledger*."""
        self._inner = inner
        self._ledger = None if ledger is None else Lines(ledger)
        self._spent: dict[str, Spent] = {}
        self._asked: set[str] = set()
        """What a batch was asked for this, whether or not it is asked again when the replies have come."""

        self._unwaited = 0.0
        for line in self._ledger.read() if self._ledger is not None else ():
            key = line.pop("request")
            if line.pop("asked", False):
                self._asked.add(key)
            else:
                self._spent[key] = Spent(**line)

    @property
    def name(self) -> str:
        """See the port."""
        return self._inner.name

    async def complete(self, request: LLMRequest) -> LLMReply:
        """See the port."""
        key, spent = self._inner.key(request), Spent()
        try:
            at_hand = self._inner.kept.get(key) is not None
            reply = await self._inner.complete(request)
        except RequestRefusedError:
            spent.unread = 1
            self._note(key, spent)
            raise
        except PendingError:
            if key not in self._asked and self._ledger is not None:
                self._asked.add(key)
                self._ledger.add({"request": key, "asked": True})
            raise
        spent.add(reply)
        spent.unread = _is_lost(request, reply)
        self._unwaited += reply.milliseconds if at_hand else 0.0
        self._note(key, spent)
        return reply

    def _note(self, key: str, spent: Spent) -> None:
        if key not in self._spent:
            self._spent[key] = spent
            if self._ledger is not None:
                self._ledger.add({"request": key, **asdict(spent)})

    async def stream(self, request: LLMRequest) -> AsyncIterator[str | LLMReply]:
        """See the port. In one piece."""
        reply = await self.complete(request)
        if reply.text:
            yield reply.text
        yield reply

    async def aclose(self) -> None:
        """Nothing is closed: others use the same model."""

    def unwaited(self) -> float:
        """Return the milliseconds that calls took whose replies were at hand this time, and begin anew."""
        unwaited, self._unwaited = self._unwaited, 0.0
        return unwaited

    def take(self) -> Spent:
        """Return what was counted, and begin anew, without the ledger. What a wrong guess asked of a batch is paid for too."""
        total = Spent()
        for spent in self._spent.values():
            total.merge(spent)
        for key in self._asked.difference(self._spent):
            with suppress(RequestRefusedError):
                if (reply := self._inner.kept.get(key)) is not None:
                    total.add(reply)
        self._spent, self._asked, self._ledger = {}, set(), None
        return total


_FIRST = 2
"""Messages of a request that is made for the first time: the system's and the user's."""


def _is_lost(request: LLMRequest, reply: LLMReply) -> bool:
    """Whether this is a second attempt at a reply of some form, and it has not that form either."""
    if len(request.messages) <= _FIRST or request.messages[-1].role != "user":
        return False
    if request.tools:
        return not {call.name for call in reply.calls} & {tool.name for tool in request.tools}
    if request.shape is None:
        return False
    wanted = request.shape.schema.get("properties")
    return not _fields(salvage(reply.text)) & set(wanted if isinstance(wanted, Mapping) else ())


def _fields(value: object) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in _fields(item)}
    return set(value) if isinstance(value, dict) else set()
