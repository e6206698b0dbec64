// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/training/sound_folder.h"
#include "training/corpus/corpus.h"

#include <sndfile.h>

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 48000
#define WAV  (SF_FORMAT_WAV | SF_FORMAT_FLOAT)

/// What was reported, a line per file: "name taken reason".
typedef struct {
  char text[8192];
} Log;

static void
log_file(void* context, const char* path, bool taken, const char* reason)
{
  Log* const        log   = (Log*)context;
  const size_t      used  = strlen(log->text);
  const char* const slash = strrchr(path, '/');
  snprintf(log->text + used, sizeof log->text - used, "[%s %d %s]\n", slash + 1, taken, reason);
}

static void
assert_logged(const Log* log, const char* line)
{
  const char* const found = strstr(log->text, line);
  if (!found) {
    fail_msg("%s is not in\n%s", line, log->text);
  }
  assert_null(strstr(found + 1, line));
}

static Status
open_named(void* const* state, const char* folder, double share, uint64_t seed, Log* log,
           Corpus** corpus, Diagnostic* why)
{
  const char* const  path   = folder_path(state, folder);
  const CorpusConfig config = { .n_folders   = 1,
                                .folders     = &path,
                                .rate_hz     = RATE,
                                .valid_share = share,
                                .seed        = seed,
                                .report      = log ? log_file : NULL,
                                .context     = log };
  return corpus_open(&config, corpus, why);
}

/// Open the folder of the test, all of it in SPLIT_TRAIN.
static Corpus*
open_all(void* const* state)
{
  Corpus*      corpus = NULL;
  Diagnostic   why    = { "" };
  const Status status = open_named(state, "", 0.0, 1, NULL, &corpus, &why);
  if (status) {
    fail_msg("%s", why.text);
  }
  return corpus;
}

static bool
in_split(const Corpus* corpus, Split split, const char* name)
{
  for (uint32_t i = 0; i < corpus_files(corpus, split); ++i) {
    if (!strcmp(strrchr(corpus_path(corpus, split, i), '/') + 1, name)) {
      return true;
    }
  }
  return false;
}

/// Energy of a − b over that of b, dB.
static double
error_db(uint32_t n, const float* a, const float* b)
{
  double error  = 0.0;
  double signal = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    error += pow((double)a[i] - (double)b[i], 2);
    signal += pow((double)b[i], 2);
  }
  return 10.0 * log10(error / signal);
}

/// 997 Hz, the same in both channels; `context` is the rate.
static float
sine(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  return (float)(0.5 * sin(2.0 * M_PI * 997.0 * (double)frame / *(const double*)context));
}

/// White noise, another per channel; `context` is a Random.
static float
white(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  (void)frame;
  return (float)random_between((Random*)context, -0.5, 0.5);
}

/// Its own place, in seconds; `context` is the rate.
static float
ramp(void* context, uint32_t channel, uint64_t frame)
{
  (void)channel;
  return (float)((double)frame / *(const double*)context);
}

static void
check_sine(const Corpus* corpus, double allowed_db)
{
  enum { N = 9600 };
  static float out[N];
  static float expected[N];
  double       rate   = RATE;
  uint32_t     n_read = 0;

  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.25, N, out, &n_read, NULL), 0);
  assert_int_equal(n_read, N);
  for (uint32_t i = 0; i < N; ++i) {
    expected[i] = sine(&rate, 0, i + RATE / 4);
  }
  const double found_db = error_db(N, out, expected);
  if (found_db > allowed_db) {
    fail_msg("%s: %.1f dB", corpus_path(corpus, SPLIT_TRAIN, 0), found_db);
  }
}

/// One kind of file at one rate, against the sine at the corpus's rate.
static void
check_kind(void** state, const char* name, int format, double rate_hz, double allowed_db)
{
  const SoundSpec spec = { format, (uint32_t)rate_hz, 2, (uint64_t)rate_hz, sine, &rate_hz };
  folder_sound(state, name, &spec);
  Corpus* const corpus = open_all(state);
  check_sine(corpus, allowed_db);
  corpus_free(corpus);
  unlink(folder_path(state, name));
}

static void
every_kind_of_file_is_read_at_the_corpus_rate(void** state)
{
  const int pcm16 = SF_FORMAT_PCM_16;
  check_kind(state, "a.wav", SF_FORMAT_WAV | pcm16, 48000.0, -85.0);
  check_kind(state, "a.wav", WAV, 8000.0, -90.0);
  check_kind(state, "a.WAV", WAV, 44100.0, -90.0);
  check_kind(state, "a.wav", WAV, 11025.0, -90.0);
  check_kind(state, "a.wav", WAV, 96000.0, -90.0);
  check_kind(state, "a.wav", WAV, 44101.0, -90.0);
  check_kind(state, "a.wav", WAV, 768000.0, -90.0);
  check_kind(state, "a.wav", SF_FORMAT_RF64 | SF_FORMAT_DOUBLE, 192000.0, -90.0);
  check_kind(state, "a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 44100.0, -90.0);
  check_kind(state, "a.aiff", SF_FORMAT_AIFF | pcm16, 22050.0, -80.0);
  check_kind(state, "a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100.0, -30.0);
  check_kind(state, "a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000.0, -20.0);
}

static void
an_mp3_is_read_at_the_corpus_rate(void** state)
{
  enum { N = 2000 };
  double          rate = 44100.0;
  const SoundSpec spec = {
    SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2, 44100, sine, &rate
  };
  float    out[N];
  uint32_t n_read = 0;
  folder_sound(state, "a.mp3", &spec);
  Corpus* const corpus = open_all(state);
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.5, N, out, &n_read, NULL), 0);

  // An encoder shifts the sound a little: take the frequency and the amplitude, not the phase.
  double real      = 0.0;
  double imaginary = 0.0;
  double energy    = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double x = (double)out[i];
    real += x * cos(2.0 * M_PI * 997.0 * i / RATE);
    imaginary += x * sin(2.0 * M_PI * 997.0 * i / RATE);
    energy += x * x;
  }
  assert_true(fabs(2.0 * hypot(real, imaginary) / N - 0.5) < 0.02);
  assert_true(fabs(sqrt(2.0 * energy / N) - 0.5) < 0.02);
  corpus_free(corpus);
}

