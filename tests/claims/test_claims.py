"""The claims of the notes: the record they are kept in, and every verdict that the book prints."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from coursekit import claims
from coursekit.claims import Claim, Verdict, all_claims, chapters, claims_of, measure
from coursekit.claims.activations.experiments import descent_steps, digit_net, error_with_dead, profile
from coursekit.claims.digits_task import split_digits


@pytest.fixture(scope="session")
def claims_cache(root: Path) -> Path:
    return root / "_build" / "claims"


@pytest.mark.claim
@pytest.mark.parametrize("claim", all_claims(), ids=lambda claim: claim.id)
def test_the_run_bears_out_the_verdict(claim: Claim, claims_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_CLAIMS_CACHE", str(claims_cache))
    measured = measure(claim)
    assert measured.agrees, (
        f"the book says {claim.verdict.value!r}, the run {measured.verdict.value!r}: {measured.summary}"
    )
    assert "nan" not in measured.summary
    assert any(letter.isdigit() for letter in measured.summary) or claim.experiment is None


def test_ids_are_unique_and_each_claim_names_its_chapter_and_source() -> None:
    ids = [claim.id for claim in all_claims()]
    assert len(set(ids)) == len(ids)
    for chapter in chapters():
        for claim in claims_of(chapter):
            assert claim.chapter == chapter
            assert claim.source
            assert claim.statement.endswith(".")


def test_no_chapter_uses_the_experiments_of_another() -> None:
    """The cache of a chapter's runs does not see a change there; what several need stands beside the chapters."""
    for chapter in chapters():
        for file in Path(claims.__file__).parent.joinpath(chapter).rglob("*.py"):
            named = set(re.findall(r"coursekit\.claims\.(\w+)", file.read_text("utf-8")))
            assert named & set(chapters()) <= {chapter}, file


def test_an_unknown_chapter_is_refused_with_those_that_exist() -> None:
    with pytest.raises(KeyError, match="activations"):
        claims_of("cooking")


# -- the record ------------------------------------------------------------------------------------------------------

Experiment = Callable[[int], Mapping[str, float]]


def make(experiment: Experiment, verdict: Verdict = Verdict.HOLDS) -> Claim:
    return Claim(
        id="test",
        chapter="activations",
        statement="Tails is larger than heads.",
        source="a test",
        verdict=verdict,
        setup="two numbers",
        experiment=experiment,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["tails"] > n["heads"])) else Verdict.NOT_HERE,
        report=lambda n: f"tails {n['tails'].mean():g}, heads {n['heads'].mean():g}",
        seeds=range(3),
    )


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSEKIT_CLAIMS_CACHE", raising=False)


@pytest.mark.usefixtures("no_cache")
def test_a_run_that_agrees() -> None:
    measured = measure(make(lambda seed: {"tails": seed + 1.0, "heads": float(seed)}))
    assert measured.agrees
    assert measured.summary == "tails 2, heads 1"
    np.testing.assert_array_equal(measured.numbers["tails"], [1.0, 2.0, 3.0])


@pytest.mark.usefixtures("no_cache")
def test_a_run_that_contradicts_is_found_out() -> None:
    measured = measure(make(lambda seed: {"tails": 0.0, "heads": 1.0}))
    assert measured.verdict is Verdict.NOT_HERE
    assert not measured.agrees


@pytest.mark.usefixtures("no_cache")
def test_one_seed_that_contradicts_is_enough() -> None:
    assert not measure(make(lambda seed: {"tails": 1.0, "heads": 2.0 * (seed == 2)})).agrees


def test_numbers_are_kept_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_CLAIMS_CACHE", str(tmp_path))
    asked: list[int] = []

    def experiment(seed: int) -> dict[str, float]:
        asked.append(seed)
        return {"tails": 1.0 / (seed + 1), "heads": -float("inf")}

    first, second = measure(make(experiment)), measure(make(experiment))
    assert asked == [0, 1, 2]
    for name in ("tails", "heads"):
        np.testing.assert_array_equal(first.numbers[name], second.numbers[name])
    assert [file.suffix for file in tmp_path.iterdir()] == [".json"]


