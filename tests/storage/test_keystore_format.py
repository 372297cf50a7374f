"""The layout of the keystore: the first format is taken over, another's is refused."""

import apsw
import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.privacy.keystore import SHELF_SIZE
from ringfence.privacy.sealed import NONCE_SIZE
from ringfence.storage.keystore_file import KeystoreFile

ENTROPY = SystemEntropy()


@pytest.fixture
def file(tmp_path):
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys" / "keystore.db"


def back_to_the_first_format(file):
    """Return the keys of three shelves, lying under the epoch key itself as they once did."""
    keystore = KeystoreFile.open(file, entropy=ENTROPY)
    keys = [keystore.key(keystore.take()) for _ in range(300)]
    keystore.save()
    shelves = {number: bytes(keystore._shelves[number].keys) for number in range(3)}
    epoch = keystore._epoch
    keystore.close()
    db = apsw.Connection(str(file))
    for number, plain in shelves.items():
        assert len(plain) == SHELF_SIZE
        nonce = ENTROPY.token(NONCE_SIZE)
        place = b"ringfence shelf %d epoch %d" % (number, epoch.number)
        sealed = nonce + epoch._aead.encrypt(nonce, plain, place)
        db.execute("UPDATE shelves SET sealed = ? WHERE number = ?", (sealed, number))
    db.execute("DROP TABLE rings; DROP TABLE erased; PRAGMA user_version=1")
    db.close()
    return keys


def test_a_keystore_of_the_first_format_is_taken_over(file):
    keys = back_to_the_first_format(file)
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert [again.key(serial) for serial in range(300)] == keys
    assert again.destroy([1]) == 1
    again.close()
    third = KeystoreFile.open(file, entropy=ENTROPY)
    assert third.key(299) == keys[299]
    third.close()


def test_a_shelf_of_the_first_format_without_its_epoch_changes_nothing(file):
    back_to_the_first_format(file)
    (key,) = file.parent.glob("*.key")
    whole, name = file.read_bytes(), key.rename(key.with_name("epoch-000002.key"))
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY)
    assert refused.value.code == "keystore_missing"
    assert file.read_bytes() == whole
    assert name.exists(), "no key is thrown away before the file has opened"


def test_rings_of_two_epochs_are_refused(file):
    KeystoreFile.open(file, entropy=ENTROPY).close()
    keystore = KeystoreFile.open(file, entropy=ENTROPY)
    keystore.take()
    keystore.close()
    db = apsw.Connection(str(file))
    db.execute("INSERT INTO rings SELECT 9, epoch + 1, sealed FROM rings")
    db.close()
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY)
    assert refused.value.code == "keystore_missing"
