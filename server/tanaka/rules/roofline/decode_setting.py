"""What a decoding rate runs on: its own words, else its section or the set-up, which proves nothing."""

from __future__ import annotations

from dataclasses import replace

from hwmodels.catalog import Accelerator, find, most_capacity
from hwmodels.models import find_model
from tanaka.paper.about import Reach, Role
from tanaka.paper.decode import bits
from tanaka.paper.model import Asserted, DecodeRate, Number, Paper, Where
from tanaka.quantity import Kind
from tanaka.records import dataclass
from tanaka.rules.api import Context
from tanaka.rules.derivation import hard


@dataclass(frozen=True, slots=True)
class Memory:
    """Bandwidth of one device [byte/s], and what is known of where it is from."""

    nominal: float
    most: float
    parts: tuple[Accelerator, ...]
    number: Number | None
    guess: str = ""
    """What would have to be otherwise where part, model or bandwidth stands elsewhere."""

    @property
    def inferred(self) -> bool:
        """Whether the rate's own sentence does not bind it."""
        return bool(self.guess)


def memory_of(paper: Paper, claim: DecodeRate) -> Memory | None:
    """The memory that a rate runs from: the named part's, the stated one, or the only own one."""
    parts = find(claim.device) if claim.device else ()
    stated = paper.number(claim.bandwidth) if claim.bandwidth is not None else None
    if parts:
        best = max(parts, key=lambda p: (p.bandwidth.value, p.bandwidth.verified)).bandwidth.value
        if stated is not None and stated.quantity.point > best:
            return None  # "one H100 beside 4.8 TB/s": of which of the two the rate is nobody says
        return Memory(best, best, parts, None)
    if claim.device:
        return None
    if stated is not None:
        return Memory(stated.quantity.point, hard(stated).high, (), stated)
    own = [
        n for n in paper.numbers_of(Kind.MEMORY_BANDWIDTH)
        if n.asserted is Asserted.YES and not find(n.entity)
        and n.quantity.bounded and not isinstance(n.quantity.value, tuple)
        and n.where not in (Where.RELATED, Where.TABLE)
    ]  # fmt: skip
    names = {dict(m.settings).get("name", "") for m in paper.mentions_of("own-name")}
    own = [n for n in own if n.entity in names] or own
    if not own or len({n.quantity.point for n in own}) != 1:
        return None
    guess = f"the memory gives more than the {own[0].quantity.shown} stated elsewhere"
    return Memory(own[0].quantity.point, hard(own[0]).high, (), own[0], guess)


def completed(ctx: Context, claim: DecodeRate) -> tuple[DecodeRate, str]:
    """A claim with the model and the part that its set-up or its section names, and what that guesses."""
    if (
        (claim.model and (claim.device or claim.bandwidth))
        or not claim.decoding
        or not claim.weights
    ):
        return claim, ""
    near = ctx.about(claim.rate)
    guesses = []
    if not claim.model:
        bound = near.of(Role.MODEL)
        if (
            bound is None
            or bound.reach not in (Reach.PARAGRAPH, Reach.SECTION)
            or find_model(bound.value) is None
        ):
            return claim, ""
        claim = replace(claim, model=bound.value)
        guesses.append(f"the rate is of another model than {bound.value}")
    if not claim.device and claim.bandwidth is None:
        bound, count = near.of(Role.DEVICE), near.of(Role.DEVICES)
        if bound is None or not find(bound.value):
            return claim, ""
        number = claim.devices
        if number is None and count is not None and count.value.isdigit():
            number = float(count.value)
        if number is not None and not _holds(bound.value, number, claim):
            return claim, ""  # it runs on more of them
        if number is not None:
            claim = replace(claim, device=bound.value, devices=number)
            guesses.append(
                f"it ran on more or faster memory than that of {_counted(number)} {bound.value}"
            )
    return claim, guesses[-1] if guesses else ""


def _holds(device: str, number: float, claim: DecodeRate) -> bool:
    """Whether so many of a part hold the weights of a claim's model."""
    model, each, held = find_model(claim.model), bits(claim.weights), most_capacity(find(device))
    if model is None or each is None or held is None:
        return True
    return model.parameters * each / 8 <= number * held.value


def one_device(claim: DecodeRate, memory: Memory | None) -> float | None:
    """A stated bandwidth without a count is that of what runs; a named part must be counted."""
    return 1.0 if memory is not None and not claim.device else None


@dataclass(frozen=True, slots=True)
class StatedRate:
    """A stated rate, or the inverse of a stated time of one token [token/s]."""

    point: float
    low: float
    least: float


def stated_rate(number: Number) -> StatedRate:
    """The rate of a number in tokens a second, or in seconds a token at batch 1."""
    q = number.quantity
    if q.unit == "s":
        return StatedRate(1 / q.point, 1 / q.nominal.high, 1 / hard(number).high)
    return StatedRate(q.point, q.nominal.low, hard(number).low)


def _counted(number: float) -> str:
    return "one" if number == 1 else f"{number:,.0f}"
