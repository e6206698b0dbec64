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

enum { RATE = 48000, N = 60000, TARGET_RATE = 22050, TARGET_N = 40000 };

/// How a note's harmonics fall.
typedef struct {
  double rate_hz;
  double pitch_hz;
  double slope_db; ///< From one to the next
} Note;

static const Note dull   = { RATE, 200.0, 3.0 };
static const Note bright = { TARGET_RATE, 300.0, 0.5 };

/// The second channel is 6 dB softer.
static float
play(void* context, uint32_t channel, uint64_t frame)
{
  const Note* note = context;
  double      sum  = 0.0;
  for (uint32_t h = 1; h <= 15; ++h) {
    const double phase = 2.0 * M_PI * h * note->pitch_hz * (double)frame / note->rate_hz;
    sum += pow(10.0, -note->slope_db * h / 20.0) * sin(phase + (double)(h * h));
  }
  return (float)((channel ? 0.05 : 0.1) * sum);
}

static float
nothing(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  (void)channel;
  (void)frame;
  return 0.0f;
}

static void
write_sounds(void* const* state)
{
  const int       format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  const SoundSpec in     = { format, RATE, 2, N, play, (void*)(size_t)&dull };
  const SoundSpec to     = { format, TARGET_RATE, 1, TARGET_N, play, (void*)(size_t)&bright };
  const SoundSpec silent = { format, RATE, 1, N, nothing, NULL };
  const SoundSpec brief  = { format, RATE, 1, 2000, play, (void*)(size_t)&dull };
  folder_sound(state, "in.wav", &in);
  folder_sound(state, "to.wav", &to);
  folder_sound(state, "silent.wav", &silent);
  folder_sound(state, "brief.wav", &brief);
}

/// Power of half a second of a sound at a frequency.
static double
power_at(const float* x, double hz)
{
  const double step = 2.0 * M_PI * hz / RATE;
  double       re   = 0.0;
  double       im   = 0.0;
  for (uint32_t i = 0; i < RATE / 2; ++i) {
    re += (double)x[i] * cos(step * i);
    im += (double)x[i] * sin(step * i);
  }
  return re * re + im * im;
}

/// Level of a harmonic of the dull note in half a second of one channel, dB: within 40 Hz, for one
/// that was generated trembles a little.
static double
harmonic(const Sound* sound, uint32_t channel, uint32_t h)
{
  const float* x   = sound->samples + channel * sound->n_frames + RATE / 4;
  double       sum = 0.0;
  for (int off = -40; off <= 40; off += 2) {
    sum += power_at(x, h * 200.0 + off);
  }
  return 10.0 * log10(sum);
}

/// What a file's harmonics fall by from the first to the tenth, dB per 200 Hz.
static double
slope_of(void* const* state, const char* name)
{
  Sound sound = { 0 };
  assert_int_equal(sound_read(folder_path(state, name), &sound, NULL), STATUS_SUCCESS);
  assert_int_equal(sound.n_channels, 2);
  assert_int_equal(sound.n_frames, N);
  assert_true(sound.rate_hz == RATE);
  assert_true(fabs(harmonic(&sound, 0, 4) - harmonic(&sound, 1, 4) - 6.02) < 0.01);
  const double slope = (harmonic(&sound, 0, 1) - harmonic(&sound, 0, 10)) / 9.0;
  sound_clear(&sound);
  return slope;
}

static int
morph(void* const* state, const char* arguments)
{
  return program_lamina(state, "morph", arguments);
}

static void
expect_slope(void* const* state, const char* arguments, double expected)
{
  assert_int_equal(morph(state, arguments), 0);
  assert_string_equal(program_output, "");
  const double found = slope_of(state, "out.wav");
  if (!(fabs(found - expected) < 0.3)) {
    fail_msg("%s: %.2f and not %.2f dB", arguments, found, expected);
  }
}

