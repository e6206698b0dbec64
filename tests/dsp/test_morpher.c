// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/effect/morpher.h"

#include "dsp/network/latent.h"
#include "dsp/network/model_file.h"

#include "tests/support/guard.h"
#include "tests/support/models.h"
#include "tests/support/morphing.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What holds in every one of its ways is in test_morpher_modes.c.

static const uint32_t blocks[] = { 1, 7, 64, 100, 256, 333, 1024, 4096, 8192, 0 };

enum { N_BLOCKS = sizeof(blocks) / sizeof(*blocks) };

/// Dry, the input comes out, whatever the amount.
static void
test_dry_is_the_input(void** const state)
{
  (void)state;
  enum { N = 20000, LATENCY = 2048 };
  static float        in[N];
  static float        out[N];
  Morpher* const      morpher = morphing_sloping_morpher(48000.0, 1);
  const MorpherParams params  = { .amount = 1.0f, .expression = 0.5f, .wet = 0.0f };
  signal_fill_noise(1, 0.5f, N, in);
  morphing_run(morpher, &params, 480, N, in, out);
  assert_int_equal(morpher_mode_latency(48000.0, params.mode), LATENCY);
  assert_true(signal_snr_db(N - 2 * LATENCY, in + LATENCY, out + 2 * LATENCY) > 120.0);
  morpher_free(morpher);
}

/// Channels keep their ratio; their mean power decides the gains of both.
static void
test_channels_are_linked(void** const state)
{
  (void)state;
  enum { N = 9600 };
  static float        left[N];
  static float        right[N];
  static float        mono[N];
  static float        mono_out[N];
  const MorpherParams params = { .amount = 1.0f, .expression = 0.0f, .wet = 1.0f };
  Morpher* const      one    = morphing_sloping_morpher(48000.0, 1);
  Morpher* const      two    = morphing_sloping_morpher(48000.0, 2);
  signal_fill_noise(9, 0.5f, N, left);
  for (uint32_t i = 0; i < N; ++i) {
    right[i] = -0.5f * left[i];
    mono[i]  = sqrtf(0.625f) * left[i]; // (1² + ½²) / 2
  }
  morphing_run(one, &params, 480, N, mono, mono_out);
  const float* const in[]  = { left, right };
  float* const       out[] = { left, right }; // in place
  morpher_run(two, &params, N, in, NULL, out);
  for (uint32_t i = 0; i < N; ++i) {
    assert_float_equal(right[i], -0.5f * left[i], 1e-6f);
    assert_float_equal(sqrtf(0.625f) * left[i], mono_out[i], 1e-5f);
  }
  morpher_free(one);
  morpher_free(two);
}

static Anchor
learned(const double rate_hz, const uint32_t n, const float* const x)
{
  Morpher* const     morpher = morpher_new(NULL, rate_hz, 1);
  Anchor             anchor  = { 0 };
  const float* const in[]    = { x };
  morpher_learn(morpher, &anchor, n, in);
  morpher_free(morpher);
  return anchor;
}

static double
mean_square(const uint32_t n, const float* const x)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum / n;
}

/// Part of x at a frequency, as the magnitude of a sum over whole seconds.
static double
partial(const double hz, const double rate_hz, const uint32_t n, const float* const x)
{
  double re = 0.0;
  double im = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    re += (double)x[i] * cos(2.0 * M_PI * hz * i / rate_hz);
    im += (double)x[i] * sin(2.0 * M_PI * hz * i / rate_hz);
  }
  return sqrt(re * re + im * im);
}

/// By both laws a note takes on the harmonics' levels of another, learned at another rate, with
/// another pitch and level; its own level and pitch stay.
static void
test_harmonics_take_the_levels_of_the_target(void** const state)
{
  (void)state;
  enum { N = 72000, LATENCY = 2048, SECOND = 48000 };
  static float in[N];
  static float out[N];
  static float target[N];
  morphing_play(48000.0, 200.0, 3.0, N, in);
  morphing_play(44100.0, 200.0, 0.5, N, target);
  const Anchor   from    = learned(48000.0, N, in);
  const Anchor   to      = learned(44100.0, N, target);
  Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
  morpher_set_source(morpher, &from);
  morpher_set_corner(morpher, 0, &to);
  for (int shift = 0; shift < 2; ++shift) {
    const MorpherParams params = { .amount = 1.0f, .expression = (float)shift, .wet = 1.0f };
    morphing_run(morpher, &params, 512, N, in, out);
    const float* const heard    = out + 3 * LATENCY;
    const double       change   = mean_square(SECOND, heard) / mean_square(SECOND, in);
    const double       first_db = 20.0 * log10(partial(200.0, 48000.0, SECOND, heard));
    assert_true(fabs(10.0 * log10(change)) < 0.1);
    for (uint32_t h = 2; h <= 15; ++h) {
      const double db = 20.0 * log10(partial(200.0 * h, 48000.0, SECOND, heard));
      if (!(fabs(first_db - 0.5 * (h - 1) - db) < 2.0)) {
        fail_msg("law %d, harmonic %u: %.2f dB", shift, h, db - first_db);
      }
    }
  }
  morpher_free(morpher);
}

