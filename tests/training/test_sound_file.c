// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/sound_file.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"

#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RATE 44100
#define N    30000

/// Noise, another in every channel.
static Sound
noise(uint32_t n_channels)
{
  Sound sound;
  assert_int_equal(sound_new(RATE, n_channels, N, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, N * n_channels, sound.samples);
  return sound;
}

static void
check_round_trip(void* const* state, const char* name, int format, double least_db)
{
  Sound       sound = noise(2);
  Sound       again = { 0 };
  SF_INFO     info  = { 0 };
  const char* path  = folder_path(state, name);
  Diagnostic  why   = { "" };
  assert_int_equal(sound_write(&sound, path, &why), STATUS_SUCCESS);
  assert_int_equal(sound_read(path, &again, &why), STATUS_SUCCESS);

  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(info.format, format);
  sf_close(file);

  assert_true(again.rate_hz == RATE);
  assert_int_equal(again.n_channels, 2);
  assert_int_equal(again.n_frames, N);
  const double found_db = signal_snr_db(2 * N, sound.samples, again.samples);
  if (found_db < least_db) {
    fail_msg("%s: %.1f dB", name, found_db);
  }
  sound_clear(&sound);
  sound_clear(&again);
  assert_null(again.samples);
}

static void
what_is_written_is_read(void** state)
{
  // The noise is 10.8 dB below full scale, a step of 24 bits 138.5 dB, an error of up to a whole
  // step (AIFF truncates) 4.8 dB below that.  Vorbis loses most of white noise,
  // but what is unrelated or elsewhere would read −3 dB.
  check_round_trip(state, "a.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 400.0);
  check_round_trip(state, "a.FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 132.0);
  check_round_trip(state, "a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 132.0);
  check_round_trip(state, "a.aif", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 132.0);
  check_round_trip(state, "a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1.0);
  assert_int_equal(folder_count(state), 5);
}

static void
integer_formats_clip(void** state)
{
  Sound sound        = noise(1);
  Sound again        = { 0 };
  sound.samples[100] = 1.5f;
  sound.samples[200] = -1.5f;
  assert_int_equal(sound_write(&sound, folder_path(state, "a.flac"), NULL), STATUS_SUCCESS);
  assert_int_equal(sound_read(folder_path(state, "a.flac"), &again, NULL), STATUS_SUCCESS);
  assert_true(fabsf(again.samples[100] - 1.0f) < 1e-6f);
  assert_true(fabsf(again.samples[200] + 1.0f) < 1e-6f);
  sound_clear(&sound);
  sound_clear(&again);
}

static void
bad_files_are_told_apart(void** state)
{
  Sound      sound = { 0 };
  Diagnostic why   = { "" };
  folder_write(state, "words.wav", 5, "Words");
  folder_write(state, "empty.wav", 0, "");
  folder_constant(state, "silent.wav", RATE, 0.0, 0.0f);
  folder_constant(state, "one.wav", RATE, 1.0 / RATE, 0.25f);

  assert_int_equal(sound_read(folder_path(state, "none.wav"), &sound, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "none.wav: No such file"));
  assert_int_equal(sound_read(folder_path(state, "words.wav"), &sound, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "words.wav: not sound"));
  assert_int_equal(sound_read(folder_path(state, "empty.wav"), &sound, &why), STATUS_BAD_FILE);
  assert_int_equal(sound_read(folder_path(state, "silent.wav"), &sound, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "silent.wav: holds no samples"));
  assert_int_equal(sound_read((const char*)*state, &sound, &why), STATUS_BAD_FILE);
  assert_null(sound.samples);

  assert_int_equal(sound_read(folder_path(state, "one.wav"), &sound, &why), STATUS_SUCCESS);
  assert_int_equal(sound.n_frames, 1);
  assert_true(sound.samples[0] == 0.25f);
  sound_clear(&sound);
}

static void
a_file_that_is_cut_off_never_crashes(void** state)
{
  Sound sound = noise(1);
  assert_int_equal(sound_write(&sound, folder_path(state, "a.flac"), NULL), STATUS_SUCCESS);
  sound_clear(&sound);

  FILE* const stream = fopen(folder_path(state, "a.flac"), "rb");
  static char bytes[4 * N];
  assert_non_null(stream);
  const size_t size = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  assert_in_range(size, 1000, sizeof bytes - 1);
  for (size_t cut = 0; cut < size; cut += cut < 100 ? 1 : 997) {
    folder_write(state, "cut.flac", cut, bytes);
    if (!sound_read(folder_path(state, "cut.flac"), &sound, NULL)) {
      assert_in_range(sound.n_frames, 1, N);
      sound_clear(&sound);
    }
  }
}

static void
what_cannot_be_written_leaves_the_old_file(void** state)
{
  Sound      sound = noise(9);
  Diagnostic why   = { "" };
  folder_write(state, "a.flac", 3, "old");
  folder_make(state, "folder.wav");

  assert_int_equal(sound_write(&sound, folder_path(state, "a.mp4"), &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, ".wav, .flac"));
  assert_int_equal(sound_write(&sound, folder_path(state, "a.flac"), &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "9 channels"));
  assert_int_equal(sound_write(&sound, folder_path(state, "none/a.wav"), &why), STATUS_IO);
  assert_int_equal(sound_write(&sound, folder_path(state, "folder.wav"), &why), STATUS_IO);

  struct stat info;
  assert_int_equal(stat(folder_path(state, "a.flac"), &info), 0);
  assert_int_equal(info.st_size, 3);
  assert_int_equal(folder_count(state), 2);
  sound_clear(&sound);
}

/// Sizes in an AIFF file have 32 bits; those in a WAV file, too, but there is RF64.
static void
sound_of_hours_does_not_go_into_an_aiff_file(void** state)
{
  Diagnostic  why        = { "" };
  const Sound long_sound = { .rate_hz = RATE, .n_channels = 2, .n_frames = 0xffffffff / 6 };
  assert_int_equal(sound_write(&long_sound, folder_path(state, "a.aiff"), &why), STATUS_BAD_OPTION);
  assert_non_null(strstr(why.text, "a.aiff: too long for AIFF; .wav and .flac have room"));
  assert_int_equal(folder_count(state), 0);
}

static void
resampling_keeps_every_channel_in_its_place(void** state)
{
  (void)state;
  const double to_hz = 48000.0;
  Sound        sound;
  assert_int_equal(sound_new(RATE, 2, RATE, &sound, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < RATE; ++i) {
    sound.samples[i]        = (float)sin(2.0 * M_PI * 1000.0 * i / RATE);
    sound.samples[RATE + i] = (float)cos(2.0 * M_PI * 3000.0 * i / RATE);
  }
  assert_int_equal(sound_resample(&sound, to_hz, NULL), STATUS_SUCCESS);
  assert_true(sound.rate_hz == to_hz);
  assert_int_equal(sound.n_frames, 48000);

  static float expected[2][46000];
  for (uint32_t i = 0; i < 46000; ++i) {
    expected[0][i] = (float)sin(2.0 * M_PI * 1000.0 * (i + 1000) / to_hz);
    expected[1][i] = (float)cos(2.0 * M_PI * 3000.0 * (i + 1000) / to_hz);
  }
  assert_true(signal_snr_db(46000, expected[0], sound.samples + 1000) > 90.0);
  assert_true(signal_snr_db(46000, expected[1], sound.samples + 48000 + 1000) > 90.0);
  sound_clear(&sound);
}

/// The same sound a second later: the same bytes.
static void
the_time_of_day_is_not_written(void** state)
{
  static const char* const names[] = { "first.wav", "second.wav" };
  static char              bytes[2][4096];
  Sound                    sound;
  size_t                   sizes[2];
  assert_int_equal(sound_new(RATE, 1, 100, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, 100, sound.samples);
  for (uint32_t i = 0; i < 2; ++i) {
    assert_int_equal(sound_write(&sound, folder_path(state, names[i]), NULL), STATUS_SUCCESS);
    sizes[i]         = folder_read(state, names[i], sizeof(bytes[i]), bytes[i]);
    const time_t now = time(NULL);
    while (i == 0 && time(NULL) == now) {
      usleep(10000);
    }
  }
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(bytes[0], bytes[1], sizes[0]);
  sound_clear(&sound);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(what_is_written_is_read),
    IN_FOLDER(integer_formats_clip),
    IN_FOLDER(bad_files_are_told_apart),
    IN_FOLDER(a_file_that_is_cut_off_never_crashes),
    IN_FOLDER(what_cannot_be_written_leaves_the_old_file),
    cmocka_unit_test(resampling_keeps_every_channel_in_its_place),
    IN_FOLDER(sound_of_hours_does_not_go_into_an_aiff_file),
    cmocka_unit_test_setup_teardown(the_time_of_day_is_not_written, folder_setup, folder_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
