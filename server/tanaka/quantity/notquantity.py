"""What looks like a quantity and is none: versions, dates, dimensions, numbers of the document, names.

Two questions.  `skip` looks at what begins with a digit: a date, an address, a shape.  The others
look at what stands before a bare number: the rest of a name, a label that is numbered, a formula.
"""

from __future__ import annotations

from tanaka.patterns import Lazy
from tanaka.quantity.words import words

_S = r"[ \t\u2009\u202f\u00a0\n]"
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_SIZE = r"\d[\d,]*[KkM]?"

_SKIP = Lazy(
    rf"(?P<hex>0[xX][0-9a-fA-F]+\w*)|"
    rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}}(?!\d)|\d{{1,2}}/\d{{1,2}}/\d{{4}}(?!\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?{_S}(?:{_MONTH})(?![A-Za-z])\.?(?:,?{_S}\d{{4}}(?!\d))?)|"
    rf"(?P<decade>(?:19|20)\d0s(?![A-Za-z])|24/7(?!\d)|\d+0s(?={_S}of))|"
    rf"(?P<ordinal>\d+(?:st|nd|rd|th|\^\{{?(?:st|nd|rd|th)\}}?)(?![A-Za-z]))|"
    rf"(?P<doi>10\.\d{{4,9}}/\S+)|"
    rf"(?P<version>\d+\.\d+(?:\.\d+)+(?:[-+.]?[A-Za-z]\w*)?(?!\d|\.\d))|"
    rf"(?P<clock>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:{_S}?[ap]\.?m\b)?(?![:\d])|\d{{1,2}}{_S}?[ap]\.?m\b\.?)|"
    rf"(?P<phone>\d{{1,3}}{_S}\(\d{{3}}\){_S}\d{{3}}-\d{{4}}|\d{{3}}\){_S}\d{{3}}-\d{{4}}|\d{{3}}-\d{{3,4}}-\d{{3,4}}(?!\d)|\d{{1,3}}-\d{{3}}-\d{{3}}-\d{{4}})|"
    rf"(?P<isbn>97[89]-[\d-]{{8,}})|"
    rf"(?P<pages>\d{{1,3}}F\d{{1,3}}B)|"
    rf"(?P<hash>(?=[0-9a-f]*[a-f][0-9a-f]*\d|[0-9a-f]*\d[0-9a-f]*[a-f])[0-9a-f]{{7,}}(?![0-9a-zA-Z]))|"
    rf"(?P<ratio>(?P<a>\d+):(?P<b>\d+){_S}(?:structured{_S}|semi-structured{_S}|fine-grained{_S})?(?:sparsity|sparse|pruning|pruned|pattern))|"
    rf"(?P<shape>{_SIZE}(?:{_S}?[×x]{_S}?(?:{_SIZE}|[A-Z](?![A-Za-z\d])|(?<=[×x])[a-z](?![A-Za-z\d])))+(?![\d.]*\d))"
)
_EQUALS = Lazy(rf"[\d.,]*{_S}?(?:[×x]{_S}?[\d,.]+{_S}?)*=")
_LAST_FACTOR = Lazy(r"[×x][ \t\u2009\u202f\u00a0\n]?(\d[\d,.]*)$")
_POWER_OF_TEN = Lazy(
    r"\d[ \t\u2009\u202f\u00a0\n]?[×x][ \t\u2009\u202f\u00a0\n]?10(?:\^|[⁰¹²³⁴-⁹⁻])"
)
_TUPLE = Lazy(r"\d+(?:,\d+){2,}(?=[)\]])")


# What may follow the digits of a quantity only, and what may follow the space after any other.
_PLAIN_ENDS = frozenset(("", "%", ",", ";", "]", "}", "=", "$", "±", "G", "T", "P", "W", "B"))
_GOES_ON = frozenset("×xJFMASONDap(")


