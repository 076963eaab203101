"""A total of memory against the count of parts and what each holds."""

from __future__ import annotations

import math

from hwmodels.catalog import find
from tanaka.paper.model import Asserted, Physical, Where
from tanaka.quantity.literal import enough
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Finding,
    FitFigure,
    FitPart,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.other_unit import other_unit
from tanaka.rules.roofline.peaks import exact


def total_capacity(ctx: Context, claim: Physical) -> Outcome | None:
    """Hold a total against count and size: 640 GB are there where "eight A100-80GB" have "1 TB in total"."""
    paper = ctx.paper
    number = paper.number(claim.number)
    count_at, each_at = claim.at("devices"), claim.at("each")
    parts = find(claim.name("device"))
    if count_at is None or claim.asserted is Asserted.NO or not number.quantity.bounded:
        return None
    count = paper.number(count_at)
    labels = {p.label_bytes for p in parts}
    if each_at is not None:
        each = paper.number(each_at).quantity.point
    elif len(labels) == 1:
        each = next(iter(labels))
    else:
        return None
    nodes_at = claim.at("nodes")
    nodes = paper.number(nodes_at).quantity.point if nodes_at is not None else 1.0
    total = number.quantity
    there = nodes * count.quantity.point * each
    if not there or claim.cues & {"used", "another", "more"}:
        return None
    if "of a node" in claim.cues and abs(total.point / each - 1) < 0.1:
        return None  # what each of them has
    d = Derivation(paper)
    many = d.stated("devices", count_at, symbol="n", exact=True)
    steps = [many]
    text = f"{many.value:g}"
    if nodes_at is not None:
        steps.append(d.stated("nodes", nodes_at, symbol="k", exact=True))
        text = f"{nodes:g} × {text}"
    if each_at is not None:
        one = d.stated("memory of one", each_at, symbol="c", exact=True)
    else:
        one = d.known("memory of one", each, "byte", Computed("as named"), shown=f"{each / 1e9:g} GB", symbol="c")  # fmt: skip
    shown = f"{there / 1e9:,.5g} GB" if there < 1e13 else f"{there / 1e12:,.5g} TB"
    made = d.computed("in total", "byte", f"{text} × {one.shown}", lambda *v: math.prod(v), *steps, one,
                      shown=shown, symbol="C")  # fmt: skip
    stated = d.stated("total as stated", claim.number, symbol="x")
    # The total is of the label or of what the memory holds in GiB, and may be printed in whole TB.
    ulp = float(total.literal.ulp) * total.scale
    if 0.97 * (total.point - ulp / 2) <= there * 1.074 and there <= 1.03 * (total.point + ulp / 2):
        close = (
            abs(total.point / there - 1) < 0.25 or abs(total.point / (there * 1.0737) - 1) < 0.25
        )
        if close:
            return Held("TK203", (claim.number, count_at), f"{text} × {one.shown} = {shown}", tuple(d.steps))  # fmt: skip
    over = total.point / there
    few = len(total.literal.text.replace(".", "").replace(",", "").strip("0")) < 2
    if over < 1 and (few or over > 0.9):
        return None
    if over >= 1 and over < (1.3 if few else 1.1):
        return None
    if any(abs(over / k - 1) < 0.08 for k in (2, 4, 8, 16, 1 / 2, 1 / 4, 1 / 8, 1 / 16)):
        verdict = Verdict.IMPLAUSIBLE  # of several nodes, or of one
    else:
        verdict = Verdict.IMPOSSIBLE
    if over < 1 or any(p.reachable is not None for p in parts):
        verdict = Verdict.IMPLAUSIBLE
    if not (
        exact(number)
        and number.asserted is Asserted.YES
        and not claim.far
        and claim.asserted is Asserted.YES
        and count.asserted is not Asserted.NO
        and number.where is not Where.RELATED
        and "any memory" not in claim.cues
        and machine.plain(paper, claim.number, *(i for _, i in claim.given))
    ):
        verdict = Verdict.IMPLAUSIBLE
    ratio = d.computed("stated over that", "1", f"{stated.shown} / {made.shown}", lambda x, c: x / c, stated, made,
                       symbol="r", total=False)  # fmt: skip
    need = total.point / each / nodes
    only_if = f"{need:,.3g} devices are counted" + (" for each node" if nodes > 1 else "")
    proof = verdict is Verdict.IMPOSSIBLE
    device = parts[0].family if parts else claim.name("device")
    right = enough(there / total.scale, total.literal)
    fixes = other_unit(number, lambda x: 0.97 * x <= there * 1.074 and there <= 1.03 * x)
    if not fixes and right and total.shown_unit:
        edit = ReplaceLiteral(claim.number, right)
        fixes = (Fix(f"Write {right} {total.shown_unit}", FixKind.QUICKFIX, (edit,)),)
    return Finding(
        "TK203", "spec-mismatch", verdict, AtNumber(claim.number),
        f"{text} × {one.shown} is {made.shown}, not {stated.shown}.", tuple(d.steps),
        operands=tuple(i for i in (claim.number, count_at, each_at, nodes_at) if i is not None),
        note=f"{made.shown} in all", bold=f"{text} × {one.shown} is {made.shown}, not {stated.shown}.",
        only_if="" if proof else only_if,
        related=((AtNumber(count_at), "the count"),), fixes=fixes,
        figure=FitFigure((FitPart("as written", total.point, False),), there, f"{count.quantity.point:g} × {device}"),
        slots=(
            Slot("claim", stated.shown, "x"), Slot("cap", made.shown, "C"), Slot("ratio", f"{printed(ratio.value)}×", "r"),
            Slot("formula", f"{text} × {one.shown}"), Slot("device", device), Slot("excuse", "" if proof else only_if),
        ),
        case="A" if proof else "C",
    )  # fmt: skip
