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

static double
score(const Evaluation* evaluation, uint32_t item, uint32_t snr, uint32_t entrant,
      QualityMeasure measure)
{
  return evaluation_quality(evaluation, item, snr, entrant)->of[measure];
}

static void
a_constant_gain_gains_nothing(void** state)
{
  Bench        bench      = open_bench(state);
  Model* const model      = models_constant_gain(0.5);
  Evaluation   evaluation = evaluate(&bench, model, NULL);
  for (uint32_t i = 0; i < evaluation.config.n_items; ++i) {
    for (uint32_t s = 0; s < 3; ++s) {
      // Noise and tone are nearly at right angles, so what went in has its SNR.
      const double in_db = score(&evaluation, i, s, ENTRANT_INPUT, QUALITY_SI_SDR);
      assert_true(fabs(in_db - evaluation.config.snr_db[s]) < 0.7);
      assert_true(fabs(score(&evaluation, i, s, ENTRANT_MODEL, QUALITY_SI_SDR) - in_db) < 0.01);
      // The first frame alone is not at half yet.
      const double level_db = score(&evaluation, i, s, ENTRANT_MODEL, QUALITY_LEVEL) -
                              score(&evaluation, i, s, ENTRANT_INPUT, QUALITY_LEVEL);
      assert_true(fabs(level_db + 20.0 * log10(2.0)) < 0.1);
    }
    assert_true(score(&evaluation, i, 3, ENTRANT_MODEL, QUALITY_SI_SDR) > 90.0);
    const char* const noise = corpus_group(bench.noise, SPLIT_VALID, evaluation.items[i].noise);
    const char* const sound = corpus_group(bench.sound, SPLIT_VALID, evaluation.items[i].sound);
    assert_true(!strcmp(noise, "wind") || !strcmp(noise, "fan"));
    assert_string_equal(sound, "sound");
  }
  evaluation_clear(&evaluation);
  assert_null(evaluation.items);
  assert_null(evaluation.scores);
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

/// Programs that do nothing: one at once, one 100 samples late.
static const Rival rivals[] = {
  { "idle", "cp {in} {out}" },
  { "late", "{ head -c 44 {in}; head -c 200 /dev/zero; tail -c +45 {in}; } > {out}" },
};

static void
rivals_are_scored_in_time(void** state)
{
  Bench            bench  = open_bench(state);
  Model* const     model  = models_constant_gain(0.5);
  Team* const      team   = team_new(3);
  EvaluationConfig config = bench_config(&bench);
  Evaluation       alone  = { 0 };
  Evaluation       shared = { 0 };
  config.n_items          = 11;
  config.n_rivals         = 2;
  config.rivals           = rivals;
  assert_int_equal(setenv("TMPDIR", folder_path(state, ""), 1), 0);
  assert_int_equal(evaluation_run(model, &config, &alone, NULL), STATUS_SUCCESS);
  assert_int_equal(alone.delays[0], 0);
  assert_int_equal(alone.delays[1], 100);
  for (uint32_t i = 0; i < 11 * 3; ++i) {
    for (uint32_t e = ENTRANT_RIVALS; e < ENTRANT_RIVALS + 2; ++e) {
      const double lost_db = score(&alone, i / 3, i % 3, ENTRANT_INPUT, QUALITY_SI_SDR) -
                             score(&alone, i / 3, i % 3, e, QUALITY_SI_SDR);
      assert_true(fabs(lost_db) < 0.01);
      assert_true(fabs(score(&alone, i / 3, i % 3, e, QUALITY_RESIDUAL)) < 0.1 ||
                  isnan(score(&alone, i / 3, i % 3, e, QUALITY_RESIDUAL)));
      // Sixteen bits are no more than 70 dB away at this level.
      assert_true(score(&alone, i / 3, 3, e, QUALITY_SI_SDR) > 65.0);
    }
  }

  config.team = team;
  assert_int_equal(evaluation_run(model, &config, &shared, NULL), STATUS_SUCCESS);
  char* const a = evaluation_csv(&alone);
  char* const b = evaluation_csv(&shared);
  assert_string_equal(a, b);
  assert_non_null(strstr(a, ",\"late\","));
  free(a);
  free(b);
  evaluation_clear(&alone);
  evaluation_clear(&shared);
  team_free(team);
  model_free(model);
  close_bench(&bench);
}

static void
a_rival_that_fails_ends_it(void** state)
{
  Bench            bench      = open_bench(state);
  Model* const     model      = models_constant_gain(0.5);
  const Rival      rival      = { "lazy", "test -e {out} {in}" };
  EvaluationConfig config     = bench_config(&bench);
  Evaluation       evaluation = { 0 };
  Diagnostic       why        = { "" };
  config.n_rivals             = 1;
  config.rivals               = &rival;
  assert_int_equal(setenv("TMPDIR", folder_path(state, ""), 1), 0);
  assert_int_equal(evaluation_run(model, &config, &evaluation, &why), STATUS_BAD_OPTION);
  assert_int_equal(strncmp(why.text, "lazy: the command failed with status ", 37), 0);
  assert_null(evaluation.items);
  model_free(model);
  close_bench(&bench);
}

static bool
stop_at_once(void* context)
{
  (void)context;
  return true;
}

static void
it_can_be_stopped(void** state)
{
  Bench            bench      = open_bench(state);
  Model* const     model      = models_constant_gain(0.5);
  EvaluationConfig config     = bench_config(&bench);
  Evaluation       evaluation = { 0 };
  config.stop                 = stop_at_once;
  assert_int_equal(evaluation_run(model, &config, &evaluation, NULL), STATUS_INTERRUPTED);
  assert_null(evaluation.items);
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
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    assert_true(isnan(score(&evaluation, 0, 0, ENTRANT_INPUT, (QualityMeasure)i)));
    assert_true(isnan(score(&evaluation, 0, 2, ENTRANT_MODEL, (QualityMeasure)i)));
  }
  assert_true(score(&evaluation, 0, 3, ENTRANT_MODEL, QUALITY_SI_SDR) > 90.0);
  evaluation_clear(&evaluation);
  model_free(model);
  close_bench(&bench);
}

