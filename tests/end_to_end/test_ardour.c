// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A preset with its model, shared and installed in an empty home, in Ardour without a window:
// session, track, plugin, preset, automation, export, save, reload; the session in another folder;
// and without its model.  Skipped without Ardour.
//
// Frames begin elsewhere in every export, so a model that listens sounds a little different each
// time (-56 dB).  The one used here turns everything down by 12 dB, whenever its frames begin.

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

enum { RATE = 48000, N = 144000, MIDDLE = N / 2, MARGIN = RATE / 5, TRIES = 3 };

/// What two exports that are the same agree to.
static const double same_db = 100.0;

static const float gain = 0.25f;

static const char* const uris[] = { DENOISE_MONO_URI, DENOISE_STEREO_URI };

enum { N_URIS = 2 };

static float source[N];

/// A home with nothing in it but the preset "Küche".
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
  unsetenv("XDG_CONFIG_HOME");
  assert_int_equal(program_lamina(state, "preset",
                                  "pack mine.safetensors --name Küche -o kitchen.tar.gz && "
                                  "rm mine.safetensors"),
                   0);
  assert_int_equal(program_lamina(state, "preset", "install kitchen.tar.gz"), 0);
  signal_fill_noise(1, 0.3f, N, source);
  return 0;
}

/**
   Let Ardour do some steps, see ardour.lua.

   It crashes now and then, with any plugin or none, when the machine is busy.  Such a run is tried
   again from where the session was, and said to be; a plugin that crashes does so every time.
*/
static void
ardour(void* const* state, const char* const place, const char* const steps)
{
  const char* const home = *state;
  for (int i = 0; i < TRIES; ++i) {
    program_run("cd '%s' && mkdir -p %s out && rm -rf backup && cp -a %s backup && "
                "rm -f home/.config/ardour7/sfdb",
                home, place, place);
    program_run("cd '%s' && timeout 150 ardour7-lua '%s' '%s/%s/ses' '%s/out' %s", home, ARDOUR_LUA,
                home, place, home, steps);
    const char* const fault = strstr(program_output, "failed: ");
    if (fault) {
      fail_msg("%s: %s", steps, fault);
    }
    if (strstr(program_output, "done\n")) {
      return;
    }
    print_message("Ardour died in \"%s\" (try %d of %d)\n", steps, i + 1, TRIES);
    const size_t n = strlen(program_output);
    print_message("%s\n", program_output + (n > 400 ? n - 400 : 0));
    program_run("cd '%s' && rm -rf %s && mv backup %s", home, place, place);
  }
  fail_msg("Ardour died in \"%s\" %d times", steps, TRIES);
}

