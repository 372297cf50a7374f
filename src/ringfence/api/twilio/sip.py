"""SIP domains, credential lists and address lists."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.applications import URL_CODES
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND, Problem
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import hook, moment

_HOOKS = {"Voice": "voice", "VoiceFallback": "voice_fallback"}
_CODES = URL_CODES | {"exists": 21232, "bad_domain": 21232, "in_use": 21233}
_LIST_CODES = {
    "credentials": {"exists": 21240, "bad_name": 21240, "in_use": 21241},
    "addresses": {"exists": 21235, "bad_name": 21235, "in_use": 21236},
}
_KEPT_NOT = (
    "Secure asks for TLS; media stays RTP, as there is no SRTP here. Emergency calling and the "
    "BYOC trunk are kept and answered, and change no call"
)


def _dates(found: Any) -> dict[str, Any]:
    return {"date_created": moment(found.created), "date_updated": moment(found.changed)}


def _needed(asked: Question, name: str) -> str:
    value = asked.get(name)
    if value is None:
        raise Problem(20001, f"{name} is not specified", status=400)
    return value


# --- domains --------------------------------------------------------------------------------------


def _domain(asked: Question, found: views.SipDomain) -> dict[str, Any]:
    here = f"/SIP/Domains/{found.sid}"
    parts = {
        "credential_list_mappings": "CredentialListMappings",
        "ip_access_control_list_mappings": "IpAccessControlListMappings",
    }
    kinds = [("CREDENTIAL_LIST", found.credentials), ("IP_ACL", found.addresses)]
    status = found.hooks.get("status")
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "api_version": VERSION,
        "auth_type": ",".join(word for word, lists in kinds if lists),
        "domain_name": found.domain,
        "friendly_name": found.name or found.domain,
        "sip_registration": found.registration,
        "secure": found.secure,
        "emergency_calling_enabled": found.emergency,
        "byoc_trunk_sid": found.carrier,
        "emergency_caller_sid": found.emergency_caller,
        "voice_status_callback_url": "" if status is None else status.url,
        "voice_status_callback_method": "POST" if status is None else status.method,
        **hook("voice", found.hooks.get("voice")),
        **hook("voice_fallback", found.hooks.get("voice_fallback")),
        **_dates(found),
        "uri": asked.url(f"{here}.json"),
        "subresource_uris": {
            name: asked.url(f"{here}/{part}.json") for name, part in parts.items()
        },
    }


def _fields(asked: Question) -> dict[str, Any]:
    hooks = asked.hooks(_HOOKS)
    status: dict[str, str] = {}
    url, method = asked.said("VoiceStatusCallbackUrl"), asked.get("VoiceStatusCallbackMethod")
    if url is not None:
        status["url"] = url
    if method is not None:
        status["method"] = method
    given = {
        "name": asked.said("FriendlyName"),
        "hooks": hooks | ({"status": status} if status else {}),
        "registration": asked.choice("SipRegistration"),
        "secure": asked.choice("Secure"),
        "emergency": asked.choice("EmergencyCallingEnabled"),
        "emergency_caller": asked.said("EmergencyCallerSid"),
        "carrier": asked.said("ByocTrunkSid"),
    }
    return {name: value for name, value in given.items() if value is not None}


@DESK.operation("CreateSipDomain", missing=_KEPT_NOT, codes=_CODES)
async def create_domain(asked: Question) -> Answer:
    """Take calls under a name."""
    made = await asked.run("sip_domain.add", domain=_needed(asked, "DomainName"), **_fields(asked))
    return Answer(201, _domain(asked, made))


@DESK.operation("ListSipDomain")
async def list_domains(asked: Question) -> Answer:
    """Return domains."""
    return asked.paged("domains", await asked.run("sip_domain.list"), _domain)


@DESK.operation("FetchSipDomain")
async def fetch_domain(asked: Question) -> Answer:
    """Return one domain."""
    return Answer(200, _domain(asked, await asked.run("sip_domain.show", sid=asked.path["Sid"])))


@DESK.operation("UpdateSipDomain", missing=_KEPT_NOT, codes=_CODES)
async def update_domain(asked: Question) -> Answer:
    """Change a domain."""
    changed = await asked.run(
        "sip_domain.change",
        sid=asked.path["Sid"],
        domain=asked.get("DomainName"),
        **_fields(asked),
    )
    return Answer(200, _domain(asked, changed))


@DESK.operation("DeleteSipDomain")
async def delete_domain(asked: Question) -> Answer:
    """Take calls under that name no more."""
    await asked.run("sip_domain.remove", sid=asked.path["Sid"])
    return Answer(204)


# --- mappings -------------------------------------------------------------------------------------


class _Mapping:
    """One of the mappings of a domain, under one of its names. ``old``: with its domain and URI."""

    def __init__(
        self, operation: str, which: str, field: str, plural: str, *, old: str = ""
    ) -> None:
        self._which, self._field, self._plural, self._old = which, field, plural, old
        self._kind = "addresses" if which == "addresses" else "credentials"
        for verb in ("Create", "Fetch", "Delete"):
            handler = {"Create": self.create, "Fetch": self.fetch, "Delete": self.delete}[verb]
            DESK.operation(f"{verb}{operation}")(handler)
        DESK.operation(f"List{operation}")(self.list)

    def _shown(self, asked: Question, found: views.SipList) -> dict[str, Any]:
        body = {
            "sid": found.sid,
            "account_sid": asked.account,
            "friendly_name": found.name,
            **_dates(found),
        }
        if self._old:
            here = f"/SIP/Domains/{asked.path['DomainSid']}/{self._old}/{found.sid}.json"
            body |= {"domain_sid": asked.path["DomainSid"], "uri": asked.url(here)}
        return body

    async def _mapped(self, asked: Question) -> list[views.SipList]:
        domain: views.SipDomain = await asked.run("sip_domain.show", sid=asked.path["DomainSid"])
        sids = getattr(domain, self._which)
        lists: list[views.SipList] = await asked.run("sip_list.list", kind=self._kind)
        return [found for found in lists if found.sid in sids]

    async def create(self, asked: Question) -> Answer:
        found = await asked.run(
            "sip_domain.map",
            sid=asked.path["DomainSid"],
            which=self._which,
            list_sid=_needed(asked, self._field),
        )
        return Answer(201, self._shown(asked, found))

    async def list(self, asked: Question) -> Answer:
        return asked.paged(self._plural, await self._mapped(asked), self._shown)

    async def fetch(self, asked: Question) -> Answer:
        for found in await self._mapped(asked):
            if found.sid == asked.path["Sid"]:
                return Answer(200, self._shown(asked, found))
        raise NOT_FOUND

    async def delete(self, asked: Question) -> Answer:
        await asked.run(
            "sip_domain.unmap",
            sid=asked.path["DomainSid"],
            which=self._which,
            list_sid=asked.path["Sid"],
        )
        return Answer(204)


_CREDENTIALS, _ADDRESSES = "CredentialListSid", "IpAccessControlListSid"
_Mapping("SipAuthCallsCredentialListMapping", "credentials", _CREDENTIALS, "contents")
_Mapping("SipAuthCallsIpAccessControlListMapping", "addresses", _ADDRESSES, "contents")
_Mapping("SipAuthRegistrationsCredentialListMapping", "registrations", _CREDENTIALS, "contents")
_Mapping(
    "SipCredentialListMapping", "credentials", _CREDENTIALS, "credential_list_mappings",
    old="CredentialListMappings",
)  # fmt: skip
_Mapping(
    "SipIpAccessControlListMapping", "addresses", _ADDRESSES, "ip_access_control_list_mappings",
    old="IpAccessControlListMappings",
)  # fmt: skip


# --- lists ----------------------------------------------------------------------------------------


class _Lists:
    """Lists of one kind. ``members``: the name of what is on them, in the path and in words."""

    def __init__(self, operation: str, kind: str, path: str, plural: str, members: str) -> None:
        self._kind, self._path, self._plural, self._members = kind, path, plural, members
        for verb, handler in (
            ("Create", self.create), ("List", self.list), ("Fetch", self.fetch),
            ("Update", self.update), ("Delete", self.delete),
        ):  # fmt: skip
            DESK.operation(f"{verb}{operation}", codes=_LIST_CODES[kind])(handler)

    def _shown(self, asked: Question, found: views.SipList) -> dict[str, Any]:
        here = f"/SIP/{self._path}/{found.sid}"
        word = "credentials" if self._kind == "credentials" else "ip_addresses"
        return {
            "sid": found.sid,
            "account_sid": asked.account,
            "friendly_name": found.name,
            **_dates(found),
            "uri": asked.url(f"{here}.json"),
            "subresource_uris": {word: asked.url(f"{here}/{self._members}.json")},
        }

    async def create(self, asked: Question) -> Answer:
        name = _needed(asked, "FriendlyName")
        made = await asked.run("sip_list.add", kind=self._kind, name=name)
        return Answer(201, self._shown(asked, made))

    async def list(self, asked: Question) -> Answer:
        found = await asked.run("sip_list.list", kind=self._kind)
        return asked.paged(self._plural, found, self._shown)

    async def fetch(self, asked: Question) -> Answer:
        found = await asked.run("sip_list.show", kind=self._kind, sid=asked.path["Sid"])
        return Answer(200, self._shown(asked, found))

    async def update(self, asked: Question) -> Answer:
        found = await asked.run(
            "sip_list.rename",
            kind=self._kind,
            sid=asked.path["Sid"],
            name=_needed(asked, "FriendlyName"),
        )
        return Answer(200, self._shown(asked, found))

    async def delete(self, asked: Question) -> Answer:
        await asked.run("sip_list.remove", kind=self._kind, sid=asked.path["Sid"])
        return Answer(204)


_Lists("SipCredentialList", "credentials", "CredentialLists", "credential_lists", "Credentials")
_Lists(
    "SipIpAccessControlList", "addresses", "IpAccessControlLists", "ip_access_control_lists",
    "IpAddresses",
)  # fmt: skip


# --- credentials ----------------------------------------------------------------------------------


def _credential(asked: Question, found: views.SipCredential) -> dict[str, Any]:
    here = f"/SIP/CredentialLists/{found.list}/Credentials/{found.sid}.json"
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "credential_list_sid": found.list,
        "username": found.username,
        **_dates(found),
        "uri": asked.url(here),
    }


@DESK.operation("CreateSipCredential", codes={"exists": 21243})
async def create_credential(asked: Question) -> Answer:
    """Put somebody on a list."""
    made = await asked.run(
        "sip_credential.add",
        list_sid=asked.path["CredentialListSid"],
        username=_needed(asked, "Username"),
        password=_needed(asked, "Password"),
    )
    return Answer(201, _credential(asked, made))


async def _credentials(asked: Question) -> list[views.SipCredential]:
    found: list[views.SipCredential] = await asked.run(
        "sip_credential.list", list_sid=asked.path["CredentialListSid"]
    )
    return found


@DESK.operation("ListSipCredential")
async def list_credentials(asked: Question) -> Answer:
    """Return who is on a list."""
    return asked.paged("credentials", await _credentials(asked), _credential)


@DESK.operation("FetchSipCredential")
async def fetch_credential(asked: Question) -> Answer:
    """Return one of them."""
    for found in await _credentials(asked):
        if found.sid == asked.path["Sid"]:
            return Answer(200, _credential(asked, found))
    raise NOT_FOUND


@DESK.operation("UpdateSipCredential")
async def update_credential(asked: Question) -> Answer:
    """Give somebody another password."""
    password = asked.get("Password")
    if password is None:
        return await fetch_credential(asked)
    changed = await asked.run(
        "sip_credential.change",
        sid=asked.path["Sid"],
        list_sid=asked.path["CredentialListSid"],
        password=password,
    )
    return Answer(200, _credential(asked, changed))


@DESK.operation("DeleteSipCredential")
async def delete_credential(asked: Question) -> Answer:
    """Take somebody off a list."""
    await asked.run(
        "sip_credential.remove", sid=asked.path["Sid"], list_sid=asked.path["CredentialListSid"]
    )
    return Answer(204)


# --- addresses ------------------------------------------------------------------------------------


def _address(asked: Question, found: views.SipAddress) -> dict[str, Any]:
    here = f"/SIP/IpAccessControlLists/{found.list}/IpAddresses/{found.sid}.json"
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "ip_access_control_list_sid": found.list,
        "friendly_name": found.name,
        "ip_address": found.address,
        "cidr_prefix_length": found.prefix,
        **_dates(found),
        "uri": asked.url(here),
    }


@DESK.operation("CreateSipIpAddress", codes={"bad_address": 21238})
async def create_address(asked: Question) -> Answer:
    """Put an address on a list."""
    made = await asked.run(
        "sip_address.add",
        list_sid=asked.path["IpAccessControlListSid"],
        address=_needed(asked, "IpAddress"),
        prefix=asked.whole("CidrPrefixLength", 0, 128),
        name=asked.get("FriendlyName") or "",
    )
    return Answer(201, _address(asked, made))


async def _addresses(asked: Question) -> list[views.SipAddress]:
    found: list[views.SipAddress] = await asked.run(
        "sip_address.list", list_sid=asked.path["IpAccessControlListSid"]
    )
    return found


@DESK.operation("ListSipIpAddress")
async def list_addresses(asked: Question) -> Answer:
    """Return what is on a list."""
    return asked.paged("ip_addresses", await _addresses(asked), _address)


@DESK.operation("FetchSipIpAddress")
async def fetch_address(asked: Question) -> Answer:
    """Return one of them."""
    for found in await _addresses(asked):
        if found.sid == asked.path["Sid"]:
            return Answer(200, _address(asked, found))
    raise NOT_FOUND


@DESK.operation("UpdateSipIpAddress", codes={"bad_address": 21238})
async def update_address(asked: Question) -> Answer:
    """Change what is on a list."""
    changed = await asked.run(
        "sip_address.change",
        sid=asked.path["Sid"],
        list_sid=asked.path["IpAccessControlListSid"],
        address=asked.get("IpAddress"),
        prefix=asked.whole("CidrPrefixLength", 0, 128),
        name=asked.said("FriendlyName"),
    )
    return Answer(200, _address(asked, changed))


@DESK.operation("DeleteSipIpAddress")
async def delete_address(asked: Question) -> Answer:
    """Take an address off a list."""
    await asked.run(
        "sip_address.remove",
        sid=asked.path["Sid"],
        list_sid=asked.path["IpAccessControlListSid"],
    )
    return Answer(204)
