// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe_check.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/// What follows a beginning, and what the complaint is, from the line number on.
typedef struct {
  const char* text;
  const char* fault; ///< NULL: it is fine
} Case;

static void
check_case(void* const* state, const char* beginning, const Case* one)
{
  const char* const path = folder_path(state, "r.yaml");
  char              whole[2000];
  const int         size   = snprintf(whole, sizeof(whole), "%s%s", beginning, one->text);
  Recipe*           recipe = NULL;
  Diagnostic        why    = { "" };
  folder_write(state, "r.yaml", (size_t)size, whole);
  const Status status = recipe_read(path, 0, NULL, &recipe, &why);
  if (one->fault) {
    assert_memory_equal(why.text, path, strlen(path));
    assert_string_equal(why.text + strlen(path), one->fault);
    assert_int_equal(status, STATUS_BAD_FILE);
  } else {
    assert_string_equal(why.text, "");
    assert_int_equal(status, STATUS_SUCCESS);
    recipe_free(recipe);
  }
}

#define CHECK_CASES(state, beginning, cases)                        \
  for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); ++i) { \
    check_case(state, beginning, &(cases)[i]);                      \
  }

static void
test_denoise(void** state)
{
  static const char beginning[] = "task: denoise\n"
                                  "layers:\n"
                                  "  - { units: 20 }\n"
                                  "  - units: 10\n"
                                  "    taps: [0, 2]\n"
                                  "    activation: tanh\n";
  static const Case cases[]     = {
        { "", NULL },
        { "from: a.safetensors\npretrain: {steps: 0}\n", NULL },
        { "from: a.safetensors\npretrain: {steps: 5}\n",
          ":7: from: layers that are trained already need pretrain.steps 0, 5 found" },
        { "fine_tune: {optimizer: muon}\n", NULL },
        { "pretrain: {optimizer: muon}\n",
          ":7: pretrain.optimizer: muon is for the hidden layers that fine_tune has" },
        { "window_s: 0.04\n", ":7: window_s: task denoise needs 0.02, the plugin's constant delay" },
        { "hop_s: 0.005\n", ":7: hop_s: task denoise needs 0.01, half of the plugin's constant delay" },
        { "bands:\n  linear_hz: 120\n",
          ":8: bands.linear_hz: 120 is no multiple of bands.step_hz, 50" },
        { "bands: {top_hz: 3000}\n", ":7: bands.top_hz: 3000 is not above bands.linear_hz, 5000" },
        { "mixture: {snr_min_db: 30}\n", ":7: mixture.snr_max_db: 25 is below mixture.snr_min_db, 30" },
        { "mixture:\n  music_snr_min_db: 26\n  music_share: 0.1\n",
          ":8: mixture.music_snr_min_db: 26 is above mixture.snr_max_db, 25" },
        { "mixture:\n  babble_share: 0.5\n  steady_share: 0.3\n  call_share: 0.3\n",
          ":8: mixture.babble_share: 0.5, mixture.steady_share, 0.3, mixture.shot_share, 0, and "
              "mixture.call_share, 0.3, exceed 1" },
        { "mixture: {music_snr_min_db: 26}\n", NULL },
        { "mixture: {level_max_db: -50}\n",
          ":7: mixture.level_max_db: -50 is below mixture.level_min_db, -45" },
        { "mixture:\n  clean_share: 0.7\n  noise_share: 0.7\n",
          ":9: mixture.noise_share: 0.7 and mixture.clean_share, 0.7, exceed 1" },
        { "loss: {magnitude: 0, phase: 0, energy: 0}\n",
          ":7: loss: magnitude, phase, energy and distance are all 0" },
        { "loss: {magnitude: 0, phase: 0, energy: 0, distance: 1}\n", NULL },
        { "spectrum: {by_group: yes}\n",
          ":7: spectrum.by_group: task denoise is evaluated on files, not on groups" },
        { "valid_share: 0\n", ":7: valid_share: a number in 0.001…0.9 expected, \"0\" found" },
        { "batch:\n  frames: 1\n",
          ":8: batch.frames: task denoise learns sequences, of 2 frames at least" },
        { "skip: pca\n", ":7: skip: task denoise has gains to learn, and no features that components "
                             "could give back" },
        { "code: variational\n", ":7: code: variational needs task autoencoder or morph" },
        { "reconstruction: cross_entropy\n",
          ":7: reconstruction: needs task autoencoder or morph; that of task denoise is `loss`" },
  };
  CHECK_CASES(state, beginning, cases)
}

