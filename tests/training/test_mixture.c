// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/mixture.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define N    16000

/// A corpus of sounds and one of noises, and room for a mixture.
typedef struct {
  Corpus* sound;
  Corpus* music; ///< NULL unless a test opens it
  Corpus* noise;
  Mixture mixture;
} Bench;

static const MixtureConfig plain = { .snr_min_db   = 5.0,
                                     .snr_max_db   = 5.0,
                                     .level_min_db = -30.0,
                                     .level_max_db = -30.0 };

/// A tone of 250 Hz with a slow beat: no two seconds are the same.
static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  const double t = (double)frame / RATE;
  return (float)(0.3 * sin(2.0 * M_PI * 250.0 * t) * (1.0 + 0.5 * sin(2.0 * M_PI * 0.37 * t)));
}

/// `context` is the state of a signal_noise().
static float
hiss(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return 0.05f * signal_noise((uint64_t*)context);
}

static Corpus*
open_one(void* const* state, const char* name)
{
  const char* const  path   = folder_path(state, name);
  const CorpusConfig config = { .n_folders = 1, .folders = &path, .rate_hz = RATE };
  Corpus*            corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  return corpus;
}

static Bench
open_bench(void* const* state, Signal sound, Signal noise)
{
  uint64_t        seed = 1;
  const int       wav  = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  const SoundSpec a    = { wav, RATE, 1, 4 * RATE, sound, &seed };
  const SoundSpec b    = { wav, RATE, 1, 4 * RATE, noise, &seed };
  folder_make(state, "sound");
  folder_make(state, "noise");
  folder_sound(state, "sound/a.wav", &a);
  folder_sound(state, "noise/a.wav", &b);

  Bench bench           = { .sound   = open_one(state, "sound"),
                            .noise   = open_one(state, "noise"),
                            .mixture = { .n = N } };
  bench.mixture.clean   = malloc(N * sizeof(float));
  bench.mixture.noisy   = malloc(N * sizeof(float));
  bench.mixture.profile = malloc(N * sizeof(float));
  assert_non_null(bench.mixture.profile);
  assert_non_null(bench.mixture.clean);
  assert_non_null(bench.mixture.noisy);
  return bench;
}

static void
close_bench(Bench* bench)
{
  corpus_free(bench->sound);
  corpus_free(bench->music);
  corpus_free(bench->noise);
  free(bench->mixture.profile);
  free(bench->mixture.clean);
  free(bench->mixture.noisy);
}

static void
draw(Bench* bench, const MixtureConfig* config, uint64_t step)
{
  const MixtureSources sources = { bench->sound, bench->music, bench->noise };
  Random               random  = random_at(1, RANDOM_TEST, step);
  assert_int_equal(mixture_draw(config, &sources, SPLIT_TRAIN, &random, &bench->mixture, NULL),
                   STATUS_SUCCESS);
}

static double
power_db(const float* x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return 10.0 * log10(sum / N);
}

/// Energy of the clean sound over that of what was added, dB.
static double
measured_snr_db(const Mixture* mixture)
{
  double sound = 0.0;
  double noise = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double added = (double)mixture->noisy[i] - (double)mixture->clean[i];
    sound += (double)mixture->clean[i] * (double)mixture->clean[i];
    noise += added * added;
  }
  return 10.0 * log10(sound / noise);
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%g, not %g", found, expected);
  }
}

static void
add_mixes_at_the_ratio(void** state)
{
  (void)state;
  // Energies 4·1 and 4·4: at 0 dB the noise is halved, at 20 dB it is a twentieth.
  const float clean[] = { 1.0f, -1.0f, 1.0f, -1.0f };
  const float noise[] = { 2.0f, 2.0f, -2.0f, -2.0f };
  float       noisy[4];
  assert_near(mixture_add(4, clean, noise, 0.0, noisy), 0.5, 1e-12);
  assert_true(noisy[0] == 2.0f && noisy[1] == 0.0f && noisy[2] == 0.0f && noisy[3] == -2.0f);
  assert_near(mixture_add(4, clean, noise, 20.0, noisy), 0.05, 1e-12);
  assert_near(mixture_add(4, clean, noise, -20.0, noisy), 5.0, 1e-12);
}

