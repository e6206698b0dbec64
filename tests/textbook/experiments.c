// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/textbook/experiments.h"

#include "tests/textbook/few_labels.h"
#include "tests/textbook/figures.h"
#include "training/method/pca.h"
#include "training/method/score.h"

#include <stddef.h>
#include <stdio.h>

/// Images that the best step is found by, when all are learned from: the last of them.
enum { VALID_ROWS = 1000 };

/// As figures.h has them.
typedef Status (*Figure)(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why);

/// A recipe that is learned once and judged by one figure.
typedef struct {
  const char* recipe;
  const char* settings[IMAGES_OTHER + 1]; ///< One change of the recipe each; NULL: none
  Figure      figure;
  const char* figure_name;
  Expected    expected[IMAGES_OTHER + 1];
} Trial;

/// A line of the textbook's index.
typedef struct {
  const char*  name;
  const char*  purpose;
  const Trial* trials; ///< [n_trials]
  uint32_t     n_trials;
  Status (*run)(Textbook* textbook, Diagnostic* why); ///< For what is no trial; otherwise NULL
} Experiment;

static const char error_name[] = "squared error per image";
static const char bound_name[] = "−ELBO, nats";
static const char rho_name[]   = "greatest of abs(ρ̂ − ρ)/ρ over the units";

/// Where nothing is known.
#define UNKNOWN   \
  {               \
    0.0, 0.0, 0.0 \
  }

/// A change for every set.
#define EVERYWHERE(setting)   \
  {                           \
    setting, setting, setting \
  }

static const Trial linear[] = {
  { "linear.yaml",
    EVERYWHERE(NULL),
    figure_error,
    error_name,
    { { 12.243, 12.121, 12.365 }, { 13.866, 13.727, 14.005 }, UNKNOWN } },
};

static const Trial deep_random[] = {
  { "deep_greedy.yaml",
    EVERYWHERE("pretrain.steps=0"),
    figure_error,
    error_name,
    { { 19.86, 12.243, 0.0 }, { 22.90, 13.866, 0.0 }, UNKNOWN } },
};

static const Trial deep_greedy[] = {
  { "deep_greedy.yaml",
    EVERYWHERE(NULL),
    figure_error,
    error_name,
    { { 7.46, 0.0, 7.5 }, { 4.36, 0.0, 5.0 }, UNKNOWN } },
};

static const Trial deep_rbm[] = {
  { "deep_rbm.yaml",
    EVERYWHERE(NULL),
    figure_error,
    error_name,
    { { 0.0, 0.0, 12.243 }, { 3.00, 0.0, 13.866 }, UNKNOWN } },
};

static const Trial deep_relu[] = {
  { "deep_relu.yaml",
    EVERYWHERE(NULL),
    figure_error,
    error_name,
    { { 6.65, 6.3, 7.0 }, { 3.92, 3.7, 4.15 }, UNKNOWN } },
};

/// 20 epochs of Fashion-MNIST, 10 of MNIST.
static const Trial vae[] = {
  { "vae.yaml",
    { NULL, "fine_tune.steps=4690", NULL },
    figure_bound,
    bound_name,
    { { 242.1, 241.4, 242.8 }, { 105.45, 104.8, 106.2 }, UNKNOWN } },
};

static const Trial sparse[] = {
  { "sparse.yaml",
    EVERYWHERE(NULL),
    figure_activity,
    rho_name,
    { { 0.0, 0.0, 0.2 }, { 0.0, 0.0, 0.2 }, { 0.0, 0.0, 0.2 } } },
  { "sparse.yaml",
    EVERYWHERE("layers.0.sparsity=0"),
    figure_activity,
    rho_name,
    { { 0.0, 0.2, 0.0 }, { 0.0, 0.2, 0.0 }, { 0.0, 0.2, 0.0 } } },
};

/// Components, and squared error per test image.
static const struct {
  uint32_t    n;
  const char* words;
  Expected    expected[IMAGES_OTHER + 1];
} pca_figures[] = {
  { 30, "30 components", { { 12.243, 12.242, 12.244 }, { 13.866, 13.865, 13.867 }, UNKNOWN } },
  { 64, "64 components", { { 8.129, 8.128, 8.130 }, { 7.093, 7.092, 7.094 }, UNKNOWN } },
  { 128, "128 components", { { 4.949, 4.948, 4.950 }, { 3.297, 3.296, 3.298 }, UNKNOWN } },
};

enum { N_PCA_FIGURES = sizeof(pca_figures) / sizeof(pca_figures[0]) };

