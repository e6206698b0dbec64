// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/morph_model.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/method/pca.h"
#include "training/method/table_examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = ENVELOPE_BANDS, N_ROWS = 401, N_VALID = 30, N_CODE = 2 };

static const Recipe recipe = {
  .task     = MODEL_MORPH,
  .seed     = 1,
  .rate_hz  = 48000.0,
  .window_s = 2048.0 / 48000.0,
  .hop_s    = 512.0 / 48000.0,
  .streams  = 32,
  .frames   = 1,
  .n_layers = 2,
  .layers   = { { .units = 8, .n_taps = 1, .activation = ACTIVATION_RELU },
                { .units = N_CODE, .n_taps = 1, .activation = ACTIVATION_IDENTITY } },
  .skip     = SKIP_PCA,
  .morph    = { .scale_db = 20.0 },
};

/// Each row `r` tilts by `amounts[r]`, and moves a little up and down from band to band.
static Table*
tilted(const uint32_t n_rows, const double* const amounts)
{
  Table* const table = table_new(n_rows, N, 0);
  for (uint32_t r = 0; r < n_rows; ++r) {
    for (uint32_t b = 0; b < N; ++b) {
      table->x[r * N + b] = (float)(amounts[r] * (b - 31.5) / 31.5 +
                                    (r % 3 - 1.0) * (b % 2 ? 0.01 : -0.01));
    }
    table->files[r] = r * 4 / n_rows; // Of four files
  }
  return table;
}

typedef struct {
  Frames       frames;
  Timbres      timbres;
  Examples*    examples;
  TrainingRun* run;
  double       amounts[N_ROWS];
} Made;

/// Amounts −1…1 in steps of 1/200, so that their percentiles are known; files 0 and 3 have names.
static Made
make(void)
{
  Made made = { .timbres = { .n = 3, .n_found = 3, .names = { "dark", "mute", "bright" } } };
  for (uint32_t r = 0; r < N_ROWS; ++r) {
    made.amounts[r] = (r - 200.0) / 200.0;
  }
  for (int split = 0; split < 2; ++split) {
    const uint32_t n            = split ? N_VALID : N_ROWS;
    made.frames.split[split]    = tilted(n, made.amounts);
    made.frames.loudness[split] = calloc(n, sizeof(float));
    made.timbres.of_file[split] = calloc(4, sizeof(uint32_t));
    for (uint32_t file = 0; file < 4; ++file) {
      made.timbres.of_file[split][file] = split || file == 1 || file == 2 ? TIMBRES_NONE
                                          : file                          ? 2
                                                                          : 0;
    }
    for (uint32_t r = 0; r < n; ++r) {
      made.frames.loudness[split][r] = r == 0 ? 3.0f : r == 50 || r == 400 ? 1.0f : 1e-9f;
    }
  }
  const Table* const train = made.frames.split[SPLIT_TRAIN];
  made.examples = table_examples_new(train, made.frames.split[SPLIT_VALID], recipe.streams, 1);
  made.run      = training_run_new(&recipe, made.examples, NULL);
  Pca* pca      = NULL;
  assert_int_equal(pca_new(train, N_CODE, &pca, NULL), STATUS_SUCCESS);
  training_run_start_at_pca(made.run, pca);
  pca_free(pca);
  return made;
}

static void
clear(Made* const made)
{
  training_run_free(made->run);
  examples_free(made->examples);
  frames_clear(&made->frames);
  timbres_clear(&made->timbres);
}

/// The first axis is the tilt: uniform in −1…1, its deviation is 1/√3, and 98 % lie within 0.98.
static void
test_percentiles_and_labels(void** const state)
{
  (void)state;
  Made   made  = make();
  Model* model = NULL;
  double rho[MODEL_MAX_CODE];
  assert_int_equal(morph_model_new(made.run, &made.frames, &made.timbres, rho, &model, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(model->kind, MODEL_MORPH);
  assert_int_equal(model->morph.n_code, N_CODE);
  assert_true(model->morph.scale_db == 20.0f);
  assert_float_equal((model->morph.low[0]), (-0.98 * sqrt(3.0)), 0.01);
  assert_float_equal((model->morph.high[0]), (0.98 * sqrt(3.0)), 0.01);
  assert_float_equal((model->morph.low[1]), (-sqrt(1.5)), 0.01); // −1, 0, 1 alike
  assert_float_equal((model->morph.high[1]), sqrt(1.5), 0.01);
  assert_true(*model->morph.labels[0]);
  assert_true(rho[0] > 0.95);
  assert_string_equal(model->morph.labels[1], "");
  model_free(model);
  clear(&made);
}

/// "dark" is rows 0, of weight 3, and 50, of weight 1; "bright" is row 400; "mute" was never heard.
static void
test_anchors_are_weighted_means(void** const state)
{
  (void)state;
  Made   made  = make();
  Model* model = NULL;
  double rho[MODEL_MAX_CODE];
  assert_int_equal(morph_model_new(made.run, &made.frames, &made.timbres, rho, &model, NULL),
                   STATUS_SUCCESS);
  const ModelAnchor* const anchors = model->morph.anchors;
  assert_int_equal(model->morph.n_anchors, 2);
  assert_string_equal(anchors[0].name, "dark");
  assert_string_equal(anchors[1].name, "bright");
  // Tilts −1, −0.75 and 1: the ends of the scale are 20 dB
  assert_float_equal(anchors[0].shape_db[0], (20.0 * 0.9375), 0.3);
  assert_float_equal(anchors[0].shape_db[63], (-20.0 * 0.9375), 0.3);
  assert_float_equal(anchors[1].shape_db[63], 20.0, 0.3);
  assert_float_equal(anchors[0].code[0], (-0.9375 * sqrt(3.0)), 0.01);
  assert_float_equal(anchors[1].code[0], sqrt(3.0), 0.01);
  model_free(model);
  clear(&made);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_percentiles_and_labels),
    cmocka_unit_test(test_anchors_are_weighted_means),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
