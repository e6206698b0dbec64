// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_METHOD_LABELS_H
#define LAMINA_TRAINING_METHOD_LABELS_H

#include "dsp/network/model.h"
#include "dsp/status.h"
#include "training/corpus/table.h"

#include <stdbool.h>
#include <stdint.h>

/// What is measured of the shape of an envelope.
typedef enum {
  LABEL_BRIGHTNESS, ///< Centre of power, bands
  LABEL_TILT,       ///< Slope of the line through the decibels, dB per band
  LABEL_SPREAD,     ///< Deviation of power from its centre, bands
  LABEL_NOISINESS,  ///< Flatness: the mean of decibels less the decibels of the mean power
  N_LABELS
} Label;

/// An axis has a label when the rank correlation of the two is further from 0.
#define LABELS_LEAST 0.7

/// "brightness", "tilt", "spread", "noisiness".
const char*
label_name(Label label);

/// Measure a shape.  @param shape_db [ENVELOPE_BANDS].  @param values [N_LABELS], written.
void
labels_measure(const float* shape_db, double* values);

/// Ranks of a series, 0 the lowest, those that tie sharing theirs.  @param ranks [n], written.
/// @return False when memory is short.
NODISCARD
bool
labels_rank(uint32_t n, const double* x, double* ranks);

/// Spearman's rank correlation of two series; 0 where one is constant.  NaN when memory is short.
double
labels_correlation(uint32_t n, const double* x, const double* y);

/// Measure all rows of a table, in the unit of the model.  @return [N_LABELS × rows], to be freed
/// by the caller; NULL: memory is short.
double*
labels_measure_rows(const Model* model, const Table* table);

/**
   Give each axis of a model the label it follows best, and the sign with which it does: + is more.
   An axis without a label is signed so that + is brighter.

   @param model Of MODEL_MORPH, changed.
   @param table Of ENVELOPE_BANDS columns, in the unit of the model.
   @param rho Correlation of each axis with the label it follows best, [n_code], written; not below
   0 where there is a label.
   @return STATUS_NO_MEMORY on failure.
*/
NODISCARD
Status
labels_give(Model* model, const Table* table, double* rho, Diagnostic* why);

#endif
