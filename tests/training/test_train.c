// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/network/model_file.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/small_run.h"
#include "tests/training/sound_folder.h"
#include "training/corpus/sound_file.h"

#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Folder, corpora and recipe of small_run.h.
static int
setup(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  SmallRun small = small_run_open(state);
  small_run_close(&small);
  return 0;
}

/// Run `lamina train` in the folder.
static int
train(void* const* state, const char* const arguments)
{
  return program_lamina(state, "train", arguments);
}

static char*
read_bytes(void* const* state, const char* const name, size_t* const size)
{
  char* const bytes = malloc(1 << 20);
  assert_non_null(bytes);
  *size = folder_read(state, name, 1 << 20, bytes);
  return bytes;
}

static void
expect_same_bytes(void* const* state, const char* const a, const char* const b)
{
  size_t      n_a = 0;
  size_t      n_b = 0;
  char* const x   = read_bytes(state, a, &n_a);
  char* const y   = read_bytes(state, b, &n_b);
  assert_int_equal(n_a, n_b);
  assert_memory_equal(x, y, n_a);
  free(x);
  free(y);
}

/// The model can be read, has its words, and is the same at one thread and at two.
static void
test_writes_a_model(void** const state)
{
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o one.st -t 1"), 0);
  assert_non_null(strstr(program_output, "fine-tune"));
  assert_non_null(strstr(program_output, "kernels"));
  assert_non_null(strstr(program_output, bfloat16_pays() ? ", bfloat16, " : ", float32, "));
  assert_int_not_equal(access(folder_path(state, "one.st.checkpoint"), F_OK), 0);
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o two.st -t 2 --resume"), 0);
  assert_non_null(strstr(program_output, "no two.st.checkpoint: from the beginning\n"));
  expect_same_bytes(state, "one.st", "two.st");

  Model* model = NULL;
  assert_int_equal(model_read(folder_path(state, "one.st"), &model, NULL), STATUS_SUCCESS);
  assert_non_null(strstr(model->card.recipe, "units: 24"));
  assert_non_null(
    strstr(model->card.recipe, bfloat16_pays() ? "precision: bfloat16" : "precision: float32"));
  assert_non_null(strstr(model->card.scores, "SI-SDR"));
  assert_non_null(strstr(model->card.tool, "lamina "));
  model_free(model);
}

/// The files of a denoiser to judge by depend on no seed.  @param judged Written: their names.
static void
list_judged(void* const* state, const char* const arguments, const size_t size, char* const judged)
{
  char command[200];
  (void)snprintf(command, sizeof(command),
                 "recipe.yaml -d sound -n noise -o x.st -v -s pretrain.steps=1 "
                 "-s fine_tune.steps=1 %s",
                 arguments);
  assert_int_equal(train(state, command), 0);
  judged[0] = '\0';
  for (const char* line = program_output; (line = strstr(line, "taken: ")); ++line) {
    const size_t n = strcspn(line, "\n");
    if (!strncmp(line + n - 5, "valid", 5)) {
      strncat(judged, line, n < size - strlen(judged) ? n : 0);
    }
  }
}

static void
test_judges_by_the_same_files(void** const state)
{
  char first[1000];
  char other[1000];
  list_judged(state, "-s seed=1", sizeof(first), first);
  assert_non_null(strstr(first, "noise/"));
  for (uint32_t seed = 2; seed < 5; ++seed) {
    char setting[20];
    (void)snprintf(setting, sizeof(setting), "-s seed=%u", seed);
    list_judged(state, setting, sizeof(other), other);
    assert_string_equal(first, other);
  }
}

/// A second corpus of what is to be kept.
static void
test_music_is_taken(void** const state)
{
  assert_int_equal(train(state, "recipe.yaml -d sound -m noise -n noise -o music.st "
                                "-s mixture.music_share=0.5 -s fine_tune.steps=20"),
                   0);
  assert_non_null(strstr(program_output, "music: 3 files"));
}