/// Put our sound in the place of the recording.
static void
write_source(void* const* state, const char* const place)
{
  char name[256];
  snprintf(name, sizeof(name), "%s/ses/interchange/ses/audiofiles/region.wav", place);
  SF_INFO info = { .samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE* const file = sf_open(folder_path(state, name), SFM_WRITE, &info);
  assert_non_null(file);
  assert_int_equal(sf_writef_float(file, source, N), N);
  assert_int_equal(sf_close(file), 0);
}

/// The left channel of an export.
static void
read_export(void* const* state, const char* const export, float* const sound)
{
  char         name[256];
  static float both[2 * N];
  SF_INFO      info = { 0 };
  snprintf(name, sizeof(name), "out/%s.wav", export);
  SNDFILE* const file = sf_open(folder_path(state, name), SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(info.channels, 2);
  assert_int_equal(sf_readf_float(file, both, N), N);
  assert_int_equal(sf_close(file), 0);
  for (uint32_t i = 0; i < N; ++i) {
    sound[i] = both[2 * i];
  }
}

static void
check(const char* const what, const uint32_t from, const uint32_t to, const float* const a,
      const float* const b)
{
  const double db = signal_snr_db(to - from, a + from, b + from);
  print_message("%s: the same to %.1f dB\n", what, -db);
  if (db < same_db) {
    fail_msg("%s differs", what);
  }
}

/// That an export is the dry one, turned down behind the middle, and everywhere when `from` is 0.
static void
check_gain(void* const* state, const char* const export, const float* const dry, const bool all)
{
  static float sound[N];
  static float expected[N];
  read_export(state, export, sound);
  for (uint32_t i = 0; i < N; ++i) {
    expected[i] = (all || i >= MIDDLE ? gain : 1.0f) * dry[i];
  }
  if (!all) {
    check(export, 0, MIDDLE - MARGIN, sound, expected);
  }
  check(export, all ? MARGIN : MIDDLE + MARGIN, N - MARGIN, sound, expected);
}

/// Bypassed, it is what was put there, as loud as the mixer makes it.
static void
check_source(const float* const dry)
{
  static float expected[N];
  const float  level = dry[MIDDLE] / source[MIDDLE];
  assert_true(level > 0.5f && level < 1.5f);
  for (uint32_t i = 0; i < N; ++i) {
    expected[i] = level * source[i];
  }
  check("dry", MARGIN, N - MARGIN, dry, expected);
}

static void
check_equal(void* const* state, const char* const export, const char* const other)
{
  static float a[N];
  static float b[N];
  read_export(state, export, a);
  read_export(state, other, b);
  check(export, 0, MIDDLE - MARGIN, a, b);
  check(export, MIDDLE + MARGIN, N, a, b);
}

/// The values that a run told, apart from the automated one.
static void
copy_values(char* const values)
{
  *values = '\0';
  for (const char* at = strstr(program_output, "value "); at; at = strstr(at + 1, "value ")) {
    if (strncmp(at, "value Reduction", 15) != 0) {
      strncat(values, at, strcspn(at, "\n") + 1);
    }
  }
  assert_true(*values);
}

static void
check_plugin(void* const* state, const char* const uri, const char* const place)
{
  static float dry[N];
  static char  before[8192];
  static char  after[8192];
  char         steps[512];
  char         moved[64];
  folder_make(state, place);
  ardour(state, place, "create save");
  write_source(state, place);

  // The first control is the plugin's bypass, the third the reduction: the latency counts.
  snprintf(steps, sizeof(steps),
           "load add %s set 0=0 export dry set 0=1 preset Küche export wet automate 2 values "
           "export moving save",
           uri);
  ardour(state, place, steps);
  copy_values(before);
  read_export(state, "dry", dry);
  check_source(dry);
  check_gain(state, "wet", dry, true);
  check_gain(state, "moving", dry, false);

  ardour(state, place, "load values export reloaded save");
  copy_values(after);
  assert_string_equal(after, before);
  check_equal(state, "reloaded", "moving");

  snprintf(moved, sizeof(moved), "another/%s/still", place);
  assert_int_equal(program_run("cd '%s' && mkdir -p another/%s && mv %s %s", (const char*)*state,
                               place, place, moved),
                   0);
  ardour(state, moved, "load export moved");
  check_equal(state, "moved", "moving");

  // Without its model the sound passes, as late as ever, and what is missing is not forgotten.
  assert_int_equal(rename(folder_path(state, "home/.lv2"), folder_path(state, "hidden")), 0);
  ardour(state, moved, "load export missing save");
  assert_non_null(strstr(program_output, "safetensors"));
  check_equal(state, "missing", "dry");
  assert_int_equal(rename(folder_path(state, "hidden"), folder_path(state, "home/.lv2")), 0);
  ardour(state, moved, "load export found");
  check_equal(state, "found", "moving");
}

static void
test_plugins(void** state)
{
  if (program_run("command -v ardour7-lua")) {
    skip();
  }
  for (uint32_t i = 0; i < N_URIS; ++i) {
    print_message("%s\n", uris[i]);
    check_plugin(state, uris[i], strrchr(uris[i], ':') + 1);
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
