"""Write `docs/reference.md`, the reference of the Python API, from signatures and docstrings.

python scripts/generate_reference.py            # write the file
python scripts/generate_reference.py --check    # exit 1 when the file is not what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import griffe

from lukasa import __all__

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference.md"

HEAD = """# Reference

Every public name of `lukasa`, with its docstring; `AsyncMemory`, `AsyncHandle` and `AsyncClient` have the verbs of `Memory`, `Handle` and
`Client`, to be awaited. [The guide](python.md) says which verb is for what. Written by `scripts/generate_reference.py`."""

FACES = ("Memory", "Handle")
WIDTH = 100
"""What a signature may have on one line."""

AWAITED = ("AsyncMemory", "AsyncHandle", "AsyncClient", "Client")


def main() -> int:
    """Write the page, or say that it is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the page would change"
    )
    check = parser.parse_args().check
    text = page()
    if not check:
        PAGE.write_text(text, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
        sys.stderr.write("docs/reference.md is not up to date: python scripts/generate_reference.py\n")
        return 1
    return 0


def page() -> str:
    """Return the page: the two faces, then values, settings and errors by name."""
    package = griffe.load("lukasa", search_paths=[ROOT / "src"], resolve_aliases=True)
    public = {name: _target(package[name]) for name in __all__}
    values = [name for name in __all__ if name not in {*FACES, *AWAITED, "LukasaError"}]
    policies = package["policy"].classes
    parts = [HEAD, *(part for name in FACES for part in _object(name, public[name]))]
    parts += [
        "## Values and settings",
        *(part for name in values for part in _object(name, public[name], "###")),
    ]
    parts += ["## Groups of settings", "In `lukasa.policy`."]
    parts += [part for name, policy in policies.items() for part in _object(name, policy, "###")]
    parts += ["## Errors", "In `lukasa.errors`. Indented: what is raised in its place where more is known."]
    parts += ["\n".join(_errors(package["errors"], "LukasaError"))]
    return "\n\n".join(parts) + "\n"


def _target(found: griffe.Object | griffe.Alias) -> griffe.Object:
    return found.final_target if isinstance(found, griffe.Alias) else found


def _object(name: str, described: griffe.Object, heading: str = "##") -> Iterator[str]:
    yield f"{heading} {name}"
    if isinstance(described, griffe.Function):
        yield _signature(described)
    if isinstance(described, griffe.Attribute):
        yield f"```py\n{name} = {described.value}\n```"
    if described.docstring:
        yield _prose(described.docstring)
    members = [_target(each) for each in described.members.values() if not each.name.startswith("_")]
    fields = [each for each in members if isinstance(each, griffe.Attribute) and each.name != "model_config"]
    if fields:
        yield "\n".join(_field(each) for each in fields)
    for each in members:
        if isinstance(each, griffe.Function):
            yield f"{heading}# {name}.{each.name}"
            yield _signature(each)
            if each.docstring:
                yield _prose(each.docstring)


def _field(described: griffe.Attribute) -> str:
    default = described.value if "property" not in described.labels else None
    shown = f"{described.name}: {described.annotation}" + (f" = {default}" if default is not None else "")
    if not described.docstring:
        return f"- `{shown}`"
    return f"- `{shown}`\n\n" + "\n".join(
        f"  {line}".rstrip() for line in _prose(described.docstring).split("\n")
    )


def _signature(described: griffe.Function) -> str:
    lines, starred = [], False
    for each in described.parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is griffe.ParameterKind.keyword_only and not starred:
            starred = True
            lines.append("*")
        star = {
            griffe.ParameterKind.var_positional: "*",
            griffe.ParameterKind.var_keyword: "**",
        }.get(each.kind, "")
        starred = starred or star == "*"
        default = f" = {each.default}" if each.default is not None and not star else ""
        lines.append(f"{star}{each.name}: {each.annotation}{default}")
    begin, end = f"def {described.name}(", f") -> {described.returns}"
    if len(begin) + len(", ".join(lines)) + len(end) <= WIDTH:
        return f"```py\n{begin}{', '.join(lines)}{end}\n```"
    return "```py\n" + "\n".join([begin, *(f"    {line}," for line in lines), end]) + "\n```"


def _prose(docstring: griffe.Docstring) -> str:
    return docstring.value.strip()


def _errors(module: griffe.Object, name: str, depth: int = 0) -> Iterator[str]:
    docstring = module[name].docstring
    about = docstring.value.split("\n\n")[0].replace("\n", " ") if docstring else ""
    yield f"{'  ' * depth}- `{name}`: {about}"
    for other, described in module.classes.items():
        if name in map(str, described.bases):
            yield from _errors(module, other, depth + 1)


if __name__ == "__main__":
    sys.exit(main())
