"""The questionnaire on a terminal: what it shows, how lines are typed, and what each key and word does."""

from monitor.cli.questionnaire.console import Console, Left, console_for
from monitor.cli.questionnaire.dialogue import Dialogue
from monitor.cli.questionnaire.starting import ask_carried_over, ask_parent, ask_which_draft

__all__ = ["Console", "Dialogue", "Left", "ask_carried_over", "ask_parent", "ask_which_draft", "console_for"]