static double
shape_distance(const Anchor* const a, const Anchor* const b)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < ENVELOPE_BANDS; ++i) {
    sum += pow(a->shape_db[i] - b->shape_db[i], 2.0);
  }
  return sqrt(sum / ENVELOPE_BANDS);
}

/// What becomes of a noise by the shift law.
static Anchor
shifted(Morpher* const morpher, const float amount, const uint32_t n, const float* const in)
{
  static float        out[96000];
  const MorpherParams params = { .amount = amount, .expression = 1.0f, .wet = 1.0f };
  morphing_run(morpher, &params, 512, n, in, out);
  return learned(48000.0, n - 4096, out + 4096);
}

/// All of the way gives a noise the slope between the anchors, ½ dB per band, and amount ½ leads to
/// its middle.
static void
test_amount_is_the_share_of_the_way(void** const state)
{
  (void)state;
  enum { N = 96000 };
  static float   in[N];
  Morpher* const morpher = morphing_sloping_morpher(48000.0, 1);
  signal_fill_noise(4, 0.5f, N, in);
  const Anchor before = learned(48000.0, N, in);
  const Anchor middle = shifted(morpher, 0.5f, N, in);
  const Anchor after  = shifted(morpher, 1.0f, N, in);
  for (uint32_t b = 3; b + 2 < ENVELOPE_BANDS; ++b) {
    const double expected = 0.5 * (b - 0.5 * (ENVELOPE_BANDS - 1));
    assert_true(fabs(after.shape_db[b] - before.shape_db[b] - expected) < 0.7);
  }
  const double first = shape_distance(&before, &middle);
  const double last  = shape_distance(&middle, &after);
  const double all   = shape_distance(&before, &after);
  assert_true(first > 0.35 * all && last > 0.35 * all && first + last < 1.05 * all);
  morpher_free(morpher);
}

/// Where the timbre is replaced, what is made of a sound after silence depends on nothing before.
static void
test_silence_parts_sounds(void** const state)
{
  (void)state;
  enum { BEFORE = 20000, SILENCE = 9000, N = 60000, BEGIN = BEFORE + SILENCE };
  static float        in[N];
  static float        heard[2][N];
  const MorpherParams params = { .amount = 1.0f, .expression = 0.0f, .wet = 1.0f };
  signal_fill_noise(9, 0.3f, N - BEGIN, in + BEGIN);
  for (uint32_t i = BEGIN; i < N; ++i) {
    in[i] *= expf(-(float)(i - BEGIN) / 3000.0f);
  }
  for (uint32_t with = 0; with < 2; ++with) {
    Morpher* const morpher = morphing_sloping_morpher(48000.0, 1);
    if (with) {
      signal_fill_noise(10, 0.5f, BEFORE, in);
    }
    morphing_run(morpher, &params, 512, N, in, heard[with]);
    morpher_free(morpher);
  }
  assert_memory_equal(heard[0] + BEGIN, heard[1] + BEGIN, (N - BEGIN) * sizeof(float));
}

static void
test_silence_and_clicks_make_no_anchor(void** const state)
{
  (void)state;
  enum { N = 48000 };
  static float x[N];
  assert_false(anchor_ready(&(Anchor){ 0 }));
  const Anchor nothing = learned(48000.0, N, x);
  assert_false(anchor_ready(&nothing));
  signal_fill_noise(4, 1e-6f, N, x); // −120 dB
  const Anchor hiss = learned(48000.0, N, x);
  assert_false(anchor_ready(&hiss));
  signal_fill_noise(4, 0.5f, 1000, x + 20000);
  const Anchor click = learned(48000.0, N, x);
  assert_false(anchor_ready(&click));
  signal_fill_noise(4, 0.5f, 6000, x + 20000);
  const Anchor noise = learned(48000.0, N, x);
  assert_true(anchor_ready(&noise));
}

