// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/render.h"

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <math.h>
#include <string.h>

/// Gain 1 to 10^-7.
#define OPEN (1.0 - 1e-7)

static Sound
noise(double rate_hz, uint32_t n_channels, uint32_t n_frames)
{
  Sound sound;
  assert_int_equal(sound_new(rate_hz, n_channels, n_frames, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(5, 0.5f, n_channels * n_frames, sound.samples);
  return sound;
}

/// What goes through an open mask is what went in, in its place.
static void
check_open(double rate_hz, uint32_t n_channels, uint32_t n_frames)
{
  Model* const       model  = models_constant_gain(OPEN);
  const RenderConfig config = { .params = denoiser_params_default() };
  Sound              in     = noise(rate_hz, n_channels, n_frames);
  Sound              out    = { 0 };
  assert_int_equal(render_denoise(model, &config, &in, &out, NULL), STATUS_SUCCESS);

  assert_true(out.rate_hz == rate_hz);
  assert_int_equal(out.n_channels, n_channels);
  assert_int_equal(out.n_frames, n_frames);
  if (n_frames) {
    const double found_db = signal_snr_db(n_channels * n_frames, in.samples, out.samples);
    if (!(found_db > 100.0)) {
      fail_msg("%g Hz, %u channels, %u frames: %.1f dB", rate_hz, n_channels, n_frames, found_db);
    }
  }
  sound_clear(&in);
  sound_clear(&out);
  model_free(model);
}

static void
the_output_lies_on_the_input(void** state)
{
  (void)state;
  check_open(48000.0, 1, 20000);
  check_open(44100.0, 1, 20000);
  check_open(8000.0, 1, 20000);
  check_open(192000.0, 1, 20000);
}

static void
any_length_comes_out_whole(void** state)
{
  (void)state;
  const uint32_t lengths[] = { 0, 1, 100, 959, 960, 961, 3136, 4095, 4096, 4097, 8192 };
  for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; ++i) {
    check_open(48000.0, 1, lengths[i]);
  }
}

static void
any_number_of_channels_keeps_its_places(void** state)
{
  (void)state;
  for (uint32_t n_channels = 1; n_channels <= 6; ++n_channels) {
    check_open(48000.0, n_channels, 5000);
  }
}

/// Render, and measure the gain of one channel by projection on what went in.
static double
channel_gain(const Sound* in, const Sound* out, uint32_t channel)
{
  double product = 0.0;
  double energy  = 0.0;
  for (uint64_t i = channel * in->n_frames; i < (channel + 1) * in->n_frames; ++i) {
    product += (double)in->samples[i] * (double)out->samples[i];
    energy += (double)in->samples[i] * (double)in->samples[i];
  }
  return product / energy;
}

static void
the_parameters_reach_the_engine(void** state)
{
  (void)state;
  Model* const model  = models_constant_gain(0.25);
  RenderConfig config = { .params = denoiser_params_default() };
  Sound        in     = noise(48000.0, 3, 20000);
  Sound        out    = { 0 };
  assert_int_equal(render_denoise(model, &config, &in, &out, NULL), STATUS_SUCCESS);
  assert_true(fabs(channel_gain(&in, &out, 0) - 0.25) < 0.001);
  assert_true(fabs(channel_gain(&in, &out, 2) - 0.25) < 0.001);
  sound_clear(&out);

  config.params.reduction_db = 6.0f;
  assert_int_equal(render_denoise(model, &config, &in, &out, NULL), STATUS_SUCCESS);
  assert_true(fabs(channel_gain(&in, &out, 1) - pow(10.0, -6.0 / 20.0)) < 0.001);
  sound_clear(&out);

  config.params.residual = true;
  assert_int_equal(render_denoise(model, &config, &in, &out, NULL), STATUS_SUCCESS);
  assert_true(fabs(channel_gain(&in, &out, 1) - 1.0 + pow(10.0, -6.0 / 20.0)) < 0.001);
  sound_clear(&out);
  sound_clear(&in);
  model_free(model);
}

/// Silence in one of two channels.
static Sound
half_silent(void)
{
  Sound in = noise(48000.0, 2, 20000);
  memset(in.samples + 20000, 0, 20000 * sizeof *in.samples);
  return in;
}

/// What is learned is used after it, and by its own channel alone: all three are the same sound.
static void
a_part_is_learned(void** state)
{
  (void)state;
  enum { N = 30000, FROM = 10000, TO = 20000, DELAY = 960 };
  Model* const   model  = models_random(3);
  RenderConfig   config = { .params = denoiser_params_default() };
  Sound          in     = noise(48000.0, 3, N);
  Sound          plain  = { 0 };
  Sound          out    = { 0 };
  DenoiserParams params = denoiser_params_default();
  static float   expected[N + DELAY];
  memcpy(in.samples + N, in.samples, N * sizeof *in.samples);
  memcpy(in.samples + 2 * N, in.samples, N * sizeof *in.samples);
  assert_int_equal(render_denoise(model, &config, &in, &plain, NULL), STATUS_SUCCESS);
  config.learn_from = FROM;
  config.learn_to   = TO;
  assert_int_equal(render_denoise(model, &config, &in, &out, NULL), STATUS_SUCCESS);

  const uint32_t  cuts[]   = { 0, FROM, TO, N + DELAY };
  Denoiser* const denoiser = denoiser_new(model, 48000.0, 1);
  memcpy(expected, in.samples, N * sizeof *in.samples);
  for (uint32_t i = 0; i < 3; ++i) {
    float* const piece = expected + cuts[i];
    params.learn       = i == 1;
    denoiser_run(denoiser, &params, cuts[i + 1] - cuts[i], (const float*[]){ piece },
                 (float*[]){ piece });
  }
  denoiser_free(denoiser);
  for (uint32_t c = 0; c < 3; ++c) {
    assert_memory_equal(out.samples + c * N, expected + DELAY, N * sizeof *expected);
  }
  assert_memory_equal(out.samples, plain.samples, (FROM - DELAY) * sizeof *out.samples);
  assert_true(memcmp(out.samples + TO, plain.samples + TO, (N - TO) * sizeof *out.samples));
  sound_clear(&in);
  sound_clear(&plain);
  sound_clear(&out);
  model_free(model);
}

/// The silence that pushes the end out is no noise to be learned.
static void
what_lies_behind_the_end_is_not_learned(void** state)
{
  (void)state;
  Model* const model  = models_random(3);
  Sound        in     = noise(48000.0, 1, 20000);
  Sound        out[2] = { 0 };
  for (uint32_t i = 0; i < 2; ++i) {
    const RenderConfig config = { .params     = denoiser_params_default(),
                                  .learn_from = 5000,
                                  .learn_to   = i ? UINT64_MAX : 20000 };
    assert_int_equal(render_denoise(model, &config, &in, &out[i], NULL), STATUS_SUCCESS);
  }
  assert_memory_equal(out[0].samples, out[1].samples, 20000 * sizeof *in.samples);
  sound_clear(&in);
  sound_clear(&out[0]);
  sound_clear(&out[1]);
  model_free(model);
}

static void
two_channels_share_their_gains_and_three_do_not(void** state)
{
  (void)state;
  Model* const       model  = models_random(3);
  const RenderConfig config = { .params = denoiser_params_default() };
  Sound              stereo = half_silent();
  Sound              mono   = noise(48000.0, 1, 20000);
  Sound              three  = noise(48000.0, 3, 20000);
  Sound              out2   = { 0 };
  Sound              out1   = { 0 };
  Sound              out3   = { 0 };
  assert_int_equal(render_denoise(model, &config, &stereo, &out2, NULL), STATUS_SUCCESS);
  assert_int_equal(render_denoise(model, &config, &mono, &out1, NULL), STATUS_SUCCESS);
  assert_int_equal(render_denoise(model, &config, &three, &out3, NULL), STATUS_SUCCESS);

  // The first channel is the same noise in all three; the mean power of two is 3 dB lower.
  assert_memory_equal(out1.samples, out3.samples, 20000 * sizeof *out1.samples);
  assert_true(memcmp(out1.samples, out2.samples, 20000 * sizeof *out1.samples));
  sound_clear(&stereo);
  sound_clear(&mono);
  sound_clear(&three);
  sound_clear(&out1);
  sound_clear(&out2);
  sound_clear(&out3);
  model_free(model);
}

/// Expect a morph with amount 0 to be what went in, in its place.
static void
check_morph(const MorpherMode mode, const uint32_t n_channels, const uint32_t length)
{
  const Anchor anchor = { 0 };
  Sound        in     = noise(44100.0, n_channels, length);
  Sound        out    = { 0 };
  MorphPlan    plan   = { .from = &anchor, .to = &anchor, .params = morpher_params_default() };
  plan.params.mode    = mode;
  assert_int_equal(render_morph(&plan, &in, &out, NULL), STATUS_SUCCESS);
  assert_int_equal(out.n_channels, n_channels);
  assert_int_equal(out.n_frames, length);
  if (length) {
    assert_true(signal_snr_db(n_channels * length, in.samples, out.samples) > 120.0);
  }
  sound_clear(&in);
  sound_clear(&out);
}

static void
a_morph_lies_on_the_input(void** state)
{
  (void)state;
  const uint32_t lengths[] = { 0, 1, 2047, 4096, 20000 };
  for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; ++i) {
    for (uint32_t n_channels = 1; n_channels <= 3; ++n_channels) {
      check_morph(MORPHER_STUDIO, n_channels, lengths[i]);
      check_morph(MORPHER_TIGHT, n_channels, lengths[i]);
      check_morph(MORPHER_LIVE, n_channels, lengths[i]);
    }
  }
}