static void
test_autoencoder(void** state)
{
  static const char beginning[] = "task: autoencoder\n"
                                  "layers:\n"
                                  "  - { units: 600, activation: sigmoid }\n";
  static const Case cases[]     = {
        { "  - { units: 16, activation: identity }\nskip: pca\n", NULL },
        { "  - { units: 16, activation: identity }\ncode: variational\n", NULL },
        { "reconstruction: cross_entropy\nspectrum: { unit: yes }\n", NULL },
        { "spectrum: { by_group: yes }\n", NULL },
        { "reconstruction: rms\n", NULL },
        { "reconstruction: cross_entropy\n",
          ":4: reconstruction: cross_entropy needs inputs in 0…1, and spectrum.unit is no" },
        { "code: variational\n", ":4: code: variational needs identity as the activation of the last "
                                     "layer, sigmoid found" },
        { "skip: pca\n",
          ":4: skip: pca needs identity as the activation of the last layer, sigmoid found" },
        { "  - { units: 482, activation: identity }\nskip: pca\n",
          ":5: skip: a code of 482 is wanted, and pca has 481 components" },
        { "  - { units: 4, activation: identity }\nskip: pca\nreconstruction: cross_entropy\n"
              "spectrum: { unit: yes }\n",
          ":5: skip: pca needs reconstruction squared or rms" },
        { "batch:\n  frames: 2\n", ":5: batch.frames: task autoencoder learns single frames, not "
                                       "sequences: 1 is possible, 2 found" },
        { "  - units: 4\n    taps: [0, 1]\n", ":5: layers.1.taps: task autoencoder learns single "
                                                  "frames, without a past: [0] is possible" },
        { "  - { units: 4, corruption: recorded }\n",
          ":4: layers.1.corruption: recorded noise needs task denoise" },
  };
  CHECK_CASES(state, beginning, cases)
}

static void
test_morph(void** state)
{
  static const char beginning[] = "task: morph\n"
                                  "layers:\n"
                                  "  - { units: 20 }\n"
                                  "  - { units: 8, activation: identity }\n";
  static const Case cases[]     = {
        { "", NULL },
        { "skip: pca\nreconstruction: rms\n", NULL },
        { "code: variational\nmorph: { anchors: \"a, b\", scale_db: 10 }\n", NULL },
        { "fine_tune: { corruption: gaussian, amount: 0.1 }\nspectrum: { by_group: yes }\n", NULL },
        { "morph: { shift_bands: 4.5 }\n", NULL },
        { "morph: { scale_db: 0 }\n", ":5: morph.scale_db: a number in 1…100 expected, \"0\" found" },
        { "morph: { anchor: a }\n", ":5: morph.anchor: unknown" },
        { "window_s: 0.02\nhop_s: 0.004\n",
          ":6: hop_s: the window is 5 hops; 2, 4, 6… 16 are possible" },
        { "from: a.safetensors\n", ":5: from: needs task denoise" },
        { "reconstruction: cross_entropy\n", ":5: reconstruction: cross_entropy needs inputs in 0…1, "
                                                 "and those of task morph are decibels" },
        { "spectrum: { unit: yes }\n", ":5: spectrum.unit: the decibels of task morph have no bounds" },
        { "batch: { frames: 2 }\n",
          ":5: batch.frames: task morph learns single frames, not sequences: 1 "
              "is possible, 2 found" },
        { "  - { units: 8, activation: tanh }\n",
          ":5: layers.2.activation: only identity is possible" },
        { "  - { units: 17, activation: identity }\n",
          ":5: layers.2.units: 17, a code of 1…16 is possible" },
        { "  - { units: 8, activation: identity, corruption: recorded }\n",
          ":5: layers.2.corruption: recorded noise needs task denoise" },
  };
  CHECK_CASES(state, beginning, cases);
}

