"""The pipeline's table of contents is complete."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import lukasa.pipeline

FOLDER = Path(lukasa.pipeline.__file__).parent


def test_the_table_of_contents_names_every_module_once():
    contents = lukasa.pipeline.__doc__ or ""

    named = [
        *re.findall(r"^ *(\w+) {2,}\S", contents, re.MULTILINE),  # an entry
        *re.findall(r"\((\w+):", contents),  # what belongs to one
    ]

    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert Counter(named) == Counter(modules)
