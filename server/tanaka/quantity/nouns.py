"""What is counted: the noun after a number, and the words that may stand between the two."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity.words import words

# Names of the nouns, each with its spellings.  Two words stand with one space.
_SPELLINGS = {
    "gpu": "GPU GPUs device devices card cards accelerator accelerators chip chips TPU TPUs NPU NPUs rank ranks "
    "board boards FPGA FPGAs worker workers processes GCD GCDs gpus gpu",
    "node": "node nodes machine machines server servers host hosts instance instances",
    "layer": "layer layers block blocks",
    "head": "head heads",
    "expert": "expert experts",
    "stage": "stage stages",
    "replica": "replica replicas",
    "micro-batch": "micro+batch micro+batches microbatch microbatches",
    "batch": "batch batches minibatch minibatches mini+batch mini+batches",
    "step": "step steps iteration iterations update updates",
    "accumulation": "accumulation+step accumulation+steps",
    "token": "token tokens",
    "sequence": "sequence sequences",
    "sample": "sample samples image images example examples sentence sentences",
    "request": "request requests query queries user users stream streams",
    "parameter": "param params parameter parameters weight weights",
    "layer-width": "hidden wide",
    "epoch": "epoch epochs",
    "run": "run runs seed seeds trial trials repetition repetitions times",
    "core": "core cores thread threads CPU CPUs vCPU vCPUs",
    "port": "port ports link links NIC NICs lane lanes adapter adapters HCA HCAs",
    "way": "way",
    "bit": "bit bits",
    "line": "lines LOC LoC SLOC",
    "cycle": "cycle cycles clock+cycle clock+cycles",
}
_NOUNS = {
    spelling.replace("+", " "): name
    for name, spellings in _SPELLINGS.items()
    for spelling in spellings.split()
}
_TWO = frozenset(s.split()[0] for s in _NOUNS if " " in s)
# Words that may stand between a count and its noun: "2048 H800 GPUs", "64 data-parallel replicas".
_BETWEEN = words(
    "NVIDIA Nvidia AMD Intel Google Quadro Tesla DGX HGX Ampere Hopper Volta Turing Pascal GeForce Ascend Cerebras "
    "data tensor pipeline model parallel identical virtual physical logical compute worker total local global "
    "training time concurrent more synchronous transformer Transformer decoder encoder attention diverse KV key value "
    "query routed shared cluster active activated gradient additional other available high end optimizer warm up "
    "warmup small large trainable learnable source target input output prompt new unique distinct different "
    "independent random simultaneous streaming hardware server user consecutive such extra self cross convolutional "
    "generated decoded drafted accepted sampled processed "
    "hidden dense sparse test validation evaluation labeled labelled"
)
_PART = Lazy(r"(?:[A-Z]{1,2}\d{2,4}[A-Za-z]{0,2}|MI\d+X?|TPUv\d|RTX|GTX|v\d[a-z]?)$")
_WORD = Lazy(
    r"(?:[ \t\u2009\u202f\u00a0\n]|-|–)([A-Za-z][A-Za-z0-9]*|\d+[A-Z]?[A-Za-z]*)(?:['’]s(?![A-Za-z]))?"
)
_S = r"[ \t\u2009\u202f\u00a0\n]"

MODELS = "1080|2070|2080|3060|3070|3080|3090|4060|4070|4080|4090|5070|5080|5090"
"""Consumer cards that papers call by their number alone."""

_DEVICE = Lazy(
    rf"(?:{_S}|-)(?:(?:NVIDIA|Nvidia|AMD|Intel|Google|Quadro|Tesla|GeForce){_S})*"
    rf"(?:L40S|A10G|[ABHLPTV]\d{{1,3}}0{{0,2}}|GH200|GB200|B200|H200|MI\d{{3}}[AX]?|(?:RTX|GTX){_S}?(?:A|PRO )?\d{{4}}|"
    rf"(?:{MODELS})(?={_S}?(?:s\b|Ti\b|GPU|card))|TPU{_S}?v\d[a-z]?|Jetson|Gaudi\d?)"
    rf"(?:-(?:SXM\d?|PCIe|NVL)(?![A-Za-z0-9])|(?:-[A-Za-z0-9]+)*)(?:{_S}(?:SXM\d?|PCIe|NVL|Ti|Super)(?![A-Za-z]))?(?:{_S}GPUs?|s)?(?![A-Za-z0-9])"
)
_BARE_MODEL = Lazy(rf"(?:{MODELS})(?:{_S}?Ti)?s?(?![\w.])")
_WHOLE = Lazy(
    rf"{_S}(?:GPU{_S}|DGX{_S})?(?:nodes?|machines?|servers?|instances?|hosts?|systems?)(?![A-Za-z])"
)
_INSTANCE = Lazy(r"[a-z]\d\w*\.\d*x?large")
_TIMES_BEFORE_A_NAME = Lazy(rf"{_S}?[×x]{_S}?(?=[A-Za-z])|{_S}?[×x]{_S}?(?=(?:{MODELS})(?!\d))")
_DEVICE_HOURS = Lazy(
    rf"(?:{_S}|-)?(?:(?:NVIDIA|[A-Z]{{1,2}}\d{{2,4}}[A-Za-z]*(?:-\w+)*|TPU{_S}?v\d){_S})*(GPU|TPU|device|accelerator|"
    rf"[ABHPTV]\d{{2,3}}|node|core|chip)s?(?:{_S}|-|·)(hour|hr|h|day|year)s?(?![A-Za-z])"
)


def device(text: str, at: int) -> int:
    """Where a device's name ends that stands at a place, the space before it included; -1 if none."""
    match = _DEVICE.match(text, at)
    return match.end() if match else -1


