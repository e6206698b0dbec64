// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The plugins as a host meets them: the built binary, through lilv.

#include "dsp/spectrum/stft.h"
#include "plugin/denoise.h"
#include "plugin/uris.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 48000 };

/// A sound, left and right, and what became of it.
typedef struct {
  float in[HOST_MAX_CHANNELS][N];
  float out[HOST_MAX_CHANNELS][N];
} Sound;

static Sound sound;
static Sound other;

static const char* const uris[] = { DENOISE_MONO_URI, DENOISE_STEREO_URI };

enum { N_URIS = 2 };

static Host*
open_host(const char* const uri, const HostConfig* const config, const char* const model)
{
  Host* const host = host_open(uri, config);
  assert_non_null(host);
  host_clear_log(host); // the bundle's own model is not what is tested here
  if (model) {
    assert_true(host_restore_path(host, LAMINA_MODEL_URI, model));
  }
  host_activate(host);
  return host;
}

static HostConfig
usual(void)
{
  return (HostConfig){ .rate_hz = 48000.0, .work = HOST_WORK_LATER, .work_delay = 3 };
}

static void
fill_noise(Sound* const s)
{
  for (uint32_t c = 0; c < HOST_MAX_CHANNELS; ++c) {
    signal_fill_noise(c + 1, 0.5f, N, s->in[c]);
  }
}

static void
fill_sine(Sound* const s)
{
  for (uint32_t i = 0; i < N; ++i) {
    s->in[0][i] = 0.5f * (float)sin(2.0 * M_PI * 440.0 * i / 48000.0);
    s->in[1][i] = s->in[0][i];
  }
}

/// Run samples `from`…`to` in blocks; 0 means random sizes.
static void
run(Host* const host, Sound* const s, const uint32_t from, const uint32_t to, const uint32_t block)
{
  uint64_t random = 5;
  for (uint32_t at = from; at < to;) {
    const uint32_t wanted = signal_block(block, &random);
    const uint32_t n      = to - at < wanted ? to - at : wanted;
    host_run(host, n, (float*[]){ s->in[0] + at, s->in[1] + at },
             (float*[]){ s->out[0] + at, s->out[1] + at });
    at += n;
  }
}

/// Expect the input, `latency` late, sample by sample.
static void
check_dry(const Sound* const s, const uint32_t channels, const uint32_t latency,
          const uint32_t from, const uint32_t to)
{
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = from; i < to; ++i) {
      assert_true(s->out[c][i] == (i < latency ? 0.0f : s->in[c][i - latency]));
    }
  }
}

/// Where the largest sample is.
static uint32_t
peak(const float* const x)
{
  uint32_t best = 0;
  for (uint32_t i = 1; i < N; ++i) {
    best = fabsf(x[i]) > fabsf(x[best]) ? i : best;
  }
  return best;
}

/// An impulse comes out as late as is reported, with and without bypass; left stays left.
static void
test_latency(void** const state)
{
  static const double rates[] = { 8000.0, 22050.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0 };
  const char* const   model   = models_write(state, "most", models_constant_gain(0.9));
  for (uint32_t r = 0; r < sizeof(rates) / sizeof(*rates); ++r) {
    for (uint32_t enabled = 0; enabled < 2; ++enabled) {
      const HostConfig config = { .rate_hz = rates[r], .work = HOST_WORK_AT_ONCE };
      Host* const      host   = open_host(DENOISE_STEREO_URI, &config, model);
      memset(&sound, 0, sizeof(sound));
      sound.in[0][1234] = 1.0f;
      host_set_control(host, "enabled", (float)enabled);
      run(host, &sound, 0, 12000, 512);
      assert_int_equal(peak(sound.out[0]) - 1234, host_latency(host));
      assert_int_equal(host_latency(host), 2 * lround(rates[r] * 0.01));
      assert_float_equal(sound.out[1][peak(sound.out[0])], 0.0f, 1e-6);
      assert_string_equal(host_log(host), "");
      host_close(host);
    }
  }
}

