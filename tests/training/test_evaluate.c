// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE 16000

static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  return (float)(0.3 * sin(2.0 * M_PI * 400.0 * (double)frame / RATE));
}

/// The tone in channel 0 alone, with a tenth of its energy at right angles to it.
static float
noisy_tone(void* context, uint32_t channel, uint64_t frame)
{
  const double disturbance = 0.3 * cos(2.0 * M_PI * 400.0 * (double)frame / RATE) / sqrt(10.0);
  return tone(context, channel, frame) + (channel ? 0.0f : (float)disturbance);
}

static float
hiss(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return 0.1f * signal_noise((uint64_t*)context);
}

static void
write_sound(void* const* state, const char* name, Signal signal, uint32_t n_channels)
{
  uint64_t        seed = 1;
  const SoundSpec spec = {
    SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, n_channels, 2 * RATE, signal, &seed
  };
  folder_sound(state, name, &spec);
}

/// Ten files of sound and two of noise.
static void
write_folders(void* const* state)
{
  folder_make(state, "sound");
  folder_make(state, "noise");
  for (uint32_t i = 0; i < 10; ++i) {
    char name[32];
    snprintf(name, sizeof name, "sound/%u.wav", i);
    write_sound(state, name, tone, 1);
  }
  write_sound(state, "noise/a.wav", hiss, 1);
  write_sound(state, "noise/b.wav", hiss, 1);
}

static int
evaluate(void* const* state, const char* arguments)
{
  return program_lamina(state, "evaluate", arguments);
}

static void
a_known_pair_is_scored(void** state)
{
  write_sound(state, "clean.wav", tone, 1);
  write_sound(state, "noisy.wav", noisy_tone, 1);
  assert_int_equal(evaluate(state, "half.safetensors --clean clean.wav --noisy noisy.wav"), 0);
  assert_non_null(strstr(program_output, "SI-SDR 10.00 dB before, 10.00 dB after, gain "));
}

static void
channels_are_scored_alone(void** state)
{
  // 10 dB in the first, nothing wrong, which reads 100, in the second.
  write_sound(state, "clean.wav", tone, 2);
  write_sound(state, "noisy.wav", noisy_tone, 2);
  assert_int_equal(evaluate(state, "half.safetensors --clean clean.wav --noisy noisy.wav"), 0);
  assert_non_null(strstr(program_output, "SI-SDR 55.00 dB before, "));
}

static void
folders_are_scored_and_written(void** state)
{
  write_folders(state);
  assert_int_equal(evaluate(state, "half.safetensors -d sound -n noise --snr 3,12 --items 5 "
                                   "--seconds 0.5 --csv scores.csv -t 2"),
                   0);
  assert_non_null(strstr(program_output, "5 clips of 0.5 s at 48000 Hz"));
  assert_non_null(strstr(program_output, "\n| 3 | lamina | 5 | "));
  assert_non_null(strstr(program_output, " | +0.00 ± 0.00 | "));
  assert_non_null(strstr(program_output, "\n| all | lamina | 5 | "));
  assert_non_null(strstr(program_output, "\n| noise | lamina | 5 | "));
  assert_non_null(strstr(program_output, "\n| sound | lamina | 5 | "));
  // Two ratios and the sound alone, each before and after.
  assert_int_equal(program_run("wc -l < %s", folder_path(state, "scores.csv")), 0);
  assert_string_equal(program_output, "31\n");
}

static void
single_files_are_scored_after_learning(void** state)
{
  write_folders(state);
  assert_int_equal(evaluate(state, "half.safetensors -d sound/1.wav -d sound/2.wav -n noise/b.wav "
                                   "--valid-share 1 --items 2 --seconds 0.5 --learn 0.5"),
                   0);
  assert_non_null(strstr(program_output, "learned the noise alone for 0.5 s"));
  assert_non_null(
    strstr(program_output, "2 files of sound, all there are, and\n1 of noise, all there are.  "));
  assert_non_null(strstr(program_output, "\n| -5 | lamina | 2 | "));
  assert_non_null(strstr(program_output, "\n| 15 | lamina | 2 | "));
}

static void
noise_that_was_trained_on_is_scored_when_asked(void** state)
{
  write_folders(state);
  assert_int_equal(evaluate(state, "half.safetensors -d sound -n noise --items 1 --seconds 0.2"),
                   0);
  assert_non_null(strstr(program_output, "files of sound, kept for validation, and\n"
                                         "1 of noise, kept for validation.  "));
  assert_null(strstr(program_output, "from 10 files"));
  assert_int_equal(
    evaluate(state, "half.safetensors -d sound -n noise --items 1 --seconds 0.2 --all-noise"), 0);
  assert_non_null(strstr(program_output, "files of sound, kept for validation, and\n"
                                         "2 of noise, all there are.  "));
  assert_null(strstr(program_output, "from 10 files"));
}

static void
rivals_are_in_the_table(void** state)
{
  write_folders(state);
  assert_int_equal(evaluate(state, "half.safetensors -d sound -n noise --snr 3 --items 2 "
                                   "--seconds 0.5 --rate 16000 --against 'same=cp {in} {out}' "
                                   "--against 'deaf=cp {noise} {out}; test -s {in}'"),
                   0);
  assert_non_null(strstr(program_output, "the constant delays of same, 0 samples; deaf, "));
  assert_non_null(strstr(program_output, "\n| 3 | same | 2 | "));
  assert_non_null(strstr(program_output, "\n| no noise | deaf | 2 | "));
  assert_non_null(strstr(program_output, "\n| lamina less | "));
}

