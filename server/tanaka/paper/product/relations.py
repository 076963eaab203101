"""The identities of the field: what multiplies to what, by the roles of `tanaka.paper.product.terms`.

Every number is in base units, so a relation needs a constant only where a unit hides one (bits in a
byte, the kWh of a price).
"""

from __future__ import annotations

from tanaka.paper.model import How
from tanaka.records import dataclass

Constant = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Relation:
    """``total`` is the product of the ``factors``, over the ``divisors``, times the constant.

    Attributes
    ----------
    name : str
    total : str
    factors, divisors : tuple of str
        Roles of the terms.
    constant : (str, float) or None
        Its name and value.
    flow : bool
        Whether it is work done in a time: the time may be longer, if nothing says "equals".
    verbs : bool
        Whether a plain verb ("costs", "takes") makes it an equation, where the rate is stated with
        "at".
    """

    name: str
    total: str
    factors: tuple[str, ...]
    divisors: tuple[str, ...] = ()
    constant: Constant | None = None
    flow: bool = False
    verbs: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """All its roles, the total first."""
        return (self.total, *self.factors, *self.divisors)

    def solved_for(self, role: str) -> Relation | None:
        """The same relation with another of its roles as the total; None where it has no such role."""
        if role == self.total:
            return self
        back = None if self.constant is None else (self.constant[0], 1 / self.constant[1])
        if role in self.factors:
            at = self.factors.index(role)
            rest = (*self.factors[:at], *self.factors[at + 1 :])
            return Relation(self.name, role, (self.total, *self.divisors), rest, back, self.flow)
        if role in self.divisors:
            at = self.divisors.index(role)
            rest = (*self.divisors[:at], *self.divisors[at + 1 :])
            whole = (self.total, *rest)
            return Relation(self.name, role, self.factors, whole, self.constant, self.flow)
        return None


_BITS = ("bits in a byte", 1 / 8)
_KWH = ("joules in a kWh", 1 / 3.6e6)
_MWH = ("joules in an MWh", 1 / 3.6e9)


def _rates() -> list[Relation]:
    out: list[Relation] = []
    for thing in ("tokens", "samples", "requests", "steps"):
        out += [
            Relation(thing, thing, (f"{thing}/s each", "devices", "time"), flow=True),
            Relation(thing, thing, (f"{thing}/s", "time"), flow=True),
        ]
    return out


def _aggregates() -> list[Relation]:
    out: list[Relation] = []
    for thing in (
        "tokens/s",
        "samples/s",
        "requests/s",
        "FLOP/s",
        "power",
        "bytes",
        "bandwidth",
        "energy",
    ):
        out += [Relation("aggregate", thing, (f"{thing} each", n)) for n in ("devices", "ports")]
        out.append(Relation("aggregate", thing, (f"{thing} node", "nodes")))
    return out


RELATIONS: tuple[Relation, ...] = tuple(
    sorted(
        (
            Relation("cost", "cost", ("devices", "time", "price of device"), verbs=True),
            Relation("cost", "cost", ("nodes", "time", "price"), verbs=True),
            Relation("cost", "cost", ("device-time", "price of device"), verbs=True),
            Relation("cost", "cost", ("device-time", "price"), verbs=True),
            Relation("cost", "cost", ("node-time", "price"), verbs=True),
            Relation("cost", "cost", ("tokens", "price of tokens"), verbs=True),
            Relation("cost", "cost", ("energy", "price of kWh"), constant=_KWH, verbs=True),
            Relation("cost", "cost", ("energy", "price of MWh"), constant=_MWH, verbs=True),
            Relation("device-hours", "device-time", ("devices", "time")),
            Relation("device-hours", "device-time", ("nodes", "devices of a node", "time")),
            Relation("device-hours", "node-time", ("nodes", "time")),
            Relation("energy", "energy", ("power each", "devices", "time")),
            Relation("energy", "energy", ("power", "time")),
            Relation("energy", "energy", ("energy per token", "tokens")),
            Relation("energy", "energy", ("energy per request", "requests")),
            Relation("power", "power", ("energy per token", "tokens/s")),
            Relation("batch rate", "tokens/s", ("batch", "length"), ("step time",)),
            Relation("batch rate", "tokens/s", ("tokens of a batch",), ("step time",)),
            Relation("batch rate", "samples/s", ("batch",), ("step time",)),
            Relation("run time", "time", ("steps", "step time"), flow=True),
            Relation("run time", "time", ("epochs", "epoch time"), flow=True),
            Relation("work of steps", "tokens", ("steps", "batch", "length")),
            Relation("work of steps", "tokens", ("steps", "tokens of a batch")),
            Relation("work of steps", "samples", ("steps", "batch")),
            Relation("epochs", "samples", ("epochs", "samples")),
            Relation("epochs", "tokens", ("epochs", "tokens")),
            Relation("transfer", "bytes", ("bandwidth", "time"), flow=True),
            Relation("weights", "bytes", ("params", "bytes per parameter")),
            Relation("weights", "bytes", ("params", "bits per parameter"), constant=_BITS),
            Relation("bus", "bandwidth", ("bits", "transfers/s"), constant=_BITS),
            Relation("reciprocal", "tokens/s", (), ("time per token",)),
            Relation("reciprocal", "steps/s", (), ("step time",)),
            *_rates(),
            *_aggregates(),
        ),
        key=lambda r: -len(r.roles),
    )
)

