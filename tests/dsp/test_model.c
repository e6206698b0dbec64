// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model.h"

#include "tests/support/models.h"
#include "tests/support/signals.h"
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
test_bypasses_lie_last(void** state)
{
  (void)state;
  const ModelShape shape   = models_tiny_autoencoder_shape();
  const size_t     n_layer = (2 * 17 * 4 + 4) + (4 * 2 + 2) + (2 * 4 + 4) + (4 * 17 + 17);
  assert_int_equal(model_shape_weights(&shape), n_layer + (17 * 2 + 2) + (2 * 17 + 17));
  assert_int_equal(model_shape_history(&shape), 3);

  Model* const       model   = models_of(&shape);
  const Layer* const encoder = &model->autoencoder.encoder.bypass;
  const Layer* const decoder = &model->autoencoder.decoder.bypass;
  assert_true(model->autoencoder.encoder.bypassed && model->autoencoder.decoder.bypassed);
  assert_ptr_equal(encoder->w, model->weights + n_layer);
  assert_ptr_equal(encoder->b, model->weights + n_layer + 34);
  assert_ptr_equal(decoder->w, model->weights + n_layer + 36);
  assert_ptr_equal(decoder->b, model->weights + n_layer + 70);
  const LayerShape up   = { 17, 2, 1, { 0 }, ACTIVATION_IDENTITY, false };
  const LayerShape down = { 2, 17, 1, { 0 }, ACTIVATION_IDENTITY, false };
  assert_memory_equal(&encoder->shape, &up, sizeof(up));
  assert_memory_equal(&decoder->shape, &down, sizeof(down));
  model_free(model);
}

static void
test_latent_space_lies_last(void** state)
{
  (void)state;
  const ModelShape shape  = models_tiny_morph_shape();
  const size_t     layers = (64 * 6 + 6) + (6 * 3 + 3) + (3 * 6 + 6) + (6 * 64 + 64);
  const size_t     n      = layers + (64 * 3 + 3) + (3 * 64 + 64);
  assert_int_equal(model_shape_weights(&shape), n + 3 + 3 + 2 * 3 + 2 * 64);
  assert_int_equal(model_shape_code(&shape), 3);

  Model* const            model = models_of(&shape);
  const MorphSpace* const space = &model->morph;
  assert_true(space->scale_db == 20.0f);
  assert_int_equal(space->n_code, 3);
  assert_int_equal(space->n_anchors, 2);
  assert_ptr_equal(space->low, model->weights + n);
  assert_ptr_equal(space->high, model->weights + n + 3);
  assert_ptr_equal(space->anchors[0].code, model->weights + n + 6);
  assert_ptr_equal(space->anchors[1].code, model->weights + n + 9);
  assert_ptr_equal(space->anchors[0].shape_db, model->weights + n + 12);
  assert_ptr_equal(space->anchors[1].shape_db, model->weights + n + 12 + 64);
  model_free(model);
}

static void
test_frames_of_each_kind(void** state)
{
  (void)state;
  const ModelShape shapes[] = { models_tiny_shape(), models_tiny_autoencoder_shape(),
                                models_tiny_classifier_shape(), models_tiny_morph_shape() };
  const StftConfig stfts[]  = { { 882, 441, WINDOW_VORBIS },
                                { 176, 88, WINDOW_HANN },
                                { 176, 88, WINDOW_HANN },
                                { 1880, 470, WINDOW_VORBIS } };
  for (uint32_t i = 0; i < 4; ++i) {
    Model* const     model = models_of(&shapes[i]);
    const StftConfig stft  = model_stft(model, 44100.0);
    assert_memory_equal(&stft, &stfts[i], sizeof(stft));
    model_free(model);
  }
}

static void
test_kind_is_checked(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_classifier_shape();
  Model* const     model = models_of(&shape);
  Diagnostic       why;
  assert_int_equal(model_check_kind(model, "PATH", MODEL_CLASSIFY, &why), STATUS_SUCCESS);
  assert_int_equal(model_check_kind(model, "PATH", MODEL_AUTOENCODER, &why), STATUS_BAD_FILE);
  assert_string_equal(why.text, "PATH: a classifier of spectra, not an autoencoder of spectra; "
                                "train one with task: autoencoder");
  model_free(model);
}

static void
expect_shape_back(ModelShape shape)
{
  Model* const model = model_new(&shape);
  assert_non_null(model);
  ModelShape back;
  model_get_shape(model, &back);
  assert_true(back.rate_hz == shape.rate_hz && back.hop_s == shape.hop_s);
  assert_int_equal(back.kind, shape.kind);
  assert_memory_equal(&back.features, &shape.features, sizeof(shape.features));
  assert_true(back.spectrum.top_db == shape.spectrum.top_db);
  assert_true(back.spectrum.range_db == shape.spectrum.range_db);
  assert_int_equal(back.spectrum.unit, shape.spectrum.unit);
  assert_true(back.scale_db == shape.scale_db);
  assert_int_equal(back.n_anchors, shape.n_anchors);
  assert_int_equal(back.variational, shape.variational);
  assert_int_equal(back.bypassed, shape.bypassed);
  assert_int_equal(back.n_encoder, shape.n_encoder);
  assert_int_equal(back.n_decoder, shape.n_decoder);
  assert_memory_equal(back.encoder, shape.encoder, sizeof(shape.encoder));
  assert_memory_equal(back.decoder, shape.decoder, sizeof(shape.decoder));
  model_free(model);
}