static void
add_leaves_silence_alone(void** state)
{
  (void)state;
  const float silence[2] = { 0.0f, 0.0f };
  const float sound[2]   = { 1.0f, 2.0f };
  float       noisy[2];
  assert_true(mixture_add(2, sound, silence, 0.0, noisy) == 0.0);
  assert_memory_equal(noisy, sound, sizeof sound);
  assert_true(mixture_add(2, silence, sound, 0.0, noisy) == 0.0);
  assert_memory_equal(noisy, silence, sizeof silence);
}

static void
an_example_has_the_drawn_ratio_and_level(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  config.snr_min_db    = -5.0;
  config.snr_max_db    = 20.0;
  config.level_min_db  = -40.0;
  config.level_max_db  = -20.0;

  double least_snr   = 99.0;
  double most_snr    = -99.0;
  double least_level = 99.0;
  double most_level  = -99.0;
  for (uint64_t i = 0; i < 40; ++i) {
    draw(&bench, &config, i);
    assert_near(measured_snr_db(&bench.mixture), bench.mixture.snr_db, 0.01);
    least_snr   = fmin(least_snr, bench.mixture.snr_db);
    most_snr    = fmax(most_snr, bench.mixture.snr_db);
    least_level = fmin(least_level, power_db(bench.mixture.noisy));
    most_level  = fmax(most_level, power_db(bench.mixture.noisy));
  }
  assert_true(least_snr >= -5.0 && least_snr < 0.0 && most_snr > 15.0 && most_snr <= 20.0);
  assert_true(least_level > -40.01 && least_level < -36.0);
  assert_true(most_level > -24.0 && most_level < -19.99);
  close_bench(&bench);
}

static void
a_mixture_never_clips(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  config.level_min_db = config.level_max_db = 0.0;
  draw(&bench, &config, 1);

  float highest = 0.0f;
  for (uint32_t i = 0; i < N; ++i) {
    highest = fmaxf(highest, fmaxf(fabsf(bench.mixture.noisy[i]), fabsf(bench.mixture.clean[i])));
  }
  assert_near((double)highest, 0.99, 1e-5);
  assert_near(measured_snr_db(&bench.mixture), 5.0, 0.01);
  close_bench(&bench);
}

static void
clean_and_noise_only_examples_have_their_shares(void** state)
{
  enum { N_DRAWN = 300 };
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  config.clean_share   = 0.3;
  config.noise_share   = 0.2;

  double n_clean = 0.0;
  double n_noise = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    const Mixture* const mixture  = &bench.mixture;
    const bool           is_clean = !memcmp(mixture->clean, mixture->noisy, N * sizeof(float));
    const bool           is_noise = power_db(mixture->clean) == -(double)INFINITY;
    assert_true((mixture->snr_db == (double)INFINITY) == is_clean);
    assert_true((mixture->snr_db == -(double)INFINITY) == is_noise);
    assert_near(power_db(mixture->noisy), -30.0, 0.01);
    n_clean += is_clean;
    n_noise += is_noise;
  }
  assert_near(n_clean, 0.3 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.3 * 0.7));
  assert_near(n_noise, 0.2 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.2 * 0.8));
  close_bench(&bench);
}

static float
nothing(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  (void)frame;
  return 0.0f;
}

static void
a_silent_sound_or_noise_is_none(void** state)
{
  Bench bench = open_bench(state, nothing, hiss);
  draw(&bench, &plain, 1);
  assert_true(bench.mixture.snr_db == -(double)INFINITY);
  assert_near(power_db(bench.mixture.noisy), -30.0, 0.01);

  // The noise of the example before must not be heard in one that has none.
  MixtureConfig clean = plain;
  clean.clean_share   = 1.0;
  draw(&bench, &clean, 2);
  assert_true(bench.mixture.snr_db == (double)INFINITY);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(bench.mixture.noisy[i] == 0.0f);
  }

  Bench swapped = bench;
  swapped.sound = bench.noise;
  swapped.noise = bench.sound;
  draw(&swapped, &plain, 1);
  assert_true(swapped.mixture.snr_db == (double)INFINITY);
  assert_memory_equal(swapped.mixture.noisy, swapped.mixture.clean, N * sizeof(float));

  swapped.sound = bench.sound;
  draw(&swapped, &plain, 1);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(swapped.mixture.noisy[i] == 0.0f && swapped.mixture.clean[i] == 0.0f);
  }
  close_bench(&bench);
}

/// What a filter rings on with, long after a sound.
static float
murmur(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  return frame % 2 ? 1e-15f : -1e-15f;
}