static void
check_parts(const Corpus* corpus)
{
  enum { WHOLE = 3 * RATE, PART = 2000 };
  static float whole[WHOLE];
  static float part[PART];
  uint32_t     n_read = 0;

  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.0, WHOLE, whole, &n_read, NULL), 0);
  assert_int_equal(n_read, WHOLE);
  const uint32_t starts[] = { 0, 1, 100, 4801, 44100, 2 * RATE + 7, WHOLE - PART };
  for (uint32_t i = 0; i < sizeof starts / sizeof starts[0]; ++i) {
    const double start_s = (double)starts[i] / RATE;
    assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, start_s, PART, part, &n_read, NULL), 0);
    assert_int_equal(n_read, PART);
    const double found_db = error_db(PART, part, whole + starts[i]);
    if (found_db > -100.0) {
      fail_msg("from %u on: %.1f dB", starts[i], found_db);
    }
  }
}

static void
a_part_is_the_same_part_of_the_whole(void** state)
{
  const uint32_t rates[] = { 8000, 11025, 22050, 44100, 44101, 48000, 96000 };
  for (uint32_t i = 0; i < sizeof rates / sizeof rates[0]; ++i) {
    Random          random = random_at(1, RANDOM_TEST, i);
    const SoundSpec spec   = { WAV, rates[i], 1, (uint64_t)rates[i] * 3, white, &random };
    folder_sound(state, "a.wav", &spec);
    Corpus* const corpus = open_all(state);
    check_parts(corpus);
    corpus_free(corpus);
  }
}

static void
a_part_of_a_compressed_file_is_the_same_too(void** state)
{
  const struct {
    const char* name;
    int         format;
  } kinds[] = { { "a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III },
                { "a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS },
                { "a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16 } };
  for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    // A pure tone: an MP3 of it borrows the most.
    double          rate = 44100.0;
    const SoundSpec spec = { kinds[i].format, 44100, 1, 3 * 44100, sine, &rate };
    folder_sound(state, kinds[i].name, &spec);
    Corpus* const corpus = open_all(state);
    check_parts(corpus);
    corpus_free(corpus);
    unlink(folder_path(state, kinds[i].name));
  }
}

static void
the_end_of_a_file_is_followed_by_zeros(void** state)
{
  folder_constant(state, "a.wav", RATE, 0.5, 0.25f);
  Corpus* const corpus = open_all(state);
  float         out[100];
  uint32_t      n_read = 0;

  assert_float_equal(corpus_file_seconds(corpus, SPLIT_TRAIN, 0), 0.5, 1e-9);
  assert_float_equal(corpus_seconds(corpus, SPLIT_TRAIN), 0.5, 1e-9);
  const double start_s = 0.5 - 30.0 / RATE;
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, start_s, 100, out, &n_read, NULL), 0);
  assert_int_equal(n_read, 30);
  for (uint32_t i = 0; i < 100; ++i) {
    assert_true(out[i] == (i < 30 ? 0.25f : 0.0f));
  }
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 9.0, 100, out, &n_read, NULL), 0);
  assert_int_equal(n_read, 0);
  assert_true(out[0] == 0.0f && out[99] == 0.0f);
  corpus_free(corpus);
}

/// Channel c has 0.5/(c + 1), with something broken in every tenth frame of channel 1.
static float
broken(void* context, uint32_t channel, uint64_t frame)
{
  (void)context;
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };
  return channel == 1 && frame % 10 == 3 ? bad[frame / 10 % 4] : 0.5f / (float)(channel + 1);
}

static void
channels_are_averaged_and_what_is_not_finite_reads_zero(void** state)
{
  const SoundSpec spec = { WAV, RATE, 2, RATE, broken, NULL };
  folder_sound(state, "a.wav", &spec);
  Corpus* const corpus = open_all(state);
  float         out[200];
  uint32_t      n_read = 0;

  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.0, 200, out, &n_read, NULL), 0);
  for (uint32_t i = 0; i < 200; ++i) {
    assert_true(out[i] == (i % 10 == 3 ? 0.25f : 0.375f));
  }
  corpus_free(corpus);
}

/// Copy the beginning of a file.
static void
copy_cut(void** state, const char* from, const char* to, size_t size)
{
  char* const bytes  = malloc(size);
  FILE* const stream = fopen(folder_path(state, from), "rb");
  assert_non_null(stream);
  assert_int_equal(fread(bytes, 1, size, stream), size);
  fclose(stream);
  folder_write(state, to, size, bytes);
  free(bytes);
}

/// Zero part of a file's bytes, from one share of its size to another.
static void
zero_bytes(void** state, const char* name, double from, double to)
{
  static unsigned char bytes[1 << 20];
  const size_t         size = folder_read(state, name, sizeof bytes, bytes);
  memset(bytes + (size_t)(from * (double)size), 0, (size_t)((to - from) * (double)size));
  folder_write(state, name, size, bytes);
}

