"""The one schema: SQLAlchemy Core tables, every column with its privacy label.

Types are generic (`BigInteger` for milliseconds, `LargeBinary`, `Text`), so that the same tables
serve SQLite and Postgres. Every id is 34 characters (``kernel.ids``).
"""

from ringfence.storage.schema.accounts import accounts, tokens
from ringfence.storage.schema.addresses import addresses
from ringfence.storage.schema.apps import app_grants, app_tokens, apps, repeats
from ringfence.storage.schema.audit import (
    audit_checkpoints,
    audit_gone,
    audit_people,
    audit_records,
    audit_tiles,
)
from ringfence.storage.schema.base import label_of_column, metadata
from ringfence.storage.schema.billing import (
    balances,
    charge_sums,
    charges,
    movements,
    tariffs,
    text_charges,
)
from ringfence.storage.schema.calls import call_legs, call_parties, calls, events
from ringfence.storage.schema.cases import (
    amendments,
    case_approvers,
    case_archives,
    case_codes,
    case_honey,
    case_officers,
    case_steps,
    cases,
    disclosures,
)
from ringfence.storage.schema.config import flow_versions, flows, numbers, phones, trunks
from ringfence.storage.schema.consents import consent_texts, consents, suppressions
from ringfence.storage.schema.erasures import erasures
from ringfence.storage.schema.exchanges import deliveries, fetched, notifications, quiet_apps
from ringfence.storage.schema.gate import api_keys, holds, restrictions, staff_tickets
from ringfence.storage.schema.jobs import jobs
from ringfence.storage.schema.messages import messages, subscriptions
from ringfence.storage.schema.parties import parties
from ringfence.storage.schema.payments import payments
from ringfence.storage.schema.policies import (
    engagements,
    policy_acceptances,
    policy_notices,
    policy_versions,
    primary_admins,
)
from ringfence.storage.schema.recordings import recording_channels, recordings
from ringfence.storage.schema.resources import resources
from ringfence.storage.schema.retention import call_counts
from ringfence.storage.schema.rooms import (
    conferences,
    participants,
    queues,
    room_recordings,
)
from ringfence.storage.schema.texts import (
    text_campaigns,
    text_events,
    text_media,
    text_parts,
    text_pieces,
    text_talks,
    text_templates,
    texts,
)
from ringfence.storage.schema.transcriptions import transcription_parts, transcriptions

__all__ = [
    "accounts",
    "addresses",
    "amendments",
    "api_keys",
    "app_grants",
    "app_tokens",
    "apps",
    "audit_checkpoints",
    "audit_gone",
    "audit_people",
    "audit_records",
    "audit_tiles",
    "balances",
    "call_counts",
    "call_legs",
    "call_parties",
    "calls",
    "case_approvers",
    "case_archives",
    "case_codes",
    "case_honey",
    "case_officers",
    "case_steps",
    "cases",
    "charge_sums",
    "charges",
    "conferences",
    "consent_texts",
    "consents",
    "deliveries",
    "disclosures",
    "engagements",
    "erasures",
    "events",
    "fetched",
    "flow_versions",
    "flows",
    "holds",
    "jobs",
    "label_of_column",
    "messages",
    "metadata",
    "movements",
    "notifications",
    "numbers",
    "participants",
    "parties",
    "payments",
    "phones",
    "policy_acceptances",
    "policy_notices",
    "policy_versions",
    "primary_admins",
    "queues",
    "quiet_apps",
    "recording_channels",
    "recordings",
    "repeats",
    "resources",
    "restrictions",
    "room_recordings",
    "staff_tickets",
    "subscriptions",
    "suppressions",
    "tariffs",
    "text_campaigns",
    "text_charges",
    "text_events",
    "text_media",
    "text_parts",
    "text_pieces",
    "text_talks",
    "text_templates",
    "texts",
    "tokens",
    "transcription_parts",
    "transcriptions",
    "trunks",
]
