// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/evaluation.h"

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000

/// Two corpora in a folder: one sound, noises of two kinds.
typedef struct {
  Corpus* sound;
  Corpus* noise;
} Bench;

static float
hiss(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return 0.1f * signal_noise((uint64_t*)context);
}

static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  return (float)(0.3 * sin(2.0 * M_PI * 440.0 * (double)frame / RATE));
}

static Corpus*
open_one(void* const* state, const char* name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = {
    .n_folders = 1, .folders = &path, .rate_hz = RATE, .valid_share = 1.0
  };
  Corpus* corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

static Bench
open_bench(void* const* state)
{
  uint64_t        seed = 1;
  const int       wav  = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  const SoundSpec a    = { wav, RATE, 1, 4 * RATE, tone, NULL };
  const SoundSpec b    = { wav, RATE, 1, 4 * RATE, hiss, &seed };
  folder_make(state, "sound");
  folder_make(state, "noise");
  folder_make(state, "noise/wind");
  folder_make(state, "noise/fan");
  folder_sound(state, "sound/a.wav", &a);
  folder_sound(state, "noise/wind/a.wav", &b);
  folder_sound(state, "noise/fan/a.wav", &b);
  return (Bench){ open_one(state, "sound"), open_one(state, "noise") };
}

static void
close_bench(Bench* bench)
{
  corpus_free(bench->sound);
  corpus_free(bench->noise);
}

static EvaluationConfig
bench_config(const Bench* bench)
{
  return (EvaluationConfig){ .sound   = bench->sound,
                             .noise   = bench->noise,
                             .split   = SPLIT_VALID,
                             .n_items = 19,
                             .clip_s  = 0.5,
                             .n_snrs  = 3,
                             .snr_db  = { 0.0, 7.5, 20.0 },
                             .seed    = 5,
                             .params  = denoiser_params_default() };
}

static Evaluation
evaluate(const Bench* bench, const Model* model, Team* team)
{
  EvaluationConfig config     = bench_config(bench);
  Evaluation       evaluation = { 0 };
  config.team                 = team;
  assert_int_equal(evaluation_run(model, &config, &evaluation, NULL), STATUS_SUCCESS);
  return evaluation;
}

static void
a_constant_gain_gains_nothing(void** state)
{
  Bench        bench      = open_bench(state);
  Model* const model      = models_constant_gain(0.5);
  Evaluation   evaluation = evaluate(&bench, model, NULL);
  for (uint32_t i = 0; i < evaluation.config.n_items; ++i) {
    const EvaluationItem* const item = evaluation.items + i;
    for (uint32_t s = 0; s < 3; ++s) {
      // Noise and tone are nearly at right angles, so what went in has its SNR.
      assert_true(fabs(item->in_db[s] - evaluation.config.snr_db[s]) < 0.7);
      assert_true(fabs(item->out_db[s] - item->in_db[s]) < 0.01);
    }
    assert_true(item->clean_db > 90.0);
    const char* const kind = corpus_group(bench.noise, SPLIT_VALID, item->noise);
    assert_true(!strcmp(kind, "wind") || !strcmp(kind, "fan"));
  }
  evaluation_clear(&evaluation);
  assert_null(evaluation.items);
  model_free(model);
  close_bench(&bench);
}

static void
threads_change_nothing_and_seeds_do(void** state)
{
  Bench        bench  = open_bench(state);
  Model* const model  = models_random(1);
  Team* const  team   = team_new(3);
  Evaluation   alone  = evaluate(&bench, model, NULL);
  Evaluation   shared = evaluate(&bench, model, team);
  char* const  a      = evaluation_csv(&alone);
  char* const  b      = evaluation_csv(&shared);
  assert_string_equal(a, b);

  EvaluationConfig config = bench_config(&bench);
  Evaluation       other  = { 0 };
  config.seed             = 6;
  assert_int_equal(evaluation_run(model, &config, &other, NULL), STATUS_SUCCESS);
  char* const c = evaluation_csv(&other);
  assert_string_not_equal(a, c);

  free(a);
  free(b);
  free(c);
  evaluation_clear(&alone);
  evaluation_clear(&shared);
  evaluation_clear(&other);
  team_free(team);
  model_free(model);
  close_bench(&bench);
}

static void
count_progress(void* context, uint32_t n_done, uint32_t n_items)
{
  uint32_t* const last = (uint32_t*)context;
  assert_true(n_done > *last && n_done <= n_items);
  *last = n_done;
}

static void
progress_ends_with_all_clips(void** state)
{
  Bench            bench      = open_bench(state);
  Model* const     model      = models_constant_gain(0.5);
  EvaluationConfig config     = bench_config(&bench);
  Evaluation       evaluation = { 0 };
  uint32_t         last       = 0;
  config.progress             = count_progress;
  config.context              = &last;
  assert_int_equal(evaluation_run(model, &config, &evaluation, NULL), STATUS_SUCCESS);
  assert_int_equal(last, 19);
  evaluation_clear(&evaluation);
  model_free(model);
  close_bench(&bench);
}

static void
silent_noise_is_not_scored(void** state)
{
  folder_constant(state, "silence.wav", RATE, 2.0, 0.0f);
  Bench        bench = open_bench(state);
  Model* const model = models_constant_gain(0.5);
  corpus_free(bench.noise);
  bench.noise           = open_one(state, "silence.wav");
  Evaluation evaluation = evaluate(&bench, model, NULL);
  assert_true(isnan(evaluation.items[0].in_db[0]) && isnan(evaluation.items[0].out_db[2]));
  assert_true(evaluation.items[0].clean_db > 90.0);
  evaluation_clear(&evaluation);
  model_free(model);
  close_bench(&bench);
}

static void
the_tables_say_what_was_scored(void** state)
{
  // Made scores: 0 dB gains 3 ± … (1 and 5), 7.5 dB gains 0; the wind's clip has no 20 dB score.
  Bench          bench    = open_bench(state);
  uint32_t       wind     = strcmp(corpus_group(bench.noise, SPLIT_VALID, 0), "wind") ? 1 : 0;
  EvaluationItem items[2] = {
    { .noise = wind, .in_db = { 0, 7, (double)NAN }, .out_db = { 1, 7, 9 }, .clean_db = 30 },
    { .noise = 1 - wind, .in_db = { 0, 8, 20 }, .out_db = { 5, 8, 19 }, .clean_db = 30 },
  };
  Evaluation evaluation     = { bench_config(&bench), items };
  evaluation.config.n_items = 2;

  char* const text = evaluation_text(&evaluation);
  char* const csv  = evaluation_csv(&evaluation);
  assert_non_null(strstr(text, "SI-SDR of 2 clips of 0.5 s at 16000 Hz, drawn with seed 5 from 1 "
                               "files of sound and 2 of noise"));
  // Student's t for two: 12.7 · 2.83 / √2.
  assert_non_null(strstr(text, "\n| 0 | 0.0 ± 0.0 | 3.0 ± 25.4 | +3.0 ± 25.4 |\n"));
  assert_non_null(strstr(text, "\n| 7.5 | 7.5 ± 6.4 | 7.5 ± 6.4 | +0.0 ± 0.0 |\n"));
  assert_non_null(strstr(text, "\n| 20 | 20.0 | 14.0 ± 63.5 | -1.0 |\n"));
  assert_non_null(strstr(text, "\n| no noise | – | 30.0 ± 0.0 | – |\n"));
  assert_non_null(strstr(text, "\n| gain, dB, by noise | clips | at 0 dB | at 7.5 dB | at 20 dB |"
                               "\n|:---|---:|---:|---:|---:|"
                               "\n| fan | 1 | +5.0 | +0.0 | -1.0 |"
                               "\n| wind | 1 | +1.0 | +0.0 | – |\n"));
  assert_string_equal(csv, "clip,noise,snr_db,in_db,out_db\n"
                           "0,\"wind\",0,0.0000,1.0000\n"
                           "0,\"wind\",7.5,7.0000,7.0000\n"
                           "0,\"wind\",20,nan,9.0000\n"
                           "0,,inf,,30.0000\n"
                           "1,\"fan\",0,0.0000,5.0000\n"
                           "1,\"fan\",7.5,8.0000,8.0000\n"
                           "1,\"fan\",20,20.0000,19.0000\n"
                           "1,,inf,,30.0000\n");
  free(text);
  free(csv);
  close_bench(&bench);
}

static void
a_clip_that_cannot_be_drawn_is_an_error(void** state)
{
  Bench            bench      = open_bench(state);
  Model* const     model      = models_constant_gain(0.5);
  EvaluationConfig config     = bench_config(&bench);
  Evaluation       evaluation = { 0 };
  Diagnostic       why        = { "" };
  config.split                = SPLIT_TRAIN;
  assert_int_equal(evaluation_run(model, &config, &evaluation, &why), STATUS_NOT_FOUND);
  assert_string_not_equal(why.text, "");
  assert_null(evaluation.items);
  model_free(model);
  close_bench(&bench);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(a_constant_gain_gains_nothing),  IN_FOLDER(threads_change_nothing_and_seeds_do),
    IN_FOLDER(progress_ends_with_all_clips),   IN_FOLDER(silent_noise_is_not_scored),
    IN_FOLDER(the_tables_say_what_was_scored), IN_FOLDER(a_clip_that_cannot_be_drawn_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