/// Twenty frames 40 dB below ten others count a quarter of a quarter of them: 10^(−0.3·4) · 2.
static void
test_anchors_weigh_by_loudness(void** const state)
{
  (void)state;
  float  shape[ENVELOPE_BANDS] = { 0.0f };
  Anchor anchor                = { 0 };
  for (uint32_t i = 0; i < 30; ++i) {
    shape[7] = i % 3 ? 1.0f : 0.0f;
    anchor_add(&anchor, i % 3 ? -60.0f : -20.0f, shape);
  }
  assert_true(fabs(anchor.shape_db[7] - 0.12619 / 1.12619) < 1e-4);
  assert_true(fabs(anchor.shape_db[8]) < 1e-12);
}

/// Broken samples and parameters leave no trace once the window has passed.
static void
test_broken_input(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float   in[N];
  static float   out[N];
  const float    broken[] = { NAN, INFINITY, -INFINITY, 1e38f, 1e6f, 1e-42f, 0.0f };
  Morpher* const morpher  = morphing_sloping_morpher(48000.0, 1);
  for (uint32_t b = 0; b < sizeof(broken) / sizeof(*broken); ++b) {
    const MorpherParams params = { .amount = broken[b], .expression = broken[b], .wet = broken[b] };
    signal_fill_noise(2, 0.5f, N, in);
    for (uint32_t i = 5000; i < 6000; ++i) {
      in[i] = broken[b];
    }
    morphing_run(morpher, &params, 100, N, in, out);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(fabsf(out[i]) < 10.0f);
    }
  }
  morpher_free(morpher);
}

/// The loudest and the softest sound that is heard, the farthest way between two timbres.
static void
test_extremes_stay_finite(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float        in[N];
  static float        out[N];
  const float         peaks[] = { 0.99e6f, 1e-20f, 1e-37f };
  Morpher* const      morpher = morpher_new(NULL, 192000.0, 1);
  const Anchor        from    = morphing_sloping(-0.9f);
  const Anchor        to      = morphing_sloping(0.9f);
  const MorpherParams params  = { .amount = 1.3f, .expression = 1.0f, .wet = 1.0f };
  morpher_set_source(morpher, &from);
  morpher_set_corner(morpher, 0, &to);
  for (uint32_t p = 0; p < sizeof(peaks) / sizeof(*peaks); ++p) {
    signal_fill_noise(2, peaks[p], N, in);
    morphing_run(morpher, &params, 100, N, in, out);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(fabsf(out[i]) <= 10.0f * peaks[p]);
    }
  }
  morpher_free(morpher);
}

/// One model serves all rates: of a note that is played at 44.1, 48 and 96 kHz the code is the same
/// within a tenth of the standard deviation of what the model has learned, and the envelope within
/// half a decibel.
static void
test_the_rate_does_not_matter(void** const state)
{
  (void)state;
  enum { N = 96000, N_NOTES = 5 };
  static const double rate[]       = { 44100.0, 48000.0, 96000.0 };
  static const double pitches_hz[] = { 98.0, 196.0, 330.0, 523.0, 880.0 };
  static float        x[N];
  Model*              model = NULL;
  assert_int_equal(
    model_read(SOURCE_ROOT "/presets/instruments/instruments.safetensors", &model, NULL),
    STATUS_SUCCESS);
  Latent* const latent    = latent_new(model);
  float         worst     = 0.0f;
  double        worst_rms = 0.0;
  for (uint32_t i = 0; i < N_NOTES; ++i) {
    float  code[3][LATENT_MAX];
    Anchor anchors[3];
    for (uint32_t r = 0; r < 3; ++r) {
      float shape_db[ENVELOPE_BANDS];
      morphing_play(rate[r], pitches_hz[i], 0.5 + 0.4 * i, (uint32_t)rate[r], x);
      anchors[r] = learned(rate[r], (uint32_t)rate[r], x);
      for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
        shape_db[b] = (float)anchors[r].shape_db[b];
      }
      latent_encode(latent, shape_db, code[r]);
    }
    for (uint32_t r = 0; r < 2; ++r) {
      double sum = 0.0;
      for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
        const double d = anchors[r].shape_db[b] - anchors[2].shape_db[b];
        sum += d * d / ENVELOPE_BANDS;
      }
      worst_rms = fmax(worst_rms, sqrt(sum));
      for (uint32_t k = 0; k < latent_size(latent); ++k) {
        worst = fmaxf(worst, fabsf(code[r][k] - code[2][k]));
      }
    }
  }
  print_message("code within %.3f s.d., envelope within %.2f dB\n", (double)worst, worst_rms);
  assert_true(worst < 0.1f);
  assert_true(worst_rms < 0.5);
  latent_free(latent);
  model_free(model);
}

