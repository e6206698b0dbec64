// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "plugin/sound_file.h"

#include "tests/support/folder.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <sndfile.h>

#include <string.h>
#include <sys/stat.h>

enum { N = 3000 };

/// Frames of noise; channel c is that of seed c.
static const char*
write_sound(void* const* state, const int rate_hz, const int n_channels, const int format)
{
  static float      frames[N * 80];
  const char* const path = folder_path(state, "sound");
  SF_INFO           info = { .samplerate = rate_hz, .channels = n_channels, .format = format };
  for (int c = 0; c < n_channels; ++c) {
    uint64_t seed = (uint64_t)c;
    for (int i = 0; i < N; ++i) {
      frames[i * n_channels + c] = 0.5f * signal_noise(&seed);
    }
  }
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  assert_non_null(file);
  assert_int_equal(sf_writef_float(file, frames, N), N);
  sf_close(file);
  return path;
}

/// Files are read as they were written, the first channels of them.
static void
test_channels_are_read(void** const state)
{
  for (int n_channels = 1; n_channels <= 5; ++n_channels) {
    const char* const path = write_sound(state, 22050, n_channels, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    float             block[EFFECT_MAX_CHANNELS][SOUND_FILE_BLOCK];
    float* const      sound[EFFECT_MAX_CHANNELS] = { block[0], block[1] };
    SoundFile*        file                       = NULL;
    uint64_t          seeds[]                    = { 0, 1 };
    uint32_t          n_read                     = 0;
    uint32_t          n                          = 0;
    assert_true(sound_file_is(path));
    assert_int_equal(sound_file_open(path, &file, NULL), STATUS_SUCCESS);
    assert_true(sound_file_rate(file) == 22050.0);
    assert_int_equal(sound_file_channels(file), n_channels < 2 ? 1 : 2);
    while ((n = sound_file_read(file, sound))) {
      for (uint32_t i = 0; i < n; ++i) {
        for (uint32_t c = 0; c < sound_file_channels(file); ++c) {
          assert_true(block[c][i] == 0.5f * signal_noise(&seeds[c]));
        }
      }
      n_read += n;
    }
    assert_int_equal(n_read, N);
    sound_file_close(file);
  }
}

static void
expect_fault(const char* const path, const char* const words)
{
  SoundFile* file = NULL;
  Diagnostic why  = { "" };
  assert_int_equal(sound_file_open(path, &file, &why), STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, words));
  assert_null(file);
  assert_false(sound_file_is(path));
}

static void
test_faults(void** const state)
{
  folder_write(state, "text.wav", 5, "hello");
  folder_make(state, "folder");
  assert_int_equal(mkfifo(folder_path(state, "pipe"), 0600), 0);
  expect_fault(folder_path(state, "missing"), "missing: No such file");
  expect_fault(folder_path(state, "folder"), "folder: not a file");
  expect_fault(folder_path(state, "pipe"), "pipe: not a file");
  expect_fault(folder_path(state, "text.wav"), "text.wav: ");
  expect_fault(write_sound(state, 999, 1, SF_FORMAT_WAV | SF_FORMAT_FLOAT), "sound: 999 Hz");
  expect_fault(write_sound(state, 8000, 65, SF_FORMAT_WAV | SF_FORMAT_FLOAT), "sound: 65 channels");
}

/// A model is no sound, also where the length at its beginning looks like a frame of MP3.
static void
test_models_are_no_sounds(void** const state)
{
  static const char like_mp3[4096] = { '\xff', '\xfb', '\x90', 0, 0, 0, 0, 0, '{' };
  assert_false(sound_file_is(models_write(state, "model", models_random_morph(1))));
  folder_write(state, "like", sizeof(like_mp3), like_mp3);
  assert_false(sound_file_is(folder_path(state, "like")));
}

/// An MP3 behind an ID3 tag is a sound, also where the length of the tag has a brace in the place
/// of the one that models begin with.
static void
test_tagged_sounds_are_sounds(void** const state)
{
  enum { HEAD = 10, TAG = '{' << 7 };
  static char bytes[HEAD + TAG + 65536] = { 'I', 'D', '3', 4, 0, 0, 0, 0, '{', 0 };
  write_sound(state, 44100, 1, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
  const size_t size = folder_read(state, "sound", 65536, bytes + HEAD + TAG);
  folder_write(state, "tagged", HEAD + TAG + size, bytes);
  assert_true(sound_file_is(folder_path(state, "tagged")));
}

/// Every beginning of a file is read without harm.  Not of Ogg: libsndfile 1.2.0 itself leaks
/// memory when its header is cut off.
static void
test_truncated_files(void** const state)
{
  static char      bytes[N * 8];
  static const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,
                                 SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };
  for (uint32_t f = 0; f < 2; ++f) {
    write_sound(state, 48000, 1, formats[f]);
    const size_t size = folder_read(state, "sound", sizeof(bytes), bytes);
    for (size_t n = 0; n < size; n += n < 200 ? 1 : 97) {
      float        block[EFFECT_MAX_CHANNELS][SOUND_FILE_BLOCK];
      float* const sound[EFFECT_MAX_CHANNELS] = { block[0], block[1] };
      SoundFile*   file                       = NULL;
      folder_write(state, "part", n, bytes);
      if (!sound_file_open(folder_path(state, "part"), &file, NULL)) {
        uint32_t n_read = 0;
        while (sound_file_read(file, sound) && n_read < N) {
          ++n_read;
        }
        assert_true(n_read < N);
        sound_file_close(file);
      }
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_channels_are_read),    IN_FOLDER(test_faults),
    IN_FOLDER(test_models_are_no_sounds), IN_FOLDER(test_tagged_sounds_are_sounds),
    IN_FOLDER(test_truncated_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
