// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/sound_file.h"
#include "training/corpus/sound_stream.h"

#include "tests/support/folder.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <string.h>

#define RATE 44100
#define N    30000

/// Two channels of other noise, written as a whole.
static Sound
write_noise(void* const* state, const char* name)
{
  Sound sound;
  assert_int_equal(sound_new(RATE, 2, N, &sound, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, 2 * N, sound.samples);
  assert_int_equal(sound_write(&sound, folder_path(state, name), NULL), STATUS_SUCCESS);
  return sound;
}

static void
blocks_of_any_size_are_the_whole(void** state)
{
  static float   found[2][N + 1];
  const uint32_t sizes[] = { 1, 7, SOUND_BLOCK - 1, SOUND_BLOCK, 2 * SOUND_BLOCK + 1, N };
  Sound          sound   = write_noise(state, "a.wav");
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    SoundReader* reader = NULL;
    uint32_t     at     = 0;
    assert_int_equal(sound_reader_open(folder_path(state, "a.wav"), &reader, NULL), STATUS_SUCCESS);
    const SoundSource source = sound_reader_source(reader);
    assert_true(source.rate_hz == RATE && source.n_channels == 2);
    assert_int_equal(sound_reader_length(reader), N);
    for (uint32_t n = sizes[i]; n == sizes[i] && at < N;) {
      const uint32_t most = N + 1 - at < sizes[i] ? N + 1 - at : sizes[i];
      n = source.read(source.context, most, (float* const[]){ found[0] + at, found[1] + at });
      at += n;
    }
    assert_int_equal(at, N);
    assert_int_equal(source.read(source.context, 1, (float* const[]){ found[0], found[1] }), 0);
    assert_memory_equal(found[0], sound.samples, N * sizeof(float));
    assert_memory_equal(found[1], sound.samples + N, N * sizeof(float));
    sound_reader_free(reader);
  }
  sound_clear(&sound);
}

/// @param n_frames To be expected.
static SoundWriter*
begin(void* const* state, const char* name, uint64_t n_frames)
{
  const SoundShape shape  = { RATE, 2, n_frames };
  SoundWriter*     writer = NULL;
  assert_int_equal(sound_writer_open(folder_path(state, name), &shape, &writer, NULL), 0);
  return writer;
}

static void
what_is_written_in_pieces_is_one_file(void** state)
{
  static char        bytes[2][8 * N + 200];
  Sound              sound  = write_noise(state, "a.wav");
  SoundWriter* const writer = begin(state, "b.wav", N);
  const SoundSink    sink   = sound_writer_sink(writer);
  for (uint32_t at = 0, n = 1; at < N; at += n, n = 2 * n < N - at ? 2 * n : N - at) {
    const float* const from[] = { sound.samples + at, sound.samples + N + at };
    assert_int_equal(sink.write(sink.context, n, from, NULL), STATUS_SUCCESS);
  }
  assert_int_equal(sound_writer_length(writer), N);
  assert_int_equal(sound_writer_finish(writer, NULL), STATUS_SUCCESS);

  const size_t size = folder_read(state, "a.wav", sizeof bytes[0], bytes[0]);
  assert_int_equal(folder_read(state, "b.wav", sizeof bytes[1], bytes[1]), size);
  assert_memory_equal(bytes[0], bytes[1], size);
  sound_clear(&sound);
}

/// Until the end, and after a failure, the old file is there and no other.
static void
what_is_not_finished_changes_nothing(void** state)
{
  char         old[4];
  Sound        sound  = write_noise(state, "a.wav");
  Diagnostic   why    = { "" };
  const float* from[] = { sound.samples, sound.samples + N };
  for (uint32_t full = 0; full < 2; ++full) {
    folder_write(state, "b.wav", 3, "old");
    SoundWriter* const writer = begin(state, "b.wav", N);
    const SoundSink    sink   = sound_writer_sink(writer);
    folder_limit(full ? 5000 : FOLDER_NO_LIMIT);
    const Status status = sink.write(sink.context, N, from, &why);
    folder_limit(FOLDER_NO_LIMIT);
    assert_int_equal(status, full ? STATUS_IO : STATUS_SUCCESS);
    sound_writer_free(writer);
    assert_int_equal(folder_read(state, "b.wav", sizeof old, old), 3);
    assert_memory_equal(old, "old", 3);
    assert_int_equal(folder_count(state), 2);
  }
  assert_non_null(strstr(why.text, "b.wav: cannot write: File too large"));
  sound_clear(&sound);
}