static void
test_reset_forgets(void** const state)
{
  (void)state;
  enum { N = 5000 };
  static float        in[N];
  static float        first[N];
  static float        second[N];
  const MorpherParams params  = { .amount = 0.7f, .expression = 0.5f, .wet = 1.0f };
  Morpher* const      morpher = morphing_sloping_morpher(48000.0, 1);
  signal_fill_noise(2, 0.5f, N, in);
  morphing_run(morpher, &params, N, N, in, first);
  morphing_run(morpher, &params, N, N, in, second); // resets before
  assert_memory_equal(first, second, sizeof(first));
  morpher_free(morpher);
}

/// A linear model whose axes are the first cosines of the bands; it knows codes up to ±100.
static Model*
cosine_model(void)
{
  const ModelShape   shape   = models_tiny_morph_shape();
  Model* const       model   = models_of(&shape);
  const Layer* const encoder = &model->autoencoder.encoder.bypass;
  const Layer* const decoder = &model->autoencoder.decoder.bypass;
  for (uint32_t k = 0; k < model->morph.n_code; ++k) {
    model->morph.low[k]  = -100.0f;
    model->morph.high[k] = 100.0f;
    for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
      const double axis = sqrt(2.0 / ENVELOPE_BANDS) *
                          cos(M_PI / ENVELOPE_BANDS * (b + 0.5) * (k + 1));
      model->weights[(size_t)(encoder->w - model->weights) + b * model->morph.n_code + k] =
        (float)axis;
      model->weights[(size_t)(decoder->w - model->weights) + k * ENVELOPE_BANDS + b] = (float)axis;
    }
  }
  return model;
}

/// A timbre of one wave along the bands; such a model knows the second.
static Anchor
wave_anchor(const float depth_db, const double wave)
{
  Anchor anchor = { 0 };
  float  shape[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape[b] = depth_db * (float)cos(M_PI / ENVELOPE_BANDS * (b + 0.5) * wave);
  }
  for (uint32_t i = 0; i < ANCHOR_MIN_FRAMES; ++i) {
    anchor_add(&anchor, -40.0f, shape);
  }
  return anchor;
}

/// What a code does not tell goes a straight way: where codes go one as well, all is as without a
/// model, whether that knows the timbres or not.
static void
test_a_linear_model_changes_nothing(void** const state)
{
  (void)state;
  enum { N = 48000 };
  static float   in[N];
  static float   plain[N];
  static float   out[N];
  Model* const   model = cosine_model();
  Morpher* const with  = morpher_new(model, 48000.0, 1);
  Morpher* const bare  = morpher_new(NULL, 48000.0, 1);
  signal_fill_noise(4, 0.5f, N, in);
  for (uint32_t i = 0; i < 8; ++i) {
    const MorpherParams params = { .amount     = i % 2 ? 1.0f : 0.4f,
                                   .expression = 0.5f * (float)(i % 3),
                                   .wet        = 1.0f };
    const Anchor        to     = wave_anchor(8.0f, i < 4 ? 2.0 : 11.0);
    morpher_reset(with);
    morpher_reset(bare);
    morpher_set_corner(with, 0, &to);
    morpher_set_corner(bare, 0, &to);
    morphing_run(with, &params, 512, N, in, out);
    morphing_run(bare, &params, 512, N, in, plain);
    assert_true(signal_snr_db(N - 4096, plain + 4096, out + 4096) > 80.0);
    assert_true(signal_snr_db(N - 4096, in + 2048, out + 4096) < 20.0);
  }
  morpher_free(with);
  morpher_free(bare);
  model_free(model);
}

