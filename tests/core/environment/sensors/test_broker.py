"""Rules of the broker's address; secrets stay out of every message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.sensors import BrokerAddress, MqttIngest, default_client_id
from core.errors import InputError


def test_ports_follow_the_scheme():
    assert BrokerAddress.from_url("mqtt://boat.example").port == 1883
    assert BrokerAddress.from_url("mqtts://boat.example").port == 8883
    assert BrokerAddress.from_url("mqtts://boat.example").is_tls
    assert BrokerAddress.from_url("mqtt://[::1]:18/").shown == "mqtt://[::1]:18"


def test_user_and_password_are_decoded_and_not_shown():
    address = BrokerAddress.from_url("mqtts://ana:p%40ss%2Fw@boat.example:99")
    assert (address.username, address.password) == ("ana", "p@ss/w")
    assert address.shown == "mqtts://boat.example:99"
    assert "p@ss" not in repr(address)
    assert "ana" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "boat.example:1883",
        "http://boat.example",
        "mqtt://",
        "mqtt://boat.example:99999",
        "mqtt://boat.example:port",
        "mqtt://[::1",
        "mqtt://boat.example/topic",
        "mqtt://boat.example?x=secret",
        "mqtt://ana:sec/ret@boat.example",
        "mqtt://ana:sec#ret@boat.example",
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(InputError) as refused:
        BrokerAddress.from_url(url)
    assert "sec" not in str(refused.value)
    assert "ana" not in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text):
    try:
        address = BrokerAddress.from_url("mqtt://" + text)
    except InputError:
        return
    assert address.host
    assert 1 <= address.port <= 65535


@pytest.mark.parametrize(
    ("url", "is_clear"),
    [
        ("mqtt://a:b@boat.example", True),
        ("mqtt://boat.example", False),
        ("mqtts://a:b@boat.example", False),
        ("mqtt://a:b@127.0.0.1", False),
        ("mqtt://a:b@localhost", False),
        ("mqtt://a:b@[::1]", False),
    ],
)
def test_a_password_in_clear_over_a_network_is_known(url, is_clear):
    assert BrokerAddress.from_url(url).sends_password_in_clear is is_clear


def test_the_client_id_is_the_same_at_every_start():
    assert default_client_id() == default_client_id()
    assert 5 < len(default_client_id()) <= 60


@pytest.mark.parametrize("topic", ["", "a/#/b", "a+/b", "a#", "a\nb", "a/b#"])
def test_what_is_no_topic_filter_is_refused(topic):
    with pytest.raises(InputError, match="topic"):
        MqttIngest("mqtt://127.0.0.1", lambda fixes: 0, topics=[topic])


def test_no_topic_at_all_is_refused():
    with pytest.raises(InputError, match="no topic"):
        MqttIngest("mqtt://127.0.0.1", lambda fixes: 0, topics=[])
