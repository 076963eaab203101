"""The training set-up of a paper: what runs, on what, in which shape, and where each part is said.

A part that is stated with two values is not known, unless one of them plainly belongs to the main
set-up; then it is bound by inference, and the reason is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from tanaka.paper.claims import DEVICE_NAME
from tanaka.paper.model import (
    Asserted,
    Change,
    How,
    Mention,
    Number,
    NumberId,
    Paper,
    Product,
    Where,
)
from tanaka.paper.reads import query
from tanaka.quantity import Kind
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A part of the set-up: its number, how it was bound, and why where that was inferred."""

    number: Number
    how: How = How.STATED
    why: str = ""

    @property
    def id(self) -> NumberId:
        """Its number's id."""
        return self.number.id

    @property
    def value(self) -> float:
        """In base units."""
        return self.number.quantity.point

    @property
    def count(self) -> int:
        """As a whole number, for what is counted."""
        return round(self.value)

    @property
    def shown(self) -> str:
        """As written, with its unit."""
        return self.number.quantity.shown


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """What a paper trains with.  A part that is None is not stated, or stated twice.

    Attributes
    ----------
    nodes : Known or None
        Nodes of the job; the count that most sentences give.
    workers : Known or None
        What waits for each other: nodes, else devices, else replicas.
    tensor, stages, replicas : Known or None
        Degrees of tensor, pipeline and data parallelism.
    micro_batches : Known or None
        Micro-batches of a step on one replica.
    micro_batch : Known or None
        Sequences of a micro-batch.
    layers, hidden, heads, sequence : Known or None
        Shape of the model and of its input.
    parameters, held : Known or None
        Parameters of the model, and of one device.
    state : Known or None
        Weights, gradients and optimizer state of one device [byte].
    version : Known or None
        What is kept of one step that may be undone, on one device [byte].
    bound : Known or None
        Steps that a replica may be ahead of the slowest.
    batch : Known or None
        Samples per device.
    momentum : Known or None
        Weight of a new batch in the running statistics of batch normalisation.
    warm_up : Known or None
        Steps of warm-up.
    gradient : Known or None
        Typical magnitude of a gradient.
    step : Known or None
        Time of a training step, the shorter of two systems [s].
    vocabulary : Known or None
        Tokens that the model tells apart.
    devices : tuple of str
        Names of the part that it runs on, as written.
    schedule : str
        "1F1B" or "GPipe"; "" where none or another is named.
    flush : bool
        False where the paper says that its pipeline is not emptied between steps.
    versions, tensor_parallel, sequence_parallel, fused_attention : bool
        What is said: copies to undo steps, tensor and sequence parallelism, fused attention.
    recomputes, keeps : bool
        Whether activations are recomputed, and whether it is said that they are not.
    adam, full_recipe : bool
        An optimizer like Adam; FP32 master weights and moments.
    zero : int or None
        Stage of optimizer sharding; 0 where no sharding is mentioned, None for several.
    """

    nodes: Known | None
    workers: Known | None
    tensor: Known | None
    stages: Known | None
    replicas: Known | None
    micro_batches: Known | None
    micro_batch: Known | None
    layers: Known | None
    hidden: Known | None
    heads: Known | None
    sequence: Known | None
    parameters: Known | None
    held: Known | None
    state: Known | None
    version: Known | None
    bound: Known | None
    batch: Known | None
    momentum: Known | None
    warm_up: Known | None
    gradient: Known | None
    step: Known | None
    vocabulary: Known | None
    devices: tuple[str, ...]
    schedule: str
    flush: bool
    versions: bool
    tensor_parallel: bool
    sequence_parallel: bool
    fused_attention: bool
    recomputes: bool
    keeps: bool
    adam: bool
    full_recipe: bool
    zero: int | None


_ELSEWHERE = (Where.RELATED, Where.FUTURE, Where.TABLE)
_STEP = (0.02, 60.0)  # seconds; what is shorter is a kernel, what is longer a phase
_ABOUT_STEPS = (
    "training-gain",
    "step-time",
    "synchronous-training",
    "pipeline-parallelism",
    "data-parallelism",
)
_BOUND_LETTERS = ("S", "s", "τ", "K", "k")


@query
def own(paper: Paper, *what: str) -> tuple[Mention, ...]:
    """Mentions of things as the paper's own, in its own text."""
    return tuple(
        m
        for m in paper.mentions_of(*what)
        if m.role == "ours" and m.where not in (Where.RELATED, Where.FUTURE, Where.TITLE)
    )


