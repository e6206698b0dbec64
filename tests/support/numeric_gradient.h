// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_SUPPORT_NUMERIC_GRADIENT_H
#define LAMINA_TESTS_SUPPORT_NUMERIC_GRADIENT_H

#include <stddef.h>

/// A number that depends on other numbers.
typedef double (*ScalarFunction)(void* context);

/**
   How far a gradient is from central differences of fourth order,
   f'(x) ≈ (f(x − 2h) − 8 f(x − h) + 8 f(x + h) − f(x + 2h)) / 12h.

   @param function Reads `x` afresh at every call.
   @param x [n], put back as it was.
   @param gradient The gradient to be judged, [n].
   @return ‖numeric − gradient‖ / ‖numeric‖.
*/
double
numeric_gradient_error(ScalarFunction function, void* context, size_t n, double* x,
                       const double* gradient);

#endif