static void
test_shape_comes_back(void** state)
{
  (void)state;
  expect_shape_back(models_tiny_shape());
  expect_shape_back(models_tiny_autoencoder_shape());
  expect_shape_back(models_tiny_classifier_shape());
  expect_shape_back(models_tiny_morph_shape());
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

#define EXPECT_FAULT_OF(models, key, change) \
  do {                                       \
    ModelShape shape = models();             \
    change;                                  \
    expect_fault(&shape, key);               \
  } while (0)

#define EXPECT_FAULT(key, change) EXPECT_FAULT_OF(models_tiny_shape, key, change)

static void
test_check_takes_good_shapes(void** state)
{
  (void)state;
  const ModelShape denoiser   = models_tiny_shape();
  const ModelShape classifier = models_tiny_classifier_shape();
  const ModelShape morph      = models_tiny_morph_shape();
  ModelShape       spectra    = models_tiny_autoencoder_shape();
  assert_true(model_shape_check(&denoiser, NULL));
  assert_true(model_shape_check(&morph, NULL));
  assert_true(model_shape_check(&classifier, NULL));
  assert_true(model_shape_check(&spectra, NULL));
  spectra.spectrum.unit = true;
  assert_true(model_shape_check(&spectra, NULL));
  spectra.bypassed              = false;
  spectra.decoder[1].activation = ACTIVATION_SIGMOID;
  assert_true(model_shape_check(&spectra, NULL));
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
  EXPECT_FAULT("features.long_minimum_s", shape.features.long_minimum_s = -1.0f);
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
  EXPECT_FAULT("decoder.1.activation", shape.decoder[1].activation = ACTIVATION_RELU);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].n_taps = 0);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].n_taps = LAYER_MAX_TAPS + 1);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].taps[0] = 1);
  EXPECT_FAULT("encoder.0.taps", shape.encoder[0].taps[2] = 1);
  EXPECT_FAULT("encoder.1.taps", shape.encoder[1].taps[1] = LAYER_MAX_DELAY + 1);
}

#define AUTOENCODER models_tiny_autoencoder_shape
#define CLASSIFIER  models_tiny_classifier_shape
#define MORPH       models_tiny_morph_shape

static void
test_check_names_spectra(void** state)
{
  (void)state;
  EXPECT_FAULT_OF(AUTOENCODER, "rate_hz", shape.rate_hz = 0.0);
  EXPECT_FAULT_OF(AUTOENCODER, "spectrum.top_db", shape.spectrum.top_db = NAN);
  EXPECT_FAULT_OF(AUTOENCODER, "spectrum.top_db", shape.spectrum.top_db = 201.0f);
  EXPECT_FAULT_OF(CLASSIFIER, "spectrum.range_db", shape.spectrum.range_db = 0.0f);
  EXPECT_FAULT_OF(CLASSIFIER, "spectrum.range_db", shape.spectrum.range_db = INFINITY);
  EXPECT_FAULT_OF(CLASSIFIER, "variational", shape.variational = true);
  EXPECT_FAULT("variational", shape.variational = true);
  EXPECT_FAULT("bypassed", shape.bypassed = true);
}

static void
test_check_names_ends(void** state)
{
  (void)state;
  EXPECT_FAULT_OF(AUTOENCODER, "encoder.inputs", shape.encoder[0].n_in = 16);
  EXPECT_FAULT_OF(CLASSIFIER, "encoder.inputs", shape.rate_hz = 16000.0);
  EXPECT_FAULT_OF(CLASSIFIER, "window_s", shape.rate_hz = 768000.0; shape.window_s = 1.0;
                  shape.hop_s = 0.5; shape.encoder[0].n_in = 384001);
  EXPECT_FAULT_OF(AUTOENCODER, "decoder.1.units", shape.decoder[1].n_out = 16);
  EXPECT_FAULT_OF(AUTOENCODER, "encoder.1.activation",
                  shape.encoder[1].activation = ACTIVATION_TANH);
  EXPECT_FAULT_OF(AUTOENCODER, "decoder.1.activation",
                  shape.decoder[1].activation = ACTIVATION_RELU);
  EXPECT_FAULT_OF(AUTOENCODER, "decoder.1.activation",
                  shape.decoder[1].activation = ACTIVATION_SIGMOID);
  EXPECT_FAULT_OF(AUTOENCODER, "decoder.1.activation", shape.spectrum.unit = true;
                  shape.decoder[1].activation = ACTIVATION_SIGMOID);
  EXPECT_FAULT_OF(CLASSIFIER, "decoder.0.activation",
                  shape.decoder[0].activation = ACTIVATION_SIGMOID);
}

