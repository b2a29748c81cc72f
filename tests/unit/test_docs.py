"""The documents name what exists, and their code runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from lukasa import Handle, Memory
from lukasa.adapters.models.manifest import MODELS
from lukasa.config import Settings
from lukasa.domain.filter import COLUMNS, OPERATORS
from lukasa.surfaces.cli.main import make_app

ROOT = Path(__file__).parents[2]
TOP = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "docs").rglob("*.md"))} | {
    name: ROOT / name for name in TOP
}
RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PATH = re.compile(r"[.\w*/-]*/[.\w*-]*|[\w-]+\.(?:py|sql|md|toml|npy)")
_SUFFIX = re.compile(r"\.(?:py|sql|md|toml|txt|npy)$|/$")
_DOTTED = re.compile(r"lukasa(?:\.\w+)+")
_PLACEHOLDERS = frozenset({"basis.npy"})
"""Files that are the reader's, not ours."""


def read(name: str) -> str:
    return DOCUMENTS[name].read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return [body for found, body in _FENCE.findall(read(name)) if found == language]


def inline_code(name: str) -> list[str]:
    return _CODE.findall(_FENCE.sub("", read(name)))


def with_blocks(language: str) -> list[str]:
    return [name for name in DOCUMENTS if blocks(name, language)]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and an embedder that needs no weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("LUKASA_DB", "LUKASA_STORE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("elsewhere")
# Those of docs/http.md need a server: `tests/surfaces/test_client.py`.
@pytest.mark.parametrize("name", [name for name in with_blocks("python") if name != "docs/http.md"])
def test_the_code_of_a_document_runs(name: str):
    namespace: dict[str, object] = {"__name__": "document"}

    for block in blocks(name, "python"):
        exec(compile(block, name, "exec"), namespace)


@pytest.mark.usefixtures("elsewhere")
def test_the_readme_prints_what_it_shows(capsys: pytest.CaptureFixture[str]):
    (code,), (shown,) = blocks("README.md", "python"), blocks("README.md", "text")

    exec(compile(code, "README.md", "exec"), {})

    assert capsys.readouterr().out == shown


def test_the_readme_is_short():
    assert len(read("README.md").split()) <= 550


@pytest.mark.usefixtures("elsewhere")
def test_a_model_answers_as_the_guide_says(capsys: pytest.CaptureFixture[str]):
    *_, code, agent = blocks("docs/python.md", "python")

    exec(compile(code, "docs/python.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Alice lives in Lisbon [1]. [")

    exec(compile(agent, "docs/python.md", "exec"), {})
    assert capsys.readouterr().out.startswith(
        "['User is allergic to walnuts.', 'User lives in Porto.'] (RefusedFact("
    )


def test_the_guide_names_every_verb():
    named = {word for code in inline_code("docs/python.md") for word in re.findall(r"\w+", code)}
    verbs = {name for face in (Memory, Handle) for name in dir(face) if not name.startswith("_")}

    assert verbs - named - {"open", "close", "partition"} == set()


def test_the_reference_is_what_the_script_writes():
    script = ROOT / "scripts/generate_reference.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_adapter_of_the_guide_passes_its_contract(tmp_path: Path):
    embedder, contract, _ = blocks("docs/adapters.md", "python")
    file = tmp_path / "test_guide.py"
    file.write_text(f"{embedder}\n{contract}", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(file)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d passed", done.stdout)


@pytest.mark.parametrize("name", with_blocks("sh"))
def test_every_command_line_is_understood(name: str):
    app = make_app()
    lines = [line for block in blocks(name, "sh") for line in block.replace("\\\n", " ").splitlines()]

    for line in lines:
        words = shlex.split(line, comments=True)
        match words:
            case ["lukasa", *arguments]:
                app.parse_args(arguments)
            case [program, *_] if program.startswith("./"):
                assert (ROOT / program).is_file(), line


def test_every_link_leads_somewhere():
    links = [(name, link) for name in DOCUMENTS for link in _LINK.findall(read(name)) if "://" not in link]

    assert [(name, link) for name, link in links if not (DOCUMENTS[name].parent / link).exists()] == []


def _paths(name: str) -> Iterator[str]:
    for code in inline_code(name):
        word = code.split()[0]
        if _PATH.fullmatch(word) and _SUFFIX.search(word) and word not in _PLACEHOLDERS:
            yield word.removeprefix("./")


def _exists(path: str) -> bool:
    if path.startswith("/"):
        return True  # of an address, such as `/embeddings`
    return any(ROOT.glob(path)) or any((ROOT / "src" / "lukasa").rglob(path))


def test_every_path_exists():
    assert [(name, path) for name in DOCUMENTS for path in _paths(name) if not _exists(path)] == []


def test_every_dotted_name_can_be_imported():
    groups = (".stores", ".embedders", ".tokens")  # of entry points
    failures = []
    for name in DOCUMENTS:
        for dotted in inline_code(name):
            if not _DOTTED.fullmatch(dotted) or dotted.endswith(groups):
                continue
            try:
                _resolve(dotted)
            except (ImportError, AttributeError) as error:
                failures.append((name, dotted, str(error)))

    assert failures == []


def _resolve(dotted: str) -> object:
    parts = dotted.split(".")
    found: object = import_module(parts[0])
    for place, part in enumerate(parts[1:], start=2):
        if not hasattr(found, part):
            import_module(".".join(parts[:place]))
        found = getattr(found, part)
    return found


def test_every_test_that_is_named_exists():
    folders = (ROOT / "tests", ROOT / "src" / "lukasa" / "testing")
    defined = {
        test
        for folder in folders
        for path in folder.rglob("*.py")
        for test in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }

    named = {
        (name, code) for name in DOCUMENTS for code in inline_code(name) if re.fullmatch(r"test_\w+", code)
    }
    assert {(name, code) for name, code in named if code not in defined} == set()


def test_a_decision_record_has_its_parts_on_one_page():
    failures = []
    for path in RECORDS:
        text = path.read_text("utf-8")
        sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
        if (
            not re.match(rf"# {path.name[:4]} \S", text)
            or sections != ["Context", "Decision", "Consequences", "Alternatives"]
            or len(text.split()) > 500
        ):
            failures.append((path.name, sections, len(text.split())))

    assert failures == []


def test_decision_records_are_numbered_without_gaps():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_every_dependency_is_justified():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^a-z0-9-]", one)[0] for one in project["dependencies"]}
    (record,) = (path for path in RECORDS if path.name.startswith("0002"))
    justified = set(re.findall(r"^\| `([\w-]+)` \|", record.read_text("utf-8"), re.MULTILINE))

    assert justified == needed


def test_every_known_model_stands_with_its_licence_and_hashes():
    text = read("docs/models.md")

    for name, model in MODELS.items():
        assert f"| `{name}` | {model.title} | {model.licence} |" in text
        for file in (*model.files, *([model.basis] if model.basis else [])):
            assert f"| `{name}` | `{file.name}` | {file.size:,} | `{file.sha256}` |" in text
    assert len(re.findall(r"`[0-9a-f]{64}`", text)) == sum(
        len(m.files) + (m.basis is not None) for m in MODELS.values()
    )


def test_settings_that_are_named_exist():
    named = {
        name for document in DOCUMENTS for name in re.findall(r"LUKASA_(?!TEST_)([A-Z_]+)", read(document))
    }

    assert {name.lower() for name in named} - {"db", "config"} <= set(Settings.model_fields)


def test_every_field_and_operator_of_filters_is_explained():
    text = read("docs/filters.md")

    assert [word for word in (*COLUMNS, *OPERATORS) if f"`{word}`" not in text] == []


def test_no_document_names_a_place_on_somebodys_machine():
    place = re.compile(r"(?<![\w.])/(?:tmp|work|home|root|Users)/\S*")

    assert {name: place.findall(read(name)) for name in DOCUMENTS if place.search(read(name))} == {}
