// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/pca.h"

#include <cblas.h>

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/// Rows that are centered at a time, and columns that are reconstructed at a time.
enum { BLOCK_ROWS = 512, BLOCK_COLUMNS = 64 };

/**
   LAPACK: eigenvalues and eigenvectors of a symmetric matrix.

   OpenBLAS contains it and declares it nowhere.  The last three are the lengths of the first three,
   as Fortran passes them.
*/
void
dsyevr_(const char* job, const char* range, const char* triangle, const blasint* n, double* a,
        const blasint* stride, const double* lower, const double* upper, const blasint* first,
        const blasint* last, const double* tolerance, blasint* n_found, double* values,
        double* vectors, const blasint* vectors_stride, blasint* support, double* work,
        const blasint* n_work, blasint* integer_work, const blasint* n_integer_work, blasint* info,
        size_t job_length, size_t range_length, size_t triangle_length);

/// What is needed while the components are sought.
typedef struct {
  double*  covariance;   ///< One triangle, [n_columns × n_columns]
  double*  block;        ///< Centered rows, [BLOCK_ROWS × n_columns]
  double*  values;       ///< Eigenvalues, ascending, [n_columns]
  double*  work;         ///< [n_work]
  blasint* integer_work; ///< [n_integer_work]
  blasint* support;      ///< [2 × n_columns]
  blasint  n_work;
  blasint  n_integer_work;
} Workshop;

/// Find the components, or with the sizes of the work areas −1 tell how large they should be.
static blasint
solve(Workshop* const workshop, Pca* const pca, double* const work, const blasint n_work,
      blasint* const integer_work, const blasint n_integer_work)
{
  const blasint n         = (blasint)pca->n_columns;
  const blasint first     = n - (blasint)pca->n_components + 1;
  const double  unused    = 0.0;
  const double  tolerance = 0.0; // As exact as can be
  blasint       n_found   = 0;
  blasint       info      = 0;
  // Fortran sees rows as columns: our upper triangle is its lower, its vectors are our rows.
  dsyevr_("V", "I", "L", &n, workshop->covariance, &n, &unused, &unused, &first, &n, &tolerance,
          &n_found, workshop->values, pca->components, &n, workshop->support, work, &n_work,
          integer_work, &n_integer_work, &info, 1, 1, 1);
  return info;
}

static bool
allocate_work(Workshop* const workshop, Pca* const pca)
{
  double  n_work         = 0.0;
  blasint n_integer_work = 0;
  if (solve(workshop, pca, &n_work, -1, &n_integer_work, -1)) {
    return false;
  }

  workshop->n_work         = (blasint)n_work;
  workshop->n_integer_work = n_integer_work;
  workshop->work           = malloc((size_t)n_work * sizeof(double));
  workshop->integer_work   = malloc((size_t)n_integer_work * sizeof(blasint));
  return workshop->work && workshop->integer_work;
}

/// @return False, and nothing leaked once it is cleared, when memory is short.
static bool
workshop_init(Workshop* const workshop, Pca* const pca)
{
  const size_t n       = pca->n_columns;
  workshop->covariance = calloc(n * n, sizeof(double));
  workshop->block      = malloc(BLOCK_ROWS * n * sizeof(double));
  workshop->values     = malloc(n * sizeof(double));
  workshop->support    = malloc(2 * n * sizeof(blasint));
  return workshop->covariance && workshop->block && workshop->values && workshop->support &&
         allocate_work(workshop, pca);
}

static void
workshop_clear(Workshop* const workshop)
{
  free(workshop->covariance);
  free(workshop->block);
  free(workshop->values);
  free(workshop->work);
  free(workshop->integer_work);
  free(workshop->support);
}

/// @return False when a number is not finite: neither is the mean then.
static bool
find_mean(const Table* const table, double* const mean)
{
  const uint32_t n      = table->n_columns;
  bool           finite = true;
  for (uint32_t r = 0; r < table->n_rows; ++r) {
    for (uint32_t j = 0; j < n; ++j) {
      mean[j] += (double)table->x[(size_t)r * n + j];
    }
  }
  for (uint32_t j = 0; j < n; ++j) {
    mean[j] /= table->n_rows;
    finite = finite && isfinite(mean[j]);
  }
  return finite;
}

/// Block by block, so that a copy of the table in double is never needed.
static void
find_covariance(const Table* const table, const double* const mean, double* const block,
                double* const covariance)
{
  const uint32_t n = table->n_columns;
  for (uint32_t from = 0; from < table->n_rows; from += BLOCK_ROWS) {
    const uint32_t left   = table->n_rows - from;
    const uint32_t n_rows = left < BLOCK_ROWS ? left : BLOCK_ROWS;
    for (uint32_t r = 0; r < n_rows; ++r) {
      const float* const x = table->x + (size_t)(from + r) * n;
      for (uint32_t j = 0; j < n; ++j) {
        block[(size_t)r * n + j] = (double)x[j] - mean[j];
      }
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (blasint)n, (blasint)n_rows,
                1.0 / table->n_rows, block, (blasint)n, 1.0, covariance, (blasint)n);
  }
}

static void
swap(double* const a, double* const b)
{
  const double was = *a;
  *a               = *b;
  *b               = was;
}

