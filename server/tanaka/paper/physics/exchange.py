"""Times of collectives whose payload, ends or link other sentences tell: "One of them takes 0.3 ms".

`collective` reads those that state all of it in a sentence or two, and may prove; here the time has to be
that of the collective by its own clause, and the rest is looked for in the passage, the nearest first.
What the passage leaves out too, a rule takes from the set-up.  Nothing is proven of such a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.collective import CUES, KINDS
from tanaka.paper.physics.exchange_ends import device, runs_where, same_ends
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.time_roles import roles
from tanaka.patterns import Lazy

QUICK = Lazy(
    r"all[- ]?reduc|gather|scatter|all[- ]?(?:to|2)[- ]?all|broadcast|\bring\b|\bexchang|\breduc(?:e|ed|es|ing|tion) |\bsumm(?:ing|ed)\b|\b(?:shipp|send|mov|copy|transferr|hand|push|pull|migrat)ing\b|\baverag|\baggregat|\bsynchroni[sz]",
    re.I,
)
_RING = r"\brings?\b(?!\s(?:attention|buffer|self|bus|order))"
_OF_RING = Lazy(_RING, re.I)
_REDUCED = Lazy(r"\bgradients?\b|\bactivations?\b[^.;]{0,30}\breduced\b", re.I)
_WHOLE_MODEL = Lazy(r"\b(?:weights|parameters|model|replica)\b", re.I)
_PLAIN_NOUN = Lazy(
    rf"{_RING}|\b(?:the|this|that|such an?|one|same|an|each|every|whole|full|entire|dense|plain|gradient|our|its|their|inter-node) (?:inter-node |same |whole |full |complete |single |gradient |weight |parameter )?(?:exchanges?|reductions?|synchroni[sz]ation|aggregation|averaging|gathers?|scatters?)\b"
    r"(?!\s(?:of|with)\s(?!(?:the |all |its |these |their |such )?(?:[\w.]+ ){0,3}?(?:gradients?|weights|parameters|activations?|buffers?|tensors?|model|replicas|layers?|them|it|these|this)\b))|"
    r"\breduc(?:es?|ed|ing) (?:the|this|that|its|their|such a) (?:same |whole |full |entire )?(?:buffer|tensor|payload|message|gradients?)\b",
    re.I,
)
_TIED = Lazy(
    r"^\W*(?:[^,;.]{2,80}?,\s|(?:over|on|across|via|with|among|between|in|at|for|by)\s[^,;.]{2,60}?\s)?(?:then\s)?(?:it|this|that|they|these|both|each(?: of them)?|one of (?:them|these|those)|every one|one such \w+|such (?:a|an) \w+|a single one|the (?:former|whole|operation|collective|transfer|result)|(?:this|that|the) (?:one|operation|collective|call|step of it))\s(?:\w+\s){0,2}?(?:takes?|took|needs?|needed|requires?|costs?|lasts?|lasted|completes?|finishes?|is|was)\b|"
    r"^\W*(?:and\s)?(?:we|our profiler) (?:time[sd]?|measure[sd]?|clock(?:s|ed)?|find|found) (?:it|this|that|one(?: of them)?|them) (?:at|to take|to last|in)\b",
    re.I,
)
_ELIDED = Lazy(
    r"^\W*(?:and|which|that|but|who|,)*\s?(?:then |thus |now |together |only |there |here )*(?:takes?|took|needs?|needed|requires?|required|costs?|lasts?|lasted|completes?|finishes?|(?:is|are|was|were) (?:done|over|finished|complete\w*))\b",
    re.I,
)
_TAKES = Lazy(
    r"\b(?:takes?|took|taking|needs?|needed|requires?|required|costs?|lasts?|lasted|spends?|spent|in|within|completes? in|completed in|finish(?:es|ed)? (?:in|after)|(?:over|done|complete|finished|through|ready) (?:in|after)|ends after|(?:tim|measur|clock)ed (?:\w+ )?(?:at|to take|to last)|(?:time|latency|duration) (?:of|is|was)|is|was|are|were|amounts? to|coincides? at|stays? at|comes? to|(?:runs?|ran) for|measures?)\s"
    r"(?:up\s|us\s)?(?:only\s|just\s|merely\s|a mere\s|about\s|around\s|under\s|less than\s|at most\s|no more than\s|roughly\s|approximately\s|nearly\s|almost\s|as little as\s|[≈∼~<≤]\s?)*$",
    re.I,
)
_FOR_IT = Lazy(
    r"^\s(?:for|of|on|in|to|by)\s(?:the\s|an?\s|this\s|each\s|one\s|such\s|that\s)?(?:[\w-]+\s){0,2}?(?:all[- ]?reduc\w*|all[- ]?gather\w*|reduce[- ]?scatter\w*|all[- ]?to[- ]?all|broadcast\w*|ring|exchange)\b|"
    r"^[\s-](?:[\w-]+\s){0,2}?(?:all[- ]?reduce|all[- ]?gather|reduce[- ]?scatter|all[- ]?to[- ]?all)\b",
    re.I,
)
_FOR_THEM = Lazy(r"^\s(?:for|to|(?:on|in)(?= it)|to (?:reduce|average|exchange|gather|sum|broadcast|synchroni[sz]e)) (?:it|them|these|this|all of (?:it|them))\b", re.I)  # fmt: skip
# Another thing that takes the time, named between the collective and its verb.
_OTHER_SUBJECT = Lazy(
    r"\b(?:steps?|iterations?|backward|forward|kernels?|GEMMs?|matmuls?|training|epochs?|codecs?|encod\w+|decod\w+|selection|selecting|compute|computation|optimi[sz]er|launch\w*|latency of|set-?up|start-?up|initiali[sz]\w+|barriers?|prefill|model load\w*|waiting|idle|tail|stragglers?)\b",
    re.I,
)
_OPEN_KINDS = {
    "all-reduce": Lazy(r"\b(?:averag|summ|reduc|aggregat|synchroni[sz]|add)(?:ing|ed|es?)\b(?: up)?(?:(?!\b(?:size|volume|memory|number|cost|time|traffic|footprint|precision|variance|norm|noise)\b)[^.;]|\.(?=\d)){0,50}?\b(?:gradients?|partial (?:sums|results))\b|\b(?:gradients?|activations?) (?:to be|that (?:are|must be|have to be)) (?:reduced|summed|averaged|exchanged)\b", re.I),
    "all-gather": Lazy(r"\bgather(?:ing|ed|s)\b(?:[^.;]|\.(?=\d)){0,50}?\b(?:weights|parameters|shards)\b", re.I),
    "transfer": Lazy(r"\b(?:transfer|migration|hand-?over|shipment|copy)\b[^.;\d]{0,30}\b(?:to|from|between) (?:the other|another|the two|two|the remote|a second|the second) (?:\w+ )?(?:node|server|machine|desktop|host|box|instance)s?\b|\b(?:shipp|send|mov|copy|transferr|hand|push|pull|migrat)ing\b(?:[^.;]|\.(?=\d)){0,60}?\b(?:from (?:one|a|the first) (?:\w+ )?(?:to (?:the other|another|the second|its peer))|(?:to|between|across) (?:the other|another|a second|the two|the remote|two) (?:\w+ )?(?:node|server|machine|desktop|host|box)s?)\b", re.I),
}  # fmt: skip
# What a time stands after and is not that of the collective: the end of a clause before the number.
_NOT_ITS = Lazy(
    r"\b(?:after|every|before|than|by|another|behind|under|below|above|per|until|least|window|interval|timeout|(?:step|iteration|pass|layer|budget|limit|deadline|period) of|to|from|instead|instead of|saves?|saved|saving|hides?|of|a|an|the|each|first|last|next|exceeds?|beyond|beside|for up to|into|additional|extra|more|x|plus|and|or|×)\s(?:only\s|just\s|about\s|some\s|[≈∼~]\s?)?$",
    re.I,
)
# What happens beside a collective, and lasts otherwise: asked of verbs that are not known to take time.
_BESIDE_IT = Lazy(r"\b(?:during|while|after|before|when|throughout|until|despite)\b|\b(?:idl\w+|stall\w*|gaps?|pauses?|delay\w*|jitter\w*|differ\w*|var(?:y|ies|ied|iance|iation)|deviat\w+|wait\w*|interrupt\w*|start(?:s|ed|ing)?|begin\w*|began|fluctuat\w*|noise|spread|improv\w*|reduc(?:es|ed) (?:to|by)|drops?|falls?|grows?|rises?|increas\w*|poll\w*|time[- ]?outs?|trigger\w*|sampl\w*)\b", re.I)  # fmt: skip
_MATTER = Lazy(
    r"\b(?:a matter|a total|in all|a time|the order|a mean|an average|a median) of (?:about |only )?$|\b(?:through|done|over|finished|complete\w*|ready|ends?|ended)\b[^,;.]{0,20}\safter (?:about |only )?$",
    re.I,
)
_PRONOUN_LEADS = Lazy(r"^\W*(?:and\s|but\s)?(?:it|this|that|they|these|which)\s", re.I)
_IS_THE_PRICE = Lazy(r"^\s(?:(?:are|is|were|was) (?:what|the (?:time|cost|price) (?:of|for)|needed (?:for|by)|spent (?:on|in|for)) |(?:per|in each|of each|each) (?:step|iteration|layer) (?:for|on|in) )(?:the |an? |this |each |one |such |that |our )?(?:[\w-]+ ){0,2}?(?:all[- ]?reduc\w*|all[- ]?gather\w*|reduce[- ]?scatter\w*|all[- ]?to[- ]?all|broadcast\w*|exchange|ring)\b", re.I)  # fmt: skip
_APPOSITION = Lazy(
    r"(?<=B),\s(?:one|an?|the \w+ of)\s[^,;.]{3,60},"
)  # "67 MB, one micro-batch of it, ..."
_CLAUSE = Lazy(
    r"[;:]\s|,\s(?=(?:and|but|while|whereas|so|of which|which|because|since|where|although|though|as|with|who|than|instead|down|compared|against|versus|up)\b)|\s(?=(?:while|whereas)\s)|"
    r"\sand\s(?=(?:[\w-]+\s){0,5}?(?:takes?|took|needs?|needed|lasts?|costs?)\b)|[()]",
    re.I,
)
_LESS = Lazy(r"^\s?(?:before\b|after\b|into\b|ahead\b|in advance|early\b|late\b|apart\b|ago\b|for (?:one|each|every|any|an?) (?:of (?:them|these|those)|bucket|chunk|layer|block|slice|shard|piece|part)\b|more|less|longer|shorter|faster|slower|fewer|later|earlier|of (?:GPU|CPU|SM|kernel|host|compute|the|its|this|that|exposed|idle|it)\b|saved|are saved|hidden|exposed|are exposed|remain\w*|are left|in the worst)", re.I)  # fmt: skip
_WORDS = r"gradients?|buffers?|messages?|payload|tensors?|activations?|shards?|updates?|parameters|weights|states?|models?|tokens?|deltas?|sums?|(?:KV|key[- ]value) cache\w*|caches?"
_PAYLOAD_NEAR = Lazy(rf"\b(?:{_WORDS})\b|\b(?:carr(?:y|ies)|exchang\w+|send\w*|dispatch\w*|reduc\w+|gather\w*|all[- ]?reduces?|all[- ]?gathers?|contribut\w+|over|of)\s?(?:\w+\s)?$|\b(?:each|every) (?:GPU|rank|device|accelerator|worker|node|server) (?:\w+ )?\w+s\s(?:about |only |out )?$", re.I)  # fmt: skip
_PAYLOAD_AFTER = Lazy(rf"^(?: of)?(?: \w+){{0,2}}? (?:{_WORDS})\b", re.I)
_NO_PAYLOAD = Lazy(
    r"^[\s-]?(?:of\s)?(?:HBM\w*|memory|DRAM|RAM|GDDR\w*|VRAM|[A-Z]\d{2,3}|GPUs?\b|cards?\b|capacity|of state|of optimi[sz]er|per (?:token|parameter|micro|bucket|block|head|expert))",
    re.I,
)
_NO_PAYLOAD_BEFORE = Lazy(
    r"\b(?:from|instead of|than|rather than|memory|HBM\w*|capacity|buckets?|chunks?|pieces|blocks|slices|pages|limit|threshold|peak\w*|(?:optimi[sz]er )?states?|checkpoints?)\s(?:of\s|at\s|is\s|size of\s)?(?:size\s)?$|[A-Z]\d{2,3}[ -]$",
    re.I,
)
_IN_PIECES = Lazy(
    r"\b(?:in|into|as|of) (?:about )?(?:\d[\d,]*|two|three|four|six|eight|ten|sixteen|several|many|equal) (?:\w+ )?(?:buckets|chunks|pieces|slices|parts|shards|blocks|messages|segments)\b",
    re.I,
)
_OF_PIECE = Lazy(r"\b(?:of|for|in|per|by) (?:one |an? |each |every |the (?:first |next |last |whole )?|a single )?(layer|bucket|block|expert|head|chunk|micro-?batch|token|request|shard|tensor|matrix|slice)s?\b|\b(?:each|every|one|a single) (layer|bucket|block|expert|chunk|micro-?batch|token|shard)\b|\b(?:an?|the|one) (layer|bucket|block|expert|chunk|shard)'s\b", re.I)  # fmt: skip
_SAME = Lazy(r"\b(?:same (?:\w+ )?(?:buffers?|tensors?|payload|messages?|exchange|gradients?|all[- ]?reduce|weights|data)|without (?:it|the codec|compression|any))\b", re.I)  # fmt: skip
SMALLER = Lazy(
    r"\bcodecs?\b|\bcodes\b|\bas signs\b|\bsigns? (?:only|bits?)\b|\bbinari[sz]\w+|\bternar\w+|\bmantissas?\b|\bfewer (?:bytes|bits)\b|\b(?:times|\d ?[×x]) (?:smaller|less)\b|\bshr(?:ink|inks|unk|inking)\b|\breduc\w+ (?:this|it|them|the (?:traffic|volume|payload|size|amount|data)) (?:\w+ )?(?:by|to)\b|\b(?:[1-8]|one|two|three|four|five|six|eight)-bit\b",
    re.I,
)
_NOT_SMALLER = Lazy(
    r"\b(?:without|no|neither|nor|not|never|with no|before|un)[\s-](?:any |yet |further |in-network |lossy )?(?:dedup\w*|compress\w*|quanti[sz]\w*|spars\w+|encod\w+|cach\w+|codecs?)(?:(?: or| and|,)+ (?:dedup\w*|compress\w*|quanti[sz]\w*|spars\w+|encod\w+|cach\w+|in-network \w+))*",
    re.I,
)
_PART_ONLY = Lazy(
    r"\bLoRA\b|\badapter (?:weights|gradients|parameters|layers|modules)\b|\btrainable\b|\bfrozen\b|\b(?:exchang|send|synchroni[sz]|averag|reduc|gather|transfer|communicat|ship)\w*\s(?:[\w-]+\s){0,4}?only\b|"
    r"\bonly (?:the |an? |its |their |those )?(?:\w+ )?(?:updates?|deltas?|adapters?|gradients?|differences?|changes|changed|part|heads?|shards?|top|first|last|largest)\b|\bof the (?:top|largest|first|last)\b",
    re.I,
)
_IMAGINED = Lazy(
    r"\bsimulat\w+|\bemulat\w+|\bimagin\w+|\bsuppos\w+|\bhypothe\w+|\bwhat if\b|\bprojec(?:t|ts|ted|tions?)\b|\b(?:times|infinitely|ten-fold|twice as) (?:fast|faster)\b[^.]{0,20}\b(?:networks?|links?)\b",
    re.I,
)
# Who may send less than the words say: a system by its name, "we", a code.
_BY_SOMEBODY = Lazy(r"\b(?:[Ww]ith|[Uu]sing|[Uu]nder|[Ii]n|[Bb]y|[Tt]hrough) [A-Z][a-z]+[\w-]*\b|\b(?:[Oo]urs?|[Ww]e|[Uu]s|[Cc]od(?:ecs?|es?)|[\w]+-bit|[Ss]chemes?|[Mm]ethods?|[Tt]hen|[Nn]ow|[Ii]nstead)\b")  # fmt: skip
_GRADIENTS = Lazy(r"\b(?:gradients?|weights|parameters)\b", re.I)
_SHARE_OF = Lazy(
    r"(?:\b(?:half|halves|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|parts?|portion|fraction|share|subset|most|some|all but \w+)|%)\s(?:of|out of) (?:the|its|our|their|these|a|an|all)?\s?(?:\w+ )?$",
    re.I,
)
_FROM_EACH = Lazy(
    r"\b(?:each|every|any) (?:of the )?(?:\w+ )?(?P<who>node|server|machine|host|worker|rank|GPU|device|replica|process|participant|peer)s?\s(?:then\s|thus\s)?(?:contributes?|sends? out|emits?|broadcasts?|brings?|offers?|publish(?:es)?|provides?|supplies|produces?)\s(?:only\s|just\s|about\s|some\s)?$",
    re.I,
)
_PER_RANK = Lazy(r"^[^.,;()]{0,30}?\b(?:per|on each|on every|for each|for every|from each|of each|to each) (?:GPU|rank|device|accelerator|worker)\b", re.I)  # fmt: skip
_EACH_RANK = Lazy(r"\b(?:each|every|a|per) (?:GPU|rank|device|accelerator)\b", re.I)
_DENSE = Lazy(
    r"\b(?:dense|uncompressed|plain|full-?precision|unquanti[sz]ed|raw|baseline|FP32|FP16|BF16|float32|32-bit|16-bit|half[- ]precision|single[- ]precision)\b",
    re.I,
)
_OTHERS = Lazy(r"\b(?:others?|rest|remain\w*|more|further|another)\b", re.I)
_EXPOSED = Lazy(r"\b(?:exposed|visible|residual|remain(?:s|ing|der)|the rest|non-?overlapped|unhidden|hid(?:es?|den)|overlap\w*)\b", re.I)  # fmt: skip
# What says of the time that it was all of it: "it is fully hidden", "part of it overlaps", "both are exposed".
_WHOLE_TOLD = Lazy(
    r"\b(?:do|does|did|is|are|was|were) not (?:be )?(?:hidden|overlap\w*)\b|\b(?:both|all|it|this|they|these|that|everything)(?: of (?:it|them|this|that))? (?:is|are|was|were|remains?|stays?) (?:then |thus |therefore |still |entirely |completely |fully )*(?:hidden|exposed|overlapped)\b|"
    r"\bhid(?:es?|den) (?:this|it|all|them|both|any|some|part|most|none|half|much|little)\b(?: of (?:it|this|them))?|\b(?:fully|completely|entirely|perfectly|totally) (?:hidden|exposed|overlapped|hides?|overlaps?)\b|\b(?:part|some|most|half|much|a part|the bulk|the whole|all) of (?:it|this|that|them|which)\b",
    re.I,
)
# "this takes 0.7 s, again hidden": all of it is.
_TOO = Lazy(
    r"(?:^|,)\s?(?:(?:and|which|all|again|also|likewise|still|too|once|more|equally|easily|fully|completely|entirely|wholly|comfortably|thus|so|is|are|was|were|it|this|both|everything)(?: of (?:it|them|which))?\s){0,5}(?:hidden|overlapped)(?: as well| too| again| anyway)?\s?(?=[.,;)]|$|(?:behind|by|under|within|with|beneath)\b)",
    re.I,
)
_OF_ITS_OWN = Lazy(
    r"\d\s?[KMGT]i?B\b(?:[^.;]|\.(?=\d)){0,120}\b(?:takes?|took|needs?|lasts?|requires?)\b", re.I
)
# Nobody's time: what it would, could, should take.
_SUPPOSED = Lazy(
    r"\b(?:would|could|should|might|ideal\w*|at best|in theory|theoretical\w*|lower bound|at least|minimum|if\b|suppos\w+|assum\w+|predict\w*|estimat\w+|expect\w*|per (?:layer|bucket|hop|chunk|message|token|round|phase|stage|micro-?batch)|each (?:layer|bucket|hop|chunk|round|phase|stage)|speed-?up|median of the first|first|last)\b",
    re.I,
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Times of collectives, with as much of payload, ends and link as the passage tells."""
    if not QUICK.search(scene.text):
        return
    seen: list[LocalPhysical] = []
    for k, _ in enumerate(scene.sentences):
        for spot in scene.spots(k, "s"):
            claim = _timed(scene, k, spot, seen)
            if claim is not None:
                seen.append(claim)
                yield claim