def skip(text: str, start: int, end: int) -> tuple[int, str]:
    """What begins with the digits from ``start`` to ``end`` and is no quantity.

    Returns
    -------
    end : int
        Where it ends; ``start`` where it may be a quantity.
    what : str
        "date", "shape", ...; a shape ends before its last factor where that has a unit.
    """
    nxt = text[end : end + 1]
    if nxt in _PLAIN_ENDS or (nxt == "." and not text[end + 1 : end + 2].isdigit()):
        return start, ""
    if nxt in " \u2009\u00a0\n" and text[end + 1 : end + 2] not in _GOES_ON:
        return start, ""
    match = _SKIP.match(text, start)
    if not match:
        return start, ""
    what = match.lastgroup or ""
    if what in ("a", "b"):
        what = "ratio"
    end = match.end()
    if what == "shape":
        if _EQUALS.match(text, end):
            return start, ""  # 8 × 8 × 2 = 128 is a product of quantities
        if _POWER_OF_TEN.search(text, start, end + 2):
            return start, ""
        last = _LAST_FACTOR.search(text, start, end)
        return end, f"shape@{last.start(1)}" if last else "shape"
    if what == "hash" and match.group().isdecimal():
        return start, ""
    if what == "ordinal" and text[end : end + 1].isdigit():
        return start, ""
    return end, what


def in_a_tuple(text: str, start: int) -> int:
    """Where a tuple of sizes ends, "(32,38,38,512)", or ``start``: commas there are no thousands."""
    if text[start - 1 : start] not in ("(", "["):
        return start
    match = _TUPLE.match(text, start)
    if not match:
        return start
    groups = match.group().split(",")
    thousands = len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
    return start if thousands else match.end()


# A number that belongs to a name or to the document's own numbering is no quantity.
NAMED = Lazy(
    r"(?:[A-Za-zα-ωΑ-Ω_\\/@#&]|[A-Za-z]\d*-|\d[.:]|\^\{?|_\{?|[A-Za-z]\d*\.|[0-9a-f]{4}-)$"
)
_INDEX = Lazy(r"[_^]\{[^{}]*$")
_CITED = Lazy(rf"\[(?:\d+(?:,{_S}?|–|-))*$")
_CITED_REST = Lazy(rf"(?:(?:,{_S}?|–|-)\d+)*[\])]")
_PUBLISHED = Lazy(rf"(?:ar[Xx]iv(?:{_S}preprint)?[:\s]+(?:[Aa]r[Xx]iv:)?|abs/|doi[:\s]+|DOI[:\s]+|https?://\S*|www\.\S*|pp?\.{_S}?|"
                        rf"ISBN[:\s]+|ISSN[:\s]+|RFC{_S}?|IEEE{_S}?|vol\.{_S}?|Vol\.{_S}?|no\.{_S}?|No\.{_S}?)$")  # fmt: skip