/// A row of scores: as made_scores() gets them.
static Quality
made(double si_sdr_db, double other)
{
  Quality quality;
  for (uint32_t i = 0; i < N_QUALITIES; ++i) {
    quality.of[i] = i == QUALITY_SI_SDR ? si_sdr_db : other;
  }
  return quality;
}

/**
   Made scores of two clips at 0, 7.5 and 20 dB: their gains are 1 and 5 dB, 0 and 0, and, where the
   first clip's input has no score, −1.
*/
static void
make_scores(Quality* scores)
{
  const double nan       = (double)NAN;
  const double in[2][4]  = { { 0, 7, nan, 100 }, { 0, 8, 20, 100 } };
  const double out[2][4] = { { 1, 7, 9, 30 }, { 5, 8, 19, 30 } };
  for (uint32_t i = 0; i < 2; ++i) {
    for (uint32_t s = 0; s < 4; ++s) {
      scores[(i * 4 + s) * ENTRANT_RIVALS + ENTRANT_INPUT] = made(in[i][s], 0.25);
      scores[(i * 4 + s) * ENTRANT_RIVALS + ENTRANT_MODEL] = made(out[i][s], s < 3 ? -0.001 : nan);
    }
  }
}

static void
expect(const char* text, const char* words)
{
  if (!strstr(text, words)) {
    fail_msg("no \"%s\" in:\n%s", words, text);
  }
}

