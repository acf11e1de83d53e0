"""The error of a server in words that a person can read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.environment.remote.http_body import server_words


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