/// The same bits however a host cuts the time.
static void
test_block_sizes(void** const state)
{
  static const uint32_t blocks[] = { 1, 7, 64, 333, 0 };
  const char* const     model    = models_write(state, "random", models_random(1));
  const HostConfig      config   = usual();
  for (uint32_t u = 0; u < N_URIS; ++u) {
    Host* const host = open_host(uris[u], &config, model);
    fill_noise(&sound);
    run(host, &sound, 0, N, HOST_MAX_BLOCK);
    host_close(host);
    assert_true(fabsf(sound.out[0][N - 1]) > 0.0f);
    for (uint32_t b = 0; b < sizeof(blocks) / sizeof(*blocks); ++b) {
      Host* const again = open_host(uris[u], &config, model);
      fill_noise(&other);
      run(again, &other, 0, N, blocks[b]);
      assert_memory_equal(sound.out, other.out, sizeof(sound.out));
      host_close(again);
    }
  }
}

/// In place, as Ardour runs plugins.
static void
test_in_place(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  Host*             host   = open_host(DENOISE_STEREO_URI, &config, model);
  fill_noise(&sound);
  run(host, &sound, 0, N, 512);
  host_close(host);

  host = open_host(DENOISE_STEREO_URI, &config, model);
  fill_noise(&other);
  for (uint32_t at = 0; at + 512 <= N; at += 512) {
    float* const crossed[] = { other.in[1] + at, other.in[0] + at };
    host_run(host, 512, (float*[]){ other.in[0] + at, other.in[1] + at }, crossed);
  }
  host_close(host);
  const size_t size = sizeof(float) * (N - N % 512);
  assert_memory_equal(sound.out[0], other.in[1], size);
  assert_memory_equal(sound.out[1], other.in[0], size);
}

/// The greatest step between two samples.
static float
greatest_step(const float* const x, const uint32_t from, const uint32_t to)
{
  float greatest = 0.0f;
  for (uint32_t i = from + 1; i < to; ++i) {
    greatest = fmaxf(greatest, fabsf(x[i] - x[i - 1]));
  }
  return greatest;
}

/// Bypass is the input, delayed, to the bit, and the way there and back does not click.
static void
test_bypass(void** const state)
{
  const char* const model   = models_write(state, "less", models_constant_gain(0.2));
  const HostConfig  config  = usual();
  Host* const       host    = open_host(DENOISE_MONO_URI, &config, model);
  const uint32_t    fade    = 1440;
  const uint32_t    latency = 960;
  fill_sine(&sound);
  run(host, &sound, 0, 12000, 64);
  host_set_control(host, "enabled", 0.0f);
  run(host, &sound, 12000, 24000, 64);
  host_set_control(host, "enabled", 1.0f);
  run(host, &sound, 24000, N, 64);
  host_close(host);

  check_dry(&sound, 1, latency, 12000 + fade, 24000);
  for (uint32_t i = 24000 + fade; i < N; ++i) {
    assert_float_equal(sound.out[0][i], 0.2f * sound.in[0][i - latency], 1e-4);
  }
  // A full sine's own steps, and the ramp's.
  const float own = greatest_step(sound.in[0], 0, N);
  assert_true(greatest_step(sound.out[0], 2000, N) < own + 0.5f / (float)fade);
}

static void
test_bypass_from_the_start(void** const state)
{
  const char* const model  = models_write(state, "less", models_constant_gain(0.2));
  const HostConfig  config = usual();
  for (uint32_t u = 0; u < N_URIS; ++u) {
    Host* const host = open_host(uris[u], &config, model);
    fill_noise(&sound);
    host_set_control(host, "enabled", 0.0f);
    run(host, &sound, 0, N, 0);
    check_dry(&sound, host_channels(host), host_latency(host), 0, N);
    host_close(host);
  }
}

/// Controls reach the denoiser in its units.
static void
test_controls(void** const state)
{
  static const struct {
    const char* symbol;
    float       value;
    double      gain; ///< Of a model with gain 0.1
  } cases[] = {
    { "strength", 100.0f, 0.1 },      { "strength", 50.0f, 0.31623 },
    { "strength", 200.0f, 0.063096 }, { "reduction", 6.0f, 0.50119 },
    { "reduction", 0.0f, 1.0 },       { "residual", 1.0f, 0.9 },
  };
  const char* const model  = models_write(state, "tenth", models_constant_gain(0.1));
  const HostConfig  config = usual();
  for (uint32_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    Host* const host = open_host(DENOISE_MONO_URI, &config, model);
    fill_noise(&sound);
    assert_true(host_set_control(host, cases[i].symbol, cases[i].value));
    run(host, &sound, 0, 9600, 512);
    for (uint32_t k = 2000; k < 9600; ++k) {
      assert_float_equal(sound.out[0][k], (float)cases[i].gain * sound.in[0][k - 960], 1e-5);
    }
    host_close(host);
  }
}

