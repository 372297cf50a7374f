"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ringfence.client.connection import Group

if TYPE_CHECKING:
    from ringfence.client.generated.operations.account import AccountOperations
    from ringfence.client.generated.operations.address import AddressOperations
    from ringfence.client.generated.operations.app import AppOperations
    from ringfence.client.generated.operations.application import ApplicationOperations
    from ringfence.client.generated.operations.backup import BackupOperations
    from ringfence.client.generated.operations.balance import BalanceOperations
    from ringfence.client.generated.operations.ban import BanOperations
    from ringfence.client.generated.operations.call import CallOperations
    from ringfence.client.generated.operations.caller_id import CallerIdOperations
    from ringfence.client.generated.operations.carrier import CarrierOperations
    from ringfence.client.generated.operations.conference import ConferenceOperations
    from ringfence.client.generated.operations.delivery import DeliveryOperations
    from ringfence.client.generated.operations.event import EventOperations
    from ringfence.client.generated.operations.flow import FlowOperations
    from ringfence.client.generated.operations.inbox import InboxOperations
    from ringfence.client.generated.operations.key import KeyOperations
    from ringfence.client.generated.operations.live_transcription import LiveTranscriptionOperations
    from ringfence.client.generated.operations.message import MessageOperations
    from ringfence.client.generated.operations.notification import NotificationOperations
    from ringfence.client.generated.operations.number import NumberOperations
    from ringfence.client.generated.operations.participant import ParticipantOperations
    from ringfence.client.generated.operations.payment import PaymentOperations
    from ringfence.client.generated.operations.payment_connector import PaymentConnectorOperations
    from ringfence.client.generated.operations.phone import PhoneOperations
    from ringfence.client.generated.operations.privacy import PrivacyOperations
    from ringfence.client.generated.operations.queue import QueueOperations
    from ringfence.client.generated.operations.recording import RecordingOperations
    from ringfence.client.generated.operations.restore import RestoreOperations
    from ringfence.client.generated.operations.role import RoleOperations
    from ringfence.client.generated.operations.settings import SettingsOperations
    from ringfence.client.generated.operations.sip_address import SipAddressOperations
    from ringfence.client.generated.operations.sip_credential import SipCredentialOperations
    from ringfence.client.generated.operations.sip_domain import SipDomainOperations
    from ringfence.client.generated.operations.sip_list import SipListOperations
    from ringfence.client.generated.operations.stream import StreamOperations
    from ringfence.client.generated.operations.system import SystemOperations
    from ringfence.client.generated.operations.tariff import TariffOperations
    from ringfence.client.generated.operations.transcription import TranscriptionOperations
    from ringfence.client.generated.operations.trunk import TrunkOperations
    from ringfence.client.generated.operations.usage import UsageOperations
    from ringfence.client.generated.operations.webhook import WebhookOperations
    from ringfence.client.generated.operations.work import WorkOperations


