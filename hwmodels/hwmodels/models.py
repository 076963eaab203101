"""Public language models from TOML files: their shapes, each number with its source.

A name as authors write it resolves to one model or to none.  Parameters are computed from the
shape (`hwmodels.model_shape`); the published count is kept beside it and tested against it.  A
file is read when a name means its model: which names there are stands in an index that
``make docs`` writes.  Models that are not decoders (BERT, T5, ViT, ResNet) are in
`hwmodels.networks`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from hwmodels.model_shape import BIASES as BIASES
from hwmodels.model_shape import CONVENTIONS as CONVENTIONS
from hwmodels.model_shape import NORMS as NORMS
from hwmodels.model_shape import VECTORS as VECTORS
from hwmodels.model_shape import Model as Model
from hwmodels.provenance import Fields, Sourced

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SHAPE = ("layers", "hidden", "heads", "kv_heads", "head_size", "feed_forward", "vocabulary")
_COUNTS = (
    "positions", "windowed_layers", "experts", "active", "shared", "expert_width", "dense_layers",
    "query_rank", "key_value_rank", "rotary_size", "value_size",
)  # fmt: skip
_LENGTHS = ("context", "window")
_TOP = (
    "id", "name", "aliases", "architecture", "convention", "tied", "biases", "norms",
    "norm", "head_norms", "embedding_norm", "relative", "parameters", "active_parameters",
    "shape",
)  # fmt: skip
# What goes with what: a number that is given needs the others beside it.
_TOGETHER = (
    ("experts", "active"), ("active", "experts"), ("shared", "experts"), ("expert_width", "experts"),
    ("dense_layers", "expert_width"), ("query_rank", "key_value_rank"),
    ("key_value_rank", "rotary_size"), ("rotary_size", "value_size"),
    ("value_size", "key_value_rank"), ("windowed_layers", "window"),
)  # fmt: skip


def read_model(name: str, text: str, known: Container[str] | None = None) -> Model:
    """Model of a TOML text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
    known : container of str, optional
        Keys of the bibliography; the package's own by default.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing, is not known or cannot be read.
    """
    top = Fields.of(name, text, known).only(*_TOP)
    if top.get("architecture", str, "decoder") != "decoder":
        raise top.error("architecture", "is not decoder")
    shape = top.table("shape").only(*_SHAPE, *_COUNTS, *_LENGTHS)
    convention = top.get("convention", str)
    if convention not in CONVENTIONS:
        raise top.error("convention", f"is not one of {', '.join(CONVENTIONS)}")
    norm = top.get("norm", str, "root-mean-square" if convention == "gated" else "layer")
    if norm not in VECTORS:
        raise top.error("norm", f"is not one of {', '.join(VECTORS)}")
    for given, needed in _TOGETHER:
        if given in shape.data and needed not in shape.data:
            raise shape.error(needed, f"is missing beside {given}")
    return Model(
        id=top.get("id", str),
        name=top.get("name", str),
        aliases=top.names("aliases"),
        convention=convention,
        **_numbers(shape),
        tied=top.get("tied", bool),
        biases=_among(top, "biases", BIASES),
        norms=_among(top, "norms", NORMS) or ("attention", "feed-forward"),
        norm=norm,
        head_norms=top.get("head_norms", bool, False),
        embedding_norm=top.get("embedding_norm", bool, False),
        relative=top.get("relative", bool, False),
        published=top.sourced("parameters", "parameter"),
        published_active=top.maybe("active_parameters", "parameter"),
    )


def _numbers(shape: Fields) -> dict[str, Any]:
    """The numbers of a shape: those that every model has, and those that it may have."""
    held: dict[str, Sourced | None] = {key: shape.sourced(key, "1") for key in _SHAPE}
    held |= {key: shape.maybe(key, "1") for key in _COUNTS}
    return held | {key: shape.maybe(key, "token") for key in _LENGTHS}


def _among(top: Fields, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The words under a key, each of which must be known."""
    words = top.names(key)
    for word in words:
        if word not in known:
            raise top.error(key, f"has {word!r}, which is not one of {', '.join(known)}")
    return words


class _Tested:
    """The bibliography where the package's own files are read: that they cite it, the tests hold."""

    def __contains__(self, key: object) -> bool:
        return True


TESTED = _Tested()


def _data(name: str) -> Traversable:
    from importlib.resources import files  # slow to import, and not needed by who only reads types

    return files("hwmodels") / "data" / name


def text_of(id: str) -> str:
    """TOML text of a published model, by its id."""
    return (_data("models") / f"{id}.toml").read_text("utf-8")


@cache
def architectures() -> Mapping[str, str]:
    """Architecture of every published model, by its id: "decoder", "encoder", "vision" ..."""
    return {id: architecture for id, architecture, *_ in _index()}


@cache
def _index() -> tuple[tuple[str, ...], ...]:
    """Id, architecture and names of every published model."""
    import json

    return tuple(tuple(row) for row in json.loads(_data("model_names.json").read_text("utf-8")))


@cache
def _model(id: str) -> Model:
    return read_model(f"{id}.toml", text_of(id), TESTED)


@cache
def models() -> tuple[Model, ...]:
    """Every decoder-only model of the package, by id."""
    return tuple(_model(id) for id, kind in sorted(architectures().items()) if kind == "decoder")


# Endings of a checkpoint's name that leave its shape as it is.
_TUNED = re.compile(r"(?:chat|instruct|base|hf|it|v0\.[123])$")


def find_id(name: str) -> str | None:
    """Id of the published model that a name means, of whatever architecture; None for no model.

    "Llama 2 7B", "LLaMA2-7B-chat" and "Llama-2-7b-hf" are one.
    """
    squashed = _squashed(name)
    names = _by_name()
    # "BERT-base" is a model of its own, the base of "Llama-2-7B-base" is the model
    while squashed not in names and (shorter := _TUNED.sub("", squashed)) != squashed:
        squashed = shorter
    return names.get(squashed)


@cache
def find_model(name: str) -> Model | None:
    """The decoder-only model that a name means; None where it is not known, or is another kind."""
    id = find_id(name)
    return _model(id) if id is not None and architectures()[id] == "decoder" else None


@cache
def _by_name() -> dict[str, str]:
    return {_squashed(n): id for id, _, *names in _index() for n in (id, *names)}


def _squashed(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower().replace("×", "x"))