/// Without recorded noise it is synthesized; that is said before anything is trained.
static void
test_noise_may_be_missing(void** const state)
{
  assert_int_equal(train(state, "recipe.yaml -d sound -o five.st -s fine_tune.steps=20"), 0);
  const char* const said = strstr(program_output, "noise: none recorded");
  assert_non_null(said);
  assert_true(said < strstr(program_output, "\nlayers "));
  assert_null(strstr(program_output, "warning"));
  assert_non_null(strstr(program_output, "no scores without recorded noise"));

  Model* model = NULL;
  assert_int_equal(model_read(folder_path(state, "five.st"), &model, NULL), STATUS_SUCCESS);
  model_free(model);
}

/// Sound that is never silent, and a few seconds of noise, are trained on all the same.
static void
test_odd_data_are_told(void** const state)
{
  folder_make(state, "little");
  folder_constant(state, "little/a.wav", 8000, 4.0, 0.1f);
  folder_constant(state, "little/b.wav", 8000, 4.0, 0.1f);
  assert_int_equal(train(state, "recipe.yaml -d noise -n little -o six.st -s fine_tune.steps=20"),
                   0);
  assert_non_null(strstr(program_output, "warning: 4.0 s of noise to learn from"));
  assert_non_null(
    strstr(program_output, "warning: the softest moments of the sound are only 1 dB"));
}

/// Principal components are found at one thread and at two, and all that is learned beside them.
static void
test_spectra_at_any_threads(void** const state)
{
  static const char yaml[] =
    "task: autoencoder\nrate_hz: 8000\nvalid_share: 0.25\nskip: pca\ncode: variational\n"
    "batch: { streams: 32 }\n"
    "layers: [{ units: 40, activation: tanh }, { units: 6, activation: identity }]\n"
    "pretrain: { steps: 40 }\nfine_tune: { steps: 60, validate_every: 20 }\n";
  folder_write(state, "spectra.yaml", strlen(yaml), yaml);
  assert_int_equal(train(state, "spectra.yaml -d sound -o three.st -t 1"), 0);
  assert_int_equal(train(state, "spectra.yaml -d sound -o four.st -t 2"), 0);
  expect_same_bytes(state, "three.st", "four.st");
}

/// How often the last run printed these words.
static uint32_t
count(const char* const words)
{
  uint32_t n = 0;
  for (const char* at = program_output; (at = strstr(at, words)); at += strlen(words)) {
    ++n;
  }
  return n;
}

/// Spectra of 4001 bins are so long that no descent at a rate of 1 / 1024 leads down.
static void
test_a_hopeless_rate_is_an_error(void** const state)
{
  static const char yaml[] =
    "task: autoencoder\nrate_hz: 8000\nvalid_share: 0.25\nwindow_s: 1\nhop_s: 0.5\n"
    "batch: { streams: 8 }\nlayers: [{ units: 4, activation: identity }]\n"
    "pretrain: { steps: 0 }\n"
    "fine_tune: { steps: 1000, optimizer: momentum, momentum: 0, rate: 1, warmup: 0,\n"
    "  final_rate: 1, clip: 1e6, validate_every: 1000 }\n";
  folder_write(state, "steep.yaml", strlen(yaml), yaml);
  assert_int_equal(train(state, "steep.yaml -d sound -o steep.st"), 1);

  assert_int_equal(count("at half the rate\n"), 10);
  assert_non_null(strstr(program_output, "\nlamina: fine-tune, step "));
  assert_non_null(strstr(program_output, ", after going back 10 times; try a lower rate\n"));
  assert_int_not_equal(access(folder_path(state, "steep.st"), F_OK), 0);
}

/// Long enough to be interrupted.
#define LONGER "recipe.yaml -d sound -n noise -t 1 --set fine_tune.steps=400 "

/// Ctrl-C after some steps, then --resume: the bytes of a run that was never stopped.
static void
test_interrupted_and_resumed(void** const state)
{
  assert_int_equal(train(state, LONGER "-o whole.st"), 0);
  const int status = train(state, LONGER "-o part.st & pid=$!; "
                                         "sleep 0.5; kill -INT $pid; wait $pid");
  if (status == 0) {
    print_message("the training was done before it could be interrupted\n");
    skip();
  }
  assert_int_equal(status, 130);
  assert_non_null(strstr(program_output, "--resume"));
  assert_int_not_equal(access(folder_path(state, "part.st"), F_OK), 0);

  // Not by accident anew, and not with another recipe.
  assert_int_equal(train(state, LONGER "-o part.st"), 1);
  program_expect_complaint("--resume");
  assert_int_equal(train(state, LONGER "-o part.st --resume --set seed=2 2>&1 | tail -n 1"), 0);
  program_expect_complaint("another recipe");
  if (bfloat16_pays()) {
    assert_int_equal(
      train(state, LONGER "-o part.st --resume --set precision=float32 2>&1 | tail -n 1"), 0);
    program_expect_complaint("another recipe");
  }
  assert_int_equal(train(state, LONGER "-o part.st --resume"), 0);
  expect_same_bytes(state, "whole.st", "part.st");
}

