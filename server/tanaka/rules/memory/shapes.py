"""Layers and width of a model that a paper calls by its size: of its own table, or of the public model it means."""

from __future__ import annotations

import re

from hwmodels.models import Model, find_model
from tanaka.paper.model import NumberId, Paper, Physical
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.table_lines import lines, plain

_LAYERS = Lazy(r"^\W*#?\s?(?:num(?:ber)?\.? of )?layers\W*$|^\W*L\W*$", re.I)
_WIDTH = Lazy(r"^\W*(?:hidden(?: (?:size|dim(?:ension)?|width))?|model dim(?:ension)?|d_?\{?model\}?|width|h|d)\W*$", re.I)  # fmt: skip
_LABEL = Lazy(r"(\d+(?:\.\d+)?)\s?([BM])\b")


@dataclass(frozen=True, slots=True)
class ShapeOf:
    """A shape, of numbers of the paper or of a public model."""

    layers: float
    hidden: float
    layers_at: NumberId | None
    hidden_at: NumberId | None
    model: Model | None


@query
def tabled(paper: Paper) -> tuple[tuple[float, NumberId, NumberId], ...]:
    """Shapes of tables: parameters of the label, layers, width."""
    out = []
    for table in paper.tables:
        for line in lines(paper, table):
            layers = line.only(_LAYERS, lambda n: plain(n, "1", 2.0))
            width = line.only(_WIDTH, lambda n: plain(n, "1", 64.0))
            label = _LABEL.search(line.name)
            if layers is None or width is None or label is None:
                continue
            out.append((float(label.group(1)) * (1e9 if label.group(2) == "B" else 1e6), layers.id, width.id))  # fmt: skip
    return tuple(out)


def shape_of(paper: Paper, claim: Physical) -> ShapeOf | None:
    """The shape of the model of a claim; None where the paper says none, or two."""
    at, name = claim.at("params"), claim.name("model")
    model = find_model(name) if name else None
    if model is None and at is not None:
        size = paper.number(at).quantity.point
        rows = [(a, b) for n, a, b in tabled(paper) if abs(n / size - 1) < 0.02]
        if len(rows) == 1:
            a, b = rows[0]
            return ShapeOf(paper.number(a).quantity.point, paper.number(b).quantity.point, a, b, None)  # fmt: skip
        model = public(paper, size)
    if model is None or not (model.dense and model.uniform):
        return None
    return ShapeOf(model.layers.value, model.hidden.value, None, None, model)


def public(paper: Paper, parameters: float) -> Model | None:
    """The public model that "the 13B model" means in a paper that names its family alone ("the shapes of LLaMA")."""
    exact = machine.of_size(paper, parameters)
    if exact is not None:
        return find_model(exact.name)
    label = f"{parameters / 1e9:g}B"
    found = {
        m.id: m
        for name in machine.named_models(paper)
        if not any(c.isdigit() for c in name.rstrip("0123456789"))
        and (m := find_model(f"{name}-{label}")) is not None
    }
    shapes = {(m.layers.value, m.hidden.value) for m in found.values()}
    return next(iter(found.values())) if len(shapes) == 1 else None
