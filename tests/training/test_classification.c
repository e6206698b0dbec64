// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/classification.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/tool/codes.h"

#include <math.h>
#include <string.h>

/// Geometric means of the frames' probabilities, by products, made to add to 1.
static void
naive_probability(const Model* model, const Codes* codes, double probability[3])
{
  const Layer* const layer   = &model->autoencoder.decoder.layers[0];
  double             mean[3] = { 1.0, 1.0, 1.0 };
  for (uint64_t t = 0; t < codes->n_frames; ++t) {
    double share[3];
    for (uint32_t c = 0; c < 3; ++c) {
      double logit = (double)layer->b[c];
      for (uint32_t i = 0; i < 2; ++i) {
        logit += (double)codes->z[2 * t + i] * (double)layer->w[3 * i + c];
      }
      share[c] = exp(logit);
    }
    for (uint32_t c = 0; c < 3; ++c) {
      mean[c] *= pow(share[c] / (share[0] + share[1] + share[2]), 1.0 / (double)codes->n_frames);
    }
  }
  for (uint32_t c = 0; c < 3; ++c) {
    probability[c] = mean[c] / (mean[0] + mean[1] + mean[2]);
  }
}

static Model*
random_classifier(float scale)
{
  const ModelShape shape = models_tiny_classifier_shape();
  Model* const     model = models_of(&shape);
  signal_fill_noise(3, 0.7f, (uint32_t)model->n_weights, model->weights);
  float* const w = (float*)model->autoencoder.decoder.layers[0].w;
  for (uint32_t i = 0; i < 6; ++i) {
    w[i] *= scale;
  }
  return model;
}

static Sound
noise(void)
{
  Sound sound;
  assert_int_equal(sound_new(8000.0, 1, 200, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, 200, sound.samples);
  return sound;
}

static void
test_log_probabilities_are_averaged(void** state)
{
  (void)state;
  Model* const model = random_classifier(1.0f);
  Sound        sound = noise();
  Codes        codes;
  double       expected[3];
  double       found[3];
  assert_int_equal(codes_of_sound(model, &sound, &codes, NULL), STATUS_SUCCESS);
  naive_probability(model, &codes, expected);
  assert_int_equal(classification_of_sound(model, &sound, found, NULL), STATUS_SUCCESS);
  for (uint32_t c = 0; c < 3; ++c) {
    assert_float_equal((float)found[c], (float)expected[c], 1e-5f);
  }
  codes_clear(&codes);
  sound_clear(&sound);
  model_free(model);
}

static void
test_huge_logits_stay_probabilities(void** state)
{
  (void)state;
  Model* const model = random_classifier(1e6f);
  Sound        sound = noise();
  double       found[3];
  assert_int_equal(classification_of_sound(model, &sound, found, NULL), STATUS_SUCCESS);
  assert_float_equal((float)(found[0] + found[1] + found[2]), 1.0f, 1e-6f);
  sound_clear(&sound);
  model_free(model);
}

static void
test_names_are_lines(void** state)
{
  (void)state;
  Model* const model = random_classifier(1.0f);
  char         name[16];
  strcpy(model->card.classes, "flute\na\tb\x1b\nlast");
  classification_name(model, 0, sizeof name, name);
  assert_string_equal(name, "flute");
  classification_name(model, 1, sizeof name, name);
  assert_string_equal(name, "a?b?");
  classification_name(model, 2, sizeof name, name);
  assert_string_equal(name, "last");
  classification_name(model, 0, 4, name);
  assert_string_equal(name, "flu");
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_log_probabilities_are_averaged),
    cmocka_unit_test(test_huge_logits_stay_probabilities),
    cmocka_unit_test(test_names_are_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
