"""FLOPs of one image, where the field counts multiply-adds and calls them FLOPs.

"ResNet-50, 4.1 GFLOPs" are 4.1 billion multiply-adds: 8.2 GFLOPs at two a multiply-add, which is
how peak rates are counted.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_VIT = "Dosovitskiy et al., ViT, ICLR 2021, section 3.1"
_RESNET = "He et al., ResNet, CVPR 2016, table 1: its FLOPs are multiply-adds"
_BACKWARD = "Kaplan et al., Scaling Laws, 2020, section 2.1: a backward pass costs two forward ones"


@formula(
    "F = 2 * M",
    source=_RESNET,
    kind="identity",
    unit_in={"M": "1/sample"},
    unit_out="FLOP/sample",
    monotone="+",
    coefficients={"2": "FLOP"},
    convention="a multiply-add is two FLOPs, as in a peak rate",
)
def inference_flops_per_image(M: Value) -> Value:
    """FLOPs of the forward pass of one image.

    Parameters
    ----------
    M : (...) array_like
        Multiply-adds, which papers on vision print as FLOPs [1/sample].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/sample].
    """
    return 2 * M


@formula(
    "F = 6 * M",
    source=_BACKWARD,
    kind="identity",
    unit_in={"M": "1/sample"},
    unit_out="FLOP/sample",
    monotone="+",
    coefficients={"6": "FLOP"},
    convention="a multiply-add is two FLOPs; the backward pass is two forward ones",
)
def train_flops_per_image(M: Value) -> Value:
    """FLOPs of the forward and backward pass of one image.

    Parameters
    ----------
    M : (...) array_like
        Multiply-adds of the forward pass [1/sample].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/sample].  The first layer needs no gradient of its input: high by less than 2 % for
        ResNet-50.
    """
    return 6 * M


@formula(
    "M = l * ((s + 1) * (4 * h^2 + 2 * h * f) + 2 * (s + 1)^2 * h) + s * 3 * p^2 * h + h * y",
    source=_VIT,
    kind="identity",
    unit_in={"l": "1", "h": "1", "f": "1", "p": "1", "s": "1", "y": "1"},
    unit_out="1/sample",
    monotone="++++++",
    coefficients={"": "1/sample"},
    convention="matrix products alone; three colours, a class token, a linear head",
)
def vision_transformer_multiply_adds(
    l: Value, h: Value, f: Value, p: Value, s: Value, y: Value
) -> Value:
    """Multiply-adds of the forward pass of one image through a vision transformer.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width of the feed-forward.
    p : (...) array_like
        Pixels on the side of a patch.
    s : (...) array_like
        Patches of an image: (side / p)^2.
    y : (...) array_like
        Classes.

    Returns
    -------
    M : (...) ndarray or float
        [1/sample].
    """
    return l * ((s + 1) * (4 * h**2 + 2 * h * f) + 2 * (s + 1) ** 2 * h) + s * 3 * p**2 * h + h * y
