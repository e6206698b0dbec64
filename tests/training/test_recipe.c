// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char least[] = "task: denoise\n"
                            "layers:\n"
                            "  - { units: 20 }\n"
                            "  - units: 10\n"
                            "    taps: [0, 2]\n"
                            "    activation: tanh\n";

static Recipe*
read_good(void* const* state, const char* text, uint32_t n_settings, const char* const* settings)
{
  const char* const path = folder_path(state, "r.yaml");
  folder_write(state, "r.yaml", strlen(text), text);
  Recipe*      recipe = NULL;
  Diagnostic   why    = { "" };
  const Status status = recipe_read(path, n_settings, settings, &recipe, &why);
  if (status) {
    print_message("%s\n", why.text);
  }
  assert_int_equal(status, STATUS_SUCCESS);
  return recipe;
}

/// @param line What follows the file's name.
static void
expect_fault(void* const* state, const char* text, const char* line)
{
  const char* const path = folder_path(state, "r.yaml");
  folder_write(state, "r.yaml", strlen(text), text);
  Recipe*    recipe = NULL;
  Diagnostic why    = { "" };
  assert_int_equal(recipe_read(path, 0, NULL, &recipe, &why), STATUS_BAD_FILE);
  assert_memory_equal(why.text, path, strlen(path));
  assert_string_equal(why.text + strlen(path), line);
  assert_null(recipe);
}

/// A fault in the sixth line on, after a recipe that is fine.
static void
expect_fault_after(void* const* state, const char* text, const char* line)
{
  char whole[2000];
  (void)snprintf(whole, sizeof(whole), "%s%s", least, text);
  expect_fault(state, whole, line);
}

static void
expect_bad_setting(void* const* state, const char* setting, const char* line)
{
  folder_write(state, "r.yaml", strlen(least), least);
  Recipe*    recipe = NULL;
  Diagnostic why    = { "" };
  assert_int_equal(recipe_read(folder_path(state, "r.yaml"), 1, &setting, &recipe, &why),
                   STATUS_BAD_OPTION);
  assert_string_equal(why.text, line);
  assert_null(recipe);
}

static void
test_defaults_stand_for_what_is_left_out(void** state)
{
  Recipe* const       recipe   = read_good(state, least, 0, NULL);
  const FeatureConfig features = feature_config_default(0.02);
  assert_int_equal(recipe->task, MODEL_DENOISE);
  assert_string_equal(recipe->name, "");
  assert_string_equal(recipe->licence, "");
  assert_string_equal(recipe->data, "");
  assert_true(recipe->rate_hz == 48000.0 && recipe->window_s == 0.02 && recipe->hop_s == 0.01);
  assert_memory_equal(&recipe->features, &features, offsetof(FeatureConfig, profile));
  assert_false(recipe->features.profile);
  assert_int_equal(recipe->n_layers, 2);
  assert_int_equal(recipe->layers[0].units, 20);
  assert_int_equal(recipe->layers[0].n_taps, 1);
  assert_int_equal(recipe->layers[0].taps[0], 0);
  assert_int_equal(recipe->layers[0].activation, ACTIVATION_RELU);
  assert_int_equal(recipe->layers[0].corruption, CORRUPTION_NONE);
  assert_int_equal(recipe->layers[1].n_taps, 2);
  assert_int_equal(recipe->layers[1].taps[1], 2);
  assert_int_equal(recipe->layers[1].activation, ACTIVATION_TANH);
  assert_true(recipe->initial_gain == 0.9 && recipe->initial_spread == 1.0);
  recipe_free(recipe);
}