static void
what_nobody_hears_is_none_too(void** state)
{
  Bench bench = open_bench(state, murmur, hiss);
  draw(&bench, &plain, 1);
  assert_true(bench.mixture.snr_db == -(double)INFINITY);
  assert_near(power_db(bench.mixture.noisy), -30.0, 0.01);

  bench.mixture.n_profile = N;
  MixtureConfig config    = plain;
  config.profile_share    = 1.0;
  Bench swapped           = bench;
  swapped.sound           = bench.noise;
  swapped.noise           = bench.sound;
  draw(&swapped, &config, 1);
  assert_true(swapped.mixture.snr_db == (double)INFINITY && !swapped.mixture.has_profile);

  swapped.sound = bench.sound;
  draw(&swapped, &config, 1);
  assert_true(power_db(swapped.mixture.noisy) < -120.0);
  close_bench(&bench);
}

static void
a_second_noise_changes_what_is_added(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  static float  first[N];
  draw(&bench, &config, 3);
  memcpy(first, bench.mixture.noisy, sizeof first);
  draw(&bench, &config, 3);
  assert_memory_equal(first, bench.mixture.noisy, sizeof first);

  config.second_noise_share = 1.0;
  draw(&bench, &config, 3);
  assert_true(signal_snr_db(N, first, bench.mixture.noisy) < 30.0);
  assert_near(measured_snr_db(&bench.mixture), 5.0, 0.01);
  close_bench(&bench);
}

/// Energy of the differences of neighbours over that of the samples: how bright a sound is.
static double
brightness_db(const float* x)
{
  double sum = 0.0;
  for (uint32_t i = 1; i < N; ++i) {
    sum += pow((double)x[i] - (double)x[i - 1], 2);
  }
  return 10.0 * log10(sum / N) - power_db(x);
}

static void
the_equalizer_colors_the_noise_both_ways(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  config.noise_share   = 1.0;
  draw(&bench, &config, 0);
  const double white_db = brightness_db(bench.mixture.noisy);
  // Differences of white noise have twice its power.
  assert_near(white_db, 3.01, 0.1);

  config.equalizer_db = 12.0;
  double least_db     = 99.0;
  double most_db      = -99.0;
  for (uint64_t i = 0; i < 40; ++i) {
    draw(&bench, &config, i);
    least_db = fmin(least_db, brightness_db(bench.mixture.noisy));
    most_db  = fmax(most_db, brightness_db(bench.mixture.noisy));
  }
  assert_true(least_db < white_db - 1.0 && least_db > white_db - 12.0);
  assert_true(most_db > white_db + 0.3);
  close_bench(&bench);
}

/// Grows steadily, so that every sample tells its place.
static float
ramp(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  return 0.2f + 0.5f * (float)frame / (4.0f * RATE);
}

/// The noise of the profile, and then that of the mixture, must be one straight line.
static void
assert_one_ramp(const Mixture* mixture)
{
  const double first = (double)mixture->profile[0];
  const double slope = ((double)mixture->profile[N - 1] - first) / (N - 1);
  assert_true(slope > 1e-8);
  for (uint32_t i = 0; i < N; ++i) {
    const double added = (double)mixture->noisy[i] - (double)mixture->clean[i];
    assert_near((double)mixture->profile[i], first + slope * i, 1e-6);
    assert_near(added, first + slope * (N + i), 1e-6);
  }
}

static void
a_profile_is_the_same_noise_before(void** state)
{
  enum { N_DRAWN = 200 };
  Bench         bench     = open_bench(state, tone, ramp);
  MixtureConfig config    = plain;
  bench.mixture.n_profile = N;
  config.profile_share    = 0.5;
  config.clean_share      = 0.2;
  config.noise_share      = 0.2;

  double n_noise   = 0.0;
  double n_profile = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    const bool has_noise = bench.mixture.snr_db < (double)INFINITY;
    n_noise += has_noise;
    n_profile += bench.mixture.has_profile;
    assert_true(has_noise || !bench.mixture.has_profile);
    if (bench.mixture.has_profile) {
      assert_one_ramp(&bench.mixture);
    }
  }
  assert_near(n_profile, 0.5 * n_noise, 5.0 * sqrt(n_noise * 0.5 * 0.5));

  bench.mixture.n_profile = 0;
  draw(&bench, &config, 0);
  assert_false(bench.mixture.has_profile);
  close_bench(&bench);
}

