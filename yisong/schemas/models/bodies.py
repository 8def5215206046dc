"""The model of each event type's body. Generated: see yisong.schemas.generate."""

from collections.abc import Mapping

from yisong.schemas.models.assistance_replied import AssistanceReplied
from yisong.schemas.models.assistance_requested import AssistanceRequested
from yisong.schemas.models.base import Model
from yisong.schemas.models.body_disputed import BodyDisputed
from yisong.schemas.models.body_erased import BodyErased
from yisong.schemas.models.campaign_phase_changed import CampaignPhaseChanged
from yisong.schemas.models.case_closed import CaseClosed
from yisong.schemas.models.case_items_handed_over import CaseItemsHandedOver
from yisong.schemas.models.case_opened import CaseOpened
from yisong.schemas.models.cases_linked import CasesLinked
from yisong.schemas.models.clue_feedback_sent import ClueFeedbackSent
from yisong.schemas.models.clue_found import ClueFound
from yisong.schemas.models.clue_handed_over import ClueHandedOver
from yisong.schemas.models.criminal_case_filed import CriminalCaseFiled
from yisong.schemas.models.criminal_filing_refused import CriminalFilingRefused
from yisong.schemas.models.criminal_outcome_notified import CriminalOutcomeNotified
from yisong.schemas.models.criminal_referral_sent import CriminalReferralSent
from yisong.schemas.models.deadline_approaching import DeadlineApproaching
from yisong.schemas.models.deadline_breached import DeadlineBreached
from yisong.schemas.models.document_served import DocumentServed
from yisong.schemas.models.dossier_issued import DossierIssued
from yisong.schemas.models.event_corrected import EventCorrected
from yisong.schemas.models.evidence_preserved import EvidencePreserved
from yisong.schemas.models.external_reply_recorded import ExternalReplyRecorded
from yisong.schemas.models.filing_info_provided import FilingInfoProvided
from yisong.schemas.models.filing_lookup_requested import FilingLookupRequested
from yisong.schemas.models.heartbeat import Heartbeat
from yisong.schemas.models.inspection_recorded import InspectionRecorded
from yisong.schemas.models.joint_supervision_lifted import JointSupervisionLifted
from yisong.schemas.models.joint_supervision_ordered import JointSupervisionOrdered
from yisong.schemas.models.licence_or_filing_cancelled import LicenceOrFilingCancelled
from yisong.schemas.models.list_entry_changed import ListEntryChanged
from yisong.schemas.models.penalty_decided import PenaltyDecided
from yisong.schemas.models.periodic_report_filed import PeriodicReportFiled
from yisong.schemas.models.prosecutor_supervision_recorded import ProsecutorSupervisionRecorded
from yisong.schemas.models.reconsideration_decided import ReconsiderationDecided
from yisong.schemas.models.reconsideration_requested import ReconsiderationRequested
from yisong.schemas.models.rectification_ordered import RectificationOrdered
from yisong.schemas.models.rectification_verified import RectificationVerified
from yisong.schemas.models.referral_closed_unfiled import ReferralClosedUnfiled
from yisong.schemas.models.referral_decided import ReferralDecided
from yisong.schemas.models.referral_proposed import ReferralProposed
from yisong.schemas.models.referral_receipted import ReferralReceipted
from yisong.schemas.models.referral_rerouted import ReferralRerouted
from yisong.schemas.models.referral_supplement_requested import ReferralSupplementRequested
from yisong.schemas.models.referral_supplemented import ReferralSupplemented
from yisong.schemas.models.regulatory_measure_taken import RegulatoryMeasureTaken
from yisong.schemas.models.reverse_referral_disposed import ReverseReferralDisposed
from yisong.schemas.models.reverse_referral_sent import ReverseReferralSent
from yisong.schemas.models.reward_granted import RewardGranted
from yisong.schemas.models.site_action_decided import SiteActionDecided
from yisong.schemas.models.site_action_requested import SiteActionRequested
from yisong.schemas.models.site_restored import SiteRestored
from yisong.schemas.models.site_suspended import SiteSuspended
from yisong.schemas.models.supervision_progress_reported import SupervisionProgressReported
from yisong.schemas.models.takedown_recorded import TakedownRecorded

BODY_MODELS: Mapping[str, type[Model]] = {
    "AssistanceReplied": AssistanceReplied,
    "AssistanceRequested": AssistanceRequested,
    "BodyDisputed": BodyDisputed,
    "BodyErased": BodyErased,
    "CampaignPhaseChanged": CampaignPhaseChanged,
    "CaseClosed": CaseClosed,
    "CaseItemsHandedOver": CaseItemsHandedOver,
    "CaseOpened": CaseOpened,
    "CasesLinked": CasesLinked,
    "ClueFeedbackSent": ClueFeedbackSent,
    "ClueFound": ClueFound,
    "ClueHandedOver": ClueHandedOver,
    "CriminalCaseFiled": CriminalCaseFiled,
    "CriminalFilingRefused": CriminalFilingRefused,
    "CriminalOutcomeNotified": CriminalOutcomeNotified,
    "CriminalReferralSent": CriminalReferralSent,
    "DeadlineApproaching": DeadlineApproaching,
    "DeadlineBreached": DeadlineBreached,
    "DocumentServed": DocumentServed,
    "DossierIssued": DossierIssued,
    "EventCorrected": EventCorrected,
    "EvidencePreserved": EvidencePreserved,
    "ExternalReplyRecorded": ExternalReplyRecorded,
    "FilingInfoProvided": FilingInfoProvided,
    "FilingLookupRequested": FilingLookupRequested,
    "Heartbeat": Heartbeat,
    "InspectionRecorded": InspectionRecorded,
    "JointSupervisionLifted": JointSupervisionLifted,
    "JointSupervisionOrdered": JointSupervisionOrdered,
    "LicenceOrFilingCancelled": LicenceOrFilingCancelled,
    "ListEntryChanged": ListEntryChanged,
    "PenaltyDecided": PenaltyDecided,
    "PeriodicReportFiled": PeriodicReportFiled,
    "ProsecutorSupervisionRecorded": ProsecutorSupervisionRecorded,
    "ReconsiderationDecided": ReconsiderationDecided,
    "ReconsiderationRequested": ReconsiderationRequested,
    "RectificationOrdered": RectificationOrdered,
    "RectificationVerified": RectificationVerified,
    "ReferralClosedUnfiled": ReferralClosedUnfiled,
    "ReferralDecided": ReferralDecided,
    "ReferralProposed": ReferralProposed,
    "ReferralReceipted": ReferralReceipted,
    "ReferralRerouted": ReferralRerouted,
    "ReferralSupplementRequested": ReferralSupplementRequested,
    "ReferralSupplemented": ReferralSupplemented,
    "RegulatoryMeasureTaken": RegulatoryMeasureTaken,
    "ReverseReferralDisposed": ReverseReferralDisposed,
    "ReverseReferralSent": ReverseReferralSent,
    "RewardGranted": RewardGranted,
    "SiteActionDecided": SiteActionDecided,
    "SiteActionRequested": SiteActionRequested,
    "SiteRestored": SiteRestored,
    "SiteSuspended": SiteSuspended,
    "SupervisionProgressReported": SupervisionProgressReported,
    "TakedownRecorded": TakedownRecorded,
}
