import re

import numpy as np
import pytest

from coursekit import data

RATE = 8000


def dominant_frequency(signal, rate=RATE):
    """The frequency of the highest peak of the spectrum, between bins by a parabola through its logarithm."""
    magnitude = np.log(np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 8 * len(signal))) + 1e-300)
    k = np.argmax(magnitude)
    a, b, c = magnitude[k - 1 : k + 2]
    return (k + 0.5 * (a - c) / (a - 2 * b + c)) * rate / (8 * len(signal))


def cents(frequency, expected):
    """How far apart in hundredths of a semitone."""
    return 1200 * abs(np.log2(frequency / expected))


# -- the tone --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frequency", [110.0, 440.0, 1234.5])
@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_tone_has_its_length_pitch_and_range(frequency, rate):
    signal = data.tone(frequency, 0.75, rate)
    assert (signal.shape, signal.dtype) == ((rate * 3 // 4,), np.float64)
    assert np.abs(signal).max() <= 1.0
    assert cents(dominant_frequency(signal, rate), frequency) < 3


def test_harmonics_are_where_they_belong_and_none_is_folded_back():
    signal = data.tone(1000.0, 1.0, RATE, harmonics=(1.0, 0.0, 0.5, 0.5, 0.5), attack=1e-9, decay=1e9)
    spectrum = np.abs(np.fft.rfft(signal)) / (RATE / 2)  # 4000 and 5000 Hz are left out
    expected = np.zeros(RATE // 2 + 1)
    expected[[1000, 3000]] = np.array([1.0, 0.5]) / 2.5
    np.testing.assert_allclose(spectrum, expected, atol=1e-6)


def test_the_envelope_rises_and_falls():
    signal = data.tone(500.0, 1.0, RATE, attack=0.05, decay=0.2)
    loudness = np.abs(signal).reshape(-1, 80).max(axis=1)  # of hundredths of a second
    assert signal[0] == 0.0
    assert loudness[:5].argmax() == 4
    assert loudness[60] / loudness[40] == pytest.approx(np.exp(-0.2 / 0.2), rel=1e-6)


# -- tempo and pitch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 1.1, 1.5, 2.0])
@pytest.mark.parametrize("frequency", [110.0, 261.6, 1000.0])
def test_tempo_changes_the_length_and_keeps_the_pitch(factor, frequency):
    signal = data.tone(frequency, 1.0)
    out = data.change_tempo(signal, factor)
    assert len(out) == round(len(signal) / factor)
    assert cents(dominant_frequency(out), frequency) < 10


@pytest.mark.parametrize("semitones", [-12, -5, -1, 0, 0.5, 3, 7, 12])
@pytest.mark.parametrize("frequency", [220.0, 440.0])
def test_pitch_moves_by_semitones_and_keeps_the_length(semitones, frequency):
    signal = data.tone(frequency, 1.0)
    out = data.shift_pitch(signal, semitones)
    assert len(out) == len(signal)
    assert cents(dominant_frequency(out), frequency * 2 ** (semitones / 12)) < 10


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.5, 2.0])
def test_tempo_keeps_the_loudness_and_puts_sounds_in_their_time(factor):
    """A steady tone would fade in and out where grains met out of step; a late burst must come late."""
    steady = data.tone(300.0, 1.0, attack=1e-9, decay=1e9)
    out = data.change_tempo(steady, factor)
    loudness = np.array([piece.std() for piece in np.array_split(out[512:-512], 8)])
    np.testing.assert_allclose(loudness, steady.std(), rtol=0.05)
    burst = np.concatenate([np.zeros(4000), data.tone(500.0, 0.25), np.zeros(2000)])
    energy = data.change_tempo(burst, factor) ** 2
    centre = np.sum(np.arange(len(energy)) * energy) / energy.sum()
    expected = np.sum(np.arange(8000) * burst**2) / np.sum(burst**2) / factor
    assert abs(centre - expected) < 512


@pytest.mark.parametrize("semitones", [-7, 4])
def test_pitch_keeps_the_loudness(semitones):
    steady = data.tone(300.0, 1.0, attack=1e-9, decay=1e9)
    assert data.shift_pitch(steady, semitones)[512:-512].std() == pytest.approx(steady.std(), rel=0.05)


def test_no_change_of_tempo_is_no_change():
    noise = np.random.default_rng(0).standard_normal(3000)
    np.testing.assert_allclose(data.change_tempo(noise, 1.0), noise, atol=1e-12)
    np.testing.assert_allclose(data.shift_pitch(noise, 0.0), noise, atol=1e-12)


def test_what_would_pass_half_the_sample_rate_is_lost_not_folded():
    high = data.tone(3000.0, 1.0, harmonics=(1.0,), decay=1e9)
    shifted = data.shift_pitch(high, 12)
    assert shifted.std() < 0.05 * high.std()


CHANGES = {
    "change_tempo": lambda signal: data.change_tempo(signal, 1.3),
    "shift_pitch": lambda signal: data.shift_pitch(signal, 3),
}


@pytest.mark.parametrize("name", CHANGES)
class TestBoth:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_dtype_stays_and_nothing_given_is_changed(self, name, dtype):
        signal = data.tone(300.0, 0.2).astype(dtype)
        signal.flags.writeable = False
        out = CHANGES[name](signal)
        assert out.dtype == dtype
        np.testing.assert_allclose(out, CHANGES[name](signal.astype(np.float64)), atol=1e-6)

    def test_views_give_what_copies_give(self, name):
        view = data.tone(300.0, 0.4)[::-2]
        np.testing.assert_array_equal(CHANGES[name](view), CHANGES[name](view.copy()))

    @pytest.mark.parametrize("n", [1, 2, 3, 100, 511, 513])
    def test_signals_shorter_than_a_grain(self, name, n):
        out = CHANGES[name](np.ones(n))
        assert len(out) == (n if name == "shift_pitch" else max(1, round(n / 1.3)))
        assert np.isfinite(out).all()

    def test_silence_stays_silent_and_loud_stays_finite(self, name):
        np.testing.assert_array_equal(CHANGES[name](np.zeros(3000)), 0.0)
        assert np.isfinite(CHANGES[name](1e4 * data.tone(200.0, 0.3))).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.tone(4000.0, 1.0, 8000), "tone: 1 s of 4000 Hz do not fit a sample rate of 8000"),
        (lambda: data.tone(400.0, 1e-9), "the tone needs at least one sample"),
        (lambda: data.tone(-1.0, 1.0), "tone: frequency must be a number above 0, and finite, not -1"),
        (lambda: data.tone(400.0, 1.0, harmonics=(0.0,)), "tone: harmonics must hold at least one amplitude above 0"),
        (
            lambda: data.tone(400.0, 1.0, harmonics=(1, -1)),
            "tone: harmonics must hold numbers of 0 or more, it holds -1",
        ),
        (lambda: data.tone(400.0, 1.0, 8000.5), "tone: sample_rate must be a whole number, 1 or more, not 8000.5"),
        (
            lambda: data.change_tempo(np.ones(9), 0.0),
            "change_tempo: factor must be a number in [0.0625, 16], not 0",
        ),
        (lambda: data.change_tempo(np.ones((9, 2)), 1.0), "change_tempo: signal must be (N,), it has shape (9, 2)"),
        (lambda: data.change_tempo([1.0, np.nan], 1.0), "change_tempo: signal must be finite"),
        (lambda: data.change_tempo([], 1.0), "change_tempo: signal must not be empty"),
        (lambda: data.shift_pitch(np.ones(9), 100), "shift_pitch: semitones must be a number in [-48, 48], not 100"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
