"""Versions of tariffs come back as they were."""

from ringfence.billing.tariffs import Tariff, rate_of
from ringfence.storage import tariffs


def test_a_version_comes_back_as_it_was(store, clock, open_store):
    rates = (
        rate_of(service="calls-outbound", price="0.014", to="+44", increment="6/6"),
        rate_of(service="sms-outbound", price="0.0075"),
    )
    made = [
        Tariff(id="TF" + "1" * 32, account=None, currency="USD", since=clock.now(), rates=rates),
        Tariff(id="TF" + "2" * 32, account="AC1", currency="USD", since=clock.now(), rates=()),
    ]
    for one in made:
        store.db.submit(lambda tx, one=one: tariffs.add(tx, one, now=clock.now())).result(5)
    assert tariffs.all_of_them(store.db.reading) == made
    store.close()
    assert open_store().ledger.book.versions == made
