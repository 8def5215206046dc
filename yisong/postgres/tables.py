"""Which tables of a node can be made again from the log, and which exist nowhere else?"""

from collections.abc import Mapping
from typing import Final

DERIVED: Final = ("positions", "entries", "bodies", "tree_nodes", "dockets", "local_inbox")
"""Functions of the log, and of whose node it is. `yisong rebuild` makes them again, and puts them in place together."""

KEPT: Final[Mapping[str, str]] = {
    "local_migrations": "which migrations the database has",
    "local_batches": "when this node received what",
    "local_outbox": "what this node is to publish, and has published, with the bytes that it signed",
    "local_relay": "what does not lie in the inbox yet",
    "local_settled": "which deliveries the desk has answered",
    "local_emitted": "which events answered a delivery",
    "local_duties": "what the agency owes, and what officers have done about it",
    "local_duty_history": "every change of a duty, and who made it",
    "local_parked": "deliveries that a person must look at, and those that officers dropped",
    "local_watched": "how far the clocks have looked",
    "local_watch": "what the clocks are to say, and what became of their tries",
    "local_live": "which dockets of a demo bus live by the wall clock",
    "local_filings": "the filing register of the telecoms line",
    "local_papers": "which papers were handed in with a referral",
    "local_clue_series": "what the copyright desk has read out of bodies",
    "local_clue_targets": "what the copyright desk has read out of bodies",
    "local_clue_works": "what the copyright desk has read out of bodies",
    "local_protected_works": "what the copyright desk has read out of bodies",
    "local_signed": "what this node has cosigned: one root a size, for ever",
    "local_statements": "statements of this node, byte for byte, and their counter",
    "local_cosignatures": "lines of all nodes: what receipts are made of",
    "local_disagreements": "lines of which our own tree had another root",
    "local_restatements": "what nodes have taken back",
    "local_origins": "under which origins partitions are signed",
    "local_peers": "what each node said last",
    "local_checkpoints_read": "how far the topic checkpoints has been read",
    "local_faults": "what this node has found altered in its own trail",
    "local_body_keys": "keys of sealed bodies that were wrapped for this line",
    "local_body_keys_read": "how far the topic body-keys has been read",
    "local_wraps": "which keys this node gives or has withdrawn",
    "local_sharing": "how far the entries have been looked at for keys and erasures",
    "local_erased": "which bodies are gone",
    "local_readings": "who has read what, and for what purpose",
    "local_log_ends": "where the log ended when the broker was last asked",
    "local_inbox_acks": "what accounts have acknowledged",
    "local_case_numbers": "which case numbers were given away",
    "local_evidence": "whose evidence lies in the store, under which hash",
    "local_accounts": "people",
    "local_sessions": "who is logged in",
    "local_provider_logins": "logins that are under way at the identity provider",
    "local_login_failures": "tries to log in that failed",
    "local_tokens": "tokens of agency systems",
    "local_logins": "the log of logins, and of changes of accounts and tokens",
    "local_drafts_sent": "acts of ours that another organ is to sign, too",
    "local_drafts_received": "acts of others that an organ of ours was to sign, and what it said",
    "local_draft_messages": "what is to be said on the drafts topics",
    "local_drafts_read": "how far our drafts topic has been read",
    "local_pii_secrets": "the secrets under which values of P2 tokens are sealed",
    "local_pii_tokens": "what P2 tokens of this line stand for",
    "local_pii_asked": "what this line has asked of others",
    "local_pii_requests": "what others have asked of this line",
    "local_pii_letters": "what is to be said on the topics of P2 tokens",
    "local_pii_read": "how far our topic of P2 tokens has been read",
    "local_figures_read": "how far the entries have been counted",
    "local_figures": "what the statistics have counted",
    "local_figures_sealed": "bodies that the statistics could not open yet",
    "local_figure_kinds": "of what kind cases are, as the statistics count them",
    "local_filed_figures": "figures that organs have filed",
    "local_statistics": "statistics that were frozen, byte for byte",
}
"""Everything else, with what would be lost with it. `yisong rebuild` never touches it; a backup must hold it."""

LOOKED_AT: Final = ("local_watched", "local_sharing", "local_figures_read")
"""Kept, and set back to the beginning after a repair: what follows from entries that were wrong is looked at again."""
