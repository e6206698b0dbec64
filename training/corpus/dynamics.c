// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/dynamics.h"

#include "training/corpus/energy.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/// What is looked at.
enum { N_FILES = 16, LONGEST_S = 6, MOST_FRAMES = 50 * LONGEST_S };
static const double shortest_s = 1.0;
static const double frame_s    = 0.02;

static const double most_db = 120.0;

static int
compare(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

double
dynamics_of(double rate_hz, uint32_t n, const float* x)
{
  const uint32_t n_frame  = (uint32_t)lround(frame_s * rate_hz);
  const uint32_t n_whole  = n / n_frame;
  const uint32_t n_frames = n_whole < MOST_FRAMES ? n_whole : MOST_FRAMES;
  double         energies[MOST_FRAMES];
  assert(n_frames);
  for (uint32_t i = 0; i < n_frames; ++i) {
    energies[i] = energy_sum(n_frame, x + (size_t)i * n_frame);
  }
  qsort(energies, n_frames, sizeof *energies, compare);
  const double soft = energies[n_frames * 5 / 100];
  const double loud = energies[n_frames * 95 / 100];
  return soft > 0.0 ? fmin(10.0 * log10(loud / soft), most_db) : most_db;
}

Status
dynamics_measure(const Corpus* corpus, Split split, double* below_db, Diagnostic* why)
{
  const double   rate_hz = corpus_rate(corpus);
  const uint32_t n_files = corpus_files(corpus, split);
  const uint32_t room    = (uint32_t)(LONGEST_S * rate_hz);
  float* const   x       = malloc(room * sizeof *x);
  if (!x) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory for %d s of sound", LONGEST_S);
  }

  double   found_db[N_FILES];
  uint32_t n_found = 0;
  for (uint32_t i = 0; i < N_FILES && i < n_files; ++i) {
    const uint32_t file = n_files > N_FILES ? (uint32_t)((uint64_t)i * n_files / N_FILES) : i;
    uint32_t       n    = 0;
    if (!corpus_read(corpus, split, file, 0.0, room, x, &n, NULL) && n >= shortest_s * rate_hz) {
      found_db[n_found++] = dynamics_of(rate_hz, n, x);
    }
  }
  free(x);
  qsort(found_db, n_found, sizeof *found_db, compare);
  *below_db = n_found ? found_db[n_found / 2] : most_db;
  return STATUS_SUCCESS;
}
