"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ringfence.client.awaiting import AsyncGroup

if TYPE_CHECKING:
    from ringfence.client.generated.awaited.account import AsyncAccountOperations
    from ringfence.client.generated.awaited.address import AsyncAddressOperations
    from ringfence.client.generated.awaited.app import AsyncAppOperations
    from ringfence.client.generated.awaited.application import AsyncApplicationOperations
    from ringfence.client.generated.awaited.backup import AsyncBackupOperations
    from ringfence.client.generated.awaited.balance import AsyncBalanceOperations
    from ringfence.client.generated.awaited.ban import AsyncBanOperations
    from ringfence.client.generated.awaited.call import AsyncCallOperations
    from ringfence.client.generated.awaited.caller_id import AsyncCallerIdOperations
    from ringfence.client.generated.awaited.carrier import AsyncCarrierOperations
    from ringfence.client.generated.awaited.conference import AsyncConferenceOperations
    from ringfence.client.generated.awaited.delivery import AsyncDeliveryOperations
    from ringfence.client.generated.awaited.event import AsyncEventOperations
    from ringfence.client.generated.awaited.flow import AsyncFlowOperations
    from ringfence.client.generated.awaited.inbox import AsyncInboxOperations
    from ringfence.client.generated.awaited.key import AsyncKeyOperations
    from ringfence.client.generated.awaited.live_transcription import (
        AsyncLiveTranscriptionOperations,
    )
    from ringfence.client.generated.awaited.message import AsyncMessageOperations
    from ringfence.client.generated.awaited.notification import AsyncNotificationOperations
    from ringfence.client.generated.awaited.number import AsyncNumberOperations
    from ringfence.client.generated.awaited.participant import AsyncParticipantOperations
    from ringfence.client.generated.awaited.payment import AsyncPaymentOperations
    from ringfence.client.generated.awaited.payment_connector import AsyncPaymentConnectorOperations
    from ringfence.client.generated.awaited.phone import AsyncPhoneOperations
    from ringfence.client.generated.awaited.privacy import AsyncPrivacyOperations
    from ringfence.client.generated.awaited.queue import AsyncQueueOperations
    from ringfence.client.generated.awaited.recording import AsyncRecordingOperations
    from ringfence.client.generated.awaited.restore import AsyncRestoreOperations
    from ringfence.client.generated.awaited.role import AsyncRoleOperations
    from ringfence.client.generated.awaited.settings import AsyncSettingsOperations
    from ringfence.client.generated.awaited.sip_address import AsyncSipAddressOperations
    from ringfence.client.generated.awaited.sip_credential import AsyncSipCredentialOperations
    from ringfence.client.generated.awaited.sip_domain import AsyncSipDomainOperations
    from ringfence.client.generated.awaited.sip_list import AsyncSipListOperations
    from ringfence.client.generated.awaited.stream import AsyncStreamOperations
    from ringfence.client.generated.awaited.system import AsyncSystemOperations
    from ringfence.client.generated.awaited.tariff import AsyncTariffOperations
    from ringfence.client.generated.awaited.transcription import AsyncTranscriptionOperations
    from ringfence.client.generated.awaited.trunk import AsyncTrunkOperations
    from ringfence.client.generated.awaited.usage import AsyncUsageOperations
    from ringfence.client.generated.awaited.webhook import AsyncWebhookOperations
    from ringfence.client.generated.awaited.work import AsyncWorkOperations


