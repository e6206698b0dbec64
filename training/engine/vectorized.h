// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TRAINING_ENGINE_VECTORIZED_H
#define LAMINA_TRAINING_ENGINE_VECTORIZED_H

/**
   Before a function whose loops take more time than the call: it is compiled once for each width of
   vector unit, and the program takes the widest that the CPU has.

   Not under ThreadSanitizer, which is not ready yet when that choice is made.
*/
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
  !defined(__SANITIZE_THREAD__)
#define VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORIZED
#endif

#endif
