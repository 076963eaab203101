"""Rates of tokens and images, whatever is done at them: each bound to the nearest model and devices.

`throughput` reads sentences that say it all.  Here a rate takes from the clause around it, from its
sentence and from those before what it needs; what stays open the rule looks up (set-up, captions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.decode import format_names
from tanaka.paper.physics.nearby import (
    REACH,
    machines,
    only_in,
    place_named,
    subject,
    subject_in,
    written,
)
from tanaka.paper.physics.plain.beside import explained
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes import some_active
from tanaka.paper.physics.throughput import CUES, DENIED, ON_NODE, SIDE, UNITS
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier

RELATION = "rate"
"""What its claims are called."""
DECODING = "decoding rate"
"""What those of decoding are called, which no rule of arithmetic asks for."""

TRAINS = Lazy(
    r"\b(?:pre-?)?train(?:s|ing)?\b(?! (?:sets?|data))|(?<!the )(?<!a )(?<!-)\b(?:pre-?)?trained\b(?! (?:model|network|weights|checkpoint))|\bfine-?tun(?:e|es|ed|ing)\b|\bforward and backward\b|\bgradients?\b|\boptimi[sz]er\b|\bMFU\b",
    re.I,
)
PROMPTS = Lazy(
    r"\bprefill\w*|\bprompt (?:tokens?|processing|phase|throughput)\b|\bingest\w*|"
    r"\bprompts? (?:are|is|were|was) (?:read|processed|ingested|encoded|digested|consumed|handled|taken in)\b|"
    r"\b(?:reads?|reading|process(?:es|ed|ing)?|consum(?:es|ed|ing)|encod(?:es|ed|ing)|digests?|digested|chews?) (?:through )?(?:the |its |our |all |a |one |long |short |incoming |input |user )*prompts?\b",
    re.I,
)
_FORWARD = Lazy(
    r"\bevaluat(?:e|es|ed|ing)\b|\bperplexity\b|\bforward[- ](?:only|pass\w*)\b|\bembeds\b|\bscor(?:e|es|ed|ing)\b|\binferen\w+",
    re.I,
)
_EVALUATES = Lazy(
    r"\b(?:[Tt]he trained|an? trained|validat\w+|evaluat\w+|inferen\w+|test (?:set|images|data)|classif\w+|serv(?:es|ed|ing)|predictions?)\b",
    re.I,
)
DECODES = Lazy(
    r"\bdecod(?:e|es|ed|ing)\b|\bgenerat(?:e|es|ed|ing|ion)\b|\boutput tokens?\b|\b(?:output|emits?|emitted|writes?) (?:\w+ )?tokens?\b|\bsingle[- ]stream\b|\bper output token\b|\b(?:answers?|repl(?:y|ies)|responses?|completions?|conversations?|stories|chats?|texts?) (?:are|is|were|was) (?:produced|written|streamed|emitted|typed)\b|\bnew tokens\b|\binter-token\b",
    re.I,
)
# Rates that nobody measured on these devices, or that are of something else than a model's passes.
_NOT = Lazy(
    r"\b(?:at most|no more than|upper|bounds?|bounded by|limits?|ceilings?|roofs?|rooflines?|ideal\w*|theor\w*|predict(?:s|ed|ion|ions)\b|project(?:s|ed|ion)\b|estimat\w*|simulat\w*|emulat\w*|would|could|should|must|need(?:s|ed)? to|required?|requires|demands?|targets?|goals?|SLOs?|budgets?|if|"
    r"arriv\w+|offered|incoming load|workload of|limited to|capped|throttl\w*|quota|licen[cs]e|tokeni[sz]\w*|data ?load\w*|loader|input pipeline|pre-?process\w*|crawl\w*|read(?:s|ing)? from (?:disk|storage)|stored|transfer\w*|"
    r"layers? (?:alone|only)|one layer|per layer|kernel|embedding\w*|router|classif\w+ head|per dollar|per (?:watt|joule)|dollars?|USD|price\w*|cost)\b|\$\s?\d",
    re.I,
)
# What makes a pass yield more than it computes, or counts what runs elsewhere: said anywhere in the sentence.
_ELSE = Lazy(
    r"\b(?:speculat\w*|draft\w*|Medusa|EAGLE|diffusion|multi-token|look-?ahead|MTP|early[- ]exit\w*|cached|cache hits?|hit rate|prefix\w*|shared|reus\w*|deduplicat\w*|spars\w*|prun\w*|skip\w*|"
    r"smoke tests?|toy|debug\w*|\d+-layer|another (?:cluster|machine|system|site)|supercomputers?|data ?cent(?:er|re)s?|wafer\w*|SRAM|on-chip|FPGA|ASIC|PIM|in-memory|CPU|CPUs|phones?|laptop|off-?load\w*|adapters?|LoRA|frozen|respectively)\b",
    re.I,
)
# What counts more than one copy, or less than all of a model: where it stands in the clause of a rate.
_MANY_COPIES = Lazy(
    r"\b(?:cloud|AWS|rented|layers|fleet|production|service|regions?|replicas|instances|cores?)\b",
    re.I,
)
# Words that explain a rate elsewhere, and here say only that it is that of all devices.
HARMLESS = Lazy(
    r"\b(?:all|both|the|these|those) (?:of (?:them|these) )?(?:[\w-]+ ){0,4}together\b|\btogether,?(?= (?:they|it|we|the|process|train|deliver|reach|generat|sustain)\w*)|\bthe rest (?:is|of the (?:time|step))\b|, (?:because|since) [^.;]*|\b(?:where|in which) it\b(?= \w+(?:s|ed)\b)|\b(?:at|for) a combined\b|\bcombined (?=rate|throughput|\d)|\bmerged (?=\d|models?\b|weights|checkpoint|Llama|network)|\bin advance\b|\b(?:with|at) no \w+ limit\b|\bcounting (?:the products|six|two|a multiply)\b",
    re.I,
)
_CLAUSE = Lazy(
    r"; |,? (?:and )?(?=[A-Z][\w./-]*\d[\w./-]* (?:at|does|reaches|needs|takes) \d)|, (?:and|while|whereas|but|so|which|where|as|since|because) "
)
_SPLIT = Lazy(
    r"\b(?:tensor|pipeline|model|expert|sequence)[- ]parallel\w*|\b[TP]P\b|\bshard\w*|\bsplit (?:over|across|among)\b"
)
_BASELINE = Lazy(r"\bbaselines?\b|\bcompetitors?\b|\brivals?\b", re.I)
_SERVES = Lazy(r"\bserv(?:e|es|ing)\b", re.I)
_ON_SEVERAL = Lazy(
    r" (?:on|with|over|across|using) (?:all |the )?(?:[2-9]|\d\d+|two|four|six|eight|sixteen|thirty-two|sixty-four)\b"
)
# "a request is answered at 170 tokens/s": what one of them gets is at most what it gets alone
_ONE_GETS = Lazy(
    r"\b(?:a|one|each|every) (?:single )?(?:request|sequence|user|stream|client|conversation|session)\b[^.;,]{0,40}? (?:is|gets?|sees|runs|decodes|receives|advances|proceeds|streams|enjoys|experiences|obtains)\b",
    re.I,
)
_FOR_ONE = Lazy(r" (?:for|to|per) (?:each|every|a|one) (?:user|request|sequence|stream|client)\b")
_PER_ONE = ("user", "request", "sequence", "stream", "client", "session")
_BREAK = Lazy(r"; |,? (?:and|while|whereas|but|versus|vs\.?|against|to)\b|, |: ")
_BATCH = Lazy(r"\bbatch(?:es)?(?:[- ]?sizes?)?(?: (?:of|is|at|with|=))*\s?(?P<n>\d+|an?|one|two|three|four|six|eight|sixteen|thirty-two|sixty-four)\b(?!\.\d|[%×]| (?:to|or|and) \d)", re.I)  # fmt: skip
_SINGLE = Lazy(
    r"\b(?:single|one|lone)[- ](?:stream|request|user|sequence|conversation|chat|client|session|prompt|document)\b(?!s)|\bone (?:request|sequence|stream|user) at a time\b|\bunbatched\b|\bwithout batching\b",
    re.I,
)
_MANY = Lazy(
    r"\b(?:requests?|sequences?|streams?|users?|conversations?|chats?|clients?|sessions?|prompts?|batch\w*|concurren\w*)\b",
    re.I,
)
_WORDS = {"a": 0, "an": 0, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "eight": 8, "sixteen": 16, "thirty-two": 32, "sixty-four": 64}  # fmt: skip
_SWEEP = Lazy(
    r"\bbatch(?: sizes?)? (?:sizes )?(?:from|between|up to|above|below|of up to)\b|\bany batch\b|\bbatch sizes\b",
    re.I,
)
_OF_CONTEXT = Lazy(
    r"[- ]?(?:tokens? )?(?:of )?(?:context|history|cached|in the cache|each\b|apiece\b)|[- ](?:token )?(?:context|sequences?|requests?)\b",
    re.I,
)
_AT_CONTEXT = Lazy(
    r"\b(?:context|contexts|cache|positions|length|history)(?: (?:length|window))?(?: (?:of|is|at|with))?\s*$|\b(?:sequences?|requests?|streams?|conversations?|users?|prompts?|documents?)(?: (?:of|with|at|each with|at a length of))\s*$",
    re.I,
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Every rate of a passage that is one value."""
    for k, sentence in enumerate(scene.sentences):
        rates = scene.spots(k, where=lambda r: r.quantity.unit in ("token/s", "sample/s"))
        if not rates:
            continue
        text = DENIED.sub(" ", sentence.text)
        if _ELSE.search(text) or explained(HARMLESS.sub(" ", text)):
            continue
        for spot, low, high in regions(scene, k, rates):
            clause = HARMLESS.sub(" ", sentence.text[low:high])
            if _NOT.search(clause) or _MANY_COPIES.search(clause):
                continue
            claim = _claim(scene, k, spot, low, high, alone=len(rates) == 1)
            if claim is not None:
                yield claim


