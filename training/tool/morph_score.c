// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/morph_score.h"

#include "training/corpus/shapes.h"
#include "training/tool/material.h"
#include "training/tool/score_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/// "; axes 1 brightness (0.93), 3 spread (0.81)", or that none is.
static void
print_axes(FILE* const out, const MorphSpace* const space, const double* const rho)
{
  bool any = false;
  for (uint32_t k = 0; k < space->n_code; ++k) {
    if (*space->labels[k]) {
      fprintf(out, "%s %u %s (%.2f)", any ? "," : "; axes", k + 1, space->labels[k], rho[k]);
      any = true;
    }
  }
  if (!any) {
    fputs("; no axis follows one thing that has a name", out);
  }
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
  print_axes(out, &model->morph, rho);
  if (deviation_db < MATERIAL_ONE_TIMBRE_DB) {
    fputs("; learned from one steady timbre: there is nothing to move between", out);
  }
  const bool bad = ferror(out);
  if (fclose(out) || bad) {
    free(*text);
    *text = NULL;
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
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
