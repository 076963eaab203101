"""What a number of a set-up is called: "gpus", "layers", "learning rate", "staleness bound".

Names come from the words before a number ("a batch size of 512"), from the noun behind it ("64
GPUs"), from its unit ("200 Gb/s InfiniBand"), or from the label of a table's row.  Modifiers that
tell two things apart stay in the name: "shared experts" are not "routed experts".
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.quantity.words import words

# -- the words before a number -------------------------------------------------------------------

_LINKS = (
    "of|is|are|was|were|to|at|as|be|been|being|set|fixed|kept|held|equals?|equal|always|a|an|the|constant|"
    "value|values|remains?|stays?|chosen|with|used|has|have|up|over|by|for|throughout|everywhere"
)
LINK = Lazy(
    rf"(?:[\s=:~(]|(?<![\w-])(?:{_LINKS})(?![\w-])|(?<=\s)\(?[a-zα-ω](?:_\{{?\w+\}}?)?\)?(?=[\s=]))+$"
)
"""What may stand between the name of a knob and its value: "set to", "of", "=", a symbol."""

_HEADS: tuple[tuple[str, Lazy], ...] = tuple(
    (name, Lazy(rf"(?<![\w-])(?:{words})$"))
    for name, words in (
        ("micro-batch", r"micro[- ]?batch(?:es)?(?:[- ]sizes?)?"),
        ("global batch", r"(?:global|total|effective|overall|aggregate) (?:training )?(?:mini-?)?batch(?:es)?(?:[- ]sizes?)?"),
        ("batch per device", r"(?:(?:per-(?:gpu|device|worker)|local) (?:mini-?)?batch(?:[- ]size)?|batch(?:[- ]size)? per (?:gpu|device|worker|node))"),
        ("batch size", r"(?:mini-?)?batch[- ]sizes?"),
        ("context length", r"context(?:[- ](?:length|window|size)|[- ]window (?:size|length))"),
        ("sequence length", r"(?:sequence|seq\.?)[- ](?:length|len|size)s?"),
        ("peak learning rate", r"(?:peak|max(?:imum)?) (?:learning[- ]rate|lr)"),
        ("initial learning rate", r"(?:initial|base|starting) (?:learning[- ]rate|lr)"),
        ("final learning rate", r"(?:final|min(?:imum)?|end) (?:learning[- ]rate|lr)"),
        ("learning rate", r"learning[- ]rate|lr"),
        ("hidden size", r"(?:hidden|model|embedding)[- ](?:size|dimension(?:ality)?|dim|width|state size)s?|d_\{?(?:model|\\?mathrm\{model\})\}?"),
        ("feed-forward size", r"(?:feed-?forward|ffn|intermediate|mlp|inner)[- ](?:hidden )?(?:size|dimension(?:ality)?|dim|width)"),
        ("head size", r"(?:attention )?head[- ](?:size|dimension(?:ality)?|dim)"),
        ("vocabulary", r"vocabulary(?: sizes?)?|vocab(?: size)?"),
        ("weight decay", r"weight[- ]decay"),
        ("dropout", r"drop-?out(?:[- ](?:rate|probability|ratio))?"),
        ("label smoothing", r"label[- ]smoothing"),
        ("momentum", r"momentum"),
        ("gradient clipping", r"(?:gradient[- ](?:norm )?clipping(?: (?:threshold|norm|value))?|clipping (?:norm|threshold)|clipped at a norm|clip(?:ped)?|(?:max(?:imum)? )?gradient norm)"),
        ("warm-up steps", r"(?:(?:number of )?warm[- ]?up (?:steps|iterations))"),
        ("staleness bound", r"(?:staleness|delay)(?:[- ](?:bound|threshold|limit|parameter))?"),
        ("gpus", r"number of (?:gpus|accelerators|devices)"),
        ("nodes", r"number of (?:nodes|machines|servers)"),
        ("layers", r"number of (?:transformer |hidden )?layers|depth of the (?:model|network)"),
        ("heads", r"number of (?:attention )?heads"),
        ("experts", r"number of (?:routed )?experts"),
        ("epochs", r"number of (?:training )?epochs"),
        ("steps", r"number of (?:training )?(?:steps|iterations|updates)"),
        ("runs", r"number of (?:runs|repetitions|trials)"),
        ("seeds", r"number of (?:random )?seeds"),
        ("replicas", r"number of replicas"),
    )
)  # fmt: skip
# Knobs that papers name themselves: their name is what stands before the head.
_KNOB = Lazy(
    r"(?<![\w-])(?P<np>(?:[a-z][\w-]*[ -]){0,3}?(?:bound|threshold|window|interval|period|depth|budget|quota|granularity|temperature|"
    r"timeout|time-out|time out|rank|degree|lookahead|look-ahead|capacity factor|compression ratio|replication factor|sparsity|"
    r"(?:block|page|chunk|group|tile|bucket|beam|queue|buffer|pool|cache|segment|shard|bundle|packet|message|cluster|vocabulary|patch|image|"
    r"kernel|window|draft|prefix|slot|partition|stripe|ring)[- ](?:size|length|width|capacity)s?|input resolution|resolution|"
    r"top-k|damping|loss weight|ema decay|discount factor|warm-?up ratio|replication|slack|step limit|retry limit|cap))$"
)
_BEFORE_NP = words(
    "the a an our its their this that of with using use uses used we set and or to for in by  "
    "on keep fix choose all each every at where has have is are from same fixed constant  "
    "default optimal certain given run runs ran any one both into "
)


_TAILS = (
    "batch", "batches", "size", "sizes", "window", "length", "lengths", "len", "rate", "rates", "lr", "dimension", "dimensionality", "dim", "width",
    "}", "d_model", "vocabulary", "vocab", "decay", "dropout", "drop-out", "probability", "ratio", "smoothing", "momentum", "clipping", "norm",
    "clipped", "clip", "threshold", "value", "steps", "iterations", "staleness", "delay", "bound", "limit", "parameter", "gpus",
    "accelerators", "devices", "nodes", "machines", "servers", "layers", "model", "network", "heads", "experts", "epochs", "updates",
    "runs", "repetitions", "trials", "seeds", "replicas", "gpu", "device", "worker", "node", "interval", "period", "depth", "budget",
    "quota", "granularity", "temperature", "timeout", "time-out", "time out", "rank", "degree", "lookahead", "look-ahead", "factor",
    "sparsity", "capacity", "resolution", "top-k", "damping", "weight", "replication", "slack", "cap", "sizes",
)  # fmt: skip
"""What the name of a knob ends in: looked at before any expression is tried."""


@lru_cache(maxsize=256)
def before(low: str, start: int) -> tuple[str, int]:
    """Name that stands before a number, and where its words begin; "" where none does.

    Parameters
    ----------
    low : str
        The sentence in lower case, blanks all alike.
    start : int
        Where the number begins.
    """
    text = low[max(0, start - 90) : start]
    shift = max(0, start - 90)
    link = LINK.search(text)
    if link is None:
        return "", start
    head = text[: link.start()].rstrip()
    if not head.endswith(_TAILS):
        return "", start
    for name, pattern in _HEADS:
        if match := pattern.search(head):
            return name, shift + match.start()
    if match := _KNOB.search(head):
        words = match["np"].split(" ")
        while len(words) > 1 and words[0] in _BEFORE_NP:
            words.pop(0)
        for i in range(len(words) - 1, 0, -1):
            if words[i - 1] in _BEFORE_NP:
                words = words[i:]
                break
        name = " ".join(words)
        return name, shift + match.end() - len(name)
    return "", start


# -- the noun behind a number --------------------------------------------------------------------

_SPELLED = {
    "worker": "workers", "workers": "workers", "rank": "ranks", "ranks": "ranks", "processes": "processes",
    "instance": "instances", "instances": "instances", "thread": "threads", "threads": "threads", "cpu": "cpus", "cpus": "cpus",
    "vcpu": "vcpus", "vcpus": "vcpus", "seed": "seeds", "seeds": "seeds", "block": "blocks", "blocks": "blocks", "user": "users", "users": "users",
    "stream": "streams", "streams": "streams", "link": "links", "links": "links", "nic": "nics", "nics": "nics", "lane": "lanes", "lanes": "lanes",
    "sentence": "sentences", "sentences": "sentences", "query": "queries", "queries": "queries",
}  # fmt: skip
_COUNTED = {
    "gpu": "gpus", "node": "nodes", "layer": "layers", "head": "heads", "expert": "experts", "stage": "stages",
    "replica": "replicas", "parameter": "parameters", "token": "tokens", "sequence": "sequences", "sample": "samples",
    "request": "requests", "epoch": "epochs", "run": "runs", "core": "cores", "port": "ports", "step": "steps",
    "line": "lines", "micro-batch": "micro-batches",
}  # fmt: skip
# Words between a number and its noun that tell nothing apart.
PLAIN = words(
    "nvidia amd intel google tesla geforce quadro gpu gpus dgx hgx transformer decoder  "
    "attention identical physical compute homogeneous total random independent different  "
    "distinct training unique stacked such high-end commodity worker modern data-center  "
    "datacenter the cuda gpu-equipped trainable of our in parallel "
)
_ONE_NODE = frozenset(("machine", "node", "server", "host"))
DEVICE_WORD = Lazy(
    r"[a-z]{0,3}\d{2,4}[a-z]{0,3}(?:-\w+)*$|\d+ ?gb$|mi\d+x?$|v\d\w?$|sxm\d?$|pcie$|tpu$|rtx$|gtx$"
)
THINGS = Lazy(
    r"[ -](?P<mod>(?:[a-z][\w-]* ){0,2}?)(?P<thing>models|workloads|benchmarks|baselines|data ?sets|kernels|tasks|applications|networks|"
    r"documents|pages|traces|configurations|scenarios|architectures|systems|schedules|collectives|operators|entries|queries|"
    r"images|examples|buffers|prompts|questions|problems|conversations|videos|repositories|classes|languages|clients|channels|slots|files|functions)(?![\w-])"
)
"""What else a paper counts: the things that it evaluates, and the parts of what it built."""


def behind(low: str, r: Reading) -> str:
    """Name of what a number counts, with the words that tell it apart; "" where it counts nothing."""
    if not r.noun:
        if match := THINGS.match(low, r.literal_end):
            words = [w for w in match["mod"].split() if w not in PLAIN]
            return " ".join((*words, match["thing"].replace("data set", "dataset")))
        return ""
    surface = low[r.literal_end : r.end].strip(" -")
    words = [w for w in surface.replace("-", " ").split() if w]
    last = words[-1] if words else ""
    if (
        r.noun == "node"
        and r.quantity.point > 1
        and last in _ONE_NODE
        and low[r.literal_end : r.literal_end + 1] != "-"
    ):
        return ""  # "two machine translation tasks"
    name = _SPELLED.get(last) or _COUNTED.get(r.noun, "")
    if not name:
        return ""
    kept = [
        w
        for w in words[:-1]
        if w not in PLAIN and not DEVICE_WORD.match(w) and w not in ("k", "m", "b", "t", "million", "billion", "thousand", "trillion")
    ]  # fmt: skip
    if name == "steps" and "warm" in kept:
        return "warm-up steps"
    if name == "lines":
        return "lines of code"
    if name == "heads" and kept == ["query"]:
        return "heads"
    if name == "experts" and kept and kept[0] in ("active", "activated"):
        return "experts activated"
    if name == "parameters" and kept and kept[0] in ("active", "activated"):
        return "parameters activated"
    return " ".join((*kept, name))


_GROUP = r"(block|page|bucket|chunk|group|tile|segment|shard|packet|slab|bundle|buffer)"
_GROUPS_OF = Lazy(
    rf"(?<![\w-]){_GROUP}s? (?:of|has|have|holds?|contains?|spans?|covers?)\s*(?:exactly )?$"
)
_SIZED_GROUP = Lazy(
    rf"(?:-| )(?:(?:token|element|weight|byte|entry|row|sample|value|channel)s?(?:-| ))?{_GROUP}s?(?![\w-])"
)
_GROUPED = words("tokens weights elements values entries rows bytes channels parameters samples ")


def group_size(low: str, r: Reading) -> str:
    """Name of what a number is the size of, for what data is cut into: "pages of 16 tokens" is a page size."""
    m = _GROUPS_OF.search(low[max(0, r.start - 30) : r.start])
    if m is None and (r.quantity.unit == "byte" or low[r.literal_end : r.literal_end + 1] == "-"):
        m = _SIZED_GROUP.match(low, r.end) or _SIZED_GROUP.match(low, r.literal_end)
    if m is None:
        return ""
    if r.quantity.unit == "1" and low[r.literal_end : r.literal_end + 1] != "-":
        behind_it = low[r.literal_end :].lstrip().split(" ", 1)[0].strip(".,;:()")
        if behind_it not in _GROUPED:
            return ""
    return f"{m.group(1)} size"


# -- labels of tables ----------------------------------------------------------------------------

_LABELS: tuple[tuple[str, Lazy], ...] = tuple(
    (name, Lazy(rf"(?:{words})$"))
    for name, words in (
        ("gpus", r"(?:#|no\. of|total|number of)? ?(?:gpus|accelerators)"),
        ("nodes", r"(?:#|no\. of|total|number of)? ?(?:nodes|servers|machines)"),
        ("gpus per node", r"(?:#|number of)? ?gpus (?:per|/) ?(?:node|server|machine)"),
        ("layers", r"(?:#|number of)? ?(?:transformer )?layers|n_\{?layers?\}?"),
        ("heads", r"(?:#|number of)? ?(?:attention )?heads"),
        ("experts", r"(?:#|number of)? ?(?:routed )?experts"),
        ("epochs", r"(?:#|number of)? ?(?:training )?epochs"),
        ("steps", r"(?:#|number of)? ?(?:training )?(?:steps|iterations)"),
        ("warm-up steps", r"warm-?up(?: steps| iterations)?"),
        ("parameters", r"(?:#|number of)? ?(?:total )?param(?:eter)?s?"),
        ("tokens", r"(?:training|total) tokens"),
        ("runs", r"(?:#|number of)? ?(?:runs|repetitions|trials)"),
        ("seeds", r"(?:#|number of)? ?(?:random )?seeds"),
        ("memory", r"(?:gpu|device) memory"),
    )
)  # fmt: skip


def of_label(label: str) -> str:
    """Name of an attribute that labels a row or a column; "" where it is none."""
    low = label.strip().lower().rstrip(":")
    for name, pattern in _LABELS:
        if pattern.fullmatch(low):
            return name
    for name, pattern in _HEADS:
        if pattern.fullmatch(low):
            return name
    return low if _KNOB.fullmatch(low) else ""


# -- how its values are printed ------------------------------------------------------------------

_ROUNDED = frozenset(
    ("parameters", "parameters activated", "tokens", "samples", "requests", "lines of code", "size", "memory", "vocabulary", "link speed",
     "steps", "sequences", "sentences", "queries", "documents", "images", "examples", "entries", "pages")
)  # fmt: skip


def exact(name: str, r: Kind) -> bool:
    """Whether values of an attribute are chosen whole numbers, which nobody rounds."""
    return name not in _ROUNDED and r not in (Kind.PARAM_COUNT, Kind.TOKEN_COUNT)
