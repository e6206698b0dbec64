// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/alignment.h"

#include "dsp/spectrum/fft.h"

#include <stdlib.h>
#include <string.h>

/// A power of two with room for both sounds at every delay, so that none wraps around.
static uint32_t
transform_size(uint32_t n_in, uint32_t n_out, uint32_t most)
{
  const uint64_t needed = (uint64_t)(n_in > n_out ? n_in : n_out) + most + 1;
  uint32_t       size   = 2;
  while (size < needed) {
    size *= 2;
  }
  return size;
}

static void
transform(Fft* fft, uint32_t size, uint32_t n, const float* x)
{
  float* const time = fft_time(fft);
  memset(time, 0, size * sizeof *time);
  memcpy(time, x, n * sizeof *time);
  fft_forward(fft);
}

/// Leave Σ in(i)·out(i + d) at place d of the time buffer, and at size + d for negative ones.
static Status
correlate(Fft* fft, uint32_t size, uint32_t n_in, const float* in, uint32_t n_out, const float* out,
          Diagnostic* why)
{
  const uint32_t       n_bins   = size / 2 + 1;
  float complex* const spectrum = fft_spectrum(fft);
  float complex* const first    = malloc(n_bins * sizeof *first);
  if (!first) {
    return diagnose(why, STATUS_NO_MEMORY, "no memory to align %u samples", n_in);
  }
  transform(fft, size, n_in, in);
  memcpy(first, spectrum, n_bins * sizeof *first);
  transform(fft, size, n_out, out);
  for (uint32_t k = 0; k < n_bins; ++k) {
    spectrum[k] *= conjf(first[k]);
  }
  fft_inverse(fft);
  free(first);
  return STATUS_SUCCESS;
}

Status
alignment_find(uint32_t n_in, const float* in, uint32_t n_out, const float* out, uint32_t most,
               int32_t* delay, Diagnostic* why)
{
  const uint32_t size   = transform_size(n_in, n_out, most);
  Fft* const     fft    = fft_new(size);
  Status         status = fft ? correlate(fft, size, n_in, in, n_out, out, why)
                              : diagnose(why, STATUS_NO_MEMORY, "no memory to align %u samples", n_in);
  if (!status) {
    const float* const products = fft_time(fft);
    float              best     = products[0];
    *delay                      = 0;
    for (uint32_t d = 1; d <= most; ++d) {
      if (products[d] > best) {
        best   = products[d];
        *delay = (int32_t)d;
      }
      if (products[size - d] > best) {
        best   = products[size - d];
        *delay = -(int32_t)d;
      }
    }
  }
  fft_free(fft);
  return status;
}

void
alignment_shift(uint32_t n_in, const float* in, int32_t delay, uint32_t n_out, float* out)
{
  for (uint32_t i = 0; i < n_out; ++i) {
    const int64_t from = (int64_t)i + delay;
    out[i]             = from >= 0 && from < (int64_t)n_in ? in[from] : 0.0f;
  }
}
