// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/traversal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_PLACES = 33, N = ENVELOPE_BANDS };

/// One way along an axis.
typedef struct {
  double place[N_PLACES];
  double measured[N_LABELS][N_PLACES];
  float  ends_db[2][N];
} Way;

/// @param code Where the way leads through, [n_code]; changed along the axis.
static void
walk(const Model* const model, Scratch* const scratch, const uint32_t axis, float* const code,
     Way* const way)
{
  const MorphSpace* const space = &model->morph;
  for (uint32_t i = 0; i < N_PLACES; ++i) {
    float  shape_db[N];
    double values[N_LABELS];
    way->place[i] = i / (N_PLACES - 1.0);
    code[axis] = space->low[axis] + (float)way->place[i] * (space->high[axis] - space->low[axis]);
    network_forward(&model->autoencoder.decoder, scratch, code, shape_db);
    for (uint32_t b = 0; b < N; ++b) {
      shape_db[b] *= space->scale_db;
    }
    labels_measure(shape_db, values);
    for (uint32_t l = 0; l < N_LABELS; ++l) {
      way->measured[l][i] = values[l];
    }
    if (i == 0 || i + 1 == N_PLACES) {
      memcpy(way->ends_db[i > 0], shape_db, sizeof(shape_db));
    }
  }
}

static double
distance(const float* const a, const float* const b)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double d = (double)a[i] - (double)b[i];
    sum += d * d;
  }
  return sqrt(sum / N);
}

Status
traversal_measure(const Model* const model, const uint32_t axis, Traversal* const traversal,
                  Diagnostic* const why)
{
  const MorphSpace* const space   = &model->morph;
  const double            n_ways  = 1.0 + space->n_anchors;
  Scratch* const          scratch = scratch_new(&model->autoencoder.decoder);
  bool                    ok      = scratch;
  Traversal               sums    = { .moved_db = 0.0 };
  for (uint32_t w = 0; ok && w <= space->n_anchors; ++w) {
    Way   way;
    float code[MODEL_MAX_CODE] = { 0.0f };
    if (w) {
      memcpy(code, space->anchors[w - 1].code, space->n_code * sizeof(float));
    }
    walk(model, scratch, axis, code, &way);
    sums.moved_db += distance(way.ends_db[0], way.ends_db[1]) / n_ways;
    for (uint32_t l = 0; l < N_LABELS; ++l) {
      const double rho = labels_correlation(N_PLACES, way.place, way.measured[l]);
      sums.rho[l] += rho / n_ways;
      ok = ok && !isnan(rho);
    }
  }
  scratch_free(scratch);
  *traversal = sums;
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory for the axes");
}
