"""An instrument as JSON: frozen version by version, and compared with what was frozen before."""

from monitor.contract.changes import Change, Step, compare, step_of
from monitor.contract.codebook import codebook
from monitor.contract.content import as_contract
from monitor.contract.freezing import (
    Comparison,
    compare_with_frozen,
    freeze,
    frozen_text,
    frozen_versions,
    read_frozen,
    told,
)

__all__ = [
    "Change", "Comparison", "Step", "as_contract", "codebook", "compare", "compare_with_frozen", "freeze",
    "frozen_text", "frozen_versions", "read_frozen", "step_of", "told",
]  # fmt: skip