/// Loud for two seconds, and 60 dB softer for two.
static float
passage(void* context, uint32_t channel, uint64_t frame)
{
  return (frame < 2 * RATE ? 1.0f : 1e-3f) * hiss(context, channel, frame);
}

static void
a_profile_of_what_is_over_is_none(void** state)
{
  enum { N_DRAWN = 60 };
  Bench         bench     = open_bench(state, tone, passage);
  MixtureConfig config    = plain;
  bench.mixture.n_profile = N;
  config.profile_share    = 1.0;

  uint32_t n_profile = 0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    n_profile += bench.mixture.has_profile;
    if (bench.mixture.has_profile) {
      const double added_db = power_db(bench.mixture.noisy) -
                              10.0 * log10(1.0 + pow(10.0, bench.mixture.snr_db / 10.0));
      // What they have in common is small: hiss and a tone.
      assert_true(power_db(bench.mixture.profile) < added_db + 40.1);
    }
  }
  assert_true(n_profile > N_DRAWN / 4 && n_profile < N_DRAWN);
  close_bench(&bench);
}

static void
music_has_its_share_and_ratios(void** state)
{
  enum { N_DRAWN = 200 };
  Bench bench = open_bench(state, tone, hiss);
  folder_make(state, "music");
  folder_constant(state, "music/a.wav", RATE, 4.0, 0.25f);
  bench.music             = open_one(state, "music");
  MixtureConfig config    = plain;
  config.snr_min_db       = -5.0;
  config.snr_max_db       = 20.0;
  config.music_share      = 0.4;
  config.music_snr_min_db = 10.0;
  double n_music          = 0.0;
  double least_db[]       = { 99.0, 99.0 };
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    // The tone swings around 0; the "music" is never below it.
    bool is_music = true;
    for (uint32_t k = 0; k < N; ++k) {
      is_music = is_music && bench.mixture.clean[k] >= 0.0f;
    }
    n_music += is_music;
    least_db[is_music] = fmin(least_db[is_music], bench.mixture.snr_db);
  }
  assert_near(n_music, 0.4 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));
  assert_true(least_db[0] < -3.0);
  assert_true(least_db[1] >= 10.0 && least_db[1] < 12.0);
  close_bench(&bench);
}

/// Energy within a few hertz of the tone's 250, over that of all.
static double
share_at_tone(const float* x)
{
  double sum = 0.0;
  double all = 0.0;
  for (uint32_t piece = 0; piece < 8; ++piece) {
    double a = 0.0;
    double b = 0.0;
    for (uint32_t i = piece * N / 8; i < (piece + 1) * N / 8; ++i) {
      a += (double)x[i] * cos(2.0 * M_PI * 250.0 * i / RATE);
      b += (double)x[i] * sin(2.0 * M_PI * 250.0 * i / RATE);
      all += (double)x[i] * (double)x[i];
    }
    sum += (a * a + b * b) * 16.0 / N;
  }
  return sum / all;
}

static void
babble_and_steady_noise_have_their_shares(void** state)
{
  enum { N_DRAWN = 150 };
  Bench         bench  = open_bench(state, tone, ramp);
  MixtureConfig config = plain;
  config.noise_share   = 1.0;
  config.babble_share  = 0.3;
  config.steady_share  = 0.4;
  double n_babble      = 0.0;
  double n_steady      = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    double mean = 0.0;
    for (uint32_t k = 0; k < N; ++k) {
      mean += (double)bench.mixture.noisy[k] / N;
    }
    // The recorded noise has only a mean, and voices are tones here.
    const double level_db    = power_db(bench.mixture.noisy);
    const bool   is_recorded = 10.0 * log10(mean * mean) > level_db - 10.0;
    const bool   is_babble   = !is_recorded && share_at_tone(bench.mixture.noisy) > 0.5;
    n_babble += is_babble;
    n_steady += !is_recorded && !is_babble;
  }
  assert_near(n_babble, 0.3 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.3 * 0.7));
  assert_near(n_steady, 0.4 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));
  close_bench(&bench);
}

/// Of what the noise adds: the recorded one has a mean, and what is synthesized has none.
static bool
adds_recorded(const Mixture* mixture)
{
  double mean  = 0.0;
  double power = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double added = (double)mixture->noisy[i] - (double)mixture->clean[i];
    mean += added / N;
    power += added * added / N;
  }
  return mixture->snr_db < (double)INFINITY && mean * mean >= 0.1 * power;
}