static const char every[] =
  "task: denoise\nname: \"A \\\"b\\\"\"\nlicence: CC0-1.0\ndata: 'x: \\y é'\n"
  "seed: 18446744073709551615\nrate_hz: 44100\nwindow_s: 2e-2\nhop_s: 1e-2\n"
  "valid_share: 0.25\ninitial_gain: 0.75\ninitial_spread: 0.5\nprecision: float32\n"
  "bands: {step_hz: 0100, linear_hz: 1000, top_hz: 9999.9, n_erb: 7}\n"
  "features: {silence_db: -90, scale_db: 30, rise_s: 0.3, fall_s: 3, smooth_s: 0.07,\n"
  "           minimum_s: 1.1, long_minimum_s: 4.5, profile: yes}\n"
  "mixture: {snr_min_db: -1, snr_max_db: 2, level_min_db: -30, level_max_db: -20.1,\n"
  "          clean_share: 0.2, noise_share: 0.3, second_noise_share: 0.4, equalizer_db: 5,\n"
  "          music_share: 0.6, music_snr_min_db: 1, babble_share: 0.6, profile_share: 0.8,\n"
  "          steady_share: 0.25, reverberation_share: 0.15, low_pass_share: 0.35,\n"
  "          shot_share: 0.05, call_share: 0.06, backwards_share: 0.07, clip_share: 0.45, "
  "loop_share: 0.08, drive_share: 0.55, sound_semitones: 1.5, "
  "noise_semitones: 6}\n"
  "batch: {streams: 3, frames: 40, lead: 17}\n"
  "layers: [{units: 5, taps: [0, 7], activation: softplus, corruption: masking, amount: 0.4}]\n"
  "pretrain: {steps: 1, rate: 0.5, warmup: 2, final_rate: 0.25, clip: 3, validate_every: 4,\n"
  "           patience: 5, average: 0.5}\n"
  "fine_tune: {steps: 6, rate: 0.125, warmup: 7, final_rate: 0.5, clip: 8, validate_every: 9,\n"
  "            patience: 10, average: 0.75}\n"
  "loss: {compression: 0.5, magnitude: 1, phase: 2, energy: 3, lost_sound: 4, noise_alone: 5, "
  "distance: 6, above_band: 0.6}\n";

static void
assert_every_layer(const Recipe* recipe)
{
  assert_int_equal(recipe->n_layers, 1);
  assert_int_equal(recipe->layers[0].units, 5);
  assert_int_equal(recipe->layers[0].n_taps, 2);
  assert_int_equal(recipe->layers[0].taps[1], 7);
  assert_int_equal(recipe->layers[0].activation, ACTIVATION_SOFTPLUS);
  assert_int_equal(recipe->layers[0].corruption, CORRUPTION_MASKING);
  assert_true(recipe->layers[0].corruption_amount == 0.4);
}

static void
assert_every_stage(const Recipe* recipe)
{
  const RecipeStage* const pretrain  = &recipe->pretrain;
  const RecipeStage* const fine_tune = &recipe->fine_tune;
  assert_int_equal(pretrain->steps, 1);
  assert_int_equal(pretrain->warmup, 2);
  assert_int_equal(pretrain->validate_every, 4);
  assert_int_equal(pretrain->patience, 5);
  assert_true(pretrain->average == 0.5);
  assert_true(pretrain->rate == 0.5 && pretrain->final_rate == 0.25 && pretrain->clip == 3.0);
  assert_int_equal(fine_tune->steps, 6);
  assert_int_equal(fine_tune->warmup, 7);
  assert_int_equal(fine_tune->validate_every, 9);
  assert_int_equal(fine_tune->patience, 10);
  assert_true(fine_tune->average == 0.75);
  assert_true(fine_tune->rate == 0.125 && fine_tune->final_rate == 0.5 && fine_tune->clip == 8.0);
}

static void
assert_every_feature(const FeatureConfig* features)
{
  assert_true(features->bands.step_hz == 100.0f);
  assert_true(features->bands.linear_hz == 1000.0f);
  assert_true(features->bands.top_hz == 9999.9f);
  assert_int_equal(features->bands.n_erb, 7);
  assert_true(features->silence_db == -90.0f);
  assert_true(features->scale_db == 30.0f);
  assert_true(features->rise_s == 0.3f);
  assert_true(features->fall_s == 3.0f);
  assert_true(features->smooth_s == 0.07f);
  assert_true(features->minimum_s == 1.1f);
  assert_true(features->long_minimum_s == 4.5f);
  assert_true(features->profile);
}

static void
assert_every_mixture(const MixtureConfig* mixture)
{
  assert_true(mixture->snr_min_db == -1.0 && mixture->snr_max_db == 2.0);
  assert_true(mixture->level_min_db == -30.0 && mixture->level_max_db == -20.1);
  assert_true(mixture->clean_share == 0.2 && mixture->noise_share == 0.3);
  assert_true(mixture->second_noise_share == 0.4 && mixture->equalizer_db == 5.0);
  assert_true(mixture->music_share == 0.6 && mixture->music_snr_min_db == 1.0);
  assert_true(mixture->babble_share == 0.6 && mixture->profile_share == 0.8);
  assert_true(mixture->steady_share == 0.25 && mixture->clip_share == 0.45);
  assert_true(mixture->drive_share == 0.55 && mixture->shot_share == 0.05);
  assert_true(mixture->call_share == 0.06 && mixture->backwards_share == 0.07);
  assert_true(mixture->loop_share == 0.08);
  assert_true(mixture->sound_semitones == 1.5 && mixture->noise_semitones == 6.0);
  assert_true(mixture->reverberation_share == 0.15 && mixture->low_pass_share == 0.35);
}

