// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/rival.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 8000, N = 1000, N_NOISE = 400 };

static float samples[N];

static Sound
sound(uint32_t n)
{
  signal_fill_noise(3, 0.5f, N, samples);
  return (Sound){ RATE, 1, n, samples };
}

/// Run a command once, below the folder of the test.
static Status
run(void* const* state, const char* command, Sound* out, Diagnostic* why)
{
  const Rival rival  = { "them", command };
  const Sound in     = sound(N);
  const Sound noise  = sound(N_NOISE);
  char*       folder = NULL;
  assert_int_equal(setenv("TMPDIR", folder_path(state, ""), 1), 0);
  assert_int_equal(rival_folder_make(&folder, NULL), STATUS_SUCCESS);
  assert_int_equal(access(folder, R_OK | W_OK), 0);
  char* const  path   = strdup(folder);
  const Status status = rival_run(&rival, folder, 7, &in, &noise, out, why);
  rival_folder_remove(folder);
  assert_int_not_equal(access(path, F_OK), 0);
  free(path);
  return status;
}

static void
a_file_goes_in_and_one_comes_out(void** state)
{
  Sound out = { 0 };
  assert_int_equal(run(state, "cp {in} {out}; echo noisy words", &out, NULL), STATUS_SUCCESS);
  // A quarter of a second of silence follows.
  assert_int_equal(out.n_frames, N + RATE / 4);
  assert_true(out.rate_hz == RATE && out.n_channels == 1);
  for (uint32_t i = 0; i < out.n_frames; ++i) {
    assert_true(fabsf(out.samples[i] - (i < N ? samples[i] : 0.0f)) < 1.0f / 32768.0f);
  }
  sound_clear(&out);
}

static void
the_noise_alone_is_there(void** state)
{
  Sound out = { 0 };
  assert_int_equal(run(state, "test -s {in} && cp {noise} {out}", &out, NULL), STATUS_SUCCESS);
  assert_int_equal(out.n_frames, N_NOISE);
  assert_true(fabsf(out.samples[9] - samples[9]) < 1.0f / 32768.0f);
  sound_clear(&out);
}

static void
what_a_command_leaves_beside_is_removed(void** state)
{
  Sound out = { 0 };
  assert_int_equal(run(state, "cp {in} {out}; mkdir {out}.d; touch {out}.d/profile", &out, NULL),
                   STATUS_SUCCESS);
  sound_clear(&out);
}

static void
failures_are_one_line_each(void** state)
{
  const struct {
    const char* command;
    Status      status;
    const char* words;
  } wrong[] = {
    { "echo first; echo no such thing >&2; exit 3", STATUS_BAD_OPTION,
      "them: the command failed with status 3: no such thing" },
    { "exit 1", STATUS_BAD_OPTION, "them: the command failed with status 1: " },
    { "true {in}", STATUS_BAD_OPTION, "them: the command wrote no {out}" },
    { "echo text > {out}", STATUS_BAD_OPTION, "them: " },
    { "kill -9 $$", STATUS_INTERRUPTED, "them: ended by signal 9" },
    // The WAV with its rate, bytes 24 and 25, or its number of channels, byte 22, changed.
    { "cp {in} {out}; printf '\\101' | dd of={out} bs=1 seek=24 conv=notrunc", STATUS_BAD_OPTION,
      "them: {out} has another rate than it was given" },
    { "cp {in} {out}; printf '\\002' | dd of={out} bs=1 seek=22 conv=notrunc;"
      "printf '\\004' | dd of={out} bs=1 seek=32 conv=notrunc",
      STATUS_BAD_OPTION, "them: {out} has more than one channel" },
  };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    Sound      out = { 0 };
    Diagnostic why = { "" };
    assert_int_equal(run(state, wrong[i].command, &out, &why), wrong[i].status);
    if (strncmp(why.text, wrong[i].words, strlen(wrong[i].words)) || strchr(why.text, '\n')) {
      fail_msg("%s, not %s", why.text, wrong[i].words);
    }
    assert_null(out.samples);
  }
}

static void
samples_that_are_not_finite_are_refused(void** state)
{
  // A WAV of floats, one of them NaN.
  float       bad[N] = { 0.0f };
  const Sound given  = { RATE, 1, N, bad };
  bad[500]           = NAN;
  assert_int_equal(sound_write(&given, folder_path(state, "bad.wav"), NULL), STATUS_SUCCESS);

  Sound      out = { 0 };
  Diagnostic why = { "" };
  char       command[256];
  snprintf(command, sizeof command, "cp %s {out}", folder_path(state, "bad.wav"));
  assert_int_equal(run(state, command, &out, &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "them: {out} has samples that are not finite");
}

static void
a_folder_that_cannot_be_made_is_an_error(void** state)
{
  char*      folder = NULL;
  Diagnostic why    = { "" };
  assert_int_equal(setenv("TMPDIR", folder_path(state, "none"), 1), 0);
  assert_int_equal(rival_folder_make(&folder, &why), STATUS_IO);
  assert_null(folder);
  assert_non_null(strstr(why.text, "none/lamina-"));
}

static void
a_name_and_a_command_are_told_apart(void** state)
{
  (void)state;
  Rival rival;
  assert_int_equal(rival_read("RNNoise 0.1=env A=1 nr {in} {out}", &rival, NULL), STATUS_SUCCESS);
  assert_string_equal(rival.name, "RNNoise 0.1");
  assert_string_equal(rival.command, "env A=1 nr {in} {out}");

  const struct {
    const char* text;
    const char* words;
  } wrong[] = {
    { "nr {in} {out}", "NAME=COMMAND is needed" },
    { "=nr {in} {out}", "with a name of 1 to 32 bytes" },
    { "123456789012345678901234567890123=nr {in} {out}", "with a name of 1 to 32 bytes" },
    { "a|b=nr {in} {out}", "NAME=COMMAND is needed" },
    { "a=nr {in}", "the command needs {in} and {out}" },
    { "a=nr {out}", "the command needs {in} and {out}" },
  };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    Diagnostic why = { "" };
    assert_int_equal(rival_read(wrong[i].text, &rival, &why), STATUS_BAD_OPTION);
    assert_non_null(strstr(why.text, wrong[i].words));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(a_file_goes_in_and_one_comes_out),
    IN_FOLDER(the_noise_alone_is_there),
    IN_FOLDER(what_a_command_leaves_beside_is_removed),
    IN_FOLDER(failures_are_one_line_each),
    IN_FOLDER(samples_that_are_not_finite_are_refused),
    IN_FOLDER(a_folder_that_cannot_be_made_is_an_error),
    cmocka_unit_test(a_name_and_a_command_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