class AsyncOperations(AsyncGroup):
    """Every operation, by its group."""

    @cached_property
    def account(self) -> AsyncAccountOperations:
        from ringfence.client.generated.awaited.account import AsyncAccountOperations

        return AsyncAccountOperations(self._connection)

    @cached_property
    def address(self) -> AsyncAddressOperations:
        from ringfence.client.generated.awaited.address import AsyncAddressOperations

        return AsyncAddressOperations(self._connection)

    @cached_property
    def app(self) -> AsyncAppOperations:
        from ringfence.client.generated.awaited.app import AsyncAppOperations

        return AsyncAppOperations(self._connection)

    @cached_property
    def application(self) -> AsyncApplicationOperations:
        from ringfence.client.generated.awaited.application import AsyncApplicationOperations

        return AsyncApplicationOperations(self._connection)

    @cached_property
    def backup(self) -> AsyncBackupOperations:
        from ringfence.client.generated.awaited.backup import AsyncBackupOperations

        return AsyncBackupOperations(self._connection)

    @cached_property
    def balance(self) -> AsyncBalanceOperations:
        from ringfence.client.generated.awaited.balance import AsyncBalanceOperations

        return AsyncBalanceOperations(self._connection)

    @cached_property
    def ban(self) -> AsyncBanOperations:
        from ringfence.client.generated.awaited.ban import AsyncBanOperations

        return AsyncBanOperations(self._connection)

    @cached_property
    def call(self) -> AsyncCallOperations:
        from ringfence.client.generated.awaited.call import AsyncCallOperations

        return AsyncCallOperations(self._connection)

    @cached_property
    def caller_id(self) -> AsyncCallerIdOperations:
        from ringfence.client.generated.awaited.caller_id import AsyncCallerIdOperations

        return AsyncCallerIdOperations(self._connection)

    @cached_property
    def carrier(self) -> AsyncCarrierOperations:
        from ringfence.client.generated.awaited.carrier import AsyncCarrierOperations

        return AsyncCarrierOperations(self._connection)

    @cached_property
    def conference(self) -> AsyncConferenceOperations:
        from ringfence.client.generated.awaited.conference import AsyncConferenceOperations

        return AsyncConferenceOperations(self._connection)

    @cached_property
    def delivery(self) -> AsyncDeliveryOperations:
        from ringfence.client.generated.awaited.delivery import AsyncDeliveryOperations

        return AsyncDeliveryOperations(self._connection)

    @cached_property
    def event(self) -> AsyncEventOperations:
        from ringfence.client.generated.awaited.event import AsyncEventOperations

        return AsyncEventOperations(self._connection)

    @cached_property
    def flow(self) -> AsyncFlowOperations:
        from ringfence.client.generated.awaited.flow import AsyncFlowOperations

        return AsyncFlowOperations(self._connection)

    @cached_property
    def inbox(self) -> AsyncInboxOperations:
        from ringfence.client.generated.awaited.inbox import AsyncInboxOperations

        return AsyncInboxOperations(self._connection)

    @cached_property
    def key(self) -> AsyncKeyOperations:
        from ringfence.client.generated.awaited.key import AsyncKeyOperations

        return AsyncKeyOperations(self._connection)

    @cached_property
    def live_transcription(self) -> AsyncLiveTranscriptionOperations:
        from ringfence.client.generated.awaited.live_transcription import (
            AsyncLiveTranscriptionOperations,
        )

        return AsyncLiveTranscriptionOperations(self._connection)

    @cached_property
    def message(self) -> AsyncMessageOperations:
        from ringfence.client.generated.awaited.message import AsyncMessageOperations

        return AsyncMessageOperations(self._connection)

    @cached_property
    def notification(self) -> AsyncNotificationOperations:
        from ringfence.client.generated.awaited.notification import AsyncNotificationOperations

        return AsyncNotificationOperations(self._connection)

    @cached_property
    def number(self) -> AsyncNumberOperations:
        from ringfence.client.generated.awaited.number import AsyncNumberOperations

        return AsyncNumberOperations(self._connection)

    @cached_property
    def participant(self) -> AsyncParticipantOperations:
        from ringfence.client.generated.awaited.participant import AsyncParticipantOperations

        return AsyncParticipantOperations(self._connection)

    @cached_property
    def payment(self) -> AsyncPaymentOperations:
        from ringfence.client.generated.awaited.payment import AsyncPaymentOperations

        return AsyncPaymentOperations(self._connection)

    @cached_property
    def payment_connector(self) -> AsyncPaymentConnectorOperations:
        from ringfence.client.generated.awaited.payment_connector import (
            AsyncPaymentConnectorOperations,
        )

        return AsyncPaymentConnectorOperations(self._connection)

    @cached_property
    def phone(self) -> AsyncPhoneOperations:
        from ringfence.client.generated.awaited.phone import AsyncPhoneOperations

        return AsyncPhoneOperations(self._connection)

    @cached_property
    def privacy(self) -> AsyncPrivacyOperations:
        from ringfence.client.generated.awaited.privacy import AsyncPrivacyOperations

        return AsyncPrivacyOperations(self._connection)

    @cached_property
    def queue(self) -> AsyncQueueOperations:
        from ringfence.client.generated.awaited.queue import AsyncQueueOperations

        return AsyncQueueOperations(self._connection)

    @cached_property
    def recording(self) -> AsyncRecordingOperations:
        from ringfence.client.generated.awaited.recording import AsyncRecordingOperations

        return AsyncRecordingOperations(self._connection)

    @cached_property
    def restore(self) -> AsyncRestoreOperations:
        from ringfence.client.generated.awaited.restore import AsyncRestoreOperations

        return AsyncRestoreOperations(self._connection)

    @cached_property
    def role(self) -> AsyncRoleOperations:
        from ringfence.client.generated.awaited.role import AsyncRoleOperations

        return AsyncRoleOperations(self._connection)

    @cached_property
    def settings(self) -> AsyncSettingsOperations:
        from ringfence.client.generated.awaited.settings import AsyncSettingsOperations

        return AsyncSettingsOperations(self._connection)

    @cached_property
    def sip_address(self) -> AsyncSipAddressOperations:
        from ringfence.client.generated.awaited.sip_address import AsyncSipAddressOperations

        return AsyncSipAddressOperations(self._connection)

    @cached_property
    def sip_credential(self) -> AsyncSipCredentialOperations:
        from ringfence.client.generated.awaited.sip_credential import AsyncSipCredentialOperations

        return AsyncSipCredentialOperations(self._connection)

    @cached_property
    def sip_domain(self) -> AsyncSipDomainOperations:
        from ringfence.client.generated.awaited.sip_domain import AsyncSipDomainOperations

        return AsyncSipDomainOperations(self._connection)

    @cached_property
    def sip_list(self) -> AsyncSipListOperations:
        from ringfence.client.generated.awaited.sip_list import AsyncSipListOperations

        return AsyncSipListOperations(self._connection)

    @cached_property
    def stream(self) -> AsyncStreamOperations:
        from ringfence.client.generated.awaited.stream import AsyncStreamOperations

        return AsyncStreamOperations(self._connection)

    @cached_property
    def system(self) -> AsyncSystemOperations:
        from ringfence.client.generated.awaited.system import AsyncSystemOperations

        return AsyncSystemOperations(self._connection)

    @cached_property
    def tariff(self) -> AsyncTariffOperations:
        from ringfence.client.generated.awaited.tariff import AsyncTariffOperations

        return AsyncTariffOperations(self._connection)

    @cached_property
    def transcription(self) -> AsyncTranscriptionOperations:
        from ringfence.client.generated.awaited.transcription import AsyncTranscriptionOperations

        return AsyncTranscriptionOperations(self._connection)

    @cached_property
    def trunk(self) -> AsyncTrunkOperations:
        from ringfence.client.generated.awaited.trunk import AsyncTrunkOperations

        return AsyncTrunkOperations(self._connection)

    @cached_property
    def usage(self) -> AsyncUsageOperations:
        from ringfence.client.generated.awaited.usage import AsyncUsageOperations

        return AsyncUsageOperations(self._connection)

    @cached_property
    def webhook(self) -> AsyncWebhookOperations:
        from ringfence.client.generated.awaited.webhook import AsyncWebhookOperations

        return AsyncWebhookOperations(self._connection)

    @cached_property
    def work(self) -> AsyncWorkOperations:
        from ringfence.client.generated.awaited.work import AsyncWorkOperations

        return AsyncWorkOperations(self._connection)
