// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What a morpher promises, in every one of its ways from gains to sound, and between them.

#include "dsp/effect/morpher.h"

#include "tests/support/click.h"
#include "tests/support/guard.h"
#include "tests/support/morphing.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double   rates[]  = { 1000.0, 8000.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0 };
static const uint32_t blocks[] = { 1, 7, 64, 100, 256, 333, 1024, 4096, 8192, 0 };

/// Every mode, and generating.
static const MorpherParams ways[] = {
  { .mode = MORPHER_STUDIO, .wet = 1.0f },
  { .mode = MORPHER_TIGHT, .wet = 1.0f },
  { .mode = MORPHER_LIVE, .wet = 1.0f },
  { .mode = MORPHER_STUDIO, .output = MORPHER_GENERATE, .wet = 1.0f },
};

enum { N_RATES = sizeof(rates) / sizeof(*rates), N_BLOCKS = sizeof(blocks) / sizeof(*blocks) };
enum { N_WAYS = sizeof(ways) / sizeof(*ways), N_FILTERS = 3 };

static MorpherParams
way(const uint32_t index, const float amount, const float expression)
{
  MorpherParams params = ways[index];
  params.amount        = amount;
  params.expression    = expression;
  return params;
}

/// Studio has a frame of 42.7 ms, Tight at most 640 samples at 48 kHz, Live at most 64.
static void
test_latencies(void** const state)
{
  (void)state;
  assert_int_equal(morpher_mode_latency(48000.0, MORPHER_STUDIO), 2048);
  assert_int_equal(morpher_mode_latency(48000.0, MORPHER_TIGHT), 512);
  assert_int_equal(morpher_mode_latency(48000.0, MORPHER_LIVE), 0);
  for (uint32_t r = 0; r < N_RATES; ++r) {
    const double scale = rates[r] / 48000.0;
    assert_true(morpher_mode_latency(rates[r], MORPHER_TIGHT) <= 640.0 * scale + 4.0);
  }
}

/// With amount 0 the input comes out, late by the latency of the mode, at every rate.
static void
test_amount_0_is_the_input(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < N_FILTERS * N_RATES; ++i) {
    const double        rate_hz = rates[i / N_FILTERS];
    const MorpherParams params  = way(i % N_FILTERS, 0.0f, 0.1f * (float)(i % 7));
    Morpher* const      morpher = morphing_sloping_morpher(rate_hz, 1);
    const uint32_t      latency = morpher_mode_latency(rate_hz, params.mode);
    const uint32_t      n       = 6 * morpher_stft(rate_hz).frame;
    float* const        in      = malloc(n * sizeof(float));
    float* const        out     = malloc(n * sizeof(float));
    signal_fill_noise(i, 0.5f, n, in);
    morphing_run(morpher, &params, 64, n, in, out);
    assert_true(signal_snr_db(n - latency, in, out + latency) > 120.0);
    morpher_free(morpher);
    free(in);
    free(out);
  }
}

/// Where a gain is at work, too, an impulse comes out when it should.
static void
test_latency_is_the_impulse_delay(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < N_FILTERS * (N_RATES - 1); ++i) {
    const double        rate_hz = rates[1 + i / N_FILTERS];
    const MorpherParams params  = way(i % N_FILTERS, 0.2f, 1.0f);
    Morpher* const      morpher = morphing_sloping_morpher(rate_hz, 1);
    const uint32_t      latency = morpher_mode_latency(rate_hz, params.mode);
    const uint32_t      frame   = morpher_stft(rate_hz).frame;
    const uint32_t      n       = 8 * frame;
    float* const        in      = calloc(n, sizeof(float));
    float* const        out     = calloc(n, sizeof(float));
    // Two: the second meets the gains that the modes that are late by nature found at the first
    in[3 * frame]       = 1.0f;
    in[3 * frame + 700] = 1.0f;
    morphing_run(morpher, &params, 333, n, in, out);

    const uint32_t from = 3 * frame + 350 + latency;
    uint32_t       peak = from;
    for (uint32_t k = from; k < n; ++k) {
      peak = fabsf(out[k]) > fabsf(out[peak]) ? k : peak;
    }
    assert_int_equal(peak, 3 * frame + 700 + latency);
    morpher_free(morpher);
    free(in);
    free(out);
  }
}

