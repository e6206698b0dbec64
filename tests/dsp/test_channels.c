// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/channels.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { N = 4000, FRAME = 64, HOP = 16, MAX_FRAMES = N / HOP + 1 };

static const StftConfig stft = { FRAME, HOP, WINDOW_VORBIS };

/// What an effect was shown.
typedef struct {
  uint32_t n;
  float    power[MAX_FRAMES];
  float    hum; ///< Added to a bin of every frame
} Seen;

static float in[2][N];
static float out[2][N];
static float other[2][N];

static void
see(void* const effect, const uint32_t at, float complex* const* const spectra)
{
  (void)at;
  Seen* const seen = effect;
  float       sum  = 0.0f;
  assert_true(seen->n < MAX_FRAMES);
  for (uint32_t k = 0; k < FRAME / 2 + 1; ++k) {
    sum += crealf(spectra[0][k]) * crealf(spectra[0][k]) + cimagf(spectra[1][k]);
  }
  seen->power[seen->n++] = sum;
  spectra[0][3] += seen->hum;
}

/// In blocks of `block`, or of any size when that is 0.
static void
run(Channels* const channels, const bool rests, Seen* const seen, const uint32_t from,
    const uint32_t to, const uint32_t block, float sound[2][N])
{
  uint64_t random = 3;
  for (uint32_t at = from, n = 0; at < to; at += n) {
    n = signal_block(block, &random) % 100;
    n = n < to - at ? n : to - at;
    channels_run(channels, rests, see, seen, n, (const float*[]){ in[0] + at, in[1] + at },
                 (float*[]){ sound[0] + at, sound[1] + at });
  }
}

/// Noise at `from`…`to`, silence elsewhere.
static void
put_noise(const uint64_t seed, const uint32_t from, const uint32_t to)
{
  signal_fill_noise(seed, 0.5f, to - from, in[0] + from);
  signal_fill_noise(seed + 1, 0.5f, to - from, in[1] + from);
}

/// Every sample comes out, one frame late, wherever there is silence.
static void
test_it_is_a_delay(void** const state)
{
  (void)state;
  for (uint32_t gap = 0; gap < 4 * FRAME; gap += 5) {
    Channels* const channels = channels_new(stft, 2);
    Seen            seen     = { 0 };
    assert_non_null(channels);
    memset(in, 0, sizeof(in));
    put_noise(1, 7 * gap, 7 * gap + 333);
    put_noise(3, 8 * gap + 333, 8 * gap + 900);
    run(channels, true, &seen, 0, N, 64, out);
    for (uint32_t i = 0; i < N; ++i) {
      assert_float_equal(out[0][i], i < FRAME ? 0.0f : in[0][i - FRAME], 1e-6);
      assert_float_equal(out[1][i], i < FRAME ? 0.0f : in[1][i - FRAME], 1e-6);
    }
    channels_free(channels);
  }
}

/// However long the silence before and between sounds is, the effect sees the same frames.
static void
test_silence_takes_no_time(void** const state)
{
  (void)state;
  enum { LENGTH = 500, LEAST = 2 * FRAME + HOP };
  static Seen expected;
  for (uint32_t before = 0; before < 300; before += 37) {
    for (uint32_t gap = LEAST; gap < LEAST + 300; gap += 29) {
      Channels* const channels = channels_new(stft, 2);
      Seen            seen     = { 0 };
      const uint32_t  second   = before + LENGTH + gap;
      memset(in, 0, sizeof(in));
      put_noise(1, before, before + LENGTH);
      put_noise(3, second, second + LENGTH);
      run(channels, true, &seen, 0, N, gap % 2 ? 0 : 64, out);
      channels_free(channels);
      if (before == 0 && gap == LEAST) {
        expected = seen;
        memcpy(other, out, sizeof(out));
      }
      assert_int_equal(seen.n, expected.n);
      assert_memory_equal(seen.power, expected.power, sizeof(seen.power));
      assert_memory_equal(out[0] + before, other[0], LENGTH * sizeof(float));
      assert_memory_equal(out[1] + second, other[1] + LENGTH + LEAST, LENGTH * sizeof(float));
    }
  }
  // Two sounds, and all frames that have some of them.
  assert_in_range(expected.n, 2 * (LENGTH + FRAME) / HOP - 2, 2 * (LENGTH + FRAME) / HOP + 2);
}

/// One silent channel is no silence, nor is a pause of less than a frame; what is no number is.
static void
test_what_silence_is(void** const state)
{
  (void)state;
  Channels* const channels = channels_new(stft, 2);
  Seen            seen     = { 0 };
  memset(in, 0, sizeof(in));
  signal_fill_noise(1, 0.5f, N, in[1]);
  run(channels, true, &seen, 0, 10 * HOP, 64, out);
  assert_int_equal(seen.n, 10);

  channels_reset(channels);
  seen.n = 0;
  memset(in, 0, sizeof(in));
  for (uint32_t i = 0; i < N; i += FRAME) {
    in[0][i] = 1.0f;
  }
  run(channels, true, &seen, 0, 100 * HOP, 64, out);
  assert_int_equal(seen.n, 100);

  channels_reset(channels);
  seen.n = 0;
  for (uint32_t i = 0; i < N; ++i) {
    in[0][i] = i % 2 ? NAN : 1e9f;
    in[1][i] = -0.0f;
  }
  run(channels, true, &seen, 0, N, 64, out);
  assert_int_equal(seen.n, 0);
  assert_float_equal(out[0][N - 1], 0.0f, 0.0f);
  channels_free(channels);
}

/// An effect that makes sound of silence goes on; and once it may rest, its last sound ends first.
static void
test_without_rest(void** const state)
{
  (void)state;
  enum { SWITCH = 20 * HOP + 5 };
  Channels* const channels = channels_new(stft, 2);
  Channels* const restless = channels_new(stft, 2);
  Seen            seen     = { .hum = 1.0f };
  memset(in, 0, sizeof(in));
  run(channels, false, &seen, 0, SWITCH, 64, out);
  assert_int_equal(seen.n, 20);
  seen.n = 0;
  run(restless, false, &seen, 0, SWITCH, 64, other);
  seen.hum = 0.0f;
  seen.n   = 0;
  run(channels, true, &seen, SWITCH, N, 64, out);
  assert_in_range(seen.n, FRAME / HOP - 1, FRAME / HOP + 1);
  seen.n = 0;
  run(restless, false, &seen, SWITCH, N, 64, other);
  assert_true(fabsf(out[0][SWITCH + FRAME / 2]) > 0.001f);
  assert_memory_equal(out[0], other[0], sizeof(out[0]));
  channels_free(restless);
  channels_free(channels);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_it_is_a_delay),
    cmocka_unit_test(test_silence_takes_no_time),
    cmocka_unit_test(test_what_silence_is),
    cmocka_unit_test(test_without_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