/// NaN and infinity end at the input; the dry path passes nothing that is no number either.
static void
test_not_numbers(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  for (uint32_t enabled = 0; enabled < 2; ++enabled) {
    Host* const host = open_host(DENOISE_STEREO_URI, &config, model);
    fill_noise(&sound);
    for (uint32_t i = 10000; i < 12000; ++i) {
      sound.in[0][i] = i % 3 ? NAN : INFINITY;
      sound.in[1][i] = i % 2 ? -INFINITY : 1e30f;
    }
    host_set_control(host, "enabled", (float)enabled);
    run(host, &sound, 0, N, 0);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(isfinite(sound.out[0][i]) && isfinite(sound.out[1][i]));
    }
    assert_true(fabsf(sound.out[0][N - 1]) > 0.0f);
    host_close(host);
  }
}

/// A user's choice: told back with its path, and the session has changed; a restore is no change.
static void
test_messages(void** const state)
{
  const char* const first  = models_write(state, "first", models_constant_gain(0.5));
  const char* const second = models_write(state, "second", models_constant_gain(0.5));
  const HostConfig  config = usual();
  Host* const       host   = open_host(DENOISE_MONO_URI, &config, first);
  fill_noise(&sound);
  run(host, &sound, 0, 640, 64);
  assert_int_equal(host_paths_told(host), 1);
  assert_string_equal(host_path(host), first);
  assert_int_equal(host_changes_told(host), 0);

  host_get_property(host, NULL);
  run(host, &sound, 640, 704, 64);
  assert_int_equal(host_paths_told(host), 2);
  host_get_property(host, LAMINA_MODEL_URI);
  run(host, &sound, 704, 768, 64);
  assert_int_equal(host_paths_told(host), 3);

  host_set_path(host, LAMINA_MODEL_URI, second);
  run(host, &sound, 768, 1408, 64);
  assert_int_equal(host_paths_told(host), 4);
  assert_string_equal(host_path(host), second);
  assert_int_equal(host_changes_told(host), 1);
  host_close(host);
}

/// Ardour gives a notify port of 8 bytes when it asks for the latency.
static void
test_no_room_to_notify(void** const state)
{
  const char* const model  = models_write(state, "first", models_constant_gain(0.5));
  HostConfig        config = usual();
  config.notify_size       = 8;
  Host* const host         = open_host(DENOISE_MONO_URI, &config, model);
  host_set_path(host, LAMINA_MODEL_URI, model);
  host_get_property(host, NULL);
  run(host, &sound, 0, 6400, 64);
  assert_int_equal(host_paths_told(host), 0);
  assert_int_equal(host_latency(host), 960);
  host_close(host);
}

/// A swap in small blocks, with a worker that is full at first: no gap, no click, and the new
/// model in the end.
static void
test_swap(void** const state)
{
  const char* const loud   = models_write(state, "loud", models_constant_gain(0.8));
  const char* const soft   = models_write(state, "soft", models_constant_gain(0.3));
  const HostConfig  config = usual();
  Host* const       host   = open_host(DENOISE_STEREO_URI, &config, loud);
  fill_sine(&sound);
  run(host, &sound, 0, 9600, 64);
  for (uint32_t swap = 0; swap < 2; ++swap) {
    const uint32_t at = 9600 + 19200 * swap;
    host_refuse_work(host, 4);
    host_set_path(host, LAMINA_MODEL_URI, swap ? loud : soft);
    run(host, &sound, at, at + 19200, 64);
  }
  host_close(host);

  for (uint32_t i = 27600; i < 28800; ++i) {
    assert_float_equal(sound.out[0][i], 0.3f * sound.in[0][i - 960], 1e-4);
    assert_float_equal(sound.out[1][i], 0.3f * sound.in[1][i - 960], 1e-4);
  }
  for (uint32_t i = 46800; i < N; ++i) {
    assert_float_equal(sound.out[0][i], 0.8f * sound.in[0][i - 960], 1e-4);
  }
  for (uint32_t i = 2000; i < N; ++i) { // no gap: never less than the softer one
    assert_true(fabsf(sound.out[0][i]) >= 0.3f * fabsf(sound.in[0][i - 960]) - 1e-4f);
  }
  const float own = 0.8f * greatest_step(sound.in[0], 0, N);
  assert_true(greatest_step(sound.out[0], 2000, N) <
              own + 1.5f * 0.3f / 1440.0f); // steepest half-way
}