static void
test_classify(void** state)
{
  static const char beginning[] = "task: classify\n"
                                  "layers:\n"
                                  "  - { units: 20, activation: identity }\n";
  static const Case cases[]     = {
        { "", NULL },
        { "from: a.safetensors\n", ":4: from: needs task denoise" },
        { "skip: pca\n", ":4: skip: pca needs task autoencoder or morph" },
        { "code: variational\n", ":4: code: variational needs task autoencoder or morph" },
        { "reconstruction: cross_entropy\nspectrum: { unit: yes }\n",
          ":4: reconstruction: needs task autoencoder or morph; classes have a cross-entropy of their "
              "own" },
        { "spectrum:\n  by_group: yes\n", ":5: spectrum.by_group: the groups of task classify are its "
                                              "classes, and all of them are to be learned" },
        { "batch: { frames: 256 }\n", ":4: batch.frames: task classify learns single frames, not "
                                          "sequences: 1 is possible, 256 found" },
        { "  - { units: 4, taps: [0, 3] }\n", ":4: layers.1.taps: task classify learns single "
                                                  "frames, without a past: [0] is possible" },
  };
  CHECK_CASES(state, beginning, cases)
}

static void
test_corruption(void** state)
{
  static const char beginning[] = "task: autoencoder\nlayers:\n"
                                  "  - { units: 9, activation: sigmoid }\n"
                                  "  - units: 8\n"
                                  "    activation: tanh\n";
  static const Case cases[]     = {
        { "    corruption: masking\n    amount: 0.99\n", NULL },
        { "    corruption: salt_and_pepper\n    amount: 0.5\n", NULL },
        { "    corruption: gaussian\n    amount: 1.5\n", NULL },
        { "    corruption: masking\n    amount: 1\n",
          ":7: layers.1.amount: a share below 1 expected, 1 found" },
        { "    corruption: salt_and_pepper\n    amount: 1.5\n",
          ":7: layers.1.amount: a share below 1 expected, 1.5 found" },
        { "    corruption: masking\n", ":4: layers.1.amount: 0 corrupts nothing" },
        { "    corruption: gaussian\n    amount: 0\n", ":7: layers.1.amount: 0 corrupts nothing" },
        { "  - { units: 7, corruption: salt_and_pepper, amount: 0.1 }\n",
          ":6: layers.2.corruption: salt_and_pepper needs inputs in 0…1, and the layer below is not "
              "sigmoid" },
  };
  static const Case of_features = {
    "  - { units: 7, corruption: salt_and_pepper, amount: 0.1 }\n",
    ":3: layers.0.corruption: salt_and_pepper needs inputs in 0…1, and the features of task "
    "denoise have no bounds"
  };
  static const Case of_spectra = {
    "  - { units: 7, corruption: salt_and_pepper, amount: 0.1 }\n",
    ":3: layers.0.corruption: salt_and_pepper needs inputs in 0…1, and spectrum.unit is no"
  };
  static const Case of_units = {
    "  - { units: 7, corruption: salt_and_pepper, amount: 0.1 }\nspectrum: { unit: yes }\n", NULL
  };
  CHECK_CASES(state, beginning, cases)
  check_case(state, "task: denoise\nlayers:\n", &of_features);
  check_case(state, "task: autoencoder\nlayers:\n", &of_spectra);
  check_case(state, "task: autoencoder\nlayers:\n", &of_units);
}

static void
test_corruption_end_to_end(void** state)
{
  static const char layers[] = "layers: [{ units: 9 }]\n";
  static const Case cases[]  = {
     { "fine_tune: { corruption: masking, amount: 0.3 }\n", NULL },
     { "fine_tune: { corruption: gaussian, amount: 1.5 }\n", NULL },
     { "spectrum: { unit: yes }\nfine_tune: { corruption: salt_and_pepper, amount: 0.3 }\n", NULL },
     { "fine_tune: { corruption: recorded }\n", ":3: fine_tune.corruption: for task autoencoder or "
                                                 "morph, and drawn corruption; task denoise has its "
                                                 "mixtures" },
     { "fine_tune: { corruption: masking, amount: 1 }\n",
       ":3: fine_tune.amount: a share above 0 and below 1 expected, 1 found" },
     { "fine_tune: { corruption: gaussian }\n",
       ":3: fine_tune.amount: a deviation above 0 expected, 0 found" },
     { "fine_tune: { corruption: salt_and_pepper, amount: 0.3 }\n",
       ":3: fine_tune.corruption: salt_and_pepper needs inputs in 0…1, and spectrum.unit is no" },
  };
  static const Case of_mixtures = { "fine_tune: { corruption: masking, amount: 0.3 }\n",
                                    ":3: fine_tune.corruption: for task autoencoder or morph, and "
                                    "drawn corruption; task denoise has its "
                                    "mixtures" };
  char              beginning[64];
  (void)snprintf(beginning, sizeof(beginning), "task: autoencoder\n%s", layers);
  CHECK_CASES(state, beginning, cases)
  (void)snprintf(beginning, sizeof(beginning), "task: denoise\n%s", layers);
  check_case(state, beginning, &of_mixtures);
}