/// Stereo; the parameters change three times, each time to another way, at the same samples.
static void
run_through_ways(Morpher* const morpher, const uint32_t block, const uint32_t n,
                 float (*const in)[60000], float (*const out)[60000])
{
  static const uint32_t order[] = { 1, 2, 3, 0, 2, 1 };
  uint64_t              random  = 5;
  morpher_reset(morpher);
  for (uint32_t part = 0; part < 6; ++part) {
    MorpherParams  params = way(order[part], 1.0f - 0.1f * (float)part, 0.3f);
    const uint32_t end    = n / 6 * (part + 1);
    params.freeze         = part == 2;
    for (uint32_t at = n / 6 * part; at < end;) {
      const uint32_t wanted = signal_block(block, &random);
      const uint32_t m      = end - at < wanted ? end - at : wanted;
      morpher_run(morpher, &params, m, (const float*[]){ in[0] + at, in[1] + at }, NULL,
                  (float*[]){ out[0] + at, out[1] + at });
      at += m;
    }
  }
}

/// Blocks do not matter, to the bit, in any way and on the way from one to another.
static void
test_blocks_do_not_matter(void** const state)
{
  (void)state;
  enum { N = 60000 };
  static float   in[2][N];
  static float   expected[2][N];
  static float   out[2][N];
  Morpher* const morpher = morphing_sloping_morpher(44100.0, 2);
  signal_fill_noise(9, 0.5f, N, in[0]);
  signal_fill_noise(8, 0.5f, N, in[1]);
  for (uint32_t c = 0; c < 2; ++c) { // in which frames rest, while the way changes
    memset(in[c] + 25001, 0, 8000 * sizeof(float));
    memset(in[c] + 41001, 0, 8000 * sizeof(float));
  }
  run_through_ways(morpher, N, N, in, expected);
  for (uint32_t b = 0; b < N_BLOCKS; ++b) {
    run_through_ways(morpher, blocks[b], N, in, out);
    assert_memory_equal(out, expected, sizeof(out));
  }
  memcpy(out, in, sizeof(out)); // in place
  run_through_ways(morpher, 100, N, out, out);
  assert_memory_equal(out, expected, sizeof(out));
  morpher_free(morpher);
}

/// Channels keep their ratio in every way.
static void
test_channels_are_linked(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float left[N];
  static float right[N];
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    const MorpherParams params  = way(w, 1.0f, 0.0f);
    Morpher* const      morpher = morphing_sloping_morpher(48000.0, 2);
    signal_fill_noise(9, 0.5f, N, left);
    for (uint32_t i = 0; i < N; ++i) {
      right[i] = 0.5f * left[i];
    }
    morpher_run(morpher, &params, N, (const float*[]){ left, right }, NULL,
                (float*[]){ left, right });
    for (uint32_t i = 0; i < N; ++i) {
      assert_float_equal(right[i], 0.5f * left[i], 2e-6f);
    }
    morpher_free(morpher);
  }
}

/// Part of x at a frequency, as an amplitude, in a second: rms over tenths of it, for what drifts.
static double
partial(const double hz, const float* const x)
{
  enum { TENTH = 4800 };
  double sum = 0.0;
  for (uint32_t t = 0; t < 10; ++t) {
    double re = 0.0;
    double im = 0.0;
    for (uint32_t i = t * TENTH; i < (t + 1) * TENTH; ++i) {
      re += (double)x[i] * cos(2.0 * M_PI * hz * i / 48000.0);
      im += (double)x[i] * sin(2.0 * M_PI * hz * i / 48000.0);
    }
    sum += 0.1 * (re * re + im * im);
  }
  return sqrt(sum) * 2.0 / TENTH;
}