/// Every model that went is freed by the worker, also when it is full, and when a swap begins and
/// ends in one block.
static void
test_old_models_are_freed(void** const state)
{
  const char* const model  = models_write(state, "some", models_constant_gain(0.5));
  const HostConfig  config = { .rate_hz = 48000.0, .work = HOST_WORK_LATER };
  Host*             host   = open_host(DENOISE_MONO_URI, &config, model);
  run(host, &sound, 0, 64, 64);
  host_set_path(host, LAMINA_MODEL_URI, model);
  run(host, &sound, 64, 128, 64);
  assert_int_equal(host_work_done(host), 1);
  host_refuse_work(host, 3);
  run(host, &sound, 128, 9600, 64);
  assert_int_equal(host_work_done(host), 2);
  host_close(host);

  host = open_host(DENOISE_MONO_URI, &config, model);
  for (uint32_t i = 0; i < 7; ++i) {
    if (i >= 1 && i < 5) {
      host_set_path(host, LAMINA_MODEL_URI, model);
    }
    run(host, &sound, 0, HOST_MAX_BLOCK, HOST_MAX_BLOCK);
  }
  assert_int_equal(host_work_done(host), 8);
  host_close(host);
}

/// Expect the dry sound, as late as ever, and one line in the log.
static void
check_unusable(const char* const path)
{
  const HostConfig config = usual();
  Host* const      host   = open_host(DENOISE_STEREO_URI, &config, NULL);
  fill_noise(&sound);
  host_set_path(host, LAMINA_MODEL_URI, path);
  run(host, &sound, 0, N, 512);
  check_dry(&sound, 2, 960, 12000, N);
  assert_int_equal(host_latency(host), 960);
  assert_string_equal(host_path(host), path);
  const char* const line = strchr(host_log(host), '\n');
  assert_non_null(strstr(host_log(host), path));
  assert_true(line && line[1] == '\0');
  host_close(host);
}

static void
test_unusable_models(void** const state)
{
  Model* const wide = models_constant_gain(0.5);
  wide->window_s    = 0.04;
  wide->hop_s       = 0.02;
  check_unusable(models_write(state, "wide", wide));
  check_unusable(folder_path(state, "missing"));
  check_unusable(folder_path(state, ".")); // a folder

  static char bytes[4096];
  models_write(state, "good", models_constant_gain(0.5));
  assert_int_equal(folder_read(state, "good", sizeof(bytes), bytes), sizeof(bytes));
  folder_write(state, "truncated", sizeof(bytes), bytes);
  check_unusable(folder_path(state, "truncated"));
}

/// A bundle with a model of our own as its universal one: it is heard without being asked for, and
/// the preset brings it back.
static void
test_model_of_the_bundle(void** const state)
{
  char*             command = NULL;
  const char* const bundle  = getenv("LAMINA_BUNDLE");
  const char* const folder  = folder_path(state, "lv2");
  assert_non_null(bundle);
  assert_true(asprintf(&command, "mkdir '%s' && cp -r '%s' '%s'", folder, bundle, folder) > 0);
  assert_int_equal(system(command), 0);
  free(command);
  const char* const own  = models_write(state, "lv2/lamina.lv2/models/universal.safetensors",
                                        models_constant_gain(0.5));
  const char* const less = models_write(state, "less", models_constant_gain(0.2));
  char* const       path = strdup(getenv("LV2_PATH"));
  setenv("LV2_PATH", folder, 1);

  const HostConfig config = usual();
  Host* const      host   = open_host(DENOISE_MONO_URI, &config, NULL);
  setenv("LV2_PATH", path, 1);
  free(path);
  fill_noise(&sound);
  run(host, &sound, 0, 12000, 512);
  assert_string_equal(host_path(host), own);
  host_set_path(host, LAMINA_MODEL_URI, less);
  run(host, &sound, 12000, 24000, 512);
  assert_string_equal(host_path(host), less);
  host_set_control(host, "strength", 50.0f);
  assert_true(host_load_preset(host, DENOISE_MONO_URI ":universal"));
  run(host, &sound, 24000, N, 512);
  assert_string_equal(host_path(host), own);
  for (uint32_t i = 2000; i < N; i = i == 11999 ? 36000 : i + 1) {
    assert_float_equal(sound.out[0][i], 0.5f * sound.in[0][i - 960], 1e-4);
  }
  host_close(host);
}