static void
assert_every(const Recipe* recipe)
{
  const RecipeLoss* const loss = &recipe->loss;
  assert_int_equal(recipe->task, MODEL_DENOISE);
  assert_string_equal(recipe->name, "A \"b\"");
  assert_string_equal(recipe->licence, "CC0-1.0");
  assert_string_equal(recipe->data, "x: \\y é");
  assert_true(recipe->seed == UINT64_MAX);
  assert_true(recipe->rate_hz == 44100.0 && recipe->window_s == 0.02 && recipe->hop_s == 0.01);
  assert_true(recipe->valid_share == 0.25 && recipe->initial_gain == 0.75);
  assert_true(recipe->initial_spread == 0.5);
  assert_int_equal(recipe->precision, PRECISION_FLOAT32);
  assert_int_equal(recipe->streams, 3);
  assert_int_equal(recipe->frames, 40);
  assert_int_equal(recipe->lead, 17);
  assert_true(loss->compression == 0.5 && loss->magnitude == 1.0 && loss->phase == 2.0);
  assert_true(loss->energy == 3.0 && loss->lost_sound == 4.0 && loss->noise_alone == 5.0);
  assert_true(loss->distance == 6.0 && loss->above_band == 0.6);
  assert_every_feature(&recipe->features);
  assert_every_mixture(&recipe->mixture);
  assert_every_layer(recipe);
  assert_every_stage(recipe);
}

/// What other tasks have; three layers for the choices that exclude each other.
static const char every_of_spectra[] =
  "task: autoencoder\nskip: pca\ncode: variational\nwindow_s: 0.04\nhop_s: 0.02\n"
  "variational: {beta: 0.5, warmup: 11, free_bits: 0.125}\n"
  "spectrum: {range_db: 80, per_file: 12, unit: yes, by_group: yes}\n"
  "batch: {streams: 3}\n"
  "pretrain: {optimizer: momentum, momentum: 0.75}\n"
  "fine_tune: {optimizer: momentum, momentum: 0.5, corruption: masking, amount: 0.375}\n"
  "layers:\n"
  "  - {units: 7, activation: sigmoid, step: rbm, visible: gaussian, cd_k: 4}\n"
  "  - {units: 6, activation: sigmoid, corruption: salt_and_pepper, amount: 0.25, tied: yes,\n"
  "     reconstruction: cross_entropy, sparsity: 3, activity: 0.125, l1: 0.5, rate: 0.0625}\n"
  "  - {units: 5, activation: identity, step: variational, corruption: gaussian, amount: 2}\n";

static void
assert_every_layer_of_spectra(const RecipeLayer* layers)
{
  const RecipeLayer expected[3] = {
    { .units      = 7,
      .n_taps     = 1,
      .activation = ACTIVATION_SIGMOID,
      .step       = STEP_RBM,
      .sparsity   = { .activity = 0.05 },
      .visible    = VISIBLE_GAUSSIAN,
      .cd_k       = 4 },
    { .units             = 6,
      .n_taps            = 1,
      .activation        = ACTIVATION_SIGMOID,
      .corruption        = CORRUPTION_SALT_AND_PEPPER,
      .corruption_amount = 0.25,
      .reconstruction    = RECONSTRUCTION_CROSS_ENTROPY,
      .tied              = true,
      .sparsity          = { .weight = 3.0, .activity = 0.125, .l1 = 0.5 },
      .cd_k              = 1,
      .rate              = 0.0625 },
    { .units             = 5,
      .n_taps            = 1,
      .activation        = ACTIVATION_IDENTITY,
      .step              = STEP_VARIATIONAL,
      .corruption        = CORRUPTION_GAUSSIAN,
      .corruption_amount = 2.0,
      .sparsity          = { .activity = 0.05 },
      .cd_k              = 1 },
  };
  for (uint32_t l = 0; l < 3; ++l) {
    const RecipeLayer* const a = &layers[l];
    const RecipeLayer* const b = &expected[l];
    assert_int_equal(a->units, b->units);
    assert_int_equal(a->n_taps, b->n_taps);
    assert_int_equal(a->activation, b->activation);
    assert_int_equal(a->step, b->step);
    assert_int_equal(a->corruption, b->corruption);
    assert_true(a->corruption_amount == b->corruption_amount);
    assert_int_equal(a->reconstruction, b->reconstruction);
    assert_int_equal(a->tied, b->tied);
    assert_memory_equal(&a->sparsity, &b->sparsity, sizeof(a->sparsity));
    assert_int_equal(a->visible, b->visible);
    assert_int_equal(a->cd_k, b->cd_k);
    assert_true(a->rate == b->rate);
  }
}

