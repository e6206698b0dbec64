// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/corpus/excerpt.h"

#include "training/corpus/resample.h"

#include <sndfile.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Frames that are read at a time.
#define READ_FRAMES 4096

/// Decoded and thrown away before a place in an MP3 or Ogg, seconds.  A frame of MP3 may borrow
/// bits from many before it, and the decoder gives silence where they are missing; libsndfile
/// 1.2.0 misses the place when it seeks to the last page of an Ogg Vorbis stream.
#define RUN_UP_S 1.0

/// Samples beyond what any integer format holds are as broken as NaN.
#define GREATEST_SAMPLE 4294967296.0f

static float
mean_of_channels(const float* frame, int n_channels)
{
  float sum = 0.0f;
  for (int c = 0; c < n_channels; ++c) {
    // False for NaN too.
    sum += fabsf(frame[c]) <= GREATEST_SAMPLE ? frame[c] : 0.0f;
  }
  return sum / (float)n_channels;
}

/// Go to a frame, ready to decode it.
static bool
go_to(SNDFILE* file, const SF_INFO* info, uint64_t first, float* frames)
{
  const int      type   = info->format & SF_FORMAT_TYPEMASK;
  const bool     needed = type == SF_FORMAT_MPEG || type == SF_FORMAT_OGG;
  const uint64_t run_up = needed ? (uint64_t)(RUN_UP_S * info->samplerate) : 0;
  uint64_t       rest   = run_up < first ? run_up : first;
  const uint64_t from   = first - rest;

  bool is_there = sf_seek(file, (sf_count_t)from, SEEK_SET) == (sf_count_t)from;
  while (is_there && rest) {
    const uint64_t wanted = rest < READ_FRAMES ? rest : READ_FRAMES;
    is_there              = sf_readf_float(file, frames, (sf_count_t)wanted) == (sf_count_t)wanted;
    rest -= wanted;
  }
  return is_there;
}

/// Read from one place on.  @return Frames read; the rest of `out`, [n], is zeros.
static size_t
read_mono(SNDFILE* file, const SF_INFO* info, uint64_t first, size_t n, float* out)
{
  memset(out, 0, n * sizeof *out);
  float* const frames = malloc(READ_FRAMES * (size_t)info->channels * sizeof *frames);
  size_t       n_done = 0;
  bool         more   = frames && go_to(file, info, first, frames);

  while (more && n_done < n) {
    const size_t     wanted = n - n_done < READ_FRAMES ? n - n_done : READ_FRAMES;
    const sf_count_t got    = sf_readf_float(file, frames, (sf_count_t)wanted);
    for (sf_count_t i = 0; i < got; ++i) {
      out[n_done++] = mean_of_channels(frames + i * info->channels, info->channels);
    }
    more = got > 0;
  }
  free(frames);
  return n_done;
}

static uint64_t
greatest_common_divisor(uint64_t a, uint64_t b)
{
  while (b) {
    const uint64_t rest = a % b;
    a                   = b;
    b                   = rest;
  }
  return a;
}

/// Part of a file, in its own samples and in ours.
typedef struct {
  uint64_t first_in;  ///< Where to read from
  size_t   n_in;      ///< How much
  uint64_t first_out; ///< The same place as `first_in`, exactly, in samples of the corpus
} CorpusPart;

/**
   What has to be read so that samples first…first + n come out as if the whole had been resampled:
   the filter's reach on both sides, from a place that both rates share.
*/
static CorpusPart
part_around(uint64_t rate_in, uint64_t rate_out, uint64_t n_frames, uint64_t first, uint64_t n)
{
  const uint64_t common   = greatest_common_divisor(rate_in, rate_out);
  const uint64_t unit_in  = rate_in / common;
  const uint64_t unit_out = rate_out / common;
  const uint64_t lower    = rate_in < rate_out ? rate_in : rate_out;
  const uint64_t reach    = RESAMPLE_REACH * rate_out / lower + 1;

  const uint64_t units = first > reach ? (first - reach) / unit_out : 0;
  const uint64_t end   = (first + n + reach) * rate_in / rate_out + 1;

  CorpusPart part = { .first_in = units * unit_in, .first_out = units * unit_out };
  part.n_in       = (size_t)((end < n_frames ? end : n_frames) - part.first_in);
  return part;
}

