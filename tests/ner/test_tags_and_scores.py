"""Tag schemes and entity scores, against cases worked by hand."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture_lib.ner import Score, Sentence, entity_f1, spans, to_bio, to_types

CASES = [
    (["B-PER", "I-PER", "O"], [("PER", 0, 2)]),
    (["B-PER", "B-PER"], [("PER", 0, 1), ("PER", 1, 2)]),
    (["I-PER", "I-PER", "B-PER"], [("PER", 0, 2), ("PER", 2, 3)]),
    (["B-PER", "I-LOC"], [("PER", 0, 1), ("LOC", 1, 2)]),
    (["O", "I-LOC", "O", "I-LOC"], [("LOC", 1, 2), ("LOC", 3, 4)]),
    (["PER", "PER", "O", "LOC"], [("PER", 0, 2), ("LOC", 3, 4)]),
    (["B-PER", "E-PER", "S-PER", "S-PER"], [("PER", 0, 2), ("PER", 2, 3), ("PER", 3, 4)]),
    (["B-PER", "L-PER", "U-PER", "I-PER"], [("PER", 0, 2), ("PER", 2, 3), ("PER", 3, 4)]),
    (["geo-loc", "geo-loc", "O", "person"], [("geo-loc", 0, 2), ("person", 3, 4)]),
    (["O", "O"], []),
    ([], []),
]


@pytest.mark.parametrize(("tags", "expected"), CASES)
def test_spans_follow_the_rule_of_the_conll_evaluation(tags: list[str], expected: list[tuple[str, int, int]]) -> None:
    assert [tuple(span) for span in spans(tags)] == expected


@pytest.mark.parametrize(
    "tag", ["", "B-", "I-", "X-PER", "b-PER", "B_PER", "o", "0", "B-O", "M-PER", "B PER", "-PER", "B", "LOC-B"]
)
def test_a_tag_out_of_scheme_is_refused(tag: str) -> None:
    for function in (spans, to_bio, to_types):
        with pytest.raises(ValueError, match="is not a tag"):
            function(["O", tag])


def test_bare_and_prefixed_tags_do_not_mix() -> None:
    with pytest.raises(ValueError, match="bare tag 'LOC'"):
        spans(["B-PER", "LOC"])


TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=12)


@settings(max_examples=200, deadline=None)
@given(TAGS)
def test_bio_keeps_the_spans_and_is_its_own_bio(tags: list[str]) -> None:
    bio = to_bio(tags)
    assert spans(bio) == spans(tags)
    assert to_bio(bio) == bio
    assert to_types(bio) == to_types(tags)


def conlleval(tags: list[str]) -> list[tuple[str, int, int]]:
    """Our own reading of the rules of conlleval, with S for an entity of one token: where chunks begin and end."""
    begins_after = {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I"), ("E", "E"), ("E", "I"), ("O", "E"), ("E", "B"),
                    ("B", "S"), ("I", "S"), ("O", "S"), ("E", "S"), ("S", "S"), ("S", "B"), ("S", "I"), ("S", "E")}  # fmt: skip
    found, start = [], 0
    before = ("O", "")
    for place, (prefix, _, kind) in enumerate(tag.partition("-") for tag in [*tags, "O"]):
        begins = prefix != "O" and ((before[0], prefix) in begins_after or kind != before[1])
        if before[0] != "O" and (begins or prefix == "O"):
            found.append((before[1], start, place))
        if begins:
            start = place
        before = (prefix, kind)
    return found


def test_scores_are_those_of_conlleval_on_random_sequences() -> None:
    rng = random.Random(26)
    for _ in range(4000):
        choice = ["O", *(f"{p}-{t}" for p in rng.choice(["BI", "I", "BIES", "IE"]) for t in rng.choice(["XY", "Z"]))]
        gold = [[rng.choice(choice) for _ in range(rng.randint(1, 12))] for _ in range(3)]
        guess = [[tag if rng.random() < 0.6 else rng.choice(choice) for tag in row] for row in gold]
        true, found = ({(k, *e) for k, row in enumerate(side) for e in conlleval(row)} for side in (gold, guess))
        right = len(true & found)
        micro = entity_f1(gold, guess)["micro"]
        assert micro.support == len(true)
        assert micro.f1 == (2 * right / (len(true) + len(found)) if right else 0.0)
        assert micro.precision == (right / len(found) if found else 0.0)
        bilou = [[tag.replace("E-", "L-").replace("S-", "U-") for tag in row] for row in guess]
        assert entity_f1(gold, bilou) == entity_f1(gold, guess)
        bmes = [[tag.replace("I-", "M-") for tag in row] for row in guess]
        assert entity_f1(bmes, bmes, scheme="BMES")["micro"].support == len(found)


GOLD = [["B-PER", "I-PER", "O", "B-LOC", "O"], ["B-ORG", "I-ORG", "I-ORG", "O"]]
PREDICTED = [["B-PER", "I-PER", "O", "B-ORG", "B-LOC"], ["B-ORG", "I-ORG", "O", "O"]]


def test_span_scores_by_hand() -> None:
    assert entity_f1(GOLD, PREDICTED) == {
        "LOC": Score(0.0, 0.0, 0.0, 1),
        "ORG": Score(0.0, 0.0, 0.0, 1),
        "PER": Score(1.0, 1.0, 1.0, 1),
        "micro": Score(1 / 4, 1 / 3, 2 / 7, 3),
    }


def test_token_scores_by_hand() -> None:
    scores = entity_f1(GOLD, PREDICTED, level="token")
    assert scores["PER"] == Score(1.0, 1.0, 1.0, 2)
    assert scores["LOC"] == Score(0.0, 0.0, 0.0, 1)
    assert scores["ORG"] == Score(2 / 3, 2 / 3, 2 / 3, 3)
    assert scores["micro"] == Score(4 / 6, 4 / 6, 4 / 6, 6)


def test_token_scores_do_not_see_b_and_i() -> None:
    assert entity_f1([["B-PER", "B-PER"]], [["I-PER", "I-PER"]], level="token")["micro"].f1 == 1.0
    assert entity_f1([["B-PER", "B-PER"]], [["I-PER", "I-PER"]])["micro"].f1 == 0.0


def test_schemes_may_differ_between_the_sides() -> None:
    sentence = Sentence(["New", "York"], ["B-LOC", "I-LOC"])
    for predicted in (["LOC", "LOC"], ["I-LOC", "I-LOC"], ["B-LOC", "I-LOC"]):
        assert entity_f1([sentence], [predicted])["micro"].f1 == 1.0


def test_ratios_without_denominator_are_zero() -> None:
    assert entity_f1([["O"]], [["O"]]) == {"micro": Score(0.0, 0.0, 0.0, 0)}
    assert entity_f1([["O"]], [["B-PER"]])["PER"] == Score(0.0, 0.0, 0.0, 0)
    assert entity_f1([["B-PER"]], [["O"]])["PER"] == Score(0.0, 0.0, 0.0, 1)
    assert entity_f1([], [])["micro"].support == 0


@settings(max_examples=100, deadline=None)
@given(TAGS, st.data())
def test_swapping_the_sides_swaps_precision_and_recall(tags: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations(tags))
    there, back = entity_f1([tags], [other]), entity_f1([other], [tags])
    assert all(
        (score.precision, score.recall) == (back[kind].recall, back[kind].precision) for kind, score in there.items()
    )
    assert entity_f1([tags], [tags])["micro"].f1 == (1.0 if spans(tags) else 0.0)


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([["O"]], [["O"], ["O"]], "1 gold sentences but 2 predicted"),
        ([["O"], ["O", "O"]], [["O"], ["O"]], "sentence 2: 2 gold tags but 1 predicted"),
        ([["O"]], [["X-Y"]], "predicted sentence 1: 'X-Y' is not a tag"),
        ([["O"], ["B_PER"]], [["O"], ["O"]], "gold sentence 2: 'B_PER' is not a tag"),
        ([Sentence(["a"], ["O"])], [Sentence(["b"], ["O"])], "sentence 1: the gold and predicted tokens differ"),
        ([["B-micro"]], [["O"]], "called 'micro'"),
    ],
)
def test_sides_that_do_not_align_are_refused(gold: list, predicted: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        entity_f1(gold, predicted)


def test_one_flat_list_of_tags_is_refused() -> None:
    with pytest.raises(TypeError, match="gold is one sentence"):
        entity_f1(["O", "B-PER"], ["O", "B-PER"])
    with pytest.raises(ValueError, match="level is 'entity'"):
        entity_f1([["O"]], [["O"]], level="entity")
