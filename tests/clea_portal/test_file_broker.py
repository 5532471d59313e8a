from pathlib import Path

import pytest
from kombu import Connection
from kombu.utils.json import loads

TRANSPORT = "clea_portal.file_broker:Transport"


@pytest.fixture
def connect(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "polling_interval": 0.01}
    open_ones = []

    def one_more():
        open_ones.append(Connection("filesystem://localhost", transport=TRANSPORT, transport_options=options))
        return open_ones[-1]

    yield one_more
    for connection in open_ones:
        connection.release()


def test_messages_reach_another_connection_and_leave_nothing(connect, tmp_path):
    with connect().SimpleQueue("work") as sender, connect().SimpleQueue("work") as receiver:
        for number in range(3):
            sender.put({"number": number})
        received = [receiver.get(timeout=5) for _ in range(3)]
        assert sorted(message.payload["number"] for message in received) == [0, 1, 2]
        with pytest.raises(receiver.Empty):
            receiver.get(timeout=0.1)
        assert list(tmp_path.iterdir()) == []


def test_message_is_seen_by_nobody_before_it_is_whole(connect, tmp_path, monkeypatch):
    """Whoever takes a message that is still being written cannot read it, and ends."""
    rename, seen = Path.rename, []

    def look_first(self, target):
        with pytest.raises(reader.Empty):
            reader.get(timeout=0.05)
        seen.append(loads(self.read_text())["properties"]["delivery_info"]["routing_key"])
        return rename(self, target)

    with connect().SimpleQueue("work") as sender, connect().SimpleQueue("work") as reader:
        monkeypatch.setattr(Path, "rename", look_first)
        sender.put({"number": 1})
        assert seen == ["work"]
        assert reader.get(timeout=5).payload == {"number": 1}