static void
test_tied_weights(void** state)
{
  static const Case cases[] = {
    { "  - { units: 481, tied: yes }\n  - { units: 481, tied: yes }\n", NULL },
    { "  - { units: 482 }\n", NULL },
    { "  - units: 482\n    tied: yes\n",
      ":4: layers.0.tied: a code of 482 is wider than its 481 inputs; tied weights need one that "
      "is not" },
    { "  - { units: 10 }\n  - { units: 11, tied: yes }\n",
      ":4: layers.1.tied: a code of 11 is wider than its 10 inputs; tied weights need one that is "
      "not" },
  };
  static const Case taps[] = {
    { "  - { units: 516, taps: [0, 1], tied: yes }\n", NULL },
    { "  - { units: 517, taps: [0, 1], tied: yes }\n",
      ":3: layers.0.tied: a code of 517 is wider than its 516 inputs; tied weights need one that "
      "is not" },
  };
  CHECK_CASES(state, "task: autoencoder\nlayers:\n", cases)
  CHECK_CASES(state, "task: denoise\nlayers:\n", taps)
}

static void
test_sparsity(void** state)
{
  static const Case cases[] = {
    { "  - { units: 9, activation: sigmoid, sparsity: 3, activity: 0.05, l1: 0.1 }\n", NULL },
    { "  - { units: 9, activation: relu, l1: 0.1, activity: 0 }\n", NULL },
    { "  - { units: 9, activation: tanh, sparsity: 3 }\n", NULL },
    { "  - { units: 9, activation: sigmoid, sparsity: 3, activity: 0 }\n",
      ":3: layers.0.activity: a chance between 0 and 1, but neither, expected, 0 found" },
    { "  - { units: 9, activation: sigmoid, sparsity: 3, activity: 1 }\n",
      ":3: layers.0.activity: a chance between 0 and 1, but neither, expected, 1 found" },
    { "  - { units: 9, activation: sigmoid, sparsity: 3, activity: 1.5 }\n",
      ":3: layers.0.activity: a number in 0…1 expected, \"1.5\" found" },
    { "  - { units: 9, activation: identity, sparsity: 3 }\n",
      ":3: layers.0.sparsity: needs units that are active by a share: sigmoid or tanh, identity "
      "found" },
    { "  - { units: 9, activation: relu, sparsity: 3 }\n",
      ":3: layers.0.sparsity: needs units that are active by a share: sigmoid or tanh, relu "
      "found" },
    { "  - { units: 9, activation: softplus, sparsity: 3 }\n",
      ":3: layers.0.sparsity: needs units that are active by a share: sigmoid or tanh, softplus "
      "found" },
    { "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian, sparsity: 3 }\n",
      ":3: layers.0.sparsity: needs step autoencoder" },
    { "  - { units: 9, activation: identity, step: variational, l1: 3 }\n",
      ":3: layers.0.l1: needs step autoencoder" },
  };
  CHECK_CASES(state, "task: autoencoder\nlayers:\n", cases)
}

static void
test_reconstruction_of_layers(void** state)
{
  static const Case cases[] = {
    { "  - { units: 9, activation: sigmoid }\n  - { units: 8, reconstruction: cross_entropy }\n",
      NULL },
    { "  - { units: 8, reconstruction: cross_entropy }\nspectrum: { unit: yes }\n", NULL },
    { "  - { units: 8, reconstruction: rms }\n",
      ":3: layers.0.reconstruction: rms is for all layers together; squared is possible" },
    { "  - { units: 8, reconstruction: cross_entropy }\n",
      ":3: layers.0.reconstruction: cross_entropy needs inputs in 0…1, and spectrum.unit is no" },
    { "  - { units: 9 }\n  - { units: 8, reconstruction: cross_entropy }\n",
      ":4: layers.1.reconstruction: cross_entropy needs inputs in 0…1, and the layer below is not "
      "sigmoid" },
    { "  - { units: 8, activation: identity, step: variational, reconstruction: cross_entropy }\n",
      ":3: layers.0.reconstruction: cross_entropy needs inputs in 0…1, and spectrum.unit is no" },
  };
  CHECK_CASES(state, "task: autoencoder\nlayers:\n", cases)
}