/// How many of `n` samples from `first` on come before the end of what was decoded of a part.
static uint32_t
samples_before(const CorpusPart* part, size_t n_decoded, uint64_t rate_in, uint64_t rate_out,
               uint64_t first, uint32_t n)
{
  const uint64_t end = (part->first_in + n_decoded) * rate_out / rate_in;
  return end <= first ? 0 : end - first < n ? (uint32_t)(end - first) : n;
}

/**
   Fill `out`, [n], with samples from `first` on, all within the file.

   @param n_read Written: how many of them could be decoded.
*/
static Status
read_resampled(SNDFILE* file, const SF_INFO* info, uint32_t rate, uint64_t first, uint32_t n,
               float* out, uint32_t* n_read, Diagnostic* why)
{
  const uint64_t   rate_in = (uint64_t)info->samplerate;
  const CorpusPart part    = part_around(rate_in, rate, (uint64_t)info->frames, first, n);
  const size_t     skip    = (size_t)(first - part.first_out);
  float* const     in      = malloc(part.n_in * sizeof *in);
  float* const     longer  = malloc((skip + n) * sizeof *longer);
  Status           status  = in && longer ? STATUS_SUCCESS : STATUS_NO_MEMORY;

  if (!status) {
    const size_t n_decoded = read_mono(file, info, part.first_in, part.n_in, in);
    *n_read                = samples_before(&part, n_decoded, rate_in, rate, first, n);
    status                 = resample((double)rate_in, rate, part.n_in, in, skip + n, longer, why);
  }
  if (!status) {
    memcpy(out, longer + skip, n * sizeof *out);
  }
  free(in);
  free(longer);
  return status;
}

/// @param first Sample at `rate_hz`.
static Status
read_open_file(SNDFILE* file, const SF_INFO* info, uint32_t rate_hz, uint64_t first, uint32_t n,
               float* out, uint32_t* n_read, Diagnostic* why)
{
  const double   length = floor((double)info->frames * rate_hz / info->samplerate);
  const uint64_t rest   = first < (uint64_t)length ? (uint64_t)length - first : 0;
  const uint32_t wanted = rest < n ? (uint32_t)rest : n;
  Status         status = STATUS_SUCCESS;

  *n_read = 0;
  if (wanted && (uint32_t)info->samplerate == rate_hz) {
    *n_read = (uint32_t)read_mono(file, info, first, wanted, out);
  } else if (wanted) {
    status = read_resampled(file, info, rate_hz, first, wanted, out, n_read, why);
  }
  // Beyond a damaged place a resampler rings.
  memset(out + *n_read, 0, (n - *n_read) * sizeof *out);
  return !status && wanted && !*n_read ? STATUS_BAD_FILE : status;
}

Status
excerpt_read(const char* path, uint32_t rate_hz, uint64_t first, uint32_t n, float* out,
             uint32_t* n_read, Diagnostic* why)
{
  SF_INFO        info = { 0 };
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    return eaccess(path, R_OK) ? diagnose(why, STATUS_IO, "%s: %s", path, strerror(errno))
                               : diagnose(why, STATUS_BAD_FILE, "%s: not a sound file", path);
  }

  const Status status = read_open_file(file, &info, rate_hz, first, n, out, n_read, why);
  if (status == STATUS_BAD_FILE) {
    diagnose(why, status, "%s: no sound at %.3f s", path, (double)first / rate_hz);
  } else if (status == STATUS_NO_MEMORY) {
    diagnose(why, status, "%s: no memory", path);
  }
  sf_close(file);
  return status;
}