static void
assert_every_of_spectra(const Recipe* recipe)
{
  assert_int_equal(recipe->task, MODEL_AUTOENCODER);
  assert_int_equal(recipe->skip, SKIP_PCA);
  assert_int_equal(recipe->code, CODE_VARIATIONAL);
  assert_int_equal(recipe->reconstruction, RECONSTRUCTION_SQUARED);
  assert_true(recipe->variational.beta == 0.5 && recipe->variational.free_bits == 0.125);
  assert_int_equal(recipe->variational.warmup, 11);
  assert_true(recipe->spectrum.range_db == 80.0);
  assert_int_equal(recipe->spectrum.per_file, 12);
  assert_true(recipe->spectrum.unit && recipe->spectrum.by_group);
  assert_int_equal(recipe->streams, 3);
  assert_int_equal(recipe->frames, 1);
  assert_int_equal(recipe->pretrain.optimizer, OPTIMIZER_MOMENTUM);
  assert_true(recipe->pretrain.momentum == 0.75);
  assert_int_equal(recipe->fine_tune.optimizer, OPTIMIZER_MOMENTUM);
  assert_true(recipe->fine_tune.momentum == 0.5);
  assert_int_equal(recipe->corruption, CORRUPTION_MASKING);
  assert_true(recipe->corruption_amount == 0.375);
  assert_int_equal(recipe->n_layers, 3);
  assert_every_layer_of_spectra(recipe->layers);
}

static void
test_every_key_is_read(void** state)
{
  Recipe* const recipe  = read_good(state, every, 0, NULL);
  Recipe* const spectra = read_good(state, every_of_spectra, 0, NULL);
  assert_every(recipe);
  assert_every_of_spectra(spectra);
  recipe_free(recipe);
  recipe_free(spectra);
}

/// Mini-batches of single frames, where frames need no past.
static void
test_defaults_suit_the_task(void** state)
{
  static const char* const settings[] = { "task=classify", "layers.1.taps=[0]" };
  Recipe* const            sequences  = read_good(state, least, 0, NULL);
  Recipe* const            frames     = read_good(state, least, 2, settings);
  assert_int_equal(sequences->streams, 16);
  assert_int_equal(sequences->frames, 256);
  assert_int_equal(frames->streams, 256);
  assert_int_equal(frames->frames, 1);
  recipe_free(sequences);
  recipe_free(frames);
}

/// A morph model's frames are those that the effect has, and its anchors' names come back.
static void
test_morph_recipe(void** state)
{
  static const char yaml[] = "task: morph\nmorph: { anchors: \"flute, Gei\\\"ge\" }\n"
                             "layers: [{ units: 9 }, { units: 5, activation: identity }]\n";
  Recipe* const     recipe = read_good(state, yaml, 0, NULL);
  char* const       text   = recipe_text(recipe);
  Recipe* const     again  = read_good(state, text, 0, NULL);
  ModelShape        shape;
  assert_true(again->window_s == 2048.0 / 48000.0 && again->hop_s == 512.0 / 48000.0);
  assert_true(again->morph.scale_db == 20.0);
  assert_string_equal(again->morph.anchors, "flute, Gei\"ge");
  assert_int_equal(again->streams, 256);
  assert_null(strstr(text, "mixture"));
  assert_null(strstr(text, "range_db"));
  assert_non_null(strstr(text, "per_file"));
  recipe_model_shape(again, &shape);
  assert_int_equal(shape.kind, MODEL_MORPH);
  assert_true(shape.scale_db == 20.0f);
  assert_int_equal(shape.encoder[0].n_in, 64);
  assert_int_equal(model_shape_code(&shape), 5);
  assert_int_equal(shape.decoder[1].n_out, 64);
  assert_true(model_shape_check(&shape, NULL));
  recipe_free(again);
  recipe_free(recipe);
  free(text);
}