/// The target falls by 0.5 dB per 300 Hz: by a third of a decibel per 200 Hz.
static void
the_timbre_goes_where_it_is_told(void** state)
{
  write_sounds(state);
  expect_slope(state, "in.wav out.wav --to to.wav --amount 0", 3.0);
  expect_slope(state, "in.wav out.wav --to to.wav --amount 0.5", 1.667);
  expect_slope(state, "in.wav --to to.wav out.wav", 0.333);
  expect_slope(state, "in.wav --to to.wav out.wav --expression 0", 0.333);
  expect_slope(state, "in.wav --to to.wav out.wav --wet 0", 3.0);
  expect_slope(state, "in.wav --to to.wav --from to.wav out.wav", 3.0);
  expect_slope(state, "in.wav --to to.wav out.wav --mode studio", 0.333);
  expect_slope(state, "in.wav --to to.wav out.wav --mode tight", 0.333);
  expect_slope(state, "in.wav --to to.wav out.wav --mode live", 0.333);
  expect_slope(state, "in.wav --to to.wav out.wav --output generate", 0.333);
}

/// A model of one axis, along which shapes rise by 1 dB per 200 Hz, up to 4 kHz; "Geige" is that
/// far up from "flute".
static Model*
rising_model(void)
{
  const ModelShape   shape   = models_tiny_morph_shape();
  Model* const       model   = models_of(&shape);
  const Layer* const encoder = &model->autoencoder.encoder.bypass;
  const Layer* const decoder = &model->autoencoder.decoder.bypass;
  float* const       up      = model->weights + (encoder->w - model->weights);
  float* const       down    = model->weights + (decoder->w - model->weights);
  double             mean    = 0.0;
  double             square  = 0.0;
  double             rise[ENVELOPE_BANDS];
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    rise[b] = fmin(envelope_centre(b), 4000.0) / 200.0;
    mean += rise[b] / ENVELOPE_BANDS;
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    rise[b] -= mean;
    square += rise[b] * rise[b];
  }
  for (uint32_t b = 0; b < ENVELOPE_BANDS; ++b) {
    up[b * model->morph.n_code]         = (float)(20.0 * rise[b] / square);
    down[b]                             = (float)(rise[b] / 20.0);
    model->morph.anchors[1].shape_db[b] = (float)rise[b];
  }
  model->morph.anchors[1].code[0] = 1.0f;
  for (uint32_t k = 0; k < model->morph.n_code; ++k) {
    model->morph.low[k]  = -10.0f;
    model->morph.high[k] = 10.0f;
  }
  return model;
}

static void
a_model_knows_timbres_by_name(void** state)
{
  models_write(state, "m.safetensors", rising_model());
  write_sounds(state);
  expect_slope(state, "in.wav out.wav --model m.safetensors --from flute --to Geige", 2.0);
  expect_slope(state, "in.wav out.wav --model m.safetensors --from Geige --to flute", 4.0);
  expect_slope(state, "in.wav out.wav --model m.safetensors --to Geige --amount 0", 3.0);
}

/// Level of the tenth harmonic against the first in 0.1 s from a moment on.
static double
brightness_at(const Sound* sound, double seconds)
{
  double power[2] = { 0.0, 0.0 };
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t h  = i ? 10 : 1;
    double         re = 0.0;
    double         im = 0.0;
    for (uint32_t t = 0; t < RATE / 10; ++t) {
      const float x = sound->samples[(size_t)(seconds * RATE) + t];
      re += (double)x * cos(2.0 * M_PI * h * 200.0 * t / RATE);
      im += (double)x * sin(2.0 * M_PI * h * 200.0 * t / RATE);
    }
    power[i] = 10.0 * log10(re * re + im * im);
  }
  return power[1] - power[0];
}

