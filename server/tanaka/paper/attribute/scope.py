"""How firmly a sentence states a setting: for all experiments, plainly, in passing, or not at all."""

from __future__ import annotations

from tanaka.paper.attribute.clauses import EACH_PLACE, HAS, OF_IT, bounds, subject
from tanaka.paper.attribute.names import before
from tanaka.paper.model import Where
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_OF_A_NAME = Lazy(r" (?:parameters )?of [a-z][a-z.]*[-\d]")
_ADVERB = r"(?:\w+ly |then |always |all )?"
_WE = Lazy(
    rf"(?<![\w-])we {_ADVERB}(?:pre-?train|train|use|run|ran|evaluate|employ|adopt|set|fix|choose|chose|conduct|perform|deploy|implement|report|repeat|"
    r"average|assume|apply|collect|build|built|select|consider|study|compare|measure|execute|keep|kept|configure|warm|rent|optimi[sz]e|test|"
    r"benchmark|experiment|take|took|clip|allocate|gather|sample|draw|drew|generate|record|replay|preallocate|truncate|partition|split|initiali[sz]e|tokeni[sz]e|construct|show|demonstrate|carry out|carried out)(?:e?d)?(?![\w-])"
)
_WORK = r"(?:experiments?|measurements?|evaluations?|results?|runs?|numbers|training|pre-?training|models?|trainings|tests|values|jobs|configurations|systems|methods)"
_DONE = (
    r"(?:run|ran|conducted|trained|pre-?trained|averaged|repeated|carried out|performed|obtained|done|reported|computed|made|evaluated|executed|measured|"
    r"means|the mean|averages|set|tested|implemented|collected|taken|optimi[sz]ed|deployed)"
)
_EXPERIMENTS = Lazy(
    rf"(?<![\w-])(?:{_WORK}|[\w-]+) (?:(?:is|are|was|were|has been|have been|being)(?: \w+ly| all)? {_DONE})(?![\w-])|"
    rf"(?<![\w-]){_WORK} (?:uses?|used|runs?|ran|takes?|took|spans?|covers?|employs?|shows?)(?![\w-])|"
    r"(?<![\w-])(?:evaluations?|experiments?|measurements|training|prototype)(?: (?:with|of|on) [^,;()]{1,40})? (?:on|with|using)(?: an?| our| the)?(?: (?:cluster|testbed) (?:of|with))?\s*$|"
    r"^(?:trained|evaluated|measured|implemented|averaged|running|using|training|deployed|results|experiments|evaluation)(?: \w+)? (?:on|with|in|over|using)(?![\w-])"
)
_MODEL_WITH = Lazy(r"(?<![\w-])(?:model|network|transformer|decoder|llm) (?:with|of)\s*$")
_AS_IT = Lazy(r"[- ](?:cluster|testbed|test bed)")
_UNIVERSAL = Lazy(
    rf"(?<![\w-])(?:all|every)(?: of)?(?: the| our| these)? (?:[\w-]+ )?{_WORK}(?![\w-])|(?<![\w-])throughout(?![\w-])|"
    r"(?<![\w-])(?:our|the) (?:(?:cluster|testbed|test bed|platform)|experiments)(?![\w-]).*(?<![\w-])(?:in total|in all|altogether)(?![\w-])|(?<![\w-])we (?:ran|run|conduct(?:ed)?|perform(?:ed)?) all(?![\w-])"
)
_DEFAULT = Lazy(r"(?<![\w-])(?:unless|by default|default)(?![\w-])")
_MODEL_NAMES = frozenset(
    ("layers", "heads", "experts", "hidden size", "feed-forward size", "head size", "vocabulary", "parameters", "parameters activated",
     "experts activated", "key-value heads", "shared experts", "routed experts")
)  # fmt: skip
_THE_ONE = frozenset(
    ("cluster", "testbed", "test bed", "platform", "model", "network", "vocabulary", "corpus", "dataset", "data set", "trace")
)  # fmt: skip
_MACHINES = frozenset(("node", "server", "machine", "host", "gpu"))
_HEADLINE = frozenset((Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.CAPTION))
_ON = Lazy(r"(?<![\w-])(?:on|with|using|across|over)(?: an?| the| our| all)?\s*$")
NAMED_SUBJECT = Lazy(
    rf"^(?:.*?[,;:] )?(?:and |while )?[a-z][\w.-]* (?:model )?(?:{HAS}) [^.;]{{0,60}}$"
)
_GROUP_FRAME = Lazy(
    r"(?:blocks?|pages?|buckets?|chunks?|groups?|tiles?|segments?|shards?|packets?|windows?|bundles?)(?![\w-])"
)
_FRAGMENT = Lazy(r",? (?:each )?(?:with|having|connected|running|equipped)(?![\w-])")
_IN_BRACKETS = Lazy(r"(?:^|(?<=\s))[a-z][\w.]*-?[\w.]* \((?:[^()]*, )?[a-z\s-]*$")
_MEANS = Lazy(r"(?<![\w-])(?:means?|averag\w+|medians?|deviations?|repeat\w*|intervals?)(?![\w-])")
_COSTS = Lazy(r"(?<![\w-])(?:costs?|price[ds]?|rent\w*|charges?|at)(?![\w-])")
_IS_DONE = Lazy(
    r"\s*(?:are|were|is|was) (?:available|sampled|drawn|chosen|collected|recorded|generated|activated|used|selected|employed|dedicated|reserved)(?![\w-])"
)
_ALL_OF = Lazy(r"(?<![\w-])(?:all(?: of)?(?: the| our)?|our|these)\s*$")
_IS_SET = Lazy(r"(?:is|are|was|were|to)(?![\w-])|[=:]")


