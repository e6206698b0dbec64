// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the plugin learns while Learn is held, the program learns with --learn: the same bits.

#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "training/tool/render.h"

#include <string.h>

enum { N = 60000, FROM = 12345, TO = 34567 };

static Sound
noise(const double rate_hz, const uint32_t n_channels)
{
  Sound sound;
  assert_int_equal(sound_new(rate_hz, n_channels, N, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(9, 0.3f, n_channels * N, sound.samples);
  return sound;
}

/// Play a sound, in place, in blocks of any size that end where Learn is pressed and let go; then
/// as much silence as the delay.  @param tail What comes out last, [latency] for each channel.
static void
play(Host* const host, Sound* const sound, float* const tail)
{
  const uint32_t end     = N + host_latency(host);
  const uint32_t cuts[]  = { FROM, TO, N, end };
  uint64_t       random  = 1;
  uint32_t       at      = 0;
  const uint32_t latency = host_latency(host);
  for (uint32_t i = 0; i < 4; ++i) {
    host_set_control(host, "learn", i == 1 ? 1.0f : 0.0f);
    while (at < cuts[i]) {
      const uint32_t wanted                = signal_block(0, &random);
      const uint32_t n                     = cuts[i] - at < wanted ? cuts[i] - at : wanted;
      float*         to[HOST_MAX_CHANNELS] = { NULL };
      for (uint32_t c = 0; c < sound->n_channels; ++c) {
        to[c] = at < N ? sound->samples + c * N + at : tail + c * latency + (at - N);
      }
      host_run(host, n, to, to);
      at += n;
    }
  }
}

static void
check(const char* const uri, const char* const path, const Model* const model, const double rate_hz)
{
  const HostConfig host_config = { .rate_hz = rate_hz, .work = HOST_WORK_AT_ONCE };
  Host* const      host        = host_open(uri, &host_config);
  assert_non_null(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, path));
  host_activate(host);
  host_run(host, 0, (float* [HOST_MAX_CHANNELS]){ NULL }, (float* [HOST_MAX_CHANNELS]){ NULL });

  static float       tail[HOST_MAX_CHANNELS * 4096];
  const uint32_t     n_channels = host_channels(host);
  const uint32_t     latency    = host_latency(host);
  const RenderConfig config     = { .params     = denoiser_params_default(),
                                    .learn_from = FROM,
                                    .learn_to   = TO };
  Sound              played     = noise(rate_hz, n_channels);
  Sound              in         = noise(rate_hz, n_channels);
  Sound              rendered   = { 0 };
  memset(tail, 0, sizeof(tail));
  assert_true(latency <= 4096);
  play(host, &played, tail);
  assert_int_equal(host_changes_told(host), 1);
  assert_int_equal(render_denoise(model, &config, &in, &rendered, NULL), STATUS_SUCCESS);
  for (uint32_t c = 0; c < n_channels; ++c) {
    assert_memory_equal(rendered.samples + c * N, played.samples + c * N + latency,
                        (N - latency) * sizeof(float));
    assert_memory_equal(rendered.samples + c * N + N - latency, tail + c * latency,
                        latency * sizeof(float));
  }
  sound_clear(&played);
  sound_clear(&in);
  sound_clear(&rendered);
  host_close(host);
}

static void
test_plugin_and_program_learn_alike(void** const state)
{
  const char* const path  = models_write(state, "model", models_random(4));
  Model* const      model = models_random(4);
  assert_int_equal(model_compact(model, NULL), STATUS_SUCCESS);
  check(DENOISE_MONO_URI, path, model, 48000.0);
  check(DENOISE_MONO_URI, path, model, 44100.0);
  check(DENOISE_STEREO_URI, path, model, 16000.0);
  model_free(model);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_plugin_and_program_learn_alike),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
