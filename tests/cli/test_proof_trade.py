"""A customer of a proof; the calls themselves are in tests/system/test_prove_erasure.py."""

from ringfence.cli.proof_trade import card
from ringfence.cli.proof_ways import make_tracers
from ringfence.kernel.entropy import SeededEntropy
from ringfence.payments.cards import luhn


def test_a_card_holds_the_secret_and_could_be_one():
    for who in make_tracers(30, entropy=SeededEntropy(4)):
        number = card(who.secret)
        assert len(number) == 16
        assert who.secret in number
        assert luhn(number)
