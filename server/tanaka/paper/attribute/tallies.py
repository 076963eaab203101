"""What a sentence counts and sizes, with the phrase that it stands in: "the 2,048 slots".

A setting is often only named in passing.  Where the same phrase comes again and again with one
value, a place with another value stands out, whatever its verb.
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.attribute.calls import part_of
from tanaka.paper.attribute.clauses import EACH_PLACE, bounds, singular, subject
from tanaka.paper.attribute.cues import about_of, fronted
from tanaka.paper.attribute.names import DEVICE_WORD, PLAIN, before, group_size
from tanaka.paper.attribute.scope import scope_of
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.quantity.words import words
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalTally:
    """A reading of one sentence, by index, and what it counts.  See `Tally` of the model."""

    number: int
    noun: str
    words: frozenset[str]
    per: str
    form: str
    cues: frozenset[str]
    about: frozenset[str]
    parts: frozenset[str]
    stems: frozenset[str]


_SUMMARIES = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_BLANKS = {0x2009: " ", 0xA0: " ", 0x202F: " ", 0x2011: "-", 0x0A: " "}
_UNITS = frozenset(("1", "byte", "byte/s", "Hz", "s", "bit/s"))

# -- nouns ---------------------------------------------------------------------------------------

_STOPS = words(
    "of in on at to for from with by per over under into and or but nor as than that which who "
    "while when where whereas if so the a an is are was were be been being has have had do does "
    "did can could may might must will would shall should not no we it they he she our their its "
    "his this these those each every all both any some such more most less fewer few many much "
    "other another same only also just even then thus hence i e g vs versus using use used uses "
    "takes take gives give needs need makes make means reaches reach runs run shows show becomes "
    "holds hold remains remain across between within without after before during until since "
    "because resp times fold way ways percent points x"
)
SWEPT = words(
    "gpus nodes workers cores threads replicas tokens sequences requests samples layers steps epochs "
    "clients stages users streams prompts batches micro-batches queries images examples models tasks "
    "runs heads experts parameters"
)
"""What a paper commonly has several values of."""
_NO_HEADS = words(
    "is was has does its this as us thus plus versus less times always perhaps towards besides "
    "percent points years days weeks months hours minutes seconds bits bytes ways kinds types "
    "cases parts sections chapters figures degrees digits decimals terms levels ideas reasons "
    "contributions observations conditions categories aspects examples thirds halves ones others "
    "authors people papers studies works sets pairs dimensions orders axes bins sizes values "
    "units options choices numbers minus series basis analysis bias loss cross class process "
    "access address bus status focus corpus across ops flops macs tflops gflops pflops watts "
    "joules dollars cents euros mbps gbps fps tokens/s lines words characters chars pixels letters ms us ns gbits "
    "variants groups uses takes gives reaches means needs shows becomes holds runs remains "
    "corresponds equals exceeds grows falls rises yields fits leaves costs lasts starts contains "
    "provides requires covers kilometers kilometres miles meters metres hertz kelvin tons tonnes "
)
_SPELLED = {
    "failures": "failures", "interruptions": "failures", "faults": "failures", "outages": "failures", "crashes": "failures",
    "gpus": "gpus", "accelerators": "gpus", "servers": "nodes", "machines": "nodes", "hosts": "nodes", "nodes": "nodes",
    "repetitions": "runs", "trials": "runs", "pictures": "images", "photos": "images", "faces": "faces",
}  # fmt: skip
_OF_NOUN = {
    "gpu": "gpus", "node": "nodes", "layer": "layers", "head": "heads", "expert": "experts", "stage": "stages",
    "replica": "replicas", "parameter": "parameters", "token": "tokens", "sequence": "sequences", "sample": "samples",
    "request": "requests", "epoch": "epochs", "run": "runs", "core": "cores", "port": "ports", "step": "steps",
    "worker": "workers", "client": "clients", "micro-batch": "micro-batches", "thread": "threads",
}  # fmt: skip
_PHRASE = Lazy(
    r"[ -](?P<mods>(?:[a-z][\w/-]*(?:\+\+)? ){0,3}?)(?P<head>[a-z][a-z-]*[a-z]s)(?![\w-])(?!/)"
)
_HYPHENED = Lazy(r"-(?P<head>[a-z]+) (?P<next>[a-z][\w-]*)")
_LABELLED = Lazy(
    r"(?<![\w-])(?:paragraph|section|chapter|part|table|figure|listing|algorithm|appendix|claim|theorem|lemma|run|case|"
    r"phase|version|level|row|column|line|page|equation|observation|insight|finding|question|experiment)[ ~]$"
)
"""What a number only tells apart: "Section 4 tells"."""
_BEHIND = Lazy(r"[ -](?:hours?|days?|seconds?|minutes?|groups?|pools?|nodes?|servers?)(?![\w-])")

# -- what qualifies them -------------------------------------------------------------------------

_PER_AFTER = Lazy(
    r"\s*(?:\(?each\)?(?![\w-])|(?:(?:per|in each|on each|for each|in every|for every|on every|of each|of every) |/\s?)(?P<w>[a-z][\w-]*))"
)
_PER_BEFORE = Lazy(
    r"(?<![\w-])(?:each|every|one|an?|per|single) (?:[\w-]+ ){0,2}?(?P<w>(?!month|year|day|week|hour)[a-z][\w-]*) (?:has|have|holds?|gets?|uses?|contains?|carries|keeps?|comprises?|consists? of|serves?|runs?|processes|takes|is|spans?|draws|samples|activates?|selects?)(?: \S+){0,3}\s*$"
)
_PER_LATER = Lazy(
    r"(?: cores)?(?:,| and)(?:[^.;:()]|\.\d){0,60}? per (?P<w>node|server|machine|host|gpu|worker|task)(?![\w-])"
)
_DEFINITE = Lazy(
    r"(?<![\w-])(?P<d>the|these|those|all|our|its|both|their|(?:each|every|all|any|none|one) of (?:the|our|these))(?: (?:same|full|whole|entire|overall|total|of|the|our|these))*\s*$"
)
_EXISTS = Lazy(r"(?<![\w-])(?:there (?:are|were)|in total(?: of)?|a total of|altogether)\s*$")
_TOTAL = Lazy(r"[^.;:]{0,24}?(?<![\w-])(?:in total|in all|overall|altogether|together)(?![\w-])")
_PART_BEFORE = Lazy(
    r"(?<![\w-])(?:another|additional(?:ly)?|other|others|further|extra|first|last|remaining|rest|left|leaves?|subset|half|some|most|few|"
    r"more|fewer|less|than|least|every|each|one of|any|up to|beyond|below|above|under|exceeds?|until|after|next|previous|spare|idle|idles|"
    r"reserved?|visible|usable|available|unused|active|new|old|nearest|top|best|largest|smallest|slowest|fastest|longest|random|if|"
    r"uses only|only|just|merely|single|instead of|in place of|against|versus|vs\.?|compared with|minus|plus|without|excluding|lost|loses?|losing|kill\w*|remov\w+|add(?:s|ed|ing)?|replac\w+|drop\w*|evict\w*)"
    r"(?: (?:the|of|a|an|its|our|these|those|all))*\s*$|(?<![\w-])(?:to|by|between|from)\s*$"
)
_PART_AFTER = Lazy(
    r"\s*(?:\(\s*)?(?:of (?:them|which|these|those|whom|the (?:\w+ )?(?:trace|cluster|corpus|data ?set|set|fleet|pool|log|workload|total|rest|others?))|out of|more|fewer|less|remain\w*|left|ahead|behind|later|earlier|apart|away|"
    r"at (?:once|a time)|at least|or more|or fewer|and more|on average|wide|deep|long|out|from the|of (?:an?|one) (?!(?:\w+ )?(?:trace|log|workload|data ?set|corpus|cluster|deployment|service)\b)\w+|"
    r"without|excluding|including|is enough|are enough|suffice|would|could|might|can)\b"
)
_CLAUSE = Lazy(
    r"(?<![\w-])(?:ablat\w+|vary|varying|varied|varies|sweep\w*|swept|rang(?:e|es|ed|ing)|respectively|either|simulat\w+|emulat\w+|hypothetical\w*|"
    r"in this (?:experiment|session|case|test|run)|scal(?:e|es|ing|ability)|weak scaling|strong scaling|grow|grows|"
    r"instead|rather|unlike|whereas|baselines?|original(?:ly)?|prior|previous(?:ly)?|earlier|different|various|several|toy|today|"
    r"(?:we|randomly|manually) (?:sampled?|inspect(?:ed)?|label(?:ed|led)?)|state-of-the-art|usually|typical(?:ly)?|commonly|(?<!more )often|suppose|assum\w+|larger|smaller|fine-?tun\w*)(?![\w-])"
)
_EXAMPLE = Lazy(
    r"(?<![\w-])(?:for example|for instance|e\.g|say|such as|such an?|suppose|scenario|imagine|consider)(?![\w-])"
)
_SERIES = Lazy(
    r",? (?:and |or |to )?(?:about )?\d[\d.,]*\S*(?: \S+)? (?:on|at|with|for) (?:only )?\d"
)
_IN_SERIES = Lazy(
    r"(?:on|at|with|for|from) \d[\d,]*(?: [a-z]+)?,? (?:and |to |or )?(?:[\d.,]+\S* )?(?:on|at|with|for)?\s*$"
)
_IN_PLACES = frozenset(
    ("gpus", "cores", "cpus", "threads", "ports", "nics", "drives", "sockets", "adapters", "vcpus")
)
_WHOLE = Lazy(r"(?<![\w-])(?:each|every|all|any) of (?:the|our|these)\s*$")
_NEXT = Lazy(r" and (?:on|with|in|for|at|over|across|then|also|an?) ")
_MODAL = Lazy(
    r"(?<![\w-])(?:goals?|aims?|want|hope|plan|imagine|can|could|may|might|would|should|must|if|whether|cannot)(?![\w-])"
)
_ON_SEVERAL = Lazy(
    r"(?<![\w-])(?:on|with|at|for|from|to|between|and|,|or) \d[\d,.]*[kmb]?(?: (?:gpus?|nodes?|workers?|servers?))?(?=[,.;]| and| or|$)"
)
_QUOTES = Lazy(
    r"(?<![\w-])(?:et al|according to|they (?:use|report|train|evaluate)|prior work|the authors|other (?:groups|papers|systems))(?![\w-])"
)
_OWN = Lazy(
    r"(?<![\w-])(?:we|our|ours|us|this (?:paper|work|thesis|article|chapter)|here|evaluat\w*|experiment\w*|measure\w*|prototype\w*|testbed|implement\w*|throughout|(?:the|this) (?:model|network|system|trace|cluster))(?![\w-])"
)
_OURS = Lazy(r"(?<![\w-])(?:we|our|ours|us)(?![\w-])")

_WORD = Lazy(r"(?!(?:tables?|figures?|sections?)[\s~](?:[^a-z]|and ))[a-z][a-z-]{3,}")
_COMMON = words(
    "with that this from have been over into than then when each which where while there their "
    "they these those also more most only such same other using used uses show shows take takes "
    "give gives make makes than both very well about after before between because under above "
    "below hence thus whole every paper work results result number numbers "
    "total time times without within does must would could should will"
)
_GPU_MEMORY_BEFORE = Lazy(
    r"(?:gpus?|cards?|accelerators?|devices?|[abhvlp]\d{2,3}s?|rtx \d{4}|l40s?)(?: gpus?| cards?)?(?: (?:of|with|having|has|have|offers?|provides?)(?: only)?|\s?\(|,)\s*$"
)
_GPU_MEMORY_AFTER = Lazy(
    r"\s?(?:(?:gpus?|cards?|accelerators?|devices?)(?![\w-])|of (?:hbm\w*|(?:gpu|device|on-board|video) memory|memory (?:per|on each) (?:gpu|device|card)))|-(?:gpus?|cards?)"
)
_OWNER = Lazy(
    r"(?:^|(?<![\w-])(?:an?|the|our|each|every|its|of|for|and|on|\d+) |, )(?P<who>(?:[a-z0-9][\w.-]* ){0,2}[a-z0-9][\w.-]*)(?:'s|\u2019s| \([^()]{1,20}\))? ?"
    r"(?:(?:with|has|offers|provides|delivers|features|of|uses \w+ with) (?:(?:its|a|an|the|only|memory|peak|bandwidth|capacity|of|dram|hbm) )*|\((?:[\d.,]+ ?[gt]i?b,? (?:and )?)?)?$"
)
_MACHINES = frozenset(
    (
        "gpu",
        "gpus",
        "card",
        "cards",
        "device",
        "devices",
        "accelerator",
        "accelerators",
        "board",
        "boards",
        "cluster",
        "node",
        "nodes",
    )
)
_SHARE_OF = Lazy(r"\d of(?: the| all)?\s*$")
WHOLES = "wholes"
"""Noun of what only a share is taken of: "254 of 8,192"."""
_CONTRAST = Lazy(
    r"(?<![\w-])(small(?:er|est)?|large(?:r|st)?|big(?:ger|gest)?|base|tiny|medium|mini|wide|deep|narrow|shallow|first|second|third|fourth|draft|target|teacher|student|actor|"
    r"critic|train(?:ing)?|test|validation|old|new|other|edge|cloud|short|long|dense|sparse|encoder|decoder|reduced|pilot|next|previous|last)[- ]"
    r"(?:model|variant|network|config\w*|cluster|testbed|trace|data ?set|set|split|server|machine|node|gpu|run|setting|batch|version|corpus|part|tower|phase|stage|workload|job|experiment|study|month|week|day|hour|phone|board|device|graph|one)s?(?![\w-])"
)
_OF_THESE = Lazy(r"(?<![\w-])(?:of (?:this|these|those|which|them)|thereof)(?![\w-])")
_RESTRICTED = Lazy(
    r" (?:with|that|which|whose|where|we|from|having|without|under|above|below|in which|on which|nearest|needed|required|used|left)(?![\w-])"
)
_GENERIC = Lazy(
    r"(?<![\w-])an? (?:[\w-]+ ){0,2}(?:models?|networks?|llms?|transformers?|decoders?|cluster|system|job|server|data ?set)(?: (?:with|of|that has))\s*$"
)
_ANY_OF_SIZE = Lazy(
    r"\s*(?!(?:the|our|this|these|each|every|all) )(?:(?:an?|larger|smaller) )?(?:[a-z][\w-]* ){1,3}of\s*$"
)
"""An indefinite subject with its size: "pages of 64 tokens are slower" states none of ours."""
_OPENS = Lazy(r"\s*an? ")
_LINKS = words(
    "a an the our its this that each every of for and on in with to from both all one has have uses is whose"
)
_FITS = Lazy(r"fits? (?:in|into|within|on)(?: the| a)?\s*$")
_CLOCKED = Lazy(r"(?<![\w-])(?:at|to|of|is|with)(?: an?| the)?(?: \w+)?\s*$")


@lru_cache(maxsize=16384)
def tallies(sentence: Sentence, where: Where) -> tuple[LocalTally, ...]:
    """What the numbers of a sentence count."""
    if where in (Where.FUTURE, Where.TITLE, Where.TABLE):
        return ()
    readings = [(i, r) for i, r in enumerate(sentence.readings) if _may_be(r)]
    if not readings:
        return ()
    text = sentence.text.translate(_BLANKS)
    low = text.lower()
    if len(low) != len(text):
        return ()
    out: list[LocalTally] = []
    stems: frozenset[str] | None = None
    for i, r in readings:
        if r.start and (text[r.start - 1].isalnum() or text[r.start - 1] in "-_"):
            continue
        if _LABELLED.search(low, max(0, r.start - 16), r.start):
            continue
        noun, mods, parts, end = _counted(low, r)
        if not noun:
            continue
        if stems is None:
            stems = _stems(low)
        about, soft = about_of(text, low, r)
        about |= _contrasts(low, r)
        parts = parts | {name for name in soft if name.startswith("@")}
        per = _per(low, r, noun, end)
        cues = _cues(low, r, end, where)
        if where is Where.RELATED and not _OURS.search(low):
            cues.add("related")
        if where is Where.BODY and fronted(low, r):
            cues.add("fronted")
        named = any(not name.startswith("@") for name in soft)
        if where is Where.INTRODUCTION and noun in SWEPT and not named and not _OWN.search(low):
            cues.add("~not ours")
        if r.series and r.quantity.qualifier is not Qualifier.EXACT:
            cues.add("list")
        out.append(
            LocalTally(
                i,
                noun,
                mods,
                per,
                _form(low, r, where, noun, end),
                frozenset(cues),
                about,
                frozenset(parts),
                stems,
            )
        )
    return tuple(out)


def _may_be(r: Reading) -> bool:
    q = r.quantity
    if isinstance(q.value, tuple) or q.unit not in _UNITS or q.shown_unit in ("%", "×", "points"):
        return False
    return r.kind not in (Kind.SPEEDUP, Kind.ACCURACY) and q.point > 0


def _counted(low: str, r: Reading) -> tuple[str, frozenset[str], frozenset[str], int]:
    """Noun of what a number counts, the words before it, named parts, and where the phrase ends."""
    none: frozenset[str] = frozenset()
    unit = r.quantity.unit
    if grouped := group_size(low, r):
        return grouped, none, none, r.end
    if unit == "Hz":
        return (
            ("clock", none, none, r.end)
            if _CLOCKED.search(low[max(0, r.start - 30) : r.start])
            else ("", none, none, r.end)
        )
    name, _ = before(low, r.literal_start)
    if unit == "byte" and not name:
        lead = low[max(0, r.start - 40) : r.start]
        if (
            _GPU_MEMORY_BEFORE.search(lead)
            or _GPU_MEMORY_AFTER.match(low, r.end)
            or _FITS.search(lead)
        ):
            return "gpu memory", none, _owners(low, r), r.end
        return "", none, none, r.end
    if unit == "byte/s" and not name:
        part = part_of(low, r)
        if owned := _owners(low, r):
            return "bandwidth", none, owned | ({part} if part else set()), r.end
        return ("bandwidth", none, frozenset((part,)), r.end) if part else ("", none, none, r.end)
    if unit != "1":
        return name, none, none, r.end
    if r.noun:
        noun = _OF_NOUN.get(r.noun, r.noun + "s")
        *said, head = low[r.literal_end : r.end].replace("-", " ").split() or [""]
        if r.noun == "sample" and head.endswith("s"):
            noun = canonical(head)
        mods, parts = _sorted(said)
        if r.noun == "line" or _BEHIND.match(low, r.end):
            return "", none, none, r.end
        if name and low[r.literal_end : r.literal_end + 1] != "-" and noun != name:
            return "", none, none, r.end  # "a batch size of 64 sequences" is read as the attribute
        return noun, mods, parts, r.end
    if name:
        return name, none, none, r.end
    m = _PHRASE.match(low, r.end)
    if (
        m is None
        and r.quantity.point >= 100
        and _SHARE_OF.search(low[max(0, r.start - 16) : r.start])
    ):
        return WHOLES, none, none, r.end
    if r.kind is Kind.PARAM_COUNT and low[r.end - 1 : r.end] in ("b", "m", "k"):
        return "", none, none, r.end  # "8B shards"
    if m is None:
        return "", none, none, r.end
    said = m["mods"].split()
    if any(w in _STOPS for w in said) or m["head"] in _NO_HEADS or m["head"] in _STOPS:
        return "", none, none, r.end
    mods, parts = _sorted(said)
    return _SPELLED.get(m["head"], m["head"]), mods, parts, m.end()


def _owners(low: str, r: Reading) -> frozenset[str]:
    """Who has what a size or a rate gives: "agx orin" of "for the AGX Orin with 204.8 GB/s"."""
    start = bounds(low, r)[0]
    lead = low[start : r.start]
    m = _OWNER.search(lead)
    if m is None or m["who"].rpartition(" ")[2] in ("at", "to", "by", "than"):
        return frozenset()
    found = {_bare(m["who"])}
    whole = subject(lead)
    if whole and whole["verb"] in ("uses", "has", "offers", "provides", "features", "comes with"):
        found.add(_bare(whole["np"]))
    return frozenset(found - {"="})


def _bare(owner: str) -> str:
    """A name without the words around it, "=" before it."""
    kept = (w for w in owner.split() if w not in _LINKS and w not in PLAIN and w not in _MACHINES)
    return "=" + " ".join(kept)


def canonical(noun: str) -> str:
    """One spelling of a plural noun."""
    return _SPELLED.get(noun, noun)


def _sorted(said: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Words before a noun: what tells it apart, and names of parts."""
    scales = ("k", "m", "b", "t", "thousand", "million", "billion", "trillion")
    parts = {w for w in said if DEVICE_WORD.match(w)}
    return frozenset(
        singular(w) for w in said if w not in PLAIN and w not in parts and w not in scales
    ), frozenset()


