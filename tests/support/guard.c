// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Thread_local bool armed;
static _Atomic(uint32_t)  n_allocations;
static _Atomic(uint32_t)  n_locks;
static _Atomic(uint32_t)  n_calls;

bool
guard_works(void)
{
#ifdef GUARD_OFF
  return false;
#else
  return true;
#endif
}

void
guard_arm(void)
{
  armed = true;
}

void
guard_disarm(void)
{
  armed = false;
}

GuardCounts
guard_counts(void)
{
  return (GuardCounts){ atomic_load(&n_allocations), atomic_load(&n_locks), atomic_load(&n_calls) };
}

#ifndef GUARD_OFF

// glibc's own names of the functions replaced here.
extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void*
             __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void
__libc_free(void*);

static void
count(_Atomic(uint32_t)* const counter)
{
  if (armed) {
    atomic_fetch_add(counter, 1);
  }
}

void*
malloc(const size_t size)
{
  count(&n_allocations);
  return __libc_malloc(size);
}

void*
calloc(const size_t n, const size_t size)
{
  count(&n_allocations);
  return __libc_calloc(n, size);
}

void*
realloc(void* const old, const size_t size)
{
  count(&n_allocations);
  return __libc_realloc(old, size);
}

void
free(void* const memory)
{
  count(&n_allocations);
  __libc_free(memory);
}

void*
aligned_alloc(const size_t alignment, const size_t size)
{
  count(&n_allocations);
  return __libc_memalign(alignment, size);
}

int
posix_memalign(void** const memory, const size_t alignment, const size_t size)
{
  count(&n_allocations);
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

/// The function that is replaced, looked up at the first call.
#define REAL(name)                            \
  static __typeof__(&name) real;              \
  if (!real) {                                \
    *(void**)&real = dlsym(RTLD_NEXT, #name); \
  }

int
pthread_mutex_lock(pthread_mutex_t* const mutex)
{
  REAL(pthread_mutex_lock)
  count(&n_locks);
  return real(mutex);
}

int
open(const char* const path, const int flags, ...)
{
  REAL(open)
  count(&n_calls);
  va_list arguments;
  va_start(arguments, flags);
  const int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return real(path, flags, mode);
}

ssize_t
read(const int file, void* const bytes, const size_t n)
{
  REAL(read)
  count(&n_calls);
  return real(file, bytes, n);
}

ssize_t
write(const int file, const void* const bytes, const size_t n)
{
  REAL(write)
  count(&n_calls);
  return real(file, bytes, n);
}

void*
mmap(void* const address, const size_t size, const int protection, const int flags, const int file,
     const off_t offset)
{
  REAL(mmap)
  count(&n_calls);
  return real(address, size, protection, flags, file, offset);
}

int
sched_yield(void)
{
  REAL(sched_yield)
  count(&n_calls);
  return real();
}

int
nanosleep(const struct timespec* const wanted, struct timespec* const left)
{
  REAL(nanosleep)
  count(&n_calls);
  return real(wanted, left);
}

#endif