_DOCUMENT = words(
    "section sections sec sec. secs. figure figures fig fig. figs. table tables tab tab. equation equations eq eq. "
    "eqs. algorithm algorithms alg. chapter chapters appendix line lines step steps lemma theorem proposition "
    "corollary definition remark observation takeaway insight listing stage version ver. level part phase § §§ zero "
    "p. pp. no. nos. iso rfc ieee web port industry vol."
)
_COMMON = words(
    "kernels panels cells indices item items rows row column columns question rq claim finding case example experiment test task problem "
    "requirement challenge property assumption hypothesis contribution page pages stage footnote note volume issue "
    "chapter layer epoch iteration round day month week machine node gpu device worker rank crossbar core thread "
    "block slot site setup configuration option scenario technique method type class group category tier zero zero- "
    "phase-"
)
_SOFTWARE = words(
    "python cuda cudnn pytorch tensorflow jax ubuntu debian linux nvlink nvlink-c2c pcie gen hbm ddr lpddr gddr v ver "
    "llama llama- qwen gpt gemma mistral gemini claude phi falcon opt bert palm deepspeed megatron vllm triton rocm "
    "gcc clang llvm java node.js android ios windows centos opencl vulkan opengl openmp mpi usb wifi wi-fi bluetooth "
    "http nccl cublas tensorrt onnx spark hadoop kubernetes docker driver firmware release rtx gtx geforce radeon rx "
    "xeon epyc ryzen core tesla quadro snapdragon arc orin xavier agx raspberry pi apache keras scikit-learn numpy "
    "julia go rust pro protocol mixtral deepseek glm yi baichuan whisper vicuna alpaca bloom t5 clip dall-e stable "
    "diffusion sdxl resnet vgg inception yolo kernel fedora rhel macos solaris spec mlperf tpc tpcc mmlu-pro "
    "humaneval gsm svamp imagenet cifar mnist top top- pass hit recall rouge rouge- ndcg hits zenbook omnibook "
    "thinkpad iphone pixel galaxy a1 stage"
)
_HARDWARE = words(
    "rtx gtx geforce radeon rx xeon epyc ryzen core tesla quadro snapdragon arc orin xavier jetson titan iphone pixel "
    "galaxy pro"
)
_TITLED = _DOCUMENT | _SOFTWARE
_NUMBERED = _TITLED | _COMMON
_MONTHS = frozenset(_MONTH.replace("Sept?", "Sep|Sept").lower().split("|"))

# A bare whole number is a quantity after such a word; after any other it numbers something.
_GIVES = words(
    "of is are was were be been to from by at with than and or in on for set bs bsz as equals equal over under above below "
    "about around roughly approximately nearly almost only just least most exactly size sizes length lengths width "
    "depth degree degrees factor dimension dimensions dim rank count counts number total threshold window batch "
    "context sequence budget limit capacity rate ratio score scores value values up down between through until per "
    "using uses use used has have had contains contain reaches reach reached totals averaging averages average mean "
    "median max maximum min minimum hidden vocabulary seed seeds heads layers experts epochs warmup warm-up interval "
    "period horizon bound staleness delay k n b s m g p d t r tp pp dp ep cp mp sp vpp l h accumulation clients "
    "participants users then versus vs vs. increases decreases drops falls rises into achieves obtains gets lr beta "
    "alpha gamma sparsity bits batchsize parallelism microbatch micro-batch minibatch mini-batch concurrency speedup × = ≈ ∼ ~ < > ≤ ≥ + - − – — → : respectively including like e.g. "
    "i.e. either all across every during after before within gpus nodes that which"
)
_OPERATOR_BEFORE = Lazy(
    r"[A-Za-zα-ωΑ-Ω_})\]]\s?[-−+·*/]\s?$|[(\[{]\s?[-−+]\s?$|[A-Za-z]\($|±\s?$|(?<![A-Za-z])[A-Za-z]\s?[×x]\s?$|\\[A-Za-z]+\s?$"
)
_OPERATOR_AFTER = Lazy(
    r"\s?(?:log|ln|exp|sqrt|√|∑|∏|∫)(?![a-z])|\s?/\s?\d+\s?(?:∑|∏|∫)|\s?[-−+·*/]\s?(?:\\|[A-Za-zα-ωΑ-Ω](?![A-Za-z])|[A-Za-zα-ω]_|[(])|\s?[≤<]\s?[A-Za-zα-ω]\b"
)
_OF_SYMBOLS = Lazy(r"[≠∈]\s?$|\{\s?$")
# What a sum of symbols equals is a constraint: "∑_i w_i = 1".
_SUM_BEFORE = Lazy(
    r"[∑∏∫](?:[_^](?:\{[^{}]*\}|\w))*\s?[A-Za-zα-ωΑ-Ω](?:[_^](?:\{[^{}]*\}|\w))*(?:\([^()]*\))?\s?[=≤≥<>]\s?$"
)
_LABEL_AFTER = Lazy(r"\)\s?[A-Z(\w]|\)$")


