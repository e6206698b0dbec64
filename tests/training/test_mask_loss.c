// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/mask_loss.h"

#include "dsp/spectrum/prior_snr.h"
#include "tests/support/numeric_gradient.h"
#include "tests/support/test.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(double), "gradients are checked in double");

enum { N_BINS = 41, N_STEPS = 3, N_STREAMS = 3, N_ROWS = N_STEPS * N_STREAMS };

static const BatchShape batch  = { .n_steps = N_STEPS, .n_streams = N_STREAMS };
static const StftConfig stft   = { .frame = 80, .hop = 40 };
static const BandLayout layout = { .step_hz   = 100.0f,
                                   .linear_hz = 1000.0f,
                                   .top_hz    = 3500.0f,
                                   .n_erb     = 4 };

enum { N_BANDS = 15 };

typedef struct {
  Bands*        bands;
  MaskLoss*     loss;
  float complex noisy[N_ROWS * N_BINS];
  float complex clean[N_ROWS * N_BINS];
  uint32_t      n_used[N_STREAMS];
  MaskTarget    target;
  float         prior_db[N_ROWS * N_BANDS];
  double        gain[N_ROWS * N_BANDS];
  double        slope[N_ROWS * N_BANDS];
} Fixture;

static float complex
random_bin(Random* const random)
{
  const float re = (float)random_normal(random);
  const float im = (float)random_normal(random);
  return re + im * I;
}

/// Random spectra: the second sequence is narrow-band, the third holds no sound at all.
static Fixture*
new_fixture(const RecipeLoss weights)
{
  Random         random  = random_at(3, RANDOM_TEST, 0);
  Fixture* const fixture = calloc(1, sizeof(Fixture));
  fixture->bands         = bands_new(&layout, stft, 8000.0);
  fixture->loss          = mask_loss_new(&weights, fixture->bands, N_BANDS, N_BINS, 100.0, batch);
  assert_int_equal(band_layout_count(&layout), N_BANDS);
  for (uint32_t i = 0; i < N_ROWS * N_BINS; ++i) {
    const bool silent = i / N_BINS % N_STREAMS == 2;
    fixture->clean[i] = silent ? 0.0f : random_bin(&random);
    fixture->noisy[i] = fixture->clean[i] + random_bin(&random);
  }
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i]     = random_between(&random, 0.05, 0.95);
    fixture->prior_db[i] = (float)random_between(&random, -20.0, 20.0);
  }
  fixture->n_used[0] = N_BINS;
  fixture->n_used[1] = 20;
  fixture->n_used[2] = N_BINS;
  fixture->target    = (MaskTarget){
       .n_bins = N_BINS, .noisy = fixture->noisy, .clean = fixture->clean, .n_used = fixture->n_used
  };
  return fixture;
}

static void
free_fixture(Fixture* const fixture)
{
  mask_loss_free(fixture->loss);
  bands_free(fixture->bands);
  free(fixture);
}

static double
loss(void* const handle)
{
  Fixture* const fixture = (Fixture*)handle;
  return mask_loss(fixture->loss, NULL, batch, &fixture->target, fixture->gain, fixture->slope);
}

static void
check_gradient(const RecipeLoss weights, const bool with_prior)
{
  Fixture* const fixture = new_fixture(weights);
  double         gradient[N_ROWS * N_BANDS];
  fixture->target.prior_db = with_prior ? fixture->prior_db : NULL;
  loss(fixture);
  memcpy(gradient, fixture->slope, sizeof(gradient));
  assert_true(numeric_gradient_error(loss, fixture, N_ROWS * N_BANDS, fixture->gain, gradient) <
              1e-7);
  free_fixture(fixture);
}

static void
test_gradient_of_every_part(void** const state)
{
  (void)state;
  check_gradient((RecipeLoss){ .compression = 0.3, .magnitude = 1.0, .lost_sound = 1.0 }, false);
  check_gradient((RecipeLoss){ .compression = 0.3, .phase = 1.0, .lost_sound = 1.0 }, false);
  check_gradient((RecipeLoss){ .compression = 0.5, .energy = 1.0, .lost_sound = 1.0 }, false);
  check_gradient((RecipeLoss){ .compression = 0.5, .noise_alone = 1.0, .lost_sound = 1.0 }, false);
  check_gradient((RecipeLoss){ .compression = 0.5, .distance = 1.0, .lost_sound = 1.0 }, false);
  check_gradient((RecipeLoss){ 0.3, 0.7, 0.3, 0.2, 2.0, 0.4, 0.0, 0.0 }, false);
  check_gradient((RecipeLoss){ 0.3, 0.7, 0.3, 0.2, 2.0, 0.4, 0.5, 0.3 }, false);
}

static void
test_gradient_through_the_prior(void** const state)
{
  (void)state;
  check_gradient((RecipeLoss){ 0.3, 0.7, 0.3, 0.2, 2.0, 0.4, 0.5, 0.0 }, true);
}

