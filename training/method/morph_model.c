// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/morph_model.h"

#include "training/method/axes.h"
#include "training/method/bearings.h"
#include "training/method/labels.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// Sums over the frames of one timbre.
typedef struct {
  double weight;
  double code[MODEL_MAX_CODE];
  double shape_db[ENVELOPE_BANDS];
} Sums;

static void
add_frame(const Model* const model, const float weight, const float* const x,
          const float* const code, Sums* const sums)
{
  const double w = (double)weight;
  sums->weight += w;
  for (uint32_t k = 0; k < model->morph.n_code; ++k) {
    sums->code[k] += w * (double)code[k];
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    sums->shape_db[b] += w * (double)(x[b] * model->morph.scale_db);
  }
}

/// Add the frames of one half to the sums of their timbres.  @return False when memory is short.
static bool
add_half(const Model* const model, const Frames* const frames, const Timbres* const timbres,
         const Split split, Sums* const sums)
{
  const Table* const table = frames->split[split];
  Table* const       codes = axes_codes(model, table);
  for (uint32_t r = 0; codes && r < table->n_rows; ++r) {
    const uint32_t place = timbres->of_file[split][table->files[r]];
    if (place != TIMBRES_NONE) {
      add_frame(model, frames->loudness[split][r], table->x + (size_t)r * ENVELOPE_BANDS,
                codes->x + (size_t)r * codes->n_columns, &sums[place]);
    }
  }
  table_free(codes);
  return codes;
}

static void
set_anchor(const Model* const model, const char* const name, const Sums* const sums,
           ModelAnchor* const anchor)
{
  strcpy(anchor->name, name);
  for (uint32_t k = 0; k < model->morph.n_code; ++k) {
    anchor->code[k] = (float)(sums->code[k] / sums->weight);
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    anchor->shape_db[b] = (float)(sums->shape_db[b] / sums->weight);
  }
}

/// The same model with room for anchors.
static Model*
add_room(const Model* const model, const uint32_t n_anchors)
{
  ModelShape shape;
  model_get_shape(model, &shape);
  shape.n_anchors    = n_anchors;
  Model* const wider = model_new(&shape);
  if (wider) {
    // The numbers of the anchors are the last.
    memcpy(wider->weights, model->weights, model->n_weights * sizeof(float));
    memcpy(wider->morph.labels, model->morph.labels, sizeof(model->morph.labels));
  }
  return wider;
}

/// @param model Replaced by one with anchors.
static Status
add_anchors(Model** const model, const Frames* const frames, const Timbres* const timbres,
            Diagnostic* const why)
{
  Sums* const sums = calloc(timbres->n + 1, sizeof(Sums));
  bool        ok   = sums && add_half(*model, frames, timbres, SPLIT_TRAIN, sums) &&
            add_half(*model, frames, timbres, SPLIT_VALID, sums);
  uint32_t n_heard = 0;
  for (uint32_t i = 0; ok && i < timbres->n; ++i) {
    n_heard += sums[i].weight > 0.0;
  }
  Model* const wider = ok ? add_room(*model, n_heard) : NULL;
  for (uint32_t i = 0, to = 0; wider && i < timbres->n; ++i) {
    if (sums[i].weight > 0.0) {
      set_anchor(wider, timbres->names[i], &sums[i], &wider->morph.anchors[to++]);
    }
  }
  free(sums);
  if (!wider) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the anchors");
  }
  model_free(*model);
  *model = wider;
  return STATUS_SUCCESS;
}

static int
compare(const void* const a, const void* const b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

/// The value that a share of the sorted numbers does not exceed.
static float
percentile(const uint32_t n, const float* const sorted, const double share)
{
  const double   at    = share * (n - 1);
  const uint32_t below = (uint32_t)at;
  const uint32_t above = below + 1 < n ? below + 1 : below;
  return sorted[below] + (float)(at - below) * (sorted[above] - sorted[below]);
}

static Status
find_percentiles(Model* const model, const Table* const table, Diagnostic* const why)
{
  const uint32_t n      = table->n_rows;
  Table* const   codes  = axes_codes(model, table);
  float* const   series = malloc(n * sizeof(float));
  const bool     ok     = codes && series;
  for (uint32_t k = 0; ok && k < codes->n_columns; ++k) {
    for (uint32_t r = 0; r < n; ++r) {
      series[r] = codes->x[(size_t)r * codes->n_columns + k];
    }
    qsort(series, n, sizeof(float), compare);
    model->morph.low[k]  = percentile(n, series, 0.01);
    model->morph.high[k] = percentile(n, series, 0.99);
  }
  table_free(codes);
  free(series);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
}

/// Turn the first axes to what has a name, where it can be followed.
static Status
turn_to_names(Model* const model, const Table* const table, Diagnostic* const why)
{
  Bearings     bearings;
  const Status status = bearings_find(model, table, &bearings, why);
  return status || !bearings.n ? status
                               : axes_turn_to(model, table, bearings.n, bearings.directions, why);
}

Status
morph_model_new(const TrainingRun* const run, const Frames* const frames,
                const Timbres* const timbres, double* const rho, Model** const model,
                Diagnostic* const why)
{
  const Table* const table = frames->split[SPLIT_TRAIN];
  Model*             made  = training_run_model(run, NULL);
  if (!made) {
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the model");
  }
  Status status = axes_turn(made, table, why);
  status        = status ? status : turn_to_names(made, table, why);
  status        = status ? status : labels_give(made, table, rho, why);
  status        = status ? status : find_percentiles(made, table, why);
  status        = status ? status : add_anchors(&made, frames, timbres, why);
  if (status) {
    model_free(made);
    return status;
  }
  *model = made;
  return STATUS_SUCCESS;
}