static void
test_variational_step(void** state)
{
  static const Case cases[] = {
    { "  - { units: 9, activation: identity, step: variational }\n", NULL },
    { "  - units: 9\n    step: variational\n    activation: tanh\n",
      ":5: layers.0.activation: step variational needs identity, for a code with a normal prior; "
      "tanh found" },
    { "  - { units: 9, activation: identity, step: variational, tied: yes }\n",
      ":3: layers.0.tied: needs step autoencoder" },
  };
  CHECK_CASES(state, "task: autoencoder\nlayers:\n", cases)
}

static void
test_boltzmann_machines(void** state)
{
  static const Case cases[] = {
    { "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian }\n"
      "  - { units: 8, activation: identity, step: rbm, cd_k: 3 }\n",
      NULL },
    { "  - { units: 9, activation: sigmoid, step: rbm }\nspectrum: { unit: yes }\n", NULL },
    { "  - units: 9\n    activation: relu\n    step: rbm\n    visible: gaussian\n",
      ":4: layers.0.activation: step rbm needs sigmoid or identity, relu found" },
    { "  - { units: 9, activation: sigmoid, step: rbm }\n",
      ":3: layers.0.visible: binary units need inputs in 0…1, and spectrum.unit is no; gaussian "
      "ones do not" },
    { "  - { units: 9, activation: tanh }\n  - { units: 9, activation: sigmoid, step: rbm }\n",
      ":4: layers.1.visible: binary units need inputs in 0…1, and the layer below is not sigmoid; "
      "gaussian ones do not" },
    { "  - { units: 9, activation: sigmoid }\n"
      "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian }\n",
      ":4: layers.1.visible: the layer below is sigmoid, whose codes are chances: binary is "
      "possible" },
    { "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian,\n"
      "      corruption: masking, amount: 0.1 }\n",
      ":4: layers.0.corruption: step rbm needs its inputs as they are: none is possible" },
    { "  - { units: 9, activation: sigmoid, step: rbm, reconstruction: cross_entropy }\n"
      "spectrum: { unit: yes }\n",
      ":3: layers.0.reconstruction: step rbm has `visible` instead" },
    { "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian, tied: yes }\n",
      ":3: layers.0.tied: needs step autoencoder; those of step rbm always are" },
  };
  static const Case of_features[] = {
    { "  - { units: 9, activation: sigmoid, step: rbm, visible: gaussian }\n", NULL },
    { "  - { units: 9, activation: sigmoid, step: rbm }\n",
      ":3: layers.0.visible: binary units need inputs in 0…1, and the features of task denoise "
      "have no bounds; gaussian ones do not" },
  };
  CHECK_CASES(state, "task: autoencoder\nlayers:\n", cases)
  CHECK_CASES(state, "task: denoise\nlayers:\n", of_features)
}

/// A setting is named as the place of a fault, and nothing is left of a recipe that is refused.
static void
test_faults_of_settings(void** state)
{
  static const char        yaml[]  = "task: autoencoder\nlayers: [{ units: 4, tied: yes }]\n";
  static const char* const setting = "layers.0.activation=sigmoid";
  static const char* const rbm     = "layers.0.step=rbm";
  Recipe*                  recipe  = NULL;
  Diagnostic               why     = { "" };
  folder_write(state, "r.yaml", strlen(yaml), yaml);
  const char* const settings[] = { setting, rbm, "layers.0.visible=binary" };
  assert_int_equal(recipe_read(folder_path(state, "r.yaml"), 3, settings, &recipe, &why),
                   STATUS_BAD_OPTION);
  assert_string_equal(why.text, "--set layers.0.visible=binary: layers.0.visible: binary units "
                                "need inputs in 0…1, and spectrum.unit is no; gaussian ones do "
                                "not");
  assert_null(recipe);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_denoise),
    cmocka_unit_test(test_autoencoder),
    cmocka_unit_test(test_classify),
    cmocka_unit_test(test_morph),
    cmocka_unit_test(test_corruption),
    cmocka_unit_test(test_corruption_end_to_end),
    cmocka_unit_test(test_tied_weights),
    cmocka_unit_test(test_sparsity),
    cmocka_unit_test(test_reconstruction_of_layers),
    cmocka_unit_test(test_variational_step),
    cmocka_unit_test(test_boltzmann_machines),
    cmocka_unit_test(test_faults_of_settings),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
