// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/options.h"

#include "training/corpus/sound_file.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

Status
option_list_add(OptionList* list, const char* item, Diagnostic* why)
{
  if (list->n == OPTIONS_MAX) {
    return diagnose(why, STATUS_BAD_OPTION, "%s: more than %u of one kind", item, OPTIONS_MAX);
  }
  list->items[list->n++] = item;
  return STATUS_SUCCESS;
}

Status
option_number(const char* name, const char* text, double low, double high, double* number,
              Diagnostic* why)
{
  char*        end   = NULL;
  const double value = strtod(text, &end);
  // False for NaN too.
  if (end == text || *end || !(value >= low && value <= high)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s %s: a number from %g to %g is needed", name, text,
                    low, high);
  }
  *number = value;
  return STATUS_SUCCESS;
}

Status
option_count(const char* name, const char* text, uint32_t low, uint32_t high, uint32_t* number,
             Diagnostic* why)
{
  double value = 0.0;
  if (option_number(name, text, low, high, &value, NULL) || value != floor(value)) {
    return diagnose(why, STATUS_BAD_OPTION, "%s %s: a whole number from %u to %u is needed", name,
                    text, low, high);
  }
  *number = (uint32_t)value;
  return STATUS_SUCCESS;
}

Status
option_numbers(const char* name, const char* text, double low, double high, uint32_t most,
               uint32_t* n, double* numbers, Diagnostic* why)
{
  const char* item = text;
  uint32_t    i    = 0;
  for (bool last = false; !last; ++i) {
    char*        end   = NULL;
    const double value = strtod(item, &end);
    if (i == most || end == item || (*end && *end != ',') || !(value >= low && value <= high)) {
      return diagnose(why, STATUS_BAD_OPTION,
                      "%s %s: 1 to %u numbers from %g to %g, with commas between them, are needed",
                      name, text, most, low, high);
    }
    numbers[i] = value;
    last       = !*end;
    item       = end + 1;
  }
  *n = i;
  return STATUS_SUCCESS;
}

Status
option_output(const char* path, Diagnostic* why)
{
  struct stat info;
  if (!stat(path, &info) && !S_ISREG(info.st_mode)) {
    return diagnose(why, STATUS_IO, "%s: not a file that could be replaced", path);
  }

  char* const       copy   = strdup(path);
  const char* const folder = copy ? dirname(copy) : NULL;
  const Status      status = !folder ? diagnose(why, STATUS_NO_MEMORY, "not enough memory")
                             : access(folder, W_OK | X_OK)
                               ? diagnose(why, STATUS_IO, "%s: %s", folder, strerror(errno))
                               : STATUS_SUCCESS;
  free(copy);
  return status;
}

Status
option_sound_output(const char* path, Diagnostic* why)
{
  const Status status = sound_check_name(path, why);
  return status ? status : option_output(path, why);
}

Status
option_picture_output(const char* path, Diagnostic* why)
{
  static const char png[]  = ".png";
  const size_t      length = strlen(path);
  const size_t      end    = sizeof png - 1;
  return length > end && !strcasecmp(path + length - end, png)
           ? option_output(path, why)
           : diagnose(why, STATUS_BAD_OPTION, "%s: the name must end in .png", path);
}

Status
option_seed(const char* name, const char* text, uint64_t* seed, Diagnostic* why)
{
  char* end                      = NULL;
  errno                          = 0;
  const unsigned long long value = strtoull(text, &end, 10);
  if (end == text || *end || errno || strchr(text, '-')) {
    return diagnose(why, STATUS_BAD_OPTION, "%s %s: a whole number below 2^64 is needed", name,
                    text);
  }
  *seed = value;
  return STATUS_SUCCESS;
}

Status
option_unknown(const char* command, char* const* argv, Diagnostic* why)
{
  return diagnose(why, STATUS_BAD_OPTION, "%s: unknown, or without its value; see lamina %s --help",
                  argv[optind - 1], command);
}

Status
option_denoiser(int option, const char* text, DenoiserParams* params, Diagnostic* why)
{
  double value  = 0.0;
  Status status = STATUS_SUCCESS;
  switch (option) {
    case OPTION_REDUCTION:
      status               = option_number("--reduction", text, 0.0, 60.0, &value, why);
      params->reduction_db = status ? params->reduction_db : (float)value;
      break;
    case OPTION_STRENGTH:
      status           = option_number("--strength", text, 0.0, 2.0, &value, why);
      params->strength = status ? params->strength : (float)value;
      break;
    case OPTION_SMOOTHING:
      status              = option_number("--smoothing", text, 0.0, 500.0, &value, why);
      params->smoothing_s = status ? params->smoothing_s : (float)(value / 1000.0);
      break;
    default:
      assert(option == OPTION_KEEP_HUM);
      params->hum = false;
      break;
  }
  return status;
}
