// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The whole road: folders of sound → a model file → the plugin in a host → less noise.

#include "dsp/network/model_file.h"
#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/test.h"
#include "tests/training/small_run.h"
#include "training/method/stages.h"
#include "training/tool/measure.h"

#include <string.h>

enum { RATE = 8000, N = 5 * RATE, BLOCK = 333 };

static const char* const model_name = "tiny.safetensors";

static void
train_model(void* const* state, const char* const path)
{
  SmallRun small = small_run_open(state);
  small_run_begin(&small, NULL);
  const StagesConfig config = { .path = folder_path(state, "checkpoint"), .key = "" };
  const Watcher      nobody = { 0 };
  assert_int_equal(stages_run(small.run, &config, &nobody, NULL), STATUS_SUCCESS);

  Model* const model = training_run_model(small.run, NULL);
  assert_int_equal(model_write(model, path, NULL), STATUS_SUCCESS);
  model_free(model);
  small_run_close(&small);
}

/// A piece of the corpus that was not trained on, and the same in noise at 5 dB.
static void
draw_mixture(void* const* state, float* const clean, float* const noisy)
{
  static float     noise[N];
  SmallRun         small  = small_run_open(state);
  Random           random = random_at(1, RANDOM_TEST, 0);
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  assert_int_equal(corpus_draw(small.sound, SPLIT_VALID, &random, &play, N, clean, NULL, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(corpus_draw(small.noise, SPLIT_VALID, &random, &play, N, noise, NULL, NULL),
                   STATUS_SUCCESS);
  mixture_add(N, clean, noise, 5.0, noisy);
  small_run_close(&small);
}

/// Through the plugin, without its delay.  @return Samples in `out`.
static uint32_t
hear(const char* const model, const float* const in, float* const out)
{
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(DENOISE_MONO_URI, &config);
  static float     sound[N];
  assert_non_null(host);
  host_activate(host);
  host_set_path(host, LAMINA_MODEL_URI, model);
  memcpy(sound, in, sizeof(sound));
  for (uint32_t at = 0; at < N; at += BLOCK) {
    const uint32_t n = N - at < BLOCK ? N - at : BLOCK;
    host_run(host, n, (float*[]){ sound + at, NULL }, (float*[]){ sound + at, NULL });
  }
  assert_string_equal(host_path(host), model);

  const uint32_t latency = host_latency(host);
  memcpy(out, sound + latency, (N - latency) * sizeof(float));
  host_close(host);
  return N - latency;
}

static void
test_noise_is_less(void** const state)
{
  static float      clean[N];
  static float      noisy[N];
  static float      out[N];
  const char* const model = folder_path(state, model_name);
  train_model(state, model);
  draw_mixture(state, clean, noisy);

  // The model comes with the first block, hears the noise floor for 1.6 s, and fades in.
  const uint32_t from   = 5 * RATE / 2;
  const uint32_t n      = hear(model, noisy, out) - from;
  const double   before = measure_si_sdr(n, clean + from, noisy + from);
  const double   after  = measure_si_sdr(n, clean + from, out + from);
  print_message("SI-SDR %.2f dB before, %.2f dB after\n", before, after);
  assert_true(after > before + 3.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_noise_is_less),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