def regions(
    scene: Scene, k: int, rates: list[Spot], *, clauses: bool = True
) -> Iterator[tuple[Spot, int, int]]:
    """The stretch of a sentence that each of some numbers stands in: it breaks between two of them.

    With ``clauses`` the first and the last end with their clause.
    """
    text = scene.sentences[k].text
    low = 0
    if clauses:
        for m in _CLAUSE.finditer(text, 0, scene.reading(rates[0]).start):
            low = m.end()
    for i, spot in enumerate(rates):
        if i + 1 == len(rates):
            tail = _CLAUSE.search(text, scene.reading(spot).end) if clauses else None
            yield spot, low, tail.start() if tail else len(text)
            return
        start, end = scene.reading(spot).end, scene.reading(rates[i + 1]).start
        cuts = [m for m in _BREAK.finditer(text, start, end)]
        if not cuts:
            low = end
            continue  # "5,000 (2,000) tokens/s": whose each is nobody says
        best = max(cuts, key=lambda m: (_strength(m.group()), -m.start()))
        yield spot, low, best.start()
        low = best.end()


def _strength(mark: str) -> int:
    if mark.startswith(";"):
        return 4
    if mark.startswith(",") and len(mark) > 2:
        return 3
    return {",": 1, ":": 2}.get(mark.strip(), 2)


