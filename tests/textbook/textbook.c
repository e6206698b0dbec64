// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/textbook.h"

#include <limits.h>
#include <string.h>

/// A number of a figure, with the digits that can be compared.
static void
format_number(double number, size_t size, char* text)
{
  (void)snprintf(text, size, number < 100.0 ? "%.3f" : "%.1f", number);
}

/// "7.460 (≤ 7.500)", or "–" where nothing is known.
static void
format_expected(const Expected* expected, size_t size, char* text)
{
  char reference[32];
  char low[32];
  char high[32];
  char range[96] = "";
  format_number(expected->reference, sizeof(reference), reference);
  format_number(expected->low, sizeof(low), low);
  format_number(expected->high, sizeof(high), high);
  if (expected->low > 0.0 && expected->high > 0.0) {
    (void)snprintf(range, sizeof(range), "%s…%s", low, high);
  } else if (expected->low > 0.0 || expected->high > 0.0) {
    const bool least = expected->low > 0.0;
    (void)snprintf(range, sizeof(range), "%s %s", least ? "≥" : "≤", least ? low : high);
  }
  const bool both = expected->reference > 0.0 && *range;
  (void)snprintf(text, size, "%s%s%s%s", expected->reference > 0.0 ? reference : "",
                 both ? " (" : "", *range || expected->reference > 0.0 ? range : "–",
                 both ? ")" : "");
}

static bool
is_met(const Expected* expected, double result)
{
  return result >= expected->low && (!(expected->high > 0.0) || result <= expected->high);
}

void
textbook_print_head(const Textbook* textbook)
{
  const Images* const images = textbook->images;
  fprintf(textbook->table, "%s: %u images to learn from, %u to judge by; their mean leaves %.3f\n",
          image_set_name(images->set), images->train->n_rows, images->test->n_rows,
          images->mean_error);
  fprintf(textbook->table,
          "\n| experiment | setting | figure | expected | result | met | CPU s | seed |\n"
          "|---|---|---|---|---|---|---|---|\n");
  (void)fflush(textbook->table);
}

void
textbook_print(Textbook* textbook, const TextbookRow* row)
{
  const Expected* const expected = &row->expected;
  const bool            judged   = expected->low > 0.0 || expected->high > 0.0;
  const bool            met      = is_met(expected, row->result);
  char                  wanted[192];
  char                  result[32];
  char                  interval[48] = "";
  format_expected(expected, sizeof(wanted), wanted);
  format_number(row->result, sizeof(result), result);
  if (row->interval > 0.0) {
    (void)snprintf(interval, sizeof(interval), " ± %.3f", row->interval);
  }
  fprintf(textbook->table, "| %s | %s | %s | %s | %s%s | %s | %.0f | %llu |\n", row->experiment,
          row->setting, row->figure, wanted, result, interval,
          !judged ? ""
          : met   ? "yes"
                  : "NO",
          row->cpu_s, (unsigned long long)row->seed);
  (void)fflush(textbook->table);
  textbook->n_missed += judged && !met;
}

Status
textbook_open(const Textbook* textbook, const TextbookLesson* lesson, Lesson** opened,
              Diagnostic* why)
{
  char        path[PATH_MAX];
  char        seed[40];
  const char* settings[TEXTBOOK_MAX_SETTINGS + TEXTBOOK_LESSON_SETTINGS + 1];
  uint32_t    n = 0;
  (void)snprintf(path, sizeof(path), "%s/%s", textbook->recipes, lesson->recipe);
  (void)snprintf(seed, sizeof(seed), "seed=%llu", (unsigned long long)lesson->seed);
  settings[n++] = seed;
  for (uint32_t i = 0; i < textbook->n_settings; ++i) {
    settings[n++] = textbook->settings[i];
  }
  for (uint32_t i = 0; i < TEXTBOOK_LESSON_SETTINGS && lesson->settings[i]; ++i) {
    settings[n++] = lesson->settings[i];
  }
  const LessonConfig config = { .recipe     = path,
                                .n_settings = n,
                                .settings   = settings,
                                .train      = lesson->train,
                                .valid      = lesson->valid,
                                .team       = textbook->team,
                                .progress   = textbook->progress };
  return lesson_new(&config, opened, why);
}