def _timed(scene: Scene, k: int, spot: Spot, seen: list[LocalPhysical]) -> LocalPhysical | None:
    text, r = scene.sentences[k].text, scene.reading(spot)
    low, high = clause(text, r.start, r.end)
    lead, after = text[low : r.start], text[r.end : high]
    if _LESS.match(text[r.end :]):
        return None
    tied = False
    for_it = _FOR_IT.match(text[r.end : r.end + 60]) or _IS_THE_PRICE.match(
        text[r.end : r.end + 110]
    )
    if not for_it:
        in_brackets = lead.strip() == "" and low and text[low - 1] == "("
        alone = sum(low <= scene.reading(s).start < high for s in scene.spots(k, "s")) == 1
        takes = _TAKES.search(lead) or _MATTER.search(lead)
        if not takes and not in_brackets and (not alone or _NOT_ITS.search(lead) or _BESIDE_IT.search(lead)):  # fmt: skip
            return None
        if in_brackets or _ELIDED.match(lead):
            if low == 0:
                return None
            low, _ = clause(text, max(0, low - 3), low - 2)
            lead = text[low : r.start]
        noun = last_noun(lead)
        if noun is not None:
            if _OTHER_SUBJECT.search(lead[noun:]):
                return None
            tied = True
        elif (
            (alone and roles(scene, k).get(spot) == "talk" and not _BESIDE_IT.search(lead))
            or _TIED.match(lead)
            or _FOR_THEM.match(after)
            or _PRONOUN_LEADS.match(lead)
        ):
            tied = True
        else:
            return None
    scope = text[low:high]
    kind = kind_of(scene, k, scope)
    if not kind:
        return None
    own = _TOO.sub(" ", scope)
    cues = {c for c in CUES if CUES[c].search(own)}
    if _SUPPOSED.search(scope):
        return None
    beyond = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    for rest, cue in ((text[high:], "exposed"), (beyond, "exposed after")):
        if cue == "exposed after" and _OF_ITS_OWN.search(rest):
            continue  # the next one, which has a payload of its own
        rest = _TOO.sub(" ", rest)
        if _EXPOSED.search(rest) and not (
            _OF_WHICH.match(rest) or (_WHOLE_TOLD.search(rest) and not _OTHERS.search(rest))
        ):
            cues.add(cue)
    given, named = sent(scene, k, (low, high), kind, cues, tied=tied, seen=seen)
    far = frozenset(("link",))
    return LocalPhysical("exchange", spot, given, named, (), far, frozenset(cues))


