"""Energy of a job: device hours, the building around them, and the carbon of the grid.

At its default power limit a board draws no more than its design power for long, which bounds its
energy from above; what it draws in fact is an estimate.  Hosts and network are never in it unless
the power given includes them, and take about as much again: an energy metered at the node or at
the building is no match for a bound on boards alone.
"""

from __future__ import annotations

from hwmodels.answer import Answer
from hwmodels.elementwise import Value
from hwmodels.formula import formula

_LLAMA = "Touvron et al., LLaMA, arXiv 2302.13971, 2023, section 6 and table 15"
_DRAW = (
    "Latif et al., Single-Node Power Demand During AI Training, IEEE Access 13, 2025 (82 % of the "
    "rated power at most); Newkirk et al., arXiv 2506.14551, 2025 (76 %); the ends are wider"
)
DRAW_OF_TRAINING = (0.6, 0.9)
"""Draw of a busy device in training over its design power, lowest and highest taken."""


@formula(
    "H = n * t",
    source="definition of a device-hour",
    kind="identity",
    unit_in={"n": "device", "t": "s"},
    unit_out="device*s",
    monotone="++",
)
def device_time(n: Value, t: Value) -> Value:
    """Time of devices that a job holds.

    Parameters
    ----------
    n : (...) array_like
        Devices [device].
    t : (...) array_like
        Wall time, restarts included [s].

    Returns
    -------
    H : (...) ndarray or float
        [device*s]: 3600 to a device-hour.
    """
    return n * t


@formula(
    "J = H * p * u",
    source=_LLAMA,
    kind="identity",
    unit_in={"H": "device*s", "p": "W/device", "u": "1"},
    unit_out="J",
    monotone="+++",
    convention="one power over the whole time; what p leaves out (hosts, network) is left out",
    valid={"u >= 1": "a building takes at least what its machines take"},
    domain={"u": (1, 3)},
)
def training_energy(H: Value, p: Value, u: Value) -> Value:
    """Energy that devices take over a job, and the building for them.

    Parameters
    ----------
    H : (...) array_like
        Time of the devices (`device_time`) [device*s].
    p : (...) array_like
        Power of one [W/device]: measured, or the design power, which is more than it draws.
    u : (...) array_like
        Power usage effectiveness of the building, at least one.

    Returns
    -------
    J : (...) ndarray or float
        [J]: 3.6e6 to a kilowatt-hour.
    """
    return H * p * u


@formula(
    "m = J * c",
    source=_LLAMA,
    kind="identity",
    unit_in={"J": "J", "c": "g/J"},
    unit_out="g",
    monotone="++",
    convention="location-based unless c is of a contract; making the hardware left out",
)
def carbon_emitted(J: Value, c: Value) -> Value:
    """Carbon dioxide equivalent of energy from a grid.

    Parameters
    ----------
    J : (...) array_like
        Energy [J].
    c : (...) array_like
        Carbon intensity of the grid [g/J]; printed in g/kWh, 3.6e6 times as much.

    Returns
    -------
    m : (...) ndarray or float
        [g].
    """
    return J * c


def energy_bound(device_seconds: float, design_power: float, effectiveness: float) -> Answer:
    """Most energy that the boards of a job can take at their default power limit.

    To be held only against a figure that says it is of the GPUs (boards) themselves: a DGX A100 may
    draw 6.5 kW where its eight boards take 3.2 kW, and so metered energy of nodes passes this.

    Parameters
    ----------
    device_seconds : float
        Time of the devices [device*s].
    design_power : float
        Thermal design power of one [W/device].
    effectiveness : float
        Power usage effectiveness of the building, at least one.

    Returns
    -------
    Answer
        [J], from zero: a bound on what the boards draw, and the building for them.

    Raises
    ------
    OutsideValidity
        For an effectiveness below one.
    """
    most = training_energy(device_seconds, design_power, effectiveness)
    return Answer(
        0.0, most, "J", "bound",
        "boards alone at their default power limit; hosts, network and raised limits not in it",
        _LLAMA,
    )  # fmt: skip


def energy_estimate(device_seconds: float, design_power: float, effectiveness: float) -> Answer:
    """Energy that devices take over a training that keeps them busy.

    Parameters
    ----------
    device_seconds, design_power, effectiveness : float
        As in `energy_bound`.

    Returns
    -------
    Answer
        [J]; the draw is taken as 60 to 90 % of the design power.

    Raises
    ------
    OutsideValidity
        For an effectiveness below one.
    """
    most = training_energy(device_seconds, design_power, effectiveness)
    low, high = DRAW_OF_TRAINING
    return Answer(
        low * most, high * most, "J", "estimate",
        "busy devices draw 60 to 90 % of their design power; hosts and network left out", _DRAW,
    )  # fmt: skip
