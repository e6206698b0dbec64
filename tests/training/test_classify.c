// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/test.h"
#include "tests/training/program.h"
#include "tests/training/sound_folder.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

/// Run in the folder.  @return Exit status.
static int
classify(void* const* state, const char* arguments)
{
  return program_lamina(state, "classify", arguments);
}

static float
tone(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  return (float)(0.5 * sin(2.0 * M_PI * *(const double*)context * (double)frame / 8000.0));
}

static void
write_tone(void* const* state, const char* name, double f_hz)
{
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 8000, 1, 800, tone, &f_hz };
  folder_sound(state, name, &spec);
}

/// Tells by the levels of 4 bins: 500, 1000, 1500 Hz are its classes.
static Model*
tone_classifier(void)
{
  ModelShape shape   = models_tiny_classifier_shape();
  shape.n_encoder    = 1;
  shape.encoder[0]   = (LayerShape){ 17, 2, 1, { 0 }, ACTIVATION_IDENTITY, false };
  Model* const model = models_of(&shape);
  float* const up    = (float*)model->autoencoder.encoder.layers[0].w;
  float* const down  = (float*)model->autoencoder.decoder.layers[0].w;
  up[2 * 2]          = 1.0f;
  up[2 * 6 + 1]      = 1.0f;
  down[0]            = 6.0f; // flute by bin 2, 500 Hz
  down[3 + 2]        = 6.0f; // viola by bin 6, 1500 Hz
  return model;
}

static int
set_up(void** state)
{
  if (folder_setup(state)) {
    return -1;
  }
  models_write(state, "m.safetensors", tone_classifier());
  models_write(state, "d.safetensors", models_constant_gain(0.5));
  write_tone(state, "low.wav", 500.0);
  write_tone(state, "high.wav", 1500.0);
  return 0;
}

static void
a_line_per_file(void** state)
{
  assert_int_equal(classify(state, "m.safetensors low.wav high.wav"), 0);
  const char* const second = strchr(program_output, '\n') + 1;
  assert_memory_equal(program_output, "low.wav\tflute\t0.", 16);
  assert_memory_equal(second, "high.wav\tвиола\t0.", 22);
  const char* const end = strchr(second, '\n');
  assert_non_null(end);
  assert_int_equal(end[1], '\0');
  assert_true(strtod(strrchr(program_output, '\t') + 1, NULL) > 0.9);
}

static void
one_bad_file_does_not_end_it(void** state)
{
  assert_int_not_equal(classify(state, "m.safetensors none.wav low.wav 2>/dev/null"), 0);
  assert_memory_equal(program_output, "low.wav\tflute\t", 14);
}

static void
what_is_wrong_is_said_in_one_line(void** state)
{
  static const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "MODEL and one FILE at least are needed" },
    { "m.safetensors", "MODEL and one FILE at least are needed" },
    { "m.safetensors low.wav --loud", "--loud: unknown" },
    { "m.safetensors none.wav", "none.wav: No such file" },
    { "m.safetensors m.safetensors", "m.safetensors: not sound" },
    { "none.safetensors low.wav", "none.safetensors: No such file" },
    { "d.safetensors low.wav", "d.safetensors: a denoiser, not a classifier of spectra; train" },
  };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(classify(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
  }
}

static void
help_is_printed(void** state)
{
  assert_int_equal(classify(state, "--help"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina classify MODEL FILE..."));
}

int
main(void)
{
#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, set_up, folder_teardown)
  const struct CMUnitTest tests[] = {
    WITH_MODEL(a_line_per_file),
    WITH_MODEL(one_bad_file_does_not_end_it),
    WITH_MODEL(what_is_wrong_is_said_in_one_line),
    WITH_MODEL(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
