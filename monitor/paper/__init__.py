"""An instrument on paper: a form of any version that prints on A4, with its skips in words."""

from monitor.paper.layout import paper_html
from monitor.paper.reading import Paper, PaperForm, PaperQuestion, on_paper, on_paper_frozen

__all__ = ["Paper", "PaperForm", "PaperQuestion", "on_paper", "on_paper_frozen", "paper_html"]