static void
check_text_reads_back(void* const* state, const char* yaml, void (*assert_all)(const Recipe*))
{
  Recipe* const recipe = read_good(state, yaml, 0, NULL);
  char* const   text   = recipe_text(recipe);
  recipe_free(recipe);
  assert_non_null(text);
  Recipe* const again = read_good(state, text, 0, NULL);
  assert_all(again);
  char* const text_again = recipe_text(again);
  assert_string_equal(text, text_again);
  free(text);
  free(text_again);
  recipe_free(again);
}

static void
test_text_reads_back(void** state)
{
  check_text_reads_back(state, every, assert_every);
  check_text_reads_back(state, every_of_spectra, assert_every_of_spectra);
}

static void
test_text_leaves_out_what_is_of_other_tasks(void** state)
{
  Recipe* const recipe  = read_good(state, least, 0, NULL);
  Recipe* const spectra = read_good(state, every_of_spectra, 0, NULL);
  char* const   text    = recipe_text(recipe);
  char* const   other   = recipe_text(spectra);
  assert_non_null(strstr(text, "\nmixture:\n"));
  assert_null(strstr(text, "spectrum"));
  assert_non_null(strstr(text, "  - { units: 20, activation: relu, step: autoencoder, "
                               "corruption: none, taps: [0] }\n"));
  assert_non_null(strstr(other, "\nspectrum:\n"));
  assert_null(strstr(other, "mixture"));
  assert_null(strstr(other, "bands"));
  free(text);
  free(other);
  recipe_free(recipe);
  recipe_free(spectra);
}

static void
test_text_keeps_odd_words(void** state)
{
  static const char words[] = "tab\t line\n quote\" back\\ bell\a euro€ next\xc2\x85 # : - [";
  Recipe* const     recipe  = read_good(state, least, 0, NULL);
  free(recipe->name);
  recipe->name        = strdup(words);
  char* const   text  = recipe_text(recipe);
  Recipe* const again = read_good(state, text, 0, NULL);
  assert_string_equal(again->name, words);
  recipe_free(recipe);
  recipe_free(again);
  free(text);
}