def _claim(
    scene: Scene, k: int, rate: Spot, low: int, high: int, *, alone: bool
) -> LocalPhysical | None:
    reading = scene.reading(rate)
    images = reading.quantity.unit == "sample/s"
    shown = reading.quantity.shown_unit.removesuffix("/s").lstrip("kKM ")
    if (images and shown not in UNITS) or isinstance(reading.quantity.value, tuple):
        return None
    if reading.per in ("layer", "node", "second", "server", "replica", "dollar"):
        return None
    text = DENIED.sub(" ", scene.sentences[k].text)
    if reading.per == "gpu" and ON_NODE.match(text, scene.reading(rate).end):
        return None  # "on one A100 server"
    own = only_in(scene, k, low, high)
    about = subject(scene, k, low, high, alone=alone)
    parts = machines(scene, k, low, high, alone=alone)
    if about is None or parts is None:
        return None
    region = own.sentences[k].text
    if _BASELINE.search(region) and not subject_in(own, k):
        return None  # what the other one trains nobody says
    if about.told and not about.active and some_active(text):
        return None
    given: dict[str, Spot] = {}
    named: dict[str, str] = {"phase": phase_of(scene, own, k, images=images)}
    counted: dict[str, float] = {}
    far: set[str] = {"open"}
    about.fill(named, given, far, k)
    one = reading.per in _PER_ONE or _FOR_ONE.match(text, reading.end) is not None
    one = one or _ONE_GETS.search(text, low, reading.start) is not None
    parts.fill(named, given, counted, far, k)
    if reading.per in ("gpu", "each") and not _ON_SEVERAL.match(text, reading.end):
        counted["devices"] = 1.0
        given.pop("devices", None)
        given.pop("nodes", None)
    if "devices" not in counted and "devices" not in given and _THIS_ONE.search(region):
        counted["devices"] = 1.0
        far.add("devices")
    _formats(scene, own, k, named, far, about.at)
    _batch(scene, own, k, given, counted, far)
    sides = {int(next(g for g in m.groups() if g)) for m in SIDE.finditer(text)} if images else set()  # fmt: skip
    if len(sides) > 1:
        return None
    if sides:
        named["side"] = str(sides.pop())
    cues = {name for name, p in CUES.items() if p.search(HARMLESS.sub(" ", text))}
    if "device" not in named and (name := place_named(region)):
        named["place"] = name
    if one:
        cues.add("of one")
    if any(_DRAFTS.search(DENIED.sub(" ", s.text)) for s in scene.sentences):
        cues.add("drafts")
    if _THIS_ONE.search(region):
        cues.add("this one")
    if about.own:
        cues.add("own model")
    if not alone:
        cues.add("one of several")
    if _SPLIT.search(" ".join(s.text for s in scene.sentences[max(0, k - 1) : k + 1])):
        cues.add("split")
    if _SERVES.search(text):
        cues.add("serves")
    if "batch" not in counted and _MANY.search(text):
        cues.add("batch open")
    return LocalPhysical(
        DECODING if named["phase"] == "decode" else RELATION, rate, tuple(given.items()), tuple(named.items()), tuple(counted.items()), frozenset(far), frozenset(cues)
    )  # fmt: skip


