"""PDFs for tests, written by hand: text at places, and files that mean harm."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

FONTS = {"F": "Times-Roman", "B": "Times-Bold", "I": "Times-Italic", "M": "Courier"}


@dataclass(frozen=True)
class Text:
    """Words at a place: points from the lower left corner."""

    x: float
    y: float
    words: str
    size: float = 10
    font: str = "F"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n" % (entries, len(data)) + data + b"\nendstream"


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A file of numbered objects; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(out))
    )


def drawing(texts: list[Text]) -> bytes:
    """A page's program that draws texts in their order, in WinAnsi."""
    out = []
    for t in texts:
        words = t.words.encode("cp1252")
        for sign in (b"\\", b"(", b")"):
            words = words.replace(sign, b"\\" + sign)
        out.append(b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET" % (t.font.encode(), t.size, t.x, t.y, words))  # fmt: skip
    return b"\n".join(out)


def pdf(*pages: list[Text]) -> bytes:
    """A PDF with a page for each list of texts."""
    return _of([stream(drawing(p)) for p in pages])


def _of(contents: list[bytes], more: bytes = b"") -> bytes:
    n = len(contents)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(n))
    fonts = b"".join(
        b"/%s<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % (k.encode(), v.encode())
        for k, v in FONTS.items()
    )  # fmt: skip
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (n, kids),
        b"<</Font<<%s>>%s>>" % (fonts, more),
    ]
    for i, content in enumerate(contents):
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources 3 0 R>>" % (5 + 2 * i),
            content,
        ]  # fmt: skip
    return assembled(objects)


# -- encrypted --------------------------------------------------------------------------------

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def encrypted(password: bytes) -> bytes:
    """A PDF that opens with a password only: RC4 with 40 bits, as version 1 has it."""
    name, rights = b"0123456789abcdef", -44
    padded = (password + _PAD)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    seed = padded + owner + rights.to_bytes(4, "little", signed=True) + name
    key = hashlib.md5(seed).digest()[:5]
    user = _rc4(key, _PAD)
    plain = drawing([Text(72, 700, "Nobody reads this.")])
    own = hashlib.md5(key + (4).to_bytes(3, "little") + b"\x00\x00").digest()[:10]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(_rc4(own, plain)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
        b"<</Filter/Standard/V 1/R 2/P %d/O<%s>/U<%s>>>" % (rights, owner.hex().encode(), user.hex().encode()),
    ]  # fmt: skip
    marks = b"/Encrypt 6 0 R/ID[<%s><%s>]" % (name.hex().encode(), name.hex().encode())
    return assembled(objects, marks)


# -- files that mean harm ---------------------------------------------------------------------


def flate_bomb(megabytes: int) -> bytes:
    """A page of so many megabytes of spaces, packed twice, in a few kilobytes."""
    packer = zlib.compressobj(9)
    inner = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    return _of([stream(zlib.compress(inner, 9), b"/Filter[/FlateDecode/FlateDecode]")])


def nested_forms(depth: int, width: int = 4) -> bytes:
    """Forms that draw forms: ``width`` to the power of ``depth`` of them."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</X0 5 0 R>>>>>>",
        stream(b"/X0 Do"),
    ]  # fmt: skip
    for i in range(depth):
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X%d %d 0 R>>>>"
        objects.append(stream(b"/X%d Do " % (i + 1) * width, head % (i + 1, 6 + i)))
    objects.append(stream(b"q Q", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))
    return assembled(objects)


def many_glyphs(count: int) -> bytes:
    """One page of so many letters."""
    lines = b"".join(
        b"BT /F 1 Tf 1 0 0 1 10 %d Tm (%s) Tj ET\n" % (i, b"A" * 1000) for i in range(700)
    )
    packed = zlib.compress(lines * (count // 700_000), 9)
    return _of([stream(packed, b"/Filter/FlateDecode")])


def many_pages(count: int) -> bytes:
    """So many pages, all the same."""
    kids = b"3 0 R " * count
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            stream(drawing([Text(72, 700, "The step takes 12 ms on every page of this file.")])),
            b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
        ]
    )  # fmt: skip


def page_loop() -> bytes:
    """A tree of pages whose only branch is its root."""
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>",
        ]
    )