static void
test_faults_of_values_name_the_line(void** state)
{
  static const char* const cases[][2] = {
    { "seed: -1\n", ":7: seed: a whole number expected, \"-1\" found" },
    { "seed: 18446744073709551616\n",
      ":7: seed: a whole number expected, \"18446744073709551616\" found" },
    { "\n\nrate_hz: fast\n", ":9: rate_hz: a number in 8000…192000 expected, \"fast\" found" },
    { "rate_hz: .inf\n", ":7: rate_hz: a number in 8000…192000 expected, \".inf\" found" },
    { "rate_hz: 0xffff\n", ":7: rate_hz: a number in 8000…192000 expected, \"0xffff\" found" },
    { "rate_hz: 48000 Hz\n", ":7: rate_hz: a number in 8000…192000 expected, \"48000 Hz\" found" },
    { "rate_hz:\n", ":7: rate_hz: a number in 8000…192000 expected, \"\" found" },
    { "rate_hz: [1]\n", ":7: rate_hz: a value expected, a list found" },
    { "batch:\n  frames: 2.5\n",
      ":8: batch.frames: a whole number in 1…65536 expected, \"2.5\" found" },
    { "batch: 5\n", ":7: batch: keys and values expected, a value found" },
    { "batch:\n  fames: 3\n", ":8: batch.fames: unknown" },
    { "bands:\n  n_erb: 2000\n",
      ":8: bands.n_erb: a whole number in 0…1024 expected, \"2000\" found" },
    { "loss: {}\nlos: 1\n", ":8: los: unknown" },
    { "loss.phase: 1\n", ":7: a key must be a word" },
    { "seed: 1\nseed: 1\n", ":8: seed: given twice" },
    { "fine_tune:\n  clip: 0\n",
      ":8: fine_tune.clip: a number in 1e-06…1000000 expected, \"0\" found" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    expect_fault_after(state, cases[i][0], cases[i][1]);
  }
}

static void
test_faults_of_layers_name_the_line(void** state)
{
  static const char* const cases[][2] = {
    { "layers: [{units: 3}]\n", ": task: missing" },
    { "task: denoise\n", ": layers: missing" },
    { "task: dream\nlayers: [{units: 3}]\n",
      ":1: task: one of denoise, autoencoder, classify, morph expected, \"dream\" found" },
    { "task: denoise\nlayers: []\n", ":2: layers: 0 layers, 1…16 are possible" },
    { "task: denoise\nlayers: {units: 3}\n", ":2: layers: a list expected, keys and values found" },
    { "task: denoise\nlayers:\n  - 3\n", ":3: layers.0: keys and values expected, a value found" },
    { "task: denoise\nlayers:\n  - taps: [0]\n", ":3: layers.0.units: missing" },
    { "task: denoise\nlayers:\n  - units: 0\n",
      ":3: layers.0.units: a whole number in 1…16384 expected, \"0\" found" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps: 0\n",
      ":4: layers.0.taps: a list expected, a value found" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps: []\n",
      ":4: layers.0.taps: 0 taps, 1…8 are possible" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps: [0, 1, 2, 3, 4, 5, 6, 7, 8]\n",
      ":4: layers.0.taps: 9 taps, 1…8 are possible" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps: [1]\n",
      ":4: layers.0.taps: must begin with 0 and ascend to 4096 at most" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps:\n      - 0\n      - 5000\n",
      ":6: layers.0.taps.1: a whole number in 0…4096 expected, \"5000\" found" },
    { "task: denoise\nlayers:\n  - units: 3\n    taps: [[0]]\n",
      ":4: layers.0.taps.0: a value expected, a list found" },
    { "task: denoise\nlayers:\n  - units: 3\n    activation: ReLU\n",
      ":4: layers.0.activation: one of identity, sigmoid, tanh, relu, softplus expected, "
      "\"ReLU\" found" },
    { "task: denoise\nlayers:\n  - units: 16000\n  - units: 16000\n",
      ":2: layers: 518240129 weights in all, 67108864 are possible" },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    expect_fault(state, cases[i][0], cases[i][1]);
  }
}

static void
test_settings_change_the_recipe(void** state)
{
  static const char* const settings[] = { "layers.0.units=256", "layers.1.taps=[0, 1, 4]",
                                          "fine_tune.steps=7" };
  Recipe* const            recipe     = read_good(state, least, 3, settings);
  assert_int_equal(recipe->layers[0].units, 256);
  assert_int_equal(recipe->layers[1].units, 10);
  assert_int_equal(recipe->layers[1].n_taps, 3);
  assert_int_equal(recipe->layers[1].taps[2], 4);
  assert_int_equal(recipe->fine_tune.steps, 7);
  recipe_free(recipe);
}

/// What a line of the reference says is so when a key is left out can be said as well.
static void
check_reference(void* const* state, const char* line)
{
  const char* const n    = strstr(line, "layers.N.");
  const char* const last = strchr(strrchr(line, '('), ';');
  char              setting[200];
  snprintf(setting, sizeof(setting), "%s%.*s=%s", n ? "layers.0." : "",
           (int)strcspn(line, " ") - (n ? 9 : 0), line + (n ? 9 : 0), last ? last + 2 : "x)");
  *strrchr(setting, ')') = '\0';
  if (strstr(setting, ", morph ") || strstr(setting, ", autoencoder ")) {
    *strchr(setting, ',') = '\0'; // Of the first task
  }
  if (last) {
    const char* const settings = setting;
    recipe_free(read_good(state, least, 1, &settings));
  }
}

static void
test_the_reference_tells_every_key(void** state)
{
  char* const text = recipe_reference();
  assert_non_null(strstr(text, "rate_hz                     Samples per second of all sound "
                               "(8000…192000; 48000)\n"));
  assert_non_null(strstr(text, " (0.001…1; 0.02, morph 0.042666666666666665)\n"));
  assert_non_null(strstr(text,
                         "skip                        pca: principal components go around the "
                         "layers (none, pca; none)\n"));
  uint32_t n = 0;
  for (char* line = text; *line; ++n) {
    char* const end = strchr(line, '\n');
    *end            = '\0';
    check_reference(state, line);
    line = end + 1;
  }
  assert_in_range(n, 90, 200);
  free(text);
}

static void
test_bad_settings_are_named(void** state)
{
  expect_bad_setting(state, "layers.0.units=0",
                     "--set layers.0.units=0: layers.0.units: a whole number "
                     "in 1…16384 expected, \"0\" found");
  expect_bad_setting(state, "layers.2.units=4",
                     "--set layers.2.units=4: layers.2: no such item of the list");
  expect_bad_setting(state, "fine_tune.stops=4",
                     "--set fine_tune.stops=4: fine_tune.stops: unknown");
  expect_bad_setting(
    state, "task=dream",
    "--set task=dream: task: one of denoise, autoencoder, classify, morph expected, "
    "\"dream\" found");
  expect_bad_setting(state, "window_s=0.04",
                     "--set window_s=0.04: window_s: task denoise needs 0.02, the "
                     "plugin's constant delay");
  expect_bad_setting(state, "layers.1.taps=[2, 0]",
                     "--set layers.1.taps=[2, 0]: layers.1.taps: must begin "
                     "with 0 and ascend to 4096 at most");
}

static void
test_the_decoder_mirrors_the_encoder(void** state)
{
  Recipe* const recipe = read_good(state, least, 0, NULL);
  ModelShape    shape;
  recipe_model_shape(recipe, &shape);
  // 101 linear and 28 ERB bands, two features each
  const LayerShape encoder[2] = { { 258, 20, 1, { 0 }, ACTIVATION_RELU, false },
                                  { 20, 10, 2, { 0, 2 }, ACTIVATION_TANH, false } };
  const LayerShape decoder[2] = { { 10, 20, 1, { 0 }, ACTIVATION_RELU, false },
                                  { 20, 129, 1, { 0 }, ACTIVATION_SIGMOID, false } };
  assert_int_equal(shape.kind, MODEL_DENOISE);
  assert_int_equal(shape.n_encoder, 2);
  assert_int_equal(shape.n_decoder, 2);
  assert_memory_equal(shape.encoder, encoder, sizeof(encoder));
  assert_memory_equal(shape.decoder, decoder, sizeof(decoder));
  assert_true(shape.rate_hz == 48000.0 && shape.window_s == 0.02 && shape.hop_s == 0.01);
  recipe_free(recipe);
}

static void
test_recipes_of_the_repository(void** state)
{
  (void)state;
  // Three levels of 129 bands and a flag, three taps each.
  static const uint64_t preset = (3 * 388 + 3 * 272 + 3 * 272 + 272 + 272 + 3 + 2) * 272 +
                                 273 * 129;
  // 320 units, and as many gates on two of the layers.
  static const uint64_t grown = (3 * 388 + 1) * 320 + 2 * (3 * 320 + 1) * 640 + 2 * 321 * 320 +
                                321 * 129;
  // 129 more features, the a priori SNR.
  static const uint64_t corrected = (3 * 517 + 1) * 320 + 2 * (3 * 320 + 1) * 640 + 2 * 321 * 320 +
                                    321 * 129;
  // And 20, how periodic the sound is.
  static const uint64_t periodic = (3 * 537 + 1) * 320 + 2 * (3 * 320 + 1) * 640 + 2 * 321 * 320 +
                                   321 * 129;
  static const struct {
    const char* file;
    uint64_t    n_weights;
  } recipes[] = {
    { SOURCE_ROOT "/presets/universal/third.yaml", preset },
    { SOURCE_ROOT "/presets/universal/fourth.yaml", grown },
    { SOURCE_ROOT "/presets/universal/fifth.yaml", corrected },
    { SOURCE_ROOT "/presets/universal/recipe.yaml", corrected },
    { SOURCE_ROOT "/presets/voice/third.yaml", preset },
    { SOURCE_ROOT "/presets/voice/fifth.yaml", grown },
    { SOURCE_ROOT "/presets/voice/seventh.yaml", corrected },
    { SOURCE_ROOT "/presets/voice/ninth.yaml", corrected },
    { SOURCE_ROOT "/presets/voice/tenth.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/eleventh.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/twelfth.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/thirteenth.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/fourteenth.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/recipe.yaml", periodic },
    { SOURCE_ROOT "/presets/voice/yours.yaml", periodic },
    { SOURCE_ROOT "/presets/music/first.yaml", grown },
    { SOURCE_ROOT "/presets/music/second.yaml", corrected },
    { SOURCE_ROOT "/presets/music/recipe.yaml", corrected },
    { SOURCE_ROOT "/presets/music/yours.yaml", corrected },
    { SOURCE_ROOT "/tests/data/small.yaml", (3 * 258 + 2 * 96 + 96 + 3) * 96 + 97 * 129 },
  };
  for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); ++i) {
    Recipe*    recipe = NULL;
    Diagnostic why    = { "" };
    assert_int_equal(recipe_read(recipes[i].file, 0, NULL, &recipe, &why), STATUS_SUCCESS);
    ModelShape shape;
    recipe_model_shape(recipe, &shape);
    assert_int_equal(model_shape_weights(&shape), recipes[i].n_weights);
    assert_int_equal(recipe->layers[1].corruption, CORRUPTION_RECORDED);
    recipe_free(recipe);
  }
}

