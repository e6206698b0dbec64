// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/curve.h"

#include "dsp/file.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_SIZE = 1 << 24 };

/// A finite number and the space after it.  @return What follows; NULL when there is no number.
static const char*
read_number(const char* text, double* number)
{
  char* end = NULL;
  *number   = strtod(text, &end);
  return end != text && isfinite(*number) ? end + strspn(end, " \t\r") : NULL;
}

/// @param line Number of the line, from 1.
static Status
add_point(const char* path, uint32_t line, const char* text, const double range[2], Curve* curve,
          Diagnostic* why)
{
  double            seconds = 0.0;
  double            value   = 0.0;
  const char* const second  = read_number(text, &seconds);
  const char* const end     = second ? read_number(second, &value) : NULL;
  if (!end || *end) {
    return diagnose(why, STATUS_BAD_FILE, "%s:%u: seconds and a value expected", path, line);
  }
  if (value < range[0] || value > range[1]) {
    return diagnose(why, STATUS_BAD_FILE, "%s:%u: a value from %g to %g expected", path, line,
                    range[0], range[1]);
  }
  if (curve->n && seconds < curve->seconds[curve->n - 1]) {
    return diagnose(why, STATUS_BAD_FILE, "%s:%u: before the point above it", path, line);
  }
  curve->seconds[curve->n]  = seconds;
  curve->values[curve->n++] = value;
  return STATUS_SUCCESS;
}

static uint32_t
count_lines(const char* text)
{
  uint32_t n = 1;
  for (; *text; ++text) {
    n += *text == '\n';
  }
  return n;
}

/// @param text Ends in a zero; changed.
static Status
read_lines(const char* path, char* text, const double range[2], Curve* curve, Diagnostic* why)
{
  const uint32_t n = count_lines(text);
  curve->seconds   = malloc(n * sizeof(double));
  curve->values    = malloc(n * sizeof(double));
  if (!curve->seconds || !curve->values) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  }

  Status status = STATUS_SUCCESS;
  for (uint32_t line = 1; !status && line <= n; ++line) {
    char* const  next  = text + strcspn(text, "\n");
    const size_t space = strspn(text, " \t\r");
    const bool   last  = !*next;
    *next              = '\0';
    if (text[space] && text[space] != '#') {
      status = add_point(path, line, text + space, range, curve, why);
    }
    text = last ? next : next + 1;
  }
  return status || curve->n ? status : diagnose(why, STATUS_BAD_FILE, "%s: without a point", path);
}

Status
curve_read(const char* path, double min, double max, Curve* curve, Diagnostic* why)
{
  const double range[2] = { min, max };
  Curve        read     = { 0 };
  size_t       size     = 0;
  void*        bytes    = NULL;
  Status       status   = file_read(path, MAX_FILE_SIZE, &size, &bytes, why);
  if (status) {
    return status;
  }
  char* const text = strndup(bytes, size);
  status           = text ? read_lines(path, text, range, &read, why)
                          : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", path);
  free(text);
  free(bytes);
  if (status) {
    curve_clear(&read);
    return status;
  }
  *curve = read;
  return STATUS_SUCCESS;
}

void
curve_clear(Curve* curve)
{
  free(curve->seconds);
  free(curve->values);
  *curve = (Curve){ 0 };
}

double
curve_at(const Curve* curve, double seconds)
{
  uint32_t after = 0;
  while (after < curve->n && curve->seconds[after] <= seconds) {
    ++after;
  }
  if (!after || after == curve->n) {
    return curve->values[after ? after - 1 : 0];
  }
  const double from  = curve->seconds[after - 1];
  const double share = (seconds - from) / (curve->seconds[after] - from);
  return curve->values[after - 1] + share * (curve->values[after] - curve->values[after - 1]);
}
