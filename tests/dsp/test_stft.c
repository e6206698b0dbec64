// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/spectrum/stft.h"

#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double   rates[]  = { 8000.0, 44100.0, 48000.0, 96000.0, 192000.0 };
static const uint32_t blocks[] = { 1, 7, 64, 100, 256, 333, 1024, 4096, 8192, 0 };

enum { N_RATES = sizeof(rates) / sizeof(*rates), N_BLOCKS = sizeof(blocks) / sizeof(*blocks) };

/// Analysis straight into synthesis, in blocks; 0 means random sizes.
static void
round_trip(const StftConfig config, const uint32_t block, const uint32_t n, const float* const in,
           float* const out)
{
  Analysis* const  analysis  = analysis_new(config);
  Synthesis* const synthesis = synthesis_new(config);
  uint64_t         random    = 1;
  assert_non_null(analysis);
  assert_non_null(synthesis);
  for (uint32_t from = 0; from < n;) {
    const uint32_t wanted = signal_block(block, &random);
    const uint32_t to     = n - from < wanted ? n : from + wanted;
    while (from < to) {
      const uint32_t m = analysis_write(analysis, to - from, in + from);
      synthesis_read(synthesis, m, out + from);
      const float complex* const spectrum = analysis_spectrum(analysis);
      if (spectrum) {
        synthesis_add(synthesis, spectrum);
      }
      from += m;
    }
  }
  analysis_free(analysis);
  synthesis_free(synthesis);
}

/// Noise must come back `frame` samples late, and the same bits whatever the blocks.
static void
check_round_trip(const StftConfig config)
{
  const uint32_t n        = 5 * config.frame + 1234;
  float* const   in       = malloc(n * sizeof(float));
  float* const   out      = malloc(n * sizeof(float));
  float* const   expected = malloc(n * sizeof(float));
  signal_fill_noise(config.frame, 0.9f, n, in);
  round_trip(config, blocks[0], n, in, expected);

  // The first frame fades in; after it all is complete.
  const uint32_t from = config.frame;
  assert_true(signal_snr_db(n - 2 * from, in + from, expected + 2 * from) >= 120.0);
  for (uint32_t b = 1; b < N_BLOCKS; ++b) {
    round_trip(config, blocks[b], n, in, out);
    assert_memory_equal(out, expected, n * sizeof(float));
  }
  free(in);
  free(out);
  free(expected);
}

static void
test_round_trip(void** const state)
{
  (void)state;
  for (uint32_t r = 0; r < N_RATES; ++r) {
    check_round_trip(stft_config(0.02, 0.01, rates[r]));
    check_round_trip(stft_config(0.02, 0.005, rates[r]));
  }
}

static StftConfig
hann(StftConfig config)
{
  config.window = WINDOW_HANN;
  return config;
}

static void
test_round_trip_of_hann(void** const state)
{
  (void)state;
  for (uint32_t r = 0; r < N_RATES; ++r) {
    check_round_trip(hann(stft_config(0.02, 0.005, rates[r])));
    check_round_trip(hann(stft_config(0.03, 0.005, rates[r])));
  }
  check_round_trip(hann((StftConfig){ .frame = 1024, .hop = 128 }));
}

/// Frames that are no whole number of hops come back nearly.
static void
test_hann_takes_any_hop_of_a_quarter(void** const state)
{
  (void)state;
  static const StftConfig configs[] = { { 26, 6, WINDOW_HANN },
                                        { 442, 110, WINDOW_HANN },
                                        { 442, 100, WINDOW_HANN } };
  for (uint32_t c = 0; c < 3; ++c) {
    const uint32_t frame = configs[c].frame;
    const uint32_t n     = 20 * frame;
    float* const   in    = malloc(n * sizeof(float));
    float* const   out   = malloc(n * sizeof(float));
    signal_fill_noise(frame, 0.9f, n, in);
    round_trip(configs[c], 64, n, in, out);
    // 0.02 dB are 0.0023 of the amplitude, so −52 dB
    assert_true(signal_snr_db(n - 2 * frame, in + frame, out + 2 * frame) >= 52.0);
    free(in);
    free(out);
  }
}

