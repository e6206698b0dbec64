// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/retiming.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>

enum { FRAME = 2048, N_BINS = FRAME / 2 + 1, N_TOP = 853, N_STEPS = 12 };

static const double rate_hz = 48000.0;

/// A frame and the way that it goes.
typedef struct {
  float power[N_BINS];
  float whole[N_BINS];
  float bend[N_BINS];
} Frame;

/// A note of harmonics that fall by 12 dB an octave, three bins wide and 50 dB over what is between
/// them, and a way that ripples: `tilt_db` an octave, and more where a formant comes and another
/// goes.
static void
make_note(const uint32_t period, const float tilt_db, const float bend_db, Frame* const frame)
{
  for (uint32_t k = 0; k < N_BINS; ++k) {
    const float octave  = log2f((float)(k + 1) / 40.0f);
    const bool  partial = (k + 1) % period < 3;
    const float falling = 1.0f / powf((float)(k + 10) / 10.0f, 4.0f);
    frame->power[k]     = falling * (partial ? 1.0f : 1e-5f);
    frame->whole[k]     = tilt_db * octave + 6.0f * sinf(2.0f * octave);
    frame->bend[k]      = bend_db * cosf(octave);
  }
}

/// What is added to a frame at a position of the control, dB per bin.
static void
gain_at(const Retiming* const retiming, const Frame* const frame, const double position,
        double* const gain)
{
  const RetimingPlace place                = retiming_at(retiming, (float)position);
  const double        share                = (double)place.share;
  float               tilt[ENVELOPE_BANDS] = { 0.0f };
  float               tilt_bins[N_BINS];
  Envelope* const     envelope = envelope_new((StftConfig){ FRAME, 512, WINDOW_HANN }, rate_hz);
  assert_non_null(envelope);
  retiming_tilt(retiming, place.tilt, tilt);
  envelope_to_bins(envelope, tilt, tilt_bins);
  envelope_free(envelope);
  for (uint32_t k = 0; k < N_BINS; ++k) {
    gain[k] = share * (double)frame->whole[k] +
              4.0 * share * (1.0 - share) * (double)frame->bend[k] + (double)tilt_bins[k];
  }
}

/// What of a frame is heard at a position of the control, its power kept and gains within 30 dB:
/// dB, no less than 60 dB below the loudest.  @return Centroid of the power, octaves.
static double
hear(const Retiming* const retiming, const Frame* const frame, const double position,
     double* const level)
{
  double gain[N_BINS];
  double before = 0.0;
  double sum    = 0.0;
  double moment = 0.0;
  double top    = -1e9;
  gain_at(retiming, frame, position, gain);
  for (uint32_t k = 1; k < N_BINS; ++k) {
    const double power = (double)frame->power[k] * pow(10.0, 0.1 * gain[k]);
    before += (double)frame->power[k];
    sum += power;
    moment += power * k;
  }
  for (uint32_t k = 1; k < N_BINS; ++k) {
    const double more = gain[k] - 10.0 * log10(sum / before);
    level[k]          = 10.0 * log10((double)frame->power[k]) + fmin(fmax(more, -30.0), 30.0);
    top               = fmax(top, level[k]);
  }
  for (uint32_t k = 1; k < N_BINS; ++k) {
    level[k] = fmax(level[k], top - 60.0);
  }
  return log2(moment / sum);
}

/// Steps of a twelfth: spread of their log-spectral distances over the mean.
/// @param off Greatest distance of the centroid from the straight way, over the way; written.
static double
unevenness(const Retiming* const retiming, const Frame* const frame, double* const off)
{
  static double level[N_STEPS + 1][N_BINS];
  double        centroid[N_STEPS + 1];
  double        sum    = 0.0;
  double        square = 0.0;
  for (uint32_t i = 0; i <= N_STEPS; ++i) {
    centroid[i] = hear(retiming, frame, (double)i / N_STEPS, level[i]);
  }
  *off = 0.0;
  for (uint32_t i = 1; i <= N_STEPS; ++i) {
    double distance = 0.0;
    for (uint32_t k = 1; k < N_TOP; ++k) {
      distance += pow(level[i][k] - level[i - 1][k], 2.0);
    }
    distance = sqrt(distance);
    sum += distance;
    square += distance * distance;
    const double way      = centroid[N_STEPS] - centroid[0];
    const double straight = centroid[0] + way * i / N_STEPS;
    *off                  = fmax(*off, fabs((centroid[i] - straight) / way));
  }
  const double mean = sum / N_STEPS;
  return sqrt(fmax(square / N_STEPS - mean * mean, 0.0)) / mean;
}

static Retiming*
make(void)
{
  Retiming* const retiming = retiming_new((StftConfig){ FRAME, 512, WINDOW_HANN }, rate_hz);
  assert_non_null(retiming);
  return retiming;
}

