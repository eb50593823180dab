"""Each victim appearing at a hearing: one row for each, inside the hearing."""

from __future__ import annotations

from monitor import Choice, Choices, Form, Rating, Ref, Section, Whole

from . import codes


class VictimAtHearing(Form):
    """One victim who attended the hearing, in the room or by link."""

    class Meta:
        person = "victim_ref"

    section_victim = Section("Each victim appearing")

    victim_ref = Ref(
        "Which victim of the case is this?",
        hint="V1, V2 and so on; the same for the whole case. Never initials, never a date of birth.",
        pattern=r"V[1-9][0-9]?",
        example="V1",
        tests=("CETS 11",),
        origin="K",
    )
    victim_age_group = Choice(
        "To which age group did the victim belong on the day of the hearing?",
        codes.AGE_GROUP,
        publish="dimension",
        published_as={"child": ("child_under_14", "child_14_17"), "adult": ("adult",), "unknown": ("unknown",)},
        tests=("CETS 10(3)", "THB 13"),
        origin="HTC",
    )
    victim_sex = Choice(
        "What is the victim's sex, as the court recorded it or as it was stated?",
        codes.SEX,
        publish="dimension",
        tests=("CETS 17",),
        origin="HTC",
    )
    testimony_mode = Choice(
        "How did the victim give evidence?",
        codes.TESTIMONY,
        publish="counted",
        tests=("THB 12(4)", "VRD 23", "UNTOC 24"),
        origin="K",
    )

    testified = testimony_mode.is_not("did_not_testify")
    is_child = victim_age_group.is_("child_under_14", "child_14_17")

    prior_interviews_count = Whole(
        "How many times had the victim been questioned before?",
        hint="Only where the record shows it.",
        only_if=testified,
        optional=True,
        publish="counted",
        tests=("THB 12(4)", "VRD 20"),
        origin="K",
    )
    private_life_protected = Rating(
        "Were questions on private and sexual life kept to what the charge needs?",
        partly="objection made late, or upheld at times",
        only_if=testified,
        publish="counted",
        tests=("THB 12(4)", "VRD 23", "ECHR 8"),
        origin="K",
    )
    respectful_treatment = Rating(
        "Did the court and the parties treat the victim with respect?",
        hint="The manner in which they spoke to and about the victim.",
        publish="counted",
        tests=("VRD 1", "CETS 17", "ECHR 3"),
        origin="MDA",
    )
    hostile_conduct_by = Choices(
        "Who, if anybody, was degrading or aggressive toward the victim?",
        codes.CONDUCT_BY,
        alone=("none",),
        publish="counted",
        tests=("VRD 1", "ECHR 3"),
        origin="MDA",
    )
    stereotypes_voiced = Choices(
        "Which stereotypes were heard, from anyone with a role in the room?",
        codes.STEREOTYPE,
        alone=("none",),
        publish="counted",
        tests=("CETS 3", "CETS 17", "ECHR 14", "ICCPR 26"),
        origin="S4",
    )
    pressure_to_testify = Choice(
        "Was the victim put under pressure to testify, as seen or as recorded?",
        codes.PRESSURE,
        publish="counted",
        tests=("CETS 12(6)", "THB 11", "AP III.4.5", "RPG P8"),
        origin="S4",
    )
    consent_used_against_victim = Rating(
        "Was the victim's first agreement treated as an answer to the charge?",
        hint="Yes is the bad answer here.",
        yes_is_bad=True,
        only_if=testified,
        optional=True,
        publish="counted",
        tests=("PAL 3(b)", "CETS 4"),
        origin="XKX",
    )
    child_guardian_present = Rating(
        "Did the child have a guardian or special representative free of conflict of interest?",
        only_if=is_child,
        publish="counted",
        tests=("CETS 10(4)", "THB 14", "THB 15", "VRD 24", "CRC 3"),
        origin="K",
    )
    child_measures_used = Rating(
        "Were measures for children used when the child was heard?",
        hint="A recorded interview in place of testimony, a closed session, or a remote hearing for the child.",
        partly="one of the measures open to the court",
        only_if=is_child,
        publish="counted",
        tests=("THB 15", "VRD 24", "CETS 30", "CRC 12"),
        origin="GR3",
    )
