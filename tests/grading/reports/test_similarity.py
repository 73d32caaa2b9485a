import random
from pathlib import Path

import numpy as np
import pytest
import synthetic
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.exercises import assignment, assignments
from coursekit.grading.reports.similarity.collection import Collection, Pair, clusters
from coursekit.grading.reports.similarity.engine import engine_matches, functions
from coursekit.grading.reports.similarity.known import Known, code_cells, known_answers
from coursekit.grading.reports.similarity.passages import passages
from coursekit.grading.reports.similarity.tokens import tokens
from coursekit.grading.reports.similarity.winnowing import WINDOW, K, grams, winnow

ORIGINAL = """\
def cosine_decay(t, lr_max, lr_min, total):
    share = min(t / total, 1.0)
    swing = 0.5 * (1 + np.cos(np.pi * share))
    return lr_min + (lr_max - lr_min) * swing
"""
DISGUISED = '''\
import numpy as xp

def cosine_decay(t, lr_max, lr_min, total):
    """Mine."""
    # the part that is over
    p = min( t/total , 1. )

    q = 0.50*(1+xp.cos(xp.pi*p))
    return lr_min + (lr_max
                     - lr_min)*q
'''


LOOP = Known("loop", synthetic.release("loop"))


def codes(text: str, keep: str = "cosine_decay") -> list[tuple[int, int]]:
    row = tokens(text, frozenset([keep]))
    return list(zip(row.codes.tolist(), row.back.tolist(), strict=True))


def test_a_disguise_of_names_comments_and_layout_is_none() -> None:
    assert codes(DISGUISED.split("\n", 2)[2].replace("xp.", "np.")) == codes(ORIGINAL)
    shared = set(grams(tokens(ORIGINAL, frozenset(["cosine_decay"]))).tolist())
    assert shared <= set(grams(tokens(DISGUISED, frozenset(["cosine_decay"]))).tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x, y):\n    return x - y * x\n", "def f(x, y):\n    return x - y * y\n"),
        ("def f(x):\n    return np.maximum(x, 0)\n", "def f(x):\n    return np.minimum(x, 0)\n"),
        ("def f(x):\n    return x * 2\n", "def f(x):\n    return x * 3\n"),
        ("def f(x):\n    return g(x)\n", "def f(x):\n    return h(x)\n"),
    ],
)
def test_what_means_another_thing_is_another_text(one: str, other: str) -> None:
    assert codes(one) != codes(other)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    row = tokens(text)
    assert len(row.codes) == len(row.back) == len(row.lines) == len(row.names)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "x = " + "-" * 50_000 + "1",
        "%matplotlib inline\nx = 1",
        "def f(:\n  'x",
        "f'{x!r:>{w}}'",
        "a" * 90_000,
    ],
)
def test_hostile_code_is_read_as_far_as_it_goes(text: str) -> None:
    assert len(tokens(text)) <= 4_000


@given(
    st.lists(st.integers(0, 3), min_size=K + WINDOW - 1, max_size=60),
    st.lists(st.integers(4, 9), max_size=30),
    st.lists(st.integers(4, 9), max_size=30),
)
def test_what_is_shared_over_the_promised_length_is_found(
    common: list[int], before: list[int], after: list[int]
) -> None:
    """The guarantee of the paper: wherever it stands."""

    def prints(numbers: list[int]) -> set[int]:
        hashes = grams(tokens(" ".join(f"name_{n}" if n else "+" for n in numbers)))
        return set(hashes[winnow(hashes)].tolist())

    assert prints(before + common) & prints(common + after)


@given(st.lists(st.integers(0, 20), max_size=80), st.data())
def test_winnowing_takes_one_of_every_window_and_none_that_is_ignored(numbers: list[int], data: st.DataObject) -> None:
    hashes = np.array(numbers, np.uint64)
    ignore = np.array(data.draw(st.lists(st.booleans(), min_size=len(numbers), max_size=len(numbers))), bool)
    chosen = set(winnow(hashes, ignore).tolist())
    assert not any(ignore[place] for place in chosen)
    for start in range(len(numbers) - WINDOW + 1):
        window = [place for place in range(start, start + WINDOW) if not ignore[place]]
        if window:
            least = min(numbers[place] for place in window)
            assert any(place in chosen and numbers[place] == least for place in window)


@pytest.mark.parametrize("id", assignments())
def test_almost_every_known_answer_is_known_by_its_text(id: str) -> None:
    exercises = assignment(id).exercises.values()
    wanted = sum(len(exercise.variants) + len(exercise.misconceptions) for exercise in exercises)
    texts = list(known_answers(id))
    assert len(texts) >= 0.98 * wanted
    for text in texts:
        compile(text, "<known>", "exec")


def test_the_release_alone_shares_nothing() -> None:
    known = Known("loop", synthetic.release("loop"))
    collection = Collection(known)
    for student in "abcdef":
        collection.add(student, code_cells(synthetic.release("loop")))
    assert collection.matches().pairs == ()


def collected(id: str, answers: dict[str, dict[str, str]]) -> Collection:
    solution = (synthetic.ROOT / f"solutions/{id}/{id}.ipynb").read_text("utf-8")
    collection = Collection(Known(id, synthetic.release(id), solution))
    for student, one in answers.items():
        collection.add(student, synthetic.notebook(id, one))
    return collection


