"""Digest on both sides: the published examples, the life of a nonce, and who is turned away."""

import re

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_NC_WINDOW, SIP_NONCE_LIFE_MS, SIP_NONCES_MAX
from ringfence.sip.auth import (
    Authenticator,
    Challenge,
    DigestClient,
    answer_challenge,
    make_ha1,
    parse_challenges,
    parse_fields,
)
from ringfence.sip.message import Request, Response
from ringfence.sip.uri import Uri

NOW = Ms(1_700_000_000_000)
URI = Uri.parse("sip:+12025550123@example.com")
REALM = "ringfence"


def request(method="INVITE", uri=URI, headers=()):
    return Request(method, uri, headers)


def server(**options):
    return Authenticator(REALM, b"s" * 32, SeededEntropy(1), **options)


def client(password="secret", username="alice"):
    return DigestClient(username, password, SeededEntropy(2))


def ha1(username, realm, algorithm):
    return make_ha1(username, realm, "secret", algorithm) if username == "alice" else None


def challenged(authenticator, now=NOW, **options):
    return Response(401, None, authenticator.challenges(now, **options))


def signed(authenticator, agent=None, now=NOW):
    """Return a request that answers a fresh challenge."""
    agent = agent or client()
    assert agent.take(challenged(authenticator, now))
    answer = request()
    agent.sign(answer)
    return answer


