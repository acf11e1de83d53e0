"""The error of a server in words that a person can read."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.environment.remote.http_body import _Decoder, server_words
from core.errors import SourceError


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        # As ERDDAP 2 writes it.
        (
            'Error {\n  code=404;\n  message="Not Found: \\"x\\" is unknown.";\n}\n',
            "text/plain",
            'Not Found: "x" is unknown.',
        ),
        ('{"message": "no such set", "code": 4}', "application/json", "no such set"),
        ('{"detail": "no such set"}', "", "no such set"),
        (
            "<html><head><title>401 &amp; out</title>",
            "text/html",
            "a web page, '401 & out'",
        ),
        ("<p>Sorry, <b>closed</b></p>", "text/html", "a web page, 'Sorry, closed'"),
        ("<html><script>alert(1)</script></html>", "text/html", "a web page"),
        ("  \n ", "text/plain", "nothing"),
        ("line one\nline\ttwo\x1b[31m", "text/plain", "line one line two [31m"),
        ("[" * 60000, "application/json", "[" * 297 + "..."),
    ],
)
def test_what_the_server_says_is_one_plain_line(body, kind, words, tmp_path):
    path = tmp_path / "body"
    path.write_text(body)
    assert server_words(path, kind) == words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["", "text/html", "application/json"]))
def test_any_bytes_become_one_short_printable_line(tmp_path, body, kind):
    path = tmp_path / "body"
    path.write_bytes(body)
    words = server_words(path, kind)
    assert words == "" or words.isprintable()
    assert len(words) <= 320


@given(
    parts=st.lists(st.binary(max_size=50), min_size=1, max_size=4),
    pieces=st.integers(1, 40),
    room=st.integers(0, 250),
)
def test_a_gzip_answer_of_several_members_comes_whole(parts, pieces, room):
    # RFC 1952, 2.2: members simply follow one another.
    packed = b"".join(gzip.compress(part) for part in parts)
    decoder, data = _Decoder("gzip"), b""
    for start in range(0, len(packed), pieces):
        data += decoder.feed(packed[start : start + pieces], room - len(data))
        if len(data) > room:
            break
    whole = b"".join(parts)
    assert data == whole[: room + 1]
    assert len(whole) > room or decoder.is_whole


def test_what_follows_a_gzip_answer_and_is_none_is_refused():
    with pytest.raises(SourceError, match="compressed answer is broken"):
        _Decoder("gzip").feed(gzip.compress(b"sea") + b"more", 100)