/// 27 dB down up to 0.5 s, 3 dB down from 0.8 s on, and half the way in the middle.
static void
the_amount_follows_a_curve(void** state)
{
  static const char curve[] = "-9 -0.3\n-8 0\n0.5 0\n0.8 1\n98 1\n99 1.3\n";
  Sound             sound   = { 0 };
  write_sounds(state);
  folder_write(state, "curve.txt", strlen(curve), curve);
  assert_int_equal(morph(state, "in.wav out.wav --to to.wav --curve curve.txt"), 0);
  assert_int_equal(sound_read(folder_path(state, "out.wav"), &sound, NULL), STATUS_SUCCESS);
  assert_true(fabs(brightness_at(&sound, 0.3) + 27.0) < 1.0);
  assert_true(fabs(brightness_at(&sound, 0.6) + 15.0) < 3.0);
  assert_true(fabs(brightness_at(&sound, 1.0) + 3.0) < 2.0);
  sound_clear(&sound);
}

static void
in_may_be_out(void** state)
{
  write_sounds(state);
  assert_int_equal(morph(state, "in.wav in.wav --to to.wav"), 0);
  assert_true(fabs(slope_of(state, "in.wav") - 0.333) < 0.3);
}

static void
what_is_wrong_is_said_in_one_line_and_changes_nothing(void** state)
{
  const struct {
    const char* arguments;
    const char* words;
  } wrong[] = {
    { "", "IN, OUT and --to FILE are needed" },
    { "in.wav out.wav", "IN, OUT and --to FILE are needed" },
    { "in.wav --to to.wav", "IN, OUT and --to FILE are needed" },
    { "in.wav out.wav --model no.st --to flute", "no.st: " },
    { "in.wav out.wav --model in.wav --to flute", "in.wav: not a safetensors file" },
    { "in.wav out.wav --model half.safetensors --to flute",
      "half.safetensors: a denoiser, not a morph model; train one with task: morph" },
    { "in.wav out.wav --to flute", "flute: " },
    { "in.wav out.wav --to to.wav --curve none.txt", "none.txt: " },
    { "in.wav out.wav --to to.wav --curve in.wav", "in.wav:1: seconds and a value expected" },
    { "in.wav out.wav --to", "--to: unknown, or without its value" },
    { "in.wav out.wav --to to.wav --loud", "--loud: unknown" },
    { "in.wav out.wav --to to.wav --amount 2", "--amount 2: a number from -0.3 to 1.3" },
    { "in.wav out.wav --to to.wav --expression nan", "--expression nan: a number from 0 to 1" },
    { "in.wav out.wav --to to.wav --mode fast", "--mode fast: there is no such mode" },
    { "in.wav out.wav --to to.wav --output 1", "--output 1: there is no such output" },
    { "in.wav out.wav --to none.wav", "none.wav: No such file" },
    { "in.wav out.wav --to silent.wav", "silent.wav: silent or too short" },
    { "in.wav out.wav --to brief.wav", "brief.wav: silent or too short" },
    { "in.wav out.wav --to to.wav --from silent.wav", "silent.wav: silent or too short" },
    { "silent.wav out.wav --to to.wav", "silent.wav: silent or too short" },
    { "in.wav out.mp4 --to to.wav", "out.mp4: the name must end in" },
  };
  write_sounds(state);
  models_write(state, "half.safetensors", models_constant_gain(0.5));
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_not_equal(morph(state, wrong[i].arguments), 0);
    program_expect_complaint(wrong[i].words);
  }
  assert_int_equal(program_run("ls %s | wc -l", (const char*)*state), 0);
  assert_string_equal(program_output, "5\n");
}

static void
help_is_printed(void** state)
{
  assert_int_equal(morph(state, "--help"), 0);
  assert_non_null(strstr(program_output, "Usage: lamina morph IN OUT --to FILE"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(the_timbre_goes_where_it_is_told),
    IN_FOLDER(a_model_knows_timbres_by_name),
    IN_FOLDER(the_amount_follows_a_curve),
    IN_FOLDER(in_may_be_out),
    IN_FOLDER(what_is_wrong_is_said_in_one_line_and_changes_nothing),
    IN_FOLDER(help_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
