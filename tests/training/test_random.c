// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/random.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

#define N_DRAWS 200000

/// The known answers for philox4x32 with 10 rounds that Random123 1.14.0 publishes.
static void
philox_gives_the_published_answers(void** state)
{
  (void)state;
  static const struct {
    uint32_t counter[4];
    uint32_t key[2];
    uint32_t answer[4];
  } known[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
    uint32_t block[4];
    philox4x32_10(known[i].counter, known[i].key, block);
    assert_memory_equal(block, known[i].answer, sizeof block);
  }
}

static void
the_first_numbers_are_the_blocks_in_order(void** state)
{
  (void)state;
  const uint32_t key[2] = { 0x89abcdef, 0x01234567 };
  uint32_t       blocks[8];

  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t counter[4] = { i, 0x55667788, 0x11223344, RANDOM_TEST };
    philox4x32_10(counter, key, blocks + 4 * i);
  }
  Random random = random_at(0x0123456789abcdef, RANDOM_TEST, 0x1122334455667788);
  for (uint32_t i = 0; i < 8; ++i) {
    assert_int_equal(random_bits(&random), blocks[i]);
  }
}

static void
seed_stream_and_step_all_matter(void** state)
{
  (void)state;
  Random       a        = random_at(1, RANDOM_TEST, 0);
  Random       others[] = { random_at(2, RANDOM_TEST, 0), random_at(1, RANDOM_MIXTURE, 0),
                            random_at(1, RANDOM_TEST, 1), random_at(1, RANDOM_TEST, (uint64_t)1 << 32u),
                            random_at((uint64_t)1 << 32u | 1u, RANDOM_TEST, 0) };
  const double first    = random_uniform(&a);

  for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
    assert_true(fabs(random_uniform(&others[i]) - first) > 1e-9);
  }
}

/// Mean, variance and fourth moment, each within five of its own standard errors.
static void
check_moments(const double* x, double mean, double variance, double fourth, double eighth)
{
  double m1 = 0.0;
  double m2 = 0.0;
  double m4 = 0.0;
  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    const double d = x[i] - mean;
    m1 += d / N_DRAWS;
    m2 += d * d / N_DRAWS;
    m4 += d * d * d * d / N_DRAWS;
  }
  assert_true(fabs(m1) < 5.0 * sqrt(variance / N_DRAWS));
  assert_true(fabs(m2 - variance) < 5.0 * sqrt((fourth - variance * variance) / N_DRAWS));
  assert_true(fabs(m4 - fourth) < 5.0 * sqrt((eighth - fourth * fourth) / N_DRAWS));
}

static void
uniform_has_its_moments_and_range(void** state)
{
  (void)state;
  static double x[N_DRAWS];
  Random        random = random_at(7, RANDOM_TEST, 1);

  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    x[i] = random_uniform(&random);
    assert_true(x[i] >= 0.0 && x[i] < 1.0);
  }
  check_moments(x, 0.5, 1.0 / 12.0, 1.0 / 80.0, 1.0 / 2304.0);
}

static void
normal_has_its_moments(void** state)
{
  (void)state;
  static double x[N_DRAWS];
  Random        random = random_at(7, RANDOM_TEST, 2);

  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    x[i] = random_normal(&random);
  }
  check_moments(x, 0.0, 1.0, 3.0, 105.0);
}

static void
normal_has_its_tails(void** state)
{
  (void)state;
  Random   random = random_at(8, RANDOM_TEST, 2);
  uint32_t beyond = 0;

  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    beyond += fabs(random_normal(&random)) > 1.959964;
  }
  // 5 % of a normal lie out there; the deviation of the count is √(n·0.05·0.95).
  assert_true(fabs(beyond - 0.05 * N_DRAWS) < 5.0 * sqrt(N_DRAWS * 0.05 * 0.95));
}

