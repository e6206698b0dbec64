// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_REAL_H
#define LAMINA_TRAINING_ENGINE_REAL_H

/// The number that the engine computes with: float to train, double to check its gradients.
#ifdef LAMINA_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
