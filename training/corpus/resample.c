// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/resample.h"

#include <soxr.h>

#include <string.h>

Status
resample(double rate_in, double rate_out, size_t n_in, const float* in, size_t n_out, float* out,
         Diagnostic* why)
{
  const soxr_io_spec_t      io      = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);

  size_t             n_done = 0;
  const soxr_error_t error = soxr_oneshot(rate_in, rate_out, 1, in, n_in, NULL, out, n_out, &n_done,
                                          &io, &quality, &runtime);
  if (error) {
    return diagnose(why, STATUS_BAD_OPTION, "cannot resample from %g to %g Hz: %s", rate_in,
                    rate_out, error);
  }
  memset(out + n_done, 0, (n_out - n_done) * sizeof *out);
  return STATUS_SUCCESS;
}