static double
power(const float* const x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < 48000; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum / 48000.0;
}

static Anchor
learned(const uint32_t n, const float* const x)
{
  Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
  Anchor         anchor  = { 0 };
  morpher_learn(morpher, &anchor, n, (const float*[]){ x });
  morpher_free(morpher);
  return anchor;
}

/// A dull note takes on the levels of a bright one's harmonics; its own level stays, and all that
/// sounds are the harmonics of its own pitch.
static void
test_harmonics_take_the_levels_of_the_target(void** const state)
{
  (void)state;
  enum { N = 96000, FROM = 40000 };
  static const double most_db[N_WAYS]    = { 2.0, 2.0, 2.0, 2.0 };
  static const double level_db[N_WAYS]   = { 0.1, 0.3, 0.3, 0.3 };
  static const double between_db[N_WAYS] = { -50.0, -50.0, -50.0, -20.0 };
  static float        in[N];
  static float        out[N];
  static float        target[N];
  morphing_play(48000.0, 200.0, 3.0, N, in);
  morphing_play(48000.0, 200.0, 0.5, N, target);
  const Anchor to = learned(N, target);
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    const MorpherParams params  = way(w, 1.0f, 0.0f);
    Morpher* const      morpher = morpher_new(NULL, 48000.0, 1);
    morpher_set_corner(morpher, 0, &to);
    morphing_run(morpher, &params, 512, N, in, out);
    const float* const heard = out + FROM;
    double             sum   = 0.0;
    double             worst = 0.0;
    for (uint32_t h = 1; h <= 20; ++h) {
      const double amplitude = partial(200.0 * h, heard);
      const double wanted    = partial(200.0 * h, target) / partial(200.0, target);
      const double off       = 20.0 * log10(amplitude / partial(200.0, heard) / wanted);
      worst                  = h <= 15 ? fmax(worst, fabs(off)) : worst;
      sum += 0.5 * amplitude * amplitude;
    }
    const double level   = 10.0 * log10(power(heard) / power(in));
    const double between = 10.0 * log10(fmax(power(heard) - sum, 1e-12) / power(heard));
    print_message("way %u: harmonics %.2f dB, level %.2f dB, between %.1f dB\n", w, worst, level,
                  between);
    assert_true(worst < most_db[w]);
    assert_true(fabs(level) < level_db[w]);
    assert_true(between < between_db[w]);
    morpher_free(morpher);
  }
}

/// The measure finds a click: a leap of 1 dB at the wave's top, and a seam.
static void
test_clicks_are_found(void** const state)
{
  (void)state;
  enum { N = 4800 };
  static float x[N];
  for (uint32_t leap = 0; leap < 2; ++leap) {
    for (uint32_t i = 0; i < N; ++i) {
      const double amplitude = i < N / 2 ? 1.0 : leap ? 1.12 : 1.0;
      const double turns     = (i < N / 2 || leap ? 1.0 : 1.01) * 100.0 * i / 48000.0;
      x[i]                   = (float)(amplitude * cos(2.0 * M_PI * turns));
    }
    assert_true(click_db(x, 1000, N - 1000, 48000.0) > -40.0);
  }
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = (float)cos(2.0 * M_PI * 6000.0 * i / 48000.0);
  }
  assert_true(click_db(x, 1000, N - 1000, 48000.0) < -70.0);
}

