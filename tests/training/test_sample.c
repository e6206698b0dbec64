// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "training/corpus/sound_file.h"

#include <stdio.h>
#include <string.h>

/// Run in the folder.  @return Exit status.
static int
sample(void* const* state, const char* arguments)
{
  return program_lamina(state, "sample", arguments);
}

static void
write_model(void* const* state, const char* name, const ModelShape* shape)
{
  Model* const model = models_of(shape);
  signal_fill_noise(1, 0.5f, (uint32_t)model->n_weights, model->weights);
  models_write(state, name, model);
}

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  ModelShape shape = models_tiny_autoencoder_shape();
  write_model(state, "m.safetensors", &shape);
  shape.decoder[0].n_taps  = 2;
  shape.decoder[0].taps[1] = 1;
  write_model(state, "tapped.safetensors", &shape);
  shape             = models_tiny_autoencoder_shape();
  shape.variational = false;
  write_model(state, "plain.safetensors", &shape);
  shape = models_tiny_classifier_shape();
  write_model(state, "classes.safetensors", &shape);
  return 0;
}

static void
a_sound_is_written(void** state)
{
  assert_int_equal(sample(state, "m.safetensors out.wav --seconds 0.5 --seed 7"), 0);
  assert_string_equal(program_output, "");
  Sound sound = { 0 };
  assert_int_equal(sound_read(folder_path(state, "out.wav"), &sound, NULL), STATUS_SUCCESS);
  assert_int_equal(sound.n_frames, 4000);
  assert_int_equal(sound.n_channels, 1);
  assert_true(sound.rate_hz == 8000.0);
  sound_clear(&sound);
}

static void
options_change_the_sound_and_nothing_else_does(void** state)
{
  static const char* const others[] = { "--seed 2", "--inertia 0.1", "--seconds 0.2" };
  assert_int_equal(sample(state, "m.safetensors a.wav -s 0.1"), 0);
  assert_int_equal(sample(state, "m.safetensors b.wav -s 0.1 --seed 1 --inertia 0.3"), 0);
  assert_int_equal(program_run("cd '%s' && cmp a.wav b.wav", (const char*)*state), 0);
  for (uint32_t i = 0; i < 3; ++i) {
    char arguments[80];
    snprintf(arguments, sizeof arguments, "m.safetensors b.wav -s 0.1 %s", others[i]);
    assert_int_equal(sample(state, arguments), 0);
    assert_int_equal(program_run("cd '%s' && cmp -s a.wav b.wav", (const char*)*state), 1);
  }
}

static void
what_is_wrong_is_said_in_one_line(void** state)
{
  static const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "MODEL and OUT are needed" },
    { "m.safetensors", "MODEL and OUT are needed" },
    { "m.safetensors out.wav more", "MODEL and OUT are needed" },
    { "m.safetensors out.wav --loud", "--loud: unknown" },
    { "m.safetensors out.wav --seconds 0", "--seconds 0: a number from 0.01 to 3600" },
    { "m.safetensors out.wav --inertia -1", "--inertia -1: a number from 0 to 1000" },
    { "m.safetensors out.wav --seed x", "--seed x" },
    { "m.safetensors out.mp4", "out.mp4: the name must end in" },
    { "m.safetensors none/out.wav -s 1", "none: No such file" },
    { "none.safetensors out.wav", "none.safetensors: No such file" },
    { "plain.safetensors out.wav", "its code has no prior to draw from; train one with code: " },
    { "tapped.safetensors out.wav", "tapped.safetensors: its decoder hears the past" },
    { "classes.safetensors out.wav", "a classifier of spectra, not an autoencoder of spectra" },
  };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(sample(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
  }
  assert_int_equal(program_run("ls '%s' | wc -l", (const char*)*state), 0);
  assert_string_equal(program_output, "4\n");
}

static void
help_is_printed(void** state)
{
  assert_int_equal(sample(state, "--help"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina sample MODEL OUT.wav"));
  assert_non_null(strstr(program_output, "never clips"));
}

int
main(void)
{
#define WITH_MODELS(test) cmocka_unit_test_setup_teardown(test, set_up, folder_teardown)
  const struct CMUnitTest tests[] = {
    WITH_MODELS(a_sound_is_written),
    WITH_MODELS(options_change_the_sound_and_nothing_else_does),
    WITH_MODELS(what_is_wrong_is_said_in_one_line),
    WITH_MODELS(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
