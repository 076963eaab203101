"""Rates whose sentence leaves a role open: bound to the set-up, the section, or the friendliest there is.

Nothing is proven of them.  The claims are those of `tanaka.paper.physics.rates` and of `open_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import dense_peak, find, most_capacity
from hwmodels.models import Model, find_model
from hwmodels.networks import Vision, find_network
from tanaka.paper.about import Reach, Role
from tanaka.paper.decode import bits
from tanaka.paper.model import Asserted, DecodeRate, How, Number, NumberId, Paper, Physical, Where
from tanaka.paper.physics.rates import DECODES, DECODING, PROMPTS, RELATION, TRAINS
from tanaka.paper.physics.runs import RELATION as RUN
from tanaka.paper.reads import query
from tanaka.paper.setup import bits_told, own, trains
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine
from tanaka.rules.api import Context
from tanaka.rules.roofline import friendliest
from tanaka.rules.roofline.open_rows import SIZE, of_value, open_rows
from tanaka.rules.table_lines import formats, models

_SUMMARY = (Where.TITLE, Where.ABSTRACT)
_SEVERAL, _OF_A_CLUSTER = 2, 16
_OF_TRAINING = 2e10  # nobody does anything else with so many tokens and tells how long it took
_OF_ONE = 600.0  # what one sequence gets in a second; of its prompt far more is read
_AS_LABELLED = 0.1
_UNTOLD = 4.0  # bits of weights where no format is named anywhere
_SUMMED_UP = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_SILENT = frozenset({"skipped", "resized", "frozen", "fleet", "effective", "tokenizer", "distilled", "encoder-decoder", "encoder"})  # fmt: skip
_SERVES = Lazy(r"\binferen\w+|\bserv(?:e|es|ed|ing)\b|\bdecod\w+|\bgenerat\w+|\bprefill\w*", re.I)


def open_rates(ctx: Context, *not_of: str) -> Iterator[tuple[Physical, str]]:
    """Claims of rates with every role filled, and what would have to be otherwise for each.

    Those of the phases ``not_of`` are left out unread.
    """
    relations = (RELATION,) if "decode" in not_of else (RELATION, DECODING)
    for claim in (*ctx.paper.physical(*relations), *open_rows(ctx.paper)):
        if claim.name("phase") in not_of:
            continue
        silent = _SILENT - {"frozen"} if claim.name("phase") == "decode" else _SILENT
        if not _told(ctx, claim) or claim.cues & silent:
            continue
        if ctx.paper.number(claim.number).where in (Where.RELATED, Where.FUTURE):
            continue
        if machine.unmeasured(ctx.paper, claim.number):
            continue
        full = _filled(ctx, claim)
        if full is not None:
            yield full


def _told(ctx: Context, claim: Physical) -> bool:
    """Whether the paper claims a number; "we report" in its abstract is of its own."""
    if claim.asserted is Asserted.QUOTED:
        return ctx.paper.number(claim.number).where is Where.ABSTRACT
    return claim.asserted is Asserted.YES


def open_runs(ctx: Context) -> Iterator[tuple[Physical, str]]:
    """Budgets of training runs with every role filled, as `open_rates`."""
    for claim in ctx.paper.physical(RUN):
        if not _told(ctx, claim) or machine.unmeasured(ctx.paper, claim.number):
            continue
        if ctx.paper.number(claim.number).where in (Where.RELATED, Where.FUTURE):
            continue
        training = phase_at(ctx.paper, claim) == "training"
        if "untold" in claim.cues and not training:
            continue
        tokens = claim.at("tokens")
        many = tokens is not None and ctx.paper.number(tokens).quantity.point >= _OF_TRAINING
        if not training and not many and not trains(ctx.paper):
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
    if _only_trains(paper):
        return "training"
    rate = paper.number(claim.number).quantity
    alone = dict(claim.counted).get("batch") == 1 or "of one" in claim.cues
    alone = alone and claim.at("context") is None  # "a request of 4096 tokens" may be read
    return "decode" if alone and rate.unit == "token/s" and rate.point <= _OF_ONE else ""


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
    usually = False
    decodes = named["phase"] == "decode"
    place = named.pop("place", "")
    part, count = friendliest.system(paper, place) if place and "device" not in named else ("", 0.0)
    if part:
        named["device"] = part
        if count and "devices" not in counted:
            counted["devices"] = count
    if "device" not in named:
        device = about.of(Role.DEVICE)
        best = friendliest.widest(paper) if decodes else friendliest.fastest(paper)
        if best is None:
            return None
        if "one of several" in claim.cues:
            device = None
        name = device.value if device is not None and find(device.value) else ""
        usual = friendliest.default_device(paper) if "table" not in claim.far else ""
        if usual and name in ("", usual):
            name, usually = usual, True
            count_of = friendliest.default_count(paper)
            if count_of is not None and "devices" not in counted and "split" not in claim.cues:
                counted["devices"] = count_of
        named["device"] = name or best.name
        guess = guess or f"it ran on faster parts than the {named['device']}"
    elif "device" in claim.far:
        guess = guess or f"it ran on faster parts than the {named['device']}"
    named["device"] = friendliest.exactly(paper, named["device"])
    if "rented" in claim.cues:
        for role in ("devices", "nodes"):  # device-hours count them
            given.pop(role, None)
        counted.pop("devices", None)
    elif "devices" not in counted:
        count, at = friendliest.most_devices(paper)
        alone = decodes and count == 1 and friendliest.counts_one(paper)
        if count < (_OF_A_CLUSTER if claim.relation == RUN else _SEVERAL) and not alone:
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
        far=claim.far | ({"device"} if not claim.name("device") and not usually else set()),
        named=tuple(named.items()),
        given=tuple(given.items()),
        counted=tuple(counted.items()),
    )
    return full, guess


@query
def _several_sizes(paper: Paper) -> bool:
    """Whether a paper states sizes of more than one model."""
    sizes = [n.quantity.point for n in paper.numbers_of(Kind.PARAM_COUNT) if n.quantity.point >= 3e7]  # fmt: skip
    return bool(sizes) and max(sizes) > 1.2 * min(sizes)


def _model(
    ctx: Context, claim: Physical, named: dict[str, str], given: dict[str, NumberId]
) -> bool:
    """Fill in the model: the paper's one of a name or a size, the section's, else the smallest that there is."""
    paper, number = ctx.paper, ctx.paper.number(claim.number)
    images = number.quantity.unit == "sample/s"
    less = _near_excuse(paper, claim.number, "excuse-adapter", "excuse-early-exit")
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
    if "model" not in named and not given.keys() & {"params", "active"} and not images:
        _titled(paper, number, named, given)
    if "model" not in named and not given.keys() & {"params", "active"}:
        if "one of several" in claim.cues:
            return False  # what the sentence names may be said of the others
        bound = ctx.about(claim.number).of(Role.MODEL)
        near = bound is not None and (
            bound.how is not How.INFERRED
            or bound.reach is Reach.PARAGRAPH
            or (bound.reach is Reach.SECTION and number.where not in _SUMMED_UP)
        )
        # "Llama 3.1 8B, 70B and 405B": the set-up has one name, and three models
        loosely = bound is not None and (bound.reach is Reach.PAPER or "table" in claim.far)
        several = loosely and _several_sizes(paper)
        if bound is not None and near and not several and find_network(bound.value) is not None:
            named["model"] = bound.value
        elif images:
            return False
        else:
            size = friendliest.smallest_of(paper, number.section) or friendliest.smallest(paper)
            active = friendliest.smallest_active(paper)
            if active is not None:
                given["active"] = active.id
            elif size is None or less or _near_excuse(paper, claim.number, "excuse-experts"):
                return False
            else:
                given["params"] = size.id
    elif "model" not in named and "params" in given and "active" not in given:
        size = paper.number(given["params"])
        public = machine.of_size(paper, size.quantity.point) or _of_size(paper, size.quantity.point)
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


def _titled(
    paper: Paper, number: Number, named: dict[str, str], given: dict[str, NumberId]
) -> None:
    """Fill in the one model that the title of a section is about: "Training the 65B model"."""
    section = paper.section(number.section)
    title = section.title if section is not None else ""
    sizes = {float(m["n"]) * (1e9 if m["s"] == "B" else 1e6) for m in SIZE.finditer(title)}
    known = [m for m in models(title) if find_model(m)]
    if len(known) == 1 and len(sizes) <= 1:
        named["model"] = known[0]
    elif not known and len(sizes) == 1:
        of_value(paper, sizes.pop(), given)


def _of_size(paper: Paper, parameters: float) -> machine.Named | None:
    """The one public model of that size that a table or a caption names."""
    known = {}
    for name in friendliest.models_of(paper):
        model = find_model(name)
        if model is not None and abs(model.parameters / parameters - 1) <= _AS_LABELLED:
            known[model.id] = machine.Named(name, How.INFERRED, f"{model.name}, the only one of that size")  # fmt: skip
    return known.popitem()[1] if len(known) == 1 else None


def _label(size: Number) -> bool:
    digits = size.quantity.literal.text.replace(",", "").replace(".", "").strip("0")
    return len(digits) < 3


# -- against the arithmetic ---------------------------------------------------------------------


def as_throughput(ctx: Context, claim: Physical) -> Physical | None:
    """A claim on the arithmetic of its devices; every token goes through the model at least once, forward."""
    paper = ctx.paper
    named = dict(claim.named)
    if "cached" in claim.cues or _near_excuse(paper, claim.number, "excuse-caching", "excuse-early-exit", "excuse-adapter"):  # fmt: skip
        return None
    skips = _near_excuse(paper, claim.number, "excuse-sparsity")
    if skips and named.get("phase") != "training":
        return None
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
    if skips:
        cues.add("narrow")
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
    setting = setting_of(ctx, claim)
    if setting is None:
        return None
    batch, at, width, said = setting
    held, known = most_capacity(find(named["device"])), find_model(model)
    size = bits(width)
    if held is not None and known is not None and size and known.parameters * size / 8 > held.value * counted["devices"]:  # fmt: skip
        return None  # it runs on more of them, or not at all
    return DecodeRate(
        claim.number, True, model, width, named.get("cache", ""), batch, at,
        claim.at("context"), named["device"], counted["devices"], claim.at("devices"), None,
        claim.asserted,
    ), said  # fmt: skip


def setting_of(ctx: Context, claim: Physical) -> tuple[float, NumberId | None, str, bool] | None:
    """Batch, format and whether the format is the rate's own; the fewest bits that the paper names where none is told."""
    paper, named, counted = ctx.paper, dict(claim.named), dict(claim.counted)
    batch, at = counted.get("batch"), claim.at("batch")
    if "of one" in claim.cues:
        batch, at = 1.0, None  # what one of them gets is at most what it would get alone
    if batch is None and "batch open" not in claim.cues:
        default = friendliest.set_up_batch(paper)
        if default is not None:
            batch, at = default.quantity.point, default.id
    if batch is None or {"format open", "method"} <= claim.cues:
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
            least = _UNTOLD
        width = f"{least:g}-bit"
    return batch, at, width, said


def _speaks_of_formats(paper: Paper) -> bool:
    return (
        any(dict(n.context).get("precision") for n in paper.numbers)
        or any(formats(text) for t in paper.tables for text in (t.caption, *t.header, *t.stubs))
        or bool(paper.mentions_of("set-up"))
    )


def batch_number(number: Number) -> bool:
    """Whether a number is a batch."""
    return number.kind is Kind.BATCH_SIZE
