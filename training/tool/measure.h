// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_MEASURE_H
#define LAMINA_TRAINING_TOOL_MEASURE_H

#include <stdint.h>

/// Most that measure_si_sdr() says, dB: what two equal sounds read, and no real ones reach.
#define SI_SDR_MAX_DB 100.0

/**
   Scale-invariant signal-to-distortion ratio, dB (Le Roux, Wisdom, Erdogan & Hershey, "SDR –
   half-baked or well done?", 2019).

       α = ⟨ŝ, s⟩ / |s|²,    SI-SDR = 10·log10(|αs|² / |αs − ŝ|²)

   Means are not removed.

   @param reference s, [n].
   @param estimate ŝ, [n].
   @return Within ±SI_SDR_MAX_DB, which is also what silence in either reads: the lower end.
*/
double
measure_si_sdr(uint64_t n, const float* reference, const float* estimate);

/// A mean of independent scores, and how sure it is.
typedef struct {
  uint32_t n;
  double   mean;   ///< NaN when there are none
  double   margin; ///< Half the width of its 95 % interval; NaN of fewer than two
} Average;

/**
   The mean and its interval, by Student's t.

   @param x [n]; those that are NaN are left out.
*/
Average
measure_average(uint32_t n, const double* x);

#endif
