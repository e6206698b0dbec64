// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/small_run.h"
#include "tests/support/folder.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"
#include "training/method/mixture_examples.h"

#include <sndfile.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 8000, SECONDS = 6, N_FILES = 4 };

static const char* const recipe_yaml =
  "task: denoise\n"
  "rate_hz: 8000\n"
  "bands: { step_hz: 50, linear_hz: 1000, n_erb: 8, top_hz: 3500 }\n"
  "valid_share: 0.25\n"
  "batch: { streams: 4, frames: 40 }\n"
  "layers:\n"
  "  - { units: 24, taps: [0, 1], activation: relu, corruption: recorded }\n"
  "  - { units: 16, taps: [0, 3], activation: tanh, corruption: recorded }\n"
  "pretrain: { steps: 30, rate: 3e-3, warmup: 3, validate_every: 10 }\n"
  "fine_tune: { steps: 60, rate: 3e-3, warmup: 3, validate_every: 20, average: 0.9 }\n";

/// Notes of half a second, a pause after each.  @param context Frequency, double.
static float
notes(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  const double hz   = *(const double*)context;
  const double t    = (double)frame / RATE;
  const double note = fmod(t, 0.8);
  return note < 0.5 ? (float)(0.3 * exp(-4.0 * note) *
                              (sin(2.0 * M_PI * hz * t) + 0.4 * sin(4.0 * M_PI * hz * t)))
                    : 0.0f;
}

static float
hiss(void* const context, const uint32_t channel, const uint64_t frame)
{
  (void)channel;
  (void)frame;
  return 0.1f * signal_noise((uint64_t*)context);
}

static void
write_corpora(void* const* state)
{
  const int wav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  folder_make(state, "sound");
  folder_make(state, "noise");
  for (uint32_t i = 0; i < N_FILES; ++i) {
    double          hz       = 220.0 * pow(2.0, i / 5.0);
    uint64_t        seed     = i;
    const char      name[]   = { 's', 'o', 'u', 'n', 'd', '/', (char)('a' + i), 0 };
    const char      noise[]  = { 'n', 'o', 'i', 's', 'e', '/', (char)('a' + i), 0 };
    const SoundSpec sound    = { wav, RATE, 1, SECONDS * RATE, notes, &hz };
    const SoundSpec disturbs = { wav, RATE, 1, SECONDS * RATE, hiss, &seed };
    folder_sound(state, name, &sound);
    folder_sound(state, noise, &disturbs);
  }
  folder_write(state, "recipe.yaml", strlen(recipe_yaml), recipe_yaml);
}

static Corpus*
open_folder(void* const* state, const char* const name, const Recipe* const recipe)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = { .n_folders   = 1,
                                .folders     = &path,
                                .rate_hz     = recipe->rate_hz,
                                .valid_share = recipe->valid_share,
                                .seed        = recipe->seed };
  Corpus*            corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

SmallRun
small_run_open(void* const* state)
{
  if (access(folder_path(state, "recipe.yaml"), F_OK)) {
    write_corpora(state);
  }

  SmallRun small = { 0 };
  assert_int_equal(recipe_read(folder_path(state, "recipe.yaml"), 0, NULL, &small.recipe, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(recipe_settle_precision(small.recipe, NULL), STATUS_SUCCESS);
  small.sound = open_folder(state, "sound", small.recipe);
  small.noise = open_folder(state, "noise", small.recipe);
  return small;
}

void
small_run_begin(SmallRun* const small, Team* const team)
{
  const MixtureSources sources = { .sound = small->sound, .noise = small->noise };
  small->examples              = mixture_examples_new(small->recipe, &sources);
  assert_non_null(small->examples);
  small->run = training_run_new(small->recipe, small->examples, team);
  assert_non_null(small->run);
}

void
small_run_close(SmallRun* const small)
{
  training_run_free(small->run);
  examples_free(small->examples);
  corpus_free(small->sound);
  corpus_free(small->noise);
  recipe_free(small->recipe);
}