static Status
print_pca(Textbook* textbook, const Pca* pca, int index, double cpu_s, Diagnostic* why)
{
  const Images* const images = textbook->images;
  Reconstructed       score  = { 0 };
  const Status        status = score_pca(pca, pca_figures[index].n, images->test, &score, why);
  if (!status) {
    const TextbookRow row = { .experiment = "pca",
                              .setting    = pca_figures[index].words,
                              .figure     = error_name,
                              .expected   = pca_figures[index].expected[images->set],
                              .result     = score.squared,
                              .cpu_s      = cpu_s,
                              .seed       = textbook->seed };
    textbook_print(textbook, &row);
  }
  return status;
}

static Status
run_pca(Textbook* textbook, Diagnostic* why)
{
  const uint32_t n      = pca_figures[N_PCA_FIGURES - 1].n;
  const double   begun  = lesson_clock();
  Pca*           pca    = NULL;
  Status         status = pca_new(textbook->images->train, n, &pca, why);
  const double   cpu_s  = lesson_clock() - begun;
  for (int i = 0; !status && i < N_PCA_FIGURES; ++i) {
    status = print_pca(textbook, pca, i, cpu_s, why);
  }
  pca_free(pca);
  return status;
}

/// "deep_greedy.yaml, pretrain.steps=0"
static Status
print_trial(Textbook* textbook, const char* name, const Trial* trial, const Lesson* lesson,
            Diagnostic* why)
{
  const Images* const images  = textbook->images;
  const char* const   setting = trial->settings[images->set];
  char                words[128];
  (void)snprintf(words, sizeof(words), "%s%s%s", trial->recipe, setting ? ", " : "",
                 setting ? setting : "");
  TextbookRow  row    = { .experiment = name,
                          .setting    = words,
                          .figure     = trial->figure_name,
                          .expected   = trial->expected[images->set],
                          .cpu_s      = lesson->cpu_s,
                          .seed       = lesson->recipe->seed };
  const Status status = trial->figure(lesson, images->test, &row.result, why);
  if (!status) {
    textbook_print(textbook, &row);
  }
  return status;
}

static Status
run_trial(Textbook* textbook, const char* name, const Trial* trial, Diagnostic* why)
{
  const Images* const  images = textbook->images;
  const uint32_t       n      = images->train->n_rows;
  const uint32_t       n_kept = n < VALID_ROWS ? n : VALID_ROWS;
  const Table          valid  = images_view(images->train, n - n_kept, n_kept);
  const TextbookLesson config = { .recipe   = trial->recipe,
                                  .seed     = textbook->seed,
                                  .settings = { trial->settings[images->set] },
                                  .train    = images->train,
                                  .valid    = &valid };
  Lesson*              lesson = NULL;
  Status               status = textbook_open(textbook, &config, &lesson, why);
  status                      = status ? status : lesson_learn(lesson, why);
  status                      = status ? status : print_trial(textbook, name, trial, lesson, why);
  lesson_free(lesson);
  return status;
}

#define TRIALS(trials) trials, sizeof(trials) / sizeof((trials)[0]), NULL

static const Experiment experiments[] = {
  { "pca", "principal components", NULL, 0, run_pca },
  { "linear", "a linear autoencoder comes to the principal components", TRIALS(linear) },
  { "deep-random", "a deep autoencoder from a random start", TRIALS(deep_random) },
  { "deep-greedy", "the same after greedy denoising autoencoders", TRIALS(deep_greedy) },
  { "deep-rbm", "the same after Boltzmann machines", TRIALS(deep_rbm) },
  { "deep-relu", "rectifiers from a random start", TRIALS(deep_relu) },
  { "vae", "a variational autoencoder", TRIALS(vae) },
  { "sparse", "a sparse autoencoder, and the same without sparsity", TRIALS(sparse) },
  { "few-labels", "1 000 labels: greedy pre-training against a random start", NULL, 0,
    few_labels_run },
};

enum { N_EXPERIMENTS = sizeof(experiments) / sizeof(experiments[0]) };

const char*
experiment_name(uint32_t index)
{
  return index < N_EXPERIMENTS ? experiments[index].name : NULL;
}

const char*
experiment_purpose(uint32_t index)
{
  return experiments[index].purpose;
}

Status
experiment_run(uint32_t index, Textbook* textbook, Diagnostic* why)
{
  const Experiment* const experiment = &experiments[index];
  Status status = experiment->run ? experiment->run(textbook, why) : STATUS_SUCCESS;
  for (uint32_t i = 0; !status && i < experiment->n_trials; ++i) {
    status = run_trial(textbook, experiment->name, &experiment->trials[i], why);
  }
  return status;
}