static void
make_bad_files(void** state)
{
  Random          random = random_at(2, RANDOM_TEST, 0);
  const SoundSpec flac   = { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 1, RATE, white, &random };

  folder_write(state, "empty.wav", 0, "");
  folder_write(state, "words.wav", 29, "These are words and no sound.");
  folder_write(state, "README", 5, "Read.");
  folder_write(state, "table.tsv", 5, "a\tb\nc");
  folder_write(state, "notes.Txt", 5, "Notes");
  folder_write(state, ".hidden.wav", 5, "Notes");
  folder_constant(state, "no-samples.wav", RATE, 0.0, 0.0f);
  folder_constant(state, "one-sample.wav", RATE, 1.0 / RATE, 0.0f);
  folder_constant(state, "short.wav", RATE, 0.09, 0.0f);
  folder_constant(state, "slow.wav", 999, 1.0, 0.5f);
  folder_constant(state, "one-hertz.wav", 1, 100.0, 0.5f);
  folder_constant(state, "fast.wav", 768001, 1.0, 0.5f);
  folder_constant(state, "nan.wav", RATE, 1.0, NAN);
  folder_constant(state, "infinite.wav", RATE, 1.0, -INFINITY);
  folder_sound(state, "whole.flac", &flac);
  copy_cut(state, "whole.flac", "cut.flac", 40000);
  copy_cut(state, "whole.flac", "header.flac", 42);
  folder_sound(state, "no-start.flac", &flac);
  zero_bytes(state, "no-start.flac", 0.05, 0.4);
  folder_sound(state, "no-middle.flac", &flac);
  zero_bytes(state, "no-middle.flac", 0.4, 0.7);
  folder_make(state, "deeper");
  assert_int_equal(symlink("..", folder_path(state, "deeper/loop")), 0);
  assert_int_equal(symlink("self", folder_path(state, "self")), 0);
  assert_int_equal(symlink("nowhere", folder_path(state, "dangling.wav")), 0);
  assert_int_equal(symlink("whole.flac", folder_path(state, "zz.flac")), 0);
  assert_int_equal(mkfifo(folder_path(state, "pipe.wav"), 0644), 0);
}

static void
every_bad_file_is_named_with_its_reason(void** state)
{
  make_bad_files(state);
  Log     log    = { "" };
  Corpus* corpus = NULL;
  assert_int_equal(open_named(state, "", 0.0, 1, &log, &corpus, NULL), STATUS_SUCCESS);

  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  assert_logged(&log, "[whole.flac 1 train]");
  assert_logged(&log, "[empty.wav 0 empty, 0 bytes]");
  assert_logged(&log, "[words.wav 0 not sound, or of a kind that is not known]");
  assert_logged(&log, "[README 0 not sound, by its name]");
  assert_logged(&log, "[table.tsv 0 not sound, by its name]");
  assert_logged(&log, "[notes.Txt 0 not sound, by its name]");
  assert_logged(&log, "[.hidden.wav 0 hidden]");
  assert_logged(&log, "[no-samples.wav 0 holds no samples]");
  assert_logged(&log, "[one-sample.wav 0 shorter than 0.1 s]");
  assert_logged(&log, "[short.wav 0 shorter than 0.1 s]");
  assert_logged(&log, "[slow.wav 0 its rate is not in 1000…768000 Hz]");
  assert_logged(&log, "[one-hertz.wav 0 its rate is not in 1000…768000 Hz]");
  assert_logged(&log, "[fast.wav 0 its rate is not in 1000…768000 Hz]");
  assert_logged(&log, "[nan.wav 0 holds no finite sample]");
  assert_logged(&log, "[infinite.wav 0 holds no finite sample]");
  assert_logged(&log, "[cut.flac 0 cut off, its end cannot be read]");
  assert_logged(&log, "[header.flac 0 ");
  assert_logged(&log, "[no-start.flac 0 damaged, its start cannot be read]");
  assert_logged(&log, "[no-middle.flac 0 damaged, its middle cannot be read]");
  assert_logged(&log, "[loop 0 already visited under another name]");
  assert_logged(&log, "[self 0 Too many levels of symbolic links]");
  assert_logged(&log, "[dangling.wav 0 No such file or directory]");
  assert_logged(&log, "[zz.flac 0 already counted under another name]");
  assert_logged(&log, "[pipe.wav 0 not a regular file]");
  corpus_free(corpus);
}

/// A recording of a week, which takes no room on the disc: a hole.
static void
files_longer_than_can_be_counted_are_left_out(void** state)
{
  static const uint32_t n    = 604800000; // At 1 kHz and 8 bits
  const SoundSpec       spec = {
          SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1000, 1, 1000, sine, &(double){ 1000.0 }
  };
  uint8_t head[44];
  folder_sound(state, "week.wav", &spec);
  assert_int_equal(folder_read(state, "week.wav", sizeof head, head), sizeof head);
  memcpy(head + 4, &(uint32_t){ n + 36 }, 4);
  memcpy(head + 40, &n, 4);
  folder_write(state, "week.wav", sizeof head, head);
  assert_int_equal(truncate(folder_path(state, "week.wav"), sizeof head + (off_t)n), 0);
  folder_constant(state, "short.wav", RATE, 1.0, 0.5f);

  Log     log    = { "" };
  Corpus* corpus = NULL;
  assert_int_equal(open_named(state, "", 0.0, 1, &log, &corpus, NULL), STATUS_SUCCESS);
  assert_logged(&log, "[week.wav 0 longer than 4294967295 samples; cut it up]");
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  corpus_free(corpus);
}

