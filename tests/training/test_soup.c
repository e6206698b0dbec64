// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/soup.h"

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <stdlib.h>
#include <string.h>

static Model*
random_model(const ModelShape* shape, uint64_t seed, bool half)
{
  Model* const model = models_of(shape);
  signal_fill_noise(seed, 0.5f, (uint32_t)model->n_weights, model->weights);
  if (half) {
    model_halve(model);
  }
  return model;
}

static void
the_mean_is_of_all(void** state)
{
  (void)state;
  static const char* const names[] = { "a", "b", "c" };
  const ModelShape         shape   = models_tiny_shape();
  Model* const             a       = random_model(&shape, 1, false);
  Model* const models[] = { random_model(&shape, 1, false), random_model(&shape, 2, false),
                            random_model(&shape, 3, true) };
  assert_int_equal(soup_cook(3, models, names, NULL), STATUS_SUCCESS);
  for (size_t i = 0; i < a->n_weights; ++i) {
    const float sum = a->weights[i] + models[1]->weights[i] + models[2]->weights[i];
    assert_float_equal(models[0]->weights[i], sum / 3.0f, 1e-6f);
  }
  assert_false(models[0]->half);
  for (uint32_t i = 0; i < 3; ++i) {
    model_free(models[i]);
  }
  model_free(a);
}

static void
other_shapes_are_refused(void** state)
{
  (void)state;
  static const char* const names[] = { "a.safetensors", "b.safetensors" };
  Diagnostic               why;
  const ModelShape         shape  = models_tiny_shape();
  ModelShape others[5]            = { shape, shape, shape, models_tiny_autoencoder_shape(), shape };
  others[0].encoder[0].activation = ACTIVATION_TANH;
  others[1].features.minimum_s += 0.1f;
  others[2].hop_s = shape.hop_s / 2.0;
  others[4].features.prior_limit_db += 1.0f;
  for (uint32_t i = 0; i < 5; ++i) {
    static const char* const reasons[] = { "layers", "bands or features", "frames", "denoise",
                                           "bands or features" };
    Model* const models[] = { random_model(&shape, 1, false), random_model(&others[i], 2, false) };
    assert_int_not_equal(soup_cook(2, models, names, &why), STATUS_SUCCESS);
    assert_non_null(strstr(why.text, "b.safetensors"));
    assert_non_null(strstr(why.text, reasons[i]));
    model_free(models[0]);
    model_free(models[1]);
  }
}

/// By the command: words are the first's, scores are nobody's, 16 bits stay 16 bits.
static void
a_file_is_written(void** state)
{
  const ModelShape shape = models_tiny_shape();
  Model* const     a     = random_model(&shape, 1, true);
  Model* const     b     = random_model(&shape, 2, true);
  a->card.name           = strdup("First");
  a->card.scores         = strdup("good");
  b->card.name           = strdup("Second");
  models_write(state, "a.safetensors", a);
  models_write(state, "b.safetensors", b);
  assert_int_equal(program_lamina(state, "average", "a.safetensors b.safetensors -o c.safetensors"),
                   0);
  Model* mean  = NULL;
  Model* first = NULL;
  assert_int_equal(model_read(folder_path(state, "c.safetensors"), &mean, NULL), STATUS_SUCCESS);
  assert_int_equal(model_read(folder_path(state, "a.safetensors"), &first, NULL), STATUS_SUCCESS);
  assert_true(mean->half);
  assert_string_equal(mean->card.name, "First");
  assert_null(mean->card.scores);
  assert_memory_not_equal(mean->weights, first->weights, mean->n_weights * sizeof(float));
  model_free(mean);

  // A model with itself is itself
  assert_int_equal(program_lamina(state, "average", "a.safetensors a.safetensors -o c.safetensors"),
                   0);
  assert_int_equal(model_read(folder_path(state, "c.safetensors"), &mean, NULL), STATUS_SUCCESS);
  assert_memory_equal(mean->weights, first->weights, mean->n_weights * sizeof(float));
  model_free(mean);
  model_free(first);

  assert_int_not_equal(program_lamina(state, "average", "a.safetensors -o d.safetensors"), 0);
  program_expect_complaint("2 to 64 models and -o MODEL are needed");
  assert_int_not_equal(program_lamina(state, "average", "a.safetensors x -o d.safetensors"), 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_mean_is_of_all),
    cmocka_unit_test(other_shapes_are_refused),
    cmocka_unit_test_setup_teardown(a_file_is_written, folder_setup, folder_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