def belongs_to_a_name(text: str, start: int, glued: str) -> bool:
    """Whether the text that touches a number makes it part of a name, an index or a reference."""
    if "{" in glued and _INDEX.search(glued):
        return True
    return _PUBLISHED.search(glued) is not None


def cited(text: str, start: int, end: int) -> bool:
    """Whether a bare number is a citation or an index: "[12, 14]"."""
    if "[" not in text[max(0, start - 24) : start]:
        return False
    return (
        _CITED.search(text, max(0, start - 24), start) is not None
        and _CITED_REST.match(text, end) is not None
    )


def numbered(word: str, *, counted: bool = False) -> bool:
    """Whether a word numbers what follows it: "Section", "CUDA", "stage".

    Parameters
    ----------
    word : str
    counted : bool
        Whether a noun follows: "each worker 16 sequences" numbers no worker.
    """
    bare = word.lstrip("([{“\"'").lower().rstrip("-~")
    return bare in (_TITLED if counted else _NUMBERED)


def hardware(word: str) -> bool:
    """Whether a word is the family of a part that a number names: "RTX 3060", "Xeon 6230"."""
    return word.lstrip("([{“\"'").lower() in _HARDWARE


# Letters behind the number of a part that are those of a unit: the volts of "Arc 140V".
_FAMILY = Lazy(rf"\b(?:Arc|Ultra{_S}\d|Ryzen{_S}(?:AI{_S})?\d|Radeon|GeForce){_S}$")
_PART = Lazy(r"\d{3,4}[A-Z]{1,2}(?![A-Za-z0-9])")


def a_part(text: str, start: int) -> bool:
    """Whether a number with its letter names a part: "Arc 140V", "Core Ultra 7 258V"."""
    return (
        _PART.match(text, start) is not None
        and _FAMILY.search(text, max(0, start - 14), start) is not None
    )


def month(word: str) -> bool:
    """Whether a word is the name of a month."""
    return word.strip("(.,").lower() in _MONTHS


def gives(word: str) -> bool:
    """Whether a bare whole number may stand for a quantity after a word."""
    if not word:
        return True
    if not word[-1].isalnum():
        return True
    bare = word.lstrip("([{“\"'").lower()
    return bare in _GIVES or (len(bare) <= 2 and not bare.isascii())


def in_a_formula(text: str, start: int, end: int) -> bool:
    """Whether a bare number is a term of symbols: "1 − β", "i + 1", "≠ 1"."""
    head = text[max(0, start - 8) : start]
    if _OPERATOR_BEFORE.search(head) or (_OF_SYMBOLS.search(head) and head.rstrip()[-1:] != "{"):
        return True
    if head.rstrip()[-1:] in ("=", "≤", "≥", "<", ">") and _SUM_BEFORE.search(
        text, max(0, start - 60), start
    ):
        return True
    if text[start:end] == "0" and head.rstrip()[-1:] in ("<", ">", "≤", "≥"):
        return True  # "η > 0" is a domain
    return _OPERATOR_AFTER.match(text, end) is not None


def enumerates(text: str, start: int, end: int, raw: str) -> bool:
    """Whether a bare number counts off the items of a list: "(1)", "2)" and "3." at the start."""
    if not raw.isdecimal() or len(raw) > 2:
        return False
    head, tail = text[max(0, start - 2) : start], text[end : end + 3]
    if head.endswith("(") and tail.startswith(")") and (len(head) < 2 or not head[0].isalnum()):
        return True
    if text.rfind("(", 0, start) > text.rfind(")", 0, start):
        return False
    if tail.startswith((")", ".")) and tail[1:2] in (" ", "\n", "\u2009"):
        return (
            not text[:start].strip()
            or head[-1:] in "“‘`\"'"
            or (tail[0] == ")" and head[-1:] in " \n")
        )
    return False
