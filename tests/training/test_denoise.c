// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"
#include "training/corpus/sound_file.h"

#include <sndfile.h>

#include <math.h>
#include <string.h>

#define RATE 22050
#define N    20000

static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  return (float)(0.5 * sin(2.0 * M_PI * (channel ? 700.0 : 400.0) * (double)frame / RATE));
}

static void
write_tone(void* const* state, const char* name)
{
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 2, N, tone, NULL };
  folder_sound(state, name, &spec);
}

/// Run in the folder.  @return Exit status.
static int
denoise(void* const* state, const char* arguments)
{
  return program_lamina(state, "denoise", arguments);
}

/// Every sample of a file is `gain` times the tone.
static void
expect_gain(void* const* state, const char* name, double gain)
{
  Sound sound = { 0 };
  assert_int_equal(sound_read(folder_path(state, name), &sound, NULL), STATUS_SUCCESS);
  assert_int_equal(sound.n_channels, 2);
  assert_int_equal(sound.n_frames, N);
  assert_true(sound.rate_hz == RATE);
  for (uint64_t i = 0; i < 2 * N; ++i) {
    const double expected = gain * (double)tone(NULL, (uint32_t)(i / N), i % N);
    assert_true(fabs((double)sound.samples[i] - expected) < 1e-4);
  }
  sound_clear(&sound);
}

static void
a_file_is_denoised_in_place_and_length(void** state)
{
  write_tone(state, "in.wav");
  assert_int_equal(denoise(state, "half.safetensors in.wav out.flac"), 0);
  assert_string_equal(program_output, "");
  expect_gain(state, "out.flac", 0.5);
}

static void
options_are_obeyed(void** state)
{
  write_tone(state, "in.wav");
  assert_int_equal(denoise(state, "half.safetensors --strength 2 in.wav out.wav"), 0);
  expect_gain(state, "out.wav", 0.25);
  assert_int_equal(denoise(state, "--residual half.safetensors in.wav out.wav --strength=2"), 0);
  expect_gain(state, "out.wav", 0.75);
  assert_int_equal(denoise(state, "half.safetensors in.wav out.wav --reduction 3"), 0);
  expect_gain(state, "out.wav", pow(10.0, -3.0 / 20.0));
}

/// A file is `first` of another one's samples, and differs after them.
static void
expect_differs_from(void* const* state, const char* name, const char* other, uint64_t first)
{
  Sound a = { 0 };
  Sound b = { 0 };
  assert_int_equal(sound_read(folder_path(state, name), &a, NULL), STATUS_SUCCESS);
  assert_int_equal(sound_read(folder_path(state, other), &b, NULL), STATUS_SUCCESS);
  assert_memory_equal(a.samples, b.samples, first * sizeof *a.samples);
  assert_true(memcmp(a.samples + first, b.samples + first, (N - first) * sizeof *a.samples));
  sound_clear(&a);
  sound_clear(&b);
}

/// Up to the second where learning begins, nothing is another; the delay is 442 samples.
static void
a_part_of_the_file_is_learned(void** state)
{
  models_write(state, "random.safetensors", models_random(1));
  write_tone(state, "in.wav");
  assert_int_equal(denoise(state, "random.safetensors in.wav plain.wav"), 0);
  assert_int_equal(denoise(state, "random.safetensors in.wav out.wav --learn 0.2:0.6"), 0);
  assert_string_equal(program_output, "");
  expect_differs_from(state, "out.wav", "plain.wav", RATE / 5 - 442);
  assert_int_equal(denoise(state, "half.safetensors in.wav out.wav --learn 0:0.907"), 0);
  expect_gain(state, "out.wav", 0.5);
}

static void
in_may_be_out(void** state)
{
  write_tone(state, "in.wav");
  assert_int_equal(denoise(state, "half.safetensors in.wav in.wav"), 0);
  expect_gain(state, "in.wav", 0.5);
}

