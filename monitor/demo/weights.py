"""How often the invented mission answers what: a deck of cards for each question, by question name.

The shape is that of a real programme, the trial monitoring of the OSCE Mission to Moldova, in its first year: 51 % of
hearings in judges' offices, 13 % in lobbies, more than 60 % starting up to half an hour late, and postponements
because prosecutor, injured party, lawyer or witness were absent in 10, 10, 15 and 18 % of the cases. Every other
number here is made up.

A card is an answer as a cell of a CSV file writes it: several codes are separated by ``;``, an empty cell is a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.questions import Choices, Coded, Question, Rating, Whole

Deck = Mapping[str, int]
"""Cards, and how many of each lie in the deck."""

_CASE: dict[str, Deck] = {
    # Codes of ISO 3166 that nobody can mistake for a State under review: Antarctica, Bouvet Island, South Georgia and
    # the South Sandwich Islands, Heard Island and McDonald Islands. Nobody lives there for good and no mission
    # monitors trials there, so that no figure of the demo, however it is quoted, says anything about anybody.
    "country": {"AQ": 31, "BV": 26, "GS": 23, "HM": 20},
    "court_level": {"first_instance_general": 72, "first_instance_specialised": 12, "appeal": 14, "supreme": 2},
    "offences_charged": {
        "trafficking_adult": 46, "trafficking_child": 14, "trafficking_adult;organised_group": 9,
        "trafficking_adult;exploitation_of_prostitution": 12, "slavery_servitude_forced_labour": 9,
        "trafficking_child;sexual_offence": 4, "trafficking_adult;document_offence": 3, "money_laundering": 3,
    },
    "exploitation_forms": {
        "sexual": 52, "forced_labour": 18, "sexual;forced_labour": 6, "forced_begging": 9, "domestic_servitude": 6,
        "forced_criminality": 5, "forced_marriage": 2, "unknown": 2,
    },
    "trafficking_dimension": {"internal": 34, "cross_border": 52, "mixed": 10, "unknown": 4},
    "defendants_total": {"1": 48, "2": 24, "3": 14, "4": 8, "6": 4, "9": 2},
    "defendant_roles": {
        "recruiter": 38, "recruiter;transporter": 16, "exploiter_or_employer": 18, "organiser_or_financier": 8,
        "host_or_guard": 8, "": 12,
    },
    "victims_total": {"0": 4, "1": 40, "2": 24, "3": 14, "4": 8, "6": 6, "9": 4},
    # Of the victims, where trafficking in children is charged.
    "victims_children": {"one": 30, "some": 20, "all": 50},
    "victim_procedural_status": {
        "injured_party": 58, "civil_party": 16, "witness_only": 14, "mixed": 9, "private_prosecutor": 1,
        "not_recognised": 2,
    },
    "victim_prosecuted": {"yes": 15, "no": 65, "unknown": 20},
}  # fmt: skip

_HEARING: dict[str, Deck] = {
    "monitor_access": {"full": 470, "partial": 20, "refused_before_start": 5, "removed_during": 3, "not_attempted": 2},
    "hearing_held": {"held": 57, "held_in_part": 9, "postponed_without_examination": 31, "cancelled_unannounced": 3},
    "postponement_reasons": {
        "prosecutor_absent": 8, "prosecutor_absent;witness_absent": 2,
        "victim_absent": 6, "victim_absent;witness_absent": 4,
        "defence_counsel_absent": 13, "defence_counsel_absent;accused_absent": 2,
        "witness_absent": 12,
        "accused_absent": 13, "judge_absent": 9, "summons_not_served": 9, "evidence_or_expert_not_ready": 8,
        "party_requested_time": 5, "court_overbooked": 4, "interpreter_absent": 2, "not_stated": 3,
    },
    # Bands of minutes; a number is drawn within each.
    "start_delay_minutes": {"0-0": 15, "1-30": 63, "31-60": 13, "61-180": 5, "": 4},
    "venue_type": {
        "judges_office": 51, "corridor_or_lobby": 13, "courtroom": 31, "remote_online": 2, "mixed_hybrid": 2,
        "other": 1,
    },
    "publicity": {"open": 80, "partly_closed": 8, "fully_closed": 12},
    "victims_present": {"none": 55, "one": 27, "some": 10, "all": 8},
    "victim_rights_explained": {"yes": 34, "partly": 26, "no": 14, "not_observed": 24, "not_applicable": 2},
    "support_persons": {
        "none": 46, "trusted_person_or_family": 20, "ngo_worker": 16, "ngo_worker;psychologist": 4, "social_worker": 8,
        "not_visible": 6,
    },
    "ngo_support_admitted": {"yes": 14, "no": 5, "not_applicable": 61, "": 20},
    "victim_represented": {"yes": 46, "partly": 16, "no": 30, "not_observed": 6, "not_applicable": 2},
    "counsel_funding": {"state_legal_aid": 48, "ngo_funded": 22, "privately_paid": 12, "unknown": 12, "": 6},
    "counsel_effective": {"yes": 44, "partly": 34, "no": 18, "not_observed": 4},
    "interpretation_provided": {"yes": 14, "partly": 6, "no": 6, "not_observed": 2, "not_applicable": 72},
    "protection_requested": {
        "none": 58, "closed_session": 14, "screen": 9, "video_link": 7, "removal_of_accused_from_room": 5,
        "screen;closed_session": 4, "pseudonym_or_anonymity": 3,
    },
    "contact_avoided": {"yes": 28, "partly": 28, "no": 34, "not_observed": 10},
    "intimidation_observed": {
        "none": 74, "gesture_or_staring": 8, "threat": 3, "associates_in_gallery": 5, "approach_to_victim_or_family": 4,
        "gesture_or_staring;associates_in_gallery": 2, "not_observable": 4,
    },
    "intimidation_court_response": {"yes": 28, "partly": 30, "no": 38, "not_observed": 4},
    "defence_rights_respected": {"yes": 82, "partly": 9, "no": 3, "not_observed": 6},
    "compensation_claimed": {"yes": 16, "no": 66, "unknown": 10, "": 8},
    "overall_concern": {"none": 44, "minor": 34, "serious": 18, "grave": 4},
    "urgent_referral": {"yes": 3, "no": 990, "unknown": 7},
}  # fmt: skip

_VICTIM: dict[str, Deck] = {
    "victim_sex": {"female": 78, "male": 20, "other": 1, "unknown": 1},
    "testimony_mode": {
        "did_not_testify": 46, "in_room_visible_to_accused": 34, "in_room_screened": 7, "live_video": 5,
        "recorded_statement_played": 3, "written_statement_read": 5,
    },
    "prior_interviews_count": {"1": 10, "2": 24, "3": 22, "4": 12, "7": 4, "": 28},
    "private_life_protected": {"yes": 54, "partly": 22, "no": 20, "not_observed": 4},
    "respectful_treatment": {"yes": 62, "partly": 24, "no": 11, "not_observed": 3},
    "hostile_conduct_by": {"none": 76, "defence_counsel": 12, "accused": 6, "judge": 3, "prosecutor": 2, "public": 1},
    "stereotypes_voiced": {
        "none": 70, "prostitution_or_morality": 13, "delay_or_inconsistency_as_lie": 8, "poverty_or_education": 4,
        "gender_role": 3, "migration_status": 2,
    },
    "pressure_to_testify": {
        "none_observed": 82, "fine_or_forced_attendance_threat": 9, "own_prosecution_threat": 4,
        "support_tied_to_testifying": 4, "expulsion_threat": 1,
    },
    "consent_used_against_victim": {"yes": 10, "partly": 8, "no": 58, "not_observed": 6, "": 18},
    "child_guardian_present": {"yes": 66, "partly": 12, "no": 18, "not_observed": 4},
    "child_measures_used": {"yes": 34, "partly": 30, "no": 32, "not_observed": 4},
}  # fmt: skip

_JUDGMENT: dict[str, Deck] = {
    "outcome": {
        "all_convicted_of_trafficking": 34, "some_convicted_of_trafficking": 14, "only_lesser_offences": 26,
        "all_acquitted": 18, "discontinued": 8,
    },
    "outcome on appeal": {
        "upheld_on_appeal": 66, "remitted_for_retrial": 14, "only_lesser_offences": 12, "all_acquitted": 8,
    },
    "sentence_suspended": {"none": 46, "some": 12, "all": 36, "not_stated": 6},
    "compensation_decision": {
        "awarded_as_claimed": 14, "awarded_in_part": 24, "referred_to_civil_court": 40, "rejected": 14,
        "claimed_not_decided": 8,
    },
    # XTS is the currency that ISO 4217 keeps for tests: nobody was ever awarded any.
    "compensation_amount": {"500 XTS": 30, "2400.50 XTS": 30, "9000 XTS": 25, "": 15},
    "confiscation_use": {"none_ordered": 62, "ordered_to_state_budget": 22, "ordered_for_victims": 4, "not_known": 12},
}  # fmt: skip

DECKS: Mapping[str, Deck] = MappingProxyType(_CASE | _HEARING | _VICTIM | _JUDGMENT)

_RATING: Deck = {"yes": 50, "partly": 18, "no": 16, "not_observed": 10, "not_applicable": 6}


def deck_of(question: Question) -> Deck:
    """The deck of a question: its own, or the one of its type. An optional question then stays blank at times."""
    if question.name in DECKS:
        return DECKS[question.name]
    deck = _deck_of_type(question)
    return {**deck, "": max(1, sum(deck.values()) // 6)} if question.optional else deck


def _deck_of_type(question: Question) -> Deck:
    if isinstance(question, Rating):
        return _RATING
    if isinstance(question, Choices) and question.alone:
        return {**dict.fromkeys(question.codes, 1), question.alone[0]: 2 * len(question.codes)}
    if isinstance(question, Coded):
        return dict.fromkeys(question.codes, 1)
    if isinstance(question, Whole):
        return {str(number): 1 for number in range(question.at_least, question.at_least + 4)}
    return {"invented": 1}