/// Largest first, as the solver does not have it.
static void
reverse(Pca* const pca)
{
  const uint32_t n = pca->n_columns;
  for (uint32_t k = 0; k < pca->n_components / 2; ++k) {
    const uint32_t other = pca->n_components - 1 - k;
    swap(pca->variance + k, pca->variance + other);
    for (uint32_t j = 0; j < n; ++j) {
      swap(pca->components + (size_t)k * n + j, pca->components + (size_t)other * n + j);
    }
  }
}

static void
choose_sign(const uint32_t n, double* const component)
{
  const size_t largest = cblas_idamax((blasint)n, component, 1);
  const double sign    = component[largest] < 0.0 ? -1.0 : 1.0;
  cblas_dscal((blasint)n, sign, component, 1);
}

static Status
find_components(const Table* const table, Workshop* const workshop, Pca* const pca,
                Diagnostic* const why)
{
  if (!find_mean(table, pca->mean)) {
    return diagnose(why, STATUS_BAD_OPTION, "principal components: a number is not finite");
  }

  find_covariance(table, pca->mean, workshop->block, workshop->covariance);
  if (solve(workshop, pca, workshop->work, workshop->n_work, workshop->integer_work,
            workshop->n_integer_work)) {
    return diagnose(why, STATUS_BAD_OPTION, "principal components: no solution was found");
  }

  // Rounding may put a variance of nothing below nothing.
  for (uint32_t k = 0; k < pca->n_components; ++k) {
    pca->variance[k] = fmax(workshop->values[k], 0.0);
    choose_sign(pca->n_columns, pca->components + (size_t)k * pca->n_columns);
  }
  reverse(pca);
  return STATUS_SUCCESS;
}

static Pca*
allocate(const uint32_t n_columns, const uint32_t n_components)
{
  Pca* const pca = calloc(1, sizeof(Pca));
  if (!pca) {
    return NULL;
  }

  pca->n_columns    = n_columns;
  pca->n_components = n_components;
  pca->mean         = calloc(n_columns, sizeof(double));
  pca->components   = calloc((size_t)n_components * n_columns, sizeof(double));
  pca->variance     = calloc(n_components, sizeof(double));
  if (!pca->mean || !pca->components || !pca->variance) {
    pca_free(pca);
    return NULL;
  }
  return pca;
}

Status
pca_new(const Table* const table, const uint32_t n_components, Pca** const pca,
        Diagnostic* const why)
{
  assert(table->n_rows && n_components && n_components <= table->n_columns);

  Pca* const made     = allocate(table->n_columns, n_components);
  Workshop   workshop = { 0 };
  Status     status   = made && workshop_init(&workshop, made)
                          ? find_components(table, &workshop, made, why)
                          : diagnose(why, STATUS_NO_MEMORY, "principal components: out of memory");
  workshop_clear(&workshop);
  if (status) {
    pca_free(made);
  } else {
    *pca = made;
  }
  return status;
}

void
pca_free(Pca* const pca)
{
  if (pca) {
    free(pca->mean);
    free(pca->components);
    free(pca->variance);
    free(pca);
  }
}

/// uᵀ(x − μ), in sums side by side that can be added up at once.
static double
project(const uint32_t n, const double* const u, const float* const x, const double* const mean)
{
  enum { LANES = 8 };

  double   part[LANES] = { 0.0 };
  double   sum         = 0.0;
  uint32_t j           = 0;
  for (; j + LANES <= n; j += LANES) {
    for (uint32_t lane = 0; lane < LANES; ++lane) {
      part[lane] += u[j + lane] * ((double)x[j + lane] - mean[j + lane]);
    }
  }
  for (; j < n; ++j) {
    sum += u[j] * ((double)x[j] - mean[j]);
  }
  for (uint32_t lane = 0; lane < LANES; ++lane) {
    sum += part[lane];
  }
  return sum;
}

void
pca_encode(const Pca* const pca, const uint32_t n_used, const float* const x, float* const z)
{
  assert(n_used <= pca->n_components);
  for (uint32_t k = 0; k < n_used; ++k) {
    const double* const u = pca->components + (size_t)k * pca->n_columns;
    z[k]                  = (float)project(pca->n_columns, u, x, pca->mean);
  }
}

void
pca_decode(const Pca* const pca, const uint32_t n_used, const float* const z, float* const x_hat)
{
  assert(n_used <= pca->n_components);
  for (uint32_t from = 0; from < pca->n_columns; from += BLOCK_COLUMNS) {
    const uint32_t left = pca->n_columns - from;
    const uint32_t n    = left < BLOCK_COLUMNS ? left : BLOCK_COLUMNS;
    double         sum[BLOCK_COLUMNS];
    memcpy(sum, pca->mean + from, n * sizeof(double));
    for (uint32_t k = 0; k < n_used; ++k) {
      const double* const u = pca->components + (size_t)k * pca->n_columns + from;
      for (uint32_t j = 0; j < n; ++j) {
        sum[j] += (double)z[k] * u[j];
      }
    }
    for (uint32_t j = 0; j < n; ++j) {
      x_hat[from + j] = (float)sum[j];
    }
  }
}