/// From one way to another and in the end as if there had been no other, without a click.
static void
test_changes_do_not_click(void** const state)
{
  (void)state;
  enum { N = 72000, CHANGE = 24100 };
  static float in[N];
  static float out[N];
  static float expected[N];
  morphing_play(48000.0, 200.0, 0.5, N, in);
  for (uint32_t i = 0; i < N_WAYS * N_WAYS; ++i) {
    const MorpherParams before  = way(i / N_WAYS, 0.7f, 1.0f);
    const MorpherParams after   = way(i % N_WAYS, 0.7f, 1.0f);
    Morpher* const      morpher = morphing_sloping_morpher(48000.0, 1);
    morphing_run(morpher, &after, 512, N, in, expected);
    morpher_reset(morpher);
    morpher_run(morpher, &before, CHANGE, (const float*[]){ in }, NULL, (float*[]){ out });
    morpher_run(morpher, &after, N - CHANGE, (const float*[]){ in + CHANGE }, NULL,
                (float*[]){ out + CHANGE });
    const double click = click_db(out, CHANGE - 200, CHANGE + 12000, 48000.0);
    const double snr   = signal_snr_db(24000, expected + N - 24000, out + N - 24000);
    print_message("from way %u to %u: click %.1f dB, then %.0f dB\n", i / N_WAYS, i % N_WAYS, click,
                  snr);
    assert_true(click < -60.0);
    assert_true(after.output == MORPHER_GENERATE || snr > 100.0);
    morpher_free(morpher);
  }
}

/// The amount leaps over its whole range, back and forth, and does not click.
static void
test_leaps_do_not_click(void** const state)
{
  (void)state;
  enum { N = 72000, FIRST = 24100, SECOND = 48300 };
  static float in[N];
  static float out[N];
  morphing_play(48000.0, 200.0, 0.5, N, in);
  for (uint32_t w = 0; w < N_WAYS; ++w) {
    const MorpherParams low     = way(w, MORPHER_MIN_AMOUNT, 1.0f);
    const MorpherParams high    = way(w, MORPHER_MAX_AMOUNT, 1.0f);
    Morpher* const      morpher = morphing_sloping_morpher(48000.0, 1);
    morpher_run(morpher, &low, FIRST, (const float*[]){ in }, NULL, (float*[]){ out });
    morpher_run(morpher, &high, SECOND - FIRST, (const float*[]){ in + FIRST }, NULL,
                (float*[]){ out + FIRST });
    morpher_run(morpher, &low, N - SECOND, (const float*[]){ in + SECOND }, NULL,
                (float*[]){ out + SECOND });
    const double up   = click_db(out, FIRST - 200, FIRST + 6000, 48000.0);
    const double down = click_db(out, SECOND - 200, SECOND + 6000, 48000.0);
    print_message("way %u: %.1f dB up, %.1f dB down\n", w, up, down);
    assert_true(up < -60.0);
    assert_true(down < -60.0);
    morpher_free(morpher);
  }
}

/// A bright attack after a dull sound, whose gains are still there: no burst.
static void
test_attacks_do_not_burst(void** const state)
{
  (void)state;
  enum { N = 48000, ATTACK = 24100 };
  static float in[N];
  static float out[N];
  morphing_play(48000.0, 200.0, 6.0, N, in);
  signal_fill_noise(3, 0.05f, N - ATTACK, in + ATTACK);
  for (uint32_t w = 0; w < N_FILTERS; ++w) {
    MorpherParams  params  = way(w, 1.0f, 0.0f);
    Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
    const Anchor   to      = morphing_sloping(0.9f);
    morpher_set_corner(morpher, 0, &to);
    morphing_run(morpher, &params, 512, N, in, out);
    float peak = 0.0f;
    for (uint32_t i = ATTACK; i < N; ++i) {
      peak = fmaxf(peak, fabsf(out[i]));
    }
    print_message("way %u: peak %.3f of 0.05\n", w, (double)peak);
    assert_true(peak < 0.3f);
    morpher_free(morpher);
  }
}

/// Broken samples leave no trace in any way once they have passed.
static void
test_broken_input(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float   in[N];
  static float   out[N];
  const float    broken[] = { NAN, INFINITY, -INFINITY, 1e38f, 0.99e6f, 1e-42f };
  Morpher* const morpher  = morphing_sloping_morpher(48000.0, 1);
  for (uint32_t i = 0; i < N_WAYS * sizeof(broken) / sizeof(*broken); ++i) {
    const MorpherParams params = way(i % N_WAYS, 1.0f, 0.5f);
    signal_fill_noise(2, 0.5f, N, in);
    for (uint32_t k = 5000; k < 6000; ++k) {
      in[k] = broken[i / N_WAYS];
    }
    morphing_run(morpher, &params, 100, N, in, out);
    for (uint32_t k = 0; k < N; ++k) {
      assert_true(isfinite(out[k]));
      assert_true(k < 12000 || fabsf(out[k]) < 10.0f);
    }
  }
  morpher_free(morpher);
}

