// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/fft.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

struct Fft {
  float*         time;     ///< [size]
  fftwf_complex* spectrum; ///< [size / 2 + 1]
  fftwf_plan     forward;
  fftwf_plan     inverse;
};

// FFTW's planner is one for the process.  This lock covers our own threads; the call under it
// makes the planner safe against the other plugins of a host, which cannot know our lock.
static pthread_mutex_t planner_lock = PTHREAD_MUTEX_INITIALIZER;

static void
lock_planner(void)
{
  pthread_mutex_lock(&planner_lock);
  fftwf_make_planner_thread_safe();
}

Fft*
fft_new(const uint32_t size)
{
  Fft* const fft = calloc(1, sizeof(Fft));
  if (!fft) {
    return NULL;
  }

  fft->time     = fftwf_alloc_real(size);
  fft->spectrum = fftwf_alloc_complex(size / 2 + 1);
  if (fft->time && fft->spectrum) {
    const int n = (int)size;
    lock_planner();
    fft->forward = fftwf_plan_dft_r2c_1d(n, fft->time, fft->spectrum,
                                         FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    fft->inverse = fftwf_plan_dft_c2r_1d(n, fft->spectrum, fft->time, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner_lock);
  }

  if (!fft->forward || !fft->inverse) {
    fft_free(fft);
    return NULL;
  }
  return fft;
}

void
fft_free(Fft* const fft)
{
  if (!fft) {
    return;
  }

  lock_planner();
  fftwf_destroy_plan(fft->forward);
  fftwf_destroy_plan(fft->inverse);
  pthread_mutex_unlock(&planner_lock);
  fftwf_free(fft->time);
  fftwf_free(fft->spectrum);
  free(fft);
}

float*
fft_time(Fft* const fft)
{
  return fft->time;
}

float complex*
fft_spectrum(Fft* const fft)
{
  return fft->spectrum;
}

void
fft_forward(Fft* const fft)
{
  fftwf_execute(fft->forward);
}

void
fft_inverse(Fft* const fft)
{
  fftwf_execute(fft->inverse);
}
