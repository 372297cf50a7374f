from importlib import import_module
from pkgutil import iter_modules

from ringfence.kernel import limits


def test_every_limit_has_a_unit_and_a_reason() -> None:
    found = {k: v for k, v in vars(limits).items() if isinstance(v, limits.Limit)}
    assert found
    for name, limit in found.items():
        assert name.isupper(), name
        assert limit.unit, name
        assert len(limit.reason) > 10, name


def test_no_name_stands_in_two_modules() -> None:
    names = [
        name
        for module in iter_modules(limits.__path__)
        for name in vars(import_module(f"{limits.__name__}.{module.name}"))
        if name.isupper()
    ]
    assert len(names) == len(set(names)) > 300


def test_nothing_else_hides_among_the_limits() -> None:
    public = {k for k in vars(limits) if k.isupper()}
    assert public == {k for k, v in vars(limits).items() if isinstance(v, limits.Limit)}