@query
def mentioned_things(paper: Paper) -> tuple[str, ...]:
    """What a paper mentions at all, each thing once."""
    return tuple(dict.fromkeys(m.what for m in paper.mentions))


@query
def speaks_of(paper: Paper, *what: str) -> bool:
    """Whether a paper mentions one of some things, but for what it negates and tells of others."""
    return any(m.role not in ("negated", "related") for m in paper.mentions_of(*what))


def bits_told(paper: Paper) -> tuple[str, ...]:
    """Widths of formats that a paper mentions ("bits-4")."""
    return tuple(what for what in mentioned_things(paper) if what.startswith("bits-"))


@query
def trains(paper: Paper) -> bool:
    """Whether a paper is about training: it says so of itself, and more often than it infers."""
    return len(own(paper, "training")) > len(own(paper, "inference"))


@query
def told(paper: Paper, *what: str) -> tuple[Mention, ...]:
    """Mentions of things anywhere but in what is said of others' work."""
    return tuple(
        m for m in paper.mentions_of(*what) if m.role != "related" and m.where is not Where.RELATED
    )


@query
def training_setup(paper: Paper) -> TrainingSetup:
    """Set-up of a paper.  A function of its facts."""
    stated = [
        n
        for n in paper.numbers
        if n.asserted is Asserted.YES
        and n.where not in _ELSEWHERE
        and n.quantity.bounded
        and not isinstance(n.quantity.value, tuple)
    ]
    called = [(n, dict(n.context)) for n in stated]
    by_words: defaultdict[str, list[Number]] = defaultdict(list)
    by_noun: defaultdict[str, list[Number]] = defaultdict(list)
    for n, context in called:
        words = context.get("said")
        if words is not None:
            by_words[words].append(n)
        elif n.per == "" and n.quantity.count:
            by_noun[n.noun].append(n)
    said, counted = by_words.__getitem__, by_noun.__getitem__

    layout = _layout(paper)
    batch = {n: k for n, k in _product(paper, "batch").items()}
    hidden = _one(said("hidden size"))
    held = _one(said("parameters of one device"))

    def of_model(numbers: Iterable[Number]) -> Known | None:
        """A part of the model's shape: from the passage that states its width, else the only one."""
        all_of_them = list(numbers)
        if hidden is not None:
            beside = _one([n for n in all_of_them if _passage(n) == _passage(hidden.number)])
            if beside is not None:
                return beside
        return _one(all_of_them)

    sizes = [n for n in stated if n.kind is Kind.PARAM_COUNT and n.quantity.point >= 1e6
             and dict(n.context).get("said") is None]  # fmt: skip
    zero = _zero(paper)
    roles = {m.what for m in paper.mentions if m.role in ("ours", "baseline", "compared")
             and m.where is not Where.RELATED}  # fmt: skip
    schedule = (
        "1F1B" if "scheduled-1f1b" in roles else "GPipe" if "scheduled-gpipe" in roles else ""
    )
    if own(paper, "scheduled-otherwise"):
        schedule = ""
    return TrainingSetup(
        nodes=_nodes(paper, stated),
        workers=_workers(paper, stated),
        tensor=layout.get("TP") or _one(said("tensor degree")),
        stages=layout.get("PP") or _one(said("pipeline degree")) or _one(counted("stage")),
        replicas=layout.get("DP") or _one(said("data degree")) or batch.get("data-parallel replicas"),
        micro_batches=batch.get("accumulation steps")
        or _one([n for n in stated if n.noun == "micro-batch" and n.per in ("", "step", "replica") and n.quantity.point > 1]),
        micro_batch=batch.get("micro-batch") or _one(said("micro-batch size")),
        layers=of_model(counted("layer")),
        hidden=hidden,
        heads=of_model(counted("head")),
        sequence=of_model(said("sequence length"))
        or of_model([n for n, c in called if n.kind is Kind.SEQ_LEN and not n.noun and "said" not in c]),
        parameters=_finest(sizes, hidden),
        held=held,
        state=_one([n for n in said("training state") if _possible_state(n, held)]),
        version=_one(said("version")),
        bound=_bound(paper),
        batch=_one(said("batch per device")),
        momentum=_one(said("momentum of batch norm")),
        warm_up=_one(said("warm-up")),
        gradient=_one(said("gradient scale")),
        step=_step(paper),
        vocabulary=_one(said("vocabulary")),
        devices=_devices(called),
        schedule=schedule,
        flush=not own(paper, "no-flush"),
        versions=bool(own(paper, "versions", "rollback", "weight-stashing")),
        tensor_parallel=bool(told(paper, "tensor-parallelism")),
        sequence_parallel=bool(own(paper, "sequence-sharded", "sequence-parallelism")),
        fused_attention=bool(own(paper, "fused-attention", "io-aware-attention")),
        recomputes=bool(own(paper, "recomputation")),
        keeps=any(m.what == "recomputation" and m.role == "negated" for m in paper.mentions),
        adam=bool(told(paper, "adam-optimizer")),
        full_recipe=any(
            {"adam", "fp32-master", "fp32-moments"} <= getattr(c, "recipe", frozenset())
            for c in paper.claims
        ),
        zero=zero,
    )  # fmt: skip