static void
what_may_not_be_read_is_named(void** state)
{
  folder_constant(state, "open.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "secret.wav", RATE, 1.0, 0.5f);
  folder_make(state, "closed");
  assert_int_equal(chmod(folder_path(state, "secret.wav"), 0), 0);
  assert_int_equal(chmod(folder_path(state, "closed"), 0), 0);

  // The superuser may read everything: be someone else for a moment.
  const uid_t user   = geteuid();
  Log         log    = { "" };
  Corpus*     corpus = NULL;
  assert_true(user != 0 || !seteuid(65534));
  const Status status = open_named(state, "", 0.0, 1, &log, &corpus, NULL);
  assert_int_equal(seteuid(user), 0);
  assert_int_equal(chmod(folder_path(state, "closed"), 0755), 0);

  assert_int_equal(status, STATUS_SUCCESS);
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  assert_logged(&log, "[secret.wav 0 Permission denied]");
  assert_logged(&log, "[closed 0 Permission denied]");
  assert_logged(&log, "[open.wav 1 train]");
  corpus_free(corpus);
}

static void
folders_without_sound_are_errors_when_nothing_is_left(void** state)
{
  Corpus*    corpus = NULL;
  Diagnostic why    = { "" };
  Log        log    = { "" };

  assert_int_equal(open_named(state, "none", 0.1, 1, &log, &corpus, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "none: No such file or directory"));
  folder_make(state, "bare");
  assert_int_equal(open_named(state, "bare", 0.1, 1, &log, &corpus, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "bare: no sound that can be read"));
  assert_logged(&log, "[bare 0 no sound in it that can be used]");
  assert_null(corpus);
}

static void
a_file_may_be_given_by_itself(void** state)
{
  folder_make(state, "kind");
  folder_constant(state, "kind/a.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "kind/b.wav", RATE, 1.0, 0.5f);
  Corpus* corpus = NULL;
  assert_int_equal(open_named(state, "kind/b.wav", 0.5, 1, NULL, &corpus, NULL), 0);

  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  assert_int_equal(corpus_files(corpus, SPLIT_VALID), 0);
  assert_true(in_split(corpus, SPLIT_TRAIN, "b.wav"));
  assert_string_equal(corpus_group(corpus, SPLIT_TRAIN, 0), "kind");
  corpus_free(corpus);
}

static void
files_come_by_path_and_know_their_folder(void** state)
{
  folder_make(state, "b");
  folder_make(state, "a");
  folder_make(state, "a/z");
  folder_constant(state, "b/1.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "a/z/1.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "a/2.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "a/1.wav", RATE, 1.0, 0.5f);
  Corpus* const corpus = open_all(state);

  const char* const names[]  = { "a/1.wav", "a/2.wav", "a/z/1.wav", "b/1.wav" };
  const char* const groups[] = { "a", "a", "z", "b" };
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 4);
  for (uint32_t i = 0; i < 4; ++i) {
    assert_non_null(strstr(corpus_path(corpus, SPLIT_TRAIN, i), names[i]));
    assert_string_equal(corpus_group(corpus, SPLIT_TRAIN, i), groups[i]);
  }
  corpus_free(corpus);
}

static void
make_listed_files(void** state)
{
  static const char list[] = "seconds\tfile\tsplit\r\n"
                             "1\tin/a.wav\tvalid\r\n"
                             "1\tin/b.wav\ttrain\r\n"
                             "1\tin/c.wav\tvalid\r\n"
                             "1\tin/gone.wav\tvalid\r\n"
                             "1\tin/d.wav\n";
  folder_make(state, "in");
  folder_write(state, "MANIFEST.tsv", sizeof list - 1, list);
  folder_constant(state, "in/a.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "in/b.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "in/c.wav", RATE, 1.0, 0.5f);
}

static void
check_listed(void** state, const char* folder)
{
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Corpus* corpus = NULL;
    assert_int_equal(open_named(state, folder, 0.4, seed, NULL, &corpus, NULL), 0);
    assert_int_equal(corpus_files(corpus, SPLIT_VALID), 2);
    assert_true(in_split(corpus, SPLIT_VALID, "a.wav"));
    assert_true(in_split(corpus, SPLIT_TRAIN, "b.wav"));
    assert_true(in_split(corpus, SPLIT_VALID, "c.wav"));
    corpus_free(corpus);
  }
}

static void
a_manifest_splits_its_folder_and_parts_of_it(void** state)
{
  make_listed_files(state);
  check_listed(state, "");
  check_listed(state, "in");
  check_listed(state, "in/../in/");
}

static void
files_that_a_manifest_leaves_out_are_to_learn_from(void** state)
{
  make_listed_files(state);
  folder_constant(state, "in/d.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "in/e.wav", RATE, 1.0, 0.5f);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Corpus* corpus = NULL;
    assert_int_equal(open_named(state, "", 0.5, seed, NULL, &corpus, NULL), 0);
    assert_true(in_split(corpus, SPLIT_TRAIN, "d.wav"));
    assert_true(in_split(corpus, SPLIT_TRAIN, "e.wav"));
    assert_int_equal(corpus_files(corpus, SPLIT_VALID), 2);
    corpus_free(corpus);
  }
}

/// Nobody may learn from what a list keeps for a last test, unless it is all asked for.
static void
files_of_another_split_are_left_out(void** state)
{
  static const char list[] = "file\tsplit\na.wav\ttrain\nb.wav\tvalid\nc.wav\ttest\nd.wav\t\n";
  folder_write(state, "MANIFEST.tsv", sizeof list - 1, list);
  folder_constant(state, "a.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "b.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "c.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "d.wav", RATE, 1.0, 0.5f);
  Log     log    = { "" };
  Corpus* corpus = NULL;
  assert_int_equal(open_named(state, "", 0.5, 1, &log, &corpus, NULL), STATUS_SUCCESS);
  assert_logged(&log, "[c.wav 0 of another split, says its MANIFEST.tsv]");
  assert_logged(&log, "[d.wav 1 train]");
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 2);
  assert_int_equal(corpus_files(corpus, SPLIT_VALID), 1);
  corpus_free(corpus);
  assert_int_equal(open_named(state, "", 1.0, 1, NULL, &corpus, NULL), STATUS_SUCCESS);
  assert_int_equal(corpus_files(corpus, SPLIT_VALID), 4);
  corpus_free(corpus);
}

static void
lists_do_not_count_when_chance_is_asked_for(void** state)
{
  make_listed_files(state);
  const char* const path    = folder_path(state, "");
  uint32_t          n_valid = 0;
  uint32_t          n_files = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const CorpusConfig config = { .n_folders   = 1,
                                  .folders     = &path,
                                  .rate_hz     = RATE,
                                  .valid_share = 0.3,
                                  .by_chance   = true,
                                  .seed        = seed };
    Corpus*            corpus = NULL;
    assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
    n_valid += corpus_files(corpus, SPLIT_VALID);
    n_files += corpus_files(corpus, SPLIT_VALID) + corpus_files(corpus, SPLIT_TRAIN);
    corpus_free(corpus);
  }
  assert_in_range(n_valid, 0.2 * n_files, 0.5 * n_files);
}

