// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/measure.h"

#include <math.h>

double
measure_si_sdr(uint64_t n, const float* reference, const float* estimate)
{
  double product = 0.0;
  double energy  = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    product += (double)estimate[i] * (double)reference[i];
    energy += (double)reference[i] * (double)reference[i];
  }
  if (!(energy > 0.0)) {
    return -SI_SDR_MAX_DB;
  }

  const double alpha = product / energy;
  double       error = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    error += pow(alpha * (double)reference[i] - (double)estimate[i], 2.0);
  }
  const double target = alpha * alpha * energy;
  if (!(target > 0.0)) {
    return -SI_SDR_MAX_DB;
  }
  return fmin(fmax(10.0 * log10(target / error), -SI_SDR_MAX_DB), SI_SDR_MAX_DB);
}

/**
   The 97.5 % point of Student's t with `n` degrees of freedom, to 1 % for 2 and 0.2 % above.

   Cornish-Fisher expansion about the normal's 1.95996 (Abramowitz & Stegun 26.7.5).
*/
static double
student_t(double n)
{
  if (n < 1.5) {
    return 12.706;
  }
  const double x  = 1.959964;
  const double x3 = x * x * x;
  const double x5 = x3 * x * x;
  const double x7 = x5 * x * x;
  const double g1 = (x3 + x) / 4.0;
  const double g2 = (5.0 * x5 + 16.0 * x3 + 3.0 * x) / 96.0;
  const double g3 = (3.0 * x7 + 19.0 * x5 + 17.0 * x3 - 15.0 * x) / 384.0;
  const double g4 = (79.0 * x7 * x * x + 776.0 * x7 + 1482.0 * x5 - 1920.0 * x3 - 945.0 * x) /
                    92160.0;
  return x + g1 / n + g2 / (n * n) + g3 / (n * n * n) + g4 / (n * n * n * n);
}

Average
measure_average(uint32_t n, const double* x)
{
  uint32_t count = 0;
  double   sum   = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!isnan(x[i])) {
      sum += x[i];
      ++count;
    }
  }

  const double mean    = sum / count;
  double       squares = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    squares += isnan(x[i]) ? 0.0 : (x[i] - mean) * (x[i] - mean);
  }
  const double deviation = sqrt(squares / (count - 1.0));
  const double margin    = student_t(count - 1.0) * deviation / sqrt(count);
  return (Average){ count, count ? mean : (double)NAN, count > 1 ? margin : (double)NAN };
}
