// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/tool/options.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static void
numbers_are_read_whole_and_in_range(void** state)
{
  (void)state;
  double     number = 7.0;
  Diagnostic why    = { "" };
  assert_int_equal(option_number("--x", "-2.5e0", -3.0, 3.0, &number, &why), STATUS_SUCCESS);
  assert_true(number == -2.5);

  const char* const wrong[] = { "", "two", "2x", "2 3", "3.1", "-3.1", "nan", "inf" };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_equal(option_number("--x", wrong[i], -3.0, 3.0, &number, &why), STATUS_BAD_OPTION);
    assert_true(number == -2.5);
  }
  assert_string_equal(why.text, "--x inf: a number from -3 to 3 is needed");
}

static void
counts_are_whole(void** state)
{
  (void)state;
  uint32_t   count = 0;
  Diagnostic why   = { "" };
  assert_int_equal(option_count("--n", "12", 1, 20, &count, &why), STATUS_SUCCESS);
  assert_int_equal(count, 12);
  const char* const wrong[] = { "0", "21", "1.5", "-1", "x" };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_equal(option_count("--n", wrong[i], 1, 20, &count, &why), STATUS_BAD_OPTION);
  }
  assert_string_equal(why.text, "--n x: a whole number from 1 to 20 is needed");
  assert_int_equal(count, 12);
}

static void
numbers_have_commas_between_them(void** state)
{
  (void)state;
  double     numbers[3] = { 0.0 };
  uint32_t   n          = 0;
  Diagnostic why        = { "" };
  assert_int_equal(option_numbers("--x", "1,2.5,3e-4", 0.0, 9.0, 3, &n, numbers, &why), 0);
  assert_int_equal(n, 3);
  assert_true(numbers[0] == 1.0 && numbers[1] == 2.5 && numbers[2] == 3e-4);
  assert_int_equal(option_numbers("--x", "7", 0.0, 9.0, 3, &n, numbers, &why), 0);
  assert_int_equal(n, 1);
  assert_true(numbers[0] == 7.0);

  const char* const wrong[] = { "", ",", "1,", ",1", "1,,2", "1,10", "1;2", "1,x" };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_equal(option_numbers("--x", wrong[i], 0.0, 9.0, 3, &n, numbers, &why),
                     STATUS_BAD_OPTION);
  }
  assert_string_equal(why.text,
                      "--x 1,x: 1 to 3 numbers from 0 to 9, with commas between them, are needed");
  assert_int_equal(option_numbers("--x", "1,2,3,4", 0.0, 9.0, 3, &n, numbers, &why),
                   STATUS_BAD_OPTION);
  assert_string_equal(
    why.text, "--x 1,2,3,4: 1 to 3 numbers from 0 to 9, with commas between them, are needed");
}

static void
outputs_need_a_folder_and_a_file(void** state)
{
  (void)state;
  Diagnostic why = { "" };
  assert_int_equal(option_output("new.csv", &why), STATUS_SUCCESS);
  assert_int_equal(option_output(".", &why), STATUS_IO);
  assert_int_equal(option_output("no/such/folder.csv", &why), STATUS_IO);
  assert_non_null(strstr(why.text, "no/such"));
}

static void
names_of_outputs_say_what_they_are(void** state)
{
  (void)state;
  Diagnostic why = { "" };
  assert_int_equal(option_sound_output("new.FLAC", &why), STATUS_SUCCESS);
  assert_int_equal(option_sound_output("no/such/new.wav", &why), STATUS_IO);
  assert_int_equal(option_sound_output("new.mp3", &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "new.mp3: the name must end in .wav, .flac, .aiff, .aif or .ogg");

  assert_int_equal(option_picture_output("new.PNG", &why), STATUS_SUCCESS);
  assert_int_equal(option_picture_output("no/such/new.png", &why), STATUS_IO);
  assert_int_equal(option_picture_output(".png", &why), STATUS_BAD_OPTION);
  assert_int_equal(option_picture_output("new.wav", &why), STATUS_BAD_OPTION);
  assert_string_equal(why.text, "new.wav: the name must end in .png");
}

static void
seeds_have_64_bits(void** state)
{
  (void)state;
  uint64_t seed = 0;
  assert_int_equal(option_seed("--seed", "18446744073709551615", &seed, NULL), STATUS_SUCCESS);
  assert_true(seed == UINT64_MAX);
  assert_int_equal(option_seed("--seed", "18446744073709551616", &seed, NULL), STATUS_BAD_OPTION);
  assert_int_equal(option_seed("--seed", "-1", &seed, NULL), STATUS_BAD_OPTION);
  assert_int_equal(option_seed("--seed", "1e3", &seed, NULL), STATUS_BAD_OPTION);
  assert_true(seed == UINT64_MAX);
}

static void
lists_are_bounded(void** state)
{
  (void)state;
  OptionList list = { 0 };
  for (uint32_t i = 0; i < OPTIONS_MAX; ++i) {
    assert_int_equal(option_list_add(&list, "x", NULL), STATUS_SUCCESS);
  }
  assert_int_equal(option_list_add(&list, "x", NULL), STATUS_BAD_OPTION);
  assert_int_equal(list.n, OPTIONS_MAX);
}

static void
the_denoisers_options_reach_their_parameters(void** state)
{
  (void)state;
  DenoiserParams params = denoiser_params_default();
  assert_int_equal(option_denoiser(OPTION_REDUCTION, "12", &params, NULL), STATUS_SUCCESS);
  assert_int_equal(option_denoiser(OPTION_STRENGTH, "1.5", &params, NULL), STATUS_SUCCESS);
  assert_int_equal(option_denoiser(OPTION_SMOOTHING, "250", &params, NULL), STATUS_SUCCESS);
  assert_true(params.reduction_db == 12.0f);
  assert_true(params.strength == 1.5f);
  assert_true(params.smoothing_s == 0.25f);

  assert_int_equal(option_denoiser(OPTION_REDUCTION, "61", &params, NULL), STATUS_BAD_OPTION);
  assert_int_equal(option_denoiser(OPTION_STRENGTH, "-1", &params, NULL), STATUS_BAD_OPTION);
  assert_int_equal(option_denoiser(OPTION_SMOOTHING, "501", &params, NULL), STATUS_BAD_OPTION);
  assert_true(params.reduction_db == 12.0f);
}

static void
the_usage_names_the_defaults(void** state)
{
  (void)state;
  const DenoiserParams params = denoiser_params_default();
  assert_true(params.reduction_db == 24.0f && strstr(OPTION_DENOISER_USAGE, "60; 24\n"));
  assert_true(params.strength == 1.0f && strstr(OPTION_DENOISER_USAGE, "2; 1\n"));
  assert_true(params.smoothing_s == 0.0f && strstr(OPTION_DENOISER_USAGE, "500; 0\n"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_read_whole_and_in_range),
    cmocka_unit_test(counts_are_whole),
    cmocka_unit_test(numbers_have_commas_between_them),
    cmocka_unit_test(outputs_need_a_folder_and_a_file),
    cmocka_unit_test(names_of_outputs_say_what_they_are),
    cmocka_unit_test(seeds_have_64_bits),
    cmocka_unit_test(lists_are_bounded),
    cmocka_unit_test(the_denoisers_options_reach_their_parameters),
    cmocka_unit_test(the_usage_names_the_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
