// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_BENCH_MORPH_HEARD_H
#define LAMINA_TESTS_BENCH_MORPH_HEARD_H

#include "dsp/spectrum/envelope.h"
#include "tests/bench/morph/clip.h"

enum { FRAME = 2048, HOP = 512, N_BINS = FRAME / 2 + 1 };
enum { N_FRAMES = (LENGTH - 2 * EDGE) / HOP, N_TOP = 853 }; ///< Bins to 20 kHz

/// Amounts: 0, ¼, ½, ¾, 1.
enum { N_STEPS = 5 };

/// What is heard of a sound: of its left channel, and of the two.
typedef struct {
  double pitch_hz;
  double right_db;                  ///< The right channel over the left
  double centroid;                  ///< Of the power, octaves
  double shape_db[ENVELOPE_BANDS];  ///< Mean envelope
  double magnitude[N_BINS];         ///< Mean spectrum
  float  level_db[N_FRAMES][N_TOP]; ///< Spectra, no more than 60 dB below the loudest of a frame
} Heard;

/// The figures of one morph; see morph.sh.
typedef struct {
  double pitch_cents; ///< Largest difference from the player, over the amounts
  double stereo_db;   ///< Largest change of the channels' difference
  double before_db;   ///< From the target, rms over the bands, at amount 0
  double sampled_db;  ///< The same of harmonics at the player's pitch, on the target's envelope
  double reach_db;    ///< And of amount 1
  double linearity;   ///< Largest distance of the centroid from a straight way, over its length
  double evenness;    ///< Spread of the steps between amounts, over their mean
  double novelty;     ///< Of the midpoint: what no mixture of both magnitudes explains, 0…1
} Figures;

enum { N_FIGURES = sizeof(Figures) / sizeof(double) };

void
heard_of(const Clip* clip, Heard* heard);

/// The harmonics of a pitch, as loud as an envelope says: all that a player of it can show of that.
void
heard_sampled(const Heard* envelope, double pitch_hz, Heard* sampled);

/// @param steps At amounts 0 to 1, [N_STEPS].
Figures
heard_figures(const Heard* player, const Heard* target, const Heard* sampled, const Heard* steps);

/// Middle of the sorted numbers; they are sorted.
double
heard_median(double* x, uint32_t n);

#endif
