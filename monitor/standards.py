"""The register of legal provisions: key, kind, subject, and whether the text of each was checked."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from monitor.errors import DeclarationError

Kind = Literal["binding", "commitment", "tasking", "guidance"]

FAMILIES: Mapping[str, str] = {
    "PAL": "Palermo Protocol (UN, 2000)",
    "UNTOC": "UN Convention against Transnational Organized Crime (2000)",
    "CETS": "Council of Europe Convention on Action against Trafficking in Human Beings, CETS 197 (2005)",
    "AP": "OSCE Action Plan to Combat Trafficking in Human Beings",
    "THB": "Directive 2011/36/EU, as amended by Directive (EU) 2024/1712",
    "VRD": "Directive 2012/29/EU (victims' rights)",
    "RPD": "Directive 2004/81/EC (residence permits)",
    "RET": "Directive 2008/115/EC (return)",
    "CCV": "Directive 2004/80/EC (compensation to crime victims)",
    "ECHR": "European Convention on Human Rights",
    "ICCPR": "International Covenant on Civil and Political Rights",
    "CAT": "UN Convention against Torture",
    "REF": "Convention relating to the Status of Refugees (1951)",
    "CRC": "Convention on the Rights of the Child",
    "P029": "ILO Protocol of 2014 to the Forced Labour Convention",
    "ETS116": "European Convention on the Compensation of Victims of Violent Crimes (ETS 116)",
    "UNDV": "UN Declaration of Basic Principles of Justice for Victims of Crime (1985)",
    "RPG": "OHCHR Recommended Principles and Guidelines on Human Rights and Human Trafficking",
    "ODR": "ODIHR Guiding Principles on Human Rights in the Return of Trafficked Persons",
    "BPR": "UN basic principles on the right to an effective remedy for trafficked persons",
    "NRM1": "ODIHR on National Referral Mechanisms (2003-2004)",
    "NRM2": "ODIHR National Referral Mechanisms handbook, second edition (2022)",
    "OTM": "ODIHR Trial Monitoring manual",
    "WHO": "WHO ethical and safety recommendations for interviewing trafficked women (2003)",
}


@dataclass(frozen=True)
class Provision:
    """One provision: ``CETS 15(2)``. ``checked`` is false while its number or subject stands from knowledge alone."""

    key: str
    kind: Kind
    subject: str
    checked: bool

    @property
    def source(self) -> str:
        """The instrument of law or guidance that the provision is part of."""
        return FAMILIES[self.key.split(" ")[0]]

    @property
    def binds_states(self) -> bool:
        """Whether a State can be said to have met or missed it. A tasking of ODIHR never can."""
        return self.kind != "tasking"


@cache
def register() -> Mapping[str, Provision]:
    """Every provision by its key, in the register's order."""
    text = files("monitor").joinpath("standards.toml").read_text(encoding="utf-8")
    return {key: Provision(key, **entry) for key, entry in tomllib.loads(text).items()}


def provision(key: str, *, place: str) -> Provision:
    """The provision with a key. Raises :class:`DeclarationError` naming ``place`` when the register has none."""
    known = register()
    if key not in known:
        near = ", ".join(difflib.get_close_matches(key, known, n=3)) or "see monitor/standards.toml"
        raise DeclarationError("PLUGIN-12", place=place, key=key, near=near)
    return known[key]