static void
test_precision(void** state)
{
  const char* const names[] = { "float32", "bfloat16", "auto" };
  for (int i = 0; i < 3; ++i) {
    char setting[32];
    (void)snprintf(setting, sizeof(setting), "precision=%s", names[i]);
    const char* const settings[] = { setting };
    Recipe* const     recipe     = read_good(state, least, 1, settings);
    const bool        possible   = i != PRECISION_BFLOAT16 || bfloat16_works();
    const Precision   expected   = i == PRECISION_FLOAT32 || !bfloat16_pays() ? PRECISION_FLOAT32
                                                                              : PRECISION_BFLOAT16;
    Diagnostic        why        = { "" };
    assert_string_equal(precision_name(recipe->precision), names[i]);
    assert_int_equal(recipe_settle_precision(recipe, &why),
                     possible ? STATUS_SUCCESS : STATUS_BAD_OPTION);
    if (possible && i != PRECISION_BFLOAT16) {
      assert_int_equal(recipe->precision, expected);
    } else {
      assert_int_equal(recipe->precision, PRECISION_BFLOAT16);
      assert_int_equal(!strncmp(why.text, "precision: ", 11), !possible);
    }
    recipe_free(recipe);
  }
  expect_bad_setting(state, "precision=half",
                     "--set precision=half: precision: one of float32, bfloat16, auto expected, "
                     "\"half\" found");
}

