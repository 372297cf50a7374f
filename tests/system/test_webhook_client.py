"""The webhook client against real servers on the loopback interface."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ringfence.kernel.phone import Phone
from ringfence.webhooks import client as client_module
from ringfence.webhooks.client import Document, WebhookClient
from ringfence.webhooks.guard import Guard
from ringfence.webhooks.signatures import HEADER, verify

TOKEN = "f" * 32
DOCUMENT = b"<Response><Say>Hello</Say></Response>"


class Server:
    """A server that keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.port = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.asked.append((request.method, str(request.url), list(form.items()), request.headers))
        match request.path:
            case "/voice" | "/v\u00e4":
                return web.Response(body=DOCUMENT, content_type="text/xml")
            case "/missing":
                return web.Response(status=404, text="no such page")
            case "/huge":
                return web.Response(body=b"x" * 200_000)
            case "/chunked":
                return await self._drip(request, pieces=1000, size=1000, pause=0)
            case "/drip":
                return await self._drip(request, pieces=1000, size=1, pause=0.02)
            case "/slow":
                await asyncio.sleep(60)
                return web.Response()
            case "/gzip":
                return web.Response(
                    body=gzip.compress(DOCUMENT), headers={"Content-Encoding": "gzip"}
                )
            case "/bomb":
                body = gzip.compress(b"\0" * 20_000_000)
                return web.Response(body=body, headers={"Content-Encoding": "gzip"})
            case "/302":
                raise web.HTTPFound("/voice?after=302")
            case "/307":
                raise web.HTTPTemporaryRedirect("/voice?after=307")
            case "/loop":
                raise web.HTTPFound("/loop")
            case "/to-private":
                raise web.HTTPTemporaryRedirect("http://169.254.169.254/latest/meta-data/")
            case "/to-file":
                raise web.HTTPFound("file:///etc/passwd")
            case "/reset":
                request.transport.abort()
                return web.Response()
            case "/cut":
                response = web.StreamResponse(headers={"Content-Length": "1000"})
                await response.prepare(request)
                await response.write(b"x" * 10)
                request.transport.close()
                return response
        raise web.HTTPNotFound

    async def _drip(self, request, *, pieces, size, pause):
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(pieces):
                await response.write(b"x" * size)
                await asyncio.sleep(pause)
        except ConnectionError:
            pass  # the client has had enough
        return response


@asynccontextmanager
async def serving(tls=None):
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def with_server(test, allowed=("127.0.0.1",)):
    async def run():
        async with serving() as server:
            client = WebhookClient(Guard(allowed))
            try:
                return await test(server, client)
            finally:
                await client.close()

    return asyncio.run(run())


def fetch(path, **how):
    async def test(server, client):
        return await client.fetch(server.url + path, **how), server.asked

    return with_server(test)


def test_a_signed_post_that_the_receiver_can_verify():
    params = [("CallSid", "CA1"), ("From", Phone("+12025550123")), ("Digits", "1 &\u00e4")]
    result, asked = fetch("/voice?x=1", params=params, token=TOKEN)
    assert (result.status, result.body, result.failure) == (200, DOCUMENT, None)
    assert result.content_type.startswith("text/xml")
    assert result.url.endswith("/voice?x=1")
    method, url, form, headers = asked[0]
    assert method == "POST"
    assert form == [("CallSid", "CA1"), ("From", "+12025550123"), ("Digits", "1 &\u00e4")]
    assert verify(headers[HEADER], url=url, params=form, token=TOKEN)
    assert headers["User-Agent"].startswith("Ringfence/")


def test_a_signed_get_carries_its_parameters_in_the_query():
    result, asked = fetch("/voice?x=1", method="GET", params=[("To", "+1 2")], token=TOKEN)
    method, _, form, headers = asked[0]
    assert (method, form) == ("GET", [])
    assert result.url.endswith("/voice?x=1&To=%2B1+2")
    assert verify(headers[HEADER], url=result.url, token=TOKEN)


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [({}, "application/json"), ({"Accept": "application/hal+json"}, "application/hal+json")],
)
def test_who_is_sent_a_document_is_asked_for_json(headers, accepted):
    document = Document(b"{}", "application/json", headers)
    _, asked = fetch("/voice", document=document)
    assert asked[0][3].getall("Accept")[0].split(",")[0] == accepted


def test_headers_are_plain_words_that_the_log_can_keep():
    result, _ = fetch("/voice")
    assert dict(result.headers)["Content-Type"] == "text/xml"
    assert {type(word) for header in result.headers for word in header} == {str}


def test_without_a_token_nothing_is_signed():
    _, asked = fetch("/voice")
    assert HEADER not in asked[0][3]


