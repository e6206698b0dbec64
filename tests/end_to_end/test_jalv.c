// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A preset with its model, shared and installed in an empty home, loads and sounds in jalv.
// Skipped without jalv or JACK.

#include "plugin/denoise.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The sine of JACK's example client, samples; where to look at the recording, and how long.
enum { PERIOD = 200, FROM = 24000, N = 24000, TRIES = 3 };

static const float gain = 0.25f;

static const char* const uris[] = { DENOISE_MONO_URI, DENOISE_STEREO_URI };

enum { N_URIS = 2 };

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  Model* const model  = models_constant_gain((double)gain);
  model->card.licence = strdup("CC0-1.0");
  models_write(state, "mine.safetensors", model);

  char path[4096];
  snprintf(path, sizeof(path), "%s/home/.lv2:%s", (const char*)*state, getenv("LV2_PATH"));
  folder_make(state, "home");
  assert_int_equal(setenv("HOME", folder_path(state, "home"), 1), 0);
  assert_int_equal(setenv("LV2_PATH", path, 1), 0);
  assert_int_equal(program_lamina(state, "preset",
                                  "pack mine.safetensors --name Room -o room.zip && "
                                  "rm mine.safetensors"),
                   0);
  assert_int_equal(program_lamina(state, "preset", "install room.zip"), 0);
  return 0;
}

/// How well the output is the input, turned down and as late as it may be, dB.
static double
agreement(const char* const recording)
{
  static float   both[2 * (FROM + N)];
  static float   in[N];
  static float   out[N];
  SF_INFO        info = { 0 };
  SNDFILE* const file = sf_open(recording, SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(info.channels, 2);
  assert_int_equal(sf_readf_float(file, both, FROM + N), FROM + N);
  assert_int_equal(sf_close(file), 0);
  double best = -400.0;
  for (uint32_t late = 0; late < PERIOD; ++late) {
    for (uint32_t i = 0; i < N; ++i) {
      out[i] = both[2 * (FROM + i) + 1];
      in[i]  = gain * both[2 * (FROM + i - late)];
    }
    const double db = signal_snr_db(N, in, out);
    best            = db > best ? db : best;
  }
  return best;
}

/// JACK stops its clients when a busy machine lets it wait too long.
static void
record(const char* const uri, const char* const manifest, const char* const recording)
{
  for (int i = 0; i < TRIES; ++i) {
    if (!program_run("sh '%s' %s '%s' '%s'", JALV_SH, uri, manifest, recording)) {
      return;
    }
    print_message("No recording (try %d of %d): %s\n", i + 1, TRIES, program_output);
  }
  fail_msg("%s: no recording", uri);
}

static void
test_plugins(void** state)
{
  if (program_run("command -v jackd && command -v jalv && command -v jack_rec && "
                  "command -v jack_simple_client")) {
    skip();
  }
  const char* const manifest  = folder_path(state, "home/.lv2/room.lv2/manifest.ttl");
  const char* const recording = folder_path(state, "recording.wav");
  for (uint32_t i = 0; i < N_URIS; ++i) {
    record(uris[i], manifest, recording);
    const double db = agreement(recording);
    print_message("%s: as expected to %.1f dB\n", uris[i], -db);
    assert_true(db >= 100.0);
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
