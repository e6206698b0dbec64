// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_TESTS_FUZZ_FUZZ_H
#define LAMINA_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/**
   What every fuzzer defines: what is done with one input, and what must hold.

   watch.c calls it, from libFuzzer or from replay.c, and sees that it takes no more than a second
   of the processor, and that no allocation is longer than four times the input and some.  It
   aborts when anything is wrong.

   @param data [size].
*/
void
fuzz_input(size_t size, const uint8_t* data);

/// Bytes that an allocation may have beyond four times the input.  Defined by every fuzzer.
extern const size_t fuzz_allowance;

/// What libFuzzer calls.  @return 0.
int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/// End the program with a line about what does not hold.
_Noreturn void
fuzz_fail(const char* what);

/**
   A file in memory.

   @param which 0…3; what was in the file of this number is gone.
   @param bytes [size].
   @return Its path, valid until the program ends.
*/
const char*
fuzz_file(unsigned which, size_t size, const void* bytes);

/// An empty folder, which is removed with what is in it when the program ends well.
const char*
fuzz_folder(void);

#endif