def device_hours(text: str, at: int) -> tuple[str, str, int] | None:
    """Of "H800 GPU hours": what is rented, for what time, and where that ends."""
    match = _DEVICE_HOURS.match(text, at)
    if not match:
        return None
    time = {"h": "hour", "hr": "hour"}.get(match.group(2), match.group(2))
    return match.group(1), time, match.end()


def counts_devices(text: str, at: int) -> tuple[str, int] | None:
    """Of "8×A100" and "2×g4dn.12xlarge": what a number before a multiplication sign counts."""
    match = _TIMES_BEFORE_A_NAME.match(text, at)
    if not match:
        return None
    begin = match.end()
    if bare := _BARE_MODEL.match(text, begin):
        return "gpu", bare.end()
    name = _DEVICE.match(" " + text[begin : begin + 60])
    if name:
        end = begin + name.end() - 1
        whole = _WHOLE.match(text, end)
        return ("node", whole.end()) if whole else ("gpu", end)
    if instance := _INSTANCE.match(text, begin):
        return "node", instance.end()
    if text.startswith(("DGX", "HGX"), begin):
        return "node", begin + 3
    return None


def after(text: str, at: int) -> tuple[str, int]:
    """The noun that is counted after a number and where it ends; ("", at) where there is none."""
    glue = text[at : at + 1]
    if not glue:
        return "", at
    if counted := counts_devices(text, at):
        return counted
    if glue not in " \t\u2009\u202f\u00a0\n-–":
        return "", at
    if match := _DEVICE.match(text, at):
        whole = _WHOLE.match(text, match.end())
        return ("node", whole.end()) if whole else ("gpu", match.end())
    name, end = _noun(text, at, 0, False)
    return (name, end) if name else ("", at)


def _noun(text: str, at: int, between: int, part: bool) -> tuple[str, int]:
    match = _WORD.match(text, at)
    if not match:
        return "", at
    word = match.group(1)
    if word == "off" and text.startswith("-the-shelf", match.end()):
        return _noun(text, match.end() + len("-the-shelf"), between + 1, False)
    if between < 4:
        named = _PART.match(word) is not None
        piece = part and (word.isupper() or word[0].isdigit() or word in ("Ti", "Super"))
        if word in _BETWEEN or named or piece:
            name, end = _noun(text, match.end(), between + 1, named or piece)
            if name:
                return name, end
        elif word == "of" and text.startswith(" the ", match.end()):
            return _noun(text, match.end() + 4, between + 1, False)
    if word in _TWO and (second := _WORD.match(text, match.end())):
        name = _NOUNS.get(f"{word} {second.group(1)}", "")
        if name:
            return name, second.end()
    name = _NOUNS.get(word, "")
    if not name or text[match.end() : match.end() + 1].isalnum():
        return "", at
    end = match.end()
    if name == "line" and text.startswith(" of code", end):
        end += len(" of code")
    return name, end


def named(label: str) -> str:
    """What the cells under a header count ("# GPUs", "Number of nodes"), or ""."""
    words = re.sub(r"^\s*(?:#|no\.? of|number of|num\.?)\s*", "", label, flags=re.I).strip()
    if device(f" {words}", 0) >= 0:
        return ""  # "A100" names a column and counts nothing
    for spelling in (words, words.lower()):
        name, end = after(" " + spelling, 0)
        if name and end == len(words) + 1:
            return name
    return ""