@pytest.mark.parametrize(("id", "seed"), [("optimizers", 1), ("activations", 2), ("schedules", 3)])
def test_disguised_copies_stand_out_and_honest_answers_do_not(id: str, seed: int) -> None:
    answers, planted = synthetic.class_of(id, 80, seed=seed, pairs=4)
    matches = collected(id, answers).matches()
    found = [{pair.first, pair.second} for pair in matches.pairs]
    # Of 3,160 pairs the four copies are among the first; what is honest comes after, and at most one stands out.
    assert sum(pair in planted for pair in found[:5]) >= 3
    assert all(pair in found[:12] for pair in planted)
    honest = [pair for pair in matches.standing_out if {pair.first, pair.second} not in planted]
    assert len(honest) <= 1
    assert len(matches.standing_out) - len(honest) >= 3


@pytest.mark.parametrize("id", ["optimizers", "loop", "babysitting"])
def test_an_honest_class_is_left_alone(id: str) -> None:
    answers, _ = synthetic.class_of(id, 80, seed=5)
    assert len(collected(id, answers).matches().standing_out) <= 2


def test_what_all_write_is_no_sign_and_what_two_write_is() -> None:
    common = "def f(x):\n    y = np.exp(-np.abs(x))\n    return np.where(x >= 0, 1 / (1 + y), y / (1 + y))\n"
    rare = (
        "def g(q):\n    k = sorted(q, key=lambda v: -v)[3:17]\n    return [a ** 3 - 5 * b for a, b in zip(k, k[1:])]\n"
    )
    collection = Collection(Known("loop", synthetic.release("loop")))
    for i in range(20):
        collection.add(f"s{i}", [common, rare] if i in (3, 9) else [common])
    pairs = collection.matches().pairs
    assert [(pair.first, pair.second) for pair in pairs] == [("s3", "s9")]
    found = passages(collection.cells(3), collection.cells(9), collection.known.names, collection.weight_of)
    assert [passage.first for passage in found] == [rare.rstrip()]


def test_a_passage_shows_both_texts_and_the_names_kept() -> None:
    answers, _ = synthetic.class_of("optimizers", 12, seed=8)
    ours = {**answers["s0001"], "adam": ORIGINAL.replace("cosine_decay", "adam")}
    answers |= {"s0001": ours, "s0002": {**answers["s0002"], "adam": DISGUISED.replace("cosine_decay", "adam")}}
    collection = collected("optimizers", answers)
    collection.matches()
    found = passages(collection.cells(1), collection.cells(2), collection.known.names, collection.weight_of)
    mine = next(passage for passage in found if "swing" in passage.first)
    assert "xp.cos(xp.pi*p)" in mine.second
    assert "share" not in mine.names
    assert "lr_min" in mine.names


@pytest.mark.parametrize("spelled", ["dw", "slope_"])
def test_the_engine_s_own_text_is_found_whatever_it_is_called(spelled: str) -> None:
    answers, _ = synthetic.class_of("optimizers", 30, seed=4)
    engine = next(f for f in functions() if f.name == "adadelta" and f.where.startswith("optim/rules.py"))
    copiers = ["s0003", "s0011", "s0020"]
    for student in copiers:
        answers[student] = {**answers[student], "adadelta": engine.text.replace("dw", spelled)}
    (match,) = [found for found in engine_matches(collected("optimizers", answers)) if found.function == engine]
    assert set(copiers) <= set(match.students)
    assert len(match.students) <= 4
    assert "update" in match.passage.names
    assert "update * update" in match.passage.first


def test_a_giant_is_looked_at_as_far_as_it_goes() -> None:
    collection = Collection(LOOP)
    collection.add("many", [f"a{i} = {i}" for i in range(50_000)])
    collection.add("long", ["x = [0]\n" * 100_000] * 50)
    assert len(collection.cells(0)) <= 2_000
    assert sum(map(len, collection.cells(1))) <= 300_000


def test_linked_pairs_are_one_group() -> None:
    pairs = [Pair(a, b, 9.0, 1.0) for a, b in ("ab", "cd", "bc", "xy")]
    assert list(clusters(pairs)) == [["a", "b", "c", "d"], ["x", "y"]]


def test_copies_of_one_text_are_one_group() -> None:
    rng = random.Random(3)
    answers, _ = synthetic.class_of("optimizers", 60, seed=6)
    group = {"s0005", "s0017", "s0033", "s0048", "s0051"}
    source = answers["s0005"]
    for student in group - {"s0005"}:
        answers[student] = {**answers[student], **synthetic.copied(source, rng, keep=0.9)}
    assert group in [set(members) for members in clusters(collected("optimizers", answers).matches().standing_out)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=8))
def test_the_inverted_index_weighs_as_a_plain_count_does(picks: list[int]) -> None:
    texts = [
        f"def f{i}(x):\n    return np.sum(x ** {i}, axis=0) / len(x) + {i} * np.max(np.abs(x))\n" for i in range(5)
    ]
    collection = Collection(LOOP)
    for i, pick in enumerate(picks):
        collection.add(f"s{i}", [texts[pick], texts[(pick + 1) % 5]])
    prints = [
        set(collection.fingerprints(texts[p]).tolist()) | set(collection.fingerprints(texts[(p + 1) % 5]).tolist())
        for p in picks
    ]
    for pair in collection.matches().pairs:
        one, other = (int(name[1:]) for name in (pair.first, pair.second))
        plain = 0.0
        for mark in prints[one] & prints[other]:
            weight = np.log2((len(picks) + 10) / sum(mark in each for each in prints))
            plain += (weight if weight >= 1 else 0.0) * (0.25 if np.isin(mark, LOOP.solved) else 1.0)
        assert pair.weight == pytest.approx(plain)


def test_the_engine_is_read_from_its_own_files() -> None:
    root = Path(synthetic.ROOT / "src/coursekit")
    for function in functions()[::25]:
        file, _, line = function.where.partition(":")
        assert f"def {function.name}(" in "\n".join((root / file).read_text("utf-8").splitlines()[int(line) - 1 :])
