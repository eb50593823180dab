"""The provisions themselves: key, kind, subject, and whether the text of each was checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from monitor.errors import DeclarationError, Refusal, did_you_mean

Kind = Literal["binding", "commitment", "tasking", "guidance"]

KINDS: Mapping[Kind, str] = {
    "binding": "binding",
    "commitment": "political commitment",
    "guidance": "guidance, which binds nobody",
    "tasking": "tasking of ODIHR, not a standard that a State meets or misses",
}
"""Each kind in words, in the order in which a report cites them."""

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
    def family(self) -> str:
        """The key of the instrument of law or guidance that the provision is part of: ``CETS``."""
        return self.key.split(" ")[0]

    @property
    def source(self) -> str:
        """That instrument in words."""
        return FAMILIES[self.family]

    @property
    def kind_in_words(self) -> str:
        """The kind as a report prints it."""
        return KINDS[self.kind]

    @property
    def measures_states(self) -> bool:
        """Whether a State can be said to have met or missed it. A tasking of ODIHR never can."""
        return self.kind != "tasking"


@cache
def register() -> Mapping[str, Provision]:
    """Every provision by its key, in the register's order."""
    text = files("monitor.standards").joinpath("register.toml").read_text(encoding="utf-8")
    return {key: Provision(key, **entry) for key, entry in tomllib.loads(text).items()}


def provision(key: str, *, place: str) -> Provision:
    """The provision with a key. Raises :class:`DeclarationError` naming ``place`` when the register has none."""
    known = register()
    if key not in known:
        raise DeclarationError("PLUGIN-12", place=place, key=key, hint=did_you_mean(key, known))
    return known[key]


def look_up(given: str) -> Provision:
    """The provision that somebody names, capitals and spaces aside: ``cets 15 (2)``.

    Raises :class:`Refusal` (STANDARDS-01) when the register has none.
    """
    known = {_bare(key): found for key, found in register().items()}
    if _bare(given) not in known:
        raise Refusal("STANDARDS-01", given=given, hint=did_you_mean(given, register()))
    return known[_bare(given)]


def _bare(key: str) -> str:
    return "".join(key.split()).casefold()
