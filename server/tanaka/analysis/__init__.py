"""The API boundary: text goes in through `AnalysisHost.apply`, snapshots come out."""

from tanaka.analysis.host import Analysis, AnalysisHost, Change
from tanaka.analysis.report import Coverage, Located, LocatedFix, Report, Suppressed

__all__ = [
    "Analysis",
    "AnalysisHost",
    "Change",
    "Coverage",
    "Located",
    "LocatedFix",
    "Report",
    "Suppressed",
]
