"""Whether the words make an amount what a rate moves in a time.

Amount, rate and time of one sentence are often of three things: the memory of a card, its
bandwidth, and how long a forward pass takes.  Where nothing joins them ("i.e.", a bracket), a word
of moving has to stand with the bytes, and what is counted must be done by the same work as the rate.
"""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_MOVES = (
    r"(?:reads?|reading|re-read|writ(?:e|es|ing|ten)|wrote|transfer\w*|sends?|sent|sending|mov(?:e|es|ed|ing)|cop(?:y|ies|ied|ying)(?!-on)|"
    r"(?:re)?load(?:s|ed|ing)?|stream(?:s|ed|ing)?|(?:pre)?fetch\w*|download\w*|upload\w*|migrat\w+|broadcast\w*|exchang\w+|ship(?:s|ped|ping)?|"
    r"push\w*|pull(?:s|ed|ing)?|receiv\w+|flush\w*|drain\w*|swap\w*|(?:off|un)-?load\w*|sav(?:e|es|ed|ing)|dump\w*|cross(?:es|ed|ing)?|travers\w+|"
    r"transmi\w+|scan(?:s|ned|ning)?|deliver\w*|replicat\w+|synchroni[sz]\w+|spill\w*|checkpoint\w*|all-?reduc\w+|all-?gather\w*|reduce-scatter\w*|"
    r"leaves?|goes|travels?|pass(?:es|ed) (?:over|through)|restor\w+|ingest\w*|communicat\w+|shuttl\w+|page[sd]?|back(?:s|ed|ing)? up|backups?|snapshot\w*|access\w*)"
)
_MOVED_BEFORE = Lazy(rf"\b{_MOVES}\b[^.;:]{{0,48}}$", 2)
_MOVED_AFTER = Lazy(rf"[^.;:,]{{0,48}}\b{_MOVES}\b", 2)
# What is there at once, or of which only a part is moved.
_NOT_ALL = Lazy(
    r"\b(?:lazy|lazily|on demand|working set|metadata|copy-on-write|clon(?:e|es|ed|ing)|fork(?:s|ed|ing)?|incremental\w*|dedup\w*|allocat\w+|delet\w+|evict\w*|"
    r"trim\w*|garbage\w*|refresh\w*|(?:copies|copying|fetch\w*|reads?|reading|mov\w+|writes?|writing|sends?|sending) only|only (?:the|a|its|what|those|parts?)\b|set only|first|memory-mapped|mmap\w*)\b",
    2,
)
_BDP = Lazy(r"\bBDP\b|\b[Bb]andwidth[- ]delay\b")
_CAPACITY = Lazy(
    r"[\s-]*(?:of )?(?:(?!(?:from|to|over|in|into|onto|through|via|across|between|at|are|is)\b)[\w-]+ ){0,2}?"
    r"(?:HBM\w*|DRAM|SRAM|(?:LP|G)?DDR\w*|V?RAM|flash|SSDs?|memory|drives?|disks?|arrays?|volumes?|pools?|[AHBVLTP]\d{1,3}0?s?|MI\d+\w*|RTX|TPUs?|GPUs?|cards?|boards?|devices?|accelerators?|chips?|machines?)\b"
)


def is_moved(sentence: Sentence, r: Reading) -> bool:
    """Whether bytes are moved by the words beside them, all of them and not as a capacity."""
    text = sentence.text
    if _NOT_ALL.search(text) or _CAPACITY.match(text, r.end):
        return False
    return bool(
        _BDP.search(text)
        or _MOVED_BEFORE.search(sentence.before(r, 70))
        or _MOVED_AFTER.match(sentence.after(r, 70))
    )


_MOVES_IT = Lazy(rf"\b{_MOVES}\s(?:\w+\s)?(?:them|it|these|this|those|both|all)\b|\b(?:they|it|these|this) (?:is|are|was|were) {_MOVES}\b|^\W*(?:(?:when|once|if)\s)?{_MOVES}\s(?:at|over|through|via|with)\b[^.;]*\bit\b", 2)  # fmt: skip


def moves_it(sentence: Sentence) -> bool:
    """Whether a sentence moves what the one before it speaks of."""
    return _MOVES_IT.search(sentence.text) is not None and _NOT_ALL.search(sentence.text) is None


# "After loading 14 GB at 6 GB/s, the first token takes": whose time it is
_NEW_SUBJECT = Lazy(
    r",\s+(?:and\s|so\s|but\s)?(?:(?:the|an?|each|every|our|its|their|one|that)\s(?!(?:whole|entire|full|total)?\s?"
    r"(?:transfers?|cop(?:y|ies)|loads?|reads?|writes?|process|operation|run|job|training|exchange|upload|download|time|step|work|epoch|pass|save|dump)\b)|we\s(?!need|finish|complet|take|took|spen|process|read|wr|load|send|sent|train|see|saw|cover|do\b|did\b))"
    r"[^,;()\d]*$",
    2,
)


def of_a_new_subject(sentence: Sentence, time: Reading, others: Sequence[Reading]) -> bool:
    """Whether a time is of something that its own clause names, apart from amount and rate."""
    found = _NEW_SUBJECT.search(sentence.before(time, 70))
    if found is None:
        return False
    start = max(0, time.start - 70) + found.start()
    return all(r.end <= start or r.start > time.start for r in others)


# What a rate can be of; two of them in one sentence are two rates, of which one is not stated.
_WORK = tuple(
    Lazy(rf"\b(?:{words})", 2)
    for words in (
        r"(?:pre-?)?train(?!ed (?:model|network)|ers?\b)\w*|fine-?tun\w*|backward|epochs?\b",
        r"evaluat\w+|validat\w+|inference|infers?\b|test(?:s|ing)?\b(?!bed)|scor(?:e|es|ed|ing)\b",
        r"prefill\w*|prompts?\b|reads?\b|reading\b|inputs?\b",
        r"generat\w+|decod\w+|outputs?\b|answers?\b|repl(?:y|ies)\b|emit\w*|respon[ds]\w*",
        r"encod\w+|compress\w*|tokeni[sz]\w+|preprocess\w*|label\w*|index(?:es|ed|ing)?\b|upload\w*|download\w*",
    )
)
_ASIDE = Lazy(r"\b(?:shuffl\w+|buffers?|queued?|cancel\w*|warm(?:s|ed|ing)?\b|fill(?:s|ed|ing)?\b|first (?:one|result|token|response|of them)|the first back)\b", 2)  # fmt: skip


def of_other_work(text: str) -> bool:
    """Whether words tell of two sorts of work, or of one that is beside the rate."""
    return sum(w.search(text) is not None for w in _WORK) > 1 or _ASIDE.search(text) is not None