class Operations(Group):
    """Every operation, by its group."""

    @cached_property
    def account(self) -> AccountOperations:
        from ringfence.client.generated.operations.account import AccountOperations

        return AccountOperations(self._connection)

    @cached_property
    def address(self) -> AddressOperations:
        from ringfence.client.generated.operations.address import AddressOperations

        return AddressOperations(self._connection)

    @cached_property
    def app(self) -> AppOperations:
        from ringfence.client.generated.operations.app import AppOperations

        return AppOperations(self._connection)

    @cached_property
    def application(self) -> ApplicationOperations:
        from ringfence.client.generated.operations.application import ApplicationOperations

        return ApplicationOperations(self._connection)

    @cached_property
    def backup(self) -> BackupOperations:
        from ringfence.client.generated.operations.backup import BackupOperations

        return BackupOperations(self._connection)

    @cached_property
    def balance(self) -> BalanceOperations:
        from ringfence.client.generated.operations.balance import BalanceOperations

        return BalanceOperations(self._connection)

    @cached_property
    def ban(self) -> BanOperations:
        from ringfence.client.generated.operations.ban import BanOperations

        return BanOperations(self._connection)

    @cached_property
    def call(self) -> CallOperations:
        from ringfence.client.generated.operations.call import CallOperations

        return CallOperations(self._connection)

    @cached_property
    def caller_id(self) -> CallerIdOperations:
        from ringfence.client.generated.operations.caller_id import CallerIdOperations

        return CallerIdOperations(self._connection)

    @cached_property
    def carrier(self) -> CarrierOperations:
        from ringfence.client.generated.operations.carrier import CarrierOperations

        return CarrierOperations(self._connection)

    @cached_property
    def conference(self) -> ConferenceOperations:
        from ringfence.client.generated.operations.conference import ConferenceOperations

        return ConferenceOperations(self._connection)

    @cached_property
    def delivery(self) -> DeliveryOperations:
        from ringfence.client.generated.operations.delivery import DeliveryOperations

        return DeliveryOperations(self._connection)

    @cached_property
    def event(self) -> EventOperations:
        from ringfence.client.generated.operations.event import EventOperations

        return EventOperations(self._connection)

    @cached_property
    def flow(self) -> FlowOperations:
        from ringfence.client.generated.operations.flow import FlowOperations

        return FlowOperations(self._connection)

    @cached_property
    def inbox(self) -> InboxOperations:
        from ringfence.client.generated.operations.inbox import InboxOperations

        return InboxOperations(self._connection)

    @cached_property
    def key(self) -> KeyOperations:
        from ringfence.client.generated.operations.key import KeyOperations

        return KeyOperations(self._connection)

    @cached_property
    def live_transcription(self) -> LiveTranscriptionOperations:
        from ringfence.client.generated.operations.live_transcription import (
            LiveTranscriptionOperations,
        )

        return LiveTranscriptionOperations(self._connection)

    @cached_property
    def message(self) -> MessageOperations:
        from ringfence.client.generated.operations.message import MessageOperations

        return MessageOperations(self._connection)

    @cached_property
    def notification(self) -> NotificationOperations:
        from ringfence.client.generated.operations.notification import NotificationOperations

        return NotificationOperations(self._connection)

    @cached_property
    def number(self) -> NumberOperations:
        from ringfence.client.generated.operations.number import NumberOperations

        return NumberOperations(self._connection)

    @cached_property
    def participant(self) -> ParticipantOperations:
        from ringfence.client.generated.operations.participant import ParticipantOperations

        return ParticipantOperations(self._connection)

    @cached_property
    def payment(self) -> PaymentOperations:
        from ringfence.client.generated.operations.payment import PaymentOperations

        return PaymentOperations(self._connection)

    @cached_property
    def payment_connector(self) -> PaymentConnectorOperations:
        from ringfence.client.generated.operations.payment_connector import (
            PaymentConnectorOperations,
        )

        return PaymentConnectorOperations(self._connection)

    @cached_property
    def phone(self) -> PhoneOperations:
        from ringfence.client.generated.operations.phone import PhoneOperations

        return PhoneOperations(self._connection)

    @cached_property
    def privacy(self) -> PrivacyOperations:
        from ringfence.client.generated.operations.privacy import PrivacyOperations

        return PrivacyOperations(self._connection)

    @cached_property
    def queue(self) -> QueueOperations:
        from ringfence.client.generated.operations.queue import QueueOperations

        return QueueOperations(self._connection)

    @cached_property
    def recording(self) -> RecordingOperations:
        from ringfence.client.generated.operations.recording import RecordingOperations

        return RecordingOperations(self._connection)

    @cached_property
    def restore(self) -> RestoreOperations:
        from ringfence.client.generated.operations.restore import RestoreOperations

        return RestoreOperations(self._connection)

    @cached_property
    def role(self) -> RoleOperations:
        from ringfence.client.generated.operations.role import RoleOperations

        return RoleOperations(self._connection)

    @cached_property
    def settings(self) -> SettingsOperations:
        from ringfence.client.generated.operations.settings import SettingsOperations

        return SettingsOperations(self._connection)

    @cached_property
    def sip_address(self) -> SipAddressOperations:
        from ringfence.client.generated.operations.sip_address import SipAddressOperations

        return SipAddressOperations(self._connection)

    @cached_property
    def sip_credential(self) -> SipCredentialOperations:
        from ringfence.client.generated.operations.sip_credential import SipCredentialOperations

        return SipCredentialOperations(self._connection)

    @cached_property
    def sip_domain(self) -> SipDomainOperations:
        from ringfence.client.generated.operations.sip_domain import SipDomainOperations

        return SipDomainOperations(self._connection)

    @cached_property
    def sip_list(self) -> SipListOperations:
        from ringfence.client.generated.operations.sip_list import SipListOperations

        return SipListOperations(self._connection)

    @cached_property
    def stream(self) -> StreamOperations:
        from ringfence.client.generated.operations.stream import StreamOperations

        return StreamOperations(self._connection)

    @cached_property
    def system(self) -> SystemOperations:
        from ringfence.client.generated.operations.system import SystemOperations

        return SystemOperations(self._connection)

    @cached_property
    def tariff(self) -> TariffOperations:
        from ringfence.client.generated.operations.tariff import TariffOperations

        return TariffOperations(self._connection)

    @cached_property
    def transcription(self) -> TranscriptionOperations:
        from ringfence.client.generated.operations.transcription import TranscriptionOperations

        return TranscriptionOperations(self._connection)

    @cached_property
    def trunk(self) -> TrunkOperations:
        from ringfence.client.generated.operations.trunk import TrunkOperations

        return TrunkOperations(self._connection)

    @cached_property
    def usage(self) -> UsageOperations:
        from ringfence.client.generated.operations.usage import UsageOperations

        return UsageOperations(self._connection)

    @cached_property
    def webhook(self) -> WebhookOperations:
        from ringfence.client.generated.operations.webhook import WebhookOperations

        return WebhookOperations(self._connection)

    @cached_property
    def work(self) -> WorkOperations:
        from ringfence.client.generated.operations.work import WorkOperations

        return WorkOperations(self._connection)