/// Held while it generates, a sound goes on when what is heard becomes another: with its pitch, at
/// the level of the other.
static void
test_frozen_sound_goes_on(void** const state)
{
  (void)state;
  enum { N = 144000, HOLD = 40000, OTHER = 48000 };
  static float in[N];
  static float out[N];
  morphing_play(48000.0, 200.0, 1.0, N, in);
  morphing_play(48000.0, 270.0, 1.0, N - OTHER, in + OTHER);
  for (uint32_t i = OTHER; i < N; ++i) {
    in[i] *= 0.5f;
  }
  Morpher* const morpher = morphing_sloping_morpher(48000.0, 1);
  MorpherParams  params  = way(3, 0.0f, 1.0f);
  morpher_run(morpher, &params, HOLD, (const float*[]){ in }, NULL, (float*[]){ out });
  params.freeze = true;
  morpher_run(morpher, &params, N - HOLD, (const float*[]){ in + HOLD }, NULL,
              (float*[]){ out + HOLD });
  const float* const heard = out + N - 48000;
  const double       kept  = partial(200.0, heard) / partial(200.0, in);
  const double new         = partial(270.0, heard) / partial(270.0, in + N - 48000);
  const double level       = 10.0 * log10(power(heard) / power(in + N - 48000));
  double       least       = INFINITY;
  double       most        = 0.0;
  for (uint32_t i = 0; i < 48000; i += 480) { // two periods
    double sum = 0.0;
    for (uint32_t k = i; k < i + 480; ++k) {
      sum += (double)heard[k] * (double)heard[k] / 480.0;
    }
    least = fmin(least, sum);
    most  = fmax(most, sum);
  }
  const double unsteady = 10.0 * log10(most / least);
  print_message("held %.3f, new %.4f, level %.2f dB, unsteady by %.2f dB\n", kept, new, level,
                unsteady);
  assert_true(kept > 0.4 && kept < 0.6);
  assert_true(new < 0.03);
  assert_true(fabs(level) < 0.5);
  assert_true(unsteady < 1.0);
  morpher_free(morpher);
}

static void
test_nothing_is_allocated_while_sound_runs(void** const state)
{
  (void)state;
  if (!guard_works()) {
    skip();
  }
  enum { N = 60000 };
  static float      x[2][N];
  Morpher* const    morpher = morphing_sloping_morpher(48000.0, 2);
  const GuardCounts before  = guard_counts();
  signal_fill_noise(2, 0.5f, N, x[0]);
  guard_arm();
  run_through_ways(morpher, 333, N, x, x);
  guard_disarm();
  const GuardCounts after = guard_counts();
  assert_int_equal(after.n_allocations, before.n_allocations);
  assert_int_equal(after.n_locks, before.n_locks);
  assert_int_equal(after.n_calls, before.n_calls);
  morpher_free(morpher);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_latencies),
    cmocka_unit_test(test_amount_0_is_the_input),
    cmocka_unit_test(test_latency_is_the_impulse_delay),
    cmocka_unit_test(test_blocks_do_not_matter),
    cmocka_unit_test(test_channels_are_linked),
    cmocka_unit_test(test_harmonics_take_the_levels_of_the_target),
    cmocka_unit_test(test_clicks_are_found),
    cmocka_unit_test(test_changes_do_not_click),
    cmocka_unit_test(test_leaps_do_not_click),
    cmocka_unit_test(test_attacks_do_not_burst),
    cmocka_unit_test(test_broken_input),
    cmocka_unit_test(test_frozen_sound_goes_on),
    cmocka_unit_test(test_nothing_is_allocated_while_sound_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
