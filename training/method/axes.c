// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/axes.h"

#include "training/method/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CODE = MODEL_MAX_CODE };

/// Variances below this share of the largest are rounding, not sound.
static const double least_share = 1e-8;

/// z' = (z − mean) forth, z = z' back + mean.
typedef struct {
  uint32_t n;
  double   mean[MAX_CODE];
  double   forth[MAX_CODE][MAX_CODE];
  double   back[MAX_CODE][MAX_CODE];
} Turn;

/// All rows of a table through one half of a model.
static Table*
run_rows(const Network* const network, const Table* const table)
{
  const uint32_t n_out   = network->layers[network->n_layers - 1].shape.n_out;
  Scratch* const scratch = scratch_new(network);
  Table* const   result  = table_new(table->n_rows, n_out, 0);
  if (!scratch || !result) {
    scratch_free(scratch);
    table_free(result);
    return NULL;
  }
  for (uint32_t r = 0; r < table->n_rows; ++r) {
    network_forward(network, scratch, table->x + (size_t)r * table->n_columns,
                    result->x + (size_t)r * n_out);
    result->files[r] = table->files[r];
  }
  scratch_free(scratch);
  return result;
}

Table*
axes_codes(const Model* const model, const Table* const table)
{
  return run_rows(&model->autoencoder.encoder, table);
}

/// Make codes of variance 1 of codes, in place.
static void
whiten(const Pca* const pca, const double* const deviation, Table* const codes)
{
  const uint32_t n = codes->n_columns;
  for (uint32_t r = 0; r < codes->n_rows; ++r) {
    float        z[MAX_CODE];
    float* const row = codes->x + (size_t)r * n;
    pca_encode(pca, n, row, z);
    for (uint32_t k = 0; k < n; ++k) {
      row[k] = (float)((double)z[k] / deviation[k]);
    }
  }
}

/**
   E[x̂ᵀ z]: how far each code moves each band.

   @return [2 · bands × code]: the rows of the matrix and their negatives, so that their mean is 0.
*/
static Table*
measure_moves(const Table* const codes, const Table* const decoded)
{
  const uint32_t n       = codes->n_columns;
  const uint32_t n_bands = decoded->n_columns;
  Table* const   moves   = table_new(2 * n_bands, n, 0);
  for (uint32_t b = 0; moves && b < n_bands; ++b) {
    for (uint32_t k = 0; k < n; ++k) {
      double sum = 0.0;
      for (uint32_t r = 0; r < codes->n_rows; ++r) {
        sum += (double)decoded->x[(size_t)r * n_bands + b] * (double)codes->x[(size_t)r * n + k];
      }
      moves->x[(size_t)b * n + k]             = (float)(sum / codes->n_rows);
      moves->x[(size_t)(n_bands + b) * n + k] = (float)(-sum / codes->n_rows);
    }
  }
  return moves;
}

static void
set_turn(const Pca* const codes, const double* const deviation, const Pca* const moves,
         Turn* const turn)
{
  const uint32_t n = turn->n;
  memcpy(turn->mean, codes->mean, n * sizeof(double));
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t j = 0; j < n; ++j) {
      turn->forth[i][j] = 0.0;
      turn->back[j][i]  = 0.0;
      for (uint32_t k = 0; k < n; ++k) {
        const double u = codes->components[(size_t)k * n + i];
        const double v = moves->components[(size_t)j * n + k];
        turn->forth[i][j] += u / deviation[k] * v;
        turn->back[j][i] += v * deviation[k] * u;
      }
    }
  }
}

/// Find A.  @param codes Changed.  @param decoded What the model makes of them.
static Status
find_turn(Table* const codes, const Table* const decoded, Turn* const turn, Diagnostic* const why)
{
  Pca*   by_codes = NULL;
  Pca*   by_moves = NULL;
  double deviation[MAX_CODE];
  Status status = pca_new(codes, turn->n, &by_codes, why);
  if (status) {
    return status;
  }
  const double least = least_share * by_codes->variance[0];
  for (uint32_t k = 0; k < turn->n; ++k) {
    const double variance = by_codes->variance[k];
    deviation[k]          = variance > fmax(least, 1e-12) ? sqrt(variance) : 1.0;
  }
  whiten(by_codes, deviation, codes);
  Table* const moves = measure_moves(codes, decoded);
  status             = moves ? pca_new(moves, turn->n, &by_moves, why)
                             : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  if (!status) {
    set_turn(by_codes, deviation, by_moves, turn);
  }
  table_free(moves);
  pca_free(by_codes);
  pca_free(by_moves);
  return status;
}

/// A model's weights are const to all but those who make it.
static float*
mutable_weights(const Model* const model, const float* const w)
{
  return model->weights + (w - model->weights);
}

/// y = x W + b becomes (y − shift) A.
static void
fold_into_outputs(const Model* const model, const Layer* const layer, const double* const shift,
                  const Turn* const turn)
{
  const uint32_t n    = turn->n;
  float* const   w    = mutable_weights(model, layer->w);
  float* const   bias = mutable_weights(model, layer->b);
  for (uint32_t i = 0; i <= layer->shape.n_in; ++i) {
    float* const row = i < layer->shape.n_in ? w + (size_t)i * n : bias;
    double       y[MAX_CODE];
    for (uint32_t j = 0; j < n; ++j) {
      y[j] = 0.0;
      for (uint32_t k = 0; k < n; ++k) {
        const double moved = i < layer->shape.n_in ? 0.0 : shift[k];
        y[j] += ((double)row[k] - moved) * turn->forth[k][j];
      }
    }
    for (uint32_t j = 0; j < n; ++j) {
      row[j] = (float)y[j];
    }
  }
}