static void
test_check_names_latent_space(void** state)
{
  (void)state;
  EXPECT_FAULT_OF(MORPH, "morph.scale_db", shape.scale_db = 0.0f);
  EXPECT_FAULT_OF(MORPH, "morph.scale_db", shape.scale_db = NAN);
  EXPECT_FAULT_OF(MORPH, "morph.anchors", shape.n_anchors = MODEL_MAX_ANCHORS + 1);
  EXPECT_FAULT_OF(MORPH, "encoder.inputs", shape.encoder[0].n_in = 63);
  EXPECT_FAULT_OF(MORPH, "decoder.1.units", shape.decoder[1].n_out = 63);
  EXPECT_FAULT_OF(MORPH, "encoder.1.units",
                  shape.encoder[1].n_out = shape.decoder[0].n_in = MODEL_MAX_CODE + 1);
  EXPECT_FAULT_OF(MORPH, "encoder.1.activation", shape.bypassed = false;
                  shape.encoder[1].activation = ACTIVATION_TANH);
  EXPECT_FAULT_OF(MORPH, "decoder.1.activation", shape.decoder[1].activation = ACTIVATION_SIGMOID);
  EXPECT_FAULT_OF(MORPH, "encoder.layers", shape.encoder[0].n_taps = 2;
                  shape.encoder[0].taps[1] = 1);
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
  // 8193 × 4100 weights around the layers, twice, are 256.3 MiB; without them it would pass
  ModelShape shape = models_tiny_autoencoder_shape();
  shape.window_s   = 0.32;
  shape.hop_s      = 0.16;
  shape.rate_hz    = 51200.0;
  shape.encoder[0] = (LayerShape){ 8193, 4, 1, { 0 }, ACTIVATION_RELU, false };
  shape.encoder[1] = (LayerShape){ 4, 4100, 1, { 0 }, ACTIVATION_IDENTITY, false };
  shape.decoder[0] = (LayerShape){ 4100, 4, 1, { 0 }, ACTIVATION_RELU, false };
  shape.decoder[1] = (LayerShape){ 4, 8193, 1, { 0 }, ACTIVATION_IDENTITY, false };
  expect_fault(&shape, "encoder.layers");
  shape.bypassed = false;
  assert_true(model_shape_check(&shape, NULL));
}

/// A layer's output by its compact weights is near that by the others, and not the same.
static void
check_compact(const Layer* const layer)
{
  float        x[LAYER_MAX_TAPS][20];
  float        y[20];
  float        expected[20];
  const float* taps[] = { x[0], x[1], x[2] };
  Layer        full   = *layer;
  full.compact        = NULL;
  signal_fill_noise(2, 1.0f, sizeof(x) / sizeof(float), *x);
  assert_non_null(layer->compact);
  layer_forward(layer, taps, NULL, y);
  layer_forward(&full, taps, NULL, expected);
  const double snr_db = signal_snr_db(layer->shape.n_out, expected, y);
  assert_true(snr_db > 35.0 && snr_db < 100.0);
}

static void
test_every_layer_is_made_compact(void** state)
{
  (void)state;
  const ModelShape shape = models_tiny_autoencoder_shape();
  Model* const     model = models_of(&shape);
  for (uint64_t pass = 1; pass <= 2; ++pass) {
    signal_fill_noise(pass, 0.5f, (uint32_t)model->n_weights, model->weights);
    assert_int_equal(model_compact(model, NULL), STATUS_SUCCESS);
    for (uint32_t l = 0; l < 2; ++l) {
      check_compact(&model->autoencoder.encoder.layers[l]);
      check_compact(&model->autoencoder.decoder.layers[l]);
    }
    check_compact(&model->autoencoder.encoder.bypass);
    check_compact(&model->autoencoder.decoder.bypass);
  }
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_shape_counts),
    cmocka_unit_test(test_layers_lie_one_after_the_other),
    cmocka_unit_test(test_bypasses_lie_last),
    cmocka_unit_test(test_latent_space_lies_last),
    cmocka_unit_test(test_frames_of_each_kind),
    cmocka_unit_test(test_kind_is_checked),
    cmocka_unit_test(test_shape_comes_back),
    cmocka_unit_test(test_free_takes_null),
    cmocka_unit_test(test_check_takes_good_shapes),
    cmocka_unit_test(test_check_names_geometry),
    cmocka_unit_test(test_check_names_features),
    cmocka_unit_test(test_check_names_layers),
    cmocka_unit_test(test_check_names_spectra),
    cmocka_unit_test(test_check_names_ends),
    cmocka_unit_test(test_check_names_latent_space),
    cmocka_unit_test(test_check_bounds_memory),
    cmocka_unit_test(test_every_layer_is_made_compact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