/// White noise has a level envelope; a sound is heard in all its channels and to its end.
static void
a_timbre_is_learned_of_all_channels(void** state)
{
  (void)state;
  for (uint32_t n_channels = 1; n_channels <= 3; ++n_channels) {
    Anchor anchor = { 0 };
    Sound  sound  = noise(48000.0, n_channels, 48000);
    assert_int_equal(render_anchor("noise", &sound, &anchor, NULL), STATUS_SUCCESS);
    assert_int_equal(anchor.n_frames, (n_channels == 3 ? 3 : 1) * (48000 / 512));
    for (uint32_t b = 4; b < ENVELOPE_BANDS; ++b) {
      assert_true(fabs(anchor.shape_db[b]) < 2.0);
    }
    sound_clear(&sound);
  }
}

static void
a_rate_that_is_too_low_is_an_error(void** state)
{
  (void)state;
  Model* const       model  = models_constant_gain(0.5);
  const RenderConfig config = { .params = denoiser_params_default() };
  Sound              in     = noise(999.0, 1, 100);
  Sound              out    = { 0 };
  Diagnostic         why    = { "" };
  assert_int_equal(render_denoise(model, &config, &in, &out, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "999 Hz: the lowest rate is 1000 Hz");
  assert_null(out.samples);
  sound_clear(&in);
  model_free(model);
}

/// Hands on a block, and fails where `context` is not NULL.
static Status
render_block(void* context, const SoundSource* in, const SoundSink* out, Diagnostic* why)
{
  float          block[2][100];
  const uint32_t n      = in->read(in->context, 100, (float* const[]){ block[0], block[1] });
  const Status   status = out->write(out->context, n, (const float* const[]){ block[0], block[1] },
                                     why);
  return context ? diagnose(why, STATUS_BAD_OPTION, "%s", (const char*)context) : status;
}

static void
a_file_becomes_another(void** state)
{
  char       words[] = "no";
  char       old[4];
  Diagnostic why = { "" };
  Sound      out = { 0 };
  folder_constant(state, "in.wav", 8000, 0.01, 0.25f);
  folder_constant(state, "empty.wav", 8000, 0.0, 0.0f);
  folder_write(state, "out.wav", 3, "old");
  const char* const to = folder_path(state, "out.wav");
  assert_int_equal(render_file(folder_path(state, "in.wav"), to, render_block, words, &why),
                   STATUS_BAD_OPTION);
  assert_string_equal(why.text, "no");
  assert_int_equal(render_file(folder_path(state, "empty.wav"), to, render_block, NULL, &why),
                   STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "empty.wav: holds no samples"));
  assert_int_equal(folder_read(state, "out.wav", sizeof old, old), 3);
  assert_int_equal(folder_count(state), 3);

  assert_int_equal(render_file(folder_path(state, "in.wav"), to, render_block, NULL, &why),
                   STATUS_SUCCESS);
  assert_int_equal(sound_read(to, &out, NULL), STATUS_SUCCESS);
  assert_true(out.rate_hz == 8000.0 && out.n_frames == 80 && out.samples[79] == 0.25f);
  sound_clear(&out);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_output_lies_on_the_input),
    cmocka_unit_test(any_length_comes_out_whole),
    cmocka_unit_test(any_number_of_channels_keeps_its_places),
    cmocka_unit_test(the_parameters_reach_the_engine),
    cmocka_unit_test(a_part_is_learned),
    cmocka_unit_test(what_lies_behind_the_end_is_not_learned),
    cmocka_unit_test(two_channels_share_their_gains_and_three_do_not),
    cmocka_unit_test(a_morph_lies_on_the_input),
    cmocka_unit_test(a_timbre_is_learned_of_all_channels),
    cmocka_unit_test(a_rate_that_is_too_low_is_an_error),
    IN_FOLDER(a_file_becomes_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
