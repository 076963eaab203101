"""The child that reads a PDF: bytes on standard input, one line of JSON on standard output.

It runs as a file of its own (``python -I pdf_reader.py ...``) and imports nothing of Tanaka.  A
PDF is a program for a drawing machine, and a small one can ask for gigabytes: the library aborts
the whole process then, so it must not be the server's.  `tanaka.children.pdf` is the parent.

What it writes is what `tanaka.ingest.layout` reads: pages of lines of runs.  A run is text of one
font, size and baseline: ``[text, x0, x1, y, size, font]``, points from the lower left corner.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from typing import Any

_GAP = 0.6  # of the size: a run ends where a gap is wider, as between the cells of a table
_THIN = 0.12  # of the size: two characters that far apart have a thin space between them
_NARROW = 0.22  # a space between two digits that is no wider groups thousands
_SOFT = "\u00ad"


def limit(megabytes: int, seconds: int) -> None:
    """Ask the system to end this process where it wants too much; only POSIX can."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_AS: megabytes << 20,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,
    }
    for what, most in wanted.items():
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(what, (most, hard if what == resource.RLIMIT_CPU else most))
        except (ValueError, OSError) as error:  # macOS refuses some; the wall clock is left
            print(f"no limit {what}: {error}", file=sys.stderr)


class _Reader:
    """Pages to lines of runs.  One for each document: fonts are numbered over all pages."""

    def __init__(self, raw: Any, most: int) -> None:
        self.raw = raw
        self.left = most
        self.fonts: list[dict[str, Any]] = []
        self._numbers: dict[int, int] = {}
        self._styles: dict[int, tuple[float, int, int]] = {}

    def font(self, handle: Any) -> int:
        key = ctypes.cast(handle, ctypes.c_void_p).value or 0
        if key not in self._numbers:
            size = self.raw.FPDFFont_GetBaseFontName(handle, None, 0)
            buffer = ctypes.create_string_buffer(max(size, 1))
            self.raw.FPDFFont_GetBaseFontName(handle, buffer, size)
            name = buffer.value.decode("utf-8", "replace")
            self._numbers[key] = len(self.fonts)
            self.fonts.append({"name": re.sub(r"^[A-Z]{6}\+", "", name)[:80],
                               "weight": int(self.raw.FPDFFont_GetWeight(handle)),
                               "flags": int(self.raw.FPDFFont_GetFlags(handle))})  # fmt: skip
        return self._numbers[key]

    def style(self, text: Any, i: int) -> tuple[float, int, int]:
        """Size, font and quarter turns of a character, by the text object that draws it."""
        thing = self.raw.FPDFText_GetTextObject(text, i)
        key = ctypes.cast(thing, ctypes.c_void_p).value or 0
        if key not in self._styles:
            matrix = self.raw.FS_MATRIX()
            self.raw.FPDFText_GetMatrix(text, i, ctypes.byref(matrix))
            size = self.raw.FPDFText_GetFontSize(text, i)
            high, lean = (matrix.c**2 + matrix.d**2) ** 0.5, abs(matrix.b) > abs(matrix.a)
            turn = (1 if matrix.b > 0 else 3) if lean else (2 if matrix.a < 0 else 0)
            font = self.font(self.raw.FPDFTextObj_GetFont(thing)) if key else -1
            self._styles[key] = (size * (high or 1.0), font, turn)
        return self._styles[key]

    def page(self, page: Any) -> dict[str, Any] | None:
        """One page; None where the budget of characters is spent."""
        raw = self.raw
        text = raw.FPDFText_LoadPage(page)
        if not text:
            return {"width": 0.0, "height": 0.0, "lines": []}
        self._styles.clear()  # objects of another page may come to lie where those of this lay
        try:
            count = raw.FPDFText_CountChars(text)
            if count > self.left:
                return None
            self.left -= count
            width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
            chars = list(self.chars(text, count))
        finally:
            raw.FPDFText_ClosePage(text)
        turns = [c[5] for c in chars if c[0].strip()]
        turned = max(range(4), key=turns.count) if turns else 0
        return {
            "width": round(width, 1),
            "height": round(height, 1),
            "lines": _lines(chars, turned, width, height),
        }

    def chars(self, text: Any, count: int) -> Any:
        """Character, left, right, baseline, style and turn of each; "" is a line's end."""
        raw = self.raw
        x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
        first_half = 0
        for i in range(count):
            code = raw.FPDFText_GetUnicode(text, i)
            if code in (9, 10, 13, 32) and raw.FPDFText_IsGenerated(text, i) == 1:
                yield (" " if code in (9, 32) else "", 0.0, 0.0, 0.0, 0.0, 0, -1)
                continue
            soft = code in (2, 0xFFFE) or (code == 45 and raw.FPDFText_IsHyphen(text, i) == 1)
            if 0xD800 <= code < 0xDC00:  # one character as two: the other half follows
                first_half = code - 0xD800
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + (first_half << 10) + code - 0xDC00
            char = _SOFT if soft and raw.FPDFText_IsHyphen(text, i) == 1 else chr(code)
            raw.FPDFText_GetCharOrigin(text, i, ctypes.byref(x), ctypes.byref(y))
            raw.FPDFText_GetLooseCharBox(text, i, ctypes.byref(box))
            size, font, turn = self.style(text, i)
            if turn == 0:
                left, right, base = box.left, box.right, y.value
            elif turn == 1:
                left, right, base = box.bottom, box.top, -x.value
            elif turn == 2:
                left, right, base = -box.right, -box.left, -y.value
            else:
                left, right, base = -box.top, -box.bottom, x.value
            yield (char, left, right, base, size, turn, font)
            if char == _SOFT:
                yield ("", 0.0, 0.0, 0.0, 0.0, 0, -1)


