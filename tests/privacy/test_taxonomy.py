"""The list of categories is closed and forms a tree."""

from ringfence.privacy import taxonomy


def test_every_category_has_its_parent_on_the_list():
    for key in taxonomy.CATEGORIES:
        above = taxonomy.parent(key)
        assert above is None or taxonomy.is_known(above), key


def test_within_means_below_in_the_tree_and_not_a_prefix_of_letters():
    assert taxonomy.is_within("user.contact.email", "user.contact")
    assert taxonomy.is_within("user", "user")
    assert not taxonomy.is_within("user.contactless", "user.contact")


def test_personal_is_everything_about_a_user():
    assert taxonomy.is_personal("user.telephony.call.time")
    assert not taxonomy.is_personal("system.operations")


def test_every_category_has_a_sentence_for_the_notice():
    for sentence in taxonomy.CATEGORIES.values():
        assert sentence.endswith(".")
        assert sentence[0].isupper()
