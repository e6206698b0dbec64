// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 8000, SECONDS = 1 };

static const char* const recipe_yaml = "task: autoencoder\n"
                                       "rate_hz: 8000\n"
                                       "window_s: 0.008\n"
                                       "hop_s: 0.004\n"
                                       "valid_share: 0.25\n"
                                       "spectrum: { per_file: 20 }\n"
                                       "batch: { streams: 20, frames: 1 }\n"
                                       "layers:\n"
                                       "  - { units: 12, corruption: gaussian, amount: 0.1 }\n"
                                       "  - { units: 3, activation: identity }\n"
                                       "pretrain: { steps: 15, warmup: 2, validate_every: 10 }\n"
                                       "fine_tune: { steps: 30, warmup: 2, validate_every: 10 }\n";

/// A note that dies away.  @param context Frequency, double.
static float
note(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  const double t = (double)frame / RATE;
  return (float)(0.3 * exp(-3.0 * t) * sin(2.0 * M_PI * *(const double*)context * t));
}

/// Two folders of six notes each, and the recipe.
static void
write_files(void* const* state)
{
  folder_make(state, "sound");
  folder_write(state, "recipe.yaml", strlen(recipe_yaml), recipe_yaml);
  for (int group = 0; group < 2; ++group) {
    char name[64];
    snprintf(name, sizeof(name), "sound/%d", group);
    folder_make(state, name);
    for (int i = 0; i < 6; ++i) {
      double          hz   = 300.0 * pow(2.0, i / 3.0 + group / 7.0);
      const SoundSpec spec = {
        SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1, SECONDS * RATE, note, &hz
      };
      snprintf(name, sizeof(name), "sound/%d/%d.wav", group, i);
      folder_sound(state, name, &spec);
    }
  }
}

static int
compare(void* const* state, const char* arguments)
{
  return program_lamina(state, "compare", arguments);
}

static void
assert_printed(const char* const words)
{
  if (!strstr(program_output, words)) {
    fail_msg("\"%s\" is not in\n%s", words, program_output);
  }
}

static void
one_command_answers(void** state)
{
  write_files(state);
  assert_int_equal(compare(state, "recipe.yaml --data sound --codes 2,4 --rates 1e-3,1e-2 "
                                  "--seeds 2 --csv out.csv --picture out.png --threads 1"),
                   0);
  assert_printed("## Code of 2\n\nLayers 33-12-2 and back");
  assert_printed("## Code of 4\n\nLayers 33-12-4 and back");
  assert_printed("| PCA-skip | ");
  assert_printed("Rates tried: 0.001, 0.01");
  assert_printed("over 2 seeds");
  assert_null(strstr(program_output, "not done"));
  assert_null(strstr(program_output, "none ended well"));

  char csv[64 * 1024] = "";
  assert_true(folder_read(state, "out.csv", sizeof(csv) - 1, csv) > 1000);
  assert_non_null(strstr(csv, "\n4,PCA-skip,2,"));
  char png[8] = "";
  assert_int_equal(folder_read(state, "out.png", sizeof(png), png), sizeof(png));
  assert_memory_equal(png, "\x89PNG\r\n\x1a\n", sizeof(png));
}

static void
groups_can_be_kept_to_judge_by(void** state)
{
  write_files(state);
  assert_int_equal(compare(state, "recipe.yaml --data sound --rates 1e-3 --seeds 1 "
                                  "--set spectrum.by_group=yes"),
                   1);
  // One group to judge by, so one to learn from, of which none can be held out.
  assert_printed("sound: 6 files");
  assert_printed("two files or groups to learn from are needed");
}

/// Whether the first note is kept to judge by.
static bool
judges_by_the_first(void* const* state, const int seed, const char* const option)
{
  char arguments[128];
  snprintf(arguments, sizeof(arguments),
           "recipe.yaml --data sound --rates 1e-3 --seeds 1 -v -s seed=%d %s", seed, option);
  assert_int_equal(compare(state, arguments), 0);
  const bool judged = strstr(program_output, "0/0.wav: valid");
  assert_int_equal(!judged, strstr(program_output, "0/0.wav: train") != NULL);
  return judged;
}

static void
a_list_counts_unless_chance_is_asked_for(void** state)
{
  static const char list[]  = "file\tsplit\n0/0.wav\tvalid\n0/1.wav\ttrain\n";
  uint32_t          n_valid = 0;
  write_files(state);
  folder_write(state, "sound/MANIFEST.tsv", sizeof(list) - 1, list);
  for (int seed = 1; seed < 6; ++seed) {
    assert_true(judges_by_the_first(state, seed, ""));
    n_valid += judges_by_the_first(state, seed, "--by-chance");
  }
  assert_true(n_valid < 5);
}

static void
what_was_done_is_told_when_it_is_interrupted(void** state)
{
  write_files(state);
  assert_int_equal(compare(state, "recipe.yaml --data sound --set fine_tune.steps=100000000 & "
                                  "sleep 2; kill -INT $!; wait $!"),
                   130);
  assert_printed("| PCA | ");
  assert_printed("| PCA-skip | not done |");
  assert_printed("lamina: stopped");
}

static void
faults_are_told(void** state)
{
  static const struct {
    const char* arguments;
    const char* words;
  } faults[] = {
    { "", "RECIPE is missing" },
    { "recipe.yaml", "--data DIR is missing" },
    { "recipe.yaml other.yaml --data sound", "other.yaml: one recipe" },
    { "missing.yaml --data sound", "missing.yaml" },
    { "recipe.yaml --data missing", "missing" },
    { "recipe.yaml --data sound --codes 4,x", "--codes 4,x" },
    { "recipe.yaml --data sound --codes 4.5", "layers.1.units" },
    { "recipe.yaml --data sound --codes 34", "34" },
    { "recipe.yaml --data sound --rates 0", "--rates 0" },
    { "recipe.yaml --data sound --seeds 0", "--seeds 0" },
    { "recipe.yaml --data sound --csv no/folder.csv", "no: " },
    { "recipe.yaml --data sound --picture sound", "sound: the name must end in .png" },
    { "recipe.yaml --data sound --set pretrain.steps=0", "pretrain.steps" },
    { "recipe.yaml --data sound --set code=variational", "plain code" },
    { "recipe.yaml --data sound --set task=classify", "task classify" },
    { "recipe.yaml --data sound --loud", "--loud" },
  };
  write_files(state);
  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); ++i) {
    char arguments[256];
    snprintf(arguments, sizeof(arguments), "%s > out", faults[i].arguments);
    assert_int_equal(compare(state, arguments), 1);
    program_expect_complaint(faults[i].words);
  }
}

static void
help_is_printed(void** state)
{
  assert_int_equal(compare(state, "--help"), 0);
  assert_printed("--codes");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(one_command_answers),
    IN_FOLDER(groups_can_be_kept_to_judge_by),
    IN_FOLDER(a_list_counts_unless_chance_is_asked_for),
    IN_FOLDER(what_was_done_is_told_when_it_is_interrupted),
    IN_FOLDER(faults_are_told),
    IN_FOLDER(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