def sent(
    scene: Scene, k: int, at: tuple[int, int], kind: str, cues: set[str], *, tied: bool,
    seen: list[LocalPhysical],
) -> tuple[tuple[tuple[str, Spot], ...], tuple[tuple[str, str], ...]]:  # fmt: skip
    """What the exchange of a clause sends, among whom, over what; ``cues`` grow by what is heard."""
    text, scope = scene.sentences[k].text, scene.sentences[k].text[at[0] : at[1]]
    given: list[tuple[str, Spot]] = []
    named: list[tuple[str, str]] = [("kind", kind)]
    told = _payload(scene, k, at, given, named, cues)
    said = " ".join(scene.sentences[j].text for j in range(told, k)) + f" {scope}"
    if _OF_RING.search(scope) or (tied and _OF_RING.search(scene.sentences[told].text)):  # fmt: skip
        cues.add("ring")
    if _DENSE.search(said):
        cues.add("dense")
    own = f"{scene.sentences[told].text} {text}"
    since = " ".join(scene.sentences[j].text for j in range(told, k + 1))
    since = _NOT_SMALLER.sub(" ", since)
    if not _SAME.search(scope) and (CUES["compressed"].search(since) or SMALLER.search(since)):
        cues.add("compressed")
    if _PART_ONLY.search(since):
        cues.add("part")
    if CUES["amortised"].search(since):
        cues.add("amortised")
    if _IMAGINED.search(
        " ".join(scene.sentences[j].text for j in range(max(0, min(told, k - 1)), k + 1))
    ):
        cues.add("simulated")
    if (
        told == k
        and "dense" not in cues
        and _GRADIENTS.search(own)
        and not _BY_SOMEBODY.search(own)
    ):
        cues.add("dense")
    piece = _OF_PIECE.search(_APPOSITION.sub(" ", scope))
    if piece and (
        told == k
        or (piece[1] or piece[2] or piece[3]).lower() not in scene.sentences[told].text.lower()
    ):
        cues.add("part")  # "the gather of one layer", where the payload is that of the model
    if _IN_PIECES.search(own):
        cues.add("part")
    runs_where(scene, k, scope, said, given, named, cues)
    if not same_ends(seen, scene, given, named):
        device(scene, k, told, named)
    return tuple(given), tuple(named)


