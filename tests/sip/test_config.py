"""The settings of an agent never show its secret."""

from ringfence.sip.config import AgentConfig


def test_the_secret_is_not_printed():
    config = AgentConfig(addresses={"udp": ("192.0.2.9", 5060)}, realm="r", secret=b"hush" * 8)
    assert "hush" not in repr(config)
    assert config.product == "Ringfence"
