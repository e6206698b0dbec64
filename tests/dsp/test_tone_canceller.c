// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/tone_canceller.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { SECOND = 48000, N = 10 * SECOND };

static float in[2][N];
static float tones_of[2][N];

/// A hum of `hz` in one channel, and of another phase and half as loud in the other.
static void
make_hum(const double hz, const uint32_t n_harmonics)
{
  for (uint32_t i = 0; i < N; ++i) {
    in[0][i] = 0.0f;
    for (uint32_t k = 1; k <= n_harmonics; ++k) {
      in[0][i] += (float)(0.05 / k * cos(2.0 * M_PI * hz * k * i / SECOND + 0.3 * k));
    }
    in[1][i] = 0.5f * in[0][i > 100 ? i - 100 : 0];
  }
}

static Tones
harmonics(const float hz, const uint32_t n)
{
  Tones tones = { .n = n };
  for (uint32_t k = 0; k < n; ++k) {
    tones.hz[k]       = hz * (float)(k + 1);
    tones.level_db[k] = 20.0f * log10f(0.05f / (float)(k + 1));
  }
  return tones;
}

/// Stereo, in blocks; 0 means random sizes.
static void
run(ToneCanceller* const canceller, const float depth, const uint32_t block)
{
  uint64_t random = 3;
  for (uint32_t at = 0; at < N;) {
    const uint32_t     wanted = signal_block(block, &random);
    const uint32_t     m      = N - at < wanted ? N - at : wanted;
    const float* const ins[]  = { in[0] + at, in[1] + at };
    float* const       outs[] = { tones_of[0] + at, tones_of[1] + at };
    tone_canceller_run(canceller, depth, m, ins, outs);
    at += m;
  }
}

/// What is left of a second of the first channel, dB.
static double
left_db(const uint32_t second)
{
  const float* const x    = in[0] + second * SECOND;
  const float* const y    = tones_of[0] + second * SECOND;
  double             left = 0.0;
  for (uint32_t i = 0; i < SECOND; ++i) {
    const double e = (double)x[i] - (double)y[i];
    left += e * e;
  }
  return 10.0 * log10(left / signal_energy(SECOND, x));
}

/// A hum goes by 20 dB within a second, also when its frequencies were found a little wrong, and
/// then on; in both channels.
static void
test_a_hum_goes(void** const state)
{
  (void)state;
  const Tones tones = harmonics(50.0f, 12);
  for (uint32_t i = 0; i < 2; ++i) {
    ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
    make_hum(i ? 50.01 : 50.0, 12);
    tone_canceller_set(canceller, &tones, true);
    run(canceller, 1.0f, 64);
    assert_true(left_db(1) < -20.0);
    assert_true(left_db(9) < -40.0);
    assert_true(signal_snr_db(SECOND, in[1] + 9 * SECOND, tones_of[1] + 9 * SECOND) > 40.0);
    tone_canceller_free(canceller);
  }
}

/// Never is more left than it says, over periods of 20 ms.
static void
test_what_is_unknown(void** const state)
{
  (void)state;
  const Tones          tones     = harmonics(50.0f, 12);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  float                unknown   = tone_canceller_unknown(canceller);
  make_hum(50.0, 12);
  tone_canceller_set(canceller, &tones, true);
  assert_float_equal(unknown, 1.0f, 0.0f);
  for (uint32_t at = 0; at < SECOND / 2; at += 960) {
    const float* const ins[]  = { in[0] + at, in[1] + at };
    float* const       outs[] = { tones_of[0] + at, tones_of[1] + at };
    tone_canceller_run(canceller, 1.0f, 960, ins, outs);
    // The share is faded in within the first
    const double snr_db = signal_snr_db(960, in[0] + at, tones_of[0] + at);
    assert_true(!at || snr_db > -10.0 * log10((double)unknown) - 1.0);
    assert_true(tone_canceller_unknown(canceller) < unknown);
    unknown = tone_canceller_unknown(canceller);
  }
  tone_canceller_free(canceller);
}