static void
a_rival_that_fails_is_named(void** state)
{
  write_folders(state);
  folder_make(state, "temporary");
  assert_int_equal(setenv("TMPDIR", folder_path(state, "temporary"), 1), 0);
  assert_int_not_equal(evaluate(state, "half.safetensors -d sound -n noise --items 2 "
                                       "--against 'gone=no-such-program {in} {out}'"),
                       0);
  program_expect_complaint("gone: the command failed with status 127: ");
  assert_int_equal(rmdir(folder_path(state, "temporary")), 0);
  unsetenv("TMPDIR");
}

static uint32_t
sound_files_scored(void* const* state, const char* options)
{
  char arguments[256];
  snprintf(arguments, sizeof arguments,
           "%s -d sound -n noise --snr 0 --items 1 --seconds 0.2 --rate 16000", options);
  assert_int_equal(evaluate(state, arguments), 0);
  const char* const from = strstr(program_output, " from ");
  unsigned          n    = 0;
  assert_non_null(from);
  assert_int_equal(sscanf(from, " from %u files of sound", &n), 1);
  return n;
}

static void
the_split_is_that_of_the_models_recipe(void** state)
{
  write_folders(state);
  // A recipe that keeps half of the files from training.
  assert_int_equal(program_run("sed 's/^valid_share.*//' %s > %s; echo 'valid_share: 0.5' >> %s",
                               SOURCE_ROOT "/tests/data/small.yaml",
                               folder_path(state, "half.yaml"), folder_path(state, "half.yaml")),
                   0);
  char recipe[8192];
  recipe[folder_read(state, "half.yaml", sizeof recipe - 1, recipe)] = '\0';

  Model* const model = models_constant_gain(0.5);
  model->card.recipe = strdup(recipe);
  models_write(state, "own.safetensors", model);

  const uint32_t n_own = sound_files_scored(state, "own.safetensors");
  assert_in_range(n_own, 3, 7);
  assert_in_range(sound_files_scored(state, "half.safetensors"), 1, 2);
  assert_int_equal(sound_files_scored(state, "own.safetensors --valid-share 1"), 10);
}

static void
what_is_wrong_is_said_in_one_line(void** state)
{
  const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "MODEL is missing" },
    { "half.safetensors", "--data DIR is missing" },
    { "half.safetensors -d sound", "--noise DIR is missing" },
    { "half.safetensors --clean a.wav", "--noisy FILE is missing" },
    { "half.safetensors --noisy a.wav", "--clean FILE is missing" },
    { "half.safetensors --clean a.wav --noisy a.wav -d sound", "either folders or two files" },
    { "half.safetensors -d sound -n noise --snr 1,", "--snr : a number" },
    { "half.safetensors -d sound -n noise --learn 0", "--learn 0: a number from 0.25 to 60" },
    { "half.safetensors -d sound -n noise --items 0", "--items 0: a whole number from 1" },
    { "half.safetensors -d sound -n noise --valid-share 0", "leaves no file" },
    { "half.safetensors -d sound -n none", "none: No such file" },
    { "half.safetensors -d none -n noise", "none: No such file" },
    { "none.safetensors -d sound -n noise --csv no/scores.csv", "no: No such file" },
    { "half.safetensors --clean a.wav --noisy stereo.wav", "differ in rate or number of channels" },
    { "half.safetensors -d sound -n noise --against sox", "--against sox: NAME=COMMAND" },
    { "half.safetensors --clean a.wav --noisy a.wav --against 'a={in}{out}'", "needs folders" },
    { "half.safetensors more.safetensors", "more.safetensors: one model is enough" },
    { "half.safetensors --verbose", "--verbose: unknown" },
    { "a.wav -d sound -n noise", "a.wav: " },
    { "other.safetensors -d sound -n noise", "other.safetensors: a classifier of spectra, not a" },
    { "other.safetensors --clean a.wav --noisy a.wav", "train one with task: denoise" },
  };
  const ModelShape other = models_tiny_classifier_shape();
  models_write(state, "other.safetensors", models_of(&other));
  write_folders(state);
  write_sound(state, "a.wav", tone, 1);
  write_sound(state, "stereo.wav", tone, 2);
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(evaluate(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
  }
}

static void
a_folder_without_sound_names_its_files(void** state)
{
  write_folders(state);
  folder_make(state, "bare");
  folder_write(state, "bare/a.wav", 0, "");
  assert_int_not_equal(evaluate(state, "half.safetensors -d sound -n bare"), 0);
  assert_non_null(strstr(program_output, "left out: bare/a.wav: empty, 0 bytes\n"));
  assert_non_null(strstr(program_output, "lamina: bare: no sound that can be read\n"));
}

static void
help_is_printed(void** state)
{
  assert_int_equal(evaluate(state, "-h"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina evaluate MODEL --data DIR"));
}

int
main(void)
{
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, models_setup_half, folder_teardown)
  const struct CMUnitTest tests[] = {
    WITH_MODEL(a_known_pair_is_scored),
    WITH_MODEL(channels_are_scored_alone),
    WITH_MODEL(folders_are_scored_and_written),
    WITH_MODEL(single_files_are_scored_after_learning),
    WITH_MODEL(noise_that_was_trained_on_is_scored_when_asked),
    WITH_MODEL(rivals_are_in_the_table),
    WITH_MODEL(a_rival_that_fails_is_named),
    WITH_MODEL(the_split_is_that_of_the_models_recipe),
    WITH_MODEL(what_is_wrong_is_said_in_one_line),
    WITH_MODEL(a_folder_without_sound_names_its_files),
    WITH_MODEL(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
