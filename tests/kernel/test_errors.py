from ringfence.kernel.errors import LocalError, Refused, RemoteError, RingfenceError


def test_each_error_says_whose_fault_it_is_and_what_to_answer() -> None:
    remote = RemoteError("Bad Via", hint=400)
    refused = Refused("quota", "wait a minute", clause="TEL-1")
    assert (remote.hint, remote.reason) == (400, "Bad Via")
    assert (refused.code, refused.reason, refused.clause) == ("quota", "wait a minute", "TEL-1")
    assert all(issubclass(e, RingfenceError) for e in (LocalError, RemoteError, Refused))