def edited(message, pattern, replacement):
    value = message.headers.get("Authorization")
    found, count = re.subn(pattern, replacement, value)
    assert count == 1
    return request(message.method, message.uri, [("Authorization", found)])


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm, response):
    # Section 3.9.1: an HTTP request, whose URI is no SIP URI.
    challenge = Challenge(
        "http-auth@example.org",
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        algorithm,
        "auth",
        "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
        stale=False,
        proxy=False,
    )
    name, value = answer_challenge(
        challenge,
        _Http(),
        username="Mufasa",
        password="Circle of Life",
        nc=1,
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert name == "Authorization"
    assert f'response="{response}"' in value
    assert 'uri="/dir/index.html"' in value


class _Http:
    method, uri, body = "GET", "/dir/index.html", b""


def test_the_example_of_rfc_2617_without_qop():
    # RFC 2069 form of the example in RFC 2617 section 3.5.
    challenge = Challenge(
        "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "MD5", None, None, False, True
    )
    name, value = answer_challenge(
        challenge, _Http(), username="Mufasa", password="Circle Of Life", nc=1, cnonce="x"
    )
    assert name == "Proxy-Authorization"
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in value
    assert "qop" not in value
    assert "nc=" not in value


def test_auth_int_covers_the_body():
    challenge = Challenge("r", "n", "MD5", "auth-int", None, False, False)
    proofs = set()
    for body in (b"", b"v=0"):
        message = Request("INVITE", URI, (), body)
        value = answer_challenge(challenge, message, username="u", password="p", nc=1, cnonce="c")[
            1
        ]
        proofs.add(re.search('response="(.*?)"', value)[1])
    assert len(proofs) == 2


@pytest.mark.parametrize("algorithms", [("SHA-256", "MD5"), ("MD5",), ("SHA-256",)])
def test_a_challenge_is_answered_and_the_answer_believed(algorithms):
    authenticator = server(algorithms=algorithms)
    assert authenticator.verify(request(), ha1, NOW).kind == "missing"
    answer = signed(authenticator)
    assert f"algorithm={algorithms[0]}" in answer.headers.get("Authorization")
    assert authenticator.verify(answer, ha1, NOW) == ("good", "alice")


def test_a_proxy_challenge_is_answered_in_its_own_header():
    authenticator, agent = server(), client()
    response = Response(407, None, authenticator.challenges(NOW, proxy=True))
    assert agent.take(response)
    answer = request()
    agent.sign(answer)
    assert "Authorization" not in answer.headers
    assert authenticator.verify(answer, ha1, NOW, proxy=True).kind == "good"
    assert authenticator.verify(answer, ha1, NOW).kind == "missing"


def test_one_nonce_serves_many_requests_in_turn_but_each_only_once():
    authenticator, agent = server(), client()
    seen = [signed(authenticator, agent)]
    for _ in range(5):
        seen.append(request("BYE"))
        agent.sign(seen[-1])
    for answer in seen:
        assert authenticator.verify(answer, ha1, NOW).kind == "good"
    for answer in seen:
        assert authenticator.verify(answer, ha1, NOW).kind == "stale"


def test_requests_under_one_nonce_may_overtake_each_other_within_the_window():
    authenticator, agent = server(), client()
    answers = [signed(authenticator, agent)]
    for _ in range(SIP_NC_WINDOW + 2):
        answers.append(request())
        agent.sign(answers[-1])
    assert authenticator.verify(answers[-1], ha1, NOW).kind == "good"
    for answer in reversed(answers[2:-1]):
        assert authenticator.verify(answer, ha1, NOW).kind == "good"
    for answer in answers[:2]:  # too far back to know
        assert authenticator.verify(answer, ha1, NOW).kind == "stale"
    for answer in answers:
        assert authenticator.verify(answer, ha1, NOW).kind == "stale"


def test_a_jump_beyond_the_window_forgets_what_lay_before():
    authenticator = server(algorithms=("MD5",))
    challenge = parse_challenges(challenged(authenticator))[0]
    for nc, kind in (
        *((1, "good"), (2, "good"), (500, "good"), (2, "stale"), (499, "good"), (499, "stale")),
        *((500, "stale"), (501, "good"), (436, "stale"), (437, "good"), (0, "stale")),
        *((0xFFFFFFFF, "good"), (0xFFFFFFFF, "stale"), (0xFFFFFFFE, "good")),
    ):
        header = answer_challenge(
            challenge, request(), username="alice", password="secret", nc=nc, cnonce="c"
        )
        assert authenticator.verify(request(headers=[header]), ha1, NOW).kind == kind, nc


def test_a_nonce_ages():
    authenticator = server()
    early, late = signed(authenticator), signed(authenticator)
    last = Ms(NOW + SIP_NONCE_LIFE_MS - 1)
    assert authenticator.verify(early, ha1, last).kind == "good"
    assert authenticator.verify(late, ha1, Ms(last + 1)) == ("stale", "alice")
    assert authenticator.verify(late, ha1, Ms(NOW - 1)).kind == "stale"


def test_a_nonce_of_another_secret_or_realm_is_stale_not_wrong():
    # After a restart every telephone comes with a nonce of before: that is no attack.
    answer = signed(Authenticator(REALM, b"t" * 32, SeededEntropy(1)))
    assert server().verify(answer, ha1, NOW).kind == "stale"
    for nonce in ("", "x", "ä" * 32, "A" * 32, "!" * 32):
        challenge = Challenge(REALM, nonce, "MD5", "auth", None, False, False)
        header = answer_challenge(
            challenge, request(), username="alice", password="secret", nc=1, cnonce="c"
        )
        assert server().verify(request(headers=[header]), ha1, NOW).kind == "stale"


def test_an_edited_nonce_is_not_ours():
    authenticator = server()
    nonce = parse_challenges(challenged(authenticator))[0].nonce
    for at in range(len(nonce)):
        other = nonce[:at] + ("A" if nonce[at] != "A" else "B") + nonce[at + 1 :]
        assert authenticator._issued(other) is None
    assert authenticator._issued(nonce) == NOW


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ('username="alice"', 'username="bob"'),
        ('response="."?', 'response="x'),
        ('response="[^"]*"', 'response=""'),
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=0000000g"),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=SHA-256", "algorithm=SHA-512-256"),
        ("algorithm=SHA-256, ", ""),
        ('cnonce="', 'cnonce="z'),
        (r'uri="sip:\+12025550123', 'uri="sip:+12025550199'),
        (' uri="[^"]*",', ""),
        (' nonce="[^"]*",', ""),
    ],
)
def test_credentials_that_do_not_prove_themselves_are_wrong(pattern, replacement):
    authenticator = server(algorithms=("SHA-256", "MD5"))
    answer = edited(signed(authenticator), pattern, replacement)
    assert authenticator.verify(answer, ha1, NOW).kind == "wrong"


def test_the_wrong_password_and_an_unknown_user_look_the_same():
    authenticator = server()
    assert authenticator.verify(signed(authenticator, client("guess")), ha1, NOW) == ("wrong", "")
    stranger = client(username="mallory")
    assert authenticator.verify(signed(authenticator, stranger), ha1, NOW) == ("wrong", "")