static void
the_tables_say_what_was_scored(void** state)
{
  Bench          bench    = open_bench(state);
  const uint32_t wind     = strcmp(corpus_group(bench.noise, SPLIT_VALID, 0), "wind") ? 1 : 0;
  EvaluationItem items[2] = { { .noise = wind }, { .noise = 1 - wind } };
  Quality        scores[2 * 4 * ENTRANT_RIVALS];
  Evaluation     evaluation = { bench_config(&bench), items, scores, { 0 } };
  evaluation.config.n_items = 2;
  make_scores(scores);

  char* const text = evaluation_text(&evaluation);
  expect(text, "2 clips of 0.5 s at 16000 Hz, drawn with seed 5 from 1 files of sound, all "
               "there are, and\n2 of noise, all there are.  ");
  expect(text, "\n| SNR, dB | of | clips | SI-SDR, dB | gain, dB | segmental SNR, dB | STOI | "
               "ESTOI | LSD, dB | level, dB | residual, dB |\n|---:|:---|---:|---:|---:|---:|---:|"
               "---:|---:|---:|---:|\n");
  expect(text, "\n| 0 | input | 2 | 0.00 ± 0.00 | – | 0.25 ± 0.00 | 0.250 ± 0.000 | 0.250 ± 0.000 "
               "| 0.25 ± 0.00 | +0.25 ± 0.00 | 0.2 ± 0.0 |\n");
  // Student's t for two: 12.7 · 2.83 / √2.
  expect(text,
         "\n| 0 | lamina | 2 | 3.00 ± 25.41 | +3.00 ± 25.41 | 0.00 ± 0.00 | -0.001 ± 0.000 |");
  expect(text, "\n| 7.5 | lamina | 2 | 7.50 ± 6.35 | +0.00 ± 0.00 | ");
  expect(text, "\n| 20 | input | 1 | 20.00 | – | ");
  expect(text, "\n| 20 | lamina | 2 | 14.00 ± 63.53 | -1.00 | ");
  // A clip counts once: gains of ½ (of two ratios) and 4/3 dB, not of five scores.
  expect(text, "\n| all | lamina | 2 | 8.17 ± 31.7");
  expect(text, "\n| no noise | lamina | 2 | 30.00 ± 0.00 | – | – | – | – | – | – | – |\n");
  assert_null(strstr(text, "| no noise | input"));
  expect(text, "\n| noise | of | clips |");
  expect(text, "\n| fan | lamina | 1 | 10.67 | +1.33 | 0.00 | -0.001 | ");
  expect(text, "\n| wind | lamina | 1 | 5.67 | +0.50 | ");
  expect(text, "\n| sound | of | clips |");
  expect(text, "\n| sound | lamina | 2 | 8.17 ± 31.7");
  free(text);
  close_bench(&bench);
}

static void
the_lead_over_rivals_is_told(void** state)
{
  Bench          bench    = open_bench(state);
  EvaluationItem items[2] = { { 0, 0 }, { 0, 0 } };
  Quality        scores[2 * 2 * 4];
  Evaluation     evaluation  = { bench_config(&bench), items, scores, { 0, 100 } };
  evaluation.config.n_items  = 2;
  evaluation.config.n_snrs   = 1;
  evaluation.config.n_rivals = 2;
  evaluation.config.rivals   = rivals;
  for (uint32_t i = 0; i < 4; ++i) {
    const double offset = i < 2 ? 0.0 : 10.0; // Of the second clip
    scores[4 * i + 0]   = made(offset, 0.5);
    scores[4 * i + 1]   = made(offset + 5.0, 0.75);
    scores[4 * i + 2]   = made(offset + 3.0, 0.5);
    scores[4 * i + 3]   = made(i < 2 ? 9.0 : (double)NAN, 1.0);
  }

  char* const text = evaluation_text(&evaluation);
  expect(text, "Taken out were the constant delays of idle, 0 samples; late, 100 samples.\n");
  expect(text, "\n| all | idle | 2 | 8.00 ± 63.53 | +3.00 ± 0.00 | 0.50 ± 0.00 | 0.500 ± 0.000 |");
  // Pairs of clips: what the clips have in common is in neither margin.
  expect(text, "\n| lamina less | SI-SDR, dB | segmental SNR, dB | STOI |");
  expect(text, "\n| idle | +2.00 ± 0.00 | +0.25 ± 0.00 | +0.250 ± 0.000 |");
  expect(text, "\n| late | -4.00 | -0.25 ± 0.00 | -0.250 ± 0.000 |");
  expect(text, "\n| no noise | late | 1 | 9.00 | – | 1.00 ± 0.00 |");
  free(text);
  close_bench(&bench);
}

