"""What a caller hears while paying, where the document says nothing else.

Languages are those that Twilio documents for ``<Pay>``; for bank accounts English alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_EN: Mapping[str, str] = {
    "payment-card-number": "Please enter your card number, then press pound.",
    "expiration-date": "Please enter the expiration date: two digits for the month and two for "
    "the year.",
    "security-code": "Please enter the security code of your card: the three digits on its back.",
    "security-code-4": "Please enter the security code of your card: the four digits on its front.",
    "postal-code": "Please enter your postal code, then press pound.",
    "bank-routing-number": "Please enter the nine digits of your bank's routing number.",
    "bank-account-number": "Please enter your bank account number, then press pound.",
    "confirm": "The number you entered ends in",
    "confirm-keys": "Press 1 to confirm, or 2 to cancel.",
    "payment-processing": "Thank you. Your payment is being processed.",
    "again": "Please enter it once more.",
    "timeout": "Nothing was entered.",
    "invalid-card-number": "That is not a valid card number.",
    "invalid-card-type": "That kind of card is not accepted.",
    "invalid-date": "That is not a valid expiration date.",
    "invalid-security-code": "That is not a valid security code.",
    "invalid-postal-code": "That is not a valid postal code.",
    "invalid-bank-routing-number": "That is not a valid routing number.",
    "invalid-bank-account-number": "That is not a valid account number.",
    "input-matching-failed": "The two entries were not the same.",
}
_ES: Mapping[str, str] = {
    "payment-card-number": "Marque el número de su tarjeta y pulse almohadilla.",
    "expiration-date": "Marque la fecha de caducidad: dos cifras del mes y dos del año.",
    "security-code": "Marque el código de seguridad: las tres cifras del reverso de la tarjeta.",
    "security-code-4": "Marque el código de seguridad: las cuatro cifras del anverso.",
    "postal-code": "Marque su código postal y pulse almohadilla.",
    "confirm": "El número marcado termina en",
    "confirm-keys": "Pulse 1 para confirmar o 2 para cancelar.",
    "payment-processing": "Gracias. Su pago se está procesando.",
    "again": "Márquelo otra vez, por favor.",
    "timeout": "No se ha marcado nada.",
    "invalid-card-number": "El número de tarjeta no es válido.",
    "invalid-card-type": "Ese tipo de tarjeta no se acepta.",
    "invalid-date": "La fecha de caducidad no es válida.",
    "invalid-security-code": "El código de seguridad no es válido.",
    "invalid-postal-code": "El código postal no es válido.",
    "input-matching-failed": "Las dos entradas no coinciden.",
}
_FR: Mapping[str, str] = {
    "payment-card-number": "Composez le numéro de votre carte, puis dièse.",
    "expiration-date": "Composez la date d'expiration : deux chiffres du mois et deux de l'année.",
    "security-code": "Composez le code de sécurité : les trois chiffres au dos de la carte.",
    "security-code-4": "Composez le code de sécurité : les quatre chiffres au recto de la carte.",
    "postal-code": "Composez votre code postal, puis dièse.",
    "confirm": "Le numéro composé se termine par",
    "confirm-keys": "Appuyez sur 1 pour confirmer ou sur 2 pour annuler.",
    "payment-processing": "Merci. Votre paiement est en cours.",
    "again": "Composez-le encore une fois, s'il vous plaît.",
    "timeout": "Rien n'a été composé.",
    "invalid-card-number": "Ce numéro de carte n'est pas valable.",
    "invalid-card-type": "Ce type de carte n'est pas accepté.",
    "invalid-date": "Cette date d'expiration n'est pas valable.",
    "invalid-security-code": "Ce code de sécurité n'est pas valable.",
    "invalid-postal-code": "Ce code postal n'est pas valable.",
    "input-matching-failed": "Les deux saisies ne sont pas identiques.",
}
_DE: Mapping[str, str] = {
    "payment-card-number": "Bitte geben Sie Ihre Kartennummer ein, dann die Rautetaste.",
    "expiration-date": "Bitte geben Sie das Ablaufdatum ein: zwei Ziffern für den Monat, zwei für "
    "das Jahr.",
    "security-code": "Bitte geben Sie die Prüfnummer ein: die drei Ziffern auf der Rückseite.",
    "security-code-4": "Bitte geben Sie die Prüfnummer ein: die vier Ziffern auf der Vorderseite.",
    "postal-code": "Bitte geben Sie Ihre Postleitzahl ein, dann die Rautetaste.",
    "confirm": "Die eingegebene Nummer endet auf",
    "confirm-keys": "Drücken Sie 1 zum Bestätigen oder 2 zum Abbrechen.",
    "payment-processing": "Danke. Ihre Zahlung wird ausgeführt.",
    "again": "Bitte geben Sie es noch einmal ein.",
    "timeout": "Es wurde nichts eingegeben.",
    "invalid-card-number": "Diese Kartennummer ist nicht gültig.",
    "invalid-card-type": "Diese Art von Karte wird nicht angenommen.",
    "invalid-date": "Dieses Ablaufdatum ist nicht gültig.",
    "invalid-security-code": "Diese Prüfnummer ist nicht gültig.",
    "invalid-postal-code": "Diese Postleitzahl ist nicht gültig.",
    "input-matching-failed": "Die beiden Eingaben sind nicht gleich.",
}
_IT: Mapping[str, str] = {
    "payment-card-number": "Digiti il numero della carta e poi cancelletto.",
    "expiration-date": "Digiti la data di scadenza: due cifre per il mese e due per l'anno.",
    "security-code": "Digiti il codice di sicurezza: le tre cifre sul retro della carta.",
    "security-code-4": "Digiti il codice di sicurezza: le quattro cifre sul fronte della carta.",
    "postal-code": "Digiti il codice postale e poi cancelletto.",
    "confirm": "Il numero digitato termina con",
    "confirm-keys": "Prema 1 per confermare o 2 per annullare.",
    "payment-processing": "Grazie. Il pagamento è in corso.",
    "again": "Lo digiti ancora una volta.",
    "timeout": "Non è stato digitato nulla.",
    "invalid-card-number": "Il numero della carta non è valido.",
    "invalid-card-type": "Questo tipo di carta non è accettato.",
    "invalid-date": "La data di scadenza non è valida.",
    "invalid-security-code": "Il codice di sicurezza non è valido.",
    "invalid-postal-code": "Il codice postale non è valido.",
    "input-matching-failed": "I due inserimenti non coincidono.",
}
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": _EN, "es": _ES, "fr": _FR, "de": _DE, "it": _IT}
)
LANGUAGES: Final = (
    "en-US", "en-AU", "en-CA", "en-GB", "en-IN", "es-ES", "es-MX", "fr-CA", "fr-FR", "de-DE",
    "it-IT",
)  # fmt: skip


def says(what: str, language: str) -> tuple[str, str]:
    """Return a sentence and the language it is in: English where there is none in ``language``."""
    texts = _TEXTS.get(language[:2].lower(), _EN)
    found = texts.get(what)
    return (_EN[what], "en-US") if found is None or texts is _EN else (found, language)
