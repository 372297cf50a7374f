from ringfence.kernel.entropy import ORDINALS, SeededEntropy, SystemEntropy


def test_system_entropy_gives_every_size_and_no_repeats() -> None:
    source = SystemEntropy()
    tokens = [source.token(size) for size in (1, 16, 4095, 4096, 5000, 32)]
    assert [len(token) for token in tokens] == [1, 16, 4095, 4096, 5000, 32]
    drawn = {source.token(16) for _ in range(5000)}
    assert len(drawn) == 5000


def test_a_seed_repeats() -> None:
    assert SeededEntropy(7).token(32) == SeededEntropy(7).token(32)
    assert SeededEntropy(7).token(32) != SeededEntropy(8).token(32)


def test_ordinals_count_and_begin_again() -> None:
    source = SeededEntropy(7)
    assert [source.ordinal() for _ in range(3)] == [1, 2, 3]
    source._ordinal = ORDINALS - 1
    assert source.ordinal() == 0
    first = SystemEntropy().ordinal()
    assert 0 <= first < ORDINALS
