// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// lamina-difference: how far two sound files agree, in dB.

#include "tests/support/signals.h"

#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
  "usage: lamina-difference A B [AT_LEAST_DB]\n"
  "Prints the energy of A over that of A - B in dB, 400 when they are equal, and fails when it is\n"
  "below AT_LEAST_DB.\n";

/// Read all samples, interleaved.  @return Owned by the caller, or NULL after a message.
static float*
read_file(const char* const path, SF_INFO* const info)
{
  SNDFILE* const file = sf_open(path, SFM_READ, info);
  if (!file) {
    fprintf(stderr, "lamina-difference: %s: %s\n", path, sf_strerror(NULL));
    return NULL;
  }

  const size_t n       = (size_t)info->frames * (size_t)info->channels;
  float* const samples = calloc(n ? n : 1, sizeof(float));
  if (!samples || sf_readf_float(file, samples, info->frames) != info->frames) {
    fprintf(stderr, "lamina-difference: %s: cannot read all of it\n", path);
    free(samples);
    sf_close(file);
    return NULL;
  }
  sf_close(file);
  return samples;
}

static bool
compare(const char* const path_a, const char* const path_b, const double at_least_db)
{
  SF_INFO      info_a = { 0 };
  SF_INFO      info_b = { 0 };
  float* const a      = read_file(path_a, &info_a);
  float* const b      = a ? read_file(path_b, &info_b) : NULL;
  bool         agree  = false;
  if (b && (info_a.frames != info_b.frames || info_a.channels != info_b.channels)) {
    fprintf(stderr, "lamina-difference: %s and %s differ in length or channels\n", path_a, path_b);
  } else if (b) {
    const double db = signal_snr_db((uint32_t)(info_a.frames * info_a.channels), a, b);
    printf("%.1f dB\n", db);
    agree = db >= at_least_db;
  }
  free(a);
  free(b);
  return agree;
}

int
main(const int argc, char** const argv)
{
  if (argc != 3 && argc != 4) {
    fputs(usage, stderr);
    return 2;
  }
  const double at_least_db = argc == 4 ? atof(argv[3]) : -(double)INFINITY;
  return compare(argv[1], argv[2], at_least_db) ? EXIT_SUCCESS : EXIT_FAILURE;
}