def _per(low: str, r: Reading, noun: str, end: int) -> str:
    """What a count is stated per: "node" of "64 cores per node"."""
    if noun in ("runs", "seeds"):
        return ""
    if m := _PER_AFTER.match(low, end):
        if m["w"]:
            return singular(m["w"])
        return "each"
    start = bounds(low, r)[0]
    lead = low[start : r.start]
    if m := _PER_BEFORE.search(lead):
        return m["w"]
    if noun in _IN_PLACES and EACH_PLACE.search(lead):
        return "node"
    if r.per == "each":
        return r.per
    if noun in _IN_PLACES and (m := _PER_LATER.match(low, end)):
        return m["w"]
    return ""


def _form(low: str, r: Reading, where: Where, noun: str, end: int) -> str:
    """How a count is brought in: "the" for what is known already, a scope of an attribute, or ""."""
    start = bounds(low, r)[0]
    lead = low[start : r.start]
    if _DEFINITE.search(lead) and not _RESTRICTED.match(low, end):
        return "the"
    if _EXISTS.search(lead) or _TOTAL.match(low, end):
        return "own"
    if (
        lead.endswith("(")
        and low.startswith(")", end)
        and noun not in _IN_PLACES
        and noun != "nodes"
    ):
        return "own"  # "Pascal VOC (1449 images)"
    return scope_of(low, r, where, noun)


