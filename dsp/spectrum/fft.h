// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_SPECTRUM_FFT_H
#define LAMINA_DSP_SPECTRUM_FFT_H

#include "dsp/attributes.h"

#include <complex.h>
#include <stdint.h>

/**
   A real discrete Fourier transform of one size, with its two buffers.

   The forward transform is X_k = Σ_n x_n e^(−2πikn/N), the inverse is the same sum with +i,
   so that inverse(forward(x)) = N·x.  One thread at a time.
*/
typedef struct Fft Fft;

/**
   Plan both directions and allocate the buffers.

   Takes the one lock around FFTW's planner, which is also made safe against the other plugins
   of a host.  Plans are estimated, never timed: the same size gives the same bits in every run.

   @param size Samples, at least 2, any number.
   @return Owned by the caller, or NULL when memory is short.
*/
Fft*
fft_new(uint32_t size);

/// Free; NULL is allowed.
void
fft_free(Fft* fft);

/// The time buffer, [size], aligned.
REALTIME
float*
fft_time(Fft* fft);

/// The frequency buffer, [size / 2 + 1], aligned.
REALTIME
float complex*
fft_spectrum(Fft* fft);

/// Time buffer to frequency buffer.  The time buffer is not changed.
REALTIME
void
fft_forward(Fft* fft);

/// Frequency buffer to time buffer, times `size`.  The frequency buffer is spoilt.
REALTIME
void
fft_inverse(Fft* fft);

#endif
