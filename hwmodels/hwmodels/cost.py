"""What silicon must earn: energy saved by a chip over its life, and chips until a design is paid.

Money enters only here.  What a design costs at a process node is no business of this package: it
is disputed, and comes in as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_BREAK_EVEN = "definition of the break-even volume"
_MOONWALK = (
    "Khazraee et al., Moonwalk: NRE Optimization in ASIC Clouds, ASPLOS 2017; energy term alone"
)


@dataclass(frozen=True, slots=True)
class Default:
    """A value that stands in where nothing is stated; it never carries a proof.

    Attributes
    ----------
    name : str
        As printed.
    value : float
        In base units.
    unit : str
    shown : str
        As printed, in the unit of the field.
    source : str
    """

    name: str
    value: float
    unit: str
    shown: str
    source: str


YEAR = 365.0 * 86400.0
"""A year of service [s]."""

LIFETIME = Default(
    "three years of service at full load", 3 * YEAR, "s", "3 years",
    "the usual depreciation of servers; full load is the friendliest to a chip that saves energy",
)  # fmt: skip
ELECTRICITY = Default(
    "electricity at $0.10/kWh", 0.10 / 3.6e6, "USD/J", "$0.10/kWh",
    "average US price of the commercial sector, as in Calculating TCO for Energy, IBM Systems Magazine",
)  # fmt: skip


@formula(
    "S = (G - 1) * p",
    source=_BREAK_EVEN,
    kind="identity",
    unit_in={"G": "1", "p": "W"},
    unit_out="W",
    monotone="++",
    convention="equal work on both sides",
)
def power_saved(G: Value, p: Value) -> Value:
    """Power that the same work would take more on the less efficient side.

    Parameters
    ----------
    G : (...) array_like
        Work per joule over that of the other side, at least one.
    p : (...) array_like
        Power of the efficient side [W].

    Returns
    -------
    S : (...) ndarray or float
        [W].
    """
    return (G - 1) * p


@formula(
    "V = S * t * c",
    source=_MOONWALK,
    kind="identity",
    unit_in={"S": "W", "t": "s", "c": "USD/J"},
    unit_out="USD",
    monotone="+++",
    convention="energy alone; the price of the chip, cooling and software left out",
)
def energy_value(S: Value, t: Value, c: Value) -> Value:
    """What power saved is worth over a lifetime.

    Parameters
    ----------
    S : (...) array_like
        Power saved by one unit [W].
    t : (...) array_like
        Time in service [s].
    c : (...) array_like
        Price of energy [USD/J].

    Returns
    -------
    V : (...) ndarray or float
        [USD] for one unit.
    """
    return S * t * c


@formula(
    "U = N / V",
    source=_BREAK_EVEN,
    kind="identity",
    unit_in={"N": "USD", "V": "USD/device"},
    unit_out="device",
    monotone="+-",
    convention="cost of making a unit equal on both sides",
)
def break_even_units(N: Value, V: Value) -> Value:
    """Units after which what each saves has paid for the design.

    Parameters
    ----------
    N : (...) array_like
        Cost of the design that recurs with no unit [USD].
    V : (...) array_like
        What one unit saves over its life [USD/device].

    Returns
    -------
    U : (...) ndarray or float
        [device].
    """
    return N / V
