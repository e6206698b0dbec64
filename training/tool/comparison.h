// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_TOOL_COMPARISON_H
#define LAMINA_TRAINING_TOOL_COMPARISON_H

#include "dsp/status.h"
#include "training/corpus/table.h"
#include "training/engine/team.h"
#include "training/method/recipe.h"
#include "training/tool/gradient_norms.h"
#include "training/tool/measure.h"
#include "training/tool/side.h"

#include <stdbool.h>
#include <stdint.h>

#define COMPARISON_MAX_CODES 16u
#define COMPARISON_MAX_RATES 16u
#define COMPARISON_MAX_SEEDS 64u

/// Most trainings of one side with one code.
#define COMPARISON_MAX_TRIALS (COMPARISON_MAX_RATES * COMPARISON_MAX_SEEDS)

/// Who is told how a comparison goes.  All members may be NULL.
typedef struct {
  /// @param trial What is being trained, a few words.  @param n_done, n_all Mini-batches.
  void (*stepped)(void* context, const char* trial, uint64_t n_done, uint64_t n_all, double loss);
  /// One line about a training that is done.
  void (*finished)(void* context, const char* line);
  bool (*stop)(void* context); ///< Whether the user wants to stop
  void* context;
} ComparisonWatcher;

/// What is compared, on what.
typedef struct {
  uint32_t             n_codes;
  const Recipe* const* recipes; ///< [n_codes], which differ in the units of the last layer alone
  const Table*         learn;   ///< Rows to learn from
  const Table*         held;    ///< Rows to choose a learning rate and a moment to stop by
  const Table*         judge;   ///< Rows to judge by, which nothing is chosen by
  double               scale;   ///< Decibels of one unit of a row's numbers
  uint32_t             n_rates; ///< At least 1
  double               rates[COMPARISON_MAX_RATES];
  uint32_t             n_seeds; ///< At least 1; those that follow the recipe's
  Team*                team;    ///< NULL: one thread
  ComparisonWatcher    watcher;
} ComparisonConfig;

/// One training, or one baseline.
typedef struct {
  double   rate; ///< NaN for a baseline
  uint64_t seed;
  uint64_t n_pretrain;  ///< Mini-batches done, of all layers
  uint64_t n_fine_tune; ///< Mini-batches done
  double   cost;        ///< Multiplications and additions, as side.h counts them
  double   cpu_s;       ///< Of all threads
  double   held_db;     ///< Error on the rows held out; infinite when the training failed
  double   judge_db;    ///< Error on the rows to judge by; NaN when its rate is not the best
} ComparisonTrial;

/// One side with one code.
typedef struct {
  Side            side;
  uint32_t        code;
  uint32_t        n_layers; ///< Of the encoder; the decoder has as many
  uint32_t        n_trials;
  ComparisonTrial trials[COMPARISON_MAX_TRIALS];
  GradientNorms   norms; ///< While all layers were trained together, of the trials that were judged
} ComparisonCell;

/// All that was found.
typedef struct {
  ComparisonConfig config;
  double           budget[COMPARISON_MAX_CODES]; ///< Cost of the recipe's own training
  ComparisonCell*  cells;                        ///< [n_codes × N_SIDES]
} Comparison;

/**
   Train every side with every code, and judge it.

   Of each side and code, one training at each rate with each seed; those at the rate of the lowest
   mean error on the rows held out are judged: one seed alone would toss a coin between rates.  The
   error is the mean over the rows of the root of the mean over the columns of the squared error.

   A training whose gradients end up not finite is a result: the rate is not chosen.

   @param config Copied; what it points to must outlive the result.
   @param comparison Written, release it with comparison_clear(); with all that was done until then
   when the status is not success.
   @return STATUS_INTERRUPTED when the watcher wants to stop; STATUS_NO_MEMORY, or as pca_new().
*/
NODISCARD
Status
comparison_run(const ComparisonConfig* config, Comparison* comparison, Diagnostic* why);

/// Release what comparison_run() allocated; the struct becomes all zeros.
void
comparison_clear(Comparison* comparison);

/// The cell of a side and the code of that number.
const ComparisonCell*
comparison_cell(const Comparison* comparison, uint32_t code, Side side);

/// Error of the trials that were judged, dB, with the interval of the seeds.
Average
comparison_error(const ComparisonCell* cell);

/// Error of `a` less that of `b`, dB, in pairs of one seed each.
Average
comparison_difference(const ComparisonCell* a, const ComparisonCell* b);

/// The last trial that was judged, or NULL.
const ComparisonTrial*
comparison_judged(const ComparisonCell* cell);

/**
   The comparison as Markdown: a table per code, differences with their intervals, and norms of
   gradients.

   @return Owned by the caller; NULL when memory is short.
*/
char*
comparison_text(const Comparison* comparison);

/**
   Every trial and every norm as comma-separated values: code, side, purpose, seed, rate, what,
   layer, epoch, value.

   @return As comparison_text().
*/
char*
comparison_csv(const Comparison* comparison);

/// Where things are in a comparison's picture, in pixels.
enum {
  COMPARISON_WIDTH      = 1080,
  COMPARISON_LEFT       = 56,  ///< Left edge of the errors and of the first column of panels
  COMPARISON_TOP        = 34,  ///< Upper edge of the errors
  COMPARISON_PLOT_WIDTH = 820, ///< Of the errors
  COMPARISON_HEIGHT     = 380, ///< Of the errors
  COMPARISON_PANELS_TOP = 500, ///< Upper edge of the first row of panels
  COMPARISON_PITCH      = 150, ///< From one row of panels to the next: one row per code
};

/**
   Draw the errors by code with their intervals, and the norms of the gradients by epoch and layer,
   as a PNG.

   Codes share the width of the upper plot, which reaches from a whole number of decibels at or
   below the lowest error to one above the highest; the mean spectrum is left out.  Below, each side
   that was fine-tuned has a column of panels, and each code a row, on one logarithmic scale.

   @param path Written beside and renamed: on failure what was there is still there.
   @return STATUS_IO or STATUS_NO_MEMORY.
*/
NODISCARD
Status
comparison_picture(const Comparison* comparison, const char* path, Diagnostic* why);

/// The color that a side has in the picture, 0xRRGGBB.
uint32_t
comparison_color(Side side);

#endif