/// The host of these tests refuses what lilv would crash on.
static void
test_relative_lv2_path(void** const state)
{
  (void)state;
  const HostConfig config = usual();
  char* const      path   = strdup(getenv("LV2_PATH"));
  setenv("LV2_PATH", "/usr/lib/lv2:build/lv2", 1);
  Host* const host = host_open(DENOISE_MONO_URI, &config);
  setenv("LV2_PATH", path, 1);
  free(path);
  assert_null(host);
}

/// After activate() nothing of the sound before is left.
static void
test_activate_forgets(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  Host* const       host   = open_host(DENOISE_MONO_URI, &config, model);
  fill_noise(&sound);
  fill_noise(&other);
  run(host, &sound, 0, N, 512);
  host_deactivate(host);
  host_activate(host);
  run(host, &other, 0, N, 512);
  assert_memory_equal(sound.out[0], other.out[0], sizeof(sound.out[0]));
  host_close(host);
}

/// Hold Learn from one sample to another; then go on to the end.
static void
run_learning(Host* const host, Sound* const s, const uint32_t from, const uint32_t to)
{
  run(host, s, 0, from, 64);
  host_set_control(host, "learn", 1.0f);
  run(host, s, from, to, 64);
  host_set_control(host, "learn", 0.0f);
  run(host, s, to, N, 64);
}

/// Whether the state holds a profile.
static bool
has_profile(Host* const host)
{
  static HostMemory memory;
  assert_true(host_save_memory(host, &memory));
  const HostValue* const value = host_memory_value(host, &memory, LAMINA_NOISE_PROFILE_URI);
  return value && value->size > sizeof(LV2_Atom_Vector_Body);
}

/// A profile is heard and told once; off and on again by its switch; kept over activate().
static void
test_learn(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  for (uint32_t u = 0; u < N_URIS; ++u) {
    Host* const host = open_host(uris[u], &config, model);
    fill_noise(&sound);
    run(host, &sound, 0, N, 64);
    run_learning(host, &other, 0, 0); // not held
    assert_false(has_profile(host));
    fill_noise(&other);
    run_learning(host, &other, 4800, 9600);
    assert_int_equal(host_changes_told(host), 0); // 0.1 s less a frame is too short
    run_learning(host, &other, 4800, 24000);
    assert_int_equal(host_changes_told(host), 1);
    assert_true(has_profile(host));

    for (uint32_t use = 0; use < 2; ++use) {
      host_set_control(host, "profile", (float)use);
      host_deactivate(host);
      host_activate(host);
      run(host, &other, 0, N, 64);
      assert_true((memcmp(sound.out[0], other.out[0], sizeof(sound.out[0])) == 0) == !use);
    }
    assert_int_equal(host_changes_told(host), 1);
    host_close(host);
  }
}

/// The press clears, not the holding; pressed since the session began, it clears nothing.
static void
test_clear(void** const state)
{
  static HostMemory memory;
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  Host*             host   = open_host(DENOISE_MONO_URI, &config, model);
  fill_noise(&sound);
  host_set_control(host, "clear", 1.0f);
  run_learning(host, &sound, 0, 24000);
  assert_true(has_profile(host));
  assert_true(host_save_memory(host, &memory));
  host_set_control(host, "clear", 0.0f);
  run(host, &sound, 0, 64, 64);
  assert_true(has_profile(host));
  for (uint32_t i = 0; i < 3; ++i) {
    host_set_control(host, "clear", i == 1 ? 0.0f : 1.0f); // twice, the second time in vain
    run(host, &sound, 0, 64, 64);
    assert_false(has_profile(host));
    assert_int_equal(host_changes_told(host), 2);
  }
  host_close(host);

  host = host_open(DENOISE_MONO_URI, &config);
  assert_true(host_restore_memory(host, &memory));
  host_set_control(host, "clear", 1.0f);
  host_activate(host);
  run(host, &sound, 0, 640, 64);
  assert_true(has_profile(host));
  host_close(host);
}

/// In bypass the input passes as ever, and is learned.
static void
test_learn_in_bypass(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  Host* const       host   = open_host(DENOISE_STEREO_URI, &config, model);
  fill_noise(&sound);
  host_set_control(host, "enabled", 0.0f);
  run_learning(host, &sound, 1000, 20000);
  check_dry(&sound, 2, 960, 0, N);
  assert_true(has_profile(host));
  host_close(host);
}

/// Energy of `a` over that of the difference, in the last fifth of a second, dB.
static double
end_snr_db(const Sound* const a, const Sound* const b)
{
  return signal_snr_db(9600, a->out[0] + N - 9600, b->out[0] + N - 9600);
}

