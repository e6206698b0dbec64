// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_FIGURES_H
#define LAMINA_TESTS_TEXTBOOK_FIGURES_H

#include "dsp/status.h"
#include "tests/textbook/lesson.h"
#include "training/corpus/table.h"

/// ρ of sparse.yaml.
#define FIGURES_ACTIVITY 0.05

/**
   Squared error of the reconstruction, summed over the pixels, mean over the images.

   This and the others: of what a lesson learned, on images that it did not learn from.
   @return STATUS_NO_MEMORY.
*/
NODISCARD
Status
figure_error(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why);

/// −ELBO of a variational autoencoder, nats, mean over the images: cross-entropy of the
/// reconstruction from one code that is drawn, and the code's divergence from the prior.
NODISCARD
Status
figure_bound(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why);

/// Greatest |ρ̂ − ρ|/ρ over the units of the code, where ρ̂ is a unit's mean over the images.
NODISCARD
Status
figure_activity(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why);

/// Share of the images that a classifier takes for another class.
NODISCARD
Status
figure_wrong(const Lesson* lesson, const Table* test, double* figure, Diagnostic* why);

#endif
