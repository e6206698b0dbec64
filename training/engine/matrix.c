// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/engine/matrix.h"

#include <cblas.h>

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

static CBLAS_TRANSPOSE
cblas_transpose(const Matrix matrix)
{
  return matrix.transposed ? CblasTrans : CblasNoTrans;
}

void
matrix_multiply(const uint32_t m, const uint32_t n, const uint32_t k, const Matrix a,
                const Matrix b, const bool add, real* const c, const uint32_t stride)
{
#ifdef LAMINA_DOUBLE
#define CBLAS_GEMM cblas_dgemm
#else
#define CBLAS_GEMM cblas_sgemm
#endif
  CBLAS_GEMM(CblasRowMajor, cblas_transpose(a), cblas_transpose(b), (blasint)m, (blasint)n,
             (blasint)k, 1, a.at, (blasint)a.stride, b.at, (blasint)b.stride, add ? 1 : 0, c,
             (blasint)stride);
}

void
matrix_gram(const uint32_t rows, const uint32_t columns, const real* const x, real* const c)
{
#ifdef LAMINA_DOUBLE
#define CBLAS_SYRK cblas_dsyrk
#else
#define CBLAS_SYRK cblas_ssyrk
#endif
  const blasint n = (blasint)columns;
  CBLAS_SYRK(CblasRowMajor, CblasUpper, CblasTrans, n, (blasint)rows, 1, x, n, 0, c, n);
  for (size_t i = 1; i < columns; ++i) {
    for (size_t j = 0; j < i; ++j) {
      c[i * columns + j] = c[j * columns + i];
    }
  }
}

const char*
matrix_kernel(void)
{
  return openblas_get_corename();
}

const char*
matrix_best_kernel(void)
{
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return __builtin_cpu_is("amd") ? "Zen" : "Haswell";
  }
#endif
  return NULL;
}

void
matrix_choose_kernel(char** const argv)
{
  // One thread a product: the engine shares out the tiles itself.
  openblas_set_num_threads(1);

  const char* const best = matrix_best_kernel();
  if (!best || getenv("OPENBLAS_CORETYPE") || !strcasecmp(best, matrix_kernel())) {
    return;
  }
  if (!setenv("OPENBLAS_CORETYPE", best, 1)) {
    execv("/proc/self/exe", argv);
  }
}
