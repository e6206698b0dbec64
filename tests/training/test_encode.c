// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"
#include "training/tool/codes.h"

#include <math.h>
#include <string.h>

/// Run in the folder.  @return Exit status.
static int
encode(void* const* state, const char* arguments)
{
  return program_lamina(state, "encode", arguments);
}

static Model*
random_autoencoder(void)
{
  const ModelShape shape = models_tiny_autoencoder_shape();
  Model* const     model = models_of(&shape);
  signal_fill_noise(1, 0.5f, (uint32_t)model->n_weights, model->weights);
  return model;
}

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  models_write(state, "m.safetensors", random_autoencoder());
  folder_constant(state, "in.wav", 8000, 0.05, 0.5f);
  return 0;
}

static void
a_file_becomes_an_array(void** state)
{
  Model* const model = random_autoencoder();
  Sound        sound = { 0 };
  Codes        codes = { 0 };
  assert_int_equal(sound_read(folder_path(state, "in.wav"), &sound, NULL), STATUS_SUCCESS);
  assert_int_equal(codes_of_sound(model, &sound, &codes, NULL), STATUS_SUCCESS);
  assert_int_equal(encode(state, "m.safetensors in.wav out.npy"), 0);
  assert_string_equal(program_output, "");

  // 400 samples are 24 frames of 32, every 16.
  char         bytes[4096];
  const size_t size = folder_read(state, "out.npy", sizeof bytes, bytes);
  assert_int_equal(size, 128 + 24 * 2 * 4);
  assert_non_null(memmem(bytes, 128, "'shape': (24, 2)", 16));
  assert_memory_equal(bytes + 128, codes.z, 24 * 2 * 4);
  codes_clear(&codes);
  sound_clear(&sound);
  model_free(model);
}

static void
a_folder_becomes_a_folder(void** state)
{
  folder_make(state, "in");
  folder_make(state, "in/deep");
  folder_make(state, "in/deep/er");
  folder_constant(state, "in/a.wav", 8000, 0.05, 0.5f);
  folder_constant(state, "in/deep/er/a.flac.wav", 8000, 0.05, 0.25f);
  folder_write(state, "in/deep/noise\x1b.wav", 4, "none");
  assert_int_equal(encode(state, "m.safetensors in out/"), 0);
  assert_non_null(strstr(program_output, "left out: in/deep/noise?.wav: not sound"));
  assert_int_equal(program_run("cd '%s' && find out -type f | sort", (const char*)*state), 0);
  assert_string_equal(program_output, "out/a.wav.npy\nout/deep/er/a.flac.wav.npy\n");
  assert_int_equal(encode(state, "m.safetensors in.wav one.npy"), 0);
  assert_int_equal(program_run("cd '%s' && cmp one.npy out/a.wav.npy", (const char*)*state), 0);
}

static void
any_kind_of_model_encodes(void** state)
{
  const ModelShape classifier = models_tiny_classifier_shape();
  models_write(state, "c.safetensors", models_of(&classifier));
  models_write(state, "d.safetensors", models_constant_gain(0.5));
  char bytes[128];
  assert_int_equal(encode(state, "c.safetensors in.wav c.npy"), 0);
  assert_int_equal(folder_read(state, "c.npy", sizeof bytes, bytes), 128);
  assert_non_null(memmem(bytes, 128, "'shape': (24, 2)", 16));
  // At 48 kHz: 2400 samples, frames of 960 every 480.
  assert_int_equal(encode(state, "d.safetensors in.wav d.npy"), 0);
  assert_int_equal(folder_read(state, "d.npy", sizeof bytes, bytes), 128);
  assert_non_null(memmem(bytes, 128, "'shape': (4, 8)", 15));
}

static void
what_is_wrong_is_said_in_one_line(void** state)
{
  static const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "MODEL, IN and OUT are needed" },
    { "m.safetensors in.wav", "MODEL, IN and OUT are needed" },
    { "m.safetensors in.wav out.npy more", "MODEL, IN and OUT are needed" },
    { "m.safetensors in.wav out.npy --loud", "--loud: unknown" },
    { "m.safetensors in.wav in.wav", "in.wav: the name must end in .npy" },
    { "m.safetensors in.wav .npy", ".npy: the name must end in .npy" },
    { "none.safetensors in.wav out.npy", "none.safetensors: No such file" },
    { "in.wav in.wav out.npy", "in.wav: " },
    { "m.safetensors none.wav out.npy", "none.wav: No such file" },
    { "m.safetensors m.safetensors out.npy", "m.safetensors: not sound" },
    { "m.safetensors in.wav none/out.npy", "none/out.npy: " },
    { "m.safetensors empty out", "empty: no sound in it" },
    { "m.safetensors full in.wav", "in.wav" },
  };
  folder_make(state, "empty");
  folder_make(state, "full");
  folder_constant(state, "full/a.wav", 8000, 0.05, 0.5f);
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(encode(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
  }
  assert_int_equal(program_run("ls '%s' | sort", (const char*)*state), 0);
  assert_string_equal(program_output, "empty\nfull\nin.wav\nm.safetensors\n");
}

static void
help_is_printed(void** state)
{
  assert_int_equal(encode(state, "--help"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina encode MODEL IN OUT.npy"));
}

int
main(void)
{
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, set_up, folder_teardown)
  const struct CMUnitTest tests[] = {
    WITH_MODEL(a_file_becomes_an_array),   WITH_MODEL(a_folder_becomes_a_folder),
    WITH_MODEL(any_kind_of_model_encodes), WITH_MODEL(what_is_wrong_is_said_in_one_line),
    WITH_MODEL(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
