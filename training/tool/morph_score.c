// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/morph_score.h"

#include "training/corpus/shapes.h"
#include "training/method/traversal.h"
#include "training/tool/material.h"
#include "training/tool/score_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What turning an axis does to its label; 0 without a label.
static double
turned(const MorphSpace* const space, const uint32_t axis, const Traversal* const traversal)
{
  double rho = 0.0;
  for (Label l = LABEL_BRIGHTNESS; l < N_LABELS; ++l) {
    rho = strcmp(space->labels[axis], label_name(l)) ? rho : traversal->rho[l];
  }
  return rho;
}

/// "; axes 1 brightness (0.93, turned 1.00), 3 spread (0.81, turned 0.98)", or that none is; and
/// what the weakest does.
static Status
print_axes(FILE* const out, const Model* const model, const double* const rho,
           Diagnostic* const why)
{
  const MorphSpace* const space   = &model->morph;
  double                  weakest = HUGE_VAL;
  bool                    any     = false;
  for (uint32_t k = 0; k < space->n_code; ++k) {
    Traversal    traversal;
    const Status status = traversal_measure(model, k, &traversal, why);
    if (status) {
      return status;
    }
    weakest = fmin(weakest, traversal.moved_db);
    if (*space->labels[k]) {
      fprintf(out, "%s %u %s (%.2f, turned %.2f)", any ? "," : "; axes", k + 1, space->labels[k],
              rho[k], turned(space, k, &traversal));
      any = true;
    }
  }
  fprintf(out, "%s; the weakest axis moves the envelope by %.1f dB",
          any ? "" : "; no axis follows one thing that has a name", weakest);
  return STATUS_SUCCESS;
}

static Status
append(const TrainingRun* const run, const Frames* const frames, const Model* const model,
       const double* const rho, const char* const scores, char** const text, Diagnostic* const why)
{
  size_t      size = 0;
  FILE* const out  = open_memstream(text, &size);
  if (!out) {
    *text = NULL;
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  const double deviation_db = run->recipe->morph.scale_db *
                              shapes_deviation(frames->split[SPLIT_TRAIN]);
  fputs(scores, out);
  const Status status = print_axes(out, model, rho, why);
  if (deviation_db < MATERIAL_ONE_TIMBRE_DB) {
    fputs("; learned from one steady timbre: there is nothing to move between", out);
  }
  const bool bad = ferror(out);
  if (fclose(out) || bad || status) {
    free(*text);
    *text = NULL;
    return status ? status : diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  return STATUS_SUCCESS;
}

Status
morph_score_text(const TrainingRun* const run, const Frames* const frames, const Model* const model,
                 const double* const rho, char** const text, Diagnostic* const why)
{
  char*        scores = NULL;
  const Status status = score_text(run, frames, &scores, why);
  if (status) {
    return status;
  }
  const Status appended = append(run, frames, model, rho, scores, text, why);
  free(scores);
  return appended;
}
