"""What a technique that saves memory leaves of it: before, after, and at its limit.

All recipes and formats that a sentence leaves open are told; the friendliest has the largest factor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from hwmodels.memory import RECIPES, ZERO_STAGES
from hwmodels.optimizers import OPTIMIZERS, PRECISIONS, Recipe, recipe
from tanaka.paper.model import Paper, Physical
from tanaka.rules import machine
from tanaka.rules.api import Assumption, Computed, Step
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.memory.recipes import recipes, stated_bytes
from tanaka.rules.memory.reductions import REDUCTIONS, reductions
from tanaka.rules.memory.saved import Part, Saving


def best(models: tuple[Saving, ...]) -> Saving:
    """The friendliest of several."""
    return max(models, key=lambda m: m.value)


def in_form(factor: float, form: str) -> float:
    """A factor as the author writes it: itself, the share saved, the share left."""
    return factor if form == "factor" else 1 - 1 / factor if form == "by" else 1 / factor


def shown_saving(value: float, form: str) -> str:
    """A saving as printed: "7.21×", "86.1%"."""
    return f"{printed(value)}×" if form == "factor" else f"{printed(100 * value)}%"


def savings(paper: Paper, claim: Physical) -> tuple[Saving, ...]:
    """Every convention under which a claim may be read; none where the sentence says too little."""
    technique = claim.name("technique")
    objects = {c.removeprefix("of-") for c in claim.cues if c.startswith("of-")}
    if technique.startswith("ZeRO-"):
        return tuple(_zero(paper, claim, int(technique[-1]), objects))
    if technique in REDUCTIONS:
        return tuple(reductions(paper, claim))
    counted = dict(claim.counted)
    if technique == "low-bit Adam":
        return tuple(_adam(counted["bits"], objects))
    if technique == "quantisation":
        return tuple(_bits(counted["bits"], counted.get("from"), objects))
    return tuple(_heads(paper, claim, objects))


def _usual(paper: Paper, claim: Physical) -> list[Recipe]:
    each = stated_bytes(paper) if claim.far else None
    said = recipes(paper) if each is not None else ()
    if said:
        return list(said)
    low = bool(machine.excuses(paper, "quantised"))
    return [r for r in RECIPES.values() if r.optimizer and (low or (r.weights >= 2 and "8-bit" not in r.name))]  # fmt: skip


def _zero(paper: Paper, claim: Physical, stage: int, objects: set[str]) -> Iterator[Saving]:
    devices = machine.counted(paper, claim, "devices")
    if devices is not None:
        devices /= dict(claim.counted).get("shared", 1.0)
    if devices is not None and (devices < 2 or devices != int(devices)):
        return
    name = (
        f"full sharding ({claim.name('said')})" if claim.name("said") == "FSDP" else f"ZeRO-{stage}"
    )
    source = ZERO_STAGES[stage].source
    if objects & {"cache", "activations"} or (objects == {"weights"} and stage < 3):
        return
    whole = objects & {"states", "memory"} or objects == {"weights"}
    if "optimizer" in objects or (objects == {"weights"} and stage == 3):
        if devices is None:
            return
        part = "weights" if objects == {"weights"} else "optimizer state"
        size = 2.0 if part == "weights" else 12.0
        yield Saving(name, f"the {part}", f"{part} per parameter", "byte", (Part(part, size),),
                     (Part(part, size, True),), devices, devices, True, "", source)  # fmt: skip
    if not whole or objects == {"weights"} or (stage == 3 and devices is None):
        return
    for r in _usual(paper, claim):
        parts = (Part("weights", r.weights), Part("gradients", r.gradients), Part("optimizer state", r.optimizer))  # fmt: skip
        left = tuple(Part(p.name, p.size, i >= 3 - stage) for i, p in enumerate(parts))
        kept = sum(p.size for p in left if not p.shared)
        limit = r.total / kept if kept else devices or math.inf
        if devices is None and not kept:
            continue
        yield Saving(name, "the model states", "state per parameter", "byte", parts, left, devices, limit,
                     "states" in objects, r.name, source)  # fmt: skip


def _adam(bits: float, objects: set[str]) -> Iterator[Saving]:
    name = f"{bits:g}-bit Adam"
    source = OPTIMIZERS["adamw-8-bit"].source
    if objects & {"cache", "activations"}:
        return
    low = 2 * bits / 8
    if "optimizer" in objects:
        yield Saving(name, "the optimizer state", "moments per parameter", "byte", (Part("moments", 8.0),),
                     (Part("moments", low),), None, 8.0 / low, True, "", source)  # fmt: skip
    if "states" in objects or objects == {"memory"}:
        for precision in PRECISIONS.values():
            if precision.moment != 4:
                continue
            full = recipe("adamw", precision.name)
            rest = (Part("weights", full.weights), Part("gradients", full.gradients),
                    *((Part("master copy", full.master),) if full.master else ()))  # fmt: skip
            parts, left = (*rest, Part("moments", full.moments)), (*rest, Part("moments", low))
            limit = full.total / sum(p.size for p in left)
            yield Saving(name, "the model states", "state per parameter", "byte", parts, left, None, limit,
                         False, precision.name, source)  # fmt: skip


def _bits(bits: float, stated: float | None, objects: set[str]) -> Iterator[Saving]:
    of = {"weights": "the weights", "cache": "the cache", "activations": "the activations", "memory": "what is quantised"}  # fmt: skip
    named = objects - {"memory"}
    if named == {"optimizer"} and stated == 32.0:
        yield Saving(f"{bits:g}-bit storage", "the optimizer state", "bits of an element", "bit", (Part("before", stated),),
                     (Part("after", bits),), None, stated / bits, False, "", "identity")  # fmt: skip
        return
    if (len(named) > 1 and named != {"weights", "activations"}) or named & {"optimizer", "states"}:
        return
    what = next((o for o in ("weights", "cache", "activations") if o in named), "memory")
    for before in (stated,) if stated is not None else (16.0, 32.0):
        yield Saving(
            f"{bits:g}-bit quantisation", of[what], "bits of an element", "bit", (Part("before", before),),
            (Part("after", bits),), None, before / bits, what != "memory" and stated is not None,
            "" if stated is not None else f"{before:g} bits before", "identity",
        )  # fmt: skip


def _heads(paper: Paper, claim: Physical, objects: set[str]) -> Iterator[Saving]:
    heads, kv = (machine.counted(paper, claim, role) for role in ("heads", "kv"))
    if heads is None or kv is None or objects - {"cache", "memory"} or kv > heads:
        return
    name = "multi-query attention" if kv == 1 else "grouped-query attention"
    yield Saving(name, "the cache", "heads that are cached", "1", (Part("heads", heads),),
                 (Part("kv", kv),), None, heads / kv, "cache" in objects, "", "Ainslie et al., GQA, EMNLP 2023")  # fmt: skip


_SIGN = {"byte": " B", "bit": " bit", "1": ""}


def derive(d: Derivation, claim: Physical, model: Saving, form: str) -> Step:
    """Steps from what is held to the saving, in the author's form; the last is returned."""
    sign = _SIGN[model.unit]
    ids = dict(claim.given)
    origin = Computed(model.source) if not model.assumed else Assumption(model.assumed)

    def part(p: Part) -> str:
        return f"{p.size:,.0f}{sign}" if p.text else f"{p.size:g}{sign}"

    known: dict[str, Step] = {}
    for p in (*model.parts, *model.left):
        role = "heads" if p.name == "heads" else "kv" if p.name == "kv" else ""
        if p.name in known:
            continue
        label = {"kv": "key-value heads"}.get(p.name, p.name)
        if p.text:
            known[p.name] = _total(d, label, p.size, model.unit, p.text, f"{p.size:,.0f}{sign}")
        elif role in ids:
            known[p.name] = d.stated(label, ids[role], exact=True)
        else:
            known[p.name] = d.known(label, p.size, model.unit, origin, shown=part(p))
    n = None
    if model.devices is not None and any(p.shared for p in model.left):
        n = d.stated("devices", ids["devices"], symbol="n", exact=True,
                     inferred="of the sentence before" if "devices" in claim.far else "")  # fmt: skip
    before, after = known[model.parts[0].name], known[model.left[0].name]
    if len(model.parts) > 1:
        before = _total(d, "held before", model.before, model.unit, " + ".join(part(p) for p in model.parts), f"{printed(model.before, 4)}{sign}")  # fmt: skip
    if len(model.left) > 1 or any(p.shared for p in model.left):
        text = " + ".join(part(p) + (f" / {n.value:.0f}" if p.shared and n is not None else "")
                          for p in model.left if not p.shared or n is not None)  # fmt: skip
        after = _total(d, f"held with {model.technique}", model.after, model.unit, text, f"{printed(model.after, 5)}{sign}")  # fmt: skip
    elif model.left != model.parts and model.left[0].name == model.parts[0].name:
        after = d.known(f"{model.left[0].name} then", model.left[0].size, model.unit, Computed(model.source), shown=part(model.left[0]))  # fmt: skip
    texts = {
        "factor": f"{before.shown} / {after.shown}",
        "by": f"1 - {after.shown} / {before.shown}",
        "to": f"{after.shown} / {before.shown}",
    }
    value = in_form(model.value, form)
    unit = "1" if form == "factor" else "%"
    return _total(d, "saving" if form != "to" else "left", value, unit, texts[form], shown_saving(value, form), symbol="v", total=True)  # fmt: skip


def _total(d: Derivation, label: str, value: float, unit: str, text: str, shown: str, *, symbol: str = "", total: bool = False) -> Step:  # fmt: skip
    d.steps.append(Step(label, value, value, value, unit, text, Computed(), total, shown, symbol))
    return d.steps[-1]