static void
test_keys_are_listed(void** const state)
{
  assert_int_equal(train(state, "--keys"), 0);
  assert_non_null(strstr(program_output, "\nlayers.N.units "));
}

static void
test_faults_are_one_line(void** const state)
{
  assert_int_equal(train(state, ""), 1);
  program_expect_complaint("RECIPE");
  assert_int_equal(train(state, "recipe.yaml -d sound -o x.st -s mixture.steady_share=0"), 1);
  program_expect_complaint("--noise DIR is missing");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -m sound -o x.st"), 1);
  program_expect_complaint("--music needs a mixture.music_share above 0");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o x.st -s mixture.music_share=0.1"),
                   1);
  program_expect_complaint("--music DIR is missing: the recipe's mixture.music_share");
  assert_int_equal(train(state, "recipe.yaml -d nowhere -n noise -o x.st"), 1);
  program_expect_complaint("nowhere");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o absent/x.st"), 1);
  program_expect_complaint("absent");
  assert_int_equal(train(state, "absent.yaml -d sound -n noise -o x.st"), 1);
  program_expect_complaint("absent.yaml");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o x.st -s from=absent.st "
                                "-s pretrain.steps=0"),
                   1);
  program_expect_complaint("from: absent.st: No such file");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o x.st --bogus"), 1);
  program_expect_complaint("--bogus");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o x.st -t 0"), 1);
  program_expect_complaint("--threads");
  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o x.st --set layers.0.units=0"), 1);
  program_expect_complaint("layers.0.units");
}

/// Every file that is left out is named with a reason, and when none is left that is an error.
static void
test_unreadable_sound(void** const state)
{
  folder_make(state, "rubbish");
  folder_write(state, "rubbish/empty.wav", 0, "");
  folder_write(state, "rubbish/words.wav", 5, "words");
  assert_int_equal(train(state, "recipe.yaml -d rubbish -n noise -o x.st"), 1);
  assert_non_null(strstr(program_output, "left out: rubbish/empty.wav: "));
  assert_non_null(strstr(program_output, "left out: rubbish/words.wav: "));
  assert_non_null(strstr(program_output, "\nlamina: "));
}

/// A run that fails leaves the model that was there.
static void
test_old_model_stays(void** const state)
{
  folder_write(state, "old.st", 3, "old");
  assert_int_equal(train(state, "recipe.yaml -d nowhere -n noise -o old.st"), 1);
  size_t      size  = 0;
  char* const bytes = read_bytes(state, "old.st", &size);
  assert_int_equal(size, 3);
  free(bytes);
}

/// Whole spectra at 8 kHz, 129 bins.
#define SPECTRA                                                              \
  "rate_hz: 8000\nwindow_s: 0.032\nhop_s: 0.016\n"                           \
  "valid_share: 0.25\nspectrum: { range_db: 80 }\n"                          \
  "layers:\n"                                                                \
  "  - { units: 32, activation: tanh, corruption: gaussian, amount: 0.1 }\n" \
  "  - { units: 4, activation: identity }\n"                                 \
  "batch: { streams: 32 }\n"                                                 \
  "pretrain: { steps: 60, rate: 3e-3 }\n"                                    \
  "fine_tune: { steps: 400, rate: 3e-3, warmup: 10 }\n"

static Model*
train_spectra(void* const* state, const char* const yaml, const char* const arguments)
{
  folder_write(state, "spectra.yaml", strlen(yaml), yaml);
  assert_int_equal(train(state, arguments), 0);
  Model* model = NULL;
  assert_int_equal(model_read(folder_path(state, "spectra.st"), &model, NULL), STATUS_SUCCESS);
  return model;
}

