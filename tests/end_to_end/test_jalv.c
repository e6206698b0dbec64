// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A preset with its model, shared and installed in an empty home, loads in jalv, and sounds there
// as it does in the test host. Skipped without jalv or JACK.

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Length of a recording, where the second click has begun, JACK's block; samples.
enum { RATE = 48000, N = 5 * RATE / 2, FROM = RATE, PERIOD = 1024, TRIES = 3 };

typedef struct {
  const char* uri;
  const char* preset;   ///< Its label, and its bundle's name
  const char* controls; ///< What it sets
} Candidate;

#define CHOIR "amount=100 expression=0 timbre_a=1"

static const Candidate candidates[] = {
  { DENOISE_MONO_URI, "room", "" },
  { DENOISE_STEREO_URI, "room", "" },
  { MORPH_MONO_URI, "choir", CHOIR },
  { MORPH_STEREO_URI, "choir", CHOIR },
};

enum { N_CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

static void
share(void* const* state, const char* const preset, Model* const model, const char* const settings)
{
  char text[512];
  model->card.licence = strdup("CC0-1.0");
  models_write(state, "mine.safetensors", model);
  snprintf(text, sizeof(text),
           "pack mine.safetensors --name %s %s -o %s.zip && rm mine.safetensors", preset, settings,
           preset);
  assert_int_equal(program_lamina(state, "preset", text), 0);
  snprintf(text, sizeof(text), "install %s.zip", preset);
  assert_int_equal(program_lamina(state, "preset", text), 0);
}

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  char path[4096];
  snprintf(path, sizeof(path), "%s/home/.lv2:%s", (const char*)*state, getenv("LV2_PATH"));
  folder_make(state, "home");
  assert_int_equal(setenv("HOME", folder_path(state, "home"), 1), 0);
  assert_int_equal(setenv("LV2_PATH", path, 1), 0);
  // What it makes of a click depends on nothing that was heard before the recording.
  share(state, "room", models_constant_gain(0.25), "");
  share(state, "choir", models_random_morph(5),
        "--set amount=100 --set expression=0 --set timbre_a=1");
  return 0;
}

/// What went in and what came out.  @param in [N], written.  @param out [N], written.
static void
read_recording(const char* const recording, float* const in, float* const out)
{
  static float   both[2 * N];
  SF_INFO        info = { 0 };
  SNDFILE* const file = sf_open(recording, SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(info.channels, 2);
  assert_int_equal(info.samplerate, RATE);
  assert_int_equal(sf_readf_float(file, both, N), N);
  assert_int_equal(sf_close(file), 0);
  for (uint32_t i = 0; i < N; ++i) {
    in[i]  = both[2 * i];
    out[i] = both[2 * i + 1];
  }
}

/// What the test host makes of the same sound with the same preset.  @param out [N], written.
static void
hear(const Candidate* const candidate, float* const in, float* const out)
{
  static float     other[N];
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(candidate->uri, &config);
  assert_non_null(host);
  char* const preset = host_find_preset(host, candidate->preset);
  assert_non_null(preset);
  assert_true(host_load_preset(host, preset));
  free(preset);
  host_activate(host);
  for (uint32_t at = 0, n = 0; at < N; at += n) {
    n = N - at < PERIOD ? N - at : PERIOD;
    host_run(host, n, (float*[]){ in + at, in + at }, (float*[]){ out + at, other + at });
  }
  host_close(host);
}

/// How well a sound is another one, as late as a host may make it, dB.
static double
agreement(const float* const expected, const float* const out)
{
  double best = -400.0;
  for (uint32_t late = 0; late < 4 * PERIOD; late += PERIOD) {
    best = fmax(best, signal_snr_db(N - FROM, expected + FROM - late, out + FROM));
  }
  return best;
}

/// JACK stops its clients, or lets them be silent, when a busy machine lets it wait too long.
static void
record(const Candidate* const candidate, const char* const manifest, const char* const recording,
       float* const in, float* const out)
{
  for (int i = 0; i < TRIES; ++i) {
    if (!program_run("sh '%s' %s '%s' '%s' %s", JALV_SH, candidate->uri, manifest, recording,
                     candidate->controls)) {
      read_recording(recording, in, out);
      if (signal_energy(N, out) > 0.0) {
        return;
      }
    }
    print_message("No recording (try %d of %d): %s\n", i + 1, TRIES, program_output);
  }
  fail_msg("%s: no recording", candidate->uri);
}

static void
check_plugin(void* const* state, const Candidate* const candidate)
{
  static float in[N];
  static float out[N];
  static float expected[N];
  char         name[128];
  snprintf(name, sizeof(name), "home/.lv2/%s.lv2/manifest.ttl", candidate->preset);
  const char* const manifest  = folder_path(state, name);
  const char* const recording = folder_path(state, "recording.wav");
  record(candidate, manifest, recording, in, out);
  hear(candidate, in, expected);
  const double db = agreement(expected, out);
  print_message("%s: as in the test host to %.1f dB\n", candidate->uri, -db);
  assert_true(db >= 100.0);

  const uint32_t latency = strstr(candidate->uri, "denoise") ? 960 : 2048;
  memmove(in + latency, in, (N - latency) * sizeof(float));
  assert_true(agreement(in, out) < 20.0); // and not the input alone
}

static void
test_plugins(void** state)
{
  if (program_run("command -v jackd && command -v jalv && command -v jack_rec && "
                  "command -v jack_metro")) {
    skip();
  }
  for (uint32_t i = 0; i < N_CANDIDATES; ++i) {
    check_plugin(state, &candidates[i]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_plugins),
  };
  return cmocka_run_group_tests(tests, set_up, folder_teardown);
}
