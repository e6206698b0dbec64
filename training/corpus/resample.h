// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_CORPUS_RESAMPLE_H
#define LAMINA_TRAINING_CORPUS_RESAMPLE_H

#include "dsp/status.h"

#include <stddef.h>

/// Samples of the lower of two rates that a resampled sample depends on, each way, generously.
#define RESAMPLE_REACH 512u

/**
   Change the rate of one channel.

   Output k is the input at the moment k / rate_out; beyond its ends the input is taken as zeros.
   By libsoxr's 20-bit filter: its ripple and aliases are 120 dB down.

   @param in [n_in].
   @param out [n_out], written, zeros where the input has ended.  May not overlap `in`.
   @return STATUS_NO_MEMORY, or STATUS_BAD_OPTION when no filter can do these rates.
*/
NODISCARD
Status
resample(double rate_in, double rate_out, size_t n_in, const float* in, size_t n_out, float* out,
         Diagnostic* why);

#endif