def kind_of(scene: Scene, k: int, scope: str) -> str:
    """Which collective a clause speaks of, by its own words or those before; "" where it is open."""
    found = _kind(scene, k, scope)
    if not found and _PLAIN_NOUN.search(scope) and any(_REDUCED.search(s.text) for s in scene.sentences[max(0, k - 2) : k + 1]):  # fmt: skip
        return "all-reduce"
    return found


_OF_WHICH = Lazy(r"^\W*(?:of which|part of|some of|most of|half of|with \d)", re.I)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around a stretch of a sentence begins and ends."""
    low, high = 0, len(text)
    inside = text.count("(", 0, start) > text.count(")", 0, start)
    for m in _CLAUSE.finditer(text):
        # "The model (7.2 GB) takes ...": what is in brackets does not end the clause around them.
        if not inside and (
            m.group() in "()" or text.count("(", 0, m.start()) > text.count(")", 0, m.start())
        ):
            continue
        if m.end() <= start:
            low = m.end()
        elif m.start() >= end:
            high = m.start()
            break
    return low, high


def last_noun(lead: str) -> int | None:
    """Where the last word for a collective ends."""
    ends = [
        m.end()
        for p in (*KINDS.values(), *_OPEN_KINDS.values(), _PLAIN_NOUN)
        for m in p.finditer(lead)
    ]
    return max(ends, default=None)


_GRADIENTS_MET = Lazy(
    r"\bgradients?\b(?:[^.;]|\.(?=\d)){0,80}?\b(?:averaged|summed|reduced|exchanged|synchroni[sz]ed|aggregated|added up)\b|\b(?:sum|add)(?:s|ming|ing|med|ed)? (?:it|them|these|all of (?:it|them))? ?up\b",
    re.I,
)


_WE_GATHER = Lazy(
    r"\b(?:we|GPUs|ranks|nodes|to|and|must|then|they) gather\b|\b(?:a|the|one|each|full) (?:\w+ )?gather\b",
    re.I,
)


_ALL_REDUCE = Lazy(r"\ball[- ]?reduc|\baverag|\bsynchroni|\baggregat", re.I)
_REDUCES = Lazy(r"\b(?:(?:is|are|be|gets?|being) (?:averaged|summed|all-reduced|reduced across|reduced among|reduced over|reduced between|reduced in)|(?:they|we|ranks|workers|nodes|GPUs|machines) (?:average|sum|all-reduce))\b", re.I)  # fmt: skip


def _kind(scene: Scene, k: int, scope: str) -> str:
    for j in range(k, max(-1, k - 5), -1):
        for text in (scope, scene.sentences[j].text) if j == k else (scene.sentences[j].text,):
            kinds = [name for name, p in KINDS.items() if p.search(text)]
            if len(kinds) == 2 and "all-reduce" in kinds and not _ALL_REDUCE.search(text):
                kinds.remove("all-reduce")  # "the reduce-scatter of the gradients"
            if len(kinds) == 1:
                return kinds[0]
            if kinds:
                return ""
            if _WE_GATHER.search(text):
                return "all-gather"
            wide = [name for name, p in _OPEN_KINDS.items() if p.search(text)]
            if len(wide) == 1:
                return wide[0]
            if _REDUCES.search(text):
                return "all-reduce"
            if _OF_RING.search(text) or _GRADIENTS_MET.search(text):
                return "all-reduce"
    return ""


def _payload(
    scene: Scene, k: int, scope: tuple[int, int], given: list[tuple[str, Spot]],
    named: list[tuple[str, str]], cues: set[str],
) -> int:  # fmt: skip
    """Bind what is sent, the nearest; the index of the sentence that states it, else the time's."""
    for j in range(k, max(-1, k - 6), -1):
        found = [s for s in scene.spots(j, "byte") if _is_payload(scene, s, near=j != k)]
        if j == k and len(found) > 1:
            own = [s for s in found if scope[0] <= scene.reading(s).start < scope[1]]
            found = own or found
        if not found:
            continue
        spot = min(found, key=lambda s: scene.reading(s).quantity.point)
        before, after = scene.around(spot, 60, 60)
        if _SHARE_OF.search(before[-40:]):
            return k
        given.append(("payload", spot))
        if each := _FROM_EACH.search(before):
            cues.add("from each")
            named.append(
                (
                    "from",
                    "node"
                    if each["who"].lower() in ("node", "server", "machine", "host")
                    else "rank",
                )
            )
        elif _PER_RANK.match(after):
            cues.add("per rank")
        if _EACH_RANK.search(scene.sentences[j].text[: scene.reading(spot).start]):
            cues.add("of each")
        return j
    text = scene.sentences[k].text
    models = scene.named(k, EntityKind.MODEL)
    if len(models) == 1 and _WHOLE_MODEL.search(text) and not _SHARE_OF.search(text):  # fmt: skip
        named.append(("model", models[0].name))
        if len(formats := scene.formats(k)) == 1:
            named.append(("precision", formats[0]))
    return k


def _is_payload(scene: Scene, spot: Spot, *, near: bool) -> bool:
    before, after = scene.around(spot, 40, 40)
    if _NO_PAYLOAD.match(after) or _NO_PAYLOAD_BEFORE.search(before):
        return False
    return not near or _PAYLOAD_NEAR.search(before) is not None or _PAYLOAD_AFTER.match(after) is not None  # fmt: skip