/// A timbre that the model knows is the same goal as its anchor, whether a code tells all; one
/// that it does not know is none.
static void
test_known_timbres_are_goals(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float   in[N];
  static float   expected[N];
  static float   out[N];
  float          shape_db[ENVELOPE_BANDS];
  Model* const   model   = cosine_model();
  Latent* const  latent  = latent_new(model);
  const Anchor   to      = wave_anchor(8.0f, 5.5);
  MorpherParams  params  = { .amount = 0.8f, .x = 0.5f, .expression = 0.4f, .wet = 1.0f };
  Morpher* const morpher = morpher_new(model, 48000.0, 1);
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    shape_db[b] = (float)to.shape_db[b];
  }
  latent_encode(latent, shape_db, model->morph.anchors[1].code);
  memcpy(model->morph.anchors[1].shape_db, shape_db, sizeof(shape_db));
  signal_fill_noise(4, 0.5f, N, in);
  morpher_set_corner(morpher, 0, &to);
  morphing_run(morpher, &params, 512, N, in, expected);
  morpher_set_corner(morpher, 0, NULL);
  params.known[3] = 2;
  morphing_run(morpher, &params, 512, N, in, out);
  assert_true(signal_snr_db(N, expected, out) > 100.0);
  params.known[3] = 3; // of two
  morphing_run(morpher, &params, 512, N, in, out);
  assert_true(signal_snr_db(N - 4096, in + 2048, out + 4096) > 120.0);
  morpher_free(morpher);
  latent_free(latent);
  model_free(model);
}

/// Offsets alone move the sound, with any weights, and without them nothing does.
static void
test_offsets_move_the_code(void** const state)
{
  (void)state;
  enum { N = 24000 };
  static float     in[N];
  static float     out[N];
  const ModelShape shape  = models_tiny_morph_shape();
  Model* const     model  = models_of(&shape);
  MorpherParams    params = morpher_params_default();
  signal_fill_noise(7, 1.0f, (uint32_t)model->n_weights, model->weights);
  signal_fill_noise(8, 0.5f, N, in);
  Morpher* const morpher = morpher_new(model, 44100.0, 1);
  morphing_run(morpher, &params, 333, N, in, out);
  const uint32_t latency = morpher_mode_latency(44100.0, params.mode);
  const uint32_t from    = 2 * latency;
  assert_true(signal_snr_db(N - from, in + latency, out + from) > 120.0);
  for (uint32_t k = 0; k < 3; ++k) {
    params.offsets[k] = k % 2 ? NAN : 3.0f;
    morphing_run(morpher, &params, 333, N, in, out);
    assert_true(signal_snr_db(N - from, in + latency, out + from) < 40.0);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(isfinite(out[i]));
    }
  }
  morpher_free(morpher);
  model_free(model);
}

/// Parts of a run with other parameters each, cut at the same samples.
static void
morph_in_parts(Morpher* const morpher, const uint32_t block, const uint32_t n,
               const float* const in, const float* const side, float* const out)
{
  uint64_t random = 3;
  morpher_reset(morpher);
  for (uint32_t i = 0; i < CORNERS_COUNT; ++i) {
    morpher_set_corner(morpher, i, NULL);
  }
  for (uint32_t part = 0; part < 6; ++part) {
    const MorpherParams params = { .amount     = 0.2f * (float)part,
                                   .x          = 0.3f,
                                   .y          = 0.1f * (float)part,
                                   .expression = 0.5f,
                                   .inertia_s  = 0.1f,
                                   .freeze     = part == 5,
                                   .walk       = 0.7f,
                                   .wet        = 1.0f,
                                   .offsets    = { 0.5f },
                                   .learn      = { part == 1, part == 2, part > 2 && part < 5 },
                                   .learn_side = part != 2 };
    const uint32_t      end    = n / 6 * (part + 1);
    for (uint32_t at = n / 6 * part; at < end;) {
      const uint32_t wanted = signal_block(block, &random);
      const uint32_t m      = end - at < wanted ? end - at : wanted;
      morpher_run(morpher, &params, m, (const float*[]){ in + at }, (const float*[]){ side + at },
                  (float*[]){ out + at });
      at += m;
    }
  }
}