/// An autoencoder that starts at principal components ends better than they are.
static void
test_learns_spectra(void** const state)
{
  Model* const model = train_spectra(state, "task: autoencoder\nskip: pca\n" SPECTRA,
                                     "spectra.yaml -d sound -o spectra.st");
  assert_int_equal(model->kind, MODEL_AUTOENCODER);
  assert_true(model->autoencoder.encoder.bypassed);
  const char* const ratio = strstr(model->card.scores, "ratio ");
  assert_non_null(ratio);
  assert_true(atof(ratio + 6) < 0.97);
  model_free(model);
}

/// A code wider than a frame has no principal components to be compared with.
static void
test_learns_a_wide_code(void** const state)
{
  Model* const model = train_spectra(
    state, "task: autoencoder\n" SPECTRA,
    "spectra.yaml -d sound -o spectra.st -s layers.1.units=130 -s fine_tune.steps=20");
  assert_non_null(strstr(model->card.scores, " with a code of 130, no narrower than the 129 of"));
  model_free(model);
}

/// A folder for each class: tones and hiss are told apart, on files never trained on.
static void
test_learns_classes(void** const state)
{
  Model* const model = train_spectra(state, "task: classify\n" SPECTRA,
                                     "spectra.yaml -d sound -d noise -o spectra.st");
  assert_int_equal(model->kind, MODEL_CLASSIFY);
  assert_string_equal(model->card.classes, "noise\nsound");
  assert_non_null(strstr(model->card.scores, " 0.0 % of 2 files"));
  model_free(model);
}

#define MORPH                                                                \
  "task: morph\nskip: pca\nvalid_share: 0.25\n"                              \
  "layers:\n"                                                                \
  "  - { units: 24, activation: relu, corruption: gaussian, amount: 0.1 }\n" \
  "  - { units: 3, activation: identity }\n"                                 \
  "batch: { streams: 32 }\n"                                                 \
  "pretrain: { steps: 60, rate: 3e-3 }\n"                                    \
  "fine_tune: { steps: 400, rate: 3e-3, warmup: 10 }\n"

/// Axes of variance 1, a name for each folder, and nothing worse than principal components.
static void
test_learns_to_morph(void** const state)
{
  Model* const model = train_spectra(state, MORPH, "spectra.yaml -d sound -d noise -o spectra.st");
  const MorphSpace* const space = &model->morph;
  assert_int_equal(model->kind, MODEL_MORPH);
  assert_int_equal(space->n_anchors, 2);
  assert_string_equal(space->anchors[0].name, "noise");
  assert_string_equal(space->anchors[1].name, "sound");
  for (uint32_t k = 0; k < 3; ++k) {
    assert_true(space->low[k] < -0.2f && space->low[k] > -6.0f);
    assert_true(space->high[k] > 0.2f && space->high[k] < 6.0f);
  }
  const char* const ratio = strstr(model->card.scores, "ratio ");
  assert_non_null(ratio);
  assert_true(atof(ratio + 6) < 0.99);
  assert_non_null(strstr(model->card.scores, "; axes 1 "));
  model_free(model);
}

static Sound
read_sound(void* const* state, const char* const name)
{
  Sound sound = { 0 };
  assert_int_equal(sound_read(folder_path(state, name), &sound, NULL), STATUS_SUCCESS);
  return sound;
}

/// Level of the difference of two files of one length, dB re full scale.
static double
difference_db(void* const* state, const char* const name_a, const char* const name_b)
{
  Sound  a   = read_sound(state, name_a);
  Sound  b   = read_sound(state, name_b);
  double sum = 1e-30;
  assert_int_equal(a.n_frames, b.n_frames);
  for (uint64_t i = 0; i < a.n_frames; ++i) {
    const double d = (double)a.samples[i] - (double)b.samples[i];
    sum += d * d / (double)a.n_frames;
  }
  sound_clear(&a);
  sound_clear(&b);
  return 10.0 * log10(sum);
}

