// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/lesson.h"

#include "training/method/stages.h"
#include "training/method/table_examples.h"
#include "training/method/unrolled.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double
lesson_clock(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// What comes after the recipe.
static Status
lesson_init(Lesson* lesson, const LessonConfig* config, Diagnostic* why)
{
  lesson->progress = config->progress;
  lesson->examples = table_examples_new(config->train, config->valid, lesson->recipe->streams,
                                        lesson->recipe->seed);
  lesson->run = lesson->examples ? training_run_new(lesson->recipe, lesson->examples, config->team)
                                 : NULL;
  return lesson->run ? STATUS_SUCCESS
                     : diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", config->recipe);
}

Status
lesson_new(const LessonConfig* config, Lesson** lesson, Diagnostic* why)
{
  Lesson* const built = calloc(1, sizeof(Lesson));
  if (!built) {
    return diagnose(why, STATUS_NO_MEMORY, "%s: not enough memory", config->recipe);
  }
  Status status = recipe_read(config->recipe, config->n_settings, config->settings, &built->recipe,
                              why);
  status        = status ? status : recipe_settle_precision(built->recipe, why);
  status        = status ? status : lesson_init(built, config, why);
  if (status) {
    lesson_free(built);
    return status;
  }
  *lesson = built;
  return STATUS_SUCCESS;
}

void
lesson_free(Lesson* lesson)
{
  if (lesson) {
    training_run_free(lesson->run);
    examples_free(lesson->examples);
    recipe_free(lesson->recipe);
    free(lesson);
  }
}

void
lesson_take_encoder(Lesson* lesson, const Lesson* from)
{
  const UnrolledShape* const shape = &lesson->run->shape;
  const size_t               n     = unrolled_shape_offset(shape, shape->n_encoder);
  assert(unrolled_shape_offset(&from->run->shape, shape->n_encoder) == n);
  memcpy(lesson->run->parameters->value, from->run->parameters->value, n * sizeof(real));
}

static void
stepped(void* handle, const char* stage, const Descent* descent, uint32_t n_steps)
{
  const Lesson* const lesson = (const Lesson*)handle;
  progress_step(lesson->progress, stage, descent->step, n_steps, lesson->recipe->streams,
                descent->train_loss, NULL);
}

static void
recovered(void* handle, const char* stage, const Descent* descent, const char* fault)
{
  const Lesson* const lesson = (const Lesson*)handle;
  char                line[256];
  (void)snprintf(line, sizeof(line), "%s, step %llu: %s; half the rate", stage,
                 (unsigned long long)descent->step, fault);
  progress_line(lesson->progress, line);
}

Status
lesson_learn(Lesson* lesson, Diagnostic* why)
{
  const Watcher watcher = { .stepped   = lesson->progress ? stepped : NULL,
                            .recovered = lesson->progress ? recovered : NULL,
                            .context   = lesson };
  if (lesson->progress) {
    progress_line(lesson->progress, precision_name(lesson->recipe->precision));
  }
  const double begun  = lesson_clock();
  const Status status = stages_run(lesson->run, NULL, &watcher, why);
  lesson->cpu_s       = lesson_clock() - begun;
  return status;
}
