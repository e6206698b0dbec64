// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// A preset with its model, shared and installed in an empty home, in Ardour without a window:
// session, track, plugin, preset, automation, export, save, reload; the session in another folder;
// and without its model.  What Ardour exports is what the test host makes of the same sound with
// the same preset.  Skipped without Ardour.

#include "plugin/denoise.h"
#include "plugin/morph.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"

#include <sched.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, N = 144000, MIDDLE = N / 2, MARGIN = RATE / 5, BLOCK = 600, TRIES = 12 };

/// What two exports that are the same agree to.
static const double same_db = 100.0;

/// A plugin, and the control that is automated: at its least the sound passes.
typedef struct {
  const char* uri;
  const char* preset;
  uint32_t    control; ///< Counted as Ardour does: bypass, latency, the effect's own
  const char* label;
} Candidate;

static const Candidate candidates[] = {
  { DENOISE_MONO_URI, "Küche", 2, "Reduction" },
  { DENOISE_STEREO_URI, "Küche", 2, "Reduction" },
  { MORPH_MONO_URI, "Chor", 2 + MORPH_WET, "Wet" },
  { MORPH_STEREO_URI, "Chor", 2 + MORPH_WET, "Wet" },
};

enum { N_CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

static float source[N];

static void
share(void* const* state, const char* const bundle, Model* const model, const char* const options)
{
  char text[512];
  model->card.licence = strdup("CC0-1.0");
  models_write(state, "mine.safetensors", model);
  snprintf(text, sizeof(text), "pack mine.safetensors -o %s.tar.gz %s && rm mine.safetensors",
           bundle, options);
  assert_int_equal(program_lamina(state, "preset", text), 0);
  snprintf(text, sizeof(text), "install %s.tar.gz", bundle);
  assert_int_equal(program_lamina(state, "preset", text), 0);
}

/// One CPU for Ardour, of those that there are: see ardour().
static void
stay_on_one_cpu(void)
{
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((size_t)sched_getcpu(), &one);
  assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/// A home with nothing in it but the presets "Küche" and "Chor".
static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  stay_on_one_cpu();
  char path[4096];
  snprintf(path, sizeof(path), "%s/home/.lv2:%s", (const char*)*state, getenv("LV2_PATH"));
  folder_make(state, "home");
  assert_int_equal(setenv("HOME", folder_path(state, "home"), 1), 0);
  assert_int_equal(setenv("LV2_PATH", path, 1), 0);
  unsetenv("XDG_CONFIG_HOME");
  share(state, "kitchen", models_random(5), "--name Küche");
  share(state, "choir", models_random_morph(5),
        "--name Chor --set amount=100 --set expression=0 --set timbre_a=1");
  signal_fill_noise(1, 0.3f, N, source);
  return 0;
}

/**
   Let Ardour do some steps, see ardour.lua.

   It crashes now and then, with any plugin or none: of 12 exports without any, 5 times on two CPUs
   and once on one.  Such a run is tried again from where the session was, and said to be; a plugin
   that crashes does so every time.
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

/// Bypassed, it is what was put there, as loud as the mixer makes it.  @return That loudness.
static float
check_source(const float* const dry)
{
  static float expected[N];
  const float  level = dry[MIDDLE] / source[MIDDLE];
  assert_true(level > 0.5f && level < 1.5f);
  for (uint32_t i = 0; i < N; ++i) {
    expected[i] = level * source[i];
  }
  check("dry", MARGIN, N - MARGIN, dry, expected);
  return level;
}

/// What the test host hears with the same preset.
/// @param in The region with its fades, [N], changed.  @param sound [N], written, not late.
static void
hear(const Candidate* const candidate, float* const in, float* const sound)
{
  static float     out[HOST_MAX_CHANNELS][N];
  const HostConfig config = { .rate_hz = RATE, .work = HOST_WORK_AT_ONCE };
  Host* const      host   = host_open(candidate->uri, &config);
  assert_non_null(host);
  char* const preset = host_find_preset(host, candidate->preset);
  assert_non_null(preset);
  assert_true(host_load_preset(host, preset));
  free(preset);
  host_activate(host);
  for (uint32_t at = 0; at < N; at += BLOCK) {
    host_run(host, BLOCK, (float*[]){ in + at, in + at }, (float*[]){ out[0] + at, out[1] + at });
  }
  const uint32_t latency = host_latency(host);
  memset(sound, 0, N * sizeof(float));
  memcpy(sound, out[0] + latency, (N - latency) * sizeof(float));
  host_close(host);
}

/// Apart from the middle: what a host makes of automation depends on where its blocks begin.
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

/// That an export is dry before the middle and as another behind it.
static void
check_automation(void* const* state, const float* const dry, const float* const wet)
{
  static float moving[N];
  read_export(state, "moving", moving);
  check("before the middle", 0, MIDDLE - MARGIN, moving, dry);
  check("behind it", MIDDLE + MARGIN, N, moving, wet);
}

/// The values that a run told, apart from the automated one.
static void
copy_values(const Candidate* const candidate, char* const values)
{
  char automated[64];
  *values = '\0';
  snprintf(automated, sizeof(automated), "value %s", candidate->label);
  for (const char* at = strstr(program_output, "value "); at; at = strstr(at + 1, "value ")) {
    if (strncmp(at, automated, strlen(automated)) != 0) {
      strncat(values, at, strcspn(at, "\n") + 1);
    }
  }
  assert_true(*values);
}

/// Session, plugin, preset, automation; and a preset of the user's, which holds its model.
/// @param values Written: of all controls.
static void
make_session(void* const* state, const Candidate* const candidate, const char* const place,
             char* const values)
{
  static float dry[N];
  static float wet[N];
  static float region[N];
  static float expected[N];
  char         steps[512];
  ardour(state, place, "create save");
  write_source(state, place);
  snprintf(steps, sizeof(steps), "load add %s set 0=0 export dry set 0=1 preset %s export wet save",
           candidate->uri, candidate->preset);
  ardour(state, place, steps);
  ardour(state, place, "load play export again keep Mine save");
  snprintf(steps, sizeof(steps), "load automate %u values export moving save", candidate->control);
  ardour(state, place, steps);
  copy_values(candidate, values);
  read_export(state, "dry", dry);
  read_export(state, "wet", wet);
  const float level = check_source(dry);
  for (uint32_t i = 0; i < N; ++i) {
    region[i] = dry[i] / level;
  }
  hear(candidate, region, expected);
  for (uint32_t i = 0; i < N; ++i) {
    expected[i] *= level;
  }
  check("wet", 0, N - MARGIN, wet, expected);
  assert_true(signal_snr_db(N, dry, wet) < 20.0);
  check_equal(state, "again", "wet");
  check_automation(state, dry, wet);
  assert_int_equal(program_run("test -z \"$(find '%s/home/.lv2' -type l)\"", (const char*)*state),
                   0);
}

/// In another folder it is the same, and so is the user's preset without the one it was made of.
static void
move_session(void* const* state, const Candidate* const candidate, const char* const place,
             const char* const values)
{
  static char after[8192];
  ardour(state, place, "load values export moved preset Mine export mine");
  copy_values(candidate, after);
  assert_string_equal(after, values);
  check_equal(state, "moved", "moving");
  check_equal(state, "mine", "moving");
}

/// Without its model the sound passes, as late as ever, and what is missing is not forgotten.
static void
lose_model(void* const* state, const char* const place)
{
  assert_int_equal(rename(folder_path(state, "home/.lv2"), folder_path(state, "hidden")), 0);
  ardour(state, place, "load export missing save");
  assert_non_null(strstr(program_output, "safetensors"));
  check_equal(state, "missing", "dry");
  assert_int_equal(rename(folder_path(state, "hidden"), folder_path(state, "home/.lv2")), 0);
  ardour(state, place, "load export found");
  check_equal(state, "found", "moving");
}

static void
check_plugin(void* const* state, const Candidate* const candidate)
{
  static char       values[8192];
  char              moved[64];
  const char* const place = strrchr(candidate->uri, ':') + 1;
  print_message("%s\n", candidate->uri);
  folder_make(state, place);
  make_session(state, candidate, place, values);
  snprintf(moved, sizeof(moved), "another/%s/still", place);
  assert_int_equal(program_run("cd '%s' && mkdir -p another/%s && mv %s %s", (const char*)*state,
                               place, place, moved),
                   0);
  move_session(state, candidate, moved, values);
  lose_model(state, moved);
}

static void
test_plugins(void** state)
{
  if (program_run("command -v ardour7-lua")) {
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
