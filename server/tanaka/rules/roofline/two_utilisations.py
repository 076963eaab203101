"""A hardware utilisation against the model utilisation of the same run: recomputation adds a third of the work at most."""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.two_utilisations import RELATION
from tanaka.rules import machine
from tanaka.rules.api import AtNumber, Context, Finding, Slot, Verdict
from tanaka.rules.derivation import Derivation, printed

_MOST = 4 / 3
"""8N over 6N: the forward pass is run twice."""
_SLACK = 1.08


def two_utilisations(ctx: Context) -> Iterator[Finding]:
    """HFUs that are more than four thirds of the MFU beside them, or less than it."""
    for claim in ctx.paper.physical(RELATION):
        at = claim.at("mfu")
        hardware = ctx.paper.number(claim.number)
        if at is None or claim.asserted is not Asserted.YES or machine.unmeasured(ctx.paper, claim.number):  # fmt: skip
            continue
        model = ctx.paper.number(at)
        if hardware.where in (Where.RELATED, Where.FUTURE) or model.asserted is not Asserted.YES:
            continue
        h, m = hardware.quantity.nominal, model.quantity.nominal
        if m.low <= 0 or not (h.low > _MOST * _SLACK * m.high or h.high < m.low / _SLACK):
            continue
        over = h.low > m.high
        d = Derivation(ctx.paper)
        first = d.stated("HFU", claim.number, symbol="h")
        second = d.stated("MFU", at, symbol="m")
        ratio = d.computed("HFU over MFU", "1", f"{first.shown} / {second.shown}", lambda x, y: x / y, first, second, symbol="r")  # fmt: skip
        times = f"{printed(ratio.value)}×"
        only_if = "one of the two counts work that the other leaves out" if over else "the model does not execute all of its work"  # fmt: skip
        message = (
            f"An HFU of {first.shown} is {times} the MFU of {second.shown}; recomputing every layer makes it 1.33× at most"
            if over
            else f"An HFU of {first.shown} is below the MFU of {second.shown}, all of whose work the hardware executes"
        )  # fmt: skip
        yield Finding(
            "TK204", "utilisation-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number), f"{message}.",
            tuple(d.steps), operands=(claim.number, at), note=f"{times} the MFU",
            bold=f"HFU over MFU is {times}.", only_if=only_if, related=((AtNumber(at), "the MFU"),),
            slots=(
                Slot("claim", first.shown, "h"), Slot("util", second.shown, "m"), Slot("ratio", times, "r"), Slot("excuse", only_if),
            ),
            case="D" if over else "E",
        )  # fmt: skip