/// The last preview is what `lamina morph` makes of that sound with the model that was written, the
/// best of the last look as well, and the first is of another model.
static void
test_a_morph_model_is_heard(void** const state)
{
  Model* const      model = train_spectra(state, MORPH,
                                          "spectra.yaml -d sound -d noise -o heard.st -p heard "
                                               "-s fine_tune.validate_every=400");
  const char* const said  = strstr(program_output, "preview of ");
  char              goal[MODEL_NAME_SIZE];
  char              morph[128];
  assert_non_null(said);
  assert_int_equal(sscanf(strstr(said, " towards "), " towards %47s", goal), 1);
  snprintf(morph, sizeof(morph), "heard/as-played.wav again.wav --model heard.st --to %s", goal);
  assert_int_equal(program_lamina(state, "morph", morph), 0);
  assert_true(difference_db(state, "again.wav", "heard/end.wav") < -100.0);
  assert_true(difference_db(state, "heard/best-000400.wav", "heard/end.wav") < -100.0);
  assert_true(difference_db(state, "heard/start.wav", "heard/end.wav") > -100.0);
  assert_true(difference_db(state, "heard/as-played.wav", "heard/end.wav") > -60.0);
  model_free(model);

  assert_int_equal(train(state, "recipe.yaml -d sound -n noise -o heard2.st -p heard"), 1);
  assert_non_null(strstr(program_output, "--preview is for morph models"));
  assert_int_equal(train(state, "spectra.yaml -d sound -o heard2.st -p spectra.yaml"), 1);
  assert_non_null(strstr(program_output, "spectra.yaml"));
}

/// A variational one as well, with all its numbers in use.
static void
test_learns_to_morph_by_chance(void** const state)
{
  Model* const model = train_spectra(state,
                                     MORPH "code: variational\nvariational: { beta: 0.02, warmup: "
                                           "50, free_bits: 0.1 }\n",
                                     "spectra.yaml -d sound -d noise -o spectra.st");
  assert_true(model->variational);
  assert_int_equal(model->morph.n_code, 3);
  assert_true(model->morph.high[2] - model->morph.low[2] > 1.0f);
  model_free(model);
}

static float
steady(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)context;
  (void)channel;
  return 0.3f * (float)(frame % 100) / 100.0f;
}

/// Silence and one steady tone are told before and after.
static void
test_odd_sounds_to_morph(void** const state)
{
  const SoundSpec tone = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 1, 48000, steady, NULL };
  folder_make(state, "steady");
  folder_sound(state, "steady/a.wav", &tone);
  folder_sound(state, "steady/b.wav", &tone);
  Model* const model = train_spectra(state, MORPH, "spectra.yaml -d steady -o spectra.st");
  assert_non_null(strstr(program_output, "warning: all of the sound is one steady timbre"));
  assert_non_null(strstr(model->card.scores, "learned from one steady timbre"));
  model_free(model);

  folder_make(state, "mute");
  folder_constant(state, "mute/a.wav", 48000, 0.5, 0.0f);
  folder_constant(state, "mute/b.wav", 48000, 0.5, 0.0f);
  assert_int_equal(train(state, "spectra.yaml -d mute -o mute.st"), 1);
  assert_non_null(strstr(program_output, "all of the sound to learn from is silence"));
  assert_int_equal(access(folder_path(state, "mute.st"), F_OK), -1);

  assert_int_equal(train(state, "spectra.yaml -d sound -s morph.anchors=kazoo -o mute.st"), 1);
  assert_non_null(strstr(program_output, "morph.anchors: no sound is named kazoo"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_writes_a_model),
    cmocka_unit_test(test_judges_by_the_same_files),
    cmocka_unit_test(test_music_is_taken),
    cmocka_unit_test(test_noise_may_be_missing),
    cmocka_unit_test(test_odd_data_are_told),
    cmocka_unit_test(test_spectra_at_any_threads),
    cmocka_unit_test(test_a_hopeless_rate_is_an_error),
    cmocka_unit_test(test_interrupted_and_resumed),
    cmocka_unit_test(test_keys_are_listed),
    cmocka_unit_test(test_faults_are_one_line),
    cmocka_unit_test(test_unreadable_sound),
    cmocka_unit_test(test_old_model_stays),
    cmocka_unit_test(test_learns_spectra),
    cmocka_unit_test(test_learns_a_wide_code),
    cmocka_unit_test(test_learns_classes),
    cmocka_unit_test(test_learns_to_morph),
    cmocka_unit_test(test_a_morph_model_is_heard),
    cmocka_unit_test(test_learns_to_morph_by_chance),
    cmocka_unit_test(test_odd_sounds_to_morph),
  };
  return cmocka_run_group_tests(tests, setup, folder_teardown);
}
