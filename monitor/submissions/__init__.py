"""Raw answers in, a checked submission out, or every problem they have at once."""

from monitor.submissions.checking import answers_around, answers_beside, check, doubts_about, problems_as_json
from monitor.submissions.desk import Desk
from monitor.submissions.envelope import ENVELOPE, fields_of
from monitor.submissions.model import Nothing, Stored, Submission, Surroundings, new_id
from monitor.submissions.parts import divide, join, without_blanks

__all__ = [
    "Desk", "ENVELOPE", "Nothing", "Stored", "Submission", "Surroundings", "answers_around", "answers_beside", "check",
    "divide", "doubts_about", "fields_of", "join", "new_id", "problems_as_json", "without_blanks",
]  # fmt: skip
