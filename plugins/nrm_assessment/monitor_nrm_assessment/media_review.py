"""The media review: a sample of articles and broadcasts, one row for each."""

from __future__ import annotations

from monitor import Choice, Date, Form, Rating, Rows, Section

from . import codes
from .assessment import Assessment


class MediaItem(Form):
    """One article or broadcast of the sample."""

    section_item = Section("Media review")

    media_item_date = Date(
        "On what date was the article or broadcast published?",
        not_after="today",
        publish="counted",
        tests=("AP IV.8.2",),
        origin="S4",
    )
    media_frame = Choice(
        "What is the main frame of the item?",
        codes.FRAME,
        publish="counted",
        tests=("AP IV.8.2",),
        origin="S1",
    )
    media_identity_exposed = Rating(
        "Does the item give the name, face, place or family of a victim?",
        hint="Yes is the bad answer here.",
        yes_is_bad=True,
        publish="counted",
        tests=("CETS 11", "AP IV.8.2"),
        origin="S1",
    )
    media_help_information = Rating(
        "Does the item give a hotline, or information on rights?",
        publish="counted",
        tests=("AP IV.8.2",),
        origin="S1",
    )


class MediaReview(Form):
    """The media sample, or a part of it."""

    class Meta:
        parent = Assessment

    section_media = Section("Media review")

    media_items = Rows(
        MediaItem,
        "For each article or broadcast of the sample: what does it show of victims?",
        hint="At most 200 in one submission. A larger sample is entered in several.",
        only_if=Assessment.methods_used.includes("media_sample"),
    )