static void
a_manifest_without_the_columns_is_none(void** state)
{
  folder_write(state, "MANIFEST.tsv", 20, "file\twhat\na.wav\tvali");
  folder_constant(state, "a.wav", RATE, 1.0, 0.5f);
  Corpus* const corpus = open_all(state);
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
  corpus_free(corpus);
}

static void
small_folders_have_both_splits(void** state)
{
  folder_constant(state, "a.wav", RATE, 1.0, 0.5f);
  folder_constant(state, "b.wav", RATE, 1.0, 0.5f);
  const double shares[] = { 0.01, 0.5, 0.99 };
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Corpus* corpus = NULL;
    assert_int_equal(open_named(state, "", shares[seed % 3], seed, NULL, &corpus, NULL), 0);
    assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 1);
    assert_int_equal(corpus_files(corpus, SPLIT_VALID), 1);
    corpus_free(corpus);
  }
}

static void
shares_of_0_and_1_take_all(void** state)
{
  make_listed_files(state);
  Corpus* corpus = NULL;
  assert_int_equal(open_named(state, "", 0.0, 1, NULL, &corpus, NULL), 0);
  assert_int_equal(corpus_files(corpus, SPLIT_VALID), 0);
  corpus_free(corpus);
  assert_int_equal(open_named(state, "", 1.0, 1, NULL, &corpus, NULL), 0);
  assert_int_equal(corpus_files(corpus, SPLIT_TRAIN), 0);

  float            out[10];
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  Random           random = random_at(1, RANDOM_TEST, 0);
  Diagnostic       why    = { "" };
  assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, 10, out, NULL, &why),
                   STATUS_NOT_FOUND);
  assert_string_not_equal(why.text, "");
  corpus_free(corpus);
}

static void
make_many(void** state, const char* folder, uint32_t n)
{
  folder_make(state, folder);
  for (uint32_t i = 0; i < n; ++i) {
    char name[64];
    snprintf(name, sizeof name, "%s/%u.wav", folder, i);
    folder_constant(state, name, 1000, 0.1, 0.5f);
  }
}

static void
the_share_holds_and_the_split_follows_the_names(void** state)
{
  enum { N = 400 };
  make_many(state, "one", N);
  make_many(state, "two", N);
  Corpus* one   = NULL;
  Corpus* two   = NULL;
  Corpus* other = NULL;
  assert_int_equal(open_named(state, "one", 0.25, 7, NULL, &one, NULL), 0);
  assert_int_equal(open_named(state, "two", 0.25, 7, NULL, &two, NULL), 0);
  assert_int_equal(open_named(state, "one", 0.25, 8, NULL, &other, NULL), 0);

  // 100 expected; the deviation of the count is √(400·¼·¾) = 8.7.
  const uint32_t n_valid = corpus_files(one, SPLIT_VALID);
  uint32_t       n_same  = 0;
  assert_in_range(n_valid, 65, 135);
  assert_int_equal(corpus_files(two, SPLIT_VALID), n_valid);
  for (uint32_t i = 0; i < n_valid; ++i) {
    const char* const name = strrchr(corpus_path(one, SPLIT_VALID, i), '/') + 1;
    assert_true(in_split(two, SPLIT_VALID, name));
    n_same += in_split(other, SPLIT_VALID, name);
  }
  assert_in_range(n_same, 5, 50);
  corpus_free(one);
  corpus_free(two);
  corpus_free(other);
}

/// The groups of a folder, split by group; SPLIT_TRAIN must have one at least.
static Corpus*
open_by_group(void* const* state, const char* folder, double share, uint64_t seed)
{
  const char* const  path   = folder_path(state, folder);
  const CorpusConfig config = { .n_folders   = 1,
                                .folders     = &path,
                                .rate_hz     = RATE,
                                .valid_share = share,
                                .by_group    = true,
                                .seed        = seed };
  Corpus*            corpus = NULL;
  assert_int_equal(corpus_open(&config, &corpus, NULL), STATUS_SUCCESS);
  assert_true(corpus_files(corpus, SPLIT_TRAIN));
  return corpus;
}

static bool
has_group(const Corpus* corpus, Split split, const char* group)
{
  for (uint32_t i = 0; i < corpus_files(corpus, split); ++i) {
    if (!strcmp(corpus_group(corpus, split, i), group)) {
      return true;
    }
  }
  return false;
}

/// @param n_groups Groups of 3 files each below "all/", and the first once more in "all/more/".
static void
make_groups(void** state, uint32_t n_groups)
{
  folder_make(state, "all");
  folder_make(state, "all/more");
  make_many(state, "all/more/0", 3);
  for (uint32_t i = 0; i < n_groups; ++i) {
    char name[32];
    snprintf(name, sizeof name, "all/%u", i);
    make_many(state, name, 3);
  }
}

static void
groups_are_split_as_a_whole(void** state)
{
  enum { N = 100 };
  make_groups(state, N);
  uint32_t n_valid[2] = { 0 };
  for (uint64_t seed = 0; seed < 2; ++seed) {
    Corpus* const corpus = open_by_group(state, "all", 0.25, seed);
    assert_int_equal(corpus_files(corpus, SPLIT_TRAIN) + corpus_files(corpus, SPLIT_VALID),
                     3 * (N + 1));
    for (uint32_t i = 0; i < N; ++i) {
      char name[16];
      snprintf(name, sizeof name, "%u", i);
      const bool is_valid = has_group(corpus, SPLIT_VALID, name);
      assert_int_equal(is_valid, !has_group(corpus, SPLIT_TRAIN, name));
      n_valid[seed] += is_valid;
    }
    corpus_free(corpus);
  }
  // 25 expected; the deviation of the count is √(100·¼·¾) = 4.3.
  assert_in_range(n_valid[0], 10, 40);
  assert_in_range(n_valid[1], 10, 40);
}