_BYTES_OF = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "GiB": 2.0**30, "TiB": 2.0**40}
EXTRA: tuple[Relation, ...] = (
    Relation("price", "price", ("devices", "price of device")),
    *(
        Relation(
            "cost by the " + word,
            "cost by the " + word,
            ("device-time", price),
            constant=(f"seconds in a {word}", 1 / seconds),
        )
        for word, seconds in (
            ("month", 2592000.0),
            ("year", 31557600.0),
            ("week", 604800.0),
            ("day", 86400.0),
        )
        for price in ("price of device", "price")
    ),
    Relation("cost", "cost", ("price", "time")),
    Relation("price of tokens", "price of tokens", ("price",), ("tokens/s",)),
    Relation("price of tokens", "price of tokens", ("price of device",), ("tokens/s",)),
    Relation("energy of one", "energy per token", ("power",), ("tokens/s",)),
    Relation("energy of one", "energy per request", ("power",), ("requests/s",)),
    Relation("energy of one", "energy per sample", ("power",), ("samples/s",)),
    Relation("energy of one", "energy per sample", ("power", "time")),
    Relation("energy of one", "energy per request", ("power", "time")),
    Relation("energy", "energy", ("energy per sample", "samples")),
    Relation("work of requests", "tokens", ("requests", "tokens of a request")),
    Relation("tokens of a batch", "tokens of a batch", ("batch", "length")),
    Relation("tokens of a batch", "tokens", ("batch", "length")),
    Relation("tokens of a batch", "tokens", ("samples", "length")),
    Relation("reciprocal of a list", "tokens/s", (), ("time",)),
    Relation("reciprocal of a list", "tokens/s", (), ("time per token",)),
    Relation("epochs in time", "samples/s", ("epochs", "samples"), ("time",), flow=True),
    *(
        Relation(
            "cost", "cost", ("bytes", f"price of {unit}"), constant=(f"bytes in a {unit}", 1 / many)
        )
        for unit, many in _BYTES_OF.items()
    ),
)
"""More of them, which hold where nothing joins the numbers but the paragraph."""

FORMATS = {"fp32": 4.0, "float32": 4.0, "tf32": 4.0, "bf16": 2.0, "bfloat16": 2.0, "fp16": 2.0, "float16": 2.0,
           "half precision": 2.0, "fp8": 1.0, "int8": 1.0, "int4": 0.5, "nf4": 0.5, "fp4": 0.5}  # fmt: skip
"""Bytes of a parameter in a number format that a sentence may name instead of them."""


@dataclass(frozen=True, slots=True)
class LocalIdentity:
    """Readings of one sentence, by index, that multiply to another; see `tanaka.paper.model.Identity`."""

    relation: str
    factors: tuple[tuple[str, int], ...]
    divisors: tuple[tuple[str, int], ...]
    total: int
    constant: Constant | None
    bound: str
    joined: bool
    paired: How
    cues: frozenset[str]