/// Under voices 0.4 of the noises are not recorded, by these shares; under music all are.
static void
assert_under_voices_alone(void** state, double shot_share, double call_share)
{
  enum { N_DRAWN = 100 };
  Bench         bench  = open_bench(state, tone, ramp);
  MixtureConfig config = plain;
  config.shot_share    = shot_share;
  config.call_share    = call_share;
  double n_recorded    = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    n_recorded += adds_recorded(&bench.mixture);
  }
  assert_near(n_recorded, 0.6 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));

  folder_make(state, "music");
  folder_constant(state, "music/a.wav", RATE, 4.0, 0.25f);
  bench.music             = open_one(state, "music");
  config.music_share      = 1.0;
  config.music_snr_min_db = 5.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    assert_true(adds_recorded(&bench.mixture));
  }
  close_bench(&bench);
}

static void
shots_are_noise_under_voices_alone(void** state)
{
  assert_under_voices_alone(state, 0.4, 0.0);
}

static void
calls_are_noise_under_voices_alone(void** state)
{
  assert_under_voices_alone(state, 0.0, 0.4);
}

/// The recorded noise rises, and falls when it is played backwards.
static void
noise_is_played_backwards(void** state)
{
  enum { N_DRAWN = 100 };
  Bench         bench    = open_bench(state, tone, ramp);
  MixtureConfig config   = plain;
  config.backwards_share = 0.3;
  double n_backwards     = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    const Mixture* const mixture = &bench.mixture;
    const float          first   = mixture->noisy[0] - mixture->clean[0];
    const float          last    = mixture->noisy[N - 1] - mixture->clean[N - 1];
    n_backwards += last < first;
  }
  assert_near(n_backwards, 0.3 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.3 * 0.7));
  close_bench(&bench);
}

/// Whether what the noise adds comes again after 0.15…0.5 s.
static bool
repeats(const Mixture* mixture)
{
  enum { FIRST = 100, HEARD = 600 };
  static float added[N];
  for (uint32_t i = 0; i < N; ++i) {
    added[i] = mixture->noisy[i] - mixture->clean[i];
  }
  for (uint32_t lag = (uint32_t)(0.15 * RATE); lag <= RATE / 2; ++lag) {
    double both  = 0.0;
    double early = 0.0;
    double late  = 0.0;
    for (uint32_t i = FIRST; i < FIRST + HEARD; ++i) {
      both += (double)added[i] * (double)added[i + lag];
      early += (double)added[i] * (double)added[i];
      late += (double)added[i + lag] * (double)added[i + lag];
    }
    if (both > 0.7 * sqrt(early * late)) {
      return true;
    }
  }
  return false;
}

/// Periods are as likely in every octave of 0.15…3 s.
static void
noise_is_repeated(void** state)
{
  enum { N_DRAWN = 100 };
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  const double  share  = 0.6 * log(0.5 / 0.15) / log(3.0 / 0.15);
  config.loop_share    = 0.6;
  double n_repeated    = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    n_repeated += repeats(&bench.mixture);
  }
  assert_near(n_repeated, share * N_DRAWN, 4.0 * sqrt(N_DRAWN * share * (1.0 - share)));

  config.loop_share = 0.0;
  for (uint64_t i = 0; i < 10; ++i) {
    draw(&bench, &config, i);
    assert_false(repeats(&bench.mixture));
  }
  close_bench(&bench);
}

static void
no_recorded_noise_is_needed(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  Corpus* const noise  = bench.noise;
  MixtureConfig config = plain;
  config.steady_share  = 0.2;
  bench.noise          = NULL;
  for (uint64_t i = 0; i < 10; ++i) {
    draw(&bench, &config, i);
    assert_near(measured_snr_db(&bench.mixture), 5.0, 0.01);
  }
  bench.noise = noise;
  close_bench(&bench);
}

/// Energy of the differences of neighbors, of what the noise adds: it has highs or not.
static double
highs_db(const Mixture* mixture)
{
  static float added[N];
  for (uint32_t i = 0; i < N; ++i) {
    added[i] = mixture->noisy[i] - mixture->clean[i];
  }
  return brightness_db(added);
}

