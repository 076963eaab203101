"""What claims on memory leave out, from elsewhere in the paper: the model of a label, the format of a kind.

Nothing that is bound here carries a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import find, most_capacity
from hwmodels.models import find_model
from tanaka.paper.entities import same_name
from tanaka.paper.model import Asserted, NumberId, Paper, Physical, SectionId, Where
from tanaka.paper.physics.kept import KEPT
from tanaka.paper.physics.widths import widths
from tanaka.paper.reads import query
from tanaka.paper.setting import NAMED, SET_UP
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine, table_lines
from tanaka.rules.api import Context
from tanaka.rules.memory.sizes import LABEL

_KIND = {"gradients": "gradients", "cache": "cache", "cache-token": "cache", "weights": "weights", "model": "weights"}  # fmt: skip


@query
def kept_in(paper: Paper, thing: str) -> str:
    """The one format that the paper keeps a thing in, as written; "" for none, or two."""
    for role in ("ours", "background"):
        mentions = [m for m in paper.mentions_of(KEPT) if m.role == role]
        # "FP16 weights", "an 8-bit cache" may be those of one variant among others
        plain = thing == "gradients" or (thing == "weights" and not machine.excuses(paper, "quantised"))  # fmt: skip
        named = (f"named-{thing}",) if plain else ()
        for name in (thing, "all", *named):
            said = [value for m in mentions for what, value in m.settings if what == name]
            found = {w[0].bits: value for value in said if (w := widths(value))}
            if found:
                return next(iter(found.values())) if len(found) == 1 else ""
    return ""


def with_model(paper: Paper, claim: Physical) -> Physical:
    """A claim with the public model of the paper that its label means, where there is one."""
    name, at = claim.name("model"), claim.at("params")
    if (
        not name
        and at is None
        and claim.name("kind") in _OF_A_MODEL
        and "params" not in dict(claim.counted)
    ):
        only = _only_size(paper, paper.number(claim.number).section)
        return replace(claim, given=(*claim.given, ("params", only)), far=claim.far | {"params"}, cues=claim.cues | {"label"}) if only is not None else claim  # fmt: skip
    if name and find_model(name) is not None:
        return claim
    found = ""
    if at is not None and "label" in claim.cues:
        sized = machine.of_size(paper, paper.number(at).quantity.point)
        found = sized.name if sized is not None else ""
        exact = _exactly(paper, paper.number(at).quantity.point) if not found else None
        if exact is not None:
            given = tuple((role, exact if role == "params" else id) for role, id in claim.given)
            return replace(
                claim, given=given, far=claim.far | {"params"}, cues=claim.cues - {"label"}
            )
    elif "label" in claim.cues and (labelled := dict(claim.counted).get("params")):
        sized = machine.of_size(paper, labelled)
        found = sized.name if sized is not None else ""
    elif name and at is not None and _BY_SIZE.fullmatch(name):
        sized = machine.of_size(paper, paper.number(at).quantity.point)
        found = sized.name if sized is not None else ""
    elif name and at is None:
        found = _in_full(paper, name)
    if found:
        named = tuple((role, n) for role, n in claim.named if role != "model")
        return replace(claim, named=(*named, ("model", found)), far=claim.far | {"model"})
    row = dict(tabled(paper)).get(row_of(name)) if name else None
    if row is None:
        return claim
    if at is not None and not LABEL[0] < row / paper.number(at).quantity.point < LABEL[1]:
        return claim
    given = tuple((role, id) for role, id in claim.given if role != "params")
    return replace(claim, given=given, counted=(*claim.counted, ("params", row)), far=claim.far | {"params"}, cues=claim.cues - {"label"})  # fmt: skip


_OF_A_MODEL = ("weights", "checkpoint", "gradients")


@query
def _only_size(paper: Paper, section: SectionId) -> NumberId | None:
    """The one size of a model that a section states, or that the whole paper does; None for two."""
    told = [
        n for n in paper.numbers_of(Kind.PARAM_COUNT)
        if n.quantity.unit == "1" and n.quantity.point >= _A_MODEL and not isinstance(n.quantity.value, tuple)
        and n.where not in (Where.RELATED, Where.FUTURE)
    ]  # fmt: skip
    for found in ([n for n in told if n.section == section], told):
        if found:
            points = [n.quantity.point for n in found]
            return found[0].id if max(points) < LABEL[1] * min(points) and not _names_others(paper, points[0]) else None  # fmt: skip
    return None


def _names_others(paper: Paper, size: float) -> bool:
    """Whether the paper names a public model of another size."""
    known = (find_model(name) for name in machine.named_models(paper))
    return any(not LABEL[0] < m.parameters / size < LABEL[1] for m in known if m is not None)


_A_MODEL = 3e7
_ROUNDED = 0.02


@query
def _exactly(paper: Paper, label: float) -> NumberId | None:
    """The one count of more digits that the paper gives the model of a label: "53.4B parameters" of "H-53B"."""
    found = [
        n for n in paper.numbers_of(Kind.PARAM_COUNT)
        if n.quantity.bounded and not isinstance(n.quantity.value, tuple) and n.asserted is Asserted.YES
        and abs(n.quantity.point - label) <= max(_ROUNDED * label, 0.5e9 if label >= 5e9 else 0.05e9)
    ]  # fmt: skip
    sharp = [n for n in found if len(n.quantity.literal.text.replace(".", "").strip("0")) > 2]
    return sharp[0].id if len({n.quantity.point for n in sharp}) == 1 else None


# "the 70B model": a name that is a size
_BY_SIZE = Lazy(r"\d+(?:\.\d+)?\s?[BM] (?:model|network|variant|one)")


def row_of(name: str) -> str:
    """The label of a row that a name may be: "70B" of "the 70B model"."""
    return same_name(re.sub(r"\s(?:model|network|variant)$", "", name))


@query
def _in_full(paper: Paper, name: str) -> str:
    """The one public model of the paper whose name goes on from a shorter one: "Mixtral" of "Mixtral 8x7B"."""
    found = {
        known.id: full
        for full in machine.named_models(paper)
        if same_name(full).startswith(same_name(name)) and (known := find_model(full)) is not None
    }
    return next(iter(found.values())) if len(found) == 1 else ""


_PARAMETERS = Lazy(
    r"^\W*(?:#\s?|no\. of |number of )?(?:params?|parameters|N)\W*$",
    re.I,
)
_COUNT = Lazy(r"^\W*(?P<n>\d+(?:\.\d+)?)\s?(?P<unit>[BM])\W*$")
_SCALE = {"B": 1e9, "M": 1e6}


@query
def tabled(paper: Paper) -> tuple[tuple[str, float], ...]:
    """Parameters of the models that the paper lists in a table, by name."""
    found: dict[str, float] = {}
    twice: set[str] = set()
    for table in paper.tables:
        columns = [c for c, head in enumerate(table.header) if _PARAMETERS.search(head)]
        if len(columns) != 1:
            continue
        for row in table.rows:
            # "6.74 B" of a column of parameters is no size
            said = _COUNT.match(row[columns[0]].text) if columns[0] < len(row) else None
            if said is None:
                continue
            name, value = row_of(row[0].text), float(said["n"]) * _SCALE[said["unit"]]
            twice |= {name} if found.setdefault(name, value) != value else set()
    return tuple((name, value) for name, value in found.items() if name not in twice)


@query
def bytes_of_parameter(paper: Paper) -> NumberId | None:
    """The one number of the paper that says how many bytes the training state of a parameter takes."""
    found = [
        n for n in paper.numbers
        if n.per == "parameter" and n.quantity.unit == "byte" and 8 <= n.quantity.point <= 24 and n.quantity.bounded
    ]  # fmt: skip
    return found[0].id if len({n.quantity.point for n in found}) == 1 else None


def with_format(paper: Paper, claim: Physical) -> Physical:
    """A claim with the format that the paper keeps its kind in, where it names none."""
    if claim.name("precision"):
        return claim
    thing = _KIND.get(claim.name("kind"), "")
    found = kept_in(paper, thing) if thing else ""
    if not found:
        return claim
    return replace(claim, named=(*claim.named, ("precision", found)), far=claim.far | {"precision"})


def with_state(paper: Paper, claim: Physical) -> Physical:
    """A claim on a training state with the bytes of a parameter that the paper states."""
    stated = claim.at("each") is not None or "each" in dict(claim.counted)
    if claim.name("kind") != "per-parameter" or stated:
        return claim
    each = bytes_of_parameter(paper)
    if each is None:
        return claim
    return replace(claim, given=(*claim.given, ("each", each)), far=claim.far | {"each"})


def with_device(ctx: Context, claim: Physical) -> Physical:
    """A claim with the device that its set-up, or the section, names."""
    own = claim.name("device")
    if own:
        closer = variant(ctx.paper, own)
        if not closer:
            return claim
        others = tuple((role, n) for role, n in claim.named if role != "device")
        return replace(claim, named=(*others, ("device", closer)), far=claim.far | {"device"})
    bound = machine.named(ctx, claim, "device")
    name = bound.name if bound is not None else _only_device(ctx.paper, ctx.paper.number(claim.number).section)  # fmt: skip
    if not name:
        return claim
    name = variant(ctx.paper, name) or name
    return replace(claim, named=(*claim.named, ("device", name)), far=claim.far | {"device"})


@query
def variant(paper: Paper, name: str) -> str:
    """The one variant of a part that the paper names elsewhere: "H100 SXM" of "H100"; "" for none, or two."""
    parts = find(name)
    held = most_capacity(parts)
    if held is None:
        return ""
    named = [value for m in paper.mentions_of(SET_UP, NAMED) if m.role == "ours" for role, value in m.settings if role == "device"]  # fmt: skip
    labels = (label for table in paper.tables for label in (*table.header, *table.stubs))
    named += [part for label in labels for part in table_lines.parts(label)]
    found: dict[float, str] = {}
    for value in named:
        closer = find(value)
        most = most_capacity(closer)
        if closer and len(closer) < len(parts) and {p.id for p in closer} <= {p.id for p in parts} and most is not None:  # fmt: skip
            found[most.value] = value
    return next(iter(found.values())) if len(found) == 1 else ""


def with_count(paper: Paper, claim: Physical) -> Physical:
    """A claim on "the H100", which nobody counts near it, with the most that the paper counts of it anywhere."""
    counted = dict(claim.counted)
    if counted.get("devices") != 0 or not claim.name("device"):
        return claim
    most = _tabled_count(paper, claim.name("model"), claim.name("device")) or _most(paper, claim.name("device"))  # fmt: skip
    return replace(claim, counted=tuple({**counted, "devices": most}.items()), far=claim.far | {"devices"})  # fmt: skip


@query
def _tabled_count(paper: Paper, model: str, device: str) -> float | None:
    """The one count of a part in the lines of tables that have a model on it: "1 L40S"."""
    known, parts = find_model(model), {p.id for p in find(device)}
    if known is None:
        return None
    found: set[float] = set()
    for table in paper.tables:
        for line in table_lines.lines(paper, table):
            for entry in line.entries:
                name, part = line.one(entry, table_lines.models), line.part(entry)
                own = find_model(name) if name else None
                if own is None or own.id != known.id or not part or not parts & {p.id for p in find(part)}:  # fmt: skip
                    continue
                count = line.devices(entry)
                found.add(count[0] if count is not None else 0.0)
    return found.pop() if len(found) == 1 and min(found) >= 1 else None


@query
def _most(paper: Paper, name: str) -> float:
    """The most devices of one sort that the paper counts together; those of no sort count for any."""
    families = {p.family for p in find(name)}
    found = [1.0]
    for n in paper.numbers:
        if n.noun != "gpu" or n.quantity.unit != "1":
            continue
        device = dict(n.context).get("device", "")
        if not device or families & {p.family for p in find(device)}:
            found.append(n.quantity.point)
    return max(found)


@query
def _only_device(paper: Paper, section: SectionId) -> str:
    """The one sort of device that a section, or else the paper, names as its own; "" for none, or two."""
    here: dict[str, str] = {}
    all_of: dict[str, str] = {}
    for m in paper.mentions_of(SET_UP, NAMED):
        if m.role != "ours" or m.where in (Where.RELATED, Where.FUTURE):
            continue
        for role, value in m.settings:
            if role == "device" and (parts := find(value)) and most_capacity(parts) is not None:
                all_of.setdefault(parts[0].family, value)
                if m.section == section:
                    here.setdefault(parts[0].family, value)
    for found in (here, all_of):
        if found:
            return next(iter(found.values())) if len(found) == 1 else ""
    return ""


def with_width(paper: Paper, claim: Physical, role: str, thing: str) -> Physical:
    """A claim with the format of a role, as the paper keeps a thing in it."""
    if claim.name(role):
        return claim
    found = kept_in(paper, thing)
    return replace(claim, named=(*claim.named, (role, found)), far=claim.far | {role}) if found else claim  # fmt: skip


def readings(paper: Paper, claim: Physical) -> Iterator[Physical]:
    """A claim as it stands, and with what the rest of the paper says of its model and its format."""
    yield claim
    bound = with_state(paper, with_format(paper, with_model(paper, claim)))
    if bound is not claim:
        yield bound
