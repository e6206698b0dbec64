// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/test.h"
#include "tests/training/small_comparison.h"

#include <stdlib.h>
#include <string.h>

static void
assert_says(const char* const text, const char* const line)
{
  const char* const found = strstr(text, line);
  if (!found) {
    fail_msg("\"%s\" is not in\n%s", line, text);
  }
}

static void
the_table_says_what_was_found(void** const state)
{
  (void)state;
  SmallComparison small;
  small_comparison_make(&small);
  char* const text = comparison_text(&small.comparison);
  assert_non_null(text);
  assert_says(text, "on 700 frames");
  assert_says(text, "from 3000 frames");
  assert_says(text, "Rates tried: 0.001, 0.01.");
  assert_says(text, "\n## Code of 4\n\nLayers 513-4 and back; a training may cost 1.5 · 10⁹ "
                    "multiplications and additions, in float32.\n");
  assert_says(text, "\n| mean spectrum | 13.50 | 1.688 | – | – | 0 % | 0.0 |\n");
  assert_says(text, "\n| PCA | 8.00 | 1.000 | – | – | 20 % | 0.0 |\n");

  // Three seeds: 0.1 is their deviation, 4.303 / √3 times it their margin.
  assert_says(text, "\n| end to end | 7.00 ± 0.25 | 0.875 | 0.001 * | 0 + 60 | 100 % | 3.0 |\n");
  assert_says(text, "\n| greedy + fine-tune | 6.75 ± 0.25 | 0.844 | 0.001 * | 40 + 60 | 100 % |");
  assert_says(text, "\n| RBM + fine-tune | none ended well |");
  assert_says(text, "\n| PCA-skip | not done |");
  assert_says(text, "\n## Code of 8\n");
  assert_says(text, "greedy + fine-tune less end to end: -0.25 ± 0.00 dB, -3.6 %, over 3 seeds");
  assert_says(text, "\n| 4 | end to end | 1 | 0.1 | 0.01 | – |\n"
                    "| 4 | end to end | 2 | 0.01 | 0.001 | – |\n");
  free(text);
  small_comparison_clear(&small);
}

static void
a_rate_within_the_range_has_no_mark(void** const state)
{
  (void)state;
  SmallComparison small;
  small_comparison_make(&small);
  small.comparison.config.n_rates  = 3;
  small.comparison.config.rates[2] = 0.0001;
  char* const text                 = comparison_text(&small.comparison);
  assert_says(text, "| 7.00 ± 0.25 | 0.875 | 0.001 | 0 + 60 |");
  assert_null(strstr(text, "\\*"));
  free(text);
  small_comparison_clear(&small);
}

/// Lines of a text that have a word.
static uint32_t
count(const char* text, const char* const word)
{
  uint32_t n = 0;
  while ((text = strstr(text, word))) {
    ++n;
    ++text;
  }
  return n;
}

static void
every_number_is_in_the_values(void** const state)
{
  (void)state;
  SmallComparison small;
  small_comparison_make(&small);
  char* const csv = comparison_csv(&small.comparison);
  assert_non_null(csv);
  assert_int_equal(strncmp(csv, "code,side,seed,rate,what,layer,epoch,value\n", 43), 0);
  assert_says(csv, "\n4,PCA,,,judge_db,,,8\n");
  assert_says(csv, "\n4,end to end,2,0.001,judge_db,,,7.1\n");
  assert_says(csv, "\n8,greedy + fine-tune,3,0.001,fine_tune_batches,,,60\n");
  assert_says(csv, "\n8,RBM + fine-tune,0,0.001,held_db,,,inf\n");
  assert_says(csv, "\n4,end to end,,0.001,gradient_norm,2,1,0.01\n");

  // Of each code two baselines, four sides of three seeds.
  assert_int_equal(count(csv, ",judge_db,"), 2 * (2 + 4 * 3));
  assert_int_equal(count(csv, ",held_db,"), 2 * (2 + 4 * 4 + 1));
  assert_int_equal(count(csv, ",gradient_norm,"), 4);
  for (const char* line = csv; *line; line = strchr(line, '\n') + 1) {
    uint32_t n_commas = 0;
    for (const char* c = line; *c != '\n'; ++c) {
      n_commas += *c == ',';
    }
    assert_int_equal(n_commas, 7);
  }
  free(csv);
  small_comparison_clear(&small);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_table_says_what_was_found),
    cmocka_unit_test(a_rate_within_the_range_has_no_mark),
    cmocka_unit_test(every_number_is_in_the_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
