"""A model on onnxruntime, and the threads that it runs on."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from lukasa.adapters.models.manifest import Files, ModelUsage, Reference, Role, check_reference, read
from lukasa.errors import ClosedError, ConfigError, ModelMissingError, ProviderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

T = TypeVar("T")

_CHARS_A_TOKEN = 64
"""Texts are cut to this many characters for each token the model takes before they are tokenised, so that a text of
megabytes costs no more than one of pages. Words are far shorter."""


_NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"
_importing = threading.Lock()


class _Loaded:
    """What is kept of a model in memory. Its parts may be used by several threads at once."""

    def __init__(self, files: Files, name: str) -> None:
        self.name = name
        self.usage: ModelUsage = files.usage
        self.identity = files.identity
        self.tokenizer = _load_tokenizer(files, name)
        self.session = _load_session(files, name)
        self.inputs = {node.name for node in self.session.get_inputs()}
        outputs = [node.name for node in self.session.get_outputs()]
        if self.usage.output not in outputs:
            raise ModelMissingError(
                f"the model {name!r} has no output {self.usage.output!r}; it has {', '.join(outputs)}"
            )
        self.pad = _padding_id(self.tokenizer)
        self.basis = None if files.basis is None else _load_basis(files.basis, name)


_loaded: WeakValueDictionary[str, _Loaded] = WeakValueDictionary()
"""Models in use in this process, by identity: several memories share one copy of the weights."""


class Text(NamedTuple):
    """The model's output for one text."""

    states: npt.NDArray[np.float32]
    """One row a token, padding left out."""

    tokens: Sequence[str]
    special: Sequence[bool]
    """Which tokens the tokenizer added itself."""


class LocalModel:
    """A model that loads when it is first used. Every method blocks, and may be called by several threads."""

    def __init__(self, reference: Reference, role: Role, *, directory: Path | None = None) -> None:
        check_reference(reference, role)
        self._reference = reference
        self._role = role
        self._directory = directory
        self._lock = threading.Lock()
        self._held: _Loaded | None = None

    @property
    def usage(self) -> ModelUsage:
        """How the model wants to be used; loads it."""
        return self._load().usage

    @property
    def identity(self) -> str:
        """Hash of weights, tokenizer and usage; loads the model."""
        return self._load().identity

    @property
    def basis(self) -> npt.NDArray[np.float32] | None:
        """The matrix (width × dims) by which token states are projected; `None`: not at all. Loads the model."""
        return self._load().basis

    def texts(self, texts: Sequence[str], prefix: str) -> list[Text]:
        """Run texts through the model, padded to the longest."""
        loaded = self._load()
        encodings = [loaded.tokenizer.encode(prefix + self._cut(text)) for text in texts]
        output = self._run(loaded, encodings)
        return [
            Text(
                rows[: len(encoding.ids)],
                encoding.tokens,
                [bool(flag) for flag in encoding.special_tokens_mask],
            )
            for rows, encoding in zip(output, encodings, strict=True)
        ]

    def release(self) -> None:
        """Release the weights; they are freed when nothing else uses them."""
        with self._lock:
            self._held = None

    def _load(self) -> _Loaded:
        with self._lock:
            if self._held is None:
                files = read(self._reference, self._role, directory=self._directory)
                shared = _loaded.get(files.identity) or _Loaded(files, str(self._reference))
                self._held = _loaded.setdefault(files.identity, shared)
            return self._held

    def _cut(self, text: str) -> str:
        # Half a surrogate pair is no Unicode text; tokenizers would refuse it.
        return text[: self.usage.max_length * _CHARS_A_TOKEN].encode("utf-8", "replace").decode()

    def _run(self, loaded: _Loaded, encodings: Sequence[Encoding]) -> npt.NDArray[np.float32]:
        feed = _feed(encodings, loaded.pad)
        try:
            (output,) = loaded.session.run(
                [loaded.usage.output], {name: feed[name] for name in loaded.inputs if name in feed}
            )
        except Exception as error:  # onnxruntime's errors share no narrower base
            raise ProviderError(f"the model {loaded.name!r} failed: {_clip(error)}") from error
        return np.asarray(output, dtype=np.float32)