def phase_of(scene: Scene, own: Scene, k: int, *, images: bool = False) -> str:
    """What is done at a rate, by the nearest words that say it: "" for nothing, or for two things."""
    if not images and _FORWARD.search(own.sentences[k].text):
        return "prefill"  # a pass forward, as of a prompt
    if images and any(
        _EVALUATES.search(t.text) for t in (own.sentences[k], scene.sentences[k - 1 if k else 0])
    ):
        return "prefill"
    told = [own.sentences[k].text, *(scene.sentences[j].text for j in range(k, max(-1, k - 1 - REACH), -1))]  # fmt: skip
    for text in told:
        found = {
            name
            for name, p in (("training", TRAINS), ("prefill", PROMPTS), ("decode", DECODES))
            if p.search(text)
        }
        if images:
            found &= {"training"}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _formats(
    scene: Scene, own: Scene, k: int, named: dict[str, str], far: set[str], model_at: int
) -> None:
    """Formats of the nearest sentence that names one; beside the model's name it is that of the model."""
    for place, j in ((own, k), *((scene, j) for j in range(k, max(-1, k - 1 - REACH), -1))):
        width, cache = format_names(place.sentences[j].text)
        said = place.formats(j)
        if not width and not said:
            continue
        if width:
            named["weights"] = width
        if cache:
            named["cache"] = cache
        if len(said) == 1:
            named["precision"] = said[0]
        if j not in (k, model_at):
            far |= {"precision", "weights"}
        return


