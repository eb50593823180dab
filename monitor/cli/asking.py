"""A plain questionnaire on the terminal: one question after the other, forwards and back, until all is in order."""

from __future__ import annotations

from datetime import date
from typing import Any

from monitor.cli.languages import problem_lines
from monitor.cli.printing import say
from monitor.cli.voice import GoneBack, Voice
from monitor.conditions import SESSION, SOURCE, Answers, Operand, Value
from monitor.errors import AnswersRefused, Fault, Problem
from monitor.forms import FormMeta
from monitor.interview import Step, walk
from monitor.languages import Localized
from monitor.questions import Rows
from monitor.submissions import Submission, Surroundings, check

_HOW = (
    "Answer with a number or a code. Enter leaves an optional question blank, ? explains, < goes back, "
    "Ctrl-C stops and keeps nothing."
)
_DONE = "All questions are answered, and the answers are in order. Enter to finish, < to go back"
_EXPLAIN = "{rule}: explain in a line, or < to answer again"
_ENVELOPE = {
    "_source": "Source of these answers (such as: written judgment), or < to answer again",
    "_session": "Which session of that day is it? Its number, or < to answer again",
}


def ask(localized: Localized, form: FormMeta, *, author: str, around: Surroundings) -> Submission:
    """Ask a form's questions, in a language, until its answers are in order; the checked submission.

    A rule that is broken is named and its questions are asked again; a warning is explained in a line. Raises
    :class:`AnswersRefused` when asking again would not help.
    """
    return _Questionnaire(localized, form, around).ask(author)