def scope_of(low: str, r: Reading, where: Where, name: str) -> str:
    """How firmly a sentence states a setting: "all", "own", "headline", or "" where it only names it."""
    start, end = bounds(low, r)
    lead = low[start : r.start]
    own = (
        _WE.search(lead) is not None
        or _EXPERIMENTS.search(lead) is not None
        or OF_IT.search(lead) is not None
        or _AS_IT.match(low, r.end) is not None
        or _stated_of(lead)
        or _called_is(low, r, start)
        or (name in _MODEL_NAMES and _OF_A_NAME.match(low, r.end) is not None)
        or (not lead.strip() and _FRAGMENT.match(low, r.end) is not None)
        or (name in _MODEL_NAMES and _IN_BRACKETS.search(lead) is not None)
        or (name in ("runs", "seeds") and _MEANS.search(lead) is not None)
        or (name == "warm-up steps" and "warm" in lead)
        or (name == "price" and _COSTS.search(lead) is not None)
        or _IS_DONE.match(low, r.end) is not None
        or _ALL_OF.search(lead) is not None
        or name in ("size", "memory", "bandwidth", "link speed", "span")
        or (
            name.endswith((" size", " sizes"))
            and _GROUP_FRAME.search(low[max(0, r.start - 40) : r.end + 24]) is not None
        )
    )
    if own:
        whole = low[:end]
        universal = _UNIVERSAL.search(whole) is not None or _is_the_paper_s(lead)
        return "all" if universal and not _DEFAULT.search(low) else "own"
    if where not in _HEADLINE:
        return ""
    return (
        "headline"
        if _ON.search(lead)
        or (
            name == "parameters"
            and _MODEL_WITH.search(lead)
            and not lead.lstrip().startswith(("a ", "an "))
        )
        else ""
    )


def _is_the_paper_s(lead: str) -> bool:
    """Whether the subject is the one cluster, model or data set of a paper: "our testbed has"."""
    m = subject(lead)
    whole = m is not None and m["det"] in ("the", "our") and m["np"] in _THE_ONE
    return whole or (m is not None and m["det"] in ("each", "every") and m["np"] in _MACHINES)


def _stated_of(lead: str) -> bool:
    """Whether a subject has what is counted: "the testbed consists of 16 nodes, each with 8 GPUs"."""
    return (
        subject(lead) is not None
        or NAMED_SUBJECT.match(lead) is not None
        or EACH_PLACE.search(lead) is not None
    )


def _called_is(low: str, r: Reading, start: int) -> bool:
    """Whether the name before a number is set to it: "the block size is 16"."""
    name, at = before(low, r.literal_start)
    return (
        bool(name)
        and at >= start - 40
        and ";" not in low[at : r.start]
        and _IS_SET.search(low[at + len(name) : r.literal_start]) is not None
    )