def _batch(
    scene: Scene, own: Scene, k: int, given: dict[str, Spot], counted: dict[str, float],
    far: set[str],
) -> None:  # fmt: skip
    """Sequences that are decoded together, and what is in the cache of each."""
    for place, j in ((own, k), (scene, k), (scene, k - 1)):
        if j < 0:
            return
        text = place.sentences[j].text
        if not _MANY.search(text) and not _SINGLE.search(text):
            continue
        if _SWEEP.search(text):
            return
        found: dict[float, Spot | None] = {}
        for m in _BATCH.finditer(text):
            word = m["n"].lower()
            value = float(_WORDS[word]) if word in _WORDS else float(word)
            if not value:
                continue
            at = next((i for i, r in enumerate(place.sentences[j].readings) if r.literal_start == m.start("n")), None)  # fmt: skip
            found[value] = None if at is None else written(scene, place, (j, at))
        for s in place.spots(j, where=_sequences):
            if place.reading(s).per == "gpu" and counted.get("devices") != 1:
                continue
            found.setdefault(place.reading(s).quantity.point, written(scene, place, s))
        if not found:  # "with 32 resident sequences"
            for m in _ALIVE.finditer(text):
                word = m["n"].lower()
                value = float(_WORDS.get(word, 0) or (word if word.isdigit() else 0))
                at = next((i for i, r in enumerate(place.sentences[j].readings) if r.literal_start == m.start("n")), None)  # fmt: skip
                if value:
                    found[value] = None if at is None else written(scene, place, (j, at))
        if _SINGLE.search(text) and not found:
            found[1.0] = None
        if len(found) != 1:
            if found or j == k:
                return
            continue
        value, at_spot = next(iter(found.items()))
        counted["batch"] = value
        if at_spot is not None:
            given["batch"] = at_spot
        context = [s for s in place.spots(j) if _context(place, s)]
        if len(context) == 1:
            given["context"] = written(scene, place, context[0])
        elif not context and (same := _same_context(scene, k)) is not None:
            given["context"] = same
            far.add("context")
        if j != k:
            far.add("batch")
        return


# "on this GPU": one of them, whatever the paper counts elsewhere
_THIS_ONE = Lazy(r"\b(?:on|by|from|with|onto) (?:this|that|the same|the said|such a) (?:GPU|card|device|accelerator|board|part|chip)\b", re.I)  # fmt: skip
_DRAFTS = Lazy(r"\bdraft\w*|\bspeculat\w+|\bMedusa\b|\bEAGLE\b|\blook-?ahead\b|\bself-speculat\w+|\bmulti-token\b|\bMTP\b", re.I)  # fmt: skip
_ALIVE = Lazy(
    r"(?<![\w.,-])(?P<n>\d{1,4}|two|three|four|six|eight|sixteen|thirty-two|sixty-four)\s(?:[a-z][a-z-]+\s){1,2}(?:sequences|requests|streams|users|conversations|contexts|prompts|chats|sessions)\b(?! (?:per|a|each) (?:second|minute|hour))",
    re.I,
)
_SAME = Lazy(r"\b(?:the|that|this|an?) (?:same|identical|equal) (?:context|contexts|length|lengths|sequence length|context length|prompt length)\b|\b(?:at|with) (?:this|that) (?:context|length|context length)\b", re.I)  # fmt: skip


_STATED = Lazy(r"\b(?:the|all|every|each|our|its|their) (?:\w+ )?contexts? (?:lengths? )?(?:is|are|has|have|was|were|stays?|remains?|holds?|contains?)\b(?! (?:at most|up to|limited|below|under|between|from|on average|varied))", re.I)  # fmt: skip


def _same_context(scene: Scene, k: int) -> Spot | None:
    """The context of a sentence before that states it for all, or that one says to be the same."""
    if not _SAME.search(scene.sentences[k].text):
        for j in (k - 1, k - 2):
            if j >= 0 and _STATED.search(scene.sentences[j].text):
                found = [s for s in scene.spots(j) if scene.reading(s).noun == "token"]
                return found[0] if len(found) == 1 and scene.reading(found[0]).quantity.bounded else None  # fmt: skip
        return None
    for j in range(k - 1, max(-1, k - 4), -1):
        found = [s for s in scene.spots(j) if _context(scene, s)]
        if found:
            return found[0] if len({scene.reading(s).quantity.point for s in found}) == 1 else None
    return None


def _sequences(r: object) -> bool:
    noun, per = getattr(r, "noun", ""), getattr(r, "per", "")
    quantity = r.quantity  # type: ignore[attr-defined]
    return (
        noun in ("request", "sequence", "user", "stream", "conversation", "client", "prompt")
        and per in ("", "each", "gpu")
        and quantity.unit == "1"
        and quantity.bounded
        and quantity.point >= 1
        and float(quantity.point).is_integer()
    )


def _context(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    if (
        not (r.noun == "token" or r.kind is Kind.SEQ_LEN)
        or r.quantity.unit != "1"
        or r.quantity.qualifier not in (Qualifier.EXACT, Qualifier.APPROX)
        or r.quantity.point > 1e7
    ):
        return False
    before, after = scene.around(spot, 34, 24)
    return _OF_CONTEXT.match(after) is not None or _AT_CONTEXT.search(before) is not None
