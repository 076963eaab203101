"""Compares hwmodels with mlsysim, function by function; run it with ``make differential``.

mlsysim is a partner to explain, not one to match: a difference needs a sentence in
``tests/hwmodels/partners.toml``, and fails without one.  So does one that is no longer there.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version as installed
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "hwmodels"), str(ROOT / "tests" / "hwmodels")]

from partners import Partner, partners, version  # noqa: E402 - found on the path just set

RATIO_ROUNDING = 1e-3  # ratios are recorded with four digits


def zero_state(parameters: float, devices: int, stage: str) -> Any:
    """State of one device by their ZeRO solver, which takes a model for its size alone."""
    from mlsysim.core.units import ureg
    from mlsysim.engine.solvers import ZeroShardingModel

    count = parameters * ureg.param
    model = SimpleNamespace(
        parameters=count, size_in_bytes=lambda each: (count * each).to("param * byte") / ureg.param
    )
    return ZeroShardingModel().solve(model, devices).stage_state[stage]


ADAPTERS: dict[str, Callable[..., Any]] = {"ZeroShardingModel": zero_state}


def theirs(partner: Partner) -> Callable[..., Any]:
    """Their function."""
    if partner.theirs in ADAPTERS:
        return ADAPTERS[partner.theirs]
    module, _, name = partner.theirs.rpartition(":")
    found: Callable[..., Any] = getattr(import_module(module or "mlsysim.physics"), name)
    return found


def of_theirs(partner: Partner, point: dict[str, float], ureg: Any) -> float:
    """Their value at a point of the grid, as what ours is."""
    given = partner.arguments(point)
    for name, unit in partner.quantities.items():
        given[name] = ureg.Quantity(given[name], unit)
    found = theirs(partner)(**given)
    if partner.pick is not None:
        found = found[partner.pick]
    fields = found if isinstance(found, dict) else {"result": found}
    read = {name: x.m_as(partner.unit) if partner.unit else x for name, x in fields.items()}
    return partner.value(read, point)


def compare(partner: Partner, ureg: Any) -> tuple[str, str]:
    """What was found, and what is wrong with the row; "" where it is as recorded."""
    pairs = [(partner.of_ours(p), of_theirs(partner, p, ureg)) for p in partner.points()]
    apart = max(abs(b - a) / max(abs(a), abs(b), 1e-300) if a != b else 0.0 for a, b in pairs)
    if partner.ratio is None:
        found = f"same on {len(pairs)} points"
        worst = max(pairs, key=lambda p: abs(p[1] - p[0]) / (abs(p[0]) or 1))
        if apart > partner.tolerance:
            return found, f"differs without a reason: ours {worst[0]:g}, theirs {worst[1]:g}"
        return found, ""
    ratios = [b / a for a, b in pairs if a]
    low, high = min(ratios), max(ratios)
    found = f"{low:.4g} to {high:.4g} times ours"
    if not partner.why:
        return found, "differs without a reason"
    for seen, recorded in zip((low, high), partner.ratio, strict=True):
        if abs(seen - recorded) > RATIO_ROUNDING * abs(recorded):
            return found, f"the table says {partner.ratio[0]:g} to {partner.ratio[1]:g} times"
    return found, ""


def main() -> int:
    """Print the table; 1 where a row is not as recorded."""
    if installed("mlsysim") != version():
        print(f"mlsysim is {installed('mlsysim')}; the verdicts are about {version()}")
        return 1
    from mlsysim.core.units import ureg

    wrong = 0
    rows = partners()
    for partner in rows:
        try:
            found, trouble = compare(partner, ureg)
        except (
            ArithmeticError,
            AttributeError,
            ImportError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            found, trouble = "", f"not compared: {error}"
        wrong += bool(trouble)
        print(f"{partner.ours:<52} {partner.theirs:<48} {found}")
        if partner.why:
            print(textwrap.indent(textwrap.fill(partner.why, 110), "    "))
        if trouble:
            print(f"    WRONG: {trouble}")
    differ = sum(p.verdict == "differs" for p in rows)
    print(
        f"\n{len(rows)} pairs against mlsysim {version()}: {len(rows) - differ} same, "
        f"{differ} differ for the reason given, {wrong} not as recorded"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