/// The mains swing by 20 mHz within a minute: so they may.
static void
test_it_follows_the_mains(void** const state)
{
  (void)state;
  const Tones          tones     = harmonics(50.0f, 8);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  double               phase     = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    phase += 2.0 * M_PI * (50.0 + 0.02 * sin(2.0 * M_PI * i / (60.0 * SECOND))) / SECOND;
    in[0][i] = 0.0f;
    for (uint32_t k = 1; k <= 8; ++k) {
      in[0][i] += (float)(0.05 / k * cos(k * phase));
    }
    in[1][i] = in[0][i];
  }
  tone_canceller_set(canceller, &tones, true);
  run(canceller, 1.0f, 64);
  for (uint32_t second = 2; second < 10; ++second) {
    assert_true(left_db(second) < -25.0);
  }
  tone_canceller_free(canceller);
}

/// Bursts 20 dB louder than the hum, of noise, as a voice is: little of them is taken.
static void
test_a_voice_stays(void** const state)
{
  (void)state;
  static float         hum[N];
  const Tones          tones     = harmonics(50.0f, 12);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  uint64_t             random    = 5;
  make_hum(50.0, 12);
  memcpy(hum, in[0], sizeof(hum));
  for (uint32_t i = 0; i < N; ++i) {
    const float voice = signal_noise(&random);
    in[0][i] += i / (SECOND / 4) % 2 ? voice : 0.0f;
  }
  tone_canceller_set(canceller, &tones, true);
  run(canceller, 1.0f, 64);
  assert_true(signal_snr_db(5 * SECOND, hum + 5 * SECOND, tones_of[0] + 5 * SECOND) > 15.0);
  tone_canceller_free(canceller);
}

/// Where there is no hum any more, a voice is left alone, whether the hum was as loud or not: 30 dB
/// and more below it is what is taken.
static void
test_no_hum(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < 2; ++i) {
    ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
    Tones                tones     = harmonics(50.0f, 12);
    uint64_t             random    = 5;
    for (uint32_t k = 0; k < tones.n && i; ++k) {
      tones.level_db[k] -= 20.0f;
    }
    for (uint32_t j = 0; j < N; ++j) { // Of the power of the hum as it was
      const float noise = 0.077f * signal_noise(&random);
      in[0][j] = in[1][j] = noise * (j / (SECOND / 4) % 2 ? 1.0f : 0.01f);
    }
    tone_canceller_set(canceller, &tones, true);
    run(canceller, 1.0f, 64);
    const double taken = signal_energy(8 * SECOND, tones_of[0] + 2 * SECOND);
    assert_true(10.0 * log10(taken / signal_energy(8 * SECOND, in[0] + 2 * SECOND)) < -30.0);
    tone_canceller_free(canceller);
  }
}

/// The same bits in any blocks; and after a silence as after any other.
static void
test_blocks_and_silence(void** const state)
{
  (void)state;
  static float first[N];
  const Tones  tones = harmonics(50.0f, 12);
  make_hum(50.003, 12);
  for (uint32_t b = 0; b < 3; ++b) {
    ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
    tone_canceller_set(canceller, &tones, true);
    run(canceller, 1.0f, (const uint32_t[]){ 64, 1, 0 }[b]);
    if (!b) {
      memcpy(first, tones_of[0], sizeof(first));
    }
    assert_memory_equal(first, tones_of[0], sizeof(first));
    tone_canceller_free(canceller);
  }

  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  tone_canceller_set(canceller, &tones, true);
  const uint32_t gaps[] = { 1000, 5 * SECOND / 2 };
  const uint32_t sound  = SECOND / 2;
  for (uint32_t i = 0; i < 2; ++i) {
    memset(in[0] + SECOND, 0, gaps[i] * sizeof(float));
    memset(in[1] + SECOND, 0, gaps[i] * sizeof(float));
    memcpy(in[0] + SECOND + gaps[i], in[0], sound * sizeof(float));
    memcpy(in[1] + SECOND + gaps[i], in[1], sound * sizeof(float));
    tone_canceller_reset(canceller);
    run(canceller, 1.0f, 64);
    assert_true(signal_energy(gaps[i] - 32, tones_of[0] + SECOND + 32) == 0.0);
    const float* const after = tones_of[0] + SECOND + gaps[i];
    if (!i) {
      memcpy(first, after, sound * sizeof(float));
    }
    assert_memory_equal(first, after, sound * sizeof(float));
  }
  tone_canceller_free(canceller);
}

