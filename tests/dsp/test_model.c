// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model.h"

#include "tests/support/models.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static void
test_shape_counts(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_shape();
  assert_int_equal(model_shape_weights(&shape),
                   (3 * 10 * 4 + 4) + (2 * 4 * 3 + 3) + (3 * 4 + 4) + (4 * 5 + 5));
  assert_int_equal(model_shape_history(&shape), 2 + 5);
}

static void
test_layers_lie_one_after_the_other(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_shape();
  Model* const     model = model_new(&shape);
  assert_non_null(model);
  const Network* const encoder = &model->autoencoder.encoder;
  const Network* const decoder = &model->autoencoder.decoder;
  assert_ptr_equal(encoder->layers[0].w, model->weights);
  assert_ptr_equal(encoder->layers[0].b, model->weights + 120);
  assert_ptr_equal(encoder->layers[1].w, model->weights + 124);
  assert_ptr_equal(encoder->layers[1].b, model->weights + 148);
  assert_ptr_equal(decoder->layers[0].w, model->weights + 151);
  assert_ptr_equal(decoder->layers[0].b, model->weights + 163);
  assert_ptr_equal(decoder->layers[1].w, model->weights + 167);
  assert_ptr_equal(decoder->layers[1].b, model->weights + 187);
  assert_int_equal(model->n_weights, 192);
  for (size_t i = 0; i < model->n_weights; ++i) {
    assert_true(model->weights[i] == 0.0f);
  }
  model_free(model);
}

static void
test_shape_comes_back(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_shape();
  Model* const     model = model_new(&shape);
  assert_non_null(model);
  ModelShape back;
  model_get_shape(model, &back);
  assert_true(back.rate_hz == shape.rate_hz && back.hop_s == shape.hop_s);
  assert_memory_equal(&back.features, &shape.features, sizeof(shape.features));
  assert_int_equal(back.n_encoder, 2);
  assert_int_equal(back.n_decoder, 2);
  assert_memory_equal(back.encoder, shape.encoder, sizeof(shape.encoder));
  assert_memory_equal(back.decoder, shape.decoder, sizeof(shape.decoder));
  model_free(model);
}

static void
test_free_takes_null(void** state)
{
  (void)state;
  model_free(NULL);
}

static void
expect_fault(const ModelShape* shape, const char* key)
{
  Diagnostic why = { "" };
  assert_false(model_shape_check(shape, &why));
  assert_memory_equal(why.text, key, strlen(key));
  assert_int_equal(why.text[strlen(key)], ':');
  assert_false(model_shape_check(shape, NULL));
}

#define EXPECT_FAULT(key, change)           \
  do {                                      \
    ModelShape shape = models_tiny_shape(); \
    change;                                 \
    expect_fault(&shape, key);              \
  } while (0)

static void
test_check_takes_a_good_shape(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_shape();
  Diagnostic       why;
  assert_true(model_shape_check(&shape, &why));
}

static void
test_check_names_geometry(void** state)
{
  (void)state;
  EXPECT_FAULT("rate_hz", shape.rate_hz = 0.0);
  EXPECT_FAULT("rate_hz", shape.rate_hz = (double)NAN);
  EXPECT_FAULT("window_s", shape.window_s = 1.5);
  EXPECT_FAULT("hop_s", shape.hop_s = 0.0);
  EXPECT_FAULT("hop_s", shape.hop_s = -0.01);
  EXPECT_FAULT("hop_s", shape.hop_s = 0.02);
  EXPECT_FAULT("hop_s", shape.hop_s = 0.02 / 3.0);
  EXPECT_FAULT("hop_s", shape.hop_s = 0.02 / 18.0);
}

static void
test_check_names_features(void** state)
{
  (void)state;
  EXPECT_FAULT("bands.step_hz", shape.features.bands.step_hz = 0.0f);
  EXPECT_FAULT("bands.linear_hz", shape.features.bands.linear_hz = 250.0f);
  EXPECT_FAULT("bands.linear_hz", shape.features.bands.linear_hz = -100.0f);
  EXPECT_FAULT("bands.top_hz", shape.features.bands.top_hz = 200.0f);
  EXPECT_FAULT("bands.top_hz", shape.features.bands.top_hz = INFINITY);
  EXPECT_FAULT("bands.n_erb", shape.features.bands.n_erb = UINT32_MAX);
  EXPECT_FAULT("features.silence_db", shape.features.silence_db = 1.0f);
  EXPECT_FAULT("features.scale_db", shape.features.scale_db = 0.0f);
  EXPECT_FAULT("features.rise_s", shape.features.rise_s = -1.0f);
  EXPECT_FAULT("features.fall_s", shape.features.fall_s = NAN);
  EXPECT_FAULT("features.smooth_s", shape.features.smooth_s = 0.0f);
  EXPECT_FAULT("features.minimum_s", shape.features.minimum_s = 1e9f);
}

static void
test_check_names_layers(void** state)
{
  (void)state;
  EXPECT_FAULT("encoder.layers", shape.n_encoder = 0);
  EXPECT_FAULT("decoder.layers", shape.n_decoder = NETWORK_MAX_LAYERS + 1);
  EXPECT_FAULT("encoder.inputs", shape.encoder[0].n_in = 11);
  EXPECT_FAULT("encoder.1.units", shape.encoder[1].n_in = 5);
  EXPECT_FAULT("encoder.1.units", shape.encoder[1].n_out = 0);
  EXPECT_FAULT("encoder.0.units", shape.encoder[0].n_out = LAYER_MAX_UNITS + 1);
  EXPECT_FAULT("decoder.0.units", shape.decoder[0].n_in = 4);
  EXPECT_FAULT("decoder.1.units", shape.decoder[1].n_out = 6);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].n_taps = 0);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].n_taps = LAYER_MAX_TAPS + 1);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].taps[0] = 1);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].taps[2] = 1);
  EXPECT_FAULT("encoder.1.taps", shape.encoder[1].taps[1] = LAYER_MAX_DELAY + 1);
}

/// Units of the first layer, which the second reads.
static void
set_width(ModelShape* shape, uint32_t units)
{
  shape->encoder[0].n_out = units;
  shape->encoder[1].n_in  = units;
}

static void
test_check_bounds_memory(void** state)
{
  (void)state;
  // 2 × 16384 × 4096 weights are 512 MiB; 4097 frames of 1500 numbers are 24 MiB a stream
  EXPECT_FAULT("encoder.layers", set_width(&shape, 16384);
               shape.encoder[1].n_out = shape.decoder[0].n_in = 4096);
  EXPECT_FAULT("encoder.layers", set_width(&shape, 1500); shape.encoder[1].taps[1] = 4096);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_shape_counts),
    cmocka_unit_test(test_layers_lie_one_after_the_other),
    cmocka_unit_test(test_shape_comes_back),
    cmocka_unit_test(test_free_takes_null),
    cmocka_unit_test(test_check_takes_a_good_shape),
    cmocka_unit_test(test_check_names_geometry),
    cmocka_unit_test(test_check_names_features),
    cmocka_unit_test(test_check_names_layers),
    cmocka_unit_test(test_check_bounds_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