static void
the_values_are_those_of_every_clip(void** state)
{
  Bench          bench    = open_bench(state);
  const uint32_t wind     = strcmp(corpus_group(bench.noise, SPLIT_VALID, 0), "wind") ? 1 : 0;
  EvaluationItem items[2] = { { .noise = wind }, { .noise = 1 - wind } };
  Quality        scores[2 * 4 * ENTRANT_RIVALS];
  Evaluation     evaluation = { bench_config(&bench), items, scores, { 0 } };
  evaluation.config.n_items = 2;
  make_scores(scores);

  char* const csv     = evaluation_csv(&evaluation);
  uint32_t    n_lines = 0;
  for (const char* at = csv; *at; ++at) {
    n_lines += *at == '\n';
  }
  assert_int_equal(n_lines, 1 + 2 * 4 * 2);
  assert_true(csv == strstr(csv, "clip,sound,noise,snr_db,of,si_sdr_db,segmental_snr_db,stoi,"
                                 "estoi,lsd_db,level_db,residual_db\n"
                                 "0,\"sound\",\"wind\",0,\"input\",0.0000,0.2500,0.2500,0.2500,"
                                 "0.2500,0.2500,0.2500\n"
                                 "0,\"sound\",\"wind\",0,\"lamina\",1.0000,-0.0010,"));
  expect(csv, "\n0,\"sound\",\"wind\",20,\"input\",nan,");
  expect(csv, "\n1,\"sound\",\"fan\",7.5,\"lamina\",8.0000,");
  expect(csv, "\n1,\"sound\",\"\",inf,\"lamina\",30.0000,nan,");
  free(csv);
  close_bench(&bench);
}

static void
the_lead_is_no_part_of_what_is_scored(void** state)
{
  // The same clips, whatever is drawn before them, when the noise is a sound that never changes.
  folder_constant(state, "noise.wav", RATE, 20.0, 0.1f);
  Bench        bench = open_bench(state);
  Model* const model = models_constant_gain(0.5);
  corpus_free(bench.noise);
  bench.noise             = open_one(state, "noise.wav");
  EvaluationConfig config = bench_config(&bench);
  Evaluation       none   = evaluate(&bench, model, NULL);
  Evaluation       two    = { 0 };
  config.lead_s           = 2.0;
  assert_int_equal(evaluation_run(model, &config, &two, NULL), STATUS_SUCCESS);
  for (uint32_t snr = 0; snr <= config.n_snrs; ++snr) {
    const Quality* const a = evaluation_quality(&none, 0, snr, ENTRANT_MODEL);
    const Quality* const b = evaluation_quality(&two, 0, snr, ENTRANT_MODEL);
    for (uint32_t q = 0; q < N_QUALITIES; ++q) {
      // The first window reaches back into what sounded before.
      assert_true((isnan(a->of[q]) && isnan(b->of[q])) || fabs(a->of[q] - b->of[q]) < 1e-3);
    }
  }
  evaluation_clear(&none);
  evaluation_clear(&two);
  model_free(model);
  close_bench(&bench);
}

static void
what_is_learned_changes_the_model_alone(void** state)
{
  Bench            bench   = open_bench(state);
  Model* const     model   = models_random(1);
  EvaluationConfig config  = bench_config(&bench);
  Evaluation       deaf    = { 0 };
  Evaluation       learned = { 0 };
  config.lead_s            = 0.5;
  assert_int_equal(evaluation_run(model, &config, &deaf, NULL), STATUS_SUCCESS);
  config.learn = true;
  assert_int_equal(evaluation_run(model, &config, &learned, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < config.n_items; ++i) {
    assert_memory_equal(evaluation_quality(&deaf, i, 0, ENTRANT_INPUT),
                        evaluation_quality(&learned, i, 0, ENTRANT_INPUT), sizeof(Quality));
    assert_true(fabs(score(&deaf, i, 0, ENTRANT_MODEL, QUALITY_SI_SDR) -
                     score(&learned, i, 0, ENTRANT_MODEL, QUALITY_SI_SDR)) > 1e-6);
  }
  char* const text = evaluation_text(&learned);
  expect(text, "\nThe model learned the noise alone for 0.5 s before every clip.\n");
  free(text);
  evaluation_clear(&deaf);
  evaluation_clear(&learned);
  model_free(model);
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
    IN_FOLDER(a_constant_gain_gains_nothing),
    IN_FOLDER(threads_change_nothing_and_seeds_do),
    IN_FOLDER(progress_ends_with_all_clips),
    IN_FOLDER(silent_noise_is_not_scored),
    IN_FOLDER(rivals_are_scored_in_time),
    IN_FOLDER(a_rival_that_fails_ends_it),
    IN_FOLDER(it_can_be_stopped),
    IN_FOLDER(the_tables_say_what_was_scored),
    IN_FOLDER(the_lead_over_rivals_is_told),
    IN_FOLDER(the_values_are_those_of_every_clip),
    IN_FOLDER(the_lead_is_no_part_of_what_is_scored),
    IN_FOLDER(what_is_learned_changes_the_model_alone),
    IN_FOLDER(a_clip_that_cannot_be_drawn_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