/// The loss of a share is that of the gain that prior_snr_gain() makes of it.
static void
test_prior_makes_the_gains(void** const state)
{
  (void)state;
  Fixture* const fixture   = new_fixture((RecipeLoss){ 0.3, 0.7, 0.3, 0.2, 2.0, 0.0, 0.0, 0.0 });
  fixture->target.prior_db = fixture->prior_db;
  const double given       = loss(fixture);
  fixture->target.prior_db = NULL;
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = (double)prior_snr_gain((float)fixture->gain[i], fixture->prior_db[i]);
  }
  assert_float_equal(loss(fixture), given, 1e-5);
  free_fixture(fixture);
}

/// Gain 1 on sound without noise: only the energy term is left, at its least, log10(1e-4).
static void
test_clean_sound_costs_nothing(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture((RecipeLoss){ 0.3, 0.7, 0.3, 0.3, 2.0, 0.0, 0.0, 0.0 });
  memcpy(fixture->noisy, fixture->clean, sizeof(fixture->clean));
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = 1.0;
  }
  // Two of the three sequences hold sound.
  assert_true(fabs(loss(fixture) + 0.3 * 4.0 * 2.0 / 3.0) < 1e-6);
  free_fixture(fixture);
}

/// Noise that is 3 on every used bin of sound that is 1, gain ¼: worked by hand.
static void
test_by_hand(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture((RecipeLoss){ 1.0, 1.0, 1.0, 1.0, 2.0, 0.0, 0.0, 0.0 });
  for (uint32_t i = 0; i < N_ROWS * N_BINS; ++i) {
    fixture->clean[i] = 1.0f;
    fixture->noisy[i] = 3.0f * I;
  }
  for (uint32_t s = 0; s < N_STREAMS; ++s) {
    fixture->n_used[s] = N_BINS;
  }
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = 0.25;
  }
  // u = ¾, b = 1, cos Δ = 0; error energy |¾i − 1|² = 25/16 per unit of sound.
  const double magnitude = 2.0 * 0.25 * 0.25;
  const double phase     = 0.75 * 0.75 + 1.0;
  const double energy    = log10(25.0 / 16.0 + 1e-4);
  assert_true(fabs(loss(fixture) - (magnitude + phase + energy)) < 1e-9);
  free_fixture(fixture);
}

/// A quarter of the power everywhere is 6 dB, in each of the two sequences that hold sound.
static void
test_distance(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture((RecipeLoss){ .compression = 0.5, .distance = 0.5 });
  memcpy(fixture->noisy, fixture->clean, sizeof(fixture->clean));
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = 0.5;
  }
  fixture->n_used[1] = N_BINS;
  assert_true(fabs(loss(fixture) - 0.5 * log10(4.0) * 2.0 / 3.0) < 1e-3);
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = 1.0;
  }
  assert_true(loss(fixture) < 1e-3);
  free_fixture(fixture);
}

/// In the sequence without sound a twentieth of the power is left, −13 dB.
static void
test_noise_alone(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture((RecipeLoss){ .compression = 0.5, .noise_alone = 0.6 });
  for (uint32_t i = 0; i < N_ROWS * N_BANDS; ++i) {
    fixture->gain[i] = sqrt(0.05);
  }
  assert_true(fabs(loss(fixture) - 0.6 * log10(0.05 + 1e-4) / 3.0) < 1e-6);
  memset(fixture->noisy, 0, sizeof(fixture->noisy));
  memset(fixture->clean, 0, sizeof(fixture->clean));
  assert_true(loss(fixture) == 0.0);
  free_fixture(fixture);
}

/// What lies above a recording's band, the second sequence's bin 30, has no say.
static void
test_unused_bins_have_no_say(void** const state)
{
  (void)state;
  Fixture* const fixture = new_fixture((RecipeLoss){ 0.3, 0.7, 0.3, 0.2, 2.0, 0.0, 0.0, 0.0 });
  const double   before  = loss(fixture);
  fixture->noisy[1 * N_BINS + 30] += 10.0f;
  assert_true(loss(fixture) == before);
  fixture->noisy[1 * N_BINS + 10] += 10.0f;
  assert_true(loss(fixture) != before);
  free_fixture(fixture);
}

/// Or as much as `above_band` says.
static void
test_unused_bins_have_their_weight(void** const state)
{
  (void)state;
  double rise[2];
  for (uint32_t i = 0; i < 2; ++i) {
    const double   above   = i ? 0.25 : 1.0;
    Fixture* const fixture = new_fixture(
      (RecipeLoss){ .compression = 0.5, .phase = 1.0, .above_band = above });
    const double before = loss(fixture);
    fixture->noisy[1 * N_BINS + 30] += 10.0f;
    rise[i] = loss(fixture) - before;
    free_fixture(fixture);
  }
  assert_true(rise[0] > 0.0);
  assert_true(fabs(rise[1] - 0.25 * rise[0]) < 1e-9);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradient_of_every_part),
    cmocka_unit_test(test_gradient_through_the_prior),
    cmocka_unit_test(test_prior_makes_the_gains),
    cmocka_unit_test(test_clean_sound_costs_nothing),
    cmocka_unit_test(test_by_hand),
    cmocka_unit_test(test_distance),
    cmocka_unit_test(test_noise_alone),
    cmocka_unit_test(test_unused_bins_have_no_say),
    cmocka_unit_test(test_unused_bins_have_their_weight),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
