// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/log_spectrum.h"

#include <math.h>

/// Held within 0…1; 0 for what is no number.
static float
held(const float share)
{
  return share > 1.0f ? 1.0f : share > 0.0f ? share : 0.0f;
}

void
log_spectrum_from_power(const LogSpectrumConfig* const config, const uint32_t n_bins,
                        const double window_sum, const float* const bin_power, float* const x)
{
  const float scale     = (float)(4.0 / (window_sum * window_sum));
  const float bottom_db = config->top_db - config->range_db;
  for (uint32_t i = 0; i < n_bins; ++i) {
    const float level_db = 10.0f * log10f(scale * bin_power[i]);
    const float share    = held((level_db - bottom_db) / config->range_db);
    x[i]                 = config->unit ? share : 2.0f * share - 1.0f;
  }
}

void
log_spectrum_to_magnitude(const LogSpectrumConfig* const config, const uint32_t n_bins,
                          const double window_sum, const float* const x, float* const magnitude)
{
  const float scale     = (float)(0.5 * window_sum);
  const float bottom_db = config->top_db - config->range_db;
  for (uint32_t i = 0; i < n_bins; ++i) {
    const float share    = held(config->unit ? x[i] : 0.5f * x[i] + 0.5f);
    const float level_db = bottom_db + share * config->range_db;
    magnitude[i]         = share > 0.0f ? scale * powf(10.0f, 0.05f * level_db) : 0.0f;
  }
}
