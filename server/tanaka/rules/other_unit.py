"""The same digits in another unit: bits for bytes, ms for s, hours for days.

A slip of a unit leaves the digits right.  A rule says which values would agree with the rest of what
is stated; where exactly one other unit of the number gives such a value, that unit is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tanaka.paper.model import Number, Where
from tanaka.quantity.units import respelled, unit_of
from tanaka.rules.api import Fix, FixKind, ReplaceUnit

_THOUSAND = (1e3, 1e-3)
_FACTORS: dict[str, tuple[float, ...]] = {
    "byte": _THOUSAND,
    "byte/s": (8.0, 1 / 8, *_THOUSAND),
    "FLOP": _THOUSAND,
    "FLOP/s": _THOUSAND,
    "op/s": _THOUSAND,
    "W": _THOUSAND,
}
"""What another unit of the same sort may be of one, by base unit: another prefix, bits for bytes."""
_TIMES = (1e-6, 1e-3, 1.0, 60.0, 3600.0, 86400.0)


def other_unit(number: Number, agrees: Callable[[float], bool]) -> tuple[Fix, ...]:
    """A fix that writes the one other unit in which the digits of a number agree.

    Parameters
    ----------
    number : Number
    agrees : callable
        Whether a value [base units] goes with the rest.

    Returns
    -------
    tuple of Fix
        One, or none where no unit agrees, or several do.
    """
    q = number.quantity
    if isinstance(q.value, tuple) or not q.bounded or number.where is Where.TABLE:
        return ()  # the unit of a cell is that of its column
    found = [u for u, factor in _others(number) if agrees(q.point * factor)]
    if len(found) != 1:
        return ()
    edit = ReplaceUnit(number.id, q.shown_unit, found[0])
    return (Fix(f"Write {found[0]}", FixKind.QUICKFIX, (edit,)),)


def _others(number: Number) -> Iterator[tuple[str, float]]:
    """Other units of a number as they are spelled, with what one of them is in the present one."""
    q = number.quantity
    own = unit_of(q.shown_unit)
    if own is None or own.base != q.unit or own.scale != q.scale:
        return
    if q.unit == "s":
        factors = tuple(t / q.scale for t in _TIMES if t != q.scale)
    else:
        factors = _FACTORS.get(q.unit, ())
    for factor in factors:
        spelled = respelled(q.shown_unit, q.unit, q.scale * factor)
        if spelled is not None:
            yield spelled, factor
