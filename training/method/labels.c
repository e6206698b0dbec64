// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/labels.h"

#include "training/method/axes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char*
label_name(const Label label)
{
  static const char* const names[N_LABELS] = { "brightness", "tilt", "spread", "noisiness" };
  return names[label];
}

/// Slope of the least-squares line through all bands.
static double
slope(const float* const shape_db)
{
  const double middle = 0.5 * (ENVELOPE_BANDS - 1);
  double       xy     = 0.0;
  double       xx     = 0.0;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    xy += (b - middle) * (double)shape_db[b];
    xx += (b - middle) * (b - middle);
  }
  return xy / xx;
}

void
labels_measure(const float* const shape_db, double* const values)
{
  double power  = 0.0;
  double first  = 0.0;
  double second = 0.0;
  double mean   = 0.0;
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    const double p = pow(10.0, 0.1 * (double)shape_db[b]);
    power += p;
    first += p * b;
    second += p * b * b;
    mean += (double)shape_db[b] / ENVELOPE_BANDS;
  }
  const double centre      = first / power;
  values[LABEL_BRIGHTNESS] = centre;
  values[LABEL_TILT]       = slope(shape_db);
  values[LABEL_SPREAD]     = sqrt(fmax(second / power - centre * centre, 0.0));
  values[LABEL_NOISINESS]  = mean - 10.0 * log10(power / ENVELOPE_BANDS);
}

typedef struct {
  double   value;
  uint32_t at;
} Ranked;

static int
compare(const void* const a, const void* const b)
{
  const double x = ((const Ranked*)a)->value;
  const double y = ((const Ranked*)b)->value;
  return (x > y) - (x < y);
}

bool
labels_rank(const uint32_t n, const double* const x, double* const ranks)
{
  Ranked* const sorted = malloc(n * sizeof(Ranked));
  for (uint32_t i = 0; sorted && i < n; ++i) {
    sorted[i] = (Ranked){ x[i], i };
  }
  if (!sorted) {
    return false;
  }

  qsort(sorted, n, sizeof(Ranked), compare);
  for (uint32_t first = 0, end = 0; first < n; first = end) {
    while (end < n && sorted[end].value == sorted[first].value) {
      ++end;
    }
    for (uint32_t i = first; i < end; ++i) {
      ranks[sorted[i].at] = 0.5 * (first + end - 1.0);
    }
  }
  free(sorted);
  return true;
}

/// Pearson's correlation of ranks.
static double
correlate(const uint32_t n, const double* const x, const double* const y)
{
  const double middle = 0.5 * (n - 1.0);
  double       xx     = 0.0;
  double       yy     = 0.0;
  double       xy     = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : 0.0;
}

double
labels_correlation(const uint32_t n, const double* const x, const double* const y)
{
  double* const ranks = malloc(2 * (size_t)n * sizeof(double));
  const bool    ok    = ranks && labels_rank(n, x, ranks) && labels_rank(n, y, ranks + n);
  const double  rho   = ok ? correlate(n, ranks, ranks + n) : (double)NAN;
  free(ranks);
  return rho;
}

double*
labels_measure_rows(const Model* const model, const Table* const table)
{
  double* const values = malloc((size_t)table->n_rows * N_LABELS * sizeof(double));
  for (uint32_t r = 0; values && r < table->n_rows; ++r) {
    float  shape_db[ENVELOPE_BANDS];
    double row[N_LABELS];
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      shape_db[b] = table->x[(size_t)r * ENVELOPE_BANDS + b] * model->morph.scale_db;
    }
    labels_measure(shape_db, row);
    for (uint32_t l = 0; l < N_LABELS; ++l) {
      values[(size_t)l * table->n_rows + r] = row[l];
    }
  }
  return values;
}

/// @param rho Correlations of one axis, [N_LABELS].
static Label
best_label(const double* const rho)
{
  Label best = LABEL_BRIGHTNESS;
  for (Label l = LABEL_TILT; l < N_LABELS; ++l) {
    best = fabs(rho[l]) > fabs(rho[best]) ? l : best;
  }
  return best;
}

/// @param rho Correlations of the axis, [N_LABELS].  @return That with the best label.
static double
name_axis(Model* const model, const uint32_t axis, const double* const rho)
{
  const Label  best     = best_label(rho);
  const bool   labelled = fabs(rho[best]) > LABELS_LEAST;
  const double sign     = rho[labelled ? best : LABEL_BRIGHTNESS] < 0.0 ? -1.0 : 1.0;
  strcpy(model->morph.labels[axis], labelled ? label_name(best) : "");
  if (sign < 0.0) {
    axes_flip(model, axis);
  }
  return sign * rho[best];
}

Status
labels_give(Model* const model, const Table* const table, double* const rho, Diagnostic* const why)
{
  const uint32_t n      = table->n_rows;
  const uint32_t n_code = model->morph.n_code;
  Table* const   codes  = axes_codes(model, table);
  double* const  values = labels_measure_rows(model, table);
  double* const  series = malloc(n * sizeof(double));
  bool           ok     = codes && values && series;
  for (uint32_t k = 0; ok && k < n_code; ++k) {
    double found[N_LABELS];
    for (uint32_t r = 0; r < n; ++r) {
      series[r] = (double)codes->x[(size_t)r * n_code + k];
    }
    for (uint32_t l = 0; l < N_LABELS; ++l) {
      found[l] = labels_correlation(n, series, values + (size_t)l * n);
      ok       = ok && !isnan(found[l]);
    }
    rho[k] = ok ? name_axis(model, k, found) : 0.0;
  }
  table_free(codes);
  free(values);
  free(series);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory for the labels");
}
