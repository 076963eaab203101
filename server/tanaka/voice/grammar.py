"""Articles by sound, plurals, lists: the little English that sentence plans need."""

from __future__ import annotations

import re
from collections.abc import Sequence

_VOWEL_LETTERS = frozenset("AEFHILMNORSX")
"""Letters whose names begin with a vowel: an FP16 ring, an H100, an SSP bound."""
_WORDS = frozenset(
    [
        "RAM",
        "NUMA",
        "NAND",
        "NIC",
        "MAC",
        "LAN",
        "LAMB",
        "SIMD",
        "SIMT",
        "MIG",
        "RoCE",
        "LARS",
        "FIFO",
        "LUT",
        "ROM",
        "NaN",
        "LASER",
        "NAS",
        "MOSFET",
        "MESI",
        "REST",
        "SATA",
        "SARIF",
        "NASA",
        "NUTS",
        "RISC",
        "SCSI",
        "SLURM",
        "LIFO",
        "MIMD",
        "SQUAD",
        "RAID",
        "SWARM",
    ]
)
"""Said as words, though written as letters."""
_SPELLED = frozenset({"MoE", "mT5", "xPU", "SoC", "SoCs", "MoEs", "nD"})
_YOO = re.compile(
    r"(?:uni(?!n|m|dent)|us(?:e|u|a)|util|ub|ura|ute|eu|ewe|one\b|one-|once|ouija)", re.I
)
_SILENT_H = re.compile(r"(?:hour|honest|heir|honou?r)", re.I)

_IRREGULAR = {
    "batch": "batches", "index": "indices", "matrix": "matrices", "axis": "axes", "vertex": "vertices",
    "process": "processes", "bus": "buses", "switch": "switches", "patch": "patches", "loss": "losses",
}  # fmt: skip


def article(text: str) -> str:
    """Either "a" or "an", by the sound of what follows it.

    Parameters
    ----------
    text : str
        As printed: "8B model", "H100", "unified buffer", "18%".
    """
    bare = re.sub(r"^[^\w]+", "", text)
    number = re.match(r"\d+(?:,\d{3})*", bare)
    if number:
        return "an" if _vowel_number(number.group()) else "a"
    word = re.match(r"[^\s/_]+", bare)
    if word is None:
        return "a"
    first = re.split(r"[-.:,;)\]]", word.group())[0] or word.group()
    letters = re.match(r"[A-Za-z]+", first)
    if letters is None:
        return "a"
    name = letters.group()
    stem = name[:-1] if name.endswith("s") and name[:-1].isupper() and len(name) > 2 else name
    spelled = (stem.isupper() and stem not in _WORDS and stem != "INT") or name in _SPELLED
    if spelled:
        # "INT8" is said as a word, "MI300X" letter by letter.
        return "an" if name[0].upper() in _VOWEL_LETTERS else "a"
    if _SILENT_H.match(name):
        return "an"
    if name[0].lower() in "aeio" or (name[0].lower() == "u"):
        return "a" if _YOO.match(word.group()) else "an"
    return "a"


def _vowel_number(digits: str) -> bool:
    """Whether a number's name begins with a vowel: eight, eleven, eighteen, eighty, eight hundred."""
    groups = digits.split(",") if "," in digits else _grouped(digits)
    lead = int(groups[0])
    return lead in (8, 11, 18) or 80 <= lead <= 89 or 800 <= lead <= 899


def _grouped(digits: str) -> list[str]:
    head = len(digits) % 3 or 3
    return [digits[:head], *(digits[i : i + 3] for i in range(head, len(digits), 3))]


def plural(noun: str) -> str:
    """Of a noun, or of the last word of several: "other rows", "batches", "GPUs"."""
    head, blank, last = noun.rpartition(" ")
    pieces = last.rpartition("-")
    word = pieces[2]
    if word in _IRREGULAR:
        many = _IRREGULAR[word]
    elif re.search(r"(?:s|x|z|ch|sh)$", word):
        many = word + "es"
    elif re.search(r"[^aeiou]y$", word):
        many = word[:-1] + "ies"
    else:
        many = word + "s"
    return f"{head}{blank}{pieces[0]}{pieces[1]}{many}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 worker", "64 workers", "1,024 batches"."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def listed(items: Sequence[str]) -> str:
    """Items joined by commas and "and"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def clauses(items: Sequence[str]) -> str:
    """A list whose items may hold an "and" of their own."""
    return ", and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def upper(text: str) -> str:
    """A sentence's first letter large, where its first word is no name written small."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+(?:['-][a-z]+)*(?=[\s,;:.?]|$)", text) else text  # fmt: skip


__all__ = ["article", "clauses", "counted", "listed", "plural", "upper"]
