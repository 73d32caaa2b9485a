"""Sound as a signal `(n,)`: a synthesized tone, and its tempo and pitch changed one without the other.

A recording played faster is shorter AND higher. To augment speech or music, one of the two must stay: `change_tempo`
scales time, `shift_pitch` scales frequency. `add_noise` in the module `images` takes signals too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Signal = NDArray[np.floating]


@takes(
    frequency="real (0, inf)",
    duration="real (0, 3600]",
    sample_rate="whole [1, inf)",
    attack="real (0, inf)",
    decay="real (0, inf)",
    harmonics="finite array (K) of 0 or more",
)
def tone(
    frequency: float,
    duration: float,
    sample_rate: int = 8000,
    *,
    harmonics: Sequence[float] = (1.0, 0.5, 0.25, 0.125),
    attack: float = 0.01,
    decay: float = 0.5,
) -> NDArray[np.float64]:
    """A tone like that of a plucked string: `duration * sample_rate` samples (rounded) in [-1, 1].

    The sum of sines at `frequency`, twice, three times ... that (Hz), with the amplitudes `harmonics` scaled to add up
    to 1, under an envelope that rises within `attack` seconds and falls by a factor e every `decay` seconds. Harmonics
    from half the sample rate up are left out, since they would be heard as other frequencies. Raises `ValueError` if
    `frequency` itself is as high as that, or if nothing is left to sound.
    """
    n = round(duration * sample_rate)
    if n < 1 or not frequency < sample_rate / 2:
        raise ValueError(
            f"tone: {duration:g} s of {frequency:g} Hz do not fit a sample rate of {sample_rate}: "
            "the tone needs at least one sample, and more than two a period"
        )
    if not sum(harmonics) > 0:
        raise ValueError("tone: harmonics must hold at least one amplitude above 0")
    time = np.arange(n) / sample_rate
    signal = np.zeros(n)
    for multiple, amplitude in enumerate(harmonics, start=1):
        if multiple * frequency < sample_rate / 2:
            signal += amplitude / sum(harmonics) * np.sin(2.0 * np.pi * multiple * frequency * time)
    return signal * np.minimum(time / attack, 1.0) * np.exp(-time / decay)


@takes(signal="finite array (N)", factor="real [0.0625, 16]", window="whole [4, inf)")
def change_tempo(signal: Signal, factor: float, window: int = 512) -> Signal:
    """The signal `factor` times as fast at the same pitch: `(round(n / factor),)`, at least one sample.

    Waveform similarity overlap-add (Verhelst & Roelands 1993): grains of `window` samples are cut from the signal
    `(n,)`, and put together again half a window apart, each faded into the next; where they are cut, they are `factor`
    times as far apart. With that alone, the waves of two grains could meet out of step and cancel. So each grain is
    taken from the place, up to a quarter of a window beside its own, where the signal is most like what followed the
    grain before. `window` should hold a few periods of the lowest
    tone: 512 samples at 8000 Hz hold four of 60 Hz.
    """
    n, hop, reach = len(signal), window // 2, window // 4
    length = max(1, round(n / factor))
    # The nearest places first, so that of equally good ones (in silence, say) the nearest wins.
    beside = np.array(sorted(range(-reach, reach + 1), key=abs))
    before = hop + reach
    padded = np.pad(np.asarray(signal, np.float64), (before, 2 * window + before))
    grains = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)
    fade = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)) ** 2  # two of them, a hop apart, add up to 1
    out = np.zeros(length + 2 * window)
    start = before - hop
    for position in range(0, length + hop, hop):
        if position > 0:
            own = min(round((position - hop) * factor), n) + before
            start = own + beside[np.argmin(np.sum((grains[own + beside] - grains[start + hop]) ** 2, axis=1))]
        out[position : position + 2 * hop] += fade * grains[start]
    return out[hop : hop + length].astype(signal.dtype)


@takes(signal="finite array (N)", semitones="real [-48, 48]")
def shift_pitch(signal: Signal, semitones: float) -> Signal:
    """The signal `(n,)`, `semitones` higher (lower if negative) at its old length.

    All frequencies are multiplied by `r = 2**(semitones / 12)`. The tempo is first changed by `1 / r`, which keeps the
    pitch; resampling the result to the old length then changes both. Frequencies that would pass half the sample rate
    are lost.
    """
    stretched = change_tempo(signal, 2.0 ** (-semitones / 12.0))
    return _resampled(stretched, len(signal)).astype(signal.dtype)


def _resampled(signal: Signal, n: int) -> NDArray[np.float64]:
    """The signal over the same time in `n` samples: its spectrum, cut or filled with zeros. No frequency is folded."""
    spectrum = np.fft.rfft(signal.astype(np.float64))
    return np.fft.irfft(spectrum, n) * (n / len(signal))
