// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/score_text.h"

#include "training/method/pca.h"
#include "training/method/score.h"

#include <stdio.h>

static Status
print(char** const text, const int size, Diagnostic* const why)
{
  if (size < 0) {
    *text = NULL;
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory");
  }
  return STATUS_SUCCESS;
}

/// What principal components, as many as the code has, make of it.  @param rms Of the network.
static Status
text_beside_pca(const Frames* const frames, const uint32_t n_code, const double rms,
                const double span_db, char** const text, Diagnostic* const why)
{
  const Table* const unseen = frames->split[SPLIT_VALID];
  Pca*               pca    = NULL;
  Reconstructed      by_pca;
  Status             status = pca_new(frames->split[SPLIT_TRAIN], n_code, &pca, why);
  status                    = status ? status : score_pca(pca, n_code, unseen, &by_pca, why);
  pca_free(pca);
  return status ? status
                : print(text,
                        asprintf(text,
                                 "On %u frames never trained on: RMSE %.2f dB with a code of %u; "
                                 "as many principal components %.2f dB (ratio %.3f)",
                                 unseen->n_rows, span_db * rms, n_code, span_db * by_pca.rms,
                                 rms / by_pca.rms),
                        why);
}

static Status
text_of_autoencoder(const TrainingRun* const run, const Frames* const frames, char** const text,
                    Diagnostic* const why)
{
  const Table* const unseen  = frames->split[SPLIT_VALID];
  const uint32_t     n_code  = unrolled_shape_code(&run->shape);
  const double       span_db = run->recipe->task == MODEL_MORPH
                                 ? run->recipe->morph.scale_db
                                 : (double)frames->spectrum.range_db *
                               (frames->spectrum.unit ? 1.0 : 0.5); // dB per unit
  Reconstructed      score;
  const Status       status = score_reconstruction(run, unseen, &score, why);
  if (status) {
    return status;
  }
  if (n_code < unseen->n_columns) {
    return text_beside_pca(frames, n_code, score.rms, span_db, text, why);
  }
  return print(text,
               asprintf(text,
                        "On %u frames never trained on: RMSE %.2f dB with a code of %u, no "
                        "narrower than the %u of a frame",
                        unseen->n_rows, span_db * score.rms, n_code, unseen->n_columns),
               why);
}

static Status
text_of_classifier(const TrainingRun* const run, const Frames* const frames, char** const text,
                   Diagnostic* const why)
{
  Classified   score;
  const Status status = score_classes(run, frames->split[SPLIT_VALID], &score, why);
  return status ? status
                : print(text,
                        asprintf(text,
                                 "On files never trained on: %.1f %% of %u frames and %.1f %% of "
                                 "%u files taken for another of %u classes",
                                 100.0 * score.n_wrong_rows / score.n_rows, score.n_rows,
                                 100.0 * score.n_wrong_files / score.n_files, score.n_files,
                                 frames->split[SPLIT_VALID]->n_classes),
                        why);
}

Status
score_text(const TrainingRun* const run, const Frames* const frames, char** const text,
           Diagnostic* const why)
{
  return run->recipe->task == MODEL_CLASSIFY ? text_of_classifier(run, frames, text, why)
                                             : text_of_autoencoder(run, frames, text, why);
}
