// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/stoi.h"

#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SECONDS 4

/// A sound and what became of it.
typedef struct {
  uint32_t rate_hz;
  uint32_t n;
  float*   clean; ///< [n]
  float*   out;   ///< [n]
} Case;

static float*
allocate(uint32_t n)
{
  float* const x = calloc(n, sizeof *x);
  assert_non_null(x);
  return x;
}

/// Syllables, three a second, and a pause from 1.5 to 2.1 s.
static double
syllables(double t)
{
  const double swing = sin(2.0 * M_PI * 1.5 * t);
  return t > 1.5 && t < 2.1 ? 0.0 : swing * swing;
}

/// Noise below about 1 kHz and a tone, spoken in syllables.  @param noise_gain Of what is added.
static Case
case_new(uint32_t rate_hz, double noise_gain)
{
  const uint32_t n      = SECONDS * rate_hz;
  const Case     made   = { rate_hz, n, allocate(n), allocate(n) };
  const double   pole   = exp(-2.0 * M_PI * 1000.0 / rate_hz);
  Random         random = random_at(5, RANDOM_TEST, 0);
  double         low    = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double t = (double)i / rate_hz;
    low            = pole * low + (1.0 - pole) * random_normal(&random);
    made.clean[i]  = (float)(syllables(t) * (low + 0.05 * sin(2.0 * M_PI * 2000.0 * t)));
    made.out[i]    = (float)((double)made.clean[i] + noise_gain * random_normal(&random));
  }
  return made;
}

static void
case_free(Case* stoi_case)
{
  free(stoi_case->clean);
  free(stoi_case->out);
}

/// Turn the second half of what is judged down to nothing in every tenth of a second.
static void
chop(const Case* stoi_case)
{
  for (uint32_t i = stoi_case->n / 2; i < stoi_case->n; ++i) {
    stoi_case->out[i] *= i % (stoi_case->rate_hz / 10) < stoi_case->rate_hz / 20 ? 1.0f : 0.01f;
  }
}

static Intelligibility
measure(const Case* stoi_case)
{
  Intelligibility result = { 0 };
  assert_int_equal(
    stoi_measure(stoi_case->rate_hz, stoi_case->n, stoi_case->clean, stoi_case->out, &result, NULL),
    STATUS_SUCCESS);
  return result;
}

static void
assert_near(double found, double expected, double tolerance)
{
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("%.6f, not %.6f", found, expected);
  }
}

static void
scores_are_those_of_pystoi(void** state)
{
  (void)state;
  // What pystoi (github.com/mpariente/pystoi at b88df5a, with numpy 1.24 and scipy 1.10) gave for
  // these samples, and how far another resampler may be from its own.
  const struct {
    uint32_t rate_hz;
    double   noise_gain;
    bool     chopped;
    double   stoi;
    double   estoi;
    double   tolerance;
  } known[] = {
    { 10000, 1.0, false, 0.538859, 0.135588, 3e-6 },
    { 10000, 0.2, false, 0.947432, 0.664939, 3e-6 },
    { 10000, 0.02, true, 0.756338, 0.736863, 3e-6 },
    { 16000, 0.05, false, 0.996521, 0.953175, 3e-5 },
    { 44100, 0.1, false, 0.984893, 0.846125, 3e-5 },
    { 48000, 0.1, true, 0.715584, 0.589678, 3e-5 },
  };
  for (uint32_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
    Case made = case_new(known[i].rate_hz, known[i].noise_gain);
    if (known[i].chopped) {
      chop(&made);
    }
    const Intelligibility found = measure(&made);
    assert_near(found.stoi, known[i].stoi, known[i].tolerance);
    assert_near(found.estoi, known[i].estoi, known[i].tolerance);
    case_free(&made);
  }
}

static void
a_sound_is_understood_as_itself_at_any_level(void** state)
{
  (void)state;
  Case made = case_new(16000, 0.0);
  for (uint32_t i = 0; i < made.n; ++i) {
    made.out[i] *= 0.1f;
  }
  const Intelligibility found = measure(&made);
  assert_near(found.stoi, 1.0, 1e-6);
  assert_near(found.estoi, 1.0, 1e-6);
  case_free(&made);
}

static void
nothing_is_understood_of_silence(void** state)
{
  (void)state;
  Case made = case_new(16000, 0.0);
  for (uint32_t i = 0; i < made.n; ++i) {
    made.out[i] = 0.0f;
  }
  const Intelligibility found = measure(&made);
  assert_near(found.stoi, 0.0, 0.0);
  assert_near(found.estoi, 0.0, 0.0);
  case_free(&made);
}

static void
too_little_sound_has_no_score(void** state)
{
  (void)state;
  // At 10 kHz: 31 of 128 samples, 128 more and the one that is never the last.
  Case made = case_new(10000, 0.1);
  for (uint32_t n = 0; n < 4226; n += 845) {
    Intelligibility found = { 0 };
    assert_int_equal(stoi_measure(10000.0, n, made.clean + 11000, made.out, &found, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(isnan(found.stoi) && isnan(found.estoi), n < 4225);
  }
  for (uint32_t i = 0; i < made.n; ++i) {
    made.clean[i] = 0.0f;
  }
  const Intelligibility silent = measure(&made);
  assert_true(isnan(silent.stoi) && isnan(silent.estoi));
  case_free(&made);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_are_those_of_pystoi),
    cmocka_unit_test(a_sound_is_understood_as_itself_at_any_level),
    cmocka_unit_test(nothing_is_understood_of_silence),
    cmocka_unit_test(too_little_sound_has_no_score),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