def test_credentials_for_one_number_or_method_do_not_serve_another():
    authenticator = server()
    answer = signed(authenticator)
    header = [("Authorization", answer.headers.get("Authorization"))]
    other = request(uri=Uri.parse("sip:+12025550199@example.com"), headers=header)
    assert authenticator.verify(other, ha1, NOW).kind == "wrong"
    assert authenticator.verify(request("REFER", headers=header), ha1, NOW).kind == "wrong"
    # Host and port are rewritten on the way often enough.
    moved = request(uri=Uri.parse("sip:+12025550123@192.0.2.1:5070"), headers=header)
    assert authenticator.verify(moved, ha1, NOW).kind == "good"


@pytest.mark.parametrize(
    "value",
    [
        "NoOneKnowsThisScheme opaque-data=here",
        "Digest",
        "Digest realm=",
        'Digest realm="ringfence", realm="ringfence"',
        'Digest realm="other", username="alice"',
        "Basic YWxpY2U6c2VjcmV0",
        "",
        '"',
    ],
)
def test_other_schemes_realms_and_rubbish_are_as_good_as_nothing(value):
    header = [("Authorization", value)]
    assert server().verify(request(headers=header), ha1, NOW).kind == "missing"


def test_the_credentials_for_us_are_found_among_others():
    authenticator = server()
    ours = signed(authenticator).headers.get("Authorization")
    headers = [("Authorization", 'Digest realm="other"'), ("Authorization", ours)]
    assert authenticator.verify(request(headers=headers), ha1, NOW).kind == "good"


def test_without_qop_a_nonce_serves_once():
    authenticator = server(algorithms=("MD5",))
    challenge = parse_challenges(challenged(authenticator))[0]
    old = Challenge(REALM, challenge.nonce, "MD5", None, None, False, False)
    header = answer_challenge(old, request(), username="alice", password="secret", nc=1, cnonce="")
    message = request(headers=[header])
    assert authenticator.verify(message, ha1, NOW).kind == "good"
    assert authenticator.verify(message, ha1, NOW).kind == "stale"


def test_memory_is_bounded_and_what_is_forgotten_cannot_be_replayed():
    authenticator = server(algorithms=("MD5",))
    first = signed(authenticator)
    assert authenticator.verify(first, ha1, NOW).kind == "good"
    for at in range(SIP_NONCES_MAX + 1):
        authenticator._count(f"n{at}", NOW + 1 + at, 1)
    assert len(authenticator._counters) <= SIP_NONCES_MAX
    assert authenticator.verify(first, ha1, NOW).kind == "stale"
    later = Ms(NOW + SIP_NONCES_MAX + 10)
    assert authenticator.verify(signed(authenticator, now=later), ha1, later).kind == "good"


def test_a_challenge_says_stale_where_the_password_was_right():
    value = dict(server().challenges(NOW, stale=True))["WWW-Authenticate"]
    assert value.endswith("stale=TRUE")
    assert parse_challenges(challenged(server(), stale=True))[0].stale
    assert not parse_challenges(challenged(server()))[0].stale


@pytest.mark.parametrize(
    ("product", "algorithms"),
    [
        (None, ["MD5", "SHA-256"]),
        ("Yealink SIP-T46U 108.86.0.20", ["MD5", "SHA-256"]),
        ("baresip v1.0.0 (x86_64/linux)", ["MD5"]),
        ("baresip v3.9.0 (x86_64/Linux)", ["MD5"]),
        ("baresip v3.10.1 (x86_64/Linux)", ["MD5"]),
        ("baresip v3.11.0 (x86_64/Linux)", ["MD5", "SHA-256"]),
        ("baresip v3.100.0 (x86_64/Linux)", ["MD5", "SHA-256"]),
        ("baresip v4.0.0 (x86_64/Linux)", ["MD5", "SHA-256"]),
    ],
)
def test_a_telephone_that_stumbles_over_a_second_algorithm_is_offered_one(product, algorithms):
    response = challenged(server(), product=product)
    assert [challenge.algorithm for challenge in parse_challenges(response)] == algorithms


def test_who_takes_sha_256_alone_is_offered_that_whatever_the_telephone():
    offered = challenged(server(algorithms=("SHA-256",)), product="baresip v1.0.0")
    assert [challenge.algorithm for challenge in parse_challenges(offered)] == ["SHA-256"]


# The client