def test_credentials_of_the_url_become_basic_auth_and_are_not_signed():
    async def test(server, client):
        url = server.url.replace("http://", "http://ann:s%20cret@") + "/voice"
        await client.fetch(url, token=TOKEN)
        return server.asked[0]

    _, url, _, headers = with_server(test)
    assert headers["Authorization"] == "Basic YW5uOnMgY3JldA=="
    assert "ann" not in url
    assert verify(headers[HEADER], url=url, token=TOKEN)


@pytest.mark.parametrize(
    ("path", "how", "failure"),
    [
        ("/missing", {}, "fetch_status"),
        ("/huge", {}, "fetch_too_large"),
        ("/chunked", {}, "fetch_too_large"),
        ("/bomb", {}, "fetch_too_large"),
        ("/slow", {"total_ms": 150}, "fetch_timed_out"),
        ("/drip", {"total_ms": 300}, "fetch_timed_out"),
        ("/loop", {}, "fetch_redirects"),
        ("/to-private", {}, "fetch_refused"),
        ("/to-file", {}, "bad_url"),
        ("/reset", {}, "fetch_protocol"),
        ("/cut", {}, "fetch_protocol"),
    ],
)
def test_what_servers_do_wrong(path, how, failure):
    result, _ = fetch(path, **how)
    assert result.failure == failure


def test_a_missing_page_keeps_its_status_and_body():
    result, _ = fetch("/missing")
    assert (result.status, result.body) == (404, b"no such page")


def test_a_packed_answer_is_unpacked():
    result, _ = fetch("/gzip")
    assert result.body == DOCUMENT


def test_redirects():
    form = [("Digits", "1")]
    result, asked = fetch("/302", params=form, token=TOKEN)
    assert (result.redirects, result.url.endswith("/voice?after=302")) == (1, True)
    assert [(method, posted) for method, _, posted, _ in asked] == [("POST", form), ("GET", [])]
    result, asked = fetch("/307", params=form, token=TOKEN)
    assert [(method, posted) for method, _, posted, _ in asked] == [("POST", form), ("POST", form)]
    assert verify(asked[1][3][HEADER], url=asked[1][1], params=form, token=TOKEN)


def test_loopback_is_refused_without_permission():
    async def test(server, client):
        return await client.fetch(server.url + "/voice"), server.asked

    result, asked = with_server(test, allowed=())
    assert result.failure == "fetch_refused"
    assert asked == []


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    """Rebinding: the addresses that were checked are the only ones connected to."""
    looked_up = []

    def addresses(host, port, family):
        looked_up.append(host)
        return [("127.0.0.1", 2)]

    monkeypatch.setattr(client_module, "_addresses", addresses)

    async def test(server, client):
        result = await client.fetch(f"http://public.example:{server.port}/voice")
        return result, server.asked

    result, asked = with_server(test, allowed=())
    assert (result.failure, asked) == ("fetch_refused", [])
    assert looked_up == ["public.example"]

    result, asked = with_server(test, allowed=["public.example"])
    assert result.ok
    assert len(asked) == 1


def test_a_host_nobody_knows():
    async def test(_server, client):
        return await client.fetch("http://nobody.invalid/voice")

    assert with_server(test).failure == "fetch_host_unknown"


def test_a_port_nobody_listens_on():
    async def test(_server, client):
        return await client.fetch("http://127.0.0.1:1/voice")

    assert with_server(test).failure == "fetch_failed"


def test_a_kept_connection_that_was_closed_is_opened_anew():
    """A server closes an idle connection at any time; the next request must not suffer."""

    async def run():
        served = []

        async def handle(reader, writer):
            served.append(writer)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            if len(served) == 1:
                await reader.read(1)  # takes the next request and hangs up without a word
            writer.close()

        listener = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        client = WebhookClient(Guard(["127.0.0.1"]))
        try:
            first = await client.fetch(f"http://127.0.0.1:{port}/")
            second = await client.fetch(f"http://127.0.0.1:{port}/")
        finally:
            await client.close()
            listener.close()
        return first, second, len(served)

    first, second, connections = asyncio.run(run())
    assert first.ok
    assert second.ok
    assert connections == 2


def _self_signed():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return pem + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_certificate_nobody_vouches_for(tmp_path):
    pem = tmp_path / "server.pem"
    pem.write_bytes(_self_signed())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)

    async def run():
        async with serving(tls) as server:
            client = WebhookClient(Guard(["127.0.0.1"]))
            try:
                return await client.fetch(f"https://127.0.0.1:{server.port}/voice")
            finally:
                await client.close()

    assert asyncio.run(run()).failure == "fetch_certificate"


def test_one_endpoint_that_hangs_does_not_slow_another():
    async def test(server, client):
        hanging = [
            asyncio.create_task(client.fetch(server.url + "/slow", total_ms=50_000))
            for _ in range(50)
        ]
        async with serving() as other:
            results = [await client.fetch(other.url + "/voice") for _ in range(10)]
        still = sum(not task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return results, still

    results, still = with_server(test)
    assert all(result.ok for result in results)
    assert still == 50