/// Write all of a sound.
static void
write_all(SoundWriter* writer, const Sound* sound)
{
  const SoundSink    sink   = sound_writer_sink(writer);
  const float* const from[] = { sound->samples, sound->samples + N };
  assert_int_equal(sink.write(sink.context, N, from, NULL), STATUS_SUCCESS);
}

/// Encoders hold back some of it, and not all of them tell.
static void
a_disk_that_is_full_at_the_end_is_told_of(void** state)
{
  static const char* const names[] = { "a.wav", "a.flac", "a.ogg", "a.aiff" };
  static char              bytes[8 * N + 200];
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
    Sound        sound  = write_noise(state, names[i]);
    const size_t size   = folder_read(state, names[i], sizeof bytes, bytes);
    SoundWriter* writer = begin(state, names[i], N);
    Diagnostic   why    = { "" };
    folder_limit(size - 1);
    const SoundSink    sink   = sound_writer_sink(writer);
    const float* const from[] = { sound.samples, sound.samples + N };
    Status             status = sink.write(sink.context, N, from, &why);
    if (status) {
      sound_writer_free(writer);
    } else {
      status = sound_writer_finish(writer, &why);
    }
    folder_limit(FOLDER_NO_LIMIT);
    assert_int_equal(status, STATUS_IO);
    assert_non_null(strstr(why.text, ": cannot write: File too large"));
    assert_int_equal(folder_read(state, names[i], sizeof bytes, bytes), size);
    assert_int_equal(folder_count(state), i + 1);
    sound_clear(&sound);
  }
}

/// What was opened as RF64 is none when it is short.
static void
a_length_that_is_not_known_or_not_true_does_no_harm(void** state)
{
  const uint64_t lengths[] = { 0, 1, UINT64_C(1) << 40 };
  Sound          sound     = write_noise(state, "a.wav");
  for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; ++i) {
    char         start[4];
    Sound        again  = { 0 };
    SoundWriter* writer = begin(state, "b.wav", lengths[i]);
    write_all(writer, &sound);
    assert_int_equal(sound_writer_finish(writer, NULL), STATUS_SUCCESS);
    assert_int_equal(folder_read(state, "b.wav", sizeof start, start), sizeof start);
    assert_memory_equal(start, "RIFF", sizeof start);
    assert_int_equal(sound_read(folder_path(state, "b.wav"), &again, NULL), STATUS_SUCCESS);
    assert_int_equal(again.n_frames, N);
    assert_memory_equal(again.samples, sound.samples, 2 * N * sizeof(float));
    sound_clear(&again);
  }
  sound_clear(&sound);
}

static void
memory_is_a_source_and_a_sink(void** state)
{
  (void)state;
  Sound a;
  Sound b;
  float block[2][100];
  assert_int_equal(sound_new(RATE, 2, 250, &a, NULL), STATUS_SUCCESS);
  assert_int_equal(sound_new(RATE, 2, 250, &b, NULL), STATUS_SUCCESS);
  signal_fill_noise(1, 0.5f, 500, a.samples);
  SoundCursor        from   = { .sound = &a };
  SoundCursor        to     = { .sound = &b };
  const SoundSource  source = sound_source(&from);
  const SoundSink    sink   = sound_sink(&to);
  const float* const read[] = { block[0], block[1] };
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t n = source.read(source.context, 100, (float* const[]){ block[0], block[1] });
    assert_int_equal(n, i < 2 ? 100 : i == 2 ? 50 : 0);
    assert_int_equal(sink.write(sink.context, n, read, NULL), STATUS_SUCCESS);
  }
  assert_memory_equal(a.samples, b.samples, 500 * sizeof(float));
  sound_clear(&a);
  sound_clear(&b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(blocks_of_any_size_are_the_whole),
    IN_FOLDER(what_is_written_in_pieces_is_one_file),
    IN_FOLDER(what_is_not_finished_changes_nothing),
    IN_FOLDER(a_disk_that_is_full_at_the_end_is_told_of),
    IN_FOLDER(a_length_that_is_not_known_or_not_true_does_no_harm),
    cmocka_unit_test(memory_is_a_source_and_a_sink),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
