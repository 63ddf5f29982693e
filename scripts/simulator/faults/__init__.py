"""Named defects of landed raw tables, as loaders, exports and people make them: each with its rows in a ledger, and with what must
come of it. `simulate.py --faults` puts them in; `make faults` builds a world for each and says what caught it (docs/faults.md)."""

from . import billing, crm, kept, product, support  # noqa: F401
from .registry import FAULTS, Fault, Injected, inject

__all__ = ["FAULTS", "Fault", "Injected", "inject"]
