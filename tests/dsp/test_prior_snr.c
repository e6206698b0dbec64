// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/prior_snr.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdint.h>

enum { N_BANDS = 3 };

static const double hop_s = 0.01;

/// Two frames over noise of 0 dB, worked from the definition with α = e^(−0.01 / 0.195).
static void
test_by_hand(void** const state)
{
  (void)state;
  PriorSnr* const prior             = prior_snr_new(N_BANDS, hop_s);
  const float     noise[N_BANDS]    = { -3.0f, -3.0f, -3.0f };
  const float     levels[][N_BANDS] = { { 10.0f, 0.0f, -30.0f }, { 3.0f, 20.0f, -30.0f } };
  const double    keep              = exp(-hop_s / 0.195);
  double          last[N_BANDS]     = { 0.0 };
  for (uint32_t t = 0; t < 2; ++t) {
    const float* const db = prior_snr_track(prior, levels[t], noise, 3.0f);
    for (uint32_t i = 0; i < N_BANDS; ++i) {
      const double gamma = pow(10.0, (double)levels[t][i] / 10.0);
      const double xi    = fmax(keep * last[i] + (1.0 - keep) * fmax(gamma - 1.0, 0.0), 0.0031623);
      assert_float_equal(db[i], (float)(10.0 * log10(xi)), 1e-3f);
      last[i] = pow(xi / (1.0 + xi), 2.0) * gamma;
    }
  }
  prior_snr_free(prior);
}

/// In noise alone, of which a bin's power is exponentially distributed, ξ is −20.5 dB in the mean:
/// by the definition, run over 20 000 frames in another language.
static void
test_noise_alone_is_low(void** const state)
{
  (void)state;
  enum { N = 4000, FROM = 100 };
  PriorSnr* const prior  = prior_snr_new(1, hop_s);
  const float     noise  = 0.0f;
  uint64_t        random = 1;
  double          sum    = 0.0;
  for (uint32_t t = 0; t < N; ++t) {
    const float power = -logf(0.5f - 0.4999999f * signal_noise(&random));
    const float level = 10.0f * log10f(power);
    const float db    = *prior_snr_track(prior, &level, &noise, 0.0f);
    sum += t < FROM ? 0.0 : (double)db;
  }
  assert_float_equal((float)(sum / (N - FROM)), -20.5f, 0.5f);
  prior_snr_free(prior);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  PriorSnr* const prior     = prior_snr_new(1, hop_s);
  const float     noise     = 0.0f;
  const float     levels[2] = { 3.0f, 40.0f };
  const float     first     = *prior_snr_track(prior, &levels[0], &noise, 0.0f);
  prior_snr_track(prior, &levels[1], &noise, 0.0f);
  assert_true(*prior_snr_track(prior, &levels[0], &noise, 0.0f) > first + 10.0f);
  prior_snr_reset(prior);
  assert_true(*prior_snr_track(prior, &levels[0], &noise, 0.0f) == first);
  prior_snr_free(prior);
}

/// A half leaves Wiener's gain as it is, what is sure stays sure, and odds of 3 to 1 multiply.
static void
test_gain_multiplies_odds(void** const state)
{
  (void)state;
  assert_float_equal(prior_snr_gain(0.5f, 0.0f), 0.5f, 1e-6f);
  assert_float_equal(prior_snr_gain(0.5f, 10.0f), 10.0f / 11.0f, 1e-6f);
  assert_float_equal(prior_snr_gain(0.75f, 10.0f), 30.0f / 31.0f, 1e-6f);
  assert_true(prior_snr_gain(0.0f, 120.0f) == 0.0f);
  assert_true(prior_snr_gain(1.0f, -25.0f) == 1.0f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_by_hand),
    cmocka_unit_test(test_noise_alone_is_low),
    cmocka_unit_test(test_reset_forgets),
    cmocka_unit_test(test_gain_multiplies_odds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