def _passage(number: Number) -> str:
    """Block that a number stands in."""
    return number.block


def _one(numbers: Iterable[Number]) -> Known | None:
    """The first of numbers that all have one value; None where there is none, or two values."""
    found = list(numbers)
    if not found or len({n.quantity.point for n in found}) > 1:
        return None
    return Known(found[0])


def _finest(sizes: list[Number], hidden: Known | None) -> Known | None:
    """Parameters of the model: the value with most digits of those that may be one model's."""
    beside = [n for n in sizes if hidden is not None and _passage(n) == _passage(hidden.number)]
    chosen = beside or sizes
    if not chosen:
        return None
    best = min(chosen, key=lambda n: n.quantity.literal.ulp * n.quantity.scale)
    if all(n.quantity.hard.low <= best.quantity.point <= n.quantity.hard.high for n in chosen):
        return Known(best)
    return None


def _possible_state(state: Number, held: Known | None) -> bool:
    """Whether a sum of bytes may be one device's state: 2 to 20 bytes for each of its parameters."""
    return held is not None and 2 <= state.quantity.point / held.value <= 20


def _product(paper: Paper, what: str) -> dict[str, Known]:
    """Factors of the one product of a kind that the paper states; of several, those they share."""
    found: dict[str, list[Number]] = {}
    for product in paper.of(Product):
        if product.what == what and product.asserted is Asserted.YES:
            for name, id in product.factors:
                found.setdefault(name, []).append(paper.number(id))
    return {name: known for name, ns in found.items() if (known := _one(ns)) is not None}


def _layout(paper: Paper) -> dict[str, Known]:
    """Parallel degrees: of the only layout, or of the one on all devices that the nodes make."""
    layouts = [p for p in paper.of(Product) if p.what == "layout" and p.asserted is Asserted.YES]
    if len({tuple(paper.number(i).quantity.point for _, i in p.factors) for p in layouts}) <= 1:
        return {n: Known(paper.number(i)) for p in layouts[:1] for n, i in p.factors}
    whole = {
        paper.number(p.total).quantity.point
        for p in paper.of(Product)
        if p.what == "nodes" and p.asserted is Asserted.YES
    }
    main = [p for p in layouts if paper.number(p.total).quantity.point in whole]
    if len(main) != 1:
        return {}
    total = paper.number(main[0].total).quantity.shown
    why = f"of {len(layouts)} layouts, the one on all {total} devices"
    return {n: Known(paper.number(i), How.INFERRED, why) for n, i in main[0].factors}


def _common(counts: list[Number]) -> Known | None:
    """The count that most sentences give, the larger of two that are as frequent."""
    if not counts:
        return None
    seen = Counter(n.quantity.point for n in counts)
    value = max(seen, key=lambda v: (seen[v], v))
    number = next(n for n in counts if n.quantity.point == value)
    if len(seen) == 1:
        return Known(number)
    return Known(number, How.INFERRED, f"of {len(seen)} counts, the one that is stated most")


def _plain(numbers: list[Number], noun: str) -> list[Number]:
    return [
        n
        for n in numbers
        if n.noun == noun and n.quantity.count and n.per == "" and n.quantity.point >= 2
    ]


_OF_A_JOB = (
    *_ABOUT_STEPS, "training", "tensor-parallelism", "all-reduce", "zero", "stale-update", "stall", "straggler",
)  # fmt: skip