class _Questionnaire:
    """A form while it is filled in: the answers so far, and what was left blank on purpose."""

    def __init__(self, localized: Localized, form: FormMeta, around: Surroundings) -> None:
        self._localized, self._form, self._around = localized, form, around
        self._voice = Voice(localized)
        self._outer: Answers | None = None
        self._values: dict[str, Value] = {}
        self._passed: set[str] = set()
        self._rows: dict[str, list[Value]] = {}
        self._envelope: dict[str, Any] = {"_explanations": {}}

    def ask(self, author: str) -> Submission:
        """Ask until the answers are in order."""
        instrument, form = self._localized.instrument, self._form
        say(f"{self._localized.form_title(form)} ({form.full_code()} {instrument.version})")
        self._voice.tell(_HOW)
        say()
        if form.parent is not None:
            self._ask_parent(form.parent)
        while True:
            self._ask_all()
            raw = {**self._values, **self._envelope}
            try:
                submission = check(instrument, form, raw, author=author, around=self._around)
                say()
                self._voice.line(_DONE, blank=True)
                return submission
            except GoneBack:
                self._go_back("")
            except AnswersRefused as refusal:
                say("\n".join(["", *problem_lines(refusal, self._localized.translation), ""]))
                if not self._mend(refusal):
                    raise

    def _ask_parent(self, parent: FormMeta) -> None:
        which, none = "Which submission of {form}? Its {key}", "No {form} with this reference is in the store."
        title = f"'{self._localized.form_title(parent)}'"
        while True:
            try:
                reference = self._voice.line(which, form=title, key=parent.key or "id")
            except GoneBack:
                continue
            found = self._around.find(parent, reference)
            if found is not None:
                self._envelope["_parent"], self._outer = found.id, found.answers(date.today())
                return
            self._voice.tell(none, form=parent.full_code())

    # Forwards.

    def _ask_all(self) -> None:
        section = row = ""
        while (step := self._next()) is not None:
            if step.question.section != section:
                section = step.question.section
                say(f"\n== {self._localized.section(step.question)} ==")
            above = step.where.rpartition(".")[0]
            if above and above != row:
                self._name_row(step, above)
            row = above
            try:
                self._take(step)
            except GoneBack:
                self._go_back(step.where)

    def _next(self) -> Step | None:
        """The next question; answers before it that are no longer asked are dropped.

        Those after it are kept: whether they are asked may turn on it.
        """
        walked = walk(self._form, self._values, self._outer)
        step = walked.next(frozenset(self._passed))
        for one in walked.steps:
            if one is step:
                break
            if not one.asked and one.answer is not None:
                self._forget(one.where)
                self._voice.tell("({question} is no longer asked; its answer is dropped.)", question=one.where)
        return step

    def _name_row(self, step: Step, above: str) -> None:
        number = int(above[above.rindex("[") + 1 : -1])
        rows, name = self._place(above[: above.rindex("[")])
        title = self._localized.form_title(step.question.form)
        said = "{form}, {number} of {count}"
        words = self._localized.translation.phrase(said, form=title, number=number, count=len(rows[name]))
        say(f"\n-- {words} --")

    def _take(self, step: Step) -> None:
        answers, name = self._place(step.where)
        if isinstance(step.question, Rows):
            count, kept = self._voice.count(step.question), self._rows.pop(step.where, [])
            answers[name] = [*kept, *({} for _ in range(count - len(kept)))][:count]
            return
        prefix = f"{step.where.rpartition('.')[0].rpartition('[')[2][:-1]}. " if "." in step.where else ""
        answer = self._voice.answer(step.question, prefix, lambda answer: self._taken(step, answer))
        if answer is None:
            self._passed.add(step.where)
        else:
            answers[name] = answer

    def _taken(self, step: Step, answer: Value) -> Problem | None:
        """What is wrong with a reference that another submission has."""
        if step.where != self._form.key or self._around.find(self._form, answer) is None:
            return None
        return Problem.of(step.where, Fault("ANSWER-15", form=self._form.full_code()))

    def _place(self, where: str) -> tuple[dict[str, Value], str]:
        """The answers among which a place such as ``victims[2].victim_sex`` is, and its name there."""
        *above, name = where.split(".")
        answers = self._values
        for part in above:
            rows, _, number = part[:-1].partition("[")
            answers = answers[rows][int(number) - 1]
        return answers, name

    # Back, and what is to be mended.

    def _go_back(self, where: str) -> None:
        """Forget the answer before a place (the last one of all if there is no such place), so that it is asked."""
        before = None
        for step in walk(self._form, self._values, self._outer).steps:
            if step.where == where:
                break
            if step.asked and (step.answer is not None or step.where in self._passed):
                before = step.where
        if before is None:
            self._voice.tell("This is the first question.")
        else:
            self._forget(before)

    def _forget(self, where: str) -> bool:
        """Let a question be asked again; rows are kept until it is known how many there are."""
        passed = {one for one in self._passed if one == where or one.startswith(f"{where}[")}
        self._passed -= passed
        answers, name = self._place(where)
        answer = answers.pop(name, None)
        if isinstance(answer, list) and any(isinstance(row, dict) for row in answer):
            self._rows[where] = answer
        return answer is not None or bool(passed)

    def _mend(self, refusal: AnswersRefused) -> bool:
        """Take away what is wrong, or ask what is missing; whether that changed anything."""
        if any(problem.where == "_parent" for problem in refusal.problems):
            return False  # the submission above was withdrawn meanwhile
        # Two problems can want the same: it is asked for once.
        problems = {self._wanted(problem) or (problem.where, problem.rule): problem for problem in refusal.problems}
        changed = [self._mend_one(problem) for problem in problems.values()]
        return any(changed)

    def _mend_one(self, problem: Problem) -> bool:
        wanted = self._wanted(problem)
        try:
            if problem.code == "ANSWER-10":
                self._envelope["_explanations"][problem.rule] = self._voice.line(_EXPLAIN, rule=problem.rule)
            elif wanted:
                given = self._voice.line(_ENVELOPE[wanted])
                self._envelope[wanted] = int(given) if wanted == "_session" and given.isdecimal() else given
            elif problem.where == "_explanations":
                self._envelope["_explanations"] = {}
            else:
                return not problem.where.startswith("_") and self._forget(problem.where)
        except GoneBack:
            return self._forget(problem.where)
        return True

    def _wanted(self, problem: Problem) -> str:
        """The part of the envelope that would mend a problem: what its rule looks at beside the questions."""
        if problem.where in _ENVELOPE:
            return problem.where
        rules = (rule for rule in self._localized.instrument.rules if rule.id == problem.rule)
        looked_at: list[Operand] = [operand for rule in rules for operand in rule.operands()]
        if problem.code == "ANSWER-09" and SOURCE in looked_at and "_source" not in self._envelope:
            return "_source"
        return "_session" if problem.code == "ANSWER-09" and SESSION in looked_at else ""
