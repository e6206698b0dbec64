// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/few_labels.h"

#include "tests/textbook/figures.h"
#include "training/engine/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_LABELED = 1000, N_VALID = 1000, N_SEEDS = 5, N_RATES = 4 };

/// What a network starts from.
enum { RANDOM_START, GREEDY_START, N_STARTS };

static const char recipe_name[] = "few_labels.yaml";

static const char* const starts[N_STARTS] = { "few-labels, random start", "few-labels, greedy" };

static const char* const rates[N_RATES] = { "fine_tune.rate=1e-4", "fine_tune.rate=3e-4",
                                            "fine_tune.rate=1e-3", "fine_tune.rate=3e-3" };

/// 97.5 % point of Student's distribution with N_SEEDS − 1 degrees of freedom.
static const double student = 2.776;

/// What one seed found.
typedef struct {
  double valid[N_STARTS][N_RATES]; ///< Share of wrong classes where the rate is chosen
  double test[N_STARTS][N_RATES];
  double cpu_s[N_STARTS]; ///< Of all rates
} Found;

/// The images with labels of one seed.
typedef struct {
  Textbook* textbook;
  uint64_t  seed;
  Table*    labeled; ///< [N_LABELED + N_VALID]
  Table     train;   ///< A part of `labeled`
  Table     valid;   ///< The rest
  Lesson*   pretrained;
} Class;

/// Draw rows without repetition: the first steps of Fisher and Yates's shuffle.
static Status
draw_labeled(const Table* all, uint64_t seed, Table** labeled, Diagnostic* why)
{
  enum { N = N_LABELED + N_VALID };
  uint32_t* const order = malloc(all->n_rows * sizeof(uint32_t));
  Table* const    drawn = table_new(N, all->n_columns, all->n_classes);
  if (!order || !drawn) {
    free(order);
    table_free(drawn);
    return diagnose(why, STATUS_NO_MEMORY, "not enough memory for the images with labels");
  }
  Random random = random_at(seed, RANDOM_TEST, 0);
  for (uint32_t i = 0; i < all->n_rows; ++i) {
    order[i] = i;
  }
  for (uint32_t i = 0; i < N; ++i) {
    const uint32_t j   = i + random_below(&random, all->n_rows - i);
    const uint32_t row = order[j];
    order[j]           = order[i];
    memcpy(drawn->x + (size_t)i * all->n_columns, all->x + (size_t)row * all->n_columns,
           all->n_columns * sizeof(float));
    drawn->labels[i] = all->labels[row];
  }
  free(order);
  *labeled = drawn;
  return STATUS_SUCCESS;
}

/// Learn the encoder from all images, without labels.
static Status
pretrain(Class* class, Diagnostic* why)
{
  const TextbookLesson config = { .recipe   = recipe_name,
                                  .seed     = class->seed,
                                  .settings = { "fine_tune.steps=0" },
                                  .train    = class->textbook->images->train,
                                  .valid    = &class->valid };
  const Status         status = textbook_open(class->textbook, &config, &class->pretrained, why);
  return status ? status : lesson_learn(class->pretrained, why);
}

/// Learn the labels from one start at one rate.
static Status
fine_tune(const Class* class, int start, int rate, Found* found, Diagnostic* why)
{
  const TextbookLesson config = { .recipe   = recipe_name,
                                  .seed     = class->seed,
                                  .settings = { "pretrain.steps=0", rates[rate] },
                                  .train    = &class->train,
                                  .valid    = &class->valid };
  Lesson*              lesson = NULL;
  Status               status = textbook_open(class->textbook, &config, &lesson, why);
  if (!status && start == GREEDY_START) {
    lesson_take_encoder(lesson, class->pretrained);
  }
  const Table* const test = class->textbook->images->test;
  status                  = status ? status : lesson_learn(lesson, why);
  status = status ? status : figure_wrong(lesson, &class->valid, &found->valid[start][rate], why);
  status = status ? status : figure_wrong(lesson, test, &found->test[start][rate], why);
  found->cpu_s[start] += status ? 0.0 : lesson->cpu_s;
  lesson_free(lesson);
  return status;
}

static Status
learn_all(Class* class, Found* found, Diagnostic* why)
{
  const Images* const images = class->textbook->images;
  Status              status = draw_labeled(images->train, class->seed, &class->labeled, why);
  if (status) {
    return status;
  }
  class->train = images_view(class->labeled, 0, N_LABELED);
  class->valid = images_view(class->labeled, N_LABELED, N_VALID);
  status       = pretrain(class, why);
  for (int start = 0; !status && start < N_STARTS; ++start) {
    for (int rate = 0; !status && rate < N_RATES; ++rate) {
      status = fine_tune(class, start, rate, found, why);
    }
  }
  found->cpu_s[GREEDY_START] += status ? 0.0 : class->pretrained->cpu_s;
  return status;
}

static Status
run_seed(Textbook* textbook, uint64_t seed, Found* found, Diagnostic* why)
{
  Class class         = { .textbook = textbook, .seed = seed };
  const Status status = learn_all(&class, found, why);
  lesson_free(class.pretrained);
  table_free(class.labeled);
  return status;
}

/// @param errors Shares, [N_SEEDS].
static void
print_mean(Textbook* textbook, int start, const char* setting, const double* errors, double cpu_s)
{
  double mean   = 0.0;
  double spread = 0.0;
  for (int i = 0; i < N_SEEDS; ++i) {
    mean += errors[i] / N_SEEDS;
  }
  for (int i = 0; i < N_SEEDS; ++i) {
    spread += (errors[i] - mean) * (errors[i] - mean) / (N_SEEDS - 1);
  }
  const TextbookRow row = { .experiment = starts[start],
                            .setting    = setting,
                            .figure     = "test error, %, mean of 5 seeds",
                            .result     = 100.0 * mean,
                            .interval   = 100.0 * student * sqrt(spread / N_SEEDS),
                            .cpu_s      = cpu_s,
                            .seed       = textbook->seed };
  textbook_print(textbook, &row);
}

static int
best_rate(const double* valid)
{
  int best = 0;
  for (int rate = 1; rate < N_RATES; ++rate) {
    best = valid[rate] < valid[best] ? rate : best;
  }
  return best;
}

/// @param found [N_SEEDS].
static void
print_start(Textbook* textbook, int start, const Found* found)
{
  double errors[N_SEEDS];
  double cpu_s = 0.0;
  for (int rate = 0; rate < N_RATES; ++rate) {
    for (int i = 0; i < N_SEEDS; ++i) {
      errors[i] = found[i].test[start][rate];
    }
    print_mean(textbook, start, rates[rate], errors, 0.0);
  }
  for (int i = 0; i < N_SEEDS; ++i) {
    errors[i] = found[i].test[start][best_rate(found[i].valid[start])];
    cpu_s += found[i].cpu_s[start];
  }
  print_mean(textbook, start, "few_labels.yaml, best rate by validation", errors, cpu_s);
}

Status
few_labels_run(Textbook* textbook, Diagnostic* why)
{
  Found  found[N_SEEDS] = { 0 };
  Status status         = STATUS_SUCCESS;
  if (textbook->images->train->n_rows < N_LABELED + N_VALID) {
    return diagnose(why, STATUS_BAD_OPTION, "few-labels: %u images are too few",
                    textbook->images->train->n_rows);
  }
  for (int i = 0; !status && i < N_SEEDS; ++i) {
    status = run_seed(textbook, textbook->seed + (uint64_t)i, &found[i], why);
  }
  for (int start = 0; !status && start < N_STARTS; ++start) {
    print_start(textbook, start, found);
  }
  return status;
}
