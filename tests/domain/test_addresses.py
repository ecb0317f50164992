"""Exactly one address, and names that carry nothing else."""

import pytest

from cocreate.domain.addresses import address, named, plain, unlinked


@pytest.mark.parametrize(("text", "found"), [
    ("R.Kim@WMATA.example", "r.kim@wmata.example"), (" a+b@x-y.co.uk ", "a+b@x-y.co.uk"),
    ("r@münchen.example", "r@xn--mnchen-3ya.example")])
def test_one_address(text, found):
    assert address(text) == found


@pytest.mark.parametrize("text", [
    "", "anna", "@x.example", "a@", "a@localhost", "a@b@c.example", "a@x.example, b@y.example",
    "a@x.example;b@y.example",
    "Anna <a@x.example>", "alice@example.org)bob@example.com", '"a b"@x.example', "a b@x.example", ".a@x.example",
    "a..b@x.example", "a@-x.example", "a@x..example", "a@[127.0.0.1]", "a@x.example\r\nBcc: b@y.example",
    "a\0@x.example", "é@x.example", "a" * 65 + "@x.example", "a@" + "x" * 64 + ".example",
    "a@" + "x." * 130 + "example"])
def test_anything_else_is_none(text):
    assert address(text) is None


@pytest.mark.parametrize(("text", "seen"), [
    ("Anna\r\nBcc: x", "Anna Bcc: x"), ("evE\u202e", "evE"), ("A\u200bB", "A B"), ("a\u0308", "ä"),
    ("=?utf-8?q?x?=", "= ?utf-8?q?x?="), ("x" * 200, "x" * 119 + "…")])
def test_plain(text, seen):
    assert plain(text) == seen


@pytest.mark.parametrize(("text", "seen"), [
    ("Dr. Anna Berg", "Dr. Anna Berg"), ("evil.example", "evil. example"), ("see https://evil.example/x", "see …"),
    ("Acme 2.0", "Acme 2.0")])
def test_named(text, seen):
    assert named(text) == seen


@pytest.mark.parametrize(("text", "seen"), [
    ("Look at https://evil.example/x?y=1 now", "Look at (link) now"), ("www.evil.example", "(link)"),
    ("evil.example/sign-in", "(link)"), ("13 t/h, and/or 15.5 t/h", "13 t/h, and/or 15.5 t/h"),
    ("Ask r.kim@wmata.example", "Ask r.kim@wmata.example"), ("javascript://x", "(link)"),
    ("At https://x.example/a, or (www.y.example).", "At (link), or ((link)).")])
def test_unlinked(text, seen):
    assert unlinked(text, "(link)") == seen
