"""The roof of a part: its ridge, and where points of work lie under it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hwmodels.answer import Answer, Term
from hwmodels.roofline import attainable, ridge
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given, measure
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, shown, spread

if TYPE_CHECKING:
    from tanaka.rules.api import Figure

_POINT = re.compile(r"(?:(?P<label>[^:,]+):)?(?P<intensity>[^:,@]+)(?:@(?P<rate>[^:,@]+))?")


def _roofline(given: Given) -> Calculation:
    typed = given.word("part")
    parts = named.parts(typed)
    precisions = [p.strip() for p in given.word("precision", "bf16").split(",") if p.strip()]
    if not precisions:
        raise Refused("precision: name one, or several with commas between them")
    peaks = [named.rates(parts, p) for p in precisions]
    bandwidth = named.reach(p.bandwidth for p in parts)
    points = _points(given.word("points"))
    rows = [
        Row(
            f"peak {p}",
            *peak,
            "FLOP/s",
            "dense",
            named.cited(x.rate(p) for x in parts),
            named.verified(x.rate(p) for x in parts),
        )
        for p, peak in zip(precisions, peaks, strict=True)
    ]
    held = [p.bandwidth for p in parts]
    rows.append(Row("bandwidth", *bandwidth, "byte/s", "", named.cited(held), named.verified(held)))
    several = [ridge.interval(P=peak, W=bandwidth) for peak in peaks]
    rows += [
        Row(f"ridge {p}", *r, "FLOP/byte", f"{spread(*peak, 'FLOP/s')} / {spread(*bandwidth, 'byte/s')}")
        for p, r, peak in zip(precisions[1:], several[1:], peaks[1:], strict=True)
    ]  # fmt: skip
    notes = []
    for label, intensity, rate in points:
        roof = attainable.interval(P=peaks[0], I=(intensity, intensity), W=bandwidth)
        side = "memory" if intensity < several[0][0] else "compute"
        if several[0][0] <= intensity < several[0][1]:
            side = "memory or compute, by the variant"
        rows.append(
            Row(f"roof of {label}", *roof, "FLOP/s", f"{intensity:g} FLOP/B: bound by {side}")
        )
        if rate is not None:
            share = f"{100 * rate / roof[1]:.3g} %"
            # Between the printed roof and the hard one lie the highest clock and rounding.
            peak, sure = named.hard(parts, precisions[0])
            hard = attainable(peak, intensity, named.rounded(bandwidth)[1])
            sure = sure and named.verified(held)
            above = ": above the printed roof" if rate > roof[1] else ""
            if rate > hard:
                above = ": not possible" if sure else ": above the roof, which is not verified"
            notes.append((label, f"{shown(rate, 'FLOP/s')} is {share} of the roof"
                          + above))  # fmt: skip

    def figure() -> Figure:
        from tanaka.rules.api import RooflineCeiling, RooflineFigure, RooflinePoint

        best = max(range(len(peaks)), key=lambda i: peaks[i][1])
        return RooflineFigure(
            named.label(parts, typed),
            ", ".join(precisions),
            peaks[best][1],
            bandwidth[1],
            tuple(
                RooflinePoint(
                    label,
                    intensity,
                    rate if rate is not None else min(peaks[0][1], intensity * bandwidth[1]),
                    rate is not None and rate > min(peaks[0][1], intensity * bandwidth[1]),
                )
                for label, intensity, rate in points
            ),
            tuple(RooflineCeiling(p, peaks[i][1]) for i, p in enumerate(precisions) if i != best),
        )

    return Calculation(
        "roofline",
        f"ridge of {named.label(parts, typed)}, {precisions[0]}",
        Answer(
            *several[0], "FLOP/byte", "identity", "dense peak, nominal bandwidth", ridge.source,
            tuple(Term(f"ridge {p}", *r, "FLOP/byte") for p, r in zip(precisions, several, strict=True)),
        ),
        ridge.text,
        f"{spread(*peaks[0], 'FLOP/s')} / {spread(*bandwidth, 'byte/s')}",
        rows=tuple(rows),
        notes=tuple(notes),
        figure=figure,
    )  # fmt: skip


def _points(typed: str) -> list[tuple[str, float, float | None]]:
    """Label, intensity [FLOP/byte] and rate [FLOP/s] of points as "gemm:200@250TFLOP/s,norm:0.5"."""
    found = []
    for piece in typed.split(",") if typed else ():
        match = _POINT.fullmatch(piece.strip())
        if match is None:
            raise Refused(f"points: {piece} is not LABEL:INTENSITY or LABEL:INTENSITY@RATE")
        words = match.group("intensity")
        unit = "1" if re.fullmatch(r"[\d.eE+-]+", words) else "FLOP/byte"
        intensity = measure("points", words, unit).low
        rate = match.group("rate")
        if intensity <= 0:
            raise Refused(f"points: {piece}: an intensity is above zero")
        found.append((
            (match.group("label") or f"{words} FLOP/B").strip(),
            intensity,
            measure("points", rate, "FLOP/s").low if rate else None,
        ))  # fmt: skip
    return found


CALCULATORS = {
    "roofline": Calculator(
        "roofline",
        "Ridge of a part, and the roof over points of work",
        (
            Argument(named.PART.name, "", named.PART.help, required=True),
            Argument("precision", "", "one or several: bf16,fp8", shown="bf16"),
            Argument("points", "", "LABEL:INTENSITY or LABEL:INTENSITY@RATE, commas between: "
                     "gemm:200@250TFLOP/s,norm:0.5"),
        ),
        _roofline,
        ("part=A100-SXM4-80GB", "points=gemm:200@250TFLOP/s,norm:0.5"),
    )
}  # fmt: skip
