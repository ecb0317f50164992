"""A copy to check is typeset once."""

from cocreate.papers.copies import Copies


class TestCopies:
    def test_what_was_made_is_kept_for_exactly_this_text_and_host(self, tmp_path):
        copies, made = Copies(tmp_path / "copies"), []

        def make():
            made.append(1)
            return b"%%PDF %d" % len(made)

        assert [copies.of(host, what, make) for host, what in (
            ("a", "one"), ("a", "one"), ("a", "two"), ("b", "one"))] == [b"%PDF 1", b"%PDF 1", b"%PDF 2", b"%PDF 3"]
        copies.sweep()
        assert copies.of("a", "one", make) == b"%PDF 4"

    def test_where_it_cannot_be_kept_it_is_made_anew(self, tmp_path):
        (tmp_path / "copies").touch()
        copies = Copies(tmp_path / "copies" / "inside")
        assert [copies.of("a", "one", lambda: b"%PDF") for _ in range(2)] == [b"%PDF", b"%PDF"]

    def test_one_that_lost_its_bytes_is_made_anew(self, tmp_path):
        copies = Copies(tmp_path)
        copies.of("a", "one", lambda: b"")
        assert copies.of("a", "one", lambda: b"%PDF") == b"%PDF"

    def test_none_outlives_the_start_of_an_application_that_may_typeset_otherwise(self, new_app):
        new_app("sqlite://").extensions["copies"].of("a", "one", lambda: b"%PDF old")
        assert new_app("sqlite://").extensions["copies"].of("a", "one", lambda: b"%PDF new") == b"%PDF new"
