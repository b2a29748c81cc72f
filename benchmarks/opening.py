"""Opens a store with one of the benchmark's embedders; only here the benchmarks look past the public API."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from lukasa._blocking import Loop
from lukasa.engine import AsyncEngine
from synthetic import Synthetic, SyntheticDocuments

from lukasa import Memory, Settings