/// Also with all that moves by itself, and while timbres are learned.
static void
test_blocks_do_not_matter_while_it_learns(void** const state)
{
  (void)state;
  enum { N = 60000 };
  static float   in[N];
  static float   side[N];
  static float   expected[N];
  static float   out[N];
  Model* const   model   = cosine_model();
  Morpher* const morpher = morpher_new(model, 48000.0, 1);
  signal_fill_noise(9, 0.5f, N, in);
  signal_fill_noise(10, 0.1f, N, side);
  morph_in_parts(morpher, N, N, in, side, expected);
  assert_int_equal(morpher_n_learned(morpher), 3);
  for (uint32_t b = 0; b < N_BLOCKS; ++b) {
    morph_in_parts(morpher, blocks[b], N, in, side, out);
    assert_memory_equal(out, expected, sizeof(out));
  }
  morpher_free(morpher);
  model_free(model);
}

/// What is learned from the side-chain is the anchor of what sounds there, frame for frame.
static void
test_the_side_chain_is_learned(void** const state)
{
  (void)state;
  enum { N = 30000 };
  static float   in[N];
  static float   side[N];
  static float   out[N];
  Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
  MorpherParams  params  = morpher_params_default();
  signal_fill_noise(1, 0.5f, N, in);
  morphing_play(48000.0, 300.0, 1.0, N, side);
  const Anchor expected = learned(48000.0, N, side);
  params.learn[3]       = true;
  params.learn_side     = true;
  morpher_run(morpher, &params, N, (const float*[]){ in }, (const float*[]){ side },
              (float*[]){ out });
  assert_null(morpher_corner(morpher, 3));
  params.learn[3] = false;
  morpher_run(morpher, &params, 0, (const float*[]){ in }, NULL, (float*[]){ out });
  assert_memory_equal(morpher_corner(morpher, 3), &expected, sizeof(expected));
  assert_int_equal(morpher_n_learned(morpher), 1);
  morpher_free(morpher);
}

/// Level of harmonic 10 over the first, dB, in the second that begins at `x`.
static double
tilt_db(const float* const x)
{
  return 20.0 * log10(partial(2000.0, 48000.0, 48000, x) / partial(200.0, 48000.0, 48000, x));
}

/// A frozen timbre stays while the player's goes from dull to bright.
static void
test_freeze_holds_the_timbre(void** const state)
{
  (void)state;
  enum { N = 3 * 48000, HALF = N / 2 };
  static float in[N];
  static float bright[N];
  static float out[N];
  morphing_play(48000.0, 200.0, 2.0, N, in);
  morphing_play(48000.0, 200.0, 0.7, N, bright);
  memcpy(in + HALF, bright + HALF, HALF * sizeof(float));
  Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
  MorpherParams  params  = morpher_params_default();
  morpher_run(morpher, &params, HALF / 2, (const float*[]){ in }, NULL, (float*[]){ out });
  params.freeze = true;
  morpher_run(morpher, &params, N - HALF / 2, (const float*[]){ in + HALF / 2 }, NULL,
              (float*[]){ out + HALF / 2 });
  assert_true(fabs(tilt_db(in + N - 48000) - (-6.3)) < 0.1);
  assert_true(fabs(tilt_db(out + N - 48000) - (-18.0)) < 1.0);
  morpher_free(morpher);
}

/// So do source and goal: with a way to go, nothing of what is played later is heard in the timbre.
static void
test_freeze_holds_the_way(void** const state)
{
  (void)state;
  enum { N = 8 * 48000, FROZEN = 2 * 48000, LEAP = 4 * 48000 };
  static float in[N];
  static float bright[N];
  static float out[N];
  morphing_play(48000.0, 200.0, 2.0, N, in);
  morphing_play(48000.0, 200.0, 0.7, N, bright);
  memcpy(in + LEAP, bright + LEAP, (N - LEAP) * sizeof(float));
  for (uint32_t law = 0; law < 3; ++law) {
    Morpher* const morpher = morpher_new(NULL, 48000.0, 1);
    const Anchor   to      = morphing_sloping(0.1f);
    MorpherParams  params  = { .amount = 1.0f, .expression = 0.5f * (float)law, .wet = 1.0f };
    morpher_set_corner(morpher, 0, &to);
    morpher_run(morpher, &params, FROZEN, (const float*[]){ in }, NULL, (float*[]){ out });
    params.freeze = true;
    morpher_run(morpher, &params, N - FROZEN, (const float*[]){ in + FROZEN }, NULL,
                (float*[]){ out + FROZEN });
    assert_true(fabs(tilt_db(out + N - 48000) - tilt_db(out + LEAP - 48000)) < 1.0);
    morpher_free(morpher);
  }
}

