// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_POWER_H
#define LAMINA_TRAINING_ENGINE_POWER_H

#include <math.h>

/// POW(), LOG() and SQRT() of a real.
#ifdef LAMINA_DOUBLE
#define POW  pow
#define LOG  log
#define SQRT sqrt
#else
#define POW  powf
#define LOG  logf
#define SQRT sqrtf
#endif

/// Before a loop of a VECTORIZED function that has POW() or LOG() in it: those of a whole vector
/// are computed at once where the C library can, glibc's on x86-64.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#pragma omp declare simd notinbranch
extern double
pow(double, double);

#pragma omp declare simd notinbranch
extern float
powf(float, float);

#pragma omp declare simd notinbranch
extern double
log(double);

#pragma omp declare simd notinbranch
extern float
logf(float);

#define POWERS_OF_VECTORS _Pragma("omp simd")
#else
#define POWERS_OF_VECTORS
#endif

#endif