static void
what_is_wrong_is_said_in_one_line_and_changes_nothing(void** state)
{
  const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "MODEL, IN and OUT are needed" },
    { "half.safetensors in.wav", "MODEL, IN and OUT are needed" },
    { "half.safetensors in.wav out.wav more.wav", "MODEL, IN and OUT are needed" },
    { "half.safetensors in.wav out.wav --loud", "--loud: unknown" },
    { "half.safetensors in.wav out.wav --strength", "--strength: unknown, or without its value" },
    { "half.safetensors in.wav out.wav --strength 3", "--strength 3: a number from 0 to 2" },
    { "half.safetensors in.wav out.wav --learn 1", "--learn 1: two moments of IN are needed" },
    { "half.safetensors in.wav out.wav --learn 0:", "--learn 0:: two moments" },
    { "half.safetensors in.wav out.wav --learn :1", "--learn :1: two moments" },
    { "half.safetensors in.wav out.wav --learn 0:0.5s", "--learn 0:0.5s: two moments" },
    { "half.safetensors in.wav out.wav --learn 0.5:0.1", "--learn 0.5:0.1: two moments" },
    { "half.safetensors in.wav out.wav --learn nan:1", "--learn nan:1: two moments" },
    { "half.safetensors in.wav out.wav --learn=-1:1", "--learn -1:1: two moments" },
    { "half.safetensors in.wav out.wav --learn 0:1", "--learn 0:1: in.wav ends after 0.907029 s" },
    { "half.safetensors in.wav out.wav --learn 0:inf", "--learn 0:inf: in.wav ends after" },
    { "half.safetensors in.wav out.wav --learn 0.5:0.6", "0.6: at least 0.13 s are needed" },
    { "half.safetensors silent.wav out.wav --learn 0.1:0.6", "0.6: silent.wav is silent there" },
    { "half.safetensors in.wav out.wav --learn 0:1e300", "1e300: in.wav ends after 0.907029 s" },
    { "half.safetensors empty.wav out.wav --learn 0:1", "empty.wav: holds no samples" },
    { "none.safetensors in.wav out.wav", "none.safetensors: No such file" },
    { "in.wav in.wav out.wav", "in.wav: " },
    { "other.safetensors in.wav out.wav", "other.safetensors: an autoencoder of spectra, not a" },
    { "half.safetensors none.wav out.wav", "none.wav: No such file" },
    { "half.safetensors half.safetensors out.wav", "half.safetensors: not sound" },
    { "half.safetensors in.wav out.mp4", "out.mp4: the name must end in" },
    { "half.safetensors in.wav none/out.wav", "none: No such file" },
    { "half.safetensors in.wav .", ".: the name must end in" },
  };
  const ModelShape other = models_tiny_autoencoder_shape();
  models_write(state, "other.safetensors", models_of(&other));
  write_tone(state, "in.wav");
  write_tone(state, "out.wav");
  folder_constant(state, "silent.wav", RATE, 0.9, 0.0f);
  folder_constant(state, "empty.wav", RATE, 0.0, 0.0f);
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(denoise(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
    expect_gain(state, "out.wav", 1.0);
  }
  assert_int_equal(program_run("ls %s | wc -l", (const char*)*state), 0);
  assert_string_equal(program_output, "6\n");
}

static void
help_is_printed(void** state)
{
  assert_int_equal(denoise(state, "--help"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina denoise MODEL IN OUT"));
  assert_non_null(strstr(program_output, "--residual"));
}

int
main(void)
{
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, models_setup_half, folder_teardown)
  const struct CMUnitTest tests[] = {
    WITH_MODEL(a_file_is_denoised_in_place_and_length),
    WITH_MODEL(options_are_obeyed),
    WITH_MODEL(a_part_of_the_file_is_learned),
    WITH_MODEL(in_may_be_out),
    WITH_MODEL(what_is_wrong_is_said_in_one_line_and_changes_nothing),
    WITH_MODEL(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
