"""What a job and a chip cost: rent, ownership, a token, and chips until a design is paid.

Money enters only here; device hours, energy and carbon are in `hwmodels.energy`.  What a design
costs at a process node is no business of this package: it is disputed, and comes in as an
argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value
from hwmodels.formula import OutsideValidity, formula

_BREAK_EVEN = "definition of the break-even volume"
_MOONWALK = (
    "Khazraee et al., Moonwalk: NRE Optimization in ASIC Clouds, ASPLOS 2017; energy term alone"
)
_TCO = "Barroso, Hölzle and Ranganathan, The Datacenter as a Computer, 2018, chapter 6"


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


@formula(
    "K = H * r",
    source="definition of a price",
    kind="identity",
    unit_in={"H": "device*s", "r": "USD/device/s"},
    unit_out="USD",
    monotone="++",
    convention="rented devices; staff, data, storage and earlier attempts left out",
)
def rental_cost(H: Value, r: Value) -> Value:
    """Price of the devices that a job holds.

    Parameters
    ----------
    H : (...) array_like
        Time of the devices (`device_time`) [device*s].
    r : (...) array_like
        Rent [USD/device/s].

    Returns
    -------
    K : (...) ndarray or float
        [USD].
    """
    return H * r


@formula(
    "k = r * n / R",
    source="definition of a price",
    kind="identity",
    unit_in={"r": "USD/device/s", "n": "device", "R": "token/s"},
    unit_out="USD/token",
    monotone="++-",
    convention="all devices paid all the time; R averaged over it, idle hours included",
)
def token_cost(r: Value, n: Value, R: Value) -> Value:
    """Price of a token that is served or trained on.

    Parameters
    ----------
    r : (...) array_like
        Price of a device (`ownership_rate`, or its rent) [USD/device/s].
    n : (...) array_like
        Devices [device].
    R : (...) array_like
        Tokens of all of them together [token/s].

    Returns
    -------
    k : (...) ndarray or float
        [USD/token].
    """
    return r * n / R


@formula(
    "r = k / (L * a) + p * u * c",
    source=_TCO,
    kind="identity",
    unit_in={"k": "USD/device", "L": "s", "a": "1", "p": "W/device", "u": "1", "c": "USD/J"},
    unit_out="USD/device/s",
    monotone="+--+++",
    convention="straight-line depreciation, no interest, no residual value; energy of busy hours; "
    "building and staff as a part of k",
    valid={"a > 0": "what is never used costs all for nothing", "a <= 1": "a share is at most one"},
    domain={"a": (0.01, 1), "u": (1, 3)},
)
def ownership_rate(k: Value, L: Value, a: Value, p: Value, u: Value, c: Value) -> Value:
    """Cost of a useful second of a device that one owns.

    Parameters
    ----------
    k : (...) array_like
        Price of the device, with its part of host, network and building [USD/device].
    L : (...) array_like
        Time over which it is written off [s].
    a : (...) array_like
        Share of it in which the device is used, above zero.
    p : (...) array_like
        Power when used [W/device].
    u : (...) array_like
        Power usage effectiveness of the building.
    c : (...) array_like
        Price of energy [USD/J].

    Returns
    -------
    r : (...) ndarray or float
        [USD/device/s].
    """
    return k / (L * a) + p * u * c


def payback_units(
    design: tuple[float, float],
    unit_saving: tuple[float, float],
    power: tuple[float, float] = (0.0, 0.0),
    service: tuple[float, float] = (LIFETIME.value, LIFETIME.value),
    price: tuple[float, float] = (ELECTRICITY.value, ELECTRICITY.value),
) -> Answer:
    """Units until a design of one's own is paid, for ranges of what it depends on.

    Parameters
    ----------
    design : (low, high)
        Cost of the design that recurs with no unit [USD].
    unit_saving : (low, high)
        Price of what a unit replaces less its own, at equal work [USD/device]; below zero where
        it costs more.
    power : (low, high)
        Power that a unit saves at equal work [W/device].
    service : (low, high)
        Time in service at full load [s].
    price : (low, high)
        Price of energy [USD/J].

    Returns
    -------
    Answer
        [device]; without an upper end where a unit may save nothing.

    Raises
    ------
    OutsideValidity
        Where no unit ever saves anything: the design is never paid.
    """
    energy = (
        energy_value(power[0], service[0], price[0]),
        energy_value(power[1], service[1], price[1]),
    )
    least, most = unit_saving[0] + energy[0], unit_saving[1] + energy[1]
    if most <= 0:
        raise OutsideValidity("a unit that saves nothing never pays for its design")
    low = break_even_units(design[0], most)
    high = break_even_units(design[1], least) if least > 0 else math.inf
    return Answer(
        low, high, "device", "estimate",
        "equal work on both sides; savings in price and in energy; interest and software left out",
        _BREAK_EVEN,
        (
            Term("saved in price", *unit_saving, "USD/device"),
            Term("saved in energy", *energy, "USD/device"),
        ),
    )  # fmt: skip