/// `from` of a file is beside it, if there is such a file there; of a setting it is not.
static void
test_the_start_is_found_beside_the_recipe(void** state)
{
  static const char        from[]  = "task: denoise\nfrom: start.st\npretrain: { steps: 0 }\n"
                                     "layers:\n  - { units: 20 }\n";
  static const char* const setting = "from=start.st";
  Recipe*                  recipe  = read_good(state, from, 0, NULL);
  assert_string_equal(recipe->from, "start.st");
  recipe_free(recipe);

  folder_write(state, "start.st", 1, "x");
  recipe = read_good(state, from, 0, NULL);
  assert_string_equal(recipe->from, folder_path(state, "start.st"));
  recipe_free(recipe);
  recipe = read_good(state, from, 1, &setting);
  assert_string_equal(recipe->from, "start.st");
  recipe_free(recipe);
}

static void
test_missing_file(void** state)
{
  (void)state;
  Recipe*    recipe = NULL;
  Diagnostic why;
  assert_int_equal(recipe_read("/nonexistent.yaml", 0, NULL, &recipe, &why), STATUS_NOT_FOUND);
  assert_memory_equal(why.text, "/nonexistent.yaml: ", 19);
  recipe_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_defaults_stand_for_what_is_left_out),
    cmocka_unit_test(test_every_key_is_read),
    cmocka_unit_test(test_defaults_suit_the_task),
    cmocka_unit_test(test_morph_recipe),
    cmocka_unit_test(test_text_reads_back),
    cmocka_unit_test(test_text_leaves_out_what_is_of_other_tasks),
    cmocka_unit_test(test_text_keeps_odd_words),
    cmocka_unit_test(test_faults_of_values_name_the_line),
    cmocka_unit_test(test_faults_of_layers_name_the_line),
    cmocka_unit_test(test_settings_change_the_recipe),
    cmocka_unit_test(test_the_reference_tells_every_key),
    cmocka_unit_test(test_the_start_is_found_beside_the_recipe),
    cmocka_unit_test(test_bad_settings_are_named),
    cmocka_unit_test(test_the_decoder_mirrors_the_encoder),
    cmocka_unit_test(test_recipes_of_the_repository),
    cmocka_unit_test(test_precision),
    cmocka_unit_test(test_missing_file),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
