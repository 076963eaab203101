"""The sets: rules that hold numbers against each other, rules that hold them against physics, and papers that these have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Family:
    """The rules that a set of papers is made for, by code, with their names.

    Attributes
    ----------
    select : tuple of str
        What the settings select, so that no other rule speaks.
    home : Path
        Folder of the set: papers/, seeds/, statements/ and result.json.
    mark : str
        Name of its table in the README.
    """

    names: Mapping[str, str]
    select: tuple[str, ...]
    home: Path
    mark: str

    @property
    def rules(self) -> tuple[str, ...]:
        """Codes, in order."""
        return tuple(self.names)


NUMBERS = Family(
    {
        "TK101": "ratio-mismatch", "TK102": "percent-mismatch", "TK103": "impossible-percentage",
        "TK104": "table-ratio", "TK105": "table-total", "TK106": "headline-drift",
        "TK107": "inconsistent-value", "TK108": "parallel-product", "TK109": "unit-slip",
        "TK110": "rate-identity",
    },
    ("TK1",),
    HERE,
    "make seeded",
)  # fmt: skip

PHYSICS = Family(
    {
        "TK201": "above-peak", "TK202": "sparse-peak", "TK203": "spec-mismatch",
        "TK204": "utilisation-mismatch", "TK205": "training-budget",
        "TK206": "throughput-above-roof", "TK207": "decode-above-bandwidth",
        "TK208": "bandwidth-above-peak", "TK209": "wrong-roof", "TK210": "above-amdahl",
        "TK301": "training-state-does-not-fit", "TK302": "weights-do-not-fit",
        "TK303": "kv-cache-does-not-fit", "TK304": "activation-peak",
        "TK305": "memory-saving-mismatch", "TK306": "footprint-mismatch",
        "TK401": "collective-below-bound", "TK402": "overlap-impossible",
        "TK403": "superlinear-scaling", "TK404": "efficiency-mismatch",
        "TK405": "bubble-mismatch", "TK406": "compression-break-even", "TK407": "link-domain",
    },
    # Tables of scaling with many rows are fitted, and spoken of, by TK104.
    ("TK2", "TK3", "TK4", "TK104"),
    HERE / "physics",
    "make physics",
)  # fmt: skip

UNSEEN = replace(PHYSICS, home=HERE / "unseen", mark="make physics, unseen")
"""The rules of physics, and papers that none of them was mended against."""

FAMILIES = (NUMBERS, PHYSICS, UNSEEN)


def of(home: Path) -> Family:
    """The family of a set of our own kind; that of any other folder is `NUMBERS`."""
    return next((f for f in FAMILIES if f.home == home.resolve()), NUMBERS)
