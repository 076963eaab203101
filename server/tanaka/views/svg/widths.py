"""How wide text is drawn, so that labels can be kept apart before anything is drawn.

Advance widths of DejaVu Sans and DejaVu Sans Bold in thousandths of an em, read from the fonts'
``hmtx`` tables (version 2.37).  DejaVu is the widest of the fonts that editors fall back to, so
what fits here fits everywhere.
"""

from __future__ import annotations

from functools import lru_cache

_EXTRA = "–—‘’“”…‰′″⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉→←↔−√∞≈≠≤≥·×∑∏∆"
_REGULAR = {
    0x20: """
        318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636
        636 636 636 337 337 838 838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863
        748 787 603 787 695 635 611 732 684 989 685 611 685 390 337 390 838 500 500 613 635 550 635
        615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 634 592 818 592 592 525 636
        337 636 838
    """,
    0xA0: """
        318 401 636 636 636 636 337 500 500 1000 471 612 838 361 1000 500 500 838 401 401 500 636 636
        318 500 401 471 612 969 969 969 531 684 684 684 684 684 684 974 698 632 632 632 632 295 295
        295 295 775 748 787 787 787 787 787 838 787 732 732 732 732 611 605 630 613 613 613 613 613
        613 982 550 615 615 615 615 278 278 278 278 612 634 612 612 612 612 612 838 612 634 634 634
        634 592 635 592
    """,
    0x391: """
        684 686 557 684 632 685 752 787 295 656 684 863 748 632 787 752 603 0 632 611 611 787 685 787
        764 295 611 659 541 634 338 579 659 638 592 612 541 544 634 612 338 589 592 636 559 558 612
        602 635 587 634 602 579 660 578 660 837
    """,
}
_REGULAR_EXTRA = """
500 1000 318 318 518 518 1000 1342 227 374 401 401 401 401 401 401 401 401 401 401 401 401 401
401 401 401 401 838 838 838 838 637 833 838 838 838 838 318 838 674 757 669
"""
_BOLD = {
    0x20: """
        348 456 521 838 696 1002 872 306 457 457 523 838 380 415 380 365 696 696 696 696 696 696 696
        696 696 696 400 400 838 838 838 580 1000 774 762 734 830 683 683 821 837 372 372 775 637 995
        837 850 733 850 770 720 682 812 774 1103 771 724 725 457 365 457 838 500 500 675 716 593 716
        678 435 716 712 343 343 665 343 1042 712 687 716 716 493 595 478 712 652 924 645 652 582 712
        365 712 838
    """,
    0xA0: """
        348 456 696 696 636 696 365 500 500 1000 564 646 838 415 1000 500 500 838 438 438 500 736 636
        380 500 438 564 646 1035 1035 1035 580 774 774 774 774 774 774 1085 734 683 683 683 683 372
        372 372 372 838 837 850 850 850 850 850 838 850 812 812 812 812 724 738 719 675 675 675 675
        675 675 1048 593 678 678 678 678 343 343 343 343 687 712 687 687 687 687 687 838 687 712 712
        712 712 652 716 652
    """,
    0x391: """
        774 762 637 774 683 725 837 850 372 775 774 995 837 632 850 837 733 0 683 682 724 850 771 850
        850 372 724 687 557 712 390 675 687 716 681 687 557 591 712 687 390 710 633 736 681 591 687
        791 716 593 779 638 675 782 645 794 869
    """,
}
_BOLD_EXTRA = """
500 1000 380 380 657 657 1000 1440 264 447 438 438 438 438 438 438 438 438 438 438 438 438 438
438 438 438 438 838 838 838 838 667 833 838 838 838 838 380 838 718 787 697
"""

# Nothing measured is wider than W in bold; ideographs are one em.
_UNKNOWN = 1104


def _table(blocks: dict[int, str], extra: str) -> dict[str, int]:
    widths = {
        chr(first + i): int(w)
        for first, text in blocks.items()
        for i, w in enumerate(text.split())
        if int(w)
    }
    return widths | dict(zip(_EXTRA, map(int, extra.split()), strict=True))


_WIDTHS = {False: _table(_REGULAR, _REGULAR_EXTRA), True: _table(_BOLD, _BOLD_EXTRA)}


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text [px] at a font size [px], on the safe side."""
    widths = _WIDTHS[bold]
    return sum(widths.get(c, _UNKNOWN) for c in text) * size / 1000


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than ``room`` [px]."""
    if text_width(text, size, bold=bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + "…", size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""
