// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/classification.h"

#include "dsp/text.h"
#include "training/tool/codes.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// log Σ e^x, without overflow.
static double
log_sum(const uint32_t n, const double* const x)
{
  double top = x[0];
  for (uint32_t i = 1; i < n; ++i) {
    top = fmax(top, x[i]);
  }
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += exp(x[i] - top);
  }
  return top + log(sum);
}

/// Sums of the frames' log softmax.  @param logits [n], work area.  @param frame [n], another.
static void
add_frames(const Network* const decoder, Scratch* const scratch, const Codes* const codes,
           const uint32_t n, float* const frame, double* const logits, double* const sum)
{
  for (uint32_t c = 0; c < n; ++c) {
    sum[c] = 0.0;
  }
  for (uint64_t t = 0; t < codes->n_frames; ++t) {
    network_forward(decoder, scratch, codes->z + t * codes->n_code, frame);
    for (uint32_t c = 0; c < n; ++c) {
      logits[c] = (double)frame[c];
    }
    const double all = log_sum(n, logits);
    for (uint32_t c = 0; c < n; ++c) {
      sum[c] += logits[c] - all;
    }
  }
}

static Status
classify(const Network* const decoder, const Codes* const codes, double* const probability,
         Diagnostic* const why)
{
  const uint32_t n       = decoder->layers[decoder->n_layers - 1].shape.n_out;
  Scratch* const scratch = scratch_new(decoder);
  float* const   frame   = malloc(n * sizeof(float));
  double* const  logits  = malloc(n * sizeof(double));
  const bool     ok      = scratch && frame && logits;
  if (ok) {
    add_frames(decoder, scratch, codes, n, frame, logits, probability);
    for (uint32_t c = 0; c < n; ++c) {
      probability[c] /= (double)codes->n_frames;
    }
    const double all = log_sum(n, probability);
    for (uint32_t c = 0; c < n; ++c) {
      probability[c] = exp(probability[c] - all);
    }
  }
  scratch_free(scratch);
  free(frame);
  free(logits);
  return ok ? STATUS_SUCCESS : diagnose(why, STATUS_NO_MEMORY, "not enough memory to classify");
}

Status
classification_of_sound(const Model* const model, const Sound* const sound,
                        double* const probability, Diagnostic* const why)
{
  assert(model->kind == MODEL_CLASSIFY);
  Codes  codes  = { 0 };
  Status status = codes_of_sound(model, sound, &codes, why);
  status        = status ? status : classify(&model->autoencoder.decoder, &codes, probability, why);
  codes_clear(&codes);
  return status;
}

void
classification_name(const Model* const model, const uint32_t index, const uint32_t size,
                    char* const name)
{
  const char* line = model->card.classes;
  for (uint32_t i = 0; i < index; ++i) {
    line += strcspn(line, "\n");
    line += *line == '\n';
  }
  (void)snprintf(name, size, "%.*s", (int)strcspn(line, "\n"), line);
  text_mask(name);
}
