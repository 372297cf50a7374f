from ringfence.kernel import limits


def test_every_limit_has_a_unit_and_a_reason() -> None:
    found = {k: v for k, v in vars(limits).items() if isinstance(v, limits.Limit)}
    assert found
    for name, limit in found.items():
        assert name.isupper(), name
        assert limit.unit, name
        assert len(limit.reason) > 10, name


def test_nothing_else_hides_among_the_limits() -> None:
    public = {k for k in vars(limits) if k.isupper()}
    assert public == {k for k, v in vars(limits).items() if isinstance(v, limits.Limit)}
