// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_ENERGY_H
#define LAMINA_TRAINING_CORPUS_ENERGY_H

#include <stdbool.h>
#include <stdint.h>

/// Sum of the squares of [n] samples.
double
energy_sum(uint32_t n, const float* x);

/// Whether the RMS of [n] samples is at most −120 dB re 1, where filters ring on and nothing is
/// heard.
bool
energy_silent(uint32_t n, const float* x);

/// Greatest magnitude of [n] samples.
double
energy_peak(uint32_t n, const float* x);

/// Multiply [n] samples in place.
void
energy_scale(uint32_t n, double gain, float* x);

/// Bring the sum of the squares of [n] samples to `energy`; what is silent becomes zeros.
void
energy_set(uint32_t n, double energy, float* x);

#endif
