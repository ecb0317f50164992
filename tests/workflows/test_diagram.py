"""The score: readable as a picture and in words, and decorated by classes only."""

import re
from html import escape
from itertools import combinations
from xml.etree import ElementTree

import pytest

from workflows import library
from workflows.definition import Definition
from workflows.diagram.arcs import Arc, levelled
from workflows.diagram.display import decorate
from workflows.diagram.drawing import Words, score
from workflows.diagram.shapes import EMPTY, SHARED

SVG = "{http://www.w3.org/2000/svg}"


def definition(stages: int, *, names: str = "Stage", back: int = 0, seats: str = "abc") -> Definition:
    """That many stages in a row, with tasks and gates, and ``back`` ways back from each."""
    keys = [f"s{n}" for n in range(stages)]
    return Definition.model_validate({
        "format": 1, "key": "drawn", "name": "n", "strategy": "open", "summary": "s", "ends_in": "e",
        "contract_title": "c", "terminal": {"agreed": "success", "declined": "failure"},
        "parties": {seat: {"name": f"Seat {seat}"} for seat in seats},
        "stages": {key: {
            "name": f"{names} {n}", "purpose": "p", "target": n,
            "tasks": {f"t{n}x{k}": {"title": "T", "why": "w", "of": list(seats), "due": {"days": 1},
                                    "fields": {"f": {"type": "text", "label": "f"}}} for k in range(n % 4)},
            "gates": {f"g{n}x{k}": {"question": "Q", "of": list(seats), "due": {"days": 1}} for k in range(n % 3)},
        } for n, key in enumerate(keys)},
        "transitions": {
            **{f"on{n}": {"from": key, "to": to}
               for n, (key, to) in enumerate(zip(keys, [*keys[1:], "agreed"], strict=True))},
            **{f"back{n}x{k}": {"from": key, "to": keys[max(n - k, 0)], "name": f"A reason of some length {n}"}
               for n, key in enumerate(keys) for k in range(1, back + 1) if n >= k}}})


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def by_id(svg: str) -> dict[str, ElementTree.Element]:
    return {found.attrib["id"]: found for found in parsed(svg).iter() if "id" in found.attrib}


def boxes(svg: str, classes: str) -> list[tuple[float, float, float]]:
    """(left, right, base line) of the texts of this class, measured a little narrower than the drawing does."""
    found = []
    for text in parsed(svg).iter(f"{SVG}text"):
        if text.attrib["class"] == classes:
            half = len("".join(text.itertext())) * 6.2 / 2
            x = float(text.attrib["x"])
            found.append((x - half, x + half, float(text.attrib["y"])))
    return found


class TestScore:
    @pytest.mark.parametrize("stages", [2, 8, 9, 10, 16, 17, 50, 200])
    def test_has_every_stage_once_within_the_picture(self, stages):
        svg = score(definition(stages, seats="ab"))
        nodes = [found for id_, found in by_id(svg).items() if id_.startswith("score-stage-")]
        assert len(nodes) == stages
        assert len({(node.attrib["cx"], node.attrib["cy"]) for node in nodes}) == stages
        assert all(0 < float(node.attrib["cx"]) < 1216 for node in nodes)

    def test_wraps_beyond_sixteen_stages(self):
        def rails(stages: int) -> int:
            return len({found.attrib["cy"] for id_, found in by_id(score(definition(stages))).items()
                        if id_.startswith("score-stage-")})

        assert [rails(16), rails(17), rails(50)] == [1, 2, 5]

    def test_a_mark_per_task_and_seat_and_a_segment_per_deciding_seat(self):
        ids = by_id(score(definition(6)))
        assert sum(id_.startswith("score-task-") for id_ in ids) == 3 * (0 + 1 + 2 + 3 + 0 + 1)
        assert sum(id_.startswith("score-gate-") for id_ in ids) == 3 * (0 + 1 + 2 + 0 + 1 + 2)

    def test_a_project_has_its_parties_in_their_own_order(self):
        drawn = by_id(score(definition(2), lanes={"c": 1, "a": 2, "b": 3}))
        assert [drawn[f"score-task-t1x0-{seat}"].attrib["class"].split()[1] for seat in "cab"] == ["sp1", "sp2", "sp3"]
        assert drawn["score-task-t1x0-c"].tag.endswith("circle")

    def test_a_lane_of_several_or_of_nobody_has_the_shape_and_colour_of_no_party(self):
        drawn = by_id(score(definition(2), lanes={"a": 6, "b": SHARED, "c": EMPTY}))
        marks = [drawn[f"score-task-t1x0-{seat}"] for seat in "abc"]
        assert [mark.attrib["class"] for mark in marks] == ["mk sp4 fp4 todo", "mk sp0 fp0 todo", "mk sp0 fp0 todo"]
        bars = [float(mark.attrib["width"]) / float(mark.attrib["height"]) for mark in marks[1:]]
        assert marks[0].tag == f"{SVG}polygon" and min(bars) > 2  # the square of a party is as wide as it is high
        assert drawn["score-gate-g1x0-b"].attrib["class"] == "seg sp0 open"

    @pytest.mark.parametrize("stages", [2, 8, 16, 17, 50])
    def test_such_a_lane_has_its_name_below_the_end_where_no_mark_is(self, stages):
        svg = score(definition(stages), lanes={"a": 6, "b": SHARED, "c": EMPTY})
        names = [text for text in parsed(svg).iter(f"{SVG}text") if text.attrib["text-anchor"] == "end"]
        assert [name.text for name in names] == ["Seat b", "Seat c"]
        for name in names:
            left, y = float(name.attrib["x"]) - 6.2 * len(name.text), float(name.attrib["y"])
            beside = [mark for mark in parsed(svg).iter(f"{SVG}rect")
                      if "mk" in mark.attrib["class"] and abs(float(mark.attrib["y"]) - y) < 12]
            assert beside or stages == 50
            assert all(float(mark.attrib["x"]) + float(mark.attrib["width"]) < left for mark in beside)

    def test_no_styles_and_nothing_of_the_template_as_markup(self):
        svg = score(definition(3, names='<script>alert("x")</script>', back=1))
        assert "<script" not in svg
        assert "style=" not in svg
        parsed(svg)

    def test_says_in_words_what_it_shows(self):
        ids = by_id(score(library.load("industrial_symbiosis")))
        assert ids["score-t"].text == "Stages of the project"
        assert ids["score-d"].text == ("The stages are Idea, Partners, Baseline, Design, Value case, Pilot, Terms, "
                                       "Signature, Agreed.")
        german = by_id(score(definition(2), words=Words(title="Stufen", days="{n} Tage", end="Einig")))
        assert (german["score-t"].text, german["score-sub-s1"].text) == ("Stufen", "1 Tage")

    @pytest.mark.parametrize(("stages", "back"), [(8, 2), (16, 3), (50, 2)])
    def test_labels_of_ways_back_never_overlap(self, stages, back):
        svg = re.sub(r'<text id="score-sub-.*?</text>', "", score(definition(stages, back=back)))
        labels = boxes(svg, "sub")
        assert len(labels) >= stages - 1
        for (left, right, y), (left2, right2, y2) in combinations(labels, 2):
            assert abs(y - y2) >= 15 or right <= left2 or right2 <= left

    @pytest.mark.parametrize("stages", [9, 16, 24])
    def test_names_of_neighbours_never_overlap(self, stages):
        svg = score(definition(stages, names="Gemeinsame Geschäftsmodellentwicklung"))
        lines = [(float(one.attrib["x"]), one.attrib["y"], one.text or "") for one in parsed(svg).iter(f"{SVG}text")
                 if one.attrib.get("id", "").startswith("score-name-")]
        for (x, y, words), (x2, y2, words2) in combinations(lines, 2):
            assert y != y2 or abs(x - x2) >= (len(words) + len(words2)) * 6.8 / 2