def _lines(chars: list[Any], turned: int, width: float, height: float) -> list[Any]:
    """Runs, by line.  Characters that lie otherwise than most of the page are left out."""
    # After a turn the axes of a page begin elsewhere.
    dx = {0: 0.0, 1: 0.0, 2: width, 3: height}[turned]
    dy = {0: 0.0, 1: width, 2: height, 3: 0.0}[turned]
    lines: list[Any] = []
    line: list[Any] = []
    run: list[Any] | None = None
    space = False

    def end() -> None:
        nonlocal line, run, space
        if line:
            lines.append(line)
        line, run, space = [], None, False

    for char, left, right, base, size, turn, font in chars:
        if char == "":
            end()
        elif char == " ":
            space = True
        elif turn == turned:
            left, right, base = left + dx, right + dx, base + dy
            if run is not None:
                gap = (left - run[2]) / max(size, run[4], 0.1)
                digits = run[0][-1:].isdigit() and char.isdigit()
                if space and digits and gap < _NARROW:
                    run[0] += "\u2009"
                elif space:
                    run[0] += " "
                elif gap > _THIN and run[5] == font:
                    run[0] += "\u2009"
                same = run[5] == font and abs(run[4] - size) < 0.1 and abs(run[3] - base) < 0.3
                if not same or gap > _GAP:
                    run = None
            if run is None:
                run = ["", left, right, base, size, font]
                line.append(run)
            run[0] += char
            run[2] = max(run[2], right)  # an accent is drawn after its word
            space = False
    end()
    return [[[r[0], *(round(v, 2) for v in r[1:5]), r[5]] for r in ln] for ln in lines]


def read(data: bytes, pages: int, characters: int) -> dict[str, Any]:
    """Pages of a PDF, or why there are none."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        return {"problem": "encrypted" if locked else "damaged"}
    reader = _Reader(raw, characters)
    read_pages: list[Any] = []
    count = len(document)
    unread = 0
    for i in range(min(count, pages)):
        page = raw.FPDF_LoadPage(document.raw, i)
        if not page:
            unread += 1
            read_pages.append({"width": 0.0, "height": 0.0, "lines": []})
            continue
        found = reader.page(page)
        raw.FPDF_ClosePage(page)
        if found is None:
            return {"pages": read_pages, "fonts": reader.fonts, "count": count, "cut": True}
        read_pages.append(found)
    if unread == len(read_pages):
        return {"problem": "damaged"}
    return {"pages": read_pages, "fonts": reader.fonts, "count": count, "cut": False}


def main() -> None:
    """``pdf_reader.py FOLDER BYTES PAGES CHARACTERS MEGABYTES SECONDS``; FOLDER holds pypdfium2."""
    folder, *numbers = sys.argv[1:]
    largest, pages, characters, megabytes, seconds = map(int, numbers)
    limit(megabytes, seconds)
    sys.path.append(folder)
    data = sys.stdin.buffer.read(largest + 1)
    try:
        found = {"problem": "large"} if len(data) > largest else read(data, pages, characters)
    except MemoryError:
        found = {"problem": "memory"}
    json.dump(found, sys.stdout, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
