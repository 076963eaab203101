"""Published models that are not decoders: encoders, encoder-decoders, and networks for images.

FLOPs of an image are kept as multiply-adds, which is what papers on vision print under that name;
`hwmodels.image_flops` makes FLOPs of them.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from hwmodels.image_flops import (
    inference_flops_per_image,
    train_flops_per_image,
    vision_transformer_multiply_adds,
)
from hwmodels.models import TESTED, Model, architectures, find_id, find_model, text_of
from hwmodels.parameters import (
    encoder_decoder_parameters,
    encoder_parameters,
    vision_transformer_parameters,
)
from hwmodels.provenance import Fields, Sourced


@dataclass(frozen=True, slots=True)
class Published:
    """What every published model has.

    Attributes
    ----------
    id, name : str
    aliases : tuple of str
        Spellings that name and punctuation do not make.
    published : Sourced
        Parameters as printed, or of the published checkpoint [parameter].
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    published: Sourced


@dataclass(frozen=True, slots=True)
class Encoder(Published):
    """BERT and its kin, with the pooler and without the head of a task.

    Attributes
    ----------
    layers, hidden, heads, feed_forward, vocabulary, positions, segments : Sourced
        [1]
    """

    layers: Sourced
    hidden: Sourced
    heads: Sourced
    feed_forward: Sourced
    vocabulary: Sourced
    positions: Sourced
    segments: Sourced

    @property
    def parameters(self) -> float:
        """All parameters, from the shape [parameter]."""
        return encoder_parameters(
            self.layers.value,
            self.hidden.value,
            self.feed_forward.value,
            self.vocabulary.value,
            self.positions.value,
            self.segments.value,
        )


@dataclass(frozen=True, slots=True)
class EncoderDecoder(Published):
    """T5: as many layers of an encoder as of a decoder.

    Attributes
    ----------
    layers, hidden, heads, head_size, feed_forward, vocabulary, buckets : Sourced
        [1]; buckets of relative positions.
    """

    layers: Sourced
    hidden: Sourced
    heads: Sourced
    head_size: Sourced
    feed_forward: Sourced
    vocabulary: Sourced
    buckets: Sourced

    @property
    def parameters(self) -> float:
        """All parameters, from the shape [parameter]."""
        return encoder_decoder_parameters(
            self.layers.value,
            self.hidden.value,
            self.heads.value,
            self.head_size.value,
            self.feed_forward.value,
            self.vocabulary.value,
            self.buckets.value,
        )


@dataclass(frozen=True, slots=True)
class Vision(Published):
    """A network that classifies images.

    Attributes
    ----------
    side, classes : Sourced
        Pixels on the side of an image, and classes [1].
    multiply_adds : Sourced
        Of the forward pass of one image, as printed [1/sample].
    """

    side: Sourced
    classes: Sourced
    multiply_adds: Sourced

    @property
    def parameters(self) -> float:
        """Parameters as published: a convolutional network has no shape of a few numbers."""
        return self.published.value

    @property
    def inference_flops(self) -> float:
        """FLOPs of the forward pass of one image, two a multiply-add [FLOP/sample]."""
        return inference_flops_per_image(self.multiply_adds.value)

    @property
    def train_flops(self) -> float:
        """FLOPs of forward and backward pass of one image [FLOP/sample]."""
        return train_flops_per_image(self.multiply_adds.value)


@dataclass(frozen=True, slots=True)
class VisionTransformer(Vision):
    """ViT: a class token, learned positions, a linear head.

    Attributes
    ----------
    layers, hidden, heads, feed_forward, patch : Sourced
        [1]; pixels on the side of a patch.
    """

    layers: Sourced
    hidden: Sourced
    heads: Sourced
    feed_forward: Sourced
    patch: Sourced

    @property
    def patches(self) -> float:
        """Patches of an image; the sequence has the class token beside them."""
        return (self.side.value / self.patch.value) ** 2

    @property
    def parameters(self) -> float:
        """All parameters, from the shape [parameter]."""
        return vision_transformer_parameters(*self._counts())

    @property
    def counted_multiply_adds(self) -> float:
        """Multiply-adds of one image, from the shape [1/sample]."""
        return vision_transformer_multiply_adds(*self._counts())

    def _counts(self) -> tuple[float, ...]:
        return (
            self.layers.value,
            self.hidden.value,
            self.feed_forward.value,
            self.patch.value,
            self.patches,
            self.classes.value,
        )


Network: TypeAlias = Encoder | EncoderDecoder | Vision | VisionTransformer

_IMAGE = ("side", "classes")
_KINDS: dict[str, tuple[type, tuple[str, ...]]] = {
    "encoder": (
        Encoder,
        ("layers", "hidden", "heads", "feed_forward", "vocabulary", "positions", "segments"),
    ),
    "encoder-decoder": (
        EncoderDecoder,
        ("layers", "hidden", "heads", "head_size", "feed_forward", "vocabulary", "buckets"),
    ),
    "vision": (Vision, _IMAGE),
    "vision-transformer": (
        VisionTransformer,
        (*_IMAGE, "layers", "hidden", "heads", "feed_forward", "patch"),
    ),
}


def read_network(name: str, text: str, known: Container[str] | None = None) -> Network:
    """Network of a TOML text.

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
    top = Fields.of(name, text, known)
    architecture = top.get("architecture", str)
    if architecture not in _KINDS:
        raise top.error("architecture", f"is not one of {', '.join(_KINDS)}")
    kind, keys = _KINDS[architecture]
    images = issubclass(kind, Vision)
    top.only(
        "id", "name", "aliases", "architecture", "parameters", "shape",
        *(("multiply_adds",) if images else ()),
    )  # fmt: skip
    shape = top.table("shape").only(*keys)
    made: Network = kind(
        id=top.get("id", str),
        name=top.get("name", str),
        aliases=top.names("aliases"),
        published=top.sourced("parameters", "parameter"),
        **{key: shape.sourced(key, "1") for key in keys},
        **({"multiply_adds": top.sourced("multiply_adds", "1/sample")} if images else {}),
    )
    return made


@cache
def _network(id: str) -> Network:
    return read_network(f"{id}.toml", text_of(id), TESTED)


@cache
def networks() -> tuple[Network, ...]:
    """Every published model of the package that is not a decoder, by id."""
    return tuple(_network(id) for id, kind in sorted(architectures().items()) if kind in _KINDS)


def find_network(name: str) -> Model | Network | None:
    """The published model that a name means, of whatever architecture; None for no model."""
    id = find_id(name)
    if id is None or architectures()[id] == "decoder":
        return find_model(name)
    return _network(id)
