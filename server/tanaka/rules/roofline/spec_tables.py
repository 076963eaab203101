"""Tables of parts: a part in each row or each column, with memory, bandwidth, power, link and peak."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.model import Paper, Physical, Table, TableCell
from tanaka.patterns import Lazy

_UNITS = {"capacity": ("byte",), "bandwidth": ("byte/s",), "tdp": ("W",), "link": ("byte/s",), "peak": ("FLOP/s", "op/s")}  # fmt: skip
_COLUMNS = (
    ("tdp", Lazy(r"^(?:max(?:imum)?\.? )?(?:TDP|thermal design power|board power)\b", re.I)),
    ("link", Lazy(r"^(?:NVLink|interconnect NVLink)\b", re.I)),
    ("bandwidth", Lazy(r"^(?:peak )?(?:(?:HBM|GPU|device|memory|mem\.?|DRAM|VRAM)\S* )?(?:bandwidth|BW)\b", re.I)),
    ("capacity", Lazy(r"^(?:(?:HBM|GPU|device) )?(?:memory|mem\.?|VRAM|HBM\w*|memory (?:size|capacity)|HBM capacity|capacity)\b(?! (?:bandwidth|BW|used|usage|clock|bus|footprint))", re.I)),
    ("peak", Lazy(r"\bpeak\b.*\b(?:BF16|FP16|FP8|TF32|FP64)\b|\b(?:BF16|FP16|FP8|TF32|FP64)\b.*\bpeak\b|^dense (?:BF16|FP16|FP8|TF32|FP64)\b|"
                  r"^(?:peak )?(?:BF16|FP16|FP8|TF32|FP64),? dense\b|^(?:tensor[- ]core )?peak\b[^a-z]*(?:[TP]FLOPS?(?:/s)?|[TP]FLOP/s)\W*$|"
                  r"^(?:tensor[- ]core |peak |matrix |performance )?(?:BF16|FP16|FP8|TF32)(?: (?:tensor(?:[- ]cores?)?|matrix|dense|performance|compute|throughput))*\s*(?:[(\[]?\s*[TP]FLOPS?(?:/s)?\s*[)\]]?)?\s*$", re.I)),
)  # fmt: skip
# Columns and tables of what is used, measured, or of several parts together.
_OTHER = Lazy(
    r"\b(?:used|usage|measured|achiev\w+|effective|sustained|available|free|total|node|nodes|system|server|instance\w*|aggregate|footprint|consum\w+|"
    r"host|CPU|L[12]|cache|shared|SRAM|L2|utili\w+|simulat\w+|hypothetical|modified|laptop|cluster\w*|limit\w*|capped|caps?|left|leaves|needs?|requir\w+|training|inference|runs?|per token|traffic|network|inter-node|all)\b",
    re.I,
)
_IN_USE = Lazy(r"\b(?:GPUs?|accelerators?|devices|parts|hardware|machines?|platforms?) (?:that (?:are|were|we) )?used\b(?: (?:in|throughout|for)\b)?", re.I)  # fmt: skip
_PARTS_OF = Lazy(r"\b(?:GPUs?|accelerators?|devices|parts|cards)(?: types?)? (?:of|in) (?:(?:the|our|both|each|two|all) )*(?:[\w-]+ )?(?:clusters?|systems?|testbeds?|nodes?|servers?)\b|\ball (?:the )?peaks\b", re.I)  # fmt: skip
_OF_ONE = Lazy(r"\b(?:refers? to|of|for|per|those of) (?:one|a single|each|a) (?:GPU|device|card|accelerator|part)\b", re.I)  # fmt: skip
_HOLDERS = Lazy(r"\b(?:total|nodes?|servers?|systems?|clusters?|all|inter-node|network|instances?)\b", re.I)  # fmt: skip
_PART_ROW = Lazy(r"^\W*(?:GPUs?|accelerators?|devices?|parts?|cards?)(?: (?:type|model|name))?\W*$", re.I)  # fmt: skip
_BARE_PEAK = Lazy(r"\W*(?:[Pp]eak|[TP]FLOPS?(?:/s)?|[TP]FLOP/s)\W*")
_PEAKS = Lazy(r"\bpeaks?\b(?! (?:memory|mem|usage))", re.I)
_PLAIN = Lazy(r"^(?:[\s,()/*†‡-]|NVIDIA|AMD|Google|Tesla|GeForce|Instinct|GPUs?|Tensor Core|\d{2,3} ?Gi?B|SXM\d?|PCIe|HBM\w*|OAM)*$", re.I)  # fmt: skip
_SIZED = Lazy(r"^\W*\d+\s?G(?:i?B)\W+(?:of )?(?:HBM|GDDR)\w*\W*$", re.I)
_SPARSE = Lazy(r"\bspars\w+|\b2:4\b", re.I)


def tables(paper: Paper) -> Iterator[tuple[tuple[Physical, ...], ...]]:
    """The specifications of each table of parts that has two sorts of them, sort by sort."""
    for table in paper.tables:
        caption = _PARTS_OF.sub(" ", _IN_USE.sub(" ", table.caption))
        if _OTHER.search(_HOLDERS.sub(" ", caption) if _OF_ONE.search(caption) else caption):
            continue
        found = tuple(c for cells in table.rows for c in _row(paper, table, cells))
        turned = tuple(c for cells in table.rows for c in _turned(paper, table, cells))
        columns: dict[tuple[str, str], list[Physical]] = {}
        for c in turned if len(turned) > len(found) else found:
            columns.setdefault((c.name("kind"), c.name("precision")), []).append(c)
        if len(columns) >= 2:
            yield tuple(tuple(column) for column in columns.values())


def _row(paper: Paper, table: Table, cells: tuple[TableCell, ...]) -> Iterator[Physical]:
    """Specifications of the part of a row."""
    label = next((c.text for c in cells if c.number is None and c.text.strip()), "") or (cells[0].text if cells else "")  # fmt: skip
    if not _device(label):
        parts = [c.text for c in cells if c.number is None and _device(c.text)]
        if len(parts) != 1 or any(_OTHER.search(c.text) for c in cells if c.number is None):
            return
        label = parts[0]  # "North & A100 SXM4 & 80 GB"
    for cell in cells:
        if cell.text != label:
            yield from _claim(paper, table, label, " ".join(cell.column).strip(), cell)


def _turned(paper: Paper, table: Table, cells: tuple[TableCell, ...]) -> Iterator[Physical]:
    """One specification of the parts in the header."""
    heads = _heads(table)
    if not cells or not heads:
        return
    for head, cell in zip(heads, cells[1:], strict=False):
        yield from _claim(paper, table, head, " ".join(dict.fromkeys(cell.row)).strip(), cell)


def _heads(table: Table) -> tuple[str, ...]:
    """Parts of the columns: of the header, or of a row that names the part of each column."""
    labelled = (
        tuple(c.text for c in cells[1:])
        for cells in table.rows
        if cells and _PART_ROW.match(cells[0].text)
    )
    for heads in (table.header[1:], *labelled):
        if sum(bool(_device(h)) for h in heads) >= 2:
            return heads
    return ()


def _device(label: str) -> str:
    """The one part that a label is the name of, and of nothing else; "" for none."""
    named = [e for e in entities(label) if e.kind is EntityKind.DEVICE]
    plain = len(named) == 1 and _PLAIN.match(label.replace(named[0].name, " ", 1))
    return named[0].name if plain else ""


def _claim(
    paper: Paper, table: Table, label: str, header: str, cell: TableCell
) -> Iterator[Physical]:
    device = _device(label)
    kind = next((name for name, words in _COLUMNS if words.search(header)), "")
    if not kind and _BARE_PEAK.fullmatch(header) and _PEAKS.search(table.caption):
        kind = "peak"
    at = cell.number
    if at is None and len(cell.also) == 1 and _SIZED.match(cell.text):
        at = cell.also[0]  # "80 GB HBM3"
    if at is None or not device or not kind or _OTHER.search(header):
        return
    number = paper.number(at)
    if number.quantity.unit not in _UNITS[kind]:
        return
    names = [("device", " ".join(label.split()) if kind != "peak" else device), ("kind", kind)]
    formats = precision_names(header)
    if kind == "peak" and not formats:
        formats = precision_names(table.caption)
    cues = {"claimed", "single", "table"}
    if kind == "peak":
        if len(formats) != 1 or _SPARSE.search(f"{header} {label} {cell.text} {table.caption}"):
            return
        names.append(("precision", formats[0]))
        cues |= {"dense"} if re.search(r"\bdense\b", f"{header} {table.caption}", re.I) else set()
    yield Physical(
        "specification", number.id, (), tuple(names), (("devices", 1.0),), frozenset({"table"}),
        frozenset(cues), number.asserted,
    )  # fmt: skip
