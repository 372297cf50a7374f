"""Settings: four sources, one table, nothing unknown."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from ringfence import config
from ringfence.config import Address, PortRange
from ringfence.kernel.errors import Refused


def load(folder: Path, **flags: str) -> config.Settings:
    return config.load(folder, flags=flags, environment={})


def test_defaults_are_usable(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.http == Address("127.0.0.1", 8080)
    assert settings.sip.port == 5060
    assert settings.rtp == PortRange(10000, 19999)
    assert settings.data == tmp_path
    assert set(settings.sources.values()) == {"default"}


def test_later_sources_win(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text('http = "127.0.0.1:1"\nworkers = 2\nvoice = "de"\n')
    environment = {"RINGFENCE_HTTP": "127.0.0.1:2", "RINGFENCE_VOICE": "fr", "PATH": "/bin"}
    settings = config.load(tmp_path, flags={"http": "127.0.0.1:3"}, environment=environment)
    assert (settings.http.port, settings.workers, settings.voice) == (3, 2, "fr")
    assert settings.sources["http"] == "flag"
    assert settings.sources["voice"] == "environment"
    assert settings.sources["workers"] == "file"
    assert settings.sources["sip"] == "default"


def test_the_data_folder_comes_from_the_environment(tmp_path: Path) -> None:
    assert config.load(environment={"RINGFENCE_DATA": str(tmp_path)}).data == tmp_path
    assert config.load(environment={}).data == Path("ringfence-data")


@pytest.mark.parametrize("where", ["file", "environment", "flag"])
def test_an_unknown_setting_is_refused_with_the_nearest_name(tmp_path: Path, where: str) -> None:
    if where == "file":
        (tmp_path / "ringfence.toml").write_text('advertize = "192.0.2.1"\n')
    environment = {"RINGFENCE_ADVERTIZE": "192.0.2.1"} if where == "environment" else {}
    flags = {"advertize": "192.0.2.1"} if where == "flag" else {}
    with pytest.raises(Refused) as refusal:
        config.load(tmp_path, flags=flags, environment=environment)
    assert refusal.value.code == "unknown_setting"
    assert "did you mean advertise?" in refusal.value.reason


def test_a_table_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text("[http]\nport = 1\n[rtpp]\n")
    with pytest.raises(Refused) as refusal:
        load(tmp_path)
    assert refusal.value.code == "bad_setting"


def test_a_file_that_is_not_toml_names_itself(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text("http = \n")
    with pytest.raises(Refused, match="not valid TOML"):
        load(tmp_path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text("#" * 70_000)
    with pytest.raises(Refused, match="larger than"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("http", "8080"),
        ("http", "127.0.0.1:99999"),
        ("http", "127.0.0.1:-1"),
        ("http", "a b:1"),
        ("sip", "127.0.0.1:٣"),
        ("rtp", "20000-10000"),
        ("rtp", "80-20000"),
        ("rtp", "10000-10004"),
        ("rtp", "10000"),
        ("advertise", "example.com"),
        ("engine", "fast"),
        ("workers", "0"),
        ("workers", "many"),
        ("drain_seconds", "-1"),
        ("fetch_private", "10.0.0.1/8"),
        ("public_url", "ftp://example.com"),
        ("voice", "two words"),
    ],
)
def test_a_bad_value_is_refused_without_repeating_it(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        load(tmp_path, **{name: text})
    assert refusal.value.code == "bad_setting"
    assert refusal.value.reason.startswith(f"{name} must be ")


def test_tls_needs_both_files(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="together"):
        load(tmp_path, tls_key="key.pem")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"smtp_host": "mail.example.com"}, "smtp_from"),
        ({"missed_call_mail": "yes"}, "smtp_host"),
        ({"missed_call_sms": "+12025550123"}, "missed_call_sms_from"),
    ],
)
def test_what_would_silently_do_nothing_alone_is_refused(
    tmp_path: Path, one: dict[str, str], other: str
) -> None:
    with pytest.raises(Refused, match=f"set {other}, .* together with {next(iter(one))}"):
        load(tmp_path, **one)


def test_networks_are_a_list_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text('fetch_private = ["10.0.0.0/8", "::1/128"]\n')
    assert load(tmp_path).fetch_private == (ip_network("10.0.0.0/8"), ip_network("::1/128"))


def test_ipv6_addresses_round_trip(tmp_path: Path) -> None:
    settings = load(tmp_path, http="[::1]:8080")
    assert settings.http == Address("::1", 8080)
    assert str(settings.http) == "[::1]:8080"


def test_argv_carries_the_flags_to_our_processes(tmp_path: Path) -> None:
    settings = load(tmp_path, http="127.0.0.1:0", fetch_private="127.0.0.0/8", drain_seconds="3")
    argv = settings.argv()
    again = config.from_argv(argv, environment={})
    assert again == settings
    assert "--voice" not in " ".join(argv)


def test_argv_reads_both_spellings(tmp_path: Path) -> None:
    argv = ["--data", str(tmp_path), "--http=127.0.0.1:9", "--drain-seconds", "5"]
    settings = config.from_argv(argv, environment={})
    assert (settings.data, settings.http.port, settings.drain_seconds) == (tmp_path, 9, 5)


def test_argv_refuses_a_stray_word() -> None:
    with pytest.raises(Refused):
        config.from_argv(["serve"], environment={})


def test_every_default_reads_back_to_itself() -> None:
    for declared in config.declarations():
        value = declared.form.read(declared.default)
        assert declared.form.read(declared.form.show(value)) == value
        assert declared.doc
        assert declared.form.shape


@pytest.mark.parametrize("text", ["XX", "UK", "USA", "united kingdom", "99"])
def test_a_country_that_does_not_exist_is_refused_with_those_that_do(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(Refused) as refusal:
        load(tmp_path, country=text)
    assert refusal.value.code == "bad_setting"
    assert "GB for the United Kingdom" in refusal.value.reason
    assert " GB " in refusal.value.reason
    assert text not in refusal.value.reason.replace("GB for the United Kingdom", "")


def test_a_country_is_read_in_small_letters_too(tmp_path: Path) -> None:
    assert load(tmp_path, country="gb").country == "GB"
    assert load(tmp_path, country="").country == ""


def test_destinations_that_are_allowed_are_prefixes(tmp_path: Path) -> None:
    assert load(tmp_path, allow_prefixes="+881, +44909").allow_prefixes == ("+881", "+44909")
    for text in ("881", "+0", "+88 1", "all"):
        with pytest.raises(Refused, match="prefixes"):
            load(tmp_path, allow_prefixes=text)


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text('country = "US"\nhttp = = 1\n')
    with pytest.raises(Refused, match=r"not valid TOML: see line 2, column \d+"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('workers = "many"', "workers in ringfence.toml, line 3 must be a whole number"),
        ("voice = 1.5", "voice in ringfence.toml, line 3 must be one word"),
        ("workers = 1.5", "workers in ringfence.toml, line 3 must be a whole number"),
        ("[sip]", "sip in ringfence.toml, line 3 must be HOST:PORT"),
        ('advertize = "x"', "'advertize' in ringfence.toml, line 3; did you mean advertise"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "ringfence.toml").write_text(f'# workers = 1\nhttp = "127.0.0.1:1"\n{line}\n')
    with pytest.raises(Refused) as refusal:
        load(tmp_path)
    assert says in refusal.value.reason


def test_a_secret_is_given_by_the_file_it_lies_in(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        load(tmp_path, smtp_password="hunter2")
    assert refusal.value.code == "bad_setting"
    assert "hunter2" not in str(refusal.value)
    assert "--smtp-password-file" in str(refusal.value)
    (tmp_path / "secret").write_text("hunter2\nand a note\n")
    settings = load(tmp_path, smtp_password_file=str(tmp_path / "secret"))
    assert settings.smtp_password == "hunter2"
    argv = settings.argv()
    assert not any("hunter2" in word for word in argv)
    assert config.from_argv(argv, environment={}).smtp_password == "hunter2"
    with pytest.raises(Refused):
        load(tmp_path, smtp_password_file=str(tmp_path / "nothing"))