static void
follow(Retiming* const retiming, const Frame* const frame)
{
  const RetimingWay way = { frame->whole, frame->bend };
  retiming_follow(retiming, frame->power, &way);
}

static void
follow_long(Retiming* const retiming, const Frame* const frame)
{
  for (uint32_t i = 0; i < 40; ++i) {
    follow(retiming, frame);
  }
}

/// By the definitions, over all bins: steps are even, and the centroid's way is straight.
static void
test_steps_are_even_and_straight(void** const state)
{
  (void)state;
  static const float tilts[] = { -3.0f, -2.0f, 1.0f, 2.0f };
  static const float bends[] = { 0.0f, 4.0f, -4.0f };
  static Frame       frame;
  Retiming* const    retiming = make();
  double             before   = 0.0;
  for (uint32_t i = 0; i < sizeof tilts / sizeof *tilts; ++i) {
    for (uint32_t j = 0; j < sizeof bends / sizeof *bends; ++j) {
      double off = 0.0;
      make_note(13 + 2 * i, tilts[i], bends[j], &frame);
      retiming_reset(retiming);
      unevenness(retiming, &frame, &off);
      before = fmax(before, off);
      follow_long(retiming, &frame);
      assert_true(unevenness(retiming, &frame, &off) < 0.06);
      assert_true(off < 0.1);
    }
  }
  assert_true(before > 0.2); // It is the table's doing
  retiming_free(retiming);
}

/// Whatever is played, shares rise from 0 to 1, tilts are none at the ends, and beyond there is no
/// table.
static void
test_tables_rise(void** const state)
{
  (void)state;
  static Frame    frame;
  Retiming* const retiming = make();
  for (uint64_t seed = 0; seed < 20; ++seed) {
    signal_fill_noise(3 * seed, 1.0f, N_BINS, frame.power);
    signal_fill_noise(3 * seed + 1, 120.0f, N_BINS, frame.whole);
    signal_fill_noise(3 * seed + 2, 30.0f, N_BINS, frame.bend);
    for (uint32_t k = 0; k < N_BINS; ++k) {
      frame.power[k] = powf(10.0f, 10.0f * frame.power[k] - 8.0f);
    }
    follow(retiming, &frame);
    float last = -0.31f;
    for (float x = -0.3f; x < 1.3f; x += 0.005f) {
      const RetimingPlace place = retiming_at(retiming, x);
      assert_true(place.share > last);
      assert_true(fabsf(place.tilt) <= 12.0f);
      assert_true((x > 0.0f && x < 1.0f) || (place.share == x && place.tilt == 0.0f));
      last = place.share;
    }
  }
  assert_true(fabsf(retiming_at(retiming, 1e-4f).tilt) < 0.02f);
  assert_true(fabsf(retiming_at(retiming, 1.0f - 1e-4f).tilt) < 0.02f);
  assert_true(isnan(retiming_at(retiming, NAN).share));
  retiming_free(retiming);
}

/// Silence says nothing, and no way at all is an even one.
static void
test_nothing_to_follow(void** const state)
{
  (void)state;
  static Frame    frame;
  Retiming* const retiming = make();
  follow(retiming, &frame);
  assert_float_equal(retiming_at(retiming, 0.3f).share, 0.3f, 1e-6f);
  make_note(13, 0.0f, 0.0f, &frame);
  for (uint32_t k = 0; k < N_BINS; ++k) {
    frame.whole[k] = 0.0f;
  }
  follow(retiming, &frame);
  assert_float_equal(retiming_at(retiming, 0.3f).share, 0.3f, 1e-4f);
  assert_float_equal(retiming_at(retiming, 0.3f).tilt, 0.0f, 1e-4f);
  retiming_free(retiming);
}

/// A change of what is played does not leap, and leads to the same table from wherever it comes.
static void
test_tables_follow(void** const state)
{
  (void)state;
  static Frame    first;
  static Frame    second;
  Retiming* const moved = make();
  Retiming* const fresh = make();
  make_note(13, -2.0f, 4.0f, &first);
  make_note(21, 1.0f, -4.0f, &second);
  follow_long(moved, &first);
  follow_long(fresh, &second);
  const float before = retiming_at(moved, 0.5f).share;
  const float goal   = retiming_at(fresh, 0.5f).share;
  assert_true(fabsf(goal - before) > 0.05f);
  follow(moved, &second);
  assert_true(fabsf(retiming_at(moved, 0.5f).share - before) < 0.8f * fabsf(goal - before));
  follow_long(moved, &second);
  assert_float_equal(retiming_at(moved, 0.5f).share, goal, 0.01f);
  retiming_free(moved);
  retiming_free(fresh);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_steps_are_even_and_straight),
    cmocka_unit_test(test_tables_rise),
    cmocka_unit_test(test_nothing_to_follow),
    cmocka_unit_test(test_tables_follow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