static void
highs_are_taken_from_the_sound_or_from_all(void** state)
{
  enum { N_DRAWN = 60 };
  // The sound is noise as well, and the edges lie between 4 and 7.2 kHz of 8.
  Bench         bench   = open_bench(state, hiss, hiss);
  MixtureConfig config  = plain;
  config.low_pass_share = 0.5;
  double n_low          = 0.0;
  double n_all          = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    const bool is_low  = brightness_db(bench.mixture.clean) < 2.9;
    const bool all_low = highs_db(&bench.mixture) < 2.9;
    assert_true(is_low || !all_low);
    assert_near(measured_snr_db(&bench.mixture), 5.0, 0.01);
    n_low += is_low;
    n_all += all_low;
  }
  assert_near(n_low, 0.5 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.5 * 0.5));
  assert_near(n_all, 0.5 * n_low, 5.0 * sqrt(n_low * 0.5 * 0.5));
  close_bench(&bench);
}

/// Half a second of sound and half a second of silence.
static float
bursts(void* context, uint32_t channel, uint64_t frame)
{
  return frame / (RATE / 2) % 2 ? 0.0f : hiss(context, channel, frame);
}

static void
a_room_is_kept_with_the_sound(void** state)
{
  enum { N_DRAWN = 60 };
  Bench         bench        = open_bench(state, bursts, hiss);
  MixtureConfig config       = plain;
  config.clean_share         = 1.0;
  config.reverberation_share = 0.4;
  double n_rooms             = 0.0;
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    draw(&bench, &config, i);
    assert_memory_equal(bench.mixture.noisy, bench.mixture.clean, N * sizeof(float));
    // A pause of half a second is in every second.
    uint32_t n_silent = 0;
    for (uint32_t k = 0; k < N; ++k) {
      n_silent += bench.mixture.clean[k] == 0.0f;
    }
    n_rooms += n_silent < N / 2 - 100;
  }
  assert_near(n_rooms, 0.4 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));
  close_bench(&bench);
}

/// Samples at the greatest magnitude.
static uint32_t
count_at_peak(const float* x)
{
  float    highest = 0.0f;
  uint32_t n       = 0;
  for (uint32_t i = 0; i < N; ++i) {
    n       = fabsf(x[i]) > highest ? 1 : n + (fabsf(x[i]) == highest);
    highest = fmaxf(highest, fabsf(x[i]));
  }
  return n;
}

static void
a_mixture_is_cut_off_and_its_sound_is_not(void** state)
{
  enum { N_DRAWN = 60 };
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  double        n_cut  = 0.0;
  static float  whole[N];
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    config.clip_share = 0.0;
    draw(&bench, &config, i);
    memcpy(whole, bench.mixture.noisy, sizeof whole);
    assert_true(count_at_peak(whole) < 3);

    config.clip_share = 0.4;
    draw(&bench, &config, i);
    const bool is_cut  = count_at_peak(bench.mixture.noisy) > 2;
    float      highest = 0.0f;
    for (uint32_t k = 0; k < N; ++k) {
      highest = fmaxf(highest, fabsf(bench.mixture.noisy[k]));
    }
    for (uint32_t k = 0; k < N; ++k) {
      assert_true(bench.mixture.noisy[k] == fmaxf(-highest, fminf(highest, whole[k])));
    }
    assert_true(count_at_peak(bench.mixture.clean) < 3);
    n_cut += is_cut;
  }
  assert_near(n_cut, 0.4 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.4 * 0.6));
  close_bench(&bench);
}

/// Peak over RMS.
static double
crest(const float* x)
{
  double highest = 0.0;
  double sum     = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    highest = fmax(highest, (double)fabsf(x[i]));
    sum += (double)x[i] * (double)x[i];
  }
  return highest / sqrt(sum / N);
}

/// Noise has peaks of four times its RMS; of an amplifier in saturation nothing is left of them.
static void
driven_sounds_have_lower_peaks(void** state)
{
  enum { N_DRAWN = 200 };
  Bench         bench    = open_bench(state, hiss, hiss);
  MixtureConfig config   = plain;
  uint32_t      n_driven = 0;
  static float  whole[N];
  for (uint64_t i = 0; i < N_DRAWN; ++i) {
    config.drive_share = 0.0;
    draw(&bench, &config, i);
    memcpy(whole, bench.mixture.clean, sizeof whole);

    config.drive_share = 0.3;
    draw(&bench, &config, i);
    const bool is_driven = memcmp(whole, bench.mixture.clean, sizeof whole) != 0;
    assert_true(!is_driven || crest(bench.mixture.clean) < crest(whole));
    assert_near(measured_snr_db(&bench.mixture), 5.0, 1e-3);
    n_driven += is_driven;
  }
  assert_near(n_driven, 0.3 * N_DRAWN, 5.0 * sqrt(N_DRAWN * 0.3 * 0.7));
  close_bench(&bench);
}

