"""The data folder belongs to its owner alone."""

import stat

from ringfence.storage.folder import DataFolder, make_private, sync_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_made_and_closed_to_others(tmp_path):
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.make()
    for path in (
        folder.root,
        folder.keys,
        folder.recordings,
        folder.spool,
        folder.run,
        folder.logs,
    ):
        assert path.is_dir()
        assert mode(path) & 0o077 == 0, path


def test_a_folder_that_was_open_is_closed(tmp_path):
    root = tmp_path / "data"
    root.mkdir(mode=0o755)
    DataFolder(root).make()
    assert mode(root) == 0o700


def test_a_private_file_is_made_empty_or_left_as_it_is(tmp_path):
    file = tmp_path / "file"
    make_private(file)
    assert mode(file) == 0o600
    file.write_bytes(b"kept")
    make_private(file)
    assert file.read_bytes() == b"kept"
    sync_folder(tmp_path)


def test_paths(tmp_path):
    folder = DataFolder(tmp_path)
    assert folder.database == tmp_path / "ringfence.db"
    assert folder.keystore == tmp_path / "keys" / "keystore.db"
    assert str(tmp_path) in repr(folder)