def _feed(encodings: Sequence[Encoding], pad: int) -> dict[str, npt.NDArray[np.int64]]:
    shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
    feed = {
        "input_ids": np.full(shape, pad, dtype=np.int64),
        "attention_mask": np.zeros(shape, dtype=np.int64),
        "token_type_ids": np.zeros(shape, dtype=np.int64),
    }
    for row, encoding in enumerate(encodings):
        feed["input_ids"][row, : len(encoding.ids)] = encoding.ids
        feed["attention_mask"][row, : len(encoding.ids)] = 1
        feed["token_type_ids"][row, : len(encoding.ids)] = encoding.type_ids
    return feed


def _load_tokenizer(files: Files, name: str) -> Tokenizer:
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy, and only needed with a model
    except ImportError as error:
        raise ModelMissingError(
            f"the model {name!r} needs the package 'tokenizers'; pip install tokenizers"
        ) from error
    try:
        tokenizer = Tokenizer.from_str(files.tokenizer.decode())
    except Exception as error:  # the library raises bare Exception
        raise ModelMissingError(
            f"the model {name!r} has a tokenizer.json that cannot be read: {_clip(error)}"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(files.usage.max_length, strategy="longest_first")
    return tokenizer


def _load_session(files: Files, name: str) -> InferenceSession:
    try:
        with _telemetry_off():
            from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - heavy
    except ImportError as error:
        raise ModelMissingError(
            f"the model {name!r} needs the package 'onnxruntime'; pip install onnxruntime"
        ) from error
    options = SessionOptions()
    # One thread a call, and as many calls at once as there are workers: unlike threads inside one call, that
    # loses nothing to waiting, and a question needs two calls at once anyway (dense and tokens).
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return InferenceSession(files.weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no narrower base
        raise ModelMissingError(
            f"the model {name!r} has a model.onnx that cannot be loaded: {_clip(error)}"
        ) from error


@contextmanager
def _telemetry_off() -> Iterator[None]:
    """Opt out of onnxruntime's telemetry while it is imported.

    Its wheels since 1.29 look up a host and keep a device id in the home folder, unless this variable is set when
    the library is loaded. A library that the application loaded first, and a variable that the user set, are left
    alone: whether they send anything is not for Lukasa to decide.
    """
    environment = os.environ  # noqa: TID251 - no setting: the native library reads it
    with _importing:
        if "onnxruntime" in sys.modules or _NO_TELEMETRY in environment:
            yield
            return
        environment[_NO_TELEMETRY] = "1"
        try:
            yield
        finally:
            environment.pop(_NO_TELEMETRY, None)


def _load_basis(data: bytes, name: str) -> npt.NDArray[np.float32]:
    try:
        # Not `np.load`, which also takes archives and pickles.
        basis = np.asarray(np.lib.format.read_array(BytesIO(data), allow_pickle=False), np.float32)
    except (ValueError, TypeError, OSError, EOFError) as error:
        raise ModelMissingError(
            f"the model {name!r} has a basis that cannot be read: {_clip(error)}"
        ) from error
    if basis.ndim != 2 or not basis.size or not np.isfinite(basis).all():  # noqa: PLR2004 - a matrix
        raise ModelMissingError(
            f"the model {name!r} has a basis of shape {basis.shape}; it must be width × dims, of finite numbers"
        )
    return basis


def _padding_id(tokenizer: Tokenizer) -> int:
    pads = (tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
    return next((pad for pad in pads if pad is not None), 0)


def _clip(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def default_threads() -> int:
    """Return one thread a processor that this process may use, at most 4: memory's host has other work to do."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(4, usable)


class Workers:
    """Threads of one adapter. Many callers take turns, so a question does not wait for a whole import."""

    def __init__(self, threads: int, name: str) -> None:
        if threads < 1:
            raise ConfigError(f"threads={threads!r} must be 1 or more")
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._closed = False

    async def call(self, job: Callable[[], T]) -> T:
        """Run one job in a thread."""
        return await asyncio.wrap_future(self._submit(job))

    async def all(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Run the jobs and return their results in order.

        No more of them are queued than there are threads, so other callers' jobs get in between.
        The first error stops the rest and is raised as it is.
        """
        results: dict[int, T] = {}
        waiting = iter(enumerate(jobs))

        async def work() -> None:
            for index, job in waiting:
                results[index] = await self.call(job)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._threads, len(jobs))):
                    group.create_task(work())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [results[index] for index in range(len(jobs))]

    async def aclose(self) -> None:
        """Wait for the jobs that run, then end the threads."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)

    def _submit(self, job: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise ClosedError("the model was closed; open the memory again")
        return self._pool.submit(job)