/// Frequency by the turns from below 0 to above, pauses left out, relative to the tone's.
static double
relative_pitch(const float* x)
{
  uint32_t n_turns = 0;
  uint32_t n_heard = 0;
  for (uint32_t i = 1; i < N; ++i) {
    n_turns += x[i - 1] < 0.0f && x[i] >= 0.0f;
    n_heard += x[i] != 0.0f;
  }
  return (double)n_turns * RATE / n_heard / 250.0;
}

static void
sounds_are_played_lower_and_higher(void** state)
{
  Bench         bench    = open_bench(state, tone, hiss);
  MixtureConfig config   = plain;
  double        lowest   = 1.0;
  double        highest  = 1.0;
  config.sound_semitones = 4.0;
  for (uint64_t i = 0; i < 60; ++i) {
    draw(&bench, &config, i);
    const double pitch = relative_pitch(bench.mixture.clean);
    lowest             = fmin(lowest, pitch);
    highest            = fmax(highest, pitch);
  }
  const double greatest = pow(2.0, 4.0 / 12.0);
  assert_true(lowest > 0.98 / greatest && lowest < 0.9);
  assert_true(highest < 1.02 * greatest && highest > 1.1);
  close_bench(&bench);
}

/// What is drawn for an example does not depend on the length of its files.
static void
other_files_change_no_choice(void** state)
{
  Bench         bench  = open_bench(state, tone, hiss);
  MixtureConfig config = plain;
  config.snr_min_db    = -5.0;
  config.snr_max_db    = 20.0;
  config.clean_share   = 0.2;
  Bench other          = bench;
  folder_make(state, "short");
  folder_constant(state, "short/a.wav", RATE, 0.2, 0.25f);
  other.sound = open_one(state, "short");
  for (uint64_t i = 0; i < 20; ++i) {
    draw(&bench, &config, i);
    const double snr_db = bench.mixture.snr_db;
    draw(&other, &config, i);
    assert_true(other.mixture.snr_db == snr_db);
  }
  corpus_free(other.sound);
  close_bench(&bench);
}

static void
a_missing_split_is_an_error(void** state)
{
  Bench                bench   = open_bench(state, tone, hiss);
  const MixtureSources sources = { bench.sound, NULL, bench.noise };
  Random               random  = random_at(1, RANDOM_TEST, 0);
  Diagnostic           why     = { "" };
  assert_int_equal(mixture_draw(&plain, &sources, SPLIT_VALID, &random, &bench.mixture, &why),
                   STATUS_NOT_FOUND);
  assert_string_not_equal(why.text, "");
  close_bench(&bench);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(add_mixes_at_the_ratio),
    cmocka_unit_test(add_leaves_silence_alone),
    IN_FOLDER(an_example_has_the_drawn_ratio_and_level),
    IN_FOLDER(a_mixture_never_clips),
    IN_FOLDER(clean_and_noise_only_examples_have_their_shares),
    IN_FOLDER(a_silent_sound_or_noise_is_none),
    IN_FOLDER(what_nobody_hears_is_none_too),
    IN_FOLDER(a_second_noise_changes_what_is_added),
    IN_FOLDER(the_equalizer_colors_the_noise_both_ways),
    IN_FOLDER(a_profile_is_the_same_noise_before),
    IN_FOLDER(a_profile_of_what_is_over_is_none),
    IN_FOLDER(music_has_its_share_and_ratios),
    IN_FOLDER(babble_and_steady_noise_have_their_shares),
    IN_FOLDER(shots_are_noise_under_voices_alone),
    IN_FOLDER(calls_are_noise_under_voices_alone),
    IN_FOLDER(noise_is_played_backwards),
    IN_FOLDER(noise_is_repeated),
    IN_FOLDER(no_recorded_noise_is_needed),
    IN_FOLDER(highs_are_taken_from_the_sound_or_from_all),
    IN_FOLDER(a_room_is_kept_with_the_sound),
    IN_FOLDER(a_mixture_is_cut_off_and_its_sound_is_not),
    IN_FOLDER(sounds_are_played_lower_and_higher),
    IN_FOLDER(driven_sounds_have_lower_peaks),
    IN_FOLDER(other_files_change_no_choice),
    IN_FOLDER(a_missing_split_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