def _of_the_job(paper: Paper, numbers: list[Number]) -> list[Number]:
    """Counts that a sentence about training, a product of nodes, or a named part goes with."""
    tied = {i for m in told(paper, *_OF_A_JOB) for i in m.numbers}
    for product in paper.of(Product):
        if product.what == "nodes":
            tied |= {id for _, id in product.factors} | {product.total}
    return [n for n in numbers if n.id in tied or "device" in dict(n.context)]


_MOST_OF_A_NODE = 16


def _nodes(paper: Paper, stated: list[Number]) -> Known | None:
    """Nodes of the job; None where its devices do not go into them, so that they are of a part."""
    nodes = _common(_of_the_job(paper, _plain(stated, "node")))
    devices = _common(_of_the_job(paper, _plain(stated, "gpu")))
    if nodes is not None and devices is not None and devices.value > _MOST_OF_A_NODE * nodes.value:
        return None
    return nodes


def _workers(paper: Paper, stated: list[Number]) -> Known | None:
    nodes = _nodes(paper, stated)
    if nodes is not None:
        return nodes
    for noun in ("gpu", "replica"):
        found = _common(_of_the_job(paper, _plain(stated, noun)))
        if found is not None:
            return found
    return None


def _bound(paper: Paper) -> Known | None:
    """The staleness bound: called so, or given to a letter in a section that speaks of a bound."""
    speaks = {m.section for m in told(paper, "staleness-bound") if m.section}
    whole = [
        (n, dict(n.context))
        for n in paper.numbers
        if n.asserted is Asserted.YES
        and n.where not in _ELSEWHERE
        and n.quantity.unit == "1"
        and n.quantity.point.is_integer()
        and n.quantity.point >= 1
    ]
    named = [n for n, c in whole if c.get("said") == "staleness bound"]
    given = [n for n, c in whole if c.get("symbol") in _BOUND_LETTERS and n.section in speaks]
    return _one(named + given) or _one(given) or _one(named)


def _devices(called: list[tuple[Number, dict[str, str]]]) -> tuple[str, ...]:
    """Parts that counts, and capacities, are stated for."""
    counted = [c["device"] for n, c in called if "device" in c and n.noun in ("gpu", "node")]
    sized = [
        n.entity
        for n, _ in called
        if n.kind is Kind.MEMORY_CAPACITY and DEVICE_NAME.fullmatch(n.entity)
    ]
    return tuple(dict.fromkeys(counted + sized))


def _zero(paper: Paper) -> int | None:
    found = {
        stage
        for stage, what in ((1, "sharded-optimizer"), (2, "sharded-gradients"), (3, "sharded-weights"))
        if told(paper, what)
    }  # fmt: skip
    return None if len(found) > 1 else next(iter(found), 0)


# -- the time of a step -------------------------------------------------------------------------


def _step(paper: Paper) -> Known | None:
    """The time of a step, from a sentence about training: the shorter of two, or the only one."""
    about = frozenset(
        i for m in paper.mentions if m.what in _ABOUT_STEPS and m.role != "related" for i in m.numbers
    )  # fmt: skip

    def possible(n: Number) -> bool:
        return _STEP[0] <= n.quantity.point <= _STEP[1]

    for change in paper.of(Change):
        old, new = paper.number(change.old), paper.number(change.new)
        if old.quantity.unit == new.quantity.unit == "s" and possible(new) and (
            {change.old, change.new, change.change} & about
        ):  # fmt: skip
            return Known(new if new.quantity.point < old.quantity.point else old)
    times = [
        n
        for n in paper.numbers
        if n.id in about
        and n.kind is Kind.LATENCY
        and possible(n)
        and not isinstance(n.quantity.value, tuple)
    ]
    return Known(times[0]) if len(times) == 1 else None


def spread(paper: Paper) -> Number | None:
    """A stated standard deviation of node or step times."""
    for n in paper.numbers:
        if n.quantity.unit == "s" and dict(n.context).get("said") == "deviation":
            return n
    return None


def of_sentence(paper: Paper, mention: Mention, fits: Callable[[Number], bool]) -> Number | None:
    """The one number of a mention's sentence that fits; None where there are several."""
    found = [n for i in mention.numbers if fits(n := paper.number(i))]
    return found[0] if len(found) == 1 else None


def chapter(paper: Paper, mention: Mention) -> str:
    """The section of the highest level that a mention stands in; "" before the first."""
    top = min((s.level for s in paper.sections), default=1)
    found = ""
    for section in paper.sections:
        if section.level == top:
            found = section.id
        if section.id == mention.section:
            return found
    return ""
