"""What every store must do. Subclass `StoreContract`, say how to make yours, and run pytest.

class TestMyStore(StoreContract):
    async def make(self, folder: Path) -> Store:
        return MyStore(folder / "store")
"""

from __future__ import annotations

from lukasa.testing.conformance.store_erasure import ErasureSuite
from lukasa.testing.conformance.store_facts import FactSuite
from lukasa.testing.conformance.store_jobs import JobSuite
from lukasa.testing.conformance.store_keeping import KeepingSuite
from lukasa.testing.conformance.store_passages import PassageSuite
from lukasa.testing.conformance.store_reading import ReadingSuite
from lukasa.testing.conformance.store_upkeep import UpkeepSuite
from lukasa.testing.conformance.store_writing import WritingSuite


class StoreContract(
    WritingSuite, ReadingSuite, PassageSuite, FactSuite, JobSuite, KeepingSuite, ErasureSuite, UpkeepSuite
):
    """The promises of `lukasa.ports.store`, as tests."""
