"""The register of legal provisions: what each says and of what kind it is, and whom it binds since when."""

from monitor.standards.applicability import Applicability, Holds, Scope, Standing, applies, scope_of, where
from monitor.standards.register import FAMILIES, KINDS, Kind, Provision, look_up, provision, register

__all__ = [
    "FAMILIES", "KINDS", "Applicability", "Holds", "Kind", "Provision", "Scope", "Standing", "applies", "look_up",
    "provision", "register", "scope_of", "where",
]  # fmt: skip