static void
groups_do_not_heed_a_manifest(void** state)
{
  static const char list[] = "file\tsplit\na/0.wav\tvalid\na/1.wav\tvalid\nb/0.wav\ttrain\n";
  make_many(state, "a", 2);
  make_many(state, "b", 1);
  folder_write(state, "MANIFEST.tsv", strlen(list), list);
  uint32_t n_valid = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    // Two groups: one in each split, whatever is drawn.
    Corpus* const corpus = open_by_group(state, "", 0.01, seed);
    assert_int_equal(has_group(corpus, SPLIT_VALID, "a"), has_group(corpus, SPLIT_TRAIN, "b"));
    n_valid += has_group(corpus, SPLIT_VALID, "a");
    corpus_free(corpus);
  }
  assert_in_range(n_valid, 8, 32);
}

static void
a_lone_group_is_to_learn_from(void** state)
{
  make_many(state, "a", 3);
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Corpus* const corpus = open_by_group(state, "", 0.5, seed);
    assert_int_equal(corpus_files(corpus, SPLIT_VALID), 0);
    corpus_free(corpus);
  }
}

static void
a_file_costs_little_more_than_its_path(void** state)
{
  enum { N = 1000 };
  make_many(state, "many", N);
  Corpus*                corpus = NULL;
  const struct mallinfo2 before = mallinfo2();
  if (!before.uordblks) {
    // The address sanitizer's allocator does not count.
    skip();
  }
  assert_int_equal(open_named(state, "many", 0.25, 1, NULL, &corpus, NULL), 0);
  const size_t n_bytes = mallinfo2().uordblks - before.uordblks;

  // 32 bytes and a path of 36: the samples take no part.
  if (n_bytes > N * 72) {
    fail_msg("%zu bytes for %d files", n_bytes, N);
  }
  corpus_free(corpus);
}

/// Draw one sample many times and count a value.
static uint32_t
count_drawn(const Corpus* corpus, uint32_t n, float value, uint64_t step)
{
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  Random           random = random_at(3, RANDOM_TEST, step);
  uint32_t         count  = 0;
  for (uint32_t i = 0; i < n; ++i) {
    float x = 0.0f;
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, 1, &x, NULL, NULL), 0);
    count += x == value;
  }
  return count;
}

static void
groups_are_drawn_by_the_root_of_their_seconds(void** state)
{
  enum { N = 2000 };
  folder_make(state, "long");
  folder_make(state, "short");
  folder_constant(state, "long/a.wav", RATE, 8.0, 0.25f);
  folder_constant(state, "long/b.wav", RATE, 1.0, 0.25f);
  folder_constant(state, "short/a.wav", RATE, 1.0, 0.5f);
  Corpus* const corpus = open_all(state);

  // √9 : √1
  const double count = count_drawn(corpus, N, 0.25f, 0);
  assert_true(fabs(count - 0.75 * N) < 5.0 * sqrt(N * 0.75 * 0.25));
  corpus_free(corpus);
}

static void
files_are_drawn_by_their_seconds(void** state)
{
  enum { N = 2000 };
  folder_constant(state, "a.wav", RATE, 4.0, 0.25f);
  folder_constant(state, "b.wav", RATE, 1.0, 0.5f);
  Corpus* const corpus = open_all(state);

  const double count = count_drawn(corpus, N, 0.25f, 1);
  assert_true(fabs(count - 0.8 * N) < 5.0 * sqrt(N * 0.8 * 0.2));
  corpus_free(corpus);
}

static void
long_files_are_drawn_from_anywhere(void** state)
{
  enum { N = 400 };
  double          rate = RATE;
  const SoundSpec spec = { WAV, RATE, 1, 2 * RATE, ramp, &rate };
  folder_sound(state, "a.wav", &spec);
  Corpus* const    corpus = open_all(state);
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  Random           random = random_at(4, RANDOM_TEST, 0);
  static float     out[RATE];
  double           sum = 0.0;

  for (uint32_t i = 0; i < N; ++i) {
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, RATE, out, NULL, NULL), 0);
    assert_true(out[0] >= 0.0f && out[0] <= 1.0f);
    assert_true(fabsf(out[RATE - 1] - out[0] - 1.0f) < 1e-4f);
    sum += (double)out[0];
  }
  // Uniform in 0…1.
  assert_true(fabs(sum - N / 2.0) < 5.0 * sqrt(N / 12.0));
  corpus_free(corpus);
}

static void
short_files_are_joined_by_pauses_in_range(void** state)
{
  enum { N = 10 * RATE };
  folder_make(state, "a");
  folder_make(state, "b");
  folder_constant(state, "a/1.wav", RATE, 0.2, 0.5f);
  folder_constant(state, "a/2.wav", RATE, 0.2, 0.5f);
  folder_constant(state, "b/1.wav", RATE, 0.2, 0.25f);
  Corpus* const    corpus = open_all(state);
  const CorpusPlay play   = { 0.05, 0.3, 0.0 };
  Random           random = random_at(5, RANDOM_TEST, 0);
  float* const     out    = malloc(N * sizeof *out);
  uint32_t         group  = 99;
  assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, N, out, &group, NULL), 0);

  const float value    = strcmp(corpus_group(corpus, SPLIT_TRAIN, group), "a") ? 0.25f : 0.5f;
  uint32_t    n_pauses = 0;
  uint32_t    n_zeros  = 0;
  bool        begun    = false;
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(out[i] >= 0.0f && out[i] <= value);
    if (out[i] == 0.0f) {
      ++n_zeros;
      continue;
    }
    if (begun && n_zeros) {
      assert_in_range(n_zeros, 0.05 * RATE - 1, 0.3 * RATE + 1);
      ++n_pauses;
    }
    begun   = true;
    n_zeros = 0;
  }
  // 0.2 s of sound and 0.175 s of pause in the mean.
  assert_in_range(n_pauses, 20, 36);
  free(out);
  corpus_free(corpus);
}

/// Frequency by the turns from below 0 to above.
static double
measured_hz(uint32_t n, const float* x)
{
  uint32_t n_turns = 0;
  for (uint32_t i = 1; i < n; ++i) {
    n_turns += x[i - 1] < 0.0f && x[i] >= 0.0f;
  }
  return (double)n_turns * RATE / n;
}

