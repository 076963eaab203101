"""What failures cost a long run, and how often to save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwmodels.answer import Answer
from hwmodels.checkpoints import daly_interval, effective_training_time, young_interval
from hwmodels.failures import expected_failures, job_mtbf
from hwmodels.formula import OutsideValidity
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, shown, spread

if TYPE_CHECKING:
    from tanaka.rules.api import Figure

_Reach = tuple[float, float]


def _failures(given: Given) -> Calculation:
    nodes = given.reach("nodes", 0.0)
    one = given.reach("mtbf", 0.0)
    write = given.reach("write", 0.0)
    restart = given.reach("restart", 600.0)
    if nodes[0] < 1 or one[0] <= 0 or write[0] <= 0:
        raise Refused("failures: nodes from 1 on, mtbf and write above zero")
    job = job_mtbf.interval(m=one, n=nodes)
    try:
        young = young_interval.interval(C=write, M=job)
        daly = daly_interval.interval(C=write, M=job)
        interval = given.reach("interval", *daly)
        answer = _kept(nodes, one, restart, interval, write)
    except OutsideValidity as error:
        raise Refused(str(error)) from None
    rows = [
        Row("time between failures", *job, "s", f"{spread(*one, 's')} / {spread(*nodes, '1')}"),
        Row("best interval", *daly, "s", "between checkpoints",
            daly_interval.source.partition(",")[0]),
        Row("to first order", *young, "s", "sqrt(2 x write x time between failures)",
            young_interval.source.partition(",")[0]),
        Row("interval", *interval, "s", "as given" if given.has("interval") else "the best one"),
    ]  # fmt: skip
    if given.has("run"):
        run = given.reach("run", 0.0)
        rows.append(Row("failures", *expected_failures.interval(t=run, M=job), "1", f"in {spread(*run, 's')}"))  # fmt: skip
    lost = 1 - answer.high, 1 - answer.low
    notes = [("lost", f"{100 * lost[0]:.3g} to {100 * lost[1]:.3g} % of the time" if lost[0] < lost[1] else f"{100 * lost[0]:.3g} % of the time")]  # fmt: skip

    def figure() -> Figure:
        from tanaka.rules.api import Axis, Curve, CurvePoint, CurvesFigure

        middle = tuple((a * b) ** 0.5 for a, b in (nodes, one, restart, write, daly))
        n, m, r, w, best = middle
        xs = [best * 10 ** (-1 + k / 30) for k in range(61)]

        def waste(t: float) -> float | None:
            try:
                return 1 - _kept((n, n), (m, m), (r, r), (t, t), (w, w)).low
            except OutsideValidity:
                return None

        curve = tuple((x, y) for x in xs if (y := waste(x)) is not None)
        at = waste(best)
        points = [] if at is None else [CurvePoint(f"best {shown(best, 's', 3)}: {100 * at:.2g}%", best, at)]  # fmt: skip
        if given.has("interval"):
            own = (interval[0] * interval[1]) ** 0.5
            lost_here = waste(own)
            if lost_here is not None and xs[0] <= own <= xs[-1]:
                points.append(CurvePoint(f"yours {shown(own, 's', 3)}: {100 * lost_here:.2g}%", own, lost_here, fault=lost_here > 1.25 * (at or 1)))  # fmt: skip
        return CurvesFigure(
            "Time lost to failures and checkpoints",
            Axis("work between two checkpoints", "s", log=True),
            Axis("share of the time lost", "%"),
            (Curve(f"{shown(n, '1', 3)} nodes", curve, "ours"),), tuple(points), None,
            (f"MTBF {shown(m, 's', 3)} / {shown(n, '1', 3)} nodes", f"checkpoint {shown(w, 's', 3)}, restart {shown(r, 's', 3)}"),
        )  # fmt: skip

    return Calculation(
        "failures",
        "share of the time that trains",
        answer,
        rows=tuple(rows),
        notes=tuple(notes),
        figure=figure,
    )


def _kept(nodes: _Reach, one: _Reach, restart: _Reach, interval: _Reach, write: _Reach) -> Answer:
    return effective_training_time(nodes, (1 / one[1], 1 / one[0]), restart, interval, write)


CALCULATORS = {
    "failures": Calculator(
        "failures",
        "Time lost to failures, and the interval of checkpoints that loses least",
        (
            Argument("nodes", "1", "of the job", required=True),
            Argument("mtbf", "s", "mean time between failures of one node", required=True),
            Argument("write", "s", "time that training waits for a checkpoint", required=True),
            Argument("restart", "s", "from a failure until training goes on", shown="600s"),
            Argument("interval", "s", "between checkpoints", shown="the best one"),
            Argument("run", "s", "how long the job is to run: gives the failures to expect"),
        ),
        _failures,
        ("nodes=1024", "mtbf=5years", "write=60s", "restart=10min", "run=30days"),
    )
}