/// The transform of a periodic Hann window is N/2 at its centre, −N/4 beside it and 0 elsewhere.
static void
test_hann_is_three_bins_wide(void** const state)
{
  (void)state;
  const StftConfig config   = { .frame = 512, .hop = 256, .window = WINDOW_HANN };
  Analysis* const  analysis = analysis_new(config);
  float            in[512];
  for (uint32_t i = 0; i < 512; ++i) {
    in[i] = (float)cos(2.0 * M_PI * 20.0 * i / 512.0);
  }
  assert_int_equal(analysis_write(analysis, 256, in), 256);
  assert_int_equal(analysis_write(analysis, 256, in + 256), 256);
  const float complex* const spectrum = analysis_spectrum(analysis);
  for (uint32_t k = 0; k < stft_bins(config); ++k) {
    const float expected = k == 20 ? 128.0f : k == 19 || k == 21 ? -64.0f : 0.0f;
    assert_float_equal(crealf(spectrum[k]), expected, 1e-3f);
    assert_float_equal(cimagf(spectrum[k]), 0.0f, 1e-3f);
  }
  assert_float_equal((float)stft_window_sum(config), 256.0f, 1e-9f);
  analysis_free(analysis);
}

static void
test_impulse_is_one_frame_late(void** const state)
{
  (void)state;
  for (uint32_t r = 0; r < N_RATES; ++r) {
    const StftConfig config = stft_config(0.02, 0.01, rates[r]);
    const uint32_t   n      = 4 * config.frame;
    const uint32_t   at     = config.frame + 17;
    float* const     in     = calloc(n, sizeof(float));
    float* const     out    = calloc(n, sizeof(float));
    in[at]                  = 1.0f;
    round_trip(config, 64, n, in, out);
    for (uint32_t i = 0; i < n; ++i) {
      assert_float_equal(out[i], (i == at + config.frame ? 1.0f : 0.0f), 1e-5f);
    }
    free(in);
    free(out);
  }
}

static void
test_geometry_follows_the_rate(void** const state)
{
  (void)state;
  assert_int_equal(stft_config(0.02, 0.01, 48000.0).frame, 960);
  assert_int_equal(stft_config(0.02, 0.01, 44100.0).hop, 441);
  assert_int_equal(stft_config(0.02, 0.005, 44100.0).hop, 221);
  assert_int_equal(stft_config(0.02, 0.005, 44100.0).frame, 884);
  assert_int_equal(stft_bins(stft_config(0.02, 0.01, 8000.0)), 81);
}

static void
test_sine_reads_half_the_window_sum(void** const state)
{
  (void)state;
  const StftConfig config   = { .frame = 960, .hop = 480 };
  Analysis* const  analysis = analysis_new(config);
  float            in[960];
  for (uint32_t i = 0; i < 960; ++i) {
    in[i] = (float)(0.5 * cos(2.0 * M_PI * 40.0 * i / 960.0));
  }
  assert_int_equal(analysis_write(analysis, 960, in), 480);
  assert_non_null(analysis_spectrum(analysis));
  assert_null(analysis_spectrum(analysis));
  assert_int_equal(analysis_write(analysis, 480, in + 480), 480);
  const float complex* const spectrum = analysis_spectrum(analysis);
  const double               expected = 0.25 * stft_window_sum(config);
  assert_float_equal((float)cabs((double complex)spectrum[40]), (float)expected, 1e-3f);
  analysis_free(analysis);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  const StftConfig config    = { .frame = 8, .hop = 4 };
  Analysis* const  analysis  = analysis_new(config);
  Synthesis* const synthesis = synthesis_new(config);
  const float      in[4]     = { 1.0f, 1.0f, 1.0f, 1.0f };
  float            out[4];
  analysis_write(analysis, 4, in);
  synthesis_add(synthesis, analysis_spectrum(analysis));
  analysis_reset(analysis);
  synthesis_reset(synthesis);
  assert_null(analysis_spectrum(analysis));
  synthesis_read(synthesis, 4, out);
  for (uint32_t i = 0; i < 4; ++i) {
    assert_true(out[i] == 0.0f);
  }
  analysis_free(analysis);
  synthesis_free(synthesis);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_round_trip_of_hann),
    cmocka_unit_test(test_hann_takes_any_hop_of_a_quarter),
    cmocka_unit_test(test_hann_is_three_bins_wide),
    cmocka_unit_test(test_impulse_is_one_frame_late),
    cmocka_unit_test(test_geometry_follows_the_rate),
    cmocka_unit_test(test_sine_reads_half_the_window_sum),
    cmocka_unit_test(test_reset_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