/// A tape that runs faster is higher by as many semitones, and over the sooner.
static void
other_speeds_are_other_pitches(void** state)
{
  double          rate_hz = 44100.0;
  const SoundSpec spec = { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 1, 2 * 44100, sine, &rate_hz };
  folder_sound(state, "a.wav", &spec);
  Corpus* const corpus      = open_all(state);
  const double  semitones[] = { -12.0, -5.0, 0.0, 2.0, 12.0 };
  static float  out[4 * RATE];
  for (uint32_t i = 0; i < sizeof semitones / sizeof semitones[0]; ++i) {
    const CorpusPlay play    = { 5.0, 5.0, semitones[i] };
    const double     speed   = pow(2.0, semitones[i] / 12.0);
    const uint32_t   n_whole = (uint32_t)(2.0 * RATE / speed);
    Random           random  = random_at(6, RANDOM_TEST, 0);
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, 4 * RATE, out, NULL, NULL),
                     0);

    // It begins somewhere in a pause of 5 s, the same for all.
    uint32_t first = 0;
    while (first < 4 * RATE && out[first] == 0.0f) {
      ++first;
    }
    const uint32_t rest = 4 * RATE - first;
    const uint32_t n    = rest < n_whole ? rest : n_whole;
    assert_true(n > RATE / 4);
    assert_true(fabs(measured_hz(n, out + first) - 997.0 * speed) < 4.0 * speed + 1.5 * RATE / n);
  }
  corpus_free(corpus);
}

static void
short_noises_are_joined_without_a_gap(void** state)
{
  enum { N = 2 * RATE };
  folder_constant(state, "1.wav", 44100, 0.3, 0.5f);
  folder_constant(state, "2.wav", RATE, 0.2, 0.5f);
  Corpus* const    corpus = open_all(state);
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  Random           random = random_at(6, RANDOM_TEST, 0);
  Random           again  = random;
  static float     out[N];
  static float     same[N];
  assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, N, out, NULL, NULL), 0);
  assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &again, &play, N, same, NULL, NULL), 0);

  assert_memory_equal(out, same, sizeof out);
  double sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    sum += (double)out[i];
  }
  // Half of 2 ms is lost to the fades on each side of some ten joins.
  assert_true(sum / N > 0.5 * 0.97 && sum / N < 0.5 * 1.01);
  corpus_free(corpus);
}

static void
a_file_that_breaks_later_is_an_error(void** state)
{
  folder_constant(state, "a.wav", RATE, 1.0, 0.5f);
  Corpus* const corpus = open_all(state);
  float         out[10];
  uint32_t      n_read = 0;
  Diagnostic    why    = { "" };

  folder_write(state, "a.wav", 5, "Words");
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.0, 10, out, &n_read, &why),
                   STATUS_BAD_FILE);
  assert_non_null(strstr(why.text, "a.wav"));
  unlink(folder_path(state, "a.wav"));
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 0.0, 10, out, &n_read, &why), STATUS_IO);
  assert_non_null(strstr(why.text, "a.wav: No such file"));
  corpus_free(corpus);
}

/// Four seconds of noise, with zeroed bytes in the third.
static void
make_damaged(void** state, const char* name, uint32_t rate_hz)
{
  Random          random = random_at(11, RANDOM_TEST, 0);
  const SoundSpec flac   = {
      SF_FORMAT_FLAC | SF_FORMAT_PCM_16, rate_hz, 1, 4 * (uint64_t)rate_hz, white, &random
  };
  folder_sound(state, name, &flac);
  zero_bytes(state, name, 0.6, 0.7);
}

static void
check_damaged(void** state, uint32_t rate_hz)
{
  make_damaged(state, "a.flac", rate_hz);
  Corpus* const corpus = open_all(state);
  static float  out[RATE];
  uint32_t      n_read = 0;

  // The damage begins at 2.4 s, in a block of 4096 or 4608 samples.
  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 2.0, RATE, out, &n_read, NULL), 0);
  const double end_s = (double)n_read / RATE;
  assert_true(end_s > 0.4 - 4608.0 / rate_hz && end_s < 0.41);
  assert_true(fabsf(out[n_read / 2]) > 0.0f);
  for (uint32_t i = n_read; i < RATE; ++i) {
    assert_true(out[i] == 0.0f);
  }
  corpus_free(corpus);
}

static void
what_was_read_ends_where_the_damage_begins(void** state)
{
  check_damaged(state, RATE);
  check_damaged(state, 44100);
}

static void
a_damaged_place_is_drawn_around(void** state)
{
  enum { N = RATE / 10 };
  make_damaged(state, "a.flac", RATE);
  Corpus* const    corpus = open_all(state);
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  static float     out[N];
  static float     same[N];
  uint32_t         n_read   = 9;
  Diagnostic       why      = { "" };
  uint32_t         n_redone = 0;

  assert_int_equal(corpus_read(corpus, SPLIT_TRAIN, 0, 2.6, N, out, &n_read, &why),
                   STATUS_BAD_FILE);
  assert_int_equal(n_read, 0);
  assert_non_null(strstr(why.text, "a.flac: no sound at 2.600 s"));
  for (uint64_t i = 0; i < 100; ++i) {
    Random random = random_at(12, RANDOM_TEST, i);
    Random again  = random;
    why.text[0]   = '\0';
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, N, out, NULL, &why), 0);
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &again, &play, N, same, NULL, NULL), 0);
    assert_memory_equal(out, same, sizeof out);
    n_redone += why.text[0] != '\0';
  }
  // A tenth of the file is gone.
  assert_in_range(n_redone, 1, 40);
  corpus_free(corpus);
}

