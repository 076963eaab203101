"""What a technique saves: its parts before and after, and its limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from hwmodels.memory import RECIPES, ZERO_STAGES
from hwmodels.optimizers import Recipe
from tanaka.records import dataclass
from tanaka.rules.derivation import printed


def zero_factor(r: Recipe, stage: int, devices: float) -> float:
    """How much smaller a ZeRO stage makes the state of one device."""
    full = ZERO_STAGES[0].function(1.0, r.weights, r.gradients, r.optimizer)
    return float(
        full / ZERO_STAGES[stage].function(1.0, r.weights, r.gradients, r.optimizer, devices)
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is held, before and after: its name, its size, what divides it, how it is computed."""

    name: str
    size: float
    shared: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """A technique under one set of conventions.

    Attributes
    ----------
    technique : str
        "ZeRO-1", "4-bit quantisation".
    of : str
        "the model states", "the weights".
    what : str
        Title of a drawing: what is counted.
    unit : str
        "byte", "bit" or "1", of the parts.
    parts : tuple of Part
        What is held before.
    left : tuple of Part
        What is held with the technique; those that are shared are divided by the devices.
    devices : float or None
    limit : float
        Factor that no number of devices passes.
    exact : bool
        Whether the sentence names this memory, so that a proof may rest on it.
    assumed : str
        What the sentence leaves open; "" for nothing.
    source : str
    way : callable or None
        What would give a wanted factor, in words, where nothing else does.
    """

    technique: str
    of: str
    what: str
    unit: str
    parts: tuple[Part, ...]
    left: tuple[Part, ...]
    devices: float | None
    limit: float
    exact: bool
    assumed: str
    source: str
    way: Callable[[float], str] | None = None

    @property
    def all_shared(self) -> bool:
        """Whether nothing stays whole, so that no recipe changes the factor."""
        return all(p.shared for p in self.left) or len(self.parts) == 1

    @property
    def before(self) -> float:
        """Without the technique."""
        return sum(p.size for p in self.parts)

    @property
    def after(self) -> float:
        """With it."""
        n = self.devices or math.inf
        return sum(p.size / (n if p.shared else 1.0) for p in self.left)

    @property
    def value(self) -> float:
        """The factor that it saves."""
        return self.before / self.after if self.after else self.limit

    def ways_out(self, wanted: float) -> Iterator[tuple[str, float]]:
        """Changes that would give a factor, in words, with the factor that each reaches."""
        if self.way is not None:
            yield self.way(wanted), math.inf
            return
        fixed = sum(p.size for p in self.left if not p.shared)
        shared = sum(p.size for p in self.left if p.shared)
        if shared and self.devices is not None:
            room = self.before / wanted - fixed
            if room > 0:
                least = math.ceil(shared / room - 1e-9)
                yield f"at least {least:,} devices share the state", math.inf
            if self.technique in ("ZeRO-1", "ZeRO-2"):
                for stage in range(int(self.technique[-1]) + 1, 4):
                    reached = zero_factor(RECIPES["mixed-adam-16"], stage, self.devices)
                    words = f"{printed(reached)}× on {self.devices:,.0f} devices"
                    yield f"ZeRO-{stage} is meant, which gives {words}", reached
                yield "the optimizer state alone is meant", self.devices
        if self.unit == "bit":
            bits = self.before / wanted
            yield f"at most {printed(bits, 2)} bits are kept of an element", math.inf
        if self.unit == "1":
            heads = math.floor(self.before / wanted)
            if heads >= 1:
                yield f"there are at most {heads} key-value heads", math.inf
        if self.technique.endswith("Adam") and self.of != "the optimizer state":
            yield "the optimizer state alone is meant", 8.0 / sum(p.size for p in self.left if p.name == "moments")  # fmt: skip
