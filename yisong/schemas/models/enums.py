"""The enumerations of the catalogue. Generated: see yisong.schemas.generate."""

from typing import Literal

Severity = Literal["ordinary", "serious"]
PiiLevel = Literal["P0", "P1", "P2", "P3"]
Classification = Literal["internal", "sensitive", "secret_mimi", "secret_jimi", "secret_juemi"]
WorkType = Literal[
    "literature",
    "news",
    "film_tv",
    "music",
    "game",
    "software",
    "broadcast",
    "financial_info",
    "book",
    "audiovisual",
    "electronic_pub",
    "art",
    "photo",
    "animation",
    "short_video",
    "performance",
    "database",
    "other",
]
PlatformType = Literal[
    "website",
    "app",
    "app_store",
    "ecommerce",
    "ad_network",
    "cloud_storage",
    "private_cinema",
    "browser",
    "search",
    "weibo",
    "wechat",
    "tieba",
    "tv_stick_or_stb",
    "aggregator_app",
    "physical_den",
    "shop",
    "rental",
    "stall",
    "subtitle_group",
    "p2p",
    "live",
    "short_video",
    "mini_program",
    "cdn",
    "wholesale",
    "vendor",
    "electronics_market",
    "distribution",
    "link_service",
]
ClueSource = Literal[
    "hotline_12318",
    "public_report",
    "rightsholder_complaint",
    "rightsholder_green_channel",
    "company_or_association",
    "leader_instruction",
    "upper_level",
    "platform_report",
    "third_party_monitor",
    "monitoring",
    "inspection",
    "peer_agency",
    "police",
    "foreign_rightsholder",
    "self_check",
    "case_tracing",
    "cac",
    "miit",
]
ClueOrigin = Literal["self", "upper", "peer"]
IntakeChannel = Literal["phone", "email", "wechat", "letter", "visit", "web", "official_letter"]
FeedbackOutcome = Literal[
    "referred_and_filed", "case_opened", "not_opened", "handed_over", "closed", "penalised", "merged"
]
TargetKind = Literal["domain", "url", "app", "account", "ip", "premises"]
PartyRole = Literal[
    "operator",
    "uploader",
    "store",
    "aggregator",
    "device_vendor",
    "ad_network",
    "access_provider",
    "other",
    "rightsholder",
    "storage_provider",
    "link_provider",
    "producer",
    "wholesaler",
    "seller",
]
SponsorKind = Literal["organisation", "person", "unknown"]
UsccCheck = Literal["ok", "fail", "unchecked"]
Violation = Literal[
    "CL53_1",
    "CL53_2",
    "CL53_3",
    "CL53_4",
    "CL53_5",
    "CL53_6",
    "CL53_7",
    "CL53_8",
    "XW18_1",
    "XW18_2",
    "XW18_3",
    "XW18_4",
    "XW18_5",
    "XW19",
    "XW25",
    "illegal_import",
    "CL47_1",
    "CL47_2",
    "CL47_3",
    "CL47_4",
    "CL47_5",
    "CL47_6",
    "CL47_7",
    "CL47_8",
    "CL48_1",
    "CL48_2",
    "CL48_3",
    "CL48_4",
    "CL48_5",
    "CL48_6",
    "CL48_7",
    "CL48_8",
    "unlicensed_trade",
    "catalogue_listed",
    "aiding",
    "not_rectified",
    "no_filing",
]
Charge = Literal[
    "c217_1", "c217_2", "c217_3", "c217_4", "c217_5", "c217_6", "c218", "c225", "c285", "c286", "c287_2", "other"
]
ArchiveSeries = Literal["general", "corporate_complaint", "hotline_12318"]
EvidenceKind = Literal["web_capture", "packet", "app_binary", "purchase_sample", "log", "notarial"]
InspectionKind = Literal["open", "covert", "surprise", "cross", "online", "routine", "joint"]
PenaltyKind = Literal[
    "warning",
    "fine",
    "confiscate_gains",
    "confiscate_goods",
    "confiscate_equipment",
    "cease_order",
    "suspend_business",
    "revoke_licence",
    "public_criticism",
]
QuantityUnit = Literal["piece", "title", "disc", "copy", "volume", "time", "person", "set", "box", "tape", "case_box"]
AttachmentKind = Literal[
    "transfer_letter",
    "investigation_report",
    "item_list",
    "appraisal",
    "other",
    "penalty_decision",
    "determination",
    "evidence_package",
    "handover_list",
    "notice",
    "inspection_record",
    "plan",
    "statistics_form",
    "summary_report",
    "procuratorate_copy",
]
ManifestResult = Literal["match", "mismatch", "missing"]
Urgency = Literal["normal", "urgent"]
SuspendMethod = Literal["dns", "access", "cdn"]
SupervisionLevel = Literal["single_ministry", "joint"]
ReportCycle = Literal["monthly"]
ListName = Literal[
    "black",
    "white",
    "protected_works",
    "model_enterprise",
    "site_registry",
    "key_sites",
    "platform_contacts",
    "seizure_catalogue",
    "major_cases",
]
CampaignPhase = Literal["deployment", "cleanup", "enforcement", "summary", "whole", "wave", "publicity", "training"]
DatePrecision = Literal["day", "month", "season"]
ServiceMethod = Literal["direct", "online", "post", "leave"]
ReverseDisposal = Literal["penalised", "not_penalised", "other"]
PremisesKind = Literal[
    "wholesale",
    "retail",
    "rental",
    "stall",
    "vendor",
    "electronics_market",
    "den",
    "warehouse",
    "plant",
    "private_cinema",
    "server_room",
    "office",
    "other",
]
ItemCategory = Literal[
    "pirated", "illegal_import", "catalogue_listed", "unlicensed_publication", "equipment", "evidence", "other"
]
ItemMeasure = Literal["listed", "preserved", "sealed", "seized", "confiscated"]
MeetingKind = Literal["on_site", "owners", "regional", "deployment", "press", "other"]
ListSector = Literal["literature", "app", "ad_network", "other"]
FocusStance = Literal["crack_down", "regulate", "protect"]
StatColumn = Literal[
    "sites_patrolled",
    "works_checked",
    "problems_found",
    "clues_received",
    "clues_handed_over",
    "clues_fed_back",
    "cases_opened",
    "cases_closed",
    "cases_penalised",
    "fine_fen",
    "confiscated_fen",
    "referrals_sent",
    "referrals_receipted",
    "referrals_filed",
    "referrals_refused",
    "referrals_overturned",
    "criminal_cases",
    "amount_involved_fen",
    "sites_suspended",
    "sites_restored",
    "sites_closed",
    "filings_cancelled",
    "licences_revoked",
    "links_removed",
    "apps_delisted",
    "items_seized",
    "rectifications_ordered",
    "rectifications_passed",
    "rectifications_overdue",
    "supervised_open",
    "supervised_overdue",
    "interviews",
    "warnings",
    "notices",
    "list_entries",
    "rewards",
    "self_checks",
    "training_sessions",
    "persons_trained",
    "publicity_items",
    "officer_hours",
]
Metric = Literal[
    "gains_fen",
    "business_fen",
    "copies",
    "works",
    "clicks",
    "downloads",
    "members",
    "sales_fen",
    "unsold_fen",
    "repeat",
    "met_half_rules",
    "element",
]