static void
files_that_break_later_are_drawn_around(void** state)
{
  enum { N = RATE };
  folder_make(state, "a");
  folder_make(state, "b");
  folder_constant(state, "a/1.wav", RATE, 0.2, 0.25f);
  folder_constant(state, "b/1.wav", RATE, 0.2, 0.5f);
  folder_constant(state, "b/2.wav", RATE, 0.2, 0.5f);
  folder_constant(state, "b/3.wav", RATE, 0.2, 0.5f);
  Corpus* const    corpus = open_all(state);
  const CorpusPlay play   = { 0.0, 0.0, 0.0 };
  Random           random = random_at(13, RANDOM_TEST, 0);
  static float     out[N];

  // A whole group and a third of the other.
  folder_write(state, "a/1.wav", 5, "Words");
  assert_int_equal(unlink(folder_path(state, "b/1.wav")), 0);
  for (uint32_t i = 0; i < 20; ++i) {
    uint32_t group = 99;
    assert_int_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, N, out, &group, NULL), 0);
    assert_string_equal(corpus_group(corpus, SPLIT_TRAIN, group), "b");
    assert_true(out[RATE / 10] == 0.5f && out[N - RATE / 20] == 0.5f);
  }

  Diagnostic why = { "" };
  assert_int_equal(unlink(folder_path(state, "b/2.wav")), 0);
  assert_int_equal(unlink(folder_path(state, "b/3.wav")), 0);
  assert_int_not_equal(corpus_draw(corpus, SPLIT_TRAIN, &random, &play, N, out, NULL, &why), 0);
  assert_non_null(strstr(why.text, ".wav: "));
  corpus_free(corpus);
}

#define N_THREADS 4
#define N_SAMPLES 6000

typedef struct {
  const Corpus* corpus;
  uint64_t      first;
  float         out[20][N_SAMPLES];
} Drawer;

static void*
draw_some(void* context)
{
  Drawer* const    drawer = (Drawer*)context;
  const CorpusPlay play   = { 0.01, 0.02, 0.0 };
  for (uint64_t i = 0; i < 20; ++i) {
    Random random = random_at(9, RANDOM_TEST, drawer->first + i);
    if (corpus_draw(drawer->corpus, SPLIT_TRAIN, &random, &play, N_SAMPLES, drawer->out[i], NULL,
                    NULL)) {
      drawer->out[i][0] = NAN;
    }
  }
  return NULL;
}

static void
any_number_of_threads_may_draw(void** state)
{
  Random          random = random_at(1, RANDOM_TEST, 77);
  const SoundSpec flac   = { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 1, 44100, white, &random };
  const SoundSpec ogg    = { SF_FORMAT_OGG | SF_FORMAT_VORBIS, 8000, 2, 8000, white, &random };
  folder_sound(state, "a.flac", &flac);
  folder_sound(state, "b.ogg", &ogg);
  Corpus* const corpus = open_all(state);
  static Drawer alone;
  static Drawer together[N_THREADS];
  pthread_t     threads[N_THREADS];

  for (uint32_t i = 0; i < N_THREADS; ++i) {
    together[i] = (Drawer){ .corpus = corpus, .first = 10 * i };
    assert_int_equal(pthread_create(&threads[i], NULL, draw_some, &together[i]), 0);
  }
  for (uint32_t i = 0; i < N_THREADS; ++i) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    alone = (Drawer){ .corpus = corpus, .first = 10 * i };
    draw_some(&alone);
    assert_true(alone.out[0][0] == alone.out[0][0]);
    assert_memory_equal(alone.out, together[i].out, sizeof alone.out);
  }
  corpus_free(corpus);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(every_kind_of_file_is_read_at_the_corpus_rate),
    IN_FOLDER(an_mp3_is_read_at_the_corpus_rate),
    IN_FOLDER(a_part_is_the_same_part_of_the_whole),
    IN_FOLDER(a_part_of_a_compressed_file_is_the_same_too),
    IN_FOLDER(the_end_of_a_file_is_followed_by_zeros),
    IN_FOLDER(channels_are_averaged_and_what_is_not_finite_reads_zero),
    IN_FOLDER(every_bad_file_is_named_with_its_reason),
    IN_FOLDER(files_longer_than_can_be_counted_are_left_out),
    IN_FOLDER(what_may_not_be_read_is_named),
    IN_FOLDER(folders_without_sound_are_errors_when_nothing_is_left),
    IN_FOLDER(a_file_may_be_given_by_itself),
    IN_FOLDER(files_come_by_path_and_know_their_folder),
    IN_FOLDER(a_manifest_splits_its_folder_and_parts_of_it),
    IN_FOLDER(files_that_a_manifest_leaves_out_are_to_learn_from),
    IN_FOLDER(files_of_another_split_are_left_out),
    IN_FOLDER(lists_do_not_count_when_chance_is_asked_for),
    IN_FOLDER(a_manifest_without_the_columns_is_none),
    IN_FOLDER(small_folders_have_both_splits),
    IN_FOLDER(shares_of_0_and_1_take_all),
    IN_FOLDER(the_share_holds_and_the_split_follows_the_names),
    IN_FOLDER(groups_are_split_as_a_whole),
    IN_FOLDER(groups_do_not_heed_a_manifest),
    IN_FOLDER(a_lone_group_is_to_learn_from),
    IN_FOLDER(a_file_costs_little_more_than_its_path),
    IN_FOLDER(groups_are_drawn_by_the_root_of_their_seconds),
    IN_FOLDER(files_are_drawn_by_their_seconds),
    IN_FOLDER(long_files_are_drawn_from_anywhere),
    IN_FOLDER(short_files_are_joined_by_pauses_in_range),
    IN_FOLDER(short_noises_are_joined_without_a_gap),
    IN_FOLDER(other_speeds_are_other_pitches),
    IN_FOLDER(a_file_that_breaks_later_is_an_error),
    IN_FOLDER(what_was_read_ends_where_the_damage_begins),
    IN_FOLDER(a_damaged_place_is_drawn_around),
    IN_FOLDER(files_that_break_later_are_drawn_around),
    IN_FOLDER(any_number_of_threads_may_draw),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