class TestDecorate:
    def test_done_now_and_ahead(self):
        ids = by_id(decorate(score(definition(4)), stage="s1", done={"s0"}, note="day 2 of 5", description="In <s1>"))
        assert ids["score-stage-s0"].attrib["class"] == "node done"
        assert ids["score-stage-s1"].attrib["class"] == "node now"
        assert ids["score-stage-s2"].attrib["class"] == "node"
        assert ids["score-rail-s0"].attrib["class"] == "rail done"
        assert ids["score-rail-s1"].attrib["class"] == "rail"
        assert ids["score-name-s1"].attrib["class"] == "now-name"
        assert ids["score-sub-s1"].text == "day 2 of 5"
        assert ids["score-d"].text == "In <s1>"

    def test_contributions_and_decisions(self):
        ids = by_id(decorate(
            score(definition(4)), stage="s1", accepted={("t1x0", "a"): "accepted", ("t1x0", "b"): "submitted"},
            decisions={("g1x0", "a"): "agreed", ("g1x0", "b"): "refused"}))
        assert ids["score-task-t1x0-a"].attrib["class"] == "mk sp1 fp1"
        assert ids["score-task-t1x0-b"].attrib["class"] == "mk sp2 fp2 todo"
        assert ids["score-gate-g1x0-a"].attrib["class"] == "seg sp1"
        assert ids["score-gate-g1x0-b"].attrib["class"] == "seg sp2 bad"
        assert "stroke-dasharray" in ids["score-gate-g1x0-b"].attrib  # colour never speaks alone
        assert ids["score-gate-g1x0-c"].attrib["class"] == "seg sp3 open"

    def test_the_ring_closes_when_all_have_signed(self):
        svg = decorate(score(definition(2)), stage="agreed", done={"s0", "s1"})
        assert by_id(svg)["score-end-agreed"].attrib["class"] == "signed"
        assert "node now" not in svg

    def test_only_classes_differ_where_nothing_is_done(self):
        svg = score(definition(12, names="Tom & Jerry", back=1))
        assert decorate(svg, stage="declined") == svg
        assert escape("Tom & Jerry 3") in svg


class TestArcs:
    def test_a_label_stands_aside_where_a_longer_way_rises_through_it(self):
        low, high = Arc(735, 521, "Sharing is reopened", back=True), Arc(628, 415, "Pilot shows a flaw", back=True)
        longer = Arc(628, 200, "All is begun anew", back=True)
        levelled([low, high, longer])
        for lower in (low, high, longer):
            for upper in (low, high, longer):
                if upper.level > lower.level:
                    assert all(lower.plate[1] <= start or end <= lower.plate[0] for start, end in upper.legs)