def test_a_cached_run_is_judged_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_CLAIMS_CACHE", str(tmp_path))
    measure(make(lambda seed: {"tails": 1.0, "heads": 0.0}))
    (kept,) = tmp_path.iterdir()
    kept.write_text(json.dumps([{"tails": 0.0, "heads": 1.0}] * 3), "utf-8")
    assert not measure(make(lambda seed: {"tails": 1.0, "heads": 0.0})).agrees


def test_other_seeds_are_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_CLAIMS_CACHE", str(tmp_path))
    claim = make(lambda seed: {"tails": 1.0, "heads": 0.0})
    measure(claim)
    more = Claim(**{name: getattr(claim, name) for name in claim.__dataclass_fields__} | {"seeds": range(4)})
    assert len(measure(more).numbers["tails"]) == 4
    assert len(list(tmp_path.iterdir())) == 2


def untested(verdict: Verdict, reason: str) -> Claim:
    return Claim(id="t", chapter="c", statement="s.", source="s", verdict=verdict, reason=reason)


@pytest.mark.parametrize("verdict", [Verdict.UNTESTABLE, Verdict.WRONG])
def test_without_experiment_the_reason_stands(verdict: Verdict) -> None:
    measured = measure(untested(verdict, "the sources say otherwise"))
    assert measured.agrees
    assert measured.summary == "the sources say otherwise"


@pytest.mark.parametrize("verdict", [Verdict.HOLDS, Verdict.LESS, Verdict.NOT_HERE])
def test_no_verdict_of_a_run_without_a_run(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match="claim t: without experiment"):
        untested(verdict, "I believe it")


def test_no_reason_no_claim() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        untested(Verdict.UNTESTABLE, "")


def test_half_an_experiment_is_refused() -> None:
    with pytest.raises(ValueError, match="setup, experiment, judge and report"):
        Claim(
            id="t", chapter="c", statement="s.", source="s", verdict=Verdict.HOLDS, setup="x", experiment=lambda s: {}
        )


def test_what_is_not_testable_has_no_experiment() -> None:
    with pytest.raises(ValueError, match="not testable has a reason and no experiment"):
        make(lambda seed: {}, Verdict.UNTESTABLE)


# -- the experiments --------------------------------------------------------------------------------------------------


def test_the_digits_are_split_without_overlap_and_centred_by_the_training_part() -> None:
    data = split_digits(3)
    assert (len(data.x_train), len(data.x_test)) == (1437, 360)
    assert np.abs(data.x_train.mean(axis=0)).max() < 1e-12
    assert np.abs(data.x_test.mean(axis=0)).max() > 1e-3
    together = np.concatenate([data.x_train, data.x_test])
    assert len(together) == 1797


def test_a_round_bowl_takes_two_steps_and_a_narrow_one_many() -> None:
    rng = np.random.default_rng(0)
    x, _ = np.linalg.qr(rng.standard_normal((50, 4)))
    assert descent_steps(x, np.ones(4)) == 1
    assert descent_steps(x * [1, 1, 1, 10], np.ones(4)) > 50


def test_the_profile_of_linear_like_tanh_keeps_its_size() -> None:
    assert profile("tanh", 0.1, 0, depth=4).left == pytest.approx(1e-3, rel=0.1)


def test_more_dead_units_are_more_wrong_and_all_dead_is_guessing() -> None:
    none, most, all_dead = (error_with_dead(0, share) for share in (0.0, 0.9, 1.0))
    assert none < most < all_dead
    assert all_dead > 0.85


def test_maxout_nets_have_twice_the_weights_in_their_hidden_layers() -> None:
    rng = np.random.default_rng(0)
    maxout, relu = (digit_net(unit, 1, 64, rng) for unit in ("maxout", "relu"))
    hidden = 64 * 64 + 64
    assert maxout.params.size - relu.params.size == hidden
