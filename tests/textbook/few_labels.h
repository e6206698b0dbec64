// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_TEXTBOOK_FEW_LABELS_H
#define LAMINA_TESTS_TEXTBOOK_FEW_LABELS_H

#include "dsp/status.h"
#include "tests/textbook/textbook.h"

/**
   1 000 labels: greedy pre-training on all images, without labels, against a random start.

   Five seeds draw the images with labels, the weights and the order.  Both sides try the same
   rates, and each run keeps the rate, and the step, that are best on 1 000 other images that are
   learned from without labels only.  One row a rate and side, of the mean over the seeds on the
   test images, and one a side for the rates that were kept.

   @return As lesson_new() and lesson_learn().
*/
NODISCARD
Status
few_labels_run(Textbook* textbook, Diagnostic* why);

#endif