def _cues(low: str, r: Reading, behind: int, where: Where) -> set[str]:
    """Words that leave another reading of a count: a part of it, a sweep, another's."""
    start, end = bounds(low, r)
    found: set[str] = set()
    if _QUOTES.search(low, start, end) or (CITE in low[start : r.end] and not _OURS.search(low)):
        found.add("quoted")
    lead = low[max(start, r.start - 50) : r.start]
    definite = _DEFINITE.search(lead) is not None
    if (m := _PART_BEFORE.search(lead)) and not _WHOLE.search(lead):
        found.add(m.group().strip())
    if (m := _PART_AFTER.match(low, behind)) and not (definite and m.group().startswith(" of the")):
        found.add(m.group().strip())
    if turn := _NEXT.search(low, r.end, end):
        end = turn.start()
    if m := _OF_THESE.search(low, start, r.start):
        found.add(m.group())
    ours = _OURS.search(low, start, end) is not None
    if (
        not ours
        and _GENERIC.search(lead)
        and " " in low[start : r.start].strip()
        and _OPENS.match(low[start:])
    ):
        found.add("generic")  # "a model with 175 billion parameters needs"
    if not ours and where in _SUMMARIES and _ANY_OF_SIZE.fullmatch(low, start, r.start):
        found.add("generic")
    found.update("~" + m.group() for m in _CLAUSE.finditer(low, start, end))
    if not ours:
        found.update("~" + m.group() for m in _EXAMPLE.finditer(low, start, end))
    if _MODAL.search(low, start, end):
        found.add("modal")
    if r.quantity.qualifier is not Qualifier.EXACT:
        found.add("hedged")
    if _SERIES.match(low, behind) or _IN_SERIES.search(low, max(0, r.start - 40), r.start):
        found.add("list")
    return found


def _contrasts(low: str, r: Reading) -> frozenset[str]:
    """Which of several things a clause speaks of: the small model, the second cluster."""
    start, end = bounds(low, r)
    return frozenset("of " + m.group(1) for m in _CONTRAST.finditer(low, start, end))


def _stems(low: str) -> frozenset[str]:
    """Words of a sentence that say of what it speaks."""
    return frozenset(singular(w)[:6] for w in _WORD.findall(low) if w not in _COMMON)