/// A model that comes later goes by the profile that the one before has learned; also when what
/// came between could not be used.
static void
test_a_profile_outlives_models(void** const state)
{
  static HostMemory memory;
  const char* const first  = models_write(state, "first", models_random(1));
  const char* const second = models_write(state, "second", models_random(2));
  const HostConfig  config = usual();
  Host*             host   = open_host(DENOISE_MONO_URI, &config, first);
  fill_noise(&sound);
  fill_noise(&other);
  run_learning(host, &sound, 0, 24000);
  // In blocks of a hop, so that the frames of all engines begin at the same samples.
  host_set_path(host, LAMINA_MODEL_URI, folder_path(state, "missing"));
  run(host, &sound, 0, N, 480);
  host_set_path(host, LAMINA_MODEL_URI, second);
  run(host, &sound, 0, N, 480);
  run(host, &sound, 0, N, 480);
  assert_string_equal(host_path(host), second);
  assert_true(host_save_memory(host, &memory));
  host_close(host);

  host = host_open(DENOISE_MONO_URI, &config);
  assert_true(host_restore_memory(host, &memory)); // the second model and the profile
  host_activate(host);
  run(host, &other, 0, N, 480);
  run(host, &other, 0, N, 480);
  assert_true(end_snr_db(&sound, &other) > 60.0);
  host_close(host);

  host = open_host(DENOISE_MONO_URI, &config, second);
  run(host, &other, 0, N, 480);
  run(host, &other, 0, N, 480);
  assert_true(end_snr_db(&sound, &other) < 40.0);
  host_close(host);
}

/// A swap while Learn is held: the profile is the old model's, which heard all of it, and both
/// models get it.
static void
test_swap_while_learning(void** const state)
{
  const char* const first  = models_write(state, "first", models_random(1));
  const char* const second = models_write(state, "second", models_random(2));
  const HostConfig  config = { .rate_hz = 48000.0, .work = HOST_WORK_AT_ONCE };
  Host* const       host   = open_host(DENOISE_MONO_URI, &config, first);
  fill_noise(&sound);
  run(host, &sound, 0, 4800, 64);
  host_set_control(host, "learn", 1.0f);
  run(host, &sound, 0, 9600, 64);
  host_set_path(host, LAMINA_MODEL_URI, second);
  run(host, &sound, 9600, 9600 + 640, 64); // on its way
  host_set_control(host, "learn", 0.0f);
  run(host, &sound, 9600 + 640, N, 64);
  assert_string_equal(host_path(host), second);
  assert_int_equal(host_changes_told(host), 2); // a model and a profile
  assert_true(has_profile(host));
  host_close(host);
}

/// Ports that came later may be left alone: the sound is that of their defaults.
static void
test_unconnected_ports(void** const state)
{
  const char* const model  = models_write(state, "random", models_random(1));
  const HostConfig  config = usual();
  Host*             host   = open_host(DENOISE_MONO_URI, &config, model);
  fill_noise(&sound);
  run(host, &sound, 0, N, 64);
  host_close(host);

  host = open_host(DENOISE_MONO_URI, &config, model);
  host_disconnect(host, "learn");
  host_disconnect(host, "profile");
  host_disconnect(host, "clear");
  fill_noise(&other);
  run(host, &other, 0, N, 64);
  assert_memory_equal(sound.out[0], other.out[0], sizeof(sound.out[0]));
  host_close(host);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_latency),
    cmocka_unit_test(test_block_sizes),
    cmocka_unit_test(test_in_place),
    cmocka_unit_test(test_bypass),
    cmocka_unit_test(test_bypass_from_the_start),
    cmocka_unit_test(test_controls),
    cmocka_unit_test(test_not_numbers),
    cmocka_unit_test(test_messages),
    cmocka_unit_test(test_no_room_to_notify),
    cmocka_unit_test(test_swap),
    cmocka_unit_test(test_old_models_are_freed),
    cmocka_unit_test(test_model_of_the_bundle),
    cmocka_unit_test(test_unusable_models),
    cmocka_unit_test(test_activate_forgets),
    cmocka_unit_test(test_learn),
    cmocka_unit_test(test_clear),
    cmocka_unit_test(test_learn_in_bypass),
    cmocka_unit_test(test_a_profile_outlives_models),
    cmocka_unit_test(test_swap_while_learning),
    cmocka_unit_test(test_unconnected_ports),
    cmocka_unit_test(test_relative_lv2_path),
  };
  return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