static void
below_is_even_and_bounded(void** state)
{
  (void)state;
  Random   random   = random_at(9, RANDOM_TEST, 3);
  uint32_t count[7] = { 0 };
  double   chi2     = 0.0;

  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    const uint32_t drawn = random_below(&random, 7);
    assert_in_range(drawn, 0, 6);
    ++count[drawn];
  }
  for (uint32_t i = 0; i < 7; ++i) {
    const double expected = N_DRAWS / 7.0;
    chi2 += (count[i] - expected) * (count[i] - expected) / expected;
  }
  // 6 degrees of freedom: 22.46 is passed by one in a thousand.
  assert_true(chi2 < 22.46);
}

static void
below_does_not_favor_the_low_half_of_a_wide_range(void** state)
{
  (void)state;
  // For n = 3·2^30 a plain remainder would draw the lowest third half of the time.
  Random   random = random_at(10, RANDOM_TEST, 4);
  uint32_t low    = 0;

  for (uint32_t i = 0; i < N_DRAWS; ++i) {
    low += random_below(&random, 3u << 30u) < 1u << 30u;
  }
  assert_true(fabs(low - N_DRAWS / 3.0) < 5.0 * sqrt(N_DRAWS * 2.0 / 9.0));
}

static void
between_stays_between(void** state)
{
  (void)state;
  Random random = random_at(11, RANDOM_TEST, 5);
  double lowest = 10.0;
  double most   = -10.0;

  for (uint32_t i = 0; i < 10000; ++i) {
    const double x = random_between(&random, -3.0, 5.0);
    lowest         = fmin(lowest, x);
    most           = fmax(most, x);
  }
  assert_true(lowest >= -3.0 && lowest < -2.99);
  assert_true(most < 5.0 && most > 4.99);
}

/// Every octave is as likely as another.
static void
logarithmic_is_even_in_octaves(void** state)
{
  (void)state;
  enum { N_DRAWN = 4000, N_OCTAVES = 4 };
  Random   random            = random_at(1, RANDOM_TEST, 1);
  uint32_t counts[N_OCTAVES] = { 0 };
  for (uint32_t i = 0; i < N_DRAWN; ++i) {
    const double x = random_logarithmic(&random, 100.0, 1600.0);
    assert_true(x >= 100.0 * (1.0 - 1e-12) && x < 1600.0 * (1.0 + 1e-12));
    const uint32_t octave = (uint32_t)log2(fmax(x / 100.0, 1.0));
    ++counts[octave < N_OCTAVES ? octave : N_OCTAVES - 1];
  }
  for (uint32_t i = 0; i < N_OCTAVES; ++i) {
    assert_true(fabs(counts[i] - 1000.0) < 5.0 * sqrt(750.0));
  }
}

/// What a branch draws, and how much, is nothing to its stem; two branches differ.
static void
a_branch_grows_by_itself(void** state)
{
  (void)state;
  Random       stem  = random_at(11, RANDOM_TEST, 5);
  Random       other = random_at(11, RANDOM_TEST, 5);
  Random       one   = random_branch(&stem);
  Random       two   = random_branch(&stem);
  const double first = random_uniform(&one);
  for (uint32_t i = 0; i < 4; ++i) {
    (void)random_bits(&other);
  }
  assert_int_equal(random_bits(&stem), random_bits(&other));
  assert_true(fabs(random_uniform(&two) - first) > 1e-9);

  Random again = random_at(11, RANDOM_TEST, 5);
  Random same  = random_branch(&again);
  assert_true(random_uniform(&same) == first);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(philox_gives_the_published_answers),
    cmocka_unit_test(the_first_numbers_are_the_blocks_in_order),
    cmocka_unit_test(seed_stream_and_step_all_matter),
    cmocka_unit_test(uniform_has_its_moments_and_range),
    cmocka_unit_test(normal_has_its_moments),
    cmocka_unit_test(normal_has_its_tails),
    cmocka_unit_test(below_is_even_and_bounded),
    cmocka_unit_test(below_does_not_favor_the_low_half_of_a_wide_range),
    cmocka_unit_test(between_stays_between),
    cmocka_unit_test(logarithmic_is_even_in_octaves),
    cmocka_unit_test(a_branch_grows_by_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