/// Nothing steps when it is switched: from one sample to the next the share changes by a
/// thousandth.
static void
test_it_fades(void** const state)
{
  (void)state;
  const Tones          tones     = harmonics(50.0f, 1);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  make_hum(50.0, 1);
  assert_false(tone_canceller_runs(canceller, 1.0f));
  tone_canceller_set(canceller, &tones, true);
  assert_true(tone_canceller_runs(canceller, 1.0f));
  run(canceller, 1.0f, 64);
  const float* const inputs[]  = { in[0], in[1] };
  float* const       outputs[] = { tones_of[0], tones_of[1] };
  tone_canceller_run(canceller, 0.0f, 2000, inputs, outputs);
  for (uint32_t i = 1; i < 2000; ++i) {
    // 50 Hz of 0.05 changes by 0.05 · 2π · 50 / 48000, and the fade's part of it
    assert_true(fabsf(tones_of[0][i] - tones_of[0][i - 1]) < 3.3e-4f + 0.05f / 900.0f);
  }
  assert_true(tones_of[0][1999] == 0.0f);
  assert_false(tone_canceller_runs(canceller, 0.0f));
  tone_canceller_free(canceller);
}

/// Tones that were found under other sound stay for half a second, and go after it.
static void
test_it_waits_for_what_was_not_heard_alone(void** const state)
{
  (void)state;
  const Tones          tones     = harmonics(50.0f, 8);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  make_hum(50.0, 8);
  tone_canceller_set(canceller, &tones, false);
  run(canceller, 1.0f, 64);
  for (uint32_t i = 0; i < SECOND / 2 - 1000; ++i) {
    assert_true(tones_of[0][i] == 0.0f);
  }
  assert_true(left_db(1) < -20.0);
  tone_canceller_free(canceller);
}

/// When more tones are found, or the same ones a little elsewhere, those before are not forgotten.
static void
test_known_tones_go_on(void** const state)
{
  (void)state;
  const Tones          few       = harmonics(50.0f, 6);
  const Tones          more      = harmonics(50.01f, 9);
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  make_hum(50.0, 6);
  tone_canceller_set(canceller, &few, true);
  run(canceller, 1.0f, 64); // Whole periods
  tone_canceller_set(canceller, &more, true);
  run(canceller, 1.0f, 64);
  assert_true(left_db(0) < -40.0);
  assert_true(left_db(9) < -40.0);
  tone_canceller_free(canceller);
}

/// Tones that are not among the next ones fade out, wherever they stand, and the others go on: from
/// sample to sample all changes by no more than tones and a fade of 20 ms do.
static void
test_tones_that_leave_fade(void** const state)
{
  (void)state;
  const Tones          all       = harmonics(50.0f, 6);
  const Tones          next[]    = { harmonics(50.0f, 2), harmonics(80.0f, 4) };
  const float          most      = 6.0f * 3.3e-4f + 0.05f * 2.45f / 960.0f;
  ToneCanceller* const canceller = tone_canceller_new(SECOND, 2);
  make_hum(50.0, 6);
  for (uint32_t i = 0; i < 20; ++i) {
    const uint32_t at        = SECOND + 47 * i;
    const float*   inputs[]  = { in[0], in[1] };
    float*         outputs[] = { tones_of[0], tones_of[1] };
    tone_canceller_reset(canceller);
    tone_canceller_set(canceller, &all, true);
    tone_canceller_run(canceller, 1.0f, at, inputs, outputs);
    for (uint32_t later = at; later < at + 2000; later += 100) {
      const float* ins[]  = { in[0] + later, in[1] + later };
      float*       outs[] = { tones_of[0] + later, tones_of[1] + later };
      tone_canceller_set(canceller, &next[i % 2], true);
      tone_canceller_run(canceller, 1.0f, 100, ins, outs);
    }
    for (uint32_t j = at - 100; j < at + 2000; ++j) {
      assert_true(fabsf(tones_of[0][j] - tones_of[0][j - 1]) < most);
    }
  }
  tone_canceller_free(canceller);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_hum_goes),
    cmocka_unit_test(test_what_is_unknown),
    cmocka_unit_test(test_it_follows_the_mains),
    cmocka_unit_test(test_a_voice_stays),
    cmocka_unit_test(test_no_hum),
    cmocka_unit_test(test_blocks_and_silence),
    cmocka_unit_test(test_it_fades),
    cmocka_unit_test(test_it_waits_for_what_was_not_heard_alone),
    cmocka_unit_test(test_known_tones_go_on),
    cmocka_unit_test(test_tones_that_leave_fade),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