/// A sound that begins frozen still learns where its way begins: to itself it is no way.
static void
test_frozen_from_the_start_has_a_source(void** const state)
{
  (void)state;
  enum { N = 3 * 48000 };
  static float in[N];
  static float out[N];
  double       tilts_db[2];
  morphing_play(48000.0, 200.0, 2.0, N, in);
  const Anchor to = learned(48000.0, N, in);
  for (uint32_t goes = 0; goes < 2; ++goes) {
    Morpher* const      morpher = morpher_new(NULL, 48000.0, 1);
    const MorpherParams params  = {
       .amount = (float)goes, .expression = 1.0f, .freeze = true, .wet = 1.0f
    };
    morpher_set_corner(morpher, 0, &to);
    morphing_run(morpher, &params, 512, N, in, out);
    tilts_db[goes] = tilt_db(out + N - 48000);
    morpher_free(morpher);
  }
  assert_true(fabs(tilts_db[1] - tilts_db[0]) < 1.0);
}

/// Without a timbre at any corner there is no way to go, whatever else is on.
static void
test_without_corners_the_input_comes_out(void** const state)
{
  (void)state;
  enum { N = 48000, LATENCY = 2048 };
  static float        in[N];
  static float        out[N];
  Morpher* const      morpher = morphing_sloping_morpher(48000.0, 1);
  const MorpherParams params  = { .amount = 1.0f, .x = 0.4f, .walk = 1.0f, .wet = 1.0f };
  signal_fill_noise(1, 0.5f, N, in);
  morpher_set_corner(morpher, 0, NULL);
  morphing_run(morpher, &params, 480, N, in, out);
  assert_true(signal_snr_db(N - 2 * LATENCY, in + LATENCY, out + 2 * LATENCY) > 120.0);
  morpher_free(morpher);
}

/// The walk moves the sound between two timbres, and goes the same way after a reset.
static void
test_the_walk_moves_and_repeats(void** const state)
{
  (void)state;
  enum { N = 4 * 48000 };
  static float   in[N];
  static float   still[N];
  static float   first[N];
  static float   second[N];
  Morpher* const morpher = morphing_sloping_morpher(48000.0, 1);
  const Anchor   other   = morphing_sloping(-0.3f);
  MorpherParams  params  = { .amount = 1.0f, .x = 0.5f, .expression = 1.0f, .wet = 1.0f };
  signal_fill_noise(5, 0.5f, N, in);
  morpher_set_corner(morpher, 1, &other);
  morphing_run(morpher, &params, 512, N, in, still);
  params.walk = 1.0f;
  morphing_run(morpher, &params, 512, N, in, first);
  morphing_run(morpher, &params, 333, N, in, second);
  assert_memory_equal(first, second, sizeof(first));
  assert_true(signal_snr_db(N - 4096, still + 4096, first + 4096) < 20.0);
  morpher_free(morpher);
}

/// Every control may be broken; once they are whole again, so is the sound.
static void
test_broken_controls(void** const state)
{
  (void)state;
  enum { N = 9600 };
  static float     in[N];
  static float     out[N];
  const float      broken[] = { NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e-42f };
  const ModelShape shape    = models_tiny_morph_shape();
  Model* const     model    = models_of(&shape);
  const Anchor     to       = morphing_sloping(0.3f);
  Morpher* const   morpher  = morpher_new(model, 48000.0, 1);
  signal_fill_noise(7, 1.0f, (uint32_t)model->n_weights, model->weights);
  signal_fill_noise(2, 0.5f, N, in);
  morpher_set_corner(morpher, 0, &to);
  for (uint32_t i = 0; i < 2 * sizeof(broken) / sizeof(*broken); ++i) {
    const float         v      = broken[i / 2];
    const MorpherParams wild   = { .amount     = v,
                                   .x          = v,
                                   .y          = v,
                                   .expression = v,
                                   .inertia_s  = v,
                                   .walk       = v,
                                   .wet        = v,
                                   .offsets    = { v, v, v } };
    const MorpherParams whole  = { .amount = 1.0f, .inertia_s = 1.0f, .walk = 1.0f, .wet = 1.0f };
    const MorpherParams params = i % 2 ? whole : wild;
    morpher_run(morpher, &params, N, (const float*[]){ in }, NULL, (float*[]){ out });
    for (uint32_t k = 0; k < N; ++k) {
      assert_true(fabsf(out[k]) < 20.0f);
    }
  }
  morpher_free(morpher);
  model_free(model);
}