/// z W + b becomes (z' A⁻¹ + m) W + b.
static void
fold_into_inputs(const Model* const model, const Layer* const layer, const Turn* const turn)
{
  const uint32_t n     = turn->n;
  const uint32_t n_out = layer->shape.n_out;
  float* const   w     = mutable_weights(model, layer->w);
  float* const   bias  = mutable_weights(model, layer->b);
  for (uint32_t o = 0; o < n_out; ++o) {
    double old[MAX_CODE];
    double moved = (double)bias[o];
    for (uint32_t k = 0; k < n; ++k) {
      old[k] = (double)w[(size_t)k * n_out + o];
      moved += turn->mean[k] * old[k];
    }
    bias[o] = (float)moved;
    for (uint32_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (uint32_t k = 0; k < n; ++k) {
        sum += turn->back[j][k] * old[k];
      }
      w[(size_t)j * n_out + o] = (float)sum;
    }
  }
}

static void
fold(Model* const model, const Turn* const turn)
{
  static const double  none[MAX_CODE] = { 0.0 };
  const Network* const encoder        = &model->autoencoder.encoder;
  const Network* const decoder        = &model->autoencoder.decoder;
  fold_into_outputs(model, &encoder->layers[encoder->n_layers - 1], turn->mean, turn);
  fold_into_inputs(model, &decoder->layers[0], turn);
  if (encoder->bypassed) {
    fold_into_outputs(model, &encoder->bypass, none, turn); // m is taken from the sum, once
    fold_into_inputs(model, &decoder->bypass, turn);
  }
}

Status
axes_turn(Model* const model, const Table* const table, Diagnostic* const why)
{
  Turn         turn    = { .n = model->morph.n_code };
  Table* const codes   = axes_codes(model, table);
  Table* const decoded = codes ? run_rows(&model->autoencoder.decoder, codes) : NULL;
  const Status status  = decoded ? find_turn(codes, decoded, &turn, why)
                                 : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  if (!status) {
    fold(model, &turn);
  }
  table_free(codes);
  table_free(decoded);
  return status;
}

/// Moves along what is square to the directions; and a little of all that is, so that it has axes
/// even where nothing moves.
static Table*
square_moves(const Table* const moves, const uint32_t n_axes, const double* const directions)
{
  static const double little = 1e-5;
  const uint32_t      n      = moves->n_columns;
  Table* const        square = table_new(moves->n_rows + 2 * n, n, 0);
  double              total  = 0.0;
  for (size_t i = 0; square && i < (size_t)moves->n_rows * n; ++i) {
    total += (double)moves->x[i] * (double)moves->x[i];
  }
  for (uint32_t r = 0; square && r < square->n_rows; ++r) {
    double row[MAX_CODE] = { 0.0 };
    if (r < moves->n_rows) {
      for (uint32_t k = 0; k < n; ++k) {
        row[k] = (double)moves->x[(size_t)r * n + k];
      }
    } else {
      const uint32_t at = r - moves->n_rows;
      row[at / 2]       = (at % 2 ? -little : little) * sqrt(fmax(total, 1e-12));
    }
    for (uint32_t a = 0; a < n_axes; ++a) {
      double along = 0.0;
      for (uint32_t k = 0; k < n; ++k) {
        along += row[k] * directions[(size_t)a * n + k];
      }
      for (uint32_t k = 0; k < n; ++k) {
        row[k] -= along * directions[(size_t)a * n + k];
      }
    }
    for (uint32_t k = 0; k < n; ++k) {
      square->x[(size_t)r * n + k] = (float)row[k];
    }
  }
  return square;
}

/// Turn to the directions, and then to the components.
static void
turn_to(Model* const model, const uint32_t n_axes, const double* const directions,
        const Pca* const others)
{
  Turn turn = { .n = model->morph.n_code };
  for (uint32_t j = 0; j < turn.n; ++j) {
    const double* const axis = j < n_axes ? directions + (size_t)j * turn.n
                                          : others->components + (size_t)(j - n_axes) * turn.n;
    for (uint32_t k = 0; k < turn.n; ++k) {
      turn.forth[k][j] = turn.back[j][k] = axis[k];
    }
  }
  fold(model, &turn);
}

Status
axes_turn_to(Model* const model, const Table* const table, const uint32_t n_axes,
             const double* const directions, Diagnostic* const why)
{
  Table* const codes   = axes_codes(model, table);
  Table* const decoded = codes ? run_rows(&model->autoencoder.decoder, codes) : NULL;
  Table* const moves   = decoded ? measure_moves(codes, decoded) : NULL;
  Table* const square  = moves ? square_moves(moves, n_axes, directions) : NULL;
  Pca*         others  = NULL;
  const Status status  = square ? pca_new(square, model->morph.n_code - n_axes, &others, why)
                                : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  if (!status) {
    turn_to(model, n_axes, directions, others);
  }
  pca_free(others);
  table_free(square);
  table_free(moves);
  table_free(decoded);
  table_free(codes);
  return status;
}

void
axes_flip(Model* const model, const uint32_t axis)
{
  Turn turn = { .n = model->morph.n_code };
  for (uint32_t k = 0; k < turn.n; ++k) {
    turn.forth[k][k] = turn.back[k][k] = k == axis ? -1.0 : 1.0;
  }
  fold(model, &turn);
}
