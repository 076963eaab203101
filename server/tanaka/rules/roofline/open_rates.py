"""Rates whose sentence leaves a role open: bound to the set-up, the section, or the friendliest there is.

Nothing is proven of them.  The claims are those of `tanaka.paper.physics.rates` and of `open_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import dense_peak, find
from hwmodels.models import Model, find_model
from hwmodels.networks import Vision, find_network
from tanaka.paper.about import Reach, Role
from tanaka.paper.decode import bits
from tanaka.paper.model import Asserted, DecodeRate, How, Number, NumberId, Paper, Physical, Where
from tanaka.paper.physics.rates import DECODES, PROMPTS, RELATION, TRAINS
from tanaka.paper.physics.runs import RELATION as RUN
from tanaka.paper.setup import bits_told, own, trains
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine
from tanaka.rules.api import Context
from tanaka.rules.roofline import friendliest
from tanaka.rules.roofline.open_rows import open_rows

_SUMMARY = (Where.TITLE, Where.ABSTRACT)
_SEVERAL = 2
_SUMMED_UP = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_SILENT = frozenset({"skipped", "resized", "frozen", "fleet", "effective", "tokenizer", "distilled", "encoder-decoder", "encoder"})  # fmt: skip
_SERVES = Lazy(r"\binferen\w+|\bserv(?:e|es|ed|ing)\b|\bdecod\w+|\bgenerat\w+|\bprefill\w*", re.I)


def open_rates(ctx: Context) -> Iterator[tuple[Physical, str]]:
    """Claims of rates with every role filled, and what would have to be otherwise for each."""
    for claim in (*ctx.paper.physical(RELATION), *open_rows(ctx.paper)):
        silent = _SILENT - {"frozen"} if claim.name("phase") == "decode" else _SILENT
        if claim.asserted is not Asserted.YES or claim.cues & silent:
            continue
        if ctx.paper.number(claim.number).where in (Where.RELATED, Where.FUTURE):
            continue
        if machine.unmeasured(ctx.paper, claim.number):
            continue
        full = _filled(ctx, claim)
        if full is not None:
            yield full


def open_runs(ctx: Context) -> Iterator[tuple[Physical, str]]:
    """Budgets of training runs with every role filled, as `open_rates`."""
    for claim in ctx.paper.physical(RUN):
        if claim.asserted is not Asserted.YES or machine.unmeasured(ctx.paper, claim.number):
            continue
        if ctx.paper.number(claim.number).where in (Where.RELATED, Where.FUTURE):
            continue
        if not claim.name("phase") and not trains(ctx.paper):
            continue
        full = _filled(ctx, claim)
        if full is not None:
            yield replace(full[0], relation="budget"), full[1]


def phase_at(paper: Paper, claim: Physical) -> str:
    """What is done at a rate: its own words, else the title of its section, else what the paper is about."""
    own = claim.name("phase")
    if own:
        return own
    section = paper.section(paper.number(claim.number).section)
    title = section.title if section is not None else ""
    told = {name for name, p in (("training", TRAINS), ("prefill", PROMPTS), ("decode", DECODES)) if p.search(title)}  # fmt: skip
    if told:
        return told.pop() if len(told) == 1 else ""
    if "serves" in claim.cues or _SERVES.search(title):
        return ""
    return "training" if _only_trains(paper) else ""


def _only_trains(paper: Paper) -> bool:
    return trains(paper) and not own(paper, "inference")


def _filled(ctx: Context, claim: Physical) -> tuple[Physical, str] | None:
    paper = ctx.paper
    guess = ""
    named, given, counted = dict(claim.named), dict(claim.given), dict(claim.counted)
    named["phase"] = phase_at(paper, claim)
    about = ctx.about(claim.number)
    if not _model(ctx, claim, named, given):
        return None
    if claim.far & {"model", "params"} or claim.name("model") != named.get("model", ""):
        guess = "it is the rate of another model"
    # the devices
    decodes = named["phase"] == "decode"
    if "device" not in named:
        device = about.of(Role.DEVICE)
        best = friendliest.widest(paper) if decodes else friendliest.fastest(paper)
        if best is None:
            return None
        if "one of several" in claim.cues:
            device = None
        name = device.value if device is not None and find(device.value) else ""
        if not name and "table" not in claim.far:
            name = friendliest.default_device(paper)
        named["device"] = name or best.name
        guess = guess or f"it ran on faster parts than the {named['device']}"
    elif "device" in claim.far:
        guess = guess or f"it ran on faster parts than the {named['device']}"
    named["device"] = friendliest.exactly(paper, named["device"])
    if "devices" not in counted:
        count, at = friendliest.most_devices(paper)
        if count < _SEVERAL:
            return None  # nobody counts them anywhere
        counted["devices"] = count
        if at is not None:
            given["devices"] = at
        else:
            given.pop("devices", None)
        given.pop("nodes", None)
        guess = guess or f"it ran on more than {count:,.0f} devices"
    elif "devices" in claim.far:
        guess = guess or f"it ran on more than {counted['devices']:,.0f} devices"
    full = replace(
        claim,
        named=tuple(named.items()),
        given=tuple(given.items()),
        counted=tuple(counted.items()),
    )
    return full, guess


def _model(
    ctx: Context, claim: Physical, named: dict[str, str], given: dict[str, NumberId]
) -> bool:
    """Fill in the model: the paper's one of a name or a size, the section's, else the smallest that there is."""
    paper, number = ctx.paper, ctx.paper.number(claim.number)
    images = number.quantity.unit == "sample/s"
    less = bool(machine.excuses(paper, "adapter", "early-exit"))
    if (
        named.get("model")
        and find_network(named["model"]) is None
        and not given.keys() & {"params", "active"}
    ):
        known = {
            getattr(find_network(n), "id", n): n
            for n in friendliest.models_of(paper)
            if n.startswith(named["model"])
        }
        if len(known) != 1:
            return False
        (named["model"],) = known.values()  # "Mixtral" is the paper's Mixtral 8x7B
    if "model" not in named and not given.keys() & {"params", "active"}:
        if "one of several" in claim.cues:
            return False  # what the sentence names may be said of the others
        bound = ctx.about(claim.number).of(Role.MODEL)
        near = bound is not None and (
            bound.how is not How.INFERRED
            or bound.reach is Reach.PARAGRAPH
            or (bound.reach is Reach.SECTION and number.where not in _SUMMED_UP)
        )
        if bound is not None and near and find_network(bound.value) is not None:
            named["model"] = bound.value
        elif images:
            return False
        else:
            size = friendliest.smallest_of(paper, number.section) or friendliest.smallest(paper)
            active = friendliest.smallest_active(paper)
            if active is not None:
                given["active"] = active.id
            elif size is None or less or machine.excuses(paper, "experts"):
                return False
            else:
                given["params"] = size.id
    elif "model" not in named and "params" in given and "active" not in given:
        size = paper.number(given["params"])
        public = machine.of_size(paper, size.quantity.point)
        if public is not None and _label(size) and "own model" not in claim.cues:
            named["model"] = public.name
            del given["params"]
    if "model" not in named and "active" not in given:
        if less:
            return False
        size = paper.number(given["params"])
        if friendliest.mixed(paper, size.quantity.point):
            # how many of its parameters a token goes through is open: of none fewer than of any
            active = friendliest.smallest_active(paper)
            if active is None or active.quantity.point >= size.quantity.point:
                return False
            given["active"] = active.id
    network = find_network(named["model"]) if "model" in named else None
    if isinstance(network, Model) and not network.dense:
        given.pop("params", None)
    return True


def _label(size: Number) -> bool:
    digits = size.quantity.literal.text.replace(",", "").replace(".", "").strip("0")
    return len(digits) < 3


# -- against the arithmetic ---------------------------------------------------------------------


def as_throughput(ctx: Context, claim: Physical) -> Physical | None:
    """A claim on the arithmetic of its devices; every token goes through the model at least once, forward."""
    paper = ctx.paper
    if "cached" in claim.cues or _near_excuse(paper, claim.number, "excuse-caching", "excuse-early-exit", "excuse-sparsity", "excuse-adapter"):  # fmt: skip
        return None
    named = dict(claim.named)
    if named.get("phase") == "decode" or (not named.get("phase") and "serves" in claim.cues):
        return None
    if named.get("phase") != "training":
        named["phase"] = "prefill"
    network = find_network(named["model"]) if "model" in named else None
    if paper.number(claim.number).quantity.unit == "sample/s":
        if not isinstance(network, Vision):
            return None
    elif network is not None and not isinstance(network, Model):
        return None
    cues = set(claim.cues)
    if "of one" in cues:
        return None
    if ("precision" not in named or "precision" in claim.far) and friendliest.narrow_formats(paper):
        parts = find(named["device"])
        narrow = next((f for f in ("fp8",) if dense_peak(parts, f) is not None), "")
        if narrow:
            named["precision"] = narrow
        elif not (named.get("precision") and named["phase"] == "training"):
            cues.add("narrow")
    return replace(claim, relation="throughput", named=tuple(named.items()), cues=frozenset(cues))


def _near_excuse(paper: Paper, number: NumberId, *what: str) -> bool:
    """Whether a way out is said of a rate: in its section, or by title or abstract of the whole paper."""
    section = paper.number(number).section
    return any(
        m.role not in ("negated", "related") and (m.section == section or m.where in _SUMMARY)
        for m in paper.mentions_of(*what)
    )


# -- against the memory -------------------------------------------------------------------------


def as_decode(ctx: Context, claim: Physical) -> tuple[DecodeRate, bool] | None:
    """A claim on the memory of its devices, and whether its format is its own; None where batch or format is open."""
    paper = ctx.paper
    named, counted = dict(claim.named), dict(claim.counted)
    number = paper.number(claim.number)
    if named.get("phase") != "decode" or number.quantity.unit != "token/s":
        return None
    model = named.get("model", "")
    if not model or find_model(model) is None:
        return None
    batch, at = counted.get("batch"), claim.at("batch")
    if "of one" in claim.cues:
        batch, at = 1.0, None  # what one of them gets is at most what it would get alone
    if batch is None and "batch open" not in claim.cues:
        default = friendliest.set_up_batch(paper)
        if default is not None:
            batch, at = default.quantity.point, default.id
    if batch is None or "format open" in claim.cues:
        return None
    width = named.get("weights", "")
    said = bool(width) and "weights" not in claim.far and "method" not in claim.cues
    if not width:
        bound = ctx.about(claim.number).of(Role.PRECISION)
        width = bound.value if bound is not None and bits(bound.value) else ""
    told = [float(w.removeprefix("bits-")) for w in bits_told(paper)]
    least = min((w for w in told if 1 <= w < 16), default=16.0)
    if not said and "method" not in claim.cues and (least < 16 or not width):
        if not width and not told and not _speaks_of_formats(paper):
            return None
        width = f"{least:g}-bit"
    return DecodeRate(
        claim.number, True, model, width, named.get("cache", ""), batch, at,
        claim.at("context"), named["device"], counted["devices"], claim.at("devices"), None,
        claim.asserted,
    ), said  # fmt: skip


def _speaks_of_formats(paper: Paper) -> bool:
    return any(dict(n.context).get("precision") for n in paper.numbers) or bool(
        paper.mentions_of("set-up")
    )


def batch_number(number: Number) -> bool:
    """Whether a number is a batch."""
    return number.kind is Kind.BATCH_SIZE
