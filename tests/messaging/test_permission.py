"""Whether a message may go, and on what ground."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.messaging.permission import Permission, Subscription, permit
from ringfence.messaging.templates import TEMPLATES

NEWS = TEMPLATES["product_news"]
SIMILAR = TEMPLATES["similar_product"]
ALERT = TEMPLATES["security_alert"]
AGREED = Subscription("news", "consent", "C1")
BOUGHT = Subscription("similar", "soft_opt_in", "P1", "lines")


@pytest.mark.promise("MSG-02")
def test_what_the_service_needs_goes_out_whatever_somebody_declined() -> None:
    assert permit(ALERT, suppressed=True, subscriptions=[]) == Permission("service")


@pytest.mark.promise("MSG-03")
def test_marketing_goes_on_a_consent_or_to_customers_of_the_same_kind_of_product() -> None:
    assert permit(NEWS, suppressed=False, subscriptions=[AGREED]) == Permission("consent", "C1")
    found = permit(SIMILAR, suppressed=False, subscriptions=[BOUGHT], product="lines")
    assert found == Permission("soft_opt_in", "P1")
    for product in ("", "headsets"):
        with pytest.raises(Refused) as refused:
            permit(SIMILAR, suppressed=False, subscriptions=[BOUGHT], product=product)
        assert (refused.value.code, refused.value.clause) == ("other_product", "MSG-03")


@pytest.mark.promise("PUR-06")
def test_without_a_ground_nothing_is_sent_and_the_clause_is_named() -> None:
    with pytest.raises(Refused) as refused:
        permit(NEWS, suppressed=False, subscriptions=[])
    assert (refused.value.code, refused.value.clause) == ("no_ground", "MSG-03")
    unproved = [Subscription("news", "consent", "")]
    with pytest.raises(Refused):
        permit(NEWS, suppressed=False, subscriptions=unproved)


@pytest.mark.promise("MSG-05")
def test_who_asked_about_one_thing_gets_nothing_of_another() -> None:
    asked = [Subscription("enquiry", "consent", "C2")]
    about = TEMPLATES["answer_about_product"]
    assert permit(about, suppressed=False, subscriptions=asked).evidence == "C2"
    with pytest.raises(Refused) as refused:
        permit(NEWS, suppressed=False, subscriptions=asked)
    assert (refused.value.code, refused.value.clause) == ("other_list", "MSG-05")


@pytest.mark.promise("MSG-04")
def test_who_declined_gets_no_marketing_on_any_ground() -> None:
    with pytest.raises(Refused) as refused:
        permit(NEWS, suppressed=True, subscriptions=[AGREED, BOUGHT], product="lines")
    assert (refused.value.code, refused.value.clause) == ("suppressed", "MSG-04")