def test_the_topmost_challenge_that_we_know_is_answered():
    response = Response(
        401,
        None,
        [
            ("WWW-Authenticate", 'Digest realm="a, b", nonce="n0", algorithm=SHA-512-256'),
            (
                "WWW-Authenticate",
                'Digest realm="a, b", nonce="n1", algorithm=sha-256, qop="x,auth"',
            ),
            ("WWW-Authenticate", 'Digest realm="a, b", nonce="n2"'),
            ("WWW-Authenticate", "Basic realm=x"),
            ("WWW-Authenticate", 'Digest realm="r", nonce="n3", qop="token"'),
            ("WWW-Authenticate", "Digest rubbish"),
        ],
    )
    assert [(c.nonce, c.algorithm) for c in parse_challenges(response)] == [
        ("n1", "SHA-256"),
        ("n2", "MD5"),
    ]
    agent, message = client(), request()
    assert agent.take(response)
    agent.sign(message)
    assert len(message.headers.all("Authorization")) == 1
    assert 'nonce="n1"' in message.headers.get("Authorization")
    assert 'realm="a, b"' in message.headers.get("Authorization")


def test_a_refused_password_is_not_tried_again():
    authenticator, agent = server(), client("guess")
    signed(authenticator, agent)
    assert not agent.take(challenged(authenticator))


def test_an_old_nonce_is_replaced_with_and_without_a_word_about_it():
    authenticator, agent = server(), client()
    signed(authenticator, agent)
    agent.accepted()
    agent.sign(request())
    assert agent.take(challenged(authenticator))  # used twice: it may well have aged
    message = request()
    agent.sign(message)
    assert "nc=00000001" in message.headers.get("Authorization")
    assert agent.take(challenged(authenticator, stale=True))


def test_a_server_that_says_stale_for_ever_is_given_up():
    authenticator, agent = server(), client()
    signed(authenticator, agent)
    tries = 0
    while agent.take(challenged(authenticator, stale=True)):
        agent.sign(request())
        tries += 1
        assert tries < 5


def test_nothing_to_answer_is_no_reason_to_retry():
    assert not client().take(Response(401))
    assert not client().take(Response(401, None, [("WWW-Authenticate", "Basic realm=x")]))


def test_a_challenge_that_could_not_be_written_back_is_passed_over():
    challenge = Response(401)
    challenge.headers.fields["WWW-Authenticate"] = [
        'Digest realm="r", nonce="\\\x07", qop="auth"',
        'Digest realm="r", nonce="n", qop="auth"',
    ]
    assert [one.nonce for one in parse_challenges(challenge)] == ["n"]


def test_a_signature_replaces_the_one_before():
    authenticator, agent = server(), client()
    message = signed(authenticator, agent)
    agent.sign(message)
    assert len(message.headers.all("Authorization")) == 1
    assert "nc=00000002" in message.headers.get("Authorization")


def test_opaque_and_quotes_are_given_back_as_they_came():
    header = 'Digest realm="a\\"b", nonce="n", opaque="o\\\\p", qop="auth"'
    agent, message = client(), request()
    assert agent.take(Response(401, None, [("WWW-Authenticate", header)]))
    agent.sign(message)
    scheme, fields = parse_fields(message.headers.get("Authorization"))
    assert scheme == "digest"
    assert (fields["realm"], fields["opaque"]) == ('a"b', "o\\p")


@pytest.mark.parametrize(
    "text", ["", "=", "Digest a", 'Digest a="b', "Digest a=b c=d", "Digest a=b,a=c"]
)
def test_malformed_fields_are_refused(text):
    with pytest.raises(RemoteError):
        parse_fields(text)


def test_truncated_at_every_length_credentials_prove_nothing():
    authenticator = server()
    value = signed(authenticator).headers.get("Authorization")
    # The last fields are cnonce and nc: without the quote or a digit nothing is proved.
    for length in range(len(value)):
        message = request(headers=[("Authorization", value[:length])])
        assert authenticator.verify(message, ha1, NOW).kind in {"wrong", "missing"}
    whole = request(headers=[("Authorization", value)])
    assert authenticator.verify(whole, ha1, NOW).kind == "good"


def test_no_secret_is_printed():
    agent = client()
    signed(server(), agent)
    assert "secret" not in repr(agent)
    answered = next(iter(agent._answered.values()))
    assert answered.ha1 not in repr(answered)