/// After a leap of the amount the sound leaves where it was slowly and arrives in the end.
static void
test_inertia_is_slow_and_arrives(void** const state)
{
  (void)state;
  enum { N = 6 * 48000, LEAP = 48000 };
  static float   in[N];
  static float   at_once[N];
  static float   out[N];
  Morpher* const morpher = morphing_sloping_morpher(48000.0, 1);
  MorpherParams  params  = morpher_params_default();
  signal_fill_noise(5, 0.5f, N, in);
  params.amount = 1.0f;
  morphing_run(morpher, &params, 512, N, in, at_once);
  morpher_reset(morpher);
  params.inertia_s = 0.5f;
  params.amount    = 0.0f;
  morpher_run(morpher, &params, LEAP, (const float*[]){ in }, NULL, (float*[]){ out });
  params.amount = 1.0f;
  morpher_run(morpher, &params, N - LEAP, (const float*[]){ in + LEAP }, NULL,
              (float*[]){ out + LEAP });
  assert_true(signal_snr_db(2400, in + LEAP, out + LEAP + 2048) > 15.0);
  assert_true(signal_snr_db(2400, at_once + LEAP + 2048, out + LEAP + 2048) < 10.0);
  assert_true(signal_snr_db(24000, at_once + N - 24000, out + N - 24000) > 60.0);
  morpher_free(morpher);
}

static void
test_nothing_is_allocated_while_sound_runs(void** const state)
{
  (void)state;
  if (!guard_works()) {
    skip();
  }
  enum { N = 48000 };
  static float   x[N];
  Model* const   model   = cosine_model();
  Morpher* const morpher = morpher_new(model, 48000.0, 1);
  Anchor         anchor  = { 0 };
  MorpherParams  params  = { .expression = 0.5f, .inertia_s = 1.0f, .walk = 1.0f, .wet = 1.0f };
  signal_fill_noise(2, 0.5f, N, x);
  float* const      sound[] = { x };
  const GuardCounts before  = guard_counts();
  guard_arm();
  morpher_learn(morpher, &anchor, N, (const float* const*)sound);
  morpher_set_source(morpher, &anchor);
  morpher_set_corner(morpher, 0, &anchor);
  morpher_reset(morpher);
  params.amount     = 0.5f;
  params.learn[1]   = true;
  params.learn_side = true;
  morpher_run(morpher, &params, N, (const float* const*)sound, (const float* const*)sound, sound);
  guard_disarm();
  const GuardCounts after = guard_counts();
  assert_int_equal(after.n_allocations, before.n_allocations);
  assert_int_equal(after.n_locks, before.n_locks);
  assert_int_equal(after.n_calls, before.n_calls);
  morpher_free(morpher);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_dry_is_the_input),
    cmocka_unit_test(test_channels_are_linked),
    cmocka_unit_test(test_harmonics_take_the_levels_of_the_target),
    cmocka_unit_test(test_amount_is_the_share_of_the_way),
    cmocka_unit_test(test_silence_parts_sounds),
    cmocka_unit_test(test_silence_and_clicks_make_no_anchor),
    cmocka_unit_test(test_anchors_weigh_by_loudness),
    cmocka_unit_test(test_broken_input),
    cmocka_unit_test(test_extremes_stay_finite),
    cmocka_unit_test(test_the_rate_does_not_matter),
    cmocka_unit_test(test_reset_forgets),
    cmocka_unit_test(test_a_linear_model_changes_nothing),
    cmocka_unit_test(test_known_timbres_are_goals),
    cmocka_unit_test(test_offsets_move_the_code),
    cmocka_unit_test(test_blocks_do_not_matter_while_it_learns),
    cmocka_unit_test(test_the_side_chain_is_learned),
    cmocka_unit_test(test_freeze_holds_the_timbre),
    cmocka_unit_test(test_freeze_holds_the_way),
    cmocka_unit_test(test_frozen_from_the_start_has_a_source),
    cmocka_unit_test(test_without_corners_the_input_comes_out),
    cmocka_unit_test(test_the_walk_moves_and_repeats),
    cmocka_unit_test(test_broken_controls),
    cmocka_unit_test(test_inertia_is_slow_and_arrives),
    cmocka_unit_test(test_nothing_is_allocated_while_sound_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
